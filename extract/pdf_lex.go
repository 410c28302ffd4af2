package extract

import (
	"bytes"
	"strconv"
)

// The kinds of token in a PDF content stream or CMap.
type pdfKind byte

const (
	pdfEOF pdfKind = iota
	pdfNumber
	pdfName
	pdfString
	pdfOperator // an operator, or a delimiter of arrays and dictionaries
)

type pdfToken struct {
	kind pdfKind
	num  float64
	str  string // name without slash, decoded string, operator
}

// pdfOperand is a number, name, string or array of them. Dictionaries only
// matter to operators that have no text.
type pdfOperand struct {
	pdfToken
	array []pdfToken
	isArr bool
}

// pdfLexer reads the tokens of a content stream. Nothing makes it fail: what
// is no token is passed over.
type pdfLexer struct {
	b   []byte
	pos int
}

func pdfSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func pdfDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func (l *pdfLexer) next() pdfToken {
	for l.pos < len(l.b) {
		c := l.b[l.pos]
		switch {
		case pdfSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.b) && l.b[l.pos] != '\n' && l.b[l.pos] != '\r' {
				l.pos++
			}
		case c == '(':
			return l.literal()
		case c == '/':
			return l.name()
		case c == '<' || c == '>':
			if l.pos+1 < len(l.b) && l.b[l.pos+1] == c {
				l.pos += 2
				return pdfToken{kind: pdfOperator, str: string([]byte{c, c})}
			}
			if c == '<' {
				return l.hex()
			}
			l.pos++
		case c == '[' || c == ']':
			l.pos++
			return pdfToken{kind: pdfOperator, str: string(c)}
		case pdfDelimiter(c):
			l.pos++
		default:
			return l.word()
		}
	}
	return pdfToken{}
}

func (l *pdfLexer) word() pdfToken {
	start := l.pos
	for l.pos < len(l.b) && !pdfSpace(l.b[l.pos]) && !pdfDelimiter(l.b[l.pos]) {
		l.pos++
	}
	s := l.b[start:l.pos]
	if c := s[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		return pdfToken{kind: pdfNumber, num: pdfFloat(s)}
	}
	return pdfToken{kind: pdfOperator, str: string(s)}
}

// pdfFloat reads a number as PDF programs do: leniently, "--5" and "5-3" too.
func pdfFloat(s []byte) float64 {
	if f, err := strconv.ParseFloat(string(s), 64); err == nil {
		return min(max(f, -1e9), 1e9)
	}
	neg := false
	for len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = neg || s[0] == '-'
		s = s[1:]
	}
	if i := bytes.IndexAny(s, "-+eE"); i >= 0 {
		s = s[:i]
	}
	f, _ := strconv.ParseFloat(string(s), 64)
	if neg {
		f = -f
	}
	return min(max(f, -1e9), 1e9)
}

