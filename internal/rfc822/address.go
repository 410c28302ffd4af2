package rfc822

import (
	"bytes"
	"strings"
)

// maxAddresses bounds the addresses read from one field.
const maxAddresses = 10000

// Address is one mailbox of an address field.
type Address struct {
	Name    string
	Address string
}

// Addresses reads an address field however it is written: it parts it at the
// commas and semicolons outside quotes, angle brackets and comments, leaves out
// group names, and takes what it cannot understand as a name.
func Addresses(value []byte) []Address {
	var out []Address
	s := addressScanner{b: value}
	for len(out) < maxAddresses {
		a, more := s.next()
		if a != (Address{}) {
			out = append(out, a)
		}
		if !more {
			return out
		}
	}
	return out
}

type addressScanner struct {
	b   []byte
	pos int
	// A quote or comment that is never closed ends the search for others: a
	// search each would take time in the square of the length.
	openQuote, openComment bool
}

// next reads up to the next separator. more tells that there is text behind it.
func (s *addressScanner) next() (a Address, more bool) {
	var text, angle, comment []byte
	hasAngle, quoted := false, false
	for s.pos < len(s.b) {
		c := s.b[s.pos]
		s.pos++
		switch c {
		case ',', ';':
			return makeAddress(text, angle, comment, hasAngle), true
		case ':':
			// "Group: a, b;" begins; a colon in an unquoted name is not legal.
			if !hasAngle && !quoted && !bytes.ContainsRune(text, '@') {
				text = text[:0]
				continue
			}
			text = append(text, c)
		case '"':
			quoted = true
			text = s.quoted(text)
		case '(':
			comment = s.comment(comment)
		case '<':
			end := bytes.IndexByte(s.b[s.pos:], '>')
			if end < 0 {
				end = len(s.b) - s.pos
			}
			angle, hasAngle = s.b[s.pos:s.pos+end], true
			s.pos = min(len(s.b), s.pos+end+1)
		case '\r', '\n':
		default:
			if c == '=' {
				// A comma inside an encoded word parts nothing.
				if _, n := encodedWord(s.b[s.pos-1:]); n > 0 {
					text = append(text, s.b[s.pos-1:s.pos-1+n]...)
					s.pos += n - 1
					continue
				}
			}
			text = append(text, c)
		}
	}
	return makeAddress(text, angle, comment, hasAngle), false
}

// quoted appends a quoted string's content. A quote that is never closed is
// taken as a character.
func (s *addressScanner) quoted(text []byte) []byte {
	if s.openQuote {
		return text
	}
	start := len(text)
	for i := s.pos; i < len(s.b); i++ {
		switch s.b[i] {
		case '"':
			s.pos = i + 1
			return text
		case '\\':
			if i+1 < len(s.b) {
				i++
			}
		}
		text = append(text, s.b[i])
	}
	s.openQuote = true
	return text[:start]
}

func (s *addressScanner) comment(text []byte) []byte {
	if s.openComment {
		return text
	}
	start, depth := len(text), 1
	for i := s.pos; i < len(s.b); i++ {
		switch s.b[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				s.pos = i + 1
				return text
			}
		case '\\':
			if i+1 < len(s.b) {
				i++
			}
		}
		text = append(text, s.b[i])
	}
	s.openComment = true
	return text[:start]
}

func makeAddress(text, angle, comment []byte, hasAngle bool) Address {
	name := oneLine(Words(bytes.TrimSpace(text)))
	if hasAngle {
		addr := oneLine(Words(angle))
		if i := strings.LastIndexByte(addr, ':'); i >= 0 && strings.HasPrefix(addr, "@") {
			addr = addr[i+1:] // an obsolete route
		}
		return Address{Name: strings.Trim(name, `"' `), Address: strings.TrimPrefix(addr, "mailto:")}
	}
	if strings.Contains(name, "@") && !strings.Contains(name, " ") {
		return Address{Name: oneLine(Words(comment)), Address: name}
	}
	return splitBare(name)
}

// splitBare handles a name followed by an address without brackets.
func splitBare(name string) Address {
	fields := strings.Fields(name)
	if n := len(fields); n > 1 && strings.Contains(fields[n-1], "@") {
		return Address{Name: strings.Join(fields[:n-1], " "), Address: fields[n-1]}
	}
	return Address{Name: name}
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\x00", "")), " ")
}
