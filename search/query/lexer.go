package query

import (
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
)

// token is a piece of the query. For a phrase text is what stands between the
// quotes, for a field it is the name.
type token struct {
	kind     kind
	text     string
	from, to int
	unclosed bool // a phrase without its closing quote
}

// lexer cuts a query into tokens.
type lexer struct {
	in  string
	pos int
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
	if n := fieldName(l.in[from:]); n > 0 {
		if _, known := lookup(l.in[from : from+n]); known {
			l.pos += n + 1
			return token{kind: field, text: l.in[from : from+n], from: from, to: l.pos}
		}
	}
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
