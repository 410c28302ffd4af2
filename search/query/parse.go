package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of a query. What goes beyond them is left out, with a warning.
const (
	MaxLength = 4096 // bytes
	MaxDepth  = 50   // brackets and negations within each other
	MaxNodes  = 200  // words, phrases, dates and the like
)

// Parse reads a query. It never fails: what it does not understand becomes a
// warning, and the rest stands. Dates are read in now's location.
//
// AND binds tighter than OR, and a space is an AND: a b OR c is (a b) OR c. A
// query of nothing is nil, which matches everything.
func Parse(text string, now time.Time) (Node, []Warning) {
	p := &parser{lexer: lexer{in: text}, now: now}
	if len(text) > MaxLength {
		n := MaxLength
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		p.in = text[:n]
		p.warn(n, len(text), "the query is longer than %d bytes; the rest is left out", MaxLength)
	}
	node, _ := p.sequence(textIn(Any), end)
	return node, p.warnings
}

type parser struct {
	lexer
	now      time.Time
	warnings []Warning
	depth    int
	nodes    int
}

func (p *parser) warn(from, to int, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{Message: fmt.Sprintf(format, args...), From: from, To: to})
}

func textIn(f Field) FieldInfo { return FieldInfo{Name: string(f), Kind: TextValue} }

// sequence reads operands up to the closing token stop, and tells whether it
// came to it. Between braces every operand is an alternative.
func (p *parser) sequence(f FieldInfo, stop kind) (n Node, stopped bool) {
	var (
		alternatives, all []Node
		operand           bool  // since the last OR there was an operand, understood or not
		dangling          token // the last operator, as long as nothing follows it
	)
	flush := func() {
		if n := join(all, false); n != nil {
			alternatives = append(alternatives, n)
		}
		all = nil
	}
	for {
		start := p.pos
		t := p.next()
		switch t.kind {
		case end, stop:
			if dangling.kind == and || dangling.kind == or {
				p.warn(dangling.from, dangling.to, "%s has nothing on its right", dangling.text)
			}
			flush()
			return join(alternatives, true), t.kind == stop
		case closed, closeBrace:
			p.warn(t.from, t.to, "%q closes nothing", p.in[t.from:t.to])
		case and, or:
			if !operand || dangling.kind != end {
				p.warn(t.from, t.to, "%s has nothing on its left", t.text)
				continue
			}
			dangling = t
			if t.kind == or {
				flush()
			}
		default:
			p.pos = start
			if n := p.unary(f); n != nil {
				all = append(all, n)
			}
			operand, dangling = true, token{}
			if stop == closeBrace {
				flush()
			}
		}
	}
}

// join makes one node of several, without a level more than needed.
func join(nodes []Node, alternatives bool) Node {
	var flat []Node
	for _, n := range nodes {
		switch n := n.(type) {
		case And:
			if !alternatives {
				flat = append(flat, n.Nodes...)
				continue
			}
		case Or:
			if alternatives {
				flat = append(flat, n.Nodes...)
				continue
			}
		}
		flat = append(flat, n)
	}
	switch {
	case len(flat) == 0:
		return nil
	case len(flat) == 1:
		return flat[0]
	case alternatives:
		return Or{flat}
	default:
		return And{flat}
	}
}

// unary reads one operand with the negations before it.
func (p *parser) unary(f FieldInfo) Node {
	t := p.next()
	switch t.kind {
	case minus, not:
		return p.negation(t, f)
	case field:
		return p.fieldValue(t)
	default:
		return p.operand(t, f)
	}
}

func (p *parser) negation(t token, f FieldInfo) Node {
	start := p.pos
	switch next := p.next(); next.kind {
	case end, closed, closeBrace, and, or:
		p.pos = start
		p.warn(t.from, t.to, "%q has nothing on its right", p.in[t.from:t.to])
		return nil
	}
	p.pos = start
	if p.depth >= MaxDepth {
		p.warn(t.from, t.to, "more than %d brackets and negations within each other", MaxDepth)
		return p.skip()
	}
	p.depth++
	n := p.unary(f)
	p.depth--
	if n == nil {
		return nil
	}
	return Not{n}
}

// skip passes over what is left: beyond the limit of depth nothing more is
// taken apart.
func (p *parser) skip() Node {
	p.pos = len(p.in)
	return nil
}

// fieldValue reads what belongs to the field that t names.
func (p *parser) fieldValue(t token) Node {
	f, _ := lookup(t.text)
	start := p.pos
	v := p.value()
	switch v.kind {
	case word, phrase, open, openBrace:
		return p.operand(v, f)
	}
	p.pos = start
	p.warn(t.from, t.to, "%s: needs a value", t.text)
	return nil
}

