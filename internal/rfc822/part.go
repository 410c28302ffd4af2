package rfc822

import (
	"bytes"
	"errors"
	"strings"
)

// The limits on a message's tree. Parts beyond MaxParts are not read; a
// multipart deeper than MaxDepth is one part.
const (
	MaxDepth = 50
	MaxParts = 10000
)

// ErrLimit tells that a message has more parts, or deeper ones, than are read.
var ErrLimit = errors.New("the message has too many or too deeply nested parts")

// Part is a node of a message's MIME tree: the message itself, a multipart
// with children, or a leaf. A message/rfc822 part is a leaf.
type Part struct {
	Header      Header
	Type        string // lower case, such as text/plain; never empty
	Params      map[string]string
	Disposition string // lower case; "" when not given
	Encoding    string // lower case; "" when not given
	Body        []byte // as written: a slice of the message
	Offset      int    // where Body begins in the message
	Children    []*Part

	dispParams map[string]string
}

// Parse reads a message's tree. The answer is never nil; the error is ErrLimit
// when some of it was left out.
func Parse(raw []byte) (*Part, error) {
	p := parser{raw: raw}
	root := p.part(0, len(raw), "text/plain", 0)
	if p.limited {
		return root, ErrLimit
	}
	return root, nil
}

type parser struct {
	raw     []byte
	parts   int
	limited bool
}

func (p *parser) part(start, end int, defaultType string, depth int) *Part {
	p.parts++
	h, n := readHeader(p.raw[start:end])
	part := &Part{Header: h, Offset: start + n, Body: p.raw[start+n : end : end]}
	part.Type, part.Params = Params(h.First("content-type"))
	if !validType(part.Type) {
		// A bare "text" or rubbish is what mailers of old meant by plain text.
		part.Type = defaultType
	}
	part.Disposition, part.dispParams = Params(h.First("content-disposition"))
	part.Encoding, _ = Params(h.First("content-transfer-encoding"))
	if strings.HasPrefix(part.Type, "multipart/") {
		p.children(part, end, depth)
	}
	return part
}

func validType(t string) bool {
	major, minor, ok := strings.Cut(t, "/")
	return ok && major != "" && minor != ""
}

func (p *parser) children(part *Part, end, depth int) {
	boundary := part.Params["boundary"]
	if boundary == "" {
		boundary = guessBoundary(part.Body)
	}
	if depth >= MaxDepth {
		p.limited = true
		return
	}
	if boundary == "" {
		part.Type = "text/plain"
		return
	}
	childType := "text/plain"
	if part.Type == "multipart/digest" {
		childType = "message/rfc822"
	}
	delimiter := []byte("--" + boundary)
	start := -1
	for pos := part.Offset; ; {
		at, next, last := findDelimiter(p.raw[:end], pos, part.Offset, delimiter)
		if start >= 0 {
			if p.parts >= MaxParts {
				p.limited = true
				return
			}
			part.Children = append(part.Children, p.part(start, trimBreak(p.raw, start, at), childType, depth+1))
		}
		if at == end || last {
			break
		}
		start, pos = next, next
	}
	if len(part.Children) == 0 {
		// Its boundary never comes: show what there is.
		part.Type = "text/plain"
	}
}

// findDelimiter finds the next delimiter line at or after pos: where it begins,
// where the line after it begins, and whether it closes the multipart. Without
// one, at is the end of the data.
func findDelimiter(raw []byte, pos, first int, delimiter []byte) (at, next int, last bool) {
	for pos < len(raw) {
		i := bytes.Index(raw[pos:], delimiter)
		if i < 0 {
			break
		}
		at = pos + i
		pos = at + len(delimiter)
		if at > first && raw[at-1] != '\n' {
			continue
		}
		next = lineEnd(raw, at)
		tail := bytes.TrimSpace(raw[pos:next])
		if len(tail) == 0 {
			return at, next, false
		}
		if bytes.HasPrefix(tail, []byte("--")) {
			return at, next, true
		}
	}
	return len(raw), len(raw), false
}

