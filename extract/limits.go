package extract

import (
	"errors"
	"fmt"
	"io"
)

// limits bound what one document, with all that is inside it, may cost.
type limits struct {
	Text     int   `json:"text"`     // bytes of text
	Depth    int   `json:"depth"`    // documents inside documents
	Members  int   `json:"members"`  // documents in all, and archive entries looked at
	Inflated int64 `json:"inflated"` // bytes that come of unpacking, in all
}

// The default limits: an honest attachment stays far below each.
const (
	defaultMaxText = 16 << 20
	maxDepth       = 8
	maxMembers     = 10_000
	maxInflated    = 256 << 20
	// maxUnpacked is the size of one unpacked document.
	maxUnpacked = 64 << 20
	// maxRatio is how many times its packed size something may grow to once it
	// is larger than freeRatio: no real text is packed so well.
	maxRatio, freeRatio = 200, 10 << 20
)

func defaultLimits() limits {
	return limits{Text: defaultMaxText, Depth: maxDepth, Members: maxMembers, Inflated: maxInflated}
}

// outcome is an error that says how the reading of a document ended.
type outcome struct {
	state  State
	reason string
}

func (o *outcome) Error() string { return string(o.state) + ": " + o.reason }

// failed is the outcome of a damaged document.
func failed(format string, args ...any) error {
	return &outcome{Failed, fmt.Sprintf(format, args...)}
}

// encrypted is the outcome of a document that needs a password.
func encrypted() error { return &outcome{Encrypted, "needs a password"} }

// tooLarge is the outcome of a document that reached a limit of its own.
func tooLarge(what string) error { return &outcome{TooLarge, "too many or too large: " + what} }

// errFull ends the reading of all documents around it: a limit that they share
// is reached. Readers hand it on.
var errFull = errors.New("a limit of the whole document is reached")

// inflate reads what a packed stream unpacks to, within the limits; packed is
// its size before, or -1 when that is not known. Of a stream that is damaged, or
// larger than one document may be, it gives what came before, with the error.
func (r *reading) inflate(src io.Reader, packed int64) ([]byte, error) {
	room := r.limits.Inflated - r.inflated
	if room <= 0 {
		return nil, r.stop("unpacked bytes")
	}
	most := min(room, maxUnpacked)
	if packed >= 0 {
		most = min(most, max(freeRatio, maxRatio*packed))
	}
	b, err := io.ReadAll(io.LimitReader(src, most+1))
	over := int64(len(b)) > most
	b = b[:min(int64(len(b)), most)]
	r.inflated += int64(len(b))
	switch {
	case over && most == room:
		return b, r.stop("unpacked bytes")
	case over:
		return b, tooLarge("unpacked bytes")
	case err != nil:
		return b, fmt.Errorf("unpack: %w", err)
	}
	return b, nil
}

// unpack reads a packed document that lies in another. Its error is errFull.
func (r *reading) unpack(at Step, name string, src io.Reader, packed int64, depth int) error {
	raw, err := r.inflate(src, packed)
	before := len(r.faults)
	if len(raw) == 0 {
		if err := r.member(); err != nil {
			return err
		}
	} else if err := r.child(at, document{name: name, raw: raw, depth: depth}); err != nil {
		return err
	}
	switch {
	case errors.Is(err, errFull):
		return err
	case err == nil:
	case len(r.faults) == before:
		r.fault(r.ended(err))
	case r.ended(err).state == TooLarge:
		// What is wrong with it is that it was not read to its end.
		r.faults = append(r.faults[:before], r.ended(err))
	}
	return nil
}

// stop notes which limit was reached.
func (r *reading) stop(what string) error {
	if r.full == "" {
		r.full = what
	}
	return errFull
}

// member counts something that lies in the document, such as an archive's entry.
func (r *reading) member() error {
	if r.members++; r.members > r.limits.Members {
		return r.stop("members")
	}
	return nil
}
