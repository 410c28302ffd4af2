package extract

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// document is what a reader reads. Name and contentType are what others say.
type document struct {
	name, contentType string
	raw               []byte
	depth             int // in how many documents it lies
}

// sink takes what is read. Text is in its final form; a place is where the text
// that follows stands.
type sink interface {
	text(s string) error
	place(path []Step) error
	// picture is a picture in grey, a byte a pixel, whose text belongs here.
	picture(w, h int, gray []byte) error
}

// reading is the reading of one document and of all that lie in it. Readers
// write to it; what they write is found though they fail afterwards.
type reading struct {
	registry *registry
	limits   limits
	out      sink

	path  []Step // where the reader is
	told  []Step // the place that the sink was told last
	moved bool   // they differ
	gap   string // what parts the next text from the one before

	wrote    int // bytes
	names    int // bytes of these that are names of members
	places   int
	members  int
	inflated int64
	full     string // which limit was reached

	used   map[string]bool // the formats met
	held   string          // the type of what the outermost document is a mere wrapping of
	faults []outcome       // of what lies in the document
	doubt  bool            // another kind of worker may read more

	panicked bool // a parser did

	ocr      bool // pictures are handed on
	pictures int  // that were

	pdfium  *pdfium            // nil in a worker without it
	foreign bool               // PDFs are left to PDFium: our own reader crashed
	atRisk  func(ifEnded bool) // tells the parent; nil: nobody to tell
}

func newReading(reg *registry, l limits, out sink) *reading {
	return &reading{registry: reg, limits: l, out: out, used: map[string]bool{}}
}

// document reads the whole, and tells how it ended and what its type is.
func (r *reading) document(d document) (typ string, o outcome) {
	typ, err := r.one(d)
	if r.held != "" {
		typ = r.held
	}
	o = r.ended(err)
	if o.state == OK {
		said := o.reason
		if o = r.summary(); o.state == OK {
			o.reason = said
		}
	}
	return typ, o
}

// ended makes an outcome of a reader's error.
func (r *reading) ended(err error) outcome {
	var o *outcome
	switch {
	case errors.Is(err, errFull):
		return outcome{TooLarge, "over a limit (" + r.full + "); the first part was read"}
	case errors.As(err, &o):
		return *o
	case err != nil:
		return outcome{Failed, "damaged, or written in a way that its reader does not know"}
	}
	return outcome{state: OK}
}

// summary is the outcome of a document whose reader found no fault in itself.
func (r *reading) summary() outcome {
	switch {
	case len(r.faults) == 0 && r.wrote <= r.names && r.used[noOCRName]:
		return outcome{NoText, "no text layer"}
	case len(r.faults) == 0 && r.wrote == 0:
		return outcome{Empty, "there is no text in it"}
	case len(r.faults) == 0:
		return outcome{state: OK}
	case r.wrote <= r.names && !slices.ContainsFunc(r.faults, func(o outcome) bool { return o.state != r.faults[0].state }):
		return outcome{r.faults[0].state, r.faults[0].reason}
	}
	var parts []string
	for _, s := range []State{Encrypted, Unsupported, TooLarge, Partial, Failed} {
		n := 0
		for _, f := range r.faults {
			if f.state == s {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(s), "_", " ")))
		}
	}
	if slices.ContainsFunc(r.faults, func(o outcome) bool { return o.reason == parserFailed }) {
		parts = append(parts, "of one "+parserFailed)
	}
	return outcome{Partial, "of what lies in it, " + strings.Join(parts, ", ")}
}

// one reads one document. A panic of a parser is a fault of the document alone.
func (r *reading) one(d document) (typ string, err error) {
	if len(d.raw) == 0 {
		return hinted(r.registry, d), nil
	}
	typ, f := r.registry.sniff(d)
	if typ != "" {
		r.used[typ] = true
	}
	if r.registry.guessed(typ, d) {
		r.used[guess] = true
	}
	if f == nil && typ != "image" {
		return typ, unread(typ)
	}
	defer func() {
		if p := recover(); p != nil {
			r.panicked = true
			err = failed(parserFailed)
		}
	}()
	if f == nil {
		return typ, readPicture(r, d)
	}
	return typ, f.read(r, d)
}