func (l *pdfLexer) name() pdfToken {
	l.pos++
	start := l.pos
	for l.pos < len(l.b) && !pdfSpace(l.b[l.pos]) && !pdfDelimiter(l.b[l.pos]) {
		l.pos++
	}
	s := l.b[start:l.pos]
	if bytes.IndexByte(s, '#') < 0 {
		return pdfToken{kind: pdfName, str: string(s)}
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '#' && i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0 {
			out = append(out, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return pdfToken{kind: pdfName, str: string(out)}
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *pdfLexer) hex() pdfToken {
	l.pos++
	var out []byte
	half, have := 0, false
	for l.pos < len(l.b) {
		c := l.b[l.pos]
		l.pos++
		if c == '>' {
			break
		}
		v := hexDigit(c)
		if v < 0 {
			continue
		}
		if have {
			out = append(out, byte(half<<4|v))
		} else {
			half = v
		}
		have = !have
	}
	if have {
		out = append(out, byte(half<<4))
	}
	return pdfToken{kind: pdfString, str: string(out)}
}

func (l *pdfLexer) literal() pdfToken {
	l.pos++
	var out []byte
	depth := 1
	for l.pos < len(l.b) {
		c := l.b[l.pos]
		l.pos++
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return pdfToken{kind: pdfString, str: string(out)}
			}
		case '\\':
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	return pdfToken{kind: pdfString, str: string(out)}
}

// escape reads what follows a backslash. One before any other character means
// that character.
func (l *pdfLexer) escape(out []byte) []byte {
	if l.pos >= len(l.b) {
		return out
	}
	c := l.b[l.pos]
	l.pos++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\n':
		return out
	case '\r':
		if l.pos < len(l.b) && l.b[l.pos] == '\n' {
			l.pos++
		}
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for i := 0; i < 2 && l.pos < len(l.b) && l.b[l.pos] >= '0' && l.b[l.pos] <= '7'; i++ {
		v = v<<3 | int(l.b[l.pos]-'0')
		l.pos++
	}
	return append(out, byte(v))
}

// skipImage passes over the data of an inline image, whose dictionary was read
// up to ID: up to an EI that stands alone and is followed by what looks like
// content again.
func (l *pdfLexer) skipImage() {
	for {
		i := bytes.Index(l.b[l.pos:], []byte("EI"))
		if i < 0 {
			l.pos = len(l.b)
			return
		}
		at := l.pos + i
		l.pos = at + 2
		before := at == 0 || pdfSpace(l.b[at-1])
		after := l.pos >= len(l.b) || pdfSpace(l.b[l.pos])
		if before && after && plainBytes(l.b[l.pos:min(len(l.b), l.pos+12)]) {
			return
		}
	}
}

func plainBytes(b []byte) bool {
	for _, c := range b {
		if c >= 0x7f || c < ' ' && !pdfSpace(c) {
			return false
		}
	}
	return true
}

// maxOperands bounds the operands kept for one operator, and the elements of
// an array among them.
const (
	maxOperands = 64
	maxElements = 100000
)

// pdfProgram reads operators with their operands.
type pdfProgram struct {
	lex  pdfLexer
	args []pdfOperand
}

// step reads up to the next operator and gives it with its operands, "" at the
// end.
func (p *pdfProgram) step() (string, []pdfOperand) {
	p.args = p.args[:0]
	for {
		t := p.lex.next()
		switch {
		case t.kind == pdfEOF:
			return "", nil
		case t.kind == pdfOperator && t.str == "[":
			p.push(pdfOperand{array: p.array(), isArr: true})
		case t.kind == pdfOperator && t.str == "<<":
			p.dictionary()
			p.push(pdfOperand{})
		case t.kind == pdfOperator && (t.str == "]" || t.str == ">>"):
		case t.kind == pdfOperator && t.str == "ID":
			p.lex.skipImage()
			p.args = p.args[:0]
		case t.kind == pdfOperator:
			return t.str, p.args
		default:
			p.push(pdfOperand{pdfToken: t})
		}
	}
}

func (p *pdfProgram) push(o pdfOperand) {
	if len(p.args) == maxOperands {
		copy(p.args, p.args[1:])
		p.args = p.args[:maxOperands-1]
	}
	p.args = append(p.args, o)
}

func (p *pdfProgram) array() []pdfToken {
	var out []pdfToken
	for {
		t := p.lex.next()
		if t.kind == pdfEOF || t.kind == pdfOperator && t.str == "]" {
			return out
		}
		if t.kind == pdfOperator && (t.str == "Tj" || t.str == "TJ" || t.str == "ET") {
			// The array was never closed.
			p.lex.pos -= len(t.str)
			return out
		}
		if t.kind != pdfOperator && len(out) < maxElements {
			out = append(out, t)
		}
	}
}

func (p *pdfProgram) dictionary() {
	for depth := 1; depth > 0; {
		t := p.lex.next()
		switch {
		case t.kind == pdfEOF:
			return
		case t.kind == pdfOperator && t.str == "<<":
			depth++
		case t.kind == pdfOperator && t.str == ">>":
			depth--
		}
	}
}
