package search

import (
	"cmp"
	"slices"

	"mailquarry/mailtext"
	"mailquarry/search/analysis"
	"mailquarry/search/query"
)

// Match says which of the plain words of a query a message has to have.
type Match string

// What can be asked for. What stands behind a field or a sign, and what is a phrase or
// in brackets, is asked for in any case.
const (
	MatchAll  Match = "all"  // each of them
	MatchAny  Match = "any"  // one of them; those with more come first
	MatchAuto Match = "auto" // all, and where no message has all, any
)

// relaxed has a query find what has any of its plain words, rather than all. It drops
// words that say nothing, such as "the", as long as others are left. It is false for
// a query of less than two plain words.
func relaxed(n query.Node, text string) (query.Node, bool) {
	and, ok := n.(query.And)
	if !ok {
		return n, false
	}
	var words, rest []query.Node
	for _, one := range and.Nodes {
		if w, ok := one.(query.Word); ok && w.Field == query.Any {
			words = append(words, one)
		} else {
			rest = append(rest, one)
		}
	}
	if len(words) < 2 {
		return n, false
	}
	usual := usualTerms(mailtext.Language(text))
	telling := slices.DeleteFunc(slices.Clone(words), func(n query.Node) bool {
		w, _ := n.(query.Word)
		terms := analysis.Terms(w.Text)
		return !w.Exact && len(terms) == 1 && usual[terms[0]]
	})
	if len(telling) > 0 {
		words = telling
	}
	either := query.Node(query.Or{Nodes: words})
	if len(words) == 1 {
		either = words[0]
	}
	if len(rest) == 0 {
		return either, true
	}
	return query.And{Nodes: append(rest, either)}, true
}

// usualTerms are terms that say nothing in a language, "" for English.
func usualTerms(language string) map[string]bool {
	usual := map[string]bool{}
	for _, w := range mailtext.UsualWords(cmp.Or(language, "en")) {
		usual[analysis.Terms(w)[0]] = true
	}
	return usual
}
