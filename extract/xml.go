package extract

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"mailquarry/internal/rfc822"
)

// maxXMLDepth bounds how deep elements may be nested.
const maxXMLDepth = 2000

// xmlKind is a kind of token.
type xmlKind uint8

const (
	xmlEnd   xmlKind = iota // of the input
	xmlOpen                 // a start tag
	xmlClose                // an end tag, or the end of an empty element
	xmlText                 // characters
)

// xmlScanner reads XML token by token. It holds only the input and the place in
// it, resolves no entity but the five of XML and numbers, opens nothing, and
// takes names without their prefixes: the vocabularies read with it do not
// clash in what is asked for. Malformed input gives what can be made of it.
type xmlScanner struct {
	b     []byte
	pos   int
	depth int
	name  string // of the element, without prefix
	space string // the prefix
	attrs []byte // of a start tag, as written
	chars []byte // of text, as written
	cdata bool   // chars hold no entities
	empty bool   // an end tag is to follow at once
	names map[string]string
	deep  bool // the input was left for being nested too deep
	short bool // the input ended inside something
}

func newXML(b []byte) *xmlScanner {
	return &xmlScanner{b: xmlUTF8(b), names: map[string]string{}}
}

// xmlUTF8 brings a document to UTF-8 where it says that it is in another
// charset.
func xmlUTF8(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	switch {
	case len(b) < 4:
		return b
	case b[0] == 0xfe && b[1] == 0xff, b[0] == 0 && b[1] == '<':
		return []byte(rfc822.Text(b, "utf-16be"))
	case b[0] == 0xff && b[1] == 0xfe, b[0] == '<' && b[1] == 0:
		return []byte(rfc822.Text(b, "utf-16le"))
	}
	if !bytes.HasPrefix(b, []byte("<?xml")) {
		return b
	}
	head, _, _ := bytes.Cut(b[:min(len(b), 200)], []byte("?>"))
	label := strings.ToLower(xmlAttr(head[len("<?xml"):], "encoding"))
	switch label {
	case "", "utf-8", "utf8", "us-ascii", "utf-16":
		return b
	}
	return []byte(rfc822.Text(b, label))
}

// next gives the next token, xmlEnd after the last.
func (x *xmlScanner) next() xmlKind {
	if x.empty {
		x.empty = false
		x.depth--
		return xmlClose
	}
	for x.pos < len(x.b) {
		if x.b[x.pos] != '<' {
			end := bytes.IndexByte(x.b[x.pos:], '<')
			if end < 0 {
				end = len(x.b) - x.pos
			}
			x.chars, x.cdata = x.b[x.pos:x.pos+end], false
			x.pos += end
			return xmlText
		}
		rest := x.b[x.pos:]
		switch {
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			x.chars, x.cdata = x.until(len("<![CDATA["), "]]>"), true
			return xmlText
		case bytes.HasPrefix(rest, []byte("<!--")):
			x.until(len("<!--"), "-->")
		case bytes.HasPrefix(rest, []byte("<?")):
			x.until(len("<?"), "?>")
		case bytes.HasPrefix(rest, []byte("<!")):
			x.doctype()
		case bytes.HasPrefix(rest, []byte("</")):
			x.name = x.local(x.until(len("</"), ">"))
			x.depth = max(0, x.depth-1)
			return xmlClose
		default:
			if x.open() {
				return xmlOpen
			}
			if x.deep {
				return xmlEnd
			}
		}
	}
	x.short = x.short || x.depth > 0
	return xmlEnd
}

// until passes what stands between an opening of n bytes and a closing.
func (x *xmlScanner) until(n int, closing string) []byte {
	from := x.pos + n
	i := bytes.Index(x.b[from:], []byte(closing))
	if i < 0 {
		x.pos, x.short = len(x.b), true
		return x.b[from:]
	}
	x.pos = from + i + len(closing)
	return x.b[from : from+i]
}

// doctype passes a document type, whose declarations are not followed.
func (x *xmlScanner) doctype() {
	inner := 0
	for i := x.pos; i < len(x.b); i++ {
		switch c := x.b[i]; c {
		case '"', '\'':
			j := bytes.IndexByte(x.b[i+1:], c)
			if j < 0 {
				x.pos, x.short = len(x.b), true
				return
			}
			i += j + 1
		case '[':
			inner++
		case ']':
			inner--
		case '>':
			if inner <= 0 {
				x.pos = i + 1
				return
			}
		}
	}
	x.pos, x.short = len(x.b), true
}