// operand reads a word, a phrase or a bracket that begins with t.
func (p *parser) operand(t token, f FieldInfo) Node {
	switch t.kind {
	case open:
		return p.bracketed(t, f, closed)
	case openBrace:
		return p.bracketed(t, f, closeBrace)
	}
	if t.unclosed {
		p.warn(t.from, t.to, "the quote is not closed")
	}
	if p.nodes++; p.nodes > MaxNodes {
		if p.nodes == MaxNodes+1 {
			p.warn(t.from, len(p.in), "more than %d words and conditions; the rest is left out", MaxNodes)
		}
		return nil
	}
	switch f.Kind {
	case NameValue:
		return p.name(t, f)
	case DateValue:
		return p.dates(t, f)
	case FlagValue:
		return p.flag(t, f)
	default:
		return p.text(t, f)
	}
}

func (p *parser) bracketed(t token, f FieldInfo, stop kind) Node {
	if p.depth >= MaxDepth {
		p.warn(t.from, t.to, "more than %d brackets and negations within each other", MaxDepth)
		return p.skip()
	}
	p.depth++
	n, stopped := p.sequence(f, stop)
	p.depth--
	if !stopped {
		p.warn(t.from, t.to, "%q is not closed", p.in[t.from:t.to])
	}
	return n
}

// text makes a word, a phrase or a prefix.
func (p *parser) text(t token, f FieldInfo) Node {
	if t.kind == word && fieldName(t.text) > 1 && f.Name == "" {
		p.unknownField(t)
	}
	if !hasWord(t.text) {
		p.warn(t.from, t.to, "%q has no letters or digits and is left out", p.in[t.from:t.to])
		return nil
	}
	in := Field(f.Name)
	if t.kind == phrase {
		return Phrase{Field: in, Text: t.text}
	}
	stem := strings.TrimRight(t.text, "*")
	if strings.Contains(stem, "*") {
		p.warn(t.from, t.to, "* works only at the end of a word")
	}
	if stem != t.text {
		return Prefix{Field: in, Text: stem}
	}
	return Word{Field: in, Text: t.text}
}

// unknownField warns of name:value where name is no field. Web addresses are
// plain text.
func (p *parser) unknownField(t token) {
	n := fieldName(t.text)
	name, value := t.text[:n], t.text[n+1:]
	if strings.HasPrefix(value, "//") || strings.EqualFold(name, "mailto") {
		return
	}
	p.warn(t.from, t.from+n+1, "%s: is not a field and is searched as text", name)
}

func hasWord(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}) >= 0
}

func (p *parser) name(t token, f FieldInfo) Node {
	text := strings.TrimSpace(t.text)
	switch {
	case text == "":
		p.warn(t.from, t.to, "%s: needs a value", f.Name)
		return nil
	case f.Name == "mailbox":
		return Mailbox{text}
	default:
		return Folder{text}
	}
}

func (p *parser) flag(t token, f FieldInfo) Node {
	value := strings.ToLower(strings.TrimSpace(t.text))
	switch {
	case f.Name == "has" && (value == "attachment" || value == "attachments"):
		return HasAttachment{}
	case f.Name == "has" && value == "unindexed":
		return TextState{unindexed()}
	case f.Name == "state" && isTextState(value):
		return TextState{[]string{value}}
	case f.Name == "lang" && isLanguage(value):
		return OneOf{Field: languageField, Values: []string{value}}
	case f.Name == "is" && value == "gone":
		return Gone{}
	case f.Name == "hasattachment" && (value == "yes" || value == "true" || value == "1"):
		return HasAttachment{}
	case f.Name == "hasattachment" && (value == "no" || value == "false" || value == "0"):
		return Not{HasAttachment{}}
	}
	p.warn(t.from, t.to, "%s: does not know %q", f.Name, t.text)
	return nil
}

// isTextState tells a state of an attachment's text, or one with a type.
func isTextState(s string) bool {
	state, kind, typed := strings.Cut(s, "/")
	return slices.Contains(textStates(), state) && (!typed || kind != "" && strings.IndexFunc(kind, notTypeRune) < 0)
}

func notTypeRune(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// languageField is the engine's facet of languages.
const languageField = "language"

// isLanguage tells a code as of ISO 639-1.
func isLanguage(s string) bool {
	return len(s) == 2 && 'a' <= s[0] && s[0] <= 'z' && 'a' <= s[1] && s[1] <= 'z'
}

func (p *parser) dates(t token, f FieldInfo) Node {
	day, ok := parseDate(strings.TrimSpace(t.text), p.now)
	if !ok {
		p.warn(t.from, t.to, "%q is not a date; write 2025-01-31, 2025-01 or 2025", t.text)
		return nil
	}
	if f.Name == "after" {
		return Dates{From: day}
	}
	return Dates{To: day}
}
