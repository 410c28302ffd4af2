package bleve

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// where is where words are looked for: fields, or in a field some zones.
type where struct {
	fields   []string
	zones    zoneSet // 0: anywhere in the fields
	inflects bool    // names and addresses have no other forms
	values   string  // the field of whole addresses that an expression may match, too
}

func whereOf(f query.Field) (where, error) {
	in := func(fields ...string) (where, error) { return where{fields: fields}, nil }
	zones := func(kinds ...zoneKind) (where, error) {
		return where{fields: []string{fieldText}, zones: zonesFor(kinds...), inflects: true}, nil
	}
	switch f {
	case query.Any:
		return where{fields: []string{fieldText}, inflects: true}, nil
	case query.Subject:
		return where{fields: []string{fieldSubject}, inflects: true}, nil
	case query.From:
		return where{fields: []string{fieldFrom}, values: fieldSender}, nil
	case query.To:
		return in(fieldTo)
	case query.Cc:
		return in(fieldCc)
	case query.Bcc:
		return in(fieldBcc)
	case query.Recipients:
		return where{fields: []string{fieldTo, fieldCc, fieldBcc}, values: fieldPeople}, nil
	case query.Participants:
		return in(fieldFrom, fieldTo, fieldCc, fieldBcc)
	case query.Filename:
		return in(fieldFile)
	case query.Body:
		return zones(zoneBody, zoneQuoted)
	case query.Quoted:
		return zones(zoneQuoted)
	case query.Attachment:
		return zones(zoneAttached)
	}
	return where{}, fmt.Errorf("compile query: no field %q", f)
}

// fieldOf gives the field of a node that looks for words.
func fieldOf(n query.Node) query.Field {
	switch n := n.(type) {
	case query.Word:
		return n.Field
	case query.Phrase:
		return n.Field
	case query.Prefix:
		return n.Field
	case query.Wildcard:
		return n.Field
	case query.Regexp:
		return n.Field
	}
	return query.Any
}

// text gives the matcher of a node that looks for words, nil for one without words.
func (c *compiler) text(n query.Node, positive bool) (matcher, error) {
	w, err := whereOf(fieldOf(n))
	if err != nil {
		return nil, err
	}
	var either []matcher
	for _, field := range w.fields {
		words, err := c.apart(n, field, w.inflects)
		if err != nil {
			return nil, err
		}
		if len(words) == 0 {
			return nil, nil
		}
		m := matcherOf(field, words, w.zones)
		if positive {
			c.scores = append(c.scores, spelledScorer(m, field, termsOf(words), n))
			if w.zones != 0 && typedTerms(n) == nil {
				c.exactFirst(field, words)
			}
			c.asTyped(n, field, words)
		}
		either = append(either, m)
	}
	if r, ok := n.(query.Regexp); ok && w.values != "" {
		m, err := regexpOf(w.values, r.Pattern)
		if err != nil {
			return nil, err
		}
		either = append(either, c.expands(m))
	}
	if len(either) == 1 {
		return either[0], nil
	}
	return &orMatcher{either}, nil
}

// wordOf is one of the words that stand next to each other: a term, and what it stands
// for where that is not the term alone.
type wordOf struct {
	term string
	many formed // nil: the term alone
}

// apart takes a node apart into words next to each other.
func (c *compiler) apart(n query.Node, field string, inflects bool) ([]wordOf, error) {
	switch n := n.(type) {
	case query.Word:
		terms := analysis.Terms(n.Text)
		words := plain(terms)
		if len(words) != 1 {
			return words, nil
		}
		switch {
		case n.Fuzzy > 0:
			if c.fuzzy++; c.fuzzy > maxFuzzy {
				c.capped = append(c.capped, terms[0]+"~")
				break
			}
			m, err := fuzzyOf(field, terms[0], n.Fuzzy)
			if err != nil {
				return nil, err
			}
			c.expands(&m.expander)
			words[0].many = m
		case (inflects || analysis.Hangul(terms[0])) && !n.Exact:
			words[0].many = c.inflects(field, terms[0])
		}
		return words, nil
	case query.Phrase:
		words := plain(analysis.Terms(n.Text))
		if len(words) == 1 {
			return words, nil
		}
		for i := range words {
			if forms := analysis.Particled(words[i].term); len(forms) > 1 {
				words[i].many = &termMatcher{field: field, terms: forms}
			}
		}
		return words, nil
	case query.Prefix:
		words := plain(analysis.Terms(n.Text))
		if len(words) > 0 {
			last := &words[len(words)-1]
			last.many = c.expands(prefixOf(field, last.term))
		}
		return words, nil
	case query.Wildcard:
		return c.wildcardWords(n.Pattern, field), nil
	case query.Regexp:
		m, err := regexpOf(field, n.Pattern)
		if err != nil {
			return nil, err
		}
		return []wordOf{{many: c.expands(m)}}, nil
	}
	return nil, fmt.Errorf("compile query: %T is no word: %w", n, engine.ErrTooComplex)
}

