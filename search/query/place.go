package query

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Place is what somebody is writing, for completion.
type Place struct {
	Field string // the field of whose value it is a part, by its name; "" for text
	Text  string // what is written of the word or value before the caret, without a quote
	// Quoted tells that it stands in quotes which do not end before the caret.
	Quoted bool
	At     Span // the word or value as a whole, with its quotes: what a completion takes the place of
	// Words are the plain words right before it, at most maxRun, in order. The first
	// of them may be the value of a field, WordsField, as in from:tom be.
	Words      []PlaceWord
	WordsField string
}

// PlaceWord is a word that stands before a Place.
type PlaceWord struct {
	Text string
	At   Span
}

// maxRun is how many words before the caret are told of.
const maxRun = 8

// PlaceAt tells what is being written at a caret, which stands before the byte at.
func PlaceAt(text string, at int) Place {
	at = min(max(at, 0), len(text), MaxLength)
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	s := &placeScanner{lexer: lexer{in: text[:at]}}
	for !s.step() {
	}
	if drop := len(s.place.Words) - maxRun; drop > 0 {
		s.place.Words, s.place.WordsField = s.place.Words[drop:], ""
	}
	s.place.At.To = at
	if s.place.At.From < at || s.place.Field != "" {
		s.place.At.To = at + restOf(text[at:], s.place.Quoted)
	}
	return s.place
}

// restOf gives the length of what belongs to a word or a phrase behind the caret.
func restOf(s string, quoted bool) int {
	if quoted && !endsBefore(s) {
		if n := strings.IndexFunc(s, isQuote); n >= 0 {
			_, size := utf8.DecodeRuneInString(s[n:])
			return n + size
		}
	}
	if r, size := utf8.DecodeRuneInString(s); quoted && isQuote(r) {
		return size
	}
	if n := strings.IndexFunc(s, endsWord); n >= 0 {
		return n
	}
	return len(s)
}

// placeScanner reads what stands before the caret.
type placeScanner struct {
	lexer
	fields []string // of the brackets that are open, and the current one at the end
	place  Place
}

func (s *placeScanner) field() string {
	if len(s.fields) == 0 {
		return ""
	}
	return s.fields[len(s.fields)-1]
}

// step reads a token and tells whether the caret is reached.
func (s *placeScanner) step() bool {
	f, _ := lookup(s.field())
	s.fielded = f.Name != "" && f.Kind == TextValue
	t := s.next()
	switch t.kind {
	case end:
		return s.reached(s.field(), token{from: t.to})
	case open, openBrace:
		s.open(s.field())
	case closed, closeBrace:
		s.fields = s.fields[:max(len(s.fields)-1, 0)]
		s.forget()
	case field:
		f, _ := lookup(t.text)
		return s.value(f)
	case minus, expression:
		s.forget()
	case and, or, not, near:
		if t.to == len(s.in) { // it may become another word
			return s.reached(s.field(), token{text: s.in[t.from:t.to], from: t.from})
		}
		s.forget()
	default:
		return s.operand(t, s.field())
	}
	return false
}

// value reads what stands behind a field.
func (s *placeScanner) value(f FieldInfo) bool {
	start := s.pos
	s.forget()
	s.fielded = f.Kind == TextValue
	switch v := s.lexer.value(); v.kind {
	case end:
		return s.reached(f.Name, token{from: v.to})
	case word, phrase:
		if s.operand(v, f.Name) {
			return true
		}
		if len(s.place.Words) > 0 {
			s.place.WordsField = f.Name
		}
	case open:
		s.open(f.Name)
	case openBrace:
		if f.Name == threadField { // a query of its own
			f.Name = ""
		}
		s.open(f.Name)
	case expression:
	default:
		s.pos = start
	}
	return false
}

func (s *placeScanner) open(field string) {
	s.fields = append(s.fields, field)
	s.forget()
}

// operand takes a word or a phrase, and tells whether the caret is in it.
func (s *placeScanner) operand(t token, field string) bool {
	if t.kind == phrase {
		if t.unclosed {
			s.place.Quoted = true
			return s.reached(field, t)
		}
		s.forget()
		return false
	}
	if t.to == len(s.in) {
		return s.reached(field, t)
	}
	s.place.Words = append(s.place.Words, PlaceWord{t.text, Span{t.from, t.to}})
	return false
}

func (s *placeScanner) forget() { s.place.Words, s.place.WordsField = nil, "" }

func (s *placeScanner) reached(field string, t token) bool {
	s.place.Field, s.place.Text, s.place.At.From = field, t.text, t.from
	return true
}

// Written gives a value as it is written behind a field's colon, in quotes where it
// needs them. It is false for one that cannot be written: with a quote in it.
func Written(value string) (string, bool) {
	value = strings.Join(strings.Fields(value), " ")
	if value == "" || strings.Contains(value, `"`) || !utf8.ValidString(value) {
		return "", false
	}
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("@._-/", r)
	}
	first, _ := utf8.DecodeRuneInString(value)
	if strings.ContainsFunc(value, func(r rune) bool { return !plain(r) }) || !unicode.IsLetter(first) && !unicode.IsDigit(first) {
		return `"` + value + `"`, true
	}
	return value, true
}

// FieldNamed finds a field by its name or an alias, in any case of letters.
func FieldNamed(name string) (FieldInfo, bool) {
	f, ok := lookup(name)
	f.Aliases, f.Values = slices.Clone(f.Aliases), slices.Clone(f.Values)
	return f, ok
}
