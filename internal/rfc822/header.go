package rfc822

import (
	"bytes"
	"strings"
)

// MaxHeader bounds a header block in bytes; what is beyond it is not read.
const MaxHeader = 1 << 20

// maxFields bounds the number of fields of a header block.
const maxFields = 10000

// Field is one header field. Value is as written, folds included.
type Field struct {
	Name  string // lower case
	Value []byte
}

// Header is a header block in its order.
type Header []Field

// First gives the first field of that lower-case name, unfolded and as
// written; nil when there is none.
func (h Header) First(name string) []byte {
	for _, f := range h {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// All gives every field of that lower-case name.
func (h Header) All(name string) [][]byte {
	var out [][]byte
	for _, f := range h {
		if f.Name == name {
			out = append(out, f.Value)
		}
	}
	return out
}

// Text gives the first field of that name with encoded words decoded.
func (h Header) Text(name string) string { return Words(h.First(name)) }

// readHeader reads the header block at the start of raw and tells where the
// body begins. A line that can be no field ends the block and belongs to the
// body: the empty line between was lost.
func readHeader(raw []byte) (Header, int) {
	var h Header
	pos, used := 0, 0
	for pos < len(raw) {
		end := lineEnd(raw, pos)
		line := bytes.TrimRight(raw[pos:end], "\r\n")
		switch {
		case len(line) == 0:
			return h, end
		case line[0] == ' ' || line[0] == '\t':
			if len(h) == 0 {
				if len(bytes.TrimSpace(line)) == 0 {
					return h, end
				}
				return h, pos
			}
			if used += len(line) + 1; used <= MaxHeader {
				last := &h[len(h)-1]
				last.Value = fold(last.Value, line)
			}
		case pos == 0 && isEnvelope(line), bytes.HasPrefix(line, []byte(">From ")):
			// An mbox separator, or one that was quoted, is no field.
		default:
			name, value, ok := field(line)
			if !ok {
				return h, pos
			}
			if used += len(line); used <= MaxHeader && len(h) < maxFields {
				h = append(h, Field{Name: name, Value: value})
			}
		}
		pos = end
	}
	return h, len(raw)
}

// fold appends a continuation line. Its line break is dropped and its white
// space kept, as RFC 5322 2.2.3 says. The value's capacity is its own, so the
// message's bytes are never written to.
func fold(value, line []byte) []byte {
	if bytes.Equal(line, []byte(" ")) {
		return value
	}
	if cap(value) == len(value) {
		grown := make([]byte, len(value), 2*len(value)+len(line)+64)
		copy(grown, value)
		value = grown
	}
	return append(value, line...)
}

func isEnvelope(line []byte) bool { return bytes.HasPrefix(line, []byte("From ")) }

func field(line []byte) (string, []byte, bool) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || colon > 200 {
		return "", nil, false
	}
	name := bytes.TrimRight(line[:colon], " \t")
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return "", nil, false
		}
	}
	value := bytes.TrimSpace(line[colon+1:])
	return strings.ToLower(string(name)), value[:len(value):len(value)], len(name) > 0
}

// lineEnd is the position behind the line that begins at pos. A carriage
// return alone ends no line.
func lineEnd(raw []byte, pos int) int {
	if i := bytes.IndexByte(raw[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	return len(raw)
}