// inflects stands for the forms of a word, and for the compounds of the first ones of a
// query.
func (c *compiler) inflects(field, term string) *inflectMatcher {
	c.within++
	return &inflectMatcher{field: field, term: term, whole: c.within > maxWithin, tell: c.within == maxWithin+1}
}

func plain(terms []string) []wordOf {
	words := make([]wordOf, len(terms))
	for i, t := range terms {
		words[i].term = t
	}
	return words
}

// wildcardWords takes a pattern apart like a text, with the signs as letters.
func (c *compiler) wildcardWords(pattern, field string) []wordOf {
	var words []wordOf
	for piece := range strings.FieldsFuncSeq(pattern, func(r rune) bool {
		return r != '*' && r != '?' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	}) {
		if !strings.ContainsAny(piece, "*?") {
			words = append(words, plain(analysis.Terms(piece))...)
			continue
		}
		if analysis.Unspaced(piece) {
			words = append(words, c.letters(piece, field)...)
			continue
		}
		if folded := foldPattern(piece); strings.Trim(folded, "*") != "" {
			words = append(words, wordOf{many: c.expands(wildcardOf(field, folded))})
		}
	}
	return words
}

// letters takes apart a pattern of letters that are words: ? is any of them, and * at the
// ends says nothing.
func (c *compiler) letters(piece, field string) []wordOf {
	var words []wordOf
	for i, run := range strings.Split(strings.Trim(piece, "*"), "?") {
		if i > 0 {
			words = append(words, wordOf{many: c.expands(wildcardOf(field, "?"))})
		}
		words = append(words, plain(analysis.Terms(run))...)
	}
	return words
}

// maxBetween is how many letters, each a word, * stands for.
const maxBetween = 10

// spread takes a pattern apart at a * that stands between letters which are words.
func spread(n query.Wildcard) []query.Node {
	if !analysis.Unspaced(n.Pattern) {
		return nil
	}
	var pieces []query.Node
	for piece := range strings.SplitSeq(strings.Trim(n.Pattern, "*"), "*") {
		if piece != "" {
			pieces = append(pieces, query.Wildcard{Field: n.Field, Pattern: piece + "*", At: n.At})
		}
	}
	return pieces
}

// foldPattern folds what stands between the signs of a pattern.
func foldPattern(pattern string) string {
	var b strings.Builder
	for pattern != "" {
		n := strings.IndexAny(pattern, "*?")
		if n < 0 {
			n = len(pattern)
		}
		b.WriteString(strings.Join(analysis.Terms(pattern[:n]), ""))
		if n < len(pattern) {
			b.WriteByte(pattern[n])
			n++
		}
		pattern = pattern[n:]
	}
	return b.String()
}

func termsOf(words []wordOf) []string {
	var terms []string
	for _, w := range words {
		if w.term != "" {
			terms = append(terms, w.term)
		}
	}
	return terms
}

// exactWeight is what a word counts in the form that was asked for, beside all of its
// forms where these count as one.
const exactWeight = 0.25

// respelledWeight is what a word counts in another spelling than it was typed in, beside
// the word as it was typed.
const respelledWeight = 0.2

// spelledScorer is the scorer of nodes that stand together. In another spelling than they
// were typed in they count less, also where that spelling is the rarer one.
func spelledScorer(m matcher, field string, terms []string, nodes ...query.Node) scorer {
	s := scorerOf(m, field, terms, 1)
	if s.typed = typedTerms(nodes...); s.typed != nil {
		s.weight = respelledWeight
	}
	return s
}