// open reads a start tag; false when that is none.
func (x *xmlScanner) open() bool {
	from := x.pos + 1
	i := from
	for i < len(x.b) && x.b[i] > ' ' && x.b[i] != '>' && x.b[i] != '/' && x.b[i] != '<' {
		i++
	}
	if i == from { // a lone "<"
		x.pos++
		return false
	}
	name := x.b[from:i]
	end := i
	for end < len(x.b) && x.b[end] != '>' {
		if c := x.b[end]; c == '"' || c == '\'' {
			j := bytes.IndexByte(x.b[end+1:], c)
			if j < 0 {
				end = len(x.b)
				break
			}
			end += j + 1
		}
		end++
	}
	if end >= len(x.b) {
		x.pos, x.short = len(x.b), true
		return false
	}
	x.pos = end + 1
	if x.depth >= maxXMLDepth {
		x.deep, x.pos = true, len(x.b)
		return false
	}
	x.depth++
	x.attrs = x.b[i:end]
	if n := len(x.attrs); n > 0 && x.attrs[n-1] == '/' {
		x.attrs, x.empty = x.attrs[:n-1], true
	}
	x.name = x.local(name)
	return true
}

// local gives a name without its prefix.
func (x *xmlScanner) local(name []byte) string {
	name = bytes.TrimRight(name, " \t\r\n")
	x.space = ""
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		x.space = x.shared(name[:i])
		name = name[i+1:]
	}
	return x.shared(name)
}

// shared gives a name as a string, the same for the same.
func (x *xmlScanner) shared(name []byte) string {
	if s, ok := x.names[string(name)]; ok {
		return s
	}
	const most = 2000
	s := string(name)
	if len(x.names) < most && len(s) < 100 {
		x.names[s] = s
	}
	return s
}

// attr gives an attribute of the element, "" when it has none. A name without
// prefix finds the attribute with any.
func (x *xmlScanner) attr(name string) string { return xmlAttr(x.attrs, name) }

// eachAttr calls fn with each attribute's name, as it is written, and value.
func eachAttr(b []byte, fn func(name, value []byte) bool) {
	for {
		b = bytes.TrimLeft(b, " \t\r\n/")
		i := bytes.IndexByte(b, '=')
		if i <= 0 {
			return
		}
		name := bytes.TrimRight(b[:i], " \t\r\n")
		b = bytes.TrimLeft(b[i+1:], " \t\r\n")
		if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
			return
		}
		j := bytes.IndexByte(b[1:], b[0])
		if j < 0 || !fn(name, b[1:1+j]) {
			return
		}
		b = b[j+2:]
	}
}

func xmlAttr(attrs []byte, name string) string {
	var found []byte
	has := false
	eachAttr(attrs, func(n, v []byte) bool {
		if string(n) == name {
			found, has = v, true
			return false
		}
		if i := bytes.IndexByte(n, ':'); !has && i >= 0 && string(n[i+1:]) == name {
			found, has = v, true
		}
		return true
	})
	if bytes.IndexByte(found, '&') < 0 {
		return string(found)
	}
	return string(appendUnescaped(nil, found))
}

// appendChars appends the text of an xmlText token to dst.
func (x *xmlScanner) appendChars(dst []byte) []byte {
	if x.cdata {
		return append(dst, x.chars...)
	}
	return appendUnescaped(dst, x.chars)
}

// appendUnescaped resolves XML's own five entities and numbers; any other stays
// as it is written.
func appendUnescaped(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		end := bytes.IndexByte(b[:min(len(b), 12)], ';')
		r := rune(-1)
		if end > 1 {
			r = entity(string(b[1:end]))
		}
		if r < 0 {
			dst, b = append(dst, '&'), b[1:]
			continue
		}
		dst, b = utf8.AppendRune(dst, r), b[end+1:]
	}
}

// entity gives the character that an entity stands for, -1 for an unknown one.
func entity(s string) rune {
	switch s {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	if len(s) < 2 || s[0] != '#' {
		return -1
	}
	digits, base := s[1:], 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return -1
	}
	return rune(n)
}

// skip passes the rest of the element whose start tag was read last.
func (x *xmlScanner) skip() {
	for depth := x.depth; ; {
		switch x.next() {
		case xmlEnd:
			return
		case xmlClose:
			if x.depth < depth {
				return
			}
		}
	}
}

// inner gives the text of the element whose start tag was read last, at most
// limit bytes of it, and passes its end.
func (x *xmlScanner) inner(limit int) string {
	var b []byte
	for depth := x.depth; ; {
		switch x.next() {
		case xmlEnd:
			return string(b)
		case xmlText:
			if len(b) < limit {
				b = x.appendChars(b)
			}
		case xmlClose:
			if x.depth < depth {
				return string(b[:min(len(b), limit)])
			}
		}
	}
}
