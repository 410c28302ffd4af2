package query

import (
	"fmt"
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
// AND binds tighter than OR, and a space is an AND: a b OR c is (a b) OR c.
func Parse(text string, now time.Time) Parsed {
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
	return Parsed{Node: node, Sort: p.sort, Warnings: p.warnings}
}

type parser struct {
	lexer
	now      time.Time
	warnings []Warning
	depth    int
	nodes    int
	sort     string
	whole    bool // the braces that are being read hold a query of their own
}

func (p *parser) warn(from, to int, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{Message: fmt.Sprintf(format, args...), From: from, To: to})
}

func textIn(f Field) FieldInfo { return FieldInfo{Name: string(f), Kind: TextValue} }

// sequence reads operands up to the closing token stop, and tells whether it
// came to it. Between braces every operand is an alternative, and so it is of a field
// of which a message has one value.
func (p *parser) sequence(f FieldInfo, stop kind) (n Node, stopped bool) {
	either := stop == closeBrace && !p.whole || f.Kind != TextValue
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
		p.fielded = f.Kind == TextValue && f.Name != ""
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
		case near:
			if !operand || dangling.kind != end || len(all) == 0 {
				p.warn(t.from, t.to, "%s has nothing on its left", t.text)
				continue
			}
			n, read := p.nearTo(all[len(all)-1], t, f)
			all[len(all)-1] = n
			if !read {
				continue
			}
			if either {
				flush()
			}
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
			if either && !p.nearFollows() {
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
		n := p.operand(t, f)
		if t.kind == word && f.Kind == TextValue && !hasWord(t.text) && p.pos == t.to && p.opens() {
			return p.unary(f) // -+"net 30" is not to find what it says no to
		}
		return n
	}
}

// opens tells whether a quote, a bracket or a field begins at the cursor.
func (p *parser) opens() bool {
	r, _ := utf8.DecodeRuneInString(p.in[p.pos:])
	if isQuote(r) || r == '(' || r == '{' {
		return true
	}
	start := p.pos
	_, named := p.field()
	p.pos = start
	return named
}

func (p *parser) negation(t token, f FieldInfo) Node {
	start := p.pos
	switch next := p.next(); next.kind {
	case end, closed, closeBrace, and, or, near:
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
	sort := p.sort
	p.sort = ""
	n := p.unary(f)
	p.depth--
	if p.sort != "" {
		p.warn(t.from, p.pos, "sort: orders what is found and takes no NOT; it is left out")
	}
	p.sort = sort
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
	p.fielded = f.Kind == TextValue
	v := p.value()
	v.compare = t.compare
	switch v.kind {
	case word, phrase, expression:
		switch {
		case f.Kind == DateValue:
			if v.kind == word {
				p.moreOfDate(&v)
			}
			p.moreOfRange(&v)
		case f.Kind == SizeValue && v.kind == word:
			p.unitOfSize(&v)
		}
		if f.mark == headerMark && v.kind == word && strings.HasSuffix(v.text, "=") {
			p.headerValue(&v)
		}
		return p.operand(v, f)
	case open, openBrace:
		if f.Name == threadField && v.kind == openBrace {
			return p.thread(v)
		}
		if t.compare == ":" {
			return p.operand(v, f)
		}
	}
	p.pos = start
	p.warn(t.from, t.to, "%s%s needs a value", t.text, t.compare)
	return nil
}

// headerValue takes the quoted value of name="value".
func (p *parser) headerValue(v *token) {
	start := p.pos
	if t, ok := p.phrase(); ok {
		v.text, v.to, v.unclosed = v.text+t.text, t.to, t.unclosed
		return
	}
	p.pos = start
}

// thread reads a query in braces, of which the conversations are meant.
func (p *parser) thread(t token) Node {
	n := p.bracketed(t, textIn(Any), closeBrace, true)
	if n == nil {
		return nil
	}
	return Thread{n}
}

// operand reads a word, a phrase or a bracket that begins with t.
func (p *parser) operand(t token, f FieldInfo) Node {
	switch t.kind {
	case open:
		return p.bracketed(t, f, closed, false)
	case openBrace:
		return p.bracketed(t, f, closeBrace, false)
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
	case SizeValue:
		return p.size(t, f)
	case FlagValue:
		return p.flag(t, f)
	case MarkValue:
		return p.mark(t, f)
	default:
		return p.text(t, f)
	}
}

// bracketed reads what is in brackets. Between braces are alternatives, unless the
// braces hold a query of their own.
func (p *parser) bracketed(t token, f FieldInfo, stop kind, whole bool) Node {
	if p.depth >= MaxDepth {
		p.warn(t.from, t.to, "more than %d brackets and negations within each other", MaxDepth)
		return p.skip()
	}
	p.depth++
	outer := p.whole
	p.whole = whole
	n, stopped := p.sequence(f, stop)
	p.whole = outer
	p.depth--
	if !stopped {
		p.warn(t.from, t.to, "%q is not closed", p.in[t.from:t.to])
	} else if strings.TrimSpace(p.in[t.to:p.pos-1]) == "" && !p.calls(t) {
		p.warn(t.from, p.pos, "%q has nothing in it and is left out", p.in[t.from:t.to]+p.in[p.pos-1:p.pos])
	}
	return n
}

// calls tells of a bracket right behind a word, as people write functions.
func (p *parser) calls(t token) bool {
	r, _ := utf8.DecodeLastRuneInString(p.in[:t.from])
	return t.kind == open && (hasWord(string(r)) || r == '_')
}

func hasWord(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}) >= 0
}