// typedTerms gives the terms of nodes as they were typed, nil where none of them is in
// another spelling.
func typedTerms(nodes ...query.Node) []string {
	var terms []string
	other := false
	for _, n := range nodes {
		text, typed := "", ""
		switch n := n.(type) {
		case query.Word:
			text, typed = n.Text, n.Typed
		case query.Phrase:
			text, typed = n.Text, n.Typed
		}
		other = other || typed != ""
		terms = append(terms, analysis.Terms(cmp.Or(typed, text))...)
	}
	if !other {
		return nil
	}
	return terms
}

// exactFirst has messages come first that have words in the very form, where places are
// counted without telling forms apart.
func (c *compiler) exactFirst(field string, words []wordOf) {
	for _, w := range words {
		if _, ok := w.many.(*inflectMatcher); ok {
			m := &termMatcher{field: field, terms: []string{w.term}}
			c.scores = append(c.scores, scorerOf(m, field, m.terms, exactWeight))
		}
	}
}

// asTyped has messages come first that have a word with the very accents that were typed.
func (c *compiler) asTyped(n query.Node, field string, words []wordOf) {
	w, ok := n.(query.Word)
	if !ok || w.Fuzzy > 0 || w.Typed != "" || len(words) != 1 {
		return
	}
	m := &typedMatcher{field: field, term: words[0].term}
	for t := range analysis.Tokens(w.Text) {
		m.written = analysis.Written(w.Text, t)
	}
	s := scorerOf(m, field, []string{m.term}, exactWeight)
	s.word = m
	c.typed = append(c.typed, s)
}

// matcherOf matches words next to each other, in the quickest way that there is.
func matcherOf(field string, words []wordOf, zones zoneSet) matcher {
	last := words[len(words)-1]
	if zones != 0 {
		return &placeMatcher{placerOf(field, words, zones)}
	}
	if len(words) == 1 {
		if last.many != nil {
			if m, ok := last.many.(*expander); ok {
				return m
			}
			return last.many
		}
		return &termMatcher{field: field, terms: []string{last.term}}
	}
	for i, w := range words {
		_, expands := w.many.(*expander)
		if w.many != nil && (!expands || i < len(words)-1 || w.term == "") {
			return &placeMatcher{placerOf(field, words, 0)}
		}
	}
	m := &phraseMatcher{field: field, terms: termsOf(words)}
	m.prefix, _ = last.many.(*expander)
	return m
}

// placerOf tells where words stand next to each other.
func placerOf(field string, words []wordOf, zones zoneSet) placer {
	var all []placer
	for _, w := range words {
		var p placer = &wordPlacer{&termMatcher{field: field, terms: []string{w.term}}}
		if w.many != nil {
			p = &wordPlacer{w.many}
		}
		if zones != 0 {
			p = &zonePlacer{p, zones}
		}
		all = append(all, p)
	}
	if len(all) == 1 {
		return all[0]
	}
	return &nearPlacer{all: all, distance: 1, ordered: true}
}

// near gives the matcher of things that stand near each other, all in one field.
func (c *compiler) near(n query.Near, positive bool) (matcher, error) {
	if len(n.Nodes) == 0 {
		return nil, nil
	}
	w, err := whereOf(fieldOf(n.Nodes[0]))
	if err != nil {
		return nil, err
	}
	var either []matcher
	for _, field := range w.fields {
		near := &nearPlacer{distance: uint32(min(max(n.Distance, 1), partGap)), ordered: n.Ordered}
		var terms []string
		var all []wordOf
		for _, node := range n.Nodes {
			words, err := c.apart(node, field, w.inflects)
			if err != nil {
				return nil, err
			}
			if len(words) > 0 {
				near.all = append(near.all, placerOf(field, words, w.zones))
				terms = append(terms, termsOf(words)...)
				all = append(all, words...)
			}
		}
		if len(near.all) == 0 {
			return nil, nil
		}
		m := &placeMatcher{near}
		if positive {
			c.scores = append(c.scores, spelledScorer(m, field, terms, n.Nodes...))
			if typedTerms(n.Nodes...) == nil {
				c.exactFirst(field, all)
			}
		}
		either = append(either, m)
	}
	if len(either) == 1 {
		return either[0], nil
	}
	return &orMatcher{either}, nil
}
