package enginetest

import (
	"regexp"
	"slices"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// run is where something stands: the numbers of its first and its last word.
type run struct{ from, to int }

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
	}
	return query.Any
}

// hasRun tells whether in some part each node stands near the one before it.
func (m *model) hasRun(id mail.MessageID, d engine.Document, f query.Field, nodes []query.Node, distance int, ordered bool) bool {
	inflects := slices.Contains([]query.Field{query.Any, query.Subject, query.Body, query.Quoted, query.Attachment}, f)
	for _, part := range m.text[id][f] {
		var ends []run
		for i, n := range nodes {
			var next []run
			for _, r := range m.runs(part, d, n, inflects) {
				near := func(last run) bool {
					return r.from > last.to && r.from-last.to <= distance || !ordered && last.from > r.to && last.from-r.to <= distance
				}
				if i == 0 || slices.ContainsFunc(ends, near) {
					next = append(next, r)
				}
			}
			ends = next
		}
		if len(ends) > 0 {
			return true
		}
	}
	return false
}

// runs lists where a node's words stand next to each other in a part.
func (m *model) runs(part []string, d engine.Document, n query.Node, inflects bool) []run {
	fits := m.wordsOf(d, n, inflects)
	var found []run
	for i := 0; len(fits) > 0 && i+len(fits) <= len(part); i++ {
		same := true
		for j, fit := range fits {
			same = same && fit(part[i+j])
		}
		if same {
			found = append(found, run{i, i + len(fits) - 1})
		}
	}
	return found
}

// wordsOf gives a test for each word of a node.
func (m *model) wordsOf(d engine.Document, n query.Node, inflects bool) []func(term string) bool {
	var fits []func(string) bool
	plain := func(text string) []string {
		terms := analysis.Terms(text)
		for _, t := range terms {
			fits = append(fits, func(term string) bool { return term == t })
		}
		return terms
	}
	switch n := n.(type) {
	case query.Word:
		terms := plain(n.Text)
		switch {
		case len(terms) != 1:
		case n.Fuzzy > 0:
			fits[0] = func(term string) bool {
				return []rune(term)[0] == []rune(terms[0])[0] && edits([]rune(term), []rune(terms[0])) <= n.Fuzzy
			}
		case !n.Exact && analysis.Hangul(terms[0]):
			fits[0] = func(term string) bool { return strings.Contains(term, terms[0]) }
		case !n.Exact && inflects:
			languages := m.languagesOf(d)
			fits[0] = func(term string) bool {
				return term == terms[0] || slices.ContainsFunc(languages, func(l string) bool {
					return analysis.Stem(l, term) == analysis.Stem(l, terms[0]) || m.compound(l, term, terms[0])
				})
			}
		}
	case query.Phrase:
		terms := plain(n.Text)
		for i, t := range terms {
			if len(terms) > 1 {
				fits[i] = func(term string) bool { return slices.Contains(analysis.Particled(t), term) }
			}
		}
	case query.Prefix:
		if terms := plain(n.Text); len(terms) > 0 {
			fits[len(fits)-1] = func(term string) bool { return strings.HasPrefix(term, terms[len(terms)-1]) }
		}
	case query.Wildcard:
		if !analysis.Unspaced(n.Pattern) {
			fits = append(fits, wildcard(strings.ToLower(n.Pattern)).MatchString)
			break
		}
		for _, letter := range strings.Trim(n.Pattern, "*") {
			fits = append(fits, func(term string) bool {
				return term == string(letter) || letter == '?' && len([]rune(term)) == 1
			})
		}
	}
	return fits
}

// languagesOf is the language of a document; where it is unknown any that at least a
// tenth of the others are in.
func (m *model) languagesOf(d engine.Document) []string {
	if d.Language != "" {
		return []string{d.Language}
	}
	return m.spoken(10)
}

// spoken are the languages of at least one document in so many of those whose language
// is known.
func (m *model) spoken(oneIn int) []string {
	counts, known := map[string]int{}, 0
	for _, d := range m.docs {
		if d.Language != "" {
			counts[d.Language]++
			known++
		}
	}
	var languages []string
	for l, n := range counts {
		if oneIn*n >= known {
			languages = append(languages, l)
		}
	}
	return languages
}

// compound tells whether a term is made of a word and other words of the documents in
// a language.
func (m *model) compound(language, term, word string) bool {
	return slices.Contains(m.spoken(200), language) && analysis.IsCompound(language, term, word, func(other string) bool {
		for id, d := range m.docs {
			if slices.Contains(m.languagesOf(d), language) && slices.ContainsFunc(m.text[id][query.Any], func(part []string) bool { return slices.Contains(part, other) }) {
				return true
			}
		}
		return false
	})
}

// wildcard makes an expression of a pattern of * and ?.
func wildcard(pattern string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(pattern)
	return regexp.MustCompile("^" + strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(quoted) + "$")
}

// edits is how many letters have to be changed, added, left out or swapped with the
// next one to make one word of another, none of them twice.
func edits(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
