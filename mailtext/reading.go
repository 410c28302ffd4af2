package mailtext

import (
	"encoding/binary"
	"hash/crc32"

	"mailquarry/extract"
)

// Reading is what a body's stretches are and which language it is in: what Read and
// LanguageOf tell, which costs a third of what it takes to index a message.
type Reading struct {
	Language string // as LanguageOf tells it
	Spans    []Span // as Read tells them
}

// readingVersion is raised when Read or LanguageOf tell of any body something else than
// before, so that no older Reading is taken: TestReadingVersion fails until it is.
const readingVersion = 1

// Tell reads a body, or recalls what was told of it: kept is what Encode made when it was
// read before, and known tells whether it is of this very body and of this program's way
// of reading.
func Tell(kept []byte, content string, html bool, subject string) (text string, r Reading, known bool) {
	if text, r, known = Recall(kept, content, html, subject); known {
		return text, r, true
	}
	text, r.Spans = Read(content, html, subject)
	r.Language = LanguageOf(subject, text, r.Spans)
	return text, r, false
}

// Encode packs a Reading for Tell, to be kept beside the body that it is of.
func (r Reading) Encode(content string, html bool, subject string) []byte {
	b := binary.AppendUvarint(nil, readingVersion)
	b = binary.LittleEndian.AppendUint32(b, bodySum(content, html, subject))
	b = append(b, byte(len(r.Language)))
	b = append(b, r.Language...)
	for _, s := range r.Spans {
		b = append(b, byte(s.Kind))
		b = binary.AppendUvarint(b, uint64(s.End-s.Start))
	}
	return b
}

// Recall is Tell of what is known.
func Recall(kept []byte, content string, html bool, subject string) (text string, r Reading, known bool) {
	version, n := binary.Uvarint(kept)
	if n <= 0 || version != readingVersion || len(kept) < n+5 {
		return "", r, false
	}
	sum, kept := binary.LittleEndian.Uint32(kept[n:]), kept[n+4:]
	size := int(kept[0])
	if kept = kept[1:]; len(kept) < size || sum != bodySum(content, html, subject) {
		return "", r, false
	}
	r.Language, kept = string(kept[:size]), kept[size:]
	end := 0
	text = Text(content, html)
	for len(kept) > 0 {
		long, n := binary.Uvarint(kept[1:])
		s := Span{Kind(kept[0]), end, end + int(min(long, uint64(len(text))))}
		if n <= 0 || long == 0 || s.End > len(text) || s.Kind > Signature || end > 0 && r.Spans[len(r.Spans)-1].Kind == s.Kind {
			return "", Reading{}, false
		}
		r.Spans = append(r.Spans, s)
		kept, end = kept[1+n:], end+int(long)
	}
	return text, r, end == len(text)
}

// Text is the text of a body that Read gives, without telling its stretches apart.
func Text(content string, html bool) string {
	if !html {
		return extract.PlainLinks(content)
	}
	text, _ := extract.MarkedHTML(content)
	return text
}

// bodySum is of all that a Reading depends on.
func bodySum(content string, html bool, subject string) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(0, table, []byte(subject))
	kind := []byte{0, 't'}
	if html {
		kind[1] = 'h'
	}
	return crc32.Update(crc32.Update(sum, table, kind), table, []byte(content))
}
