package bleve

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/blevesearch/vellum/levenshtein"

	"mailquarry/search/engine"
)

// prefixOf stands for the terms that begin with a prefix.
func prefixOf(field, prefix string) *expander {
	return &expander{field: field, prefix: prefix, name: prefix + "*"}
}

// wildcardOf stands for the terms of a folded pattern of * and ?.
func wildcardOf(field, pattern string) *expander {
	return &expander{
		field: field, prefix: pattern[:strings.IndexAny(pattern+"*", "*?")], name: pattern,
		accept: wildcardTest(pattern),
	}
}

// wildcardTest tests terms for a pattern, the usual ones quickly.
func wildcardTest(pattern string) func(term []byte) bool {
	inner := []byte(strings.Trim(pattern, "*"))
	plain := len(inner) > 0 && !bytes.ContainsAny(inner, "*?")
	begins, ends := !strings.HasPrefix(pattern, "*"), !strings.HasSuffix(pattern, "*")
	switch {
	case plain && !begins && !ends:
		return func(term []byte) bool { return bytes.Contains(term, inner) }
	case plain && !begins:
		return func(term []byte) bool { return bytes.HasSuffix(term, inner) }
	}
	return func(term []byte) bool { return fitsWildcard(pattern, term) }
}

// fitsWildcard matches a term: * is any letters, none too, ? is one.
func fitsWildcard(pattern string, term []byte) bool {
	// Where the last * stands, and up to where in the term it has reached.
	star, reached := -1, 0
	p, t := 0, 0
	for t < len(term) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, reached = p, t
			p++
		case p < len(pattern) && pattern[p] == '?':
			_, size := utf8.DecodeRune(term[t:])
			p, t = p+1, t+size
		case p < len(pattern) && pattern[p] == term[t]:
			p, t = p+1, t+1
		case star >= 0:
			_, size := utf8.DecodeRune(term[reached:])
			reached += size
			p, t = star+1, reached
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// regexpOf stands for the terms that an expression matches as a whole.
func regexpOf(field, expression string) (*expander, error) {
	// It has to be one by itself: a)|(b is none.
	_, err := regexp.Compile(expression)
	var re *regexp.Regexp
	if err == nil {
		re, err = regexp.Compile(`(?i)^(?:` + expression + `)$`)
	}
	if err != nil {
		return nil, fmt.Errorf("compile query: /%s/ is no regular expression: %w (%w)", expression, engine.ErrTooComplex, err)
	}
	return &expander{field: field, name: "/" + expression + "/", accept: re.Match}, nil
}

// fuzzyMatcher stands for the terms that differ little from one.
type fuzzyMatcher struct {
	expander
	term string
}

// maxFuzzy is how many words of a query are looked for with their misspellings; making
// an automaton takes milliseconds. The others are looked for as they are.
const maxFuzzy = 20

// What another spelling counts beside the one that was asked for.
const misspelledWeight = 0.5

// automata make the automata of misspellings, by distance. They take a while to make.
var automata = [3]func() (*levenshtein.LevenshteinAutomatonBuilder, error){
	1: sync.OnceValues(func() (*levenshtein.LevenshteinAutomatonBuilder, error) {
		return levenshtein.NewLevenshteinAutomatonBuilder(1, true)
	}),
	2: sync.OnceValues(func() (*levenshtein.LevenshteinAutomatonBuilder, error) {
		return levenshtein.NewLevenshteinAutomatonBuilder(2, true)
	}),
}

// fuzzyOf stands for the terms of which at most distance letters are changed, added,
// left out or swapped with the next one; the first letter stays.
func fuzzyOf(field, term string, distance int) (*fuzzyMatcher, error) {
	builder, err := automata[min(max(distance, 1), 2)]()
	if err != nil {
		return nil, fmt.Errorf("compile query: misspellings of a word: %w", err)
	}
	dfa, err := builder.BuildDfa(term, uint8(min(max(distance, 1), 2)))
	if err != nil {
		return nil, fmt.Errorf("compile query: misspellings of a word: %w", err)
	}
	_, size := utf8.DecodeRuneInString(term)
	return &fuzzyMatcher{expander{field: field, prefix: term[:size], fits: dfa, name: term + "~"}, term}, nil
}

func (m *fuzzyMatcher) forms(p *part) ([]form, error) {
	all, err := m.expander.forms(p)
	for i := range all {
		all[i].weight = misspelledWeight
	}
	if err != nil {
		return nil, err
	}
	exact, err := p.lookup(m.field, m.term)
	if err != nil {
		return nil, err
	}
	if exact.docs != nil { // it is among all; what it counts more comes on top
		all = append(all, form{exact, exact.docs, 1 - misspelledWeight})
	}
	return all, nil
}
