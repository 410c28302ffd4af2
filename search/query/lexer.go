package query

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	end kind = iota
	open
	closed
	openBrace
	closeBrace
	minus
	and
	or
	not
	phrase
	word
	field
	near
	expression
)

// token is a piece of the query. For a phrase text is what stands between the
// quotes, for an expression between the slashes, for a field it is the name.
type token struct {
	kind     kind
	text     string
	from, to int
	unclosed bool   // a phrase without its closing quote
	compare  string // what stands between a field and its value: ":", or one of > >= < <= =
	distance int    // of near
	beyond   bool   // of near: another distance was asked for
	ordered  bool   // of near
}

// lexer cuts a query into tokens.
type lexer struct {
	in  string
	pos int
	// fielded is set in brackets behind a field: elsewhere what is between slashes is
	// text, such as a path.
	fielded bool
}

func (l *lexer) skipSpace() {
	for l.pos < len(l.in) {
		r, size := utf8.DecodeRuneInString(l.in[l.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		l.pos += size
	}
}

// next gives the token at the cursor.
func (l *lexer) next() token {
	l.skipSpace()
	from := l.pos
	if from == len(l.in) {
		return token{kind: end, from: from, to: from}
	}
	if k, ok := bracket(l.in[from]); ok {
		l.pos++
		return token{kind: k, from: from, to: l.pos}
	}
	if t, ok := l.phrase(); ok {
		return t
	}
	if l.in[from] == '-' && from+1 < len(l.in) {
		if r, _ := utf8.DecodeRuneInString(l.in[from+1:]); !unicode.IsSpace(r) && r != ')' && r != '}' {
			l.pos++
			return token{kind: minus, from: from, to: l.pos}
		}
	}
	if t, ok := l.field(); ok {
		return t
	}
	if t, ok := l.plusBeforeField(); ok {
		return t
	}
	if t, ok := l.near(); ok {
		return t
	}
	if t, ok := l.expression(); ok && l.fielded {
		return t
	}
	l.pos = from
	t := l.word()
	switch t.text {
	case "AND":
		t.kind = and
	case "OR":
		t.kind = or
	case "NOT":
		t.kind = not
	}
	return t
}

// field reads a field's name with the colon behind it, or behind that of a date or a
// size a comparison.
func (l *lexer) field() (token, bool) {
	from := l.pos
	n := 0
	for from+n < len(l.in) && isNameByte(l.in[from+n], n) {
		n++
	}
	f, known := lookup(l.in[from : from+n])
	if !known {
		return token{}, false
	}
	rest := l.in[from+n:]
	for _, sign := range []string{":>=", ":<=", ":>", ":<", ":", ">=", "<=", ">", "<", "="} {
		if strings.HasPrefix(rest, sign) && (sign == ":" || f.Kind == DateValue || f.Kind == SizeValue || sign == "=" && f.yes != "") {
			l.pos += n + len(sign)
			compare := strings.TrimPrefix(sign, ":")
			if compare == "" || f.yes != "" {
				compare = ":"
			}
			return token{kind: field, text: l.in[from : from+n], from: from, to: l.pos, compare: compare}, true
		}
	}
	return token{}, false
}

// plusBeforeField reads the + of +from:eva, as other languages of queries have it, by
// itself.
func (l *lexer) plusBeforeField() (token, bool) {
	from := l.pos
	end := from
	for end < len(l.in) && l.in[end] == '+' {
		end++
	}
	if end == from {
		return token{}, false
	}
	l.pos = end
	_, named := l.field()
	l.pos = end
	if !named {
		l.pos = from
	}
	return token{kind: word, text: l.in[from:end], from: from, to: end}, named
}

func isNameByte(c byte, at int) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || at > 0 && (c == '_' || c >= '0' && c <= '9')
}

// What NEAR means without a number, and the greatest number it takes.
const (
	usualDistance = 10
	maxDistance   = 1000
)

// near reads NEAR, NEAR/5, NEAR(5), NEAR(n=5), AROUND 5, ADJ and ADJ/3, in capitals; with a
// slash and a number also in small letters, which nobody means as words.
func (l *lexer) near() (token, bool) {
	from := l.pos
	for _, o := range []struct {
		name    string
		ordered bool
	}{{"NEAR", false}, {"AROUND", false}, {"ADJ", true}, {"ONEAR", true}} {
		if len(l.in)-from < len(o.name) || !strings.EqualFold(l.in[from:from+len(o.name)], o.name) {
			continue
		}
		rest := l.in[from+len(o.name):]
		if l.in[from:from+len(o.name)] != o.name && !strings.HasPrefix(rest, "/") {
			continue
		}
		t := token{kind: near, text: o.name, from: from, ordered: o.ordered, distance: usualDistance}
		digits, tail := "", rest
		switch {
		case strings.HasPrefix(rest, "/"):
			digits, tail = leadingDigits(rest[1:])
		case strings.HasPrefix(rest, "("):
			if digits, tail = leadingDigits(strings.TrimPrefix(rest[1:], "n=")); digits != "" && strings.HasPrefix(tail, ")") && endsBefore(tail[1:]) {
				tail = tail[1:]
			} else {
				digits, tail = "", rest
			}
		case o.name == "AROUND" && strings.HasPrefix(rest, " "):
			digits, tail = leadingDigits(rest[1:])
			if digits == "" {
				tail = rest
			}
		}
		if !endsBefore(tail) {
			return token{}, false
		}
		if strings.HasPrefix(rest, "/") && digits == "" {
			return token{}, false
		}
		if digits != "" {
			n, err := strconv.Atoi(digits)
			if t.distance = n; err != nil || n > maxDistance {
				t.distance = maxDistance
			}
			t.distance = max(t.distance, 1)
			t.beyond = err != nil || t.distance != n
		}
		l.pos = len(l.in) - len(tail)
		t.to = l.pos
		return t, true
	}
	return token{}, false
}

// endsBefore tells whether a word ends before a text.
func endsBefore(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s == "" || endsWord(r)
}

// endsWord tells what a word cannot have in it.
func endsWord(r rune) bool {
	return unicode.IsSpace(r) || isQuote(r) || strings.ContainsRune("(){}", r)
}

func leadingDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}

