package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrDamaged: a segment's bytes are not what was written.
var ErrDamaged = errors.New("the segment is damaged")

func damaged(what string) error { return fmt.Errorf("%s: %w", what, ErrDamaged) }

// reader takes numbers and bytes off the front of a slice. Once there is too
// little it gives zeros and is bad.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uvarint() uint64 {
	// Nearly all numbers are small.
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := r.b[0]
		r.b = r.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// take gives the next n bytes.
func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// skip passes over n numbers.
func (r *reader) skip(n uint64) {
	i := 0
	for ; n > 0; n-- {
		for i < len(r.b) && r.b[i] >= 0x80 {
			i++
		}
		if i >= len(r.b) {
			r.bad, r.b = true, nil
			return
		}
		i++
	}
	r.b = r.b[i:]
}

// skipPlaces passes over the positions in one document: the last one is odd.
func (r *reader) skipPlaces() {
	for i := 0; i < len(r.b); {
		last := r.b[i]&1 == 1
		for i < len(r.b) && r.b[i] >= 0x80 {
			i++
		}
		if i++; last && i <= len(r.b) {
			r.b = r.b[i:]
			return
		}
	}
	r.bad, r.b = true, nil
}

// span is a stretch of a file.
type span struct{ off, len uint64 }

func (s span) append(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, s.off), s.len)
}

func (r *reader) span() span { return span{r.uvarint(), r.uvarint()} }

// of gives the stretch's bytes.
func (s span) of(file []byte) ([]byte, error) {
	if s.off > uint64(len(file)) || s.len > uint64(len(file))-s.off {
		return nil, damaged("a stretch lies outside of the file")
	}
	return file[s.off : s.off+s.len : s.off+s.len], nil
}