// parserFailed is the reason of a document on which a reader panicked: a mistake
// of ours, or of a library, and worth a report.
const parserFailed = "its parser failed on it"

// unread is the outcome of a type that nothing here reads.
func unread(typ string) error {
	switch typ {
	case "image":
		return noTextLayer()
	case "audio", "video", "font", "signature":
		return &outcome{Empty, "there is no text in this format"}
	case "encrypted":
		return &outcome{Encrypted, "needs a key"}
	case "archive":
		return &outcome{Unsupported, "archives of this kind, such as RAR and CAB, are not unpacked"}
	}
	return &outcome{Unsupported, "no extractor for this format"}
}

// child reads a document that lies in another, at a step of its own. How that
// ends is noted; only errFull is an error of the outer document, too.
func (r *reading) child(at Step, d document) error {
	if err := r.member(); err != nil {
		return err
	}
	return r.at(at, func() error {
		if d.depth++; d.depth > r.limits.Depth {
			r.fault(outcome{TooLarge, "nested too deep"})
			return nil
		}
		before := len(r.faults)
		if r.wrote > 0 {
			r.gap = "\n\n"
		}
		_, err := r.one(d)
		if errors.Is(err, errFull) {
			return err
		}
		if o := r.ended(err); o.state.fault() && len(r.faults) == before {
			r.fault(o)
		}
		return nil
	})
}

// instead reads a document in the place of the one it was made of: what it was
// before it was encrypted, or signed. Its type is the type of the whole.
func (r *reading) instead(d document) error {
	if err := r.member(); err != nil {
		return err
	}
	if d.depth++; d.depth > r.limits.Depth {
		return tooLarge("documents in documents")
	}
	typ, err := r.one(d)
	if d.depth == 1 && r.held == "" {
		r.held = typ
	}
	return err
}

// risk tells the parent that a worker of the other class may fare better if this
// one ends now; what it gives takes that back.
func (r *reading) risk(on bool) (undo func()) {
	if r.atRisk == nil {
		return func() {}
	}
	r.atRisk(on)
	return func() { r.atRisk(!on) }
}

// fault notes that something in the document could not be read.
func (r *reading) fault(o outcome) {
	r.faults = append(r.faults, o)
}

// at runs fn at a step inside the present place.
func (r *reading) at(s Step, fn func() error) error {
	s.Name = shortName(s.Name)
	was := r.path
	if len(was) < maxPathSteps {
		r.path = append(slices.Clone(was), s)
		r.moved = true
	}
	err := fn()
	r.path, r.moved = was, true
	return err
}

func shortName(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) <= maxStepName {
		return s
	}
	s = s[:maxStepName]
	for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s[:max(0, len(s)-1)]
}

// block writes text that an empty line parts from what came before.
func (r *reading) block(s string) error { return r.write(s, "\n\n") }

// line writes text on a line of its own.
func (r *reading) line(s string) error { return r.write(s, "\n") }

// write brings text into its final form and hands it on. Its error is errFull.
func (r *reading) write(s, gap string) error {
	if r.wrote > 0 && len(gap) > len(r.gap) {
		r.gap = gap
	}
	t := normal(s, r.limits.Text-r.wrote-len(r.gap))
	if t.text != "" {
		if err := r.emit(t.text); err != nil {
			return err
		}
	}
	if t.cut {
		return r.stop("text")
	}
	return nil
}

// here tells where the reader is, before something that is no text.
func (r *reading) here() error {
	if r.wrote > 0 && len(r.gap) < 2 {
		r.gap = "\n\n"
	}
	return r.emit("")
}

func (r *reading) emit(s string) error {
	if r.gap != "" {
		// What parts two places belongs to the former.
		r.wrote += len(r.gap)
		if err := r.out.text(r.gap); err != nil {
			return err
		}
		r.gap = ""
	}
	if r.moved && r.places < maxPlaces && !slices.Equal(r.path, r.told) {
		r.places++
		if err := r.out.place(r.path); err != nil {
			return err
		}
		r.told = r.path
	}
	r.moved = false
	r.wrote += len(s)
	return r.out.text(s)
}

// property writes what is said about the document, such as its title.
func (r *reading) property(value string) error {
	if strings.TrimSpace(value) == "" {
		return nil
	}
	return r.at(Step{Kind: Properties}, func() error { return r.line(value) })
}