// trimBreak drops the line break before a delimiter, which belongs to that.
func trimBreak(raw []byte, start, at int) int {
	if at > start && at < len(raw) && raw[at-1] == '\n' {
		at--
		if at > start && raw[at-1] == '\r' {
			at--
		}
	}
	return at
}

// guessBoundary finds the boundary of a multipart that does not name it: the
// first line that looks like a delimiter.
func guessBoundary(body []byte) string {
	for pos := 0; pos < len(body) && pos < 64<<10; {
		end := lineEnd(body, pos)
		line := bytes.TrimRight(body[pos:end], " \t\r\n")
		if len(line) > 6 && len(line) <= 76 && bytes.HasPrefix(line, []byte("--")) && !bytes.ContainsAny(line, " \t") {
			return string(line[2:])
		}
		pos = end
	}
	return ""
}

// Decoded gives the body with its transfer encoding taken off.
func (p *Part) Decoded() []byte {
	switch p.Encoding {
	case "base64":
		return looseBase64(p.Body)
	case "quoted-printable":
		return quotedPrintable(p.Body)
	case "x-uuencode", "uuencode", "x-uue", "uue":
		return uudecode(p.Body)
	}
	return p.Body
}

// Text gives the decoded body as UTF-8.
func (p *Part) Text() string { return Text(p.Decoded(), p.Params["charset"]) }

// Name is the part's file name as declared, "" when it has none.
func (p *Part) Name() string {
	if s := p.dispParams["filename"]; s != "" {
		return s
	}
	return p.Params["name"]
}

// IsAttachment tells whether the leaf is something to open rather than a part
// of the message's own text.
func (p *Part) IsAttachment() bool {
	text := p.Type == "text/plain" || p.Type == "text/html" || p.Type == "text/enriched"
	if p.Disposition == "attachment" || !text {
		return true
	}
	return p.Name() != ""
}

// Walk calls visit for the part and all below it, in order.
func (p *Part) Walk(visit func(*Part)) {
	visit(p)
	for _, c := range p.Children {
		c.Walk(visit)
	}
}

// quotedPrintable decodes leniently: an equals sign that begins no code stays.
func quotedPrintable(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		end := lineEnd(b, 0)
		line, brk := b[:end], b[:0]
		if i := len(bytes.TrimRight(line, "\r\n")); i < len(line) {
			line, brk = line[:i], line[i:]
		}
		b = b[end:]
		line = bytes.TrimRight(line, " \t")
		if n := len(line); n > 0 && line[n-1] == '=' {
			line, brk = line[:n-1], nil
		}
		for i := 0; i < len(line); i++ {
			if line[i] == '=' && i+2 < len(line) && hexVal(line[i+1]) >= 0 && hexVal(line[i+2]) >= 0 {
				out = append(out, byte(hexVal(line[i+1])<<4|hexVal(line[i+2])))
				i += 2
				continue
			}
			out = append(out, line[i])
		}
		out = append(out, brk...)
	}
	return out
}

// Best picks, of a multipart/alternative, the richest form that can be shown: one with HTML,
// else with text; an empty HTML form loses to a text that is not. It is nil when there is none.
func (p *Part) Best() *Part {
	var best *Part
	rank := 0
	for _, c := range p.Children {
		r := 0
		c.Walk(func(q *Part) {
			if len(q.Children) > 0 || q.IsAttachment() || len(bytes.TrimSpace(q.Body)) == 0 {
				return
			}
			if q.Type == "text/html" {
				r = max(r, 3)
			} else {
				r = max(r, 2)
			}
		})
		if len(c.Children) == 0 && c.Type == "text/enriched" {
			r = min(r, 1)
		}
		if r > 0 && r >= rank {
			best, rank = c, r
		}
	}
	return best
}
