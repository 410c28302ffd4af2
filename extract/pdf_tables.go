package extract

import (
	"bytes"
	"strconv"
)

// The bounds of the walk along a document's tables of references.
const (
	maxTables     = 4096
	maxTableBytes = 64 << 20 // looked at for the ends of tables
	maxTrailer    = 4096
)

// tablesLoop tells whether the document's tables of references name each other in
// a circle, which the library would follow without end.
func tablesLoop(doc []byte) bool {
	start := bytes.LastIndex(doc, []byte("startxref"))
	if start < 0 {
		return false
	}
	at, ok := numberAfter(doc[start+len("startxref"):])
	seen, looked := map[int]bool{}, 0
	for ok && at >= 0 && at < len(doc) {
		if seen[at] || len(seen) > maxTables || looked > maxTableBytes {
			return true
		}
		seen[at] = true
		trailer := doc[at:]
		if bytes.HasPrefix(bytes.TrimLeft(trailer[:min(len(trailer), 16)], " \r\n\t"), []byte("xref")) {
			i := bytes.Index(trailer, []byte("trailer"))
			if i < 0 {
				return false
			}
			looked += i
			trailer = trailer[i:]
		}
		trailer = trailer[:min(len(trailer), maxTrailer)]
		for _, end := range []string{"stream", "startxref"} {
			trailer, _, _ = bytes.Cut(trailer, []byte(end))
		}
		_, prev, named := bytes.Cut(trailer, []byte("/Prev"))
		if !named {
			return false
		}
		at, ok = numberAfter(prev)
	}
	return false
}

// numberAfter reads the number that follows.
func numberAfter(b []byte) (int, bool) {
	b = bytes.TrimLeft(b[:min(len(b), 32)], " \r\n\t")
	end := 0
	for end < len(b) && isDigit(b[end]) {
		end++
	}
	n, err := strconv.Atoi(string(b[:end]))
	return n, err == nil
}