// expression reads a regular expression between slashes, the second of which ends a
// word. What is between has no other slash but behind a backslash.
func (l *lexer) expression() (token, bool) {
	from := l.pos
	if l.in[from] != '/' {
		return token{}, false
	}
	for i := from + 1; i < len(l.in); i++ {
		switch l.in[i] {
		case '\\':
			i++
		case '\n':
			return token{}, false
		case '/':
			r, _ := utf8.DecodeRuneInString(l.in[i+1:])
			if i == from+1 || i+1 < len(l.in) && !endsWord(r) {
				return token{}, false
			}
			l.pos = i + 1
			return token{kind: expression, text: l.in[from+1 : i], from: from, to: l.pos}, true
		}
	}
	return token{}, false
}

// value gives the token that stands right behind a field's colon, where a word
// is a value whatever it looks like.
func (l *lexer) value() token {
	from := l.pos
	if from == len(l.in) {
		return token{kind: end, from: from, to: from}
	}
	if r, _ := utf8.DecodeRuneInString(l.in[from:]); unicode.IsSpace(r) {
		return l.next()
	}
	if k, ok := bracket(l.in[from]); ok {
		l.pos++
		return token{kind: k, from: from, to: l.pos}
	}
	if t, ok := l.phrase(); ok {
		return t
	}
	if t, ok := l.expression(); ok && l.fielded {
		return t
	}
	l.pos = from
	return l.word()
}

func (l *lexer) word() token {
	from := l.pos
	for l.pos < len(l.in) {
		r, size := utf8.DecodeRuneInString(l.in[l.pos:])
		if unicode.IsSpace(r) || isQuote(r) {
			break
		}
		if _, ok := bracket(l.in[l.pos]); ok {
			break
		}
		l.pos += size
	}
	return token{kind: word, text: l.in[from:l.pos], from: from, to: l.pos}
}

// phrase reads a quoted phrase. What opens with a plain quote closes with one;
// the quotes that word processors make close with any quote.
func (l *lexer) phrase() (token, bool) {
	from := l.pos
	opening, size := utf8.DecodeRuneInString(l.in[from:])
	if !isQuote(opening) {
		return token{}, false
	}
	l.pos += size
	start := l.pos
	for l.pos < len(l.in) {
		r, size := utf8.DecodeRuneInString(l.in[l.pos:])
		if r == '"' || opening != '"' && isQuote(r) {
			t := token{kind: phrase, text: l.in[start:l.pos], from: from, to: l.pos + size}
			l.pos += size
			return t, true
		}
		l.pos += size
	}
	return token{kind: phrase, text: l.in[start:], from: from, to: l.pos, unclosed: true}, true
}

func isQuote(r rune) bool {
	return r == '"' || r == '“' || r == '”' || r == '„' || r == '«' || r == '»'
}

func bracket(c byte) (kind, bool) {
	switch c {
	case '(':
		return open, true
	case ')':
		return closed, true
	case '{':
		return openBrace, true
	case '}':
		return closeBrace, true
	}
	return end, false
}

// fieldName gives the length of the name in a word that looks like name:value,
// and 0 for any other word.
func fieldName(s string) int {
	n := strings.IndexByte(s, ':')
	for i := 0; i < n; i++ {
		if c := s[i]; c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return 0
		}
	}
	return max(n, 0)
}
