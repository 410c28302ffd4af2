package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailquarry/internal/access"
	"mailquarry/search/analysis"
	"mailquarry/search/query"
)

// The bounds of spelling: how many words of a query are looked at, which are long enough
// to be meant for another, in how many messages a word has to stand to be told of, and how
// many times as many as another that stands somewhere.
const (
	maxSpelled    = 8
	minSpelled    = 4
	minSpelling   = 2
	timesMore     = 10
	similarListed = 50
	proposed      = 3 // of a word that are tried
)

// fewFound is how many hits are next to nothing: the words of the query may be misspelled
// as they are in these.
const fewFound = 2

// misspelled is a word of a query that may be meant for another.
type misspelled struct {
	from, to int // in the text
	stands   bool
	better   []string // the most frequent first
}

// didYouMean gives the query with words in another spelling, "" when there is none to
// propose: words that stand in no message that the searcher may see, or in so few that
// they may be misspelled there, too. What it proposes finds more than was found.
func (a *asking) didYouMean(ctx context.Context, n query.Node, found answer) (string, error) {
	words, err := a.misspelled(ctx, n)
	if err != nil || len(words) == 0 {
		return "", err
	}
	tried := map[string]bool{}
	for i := range proposed + 1 {
		some := words
		if i == proposed { // a word that stands somewhere may be right
			some = slices.DeleteFunc(slices.Clone(words), func(w misspelled) bool { return w.stands })
		}
		text := a.respelled(some, i%proposed)
		if tried[text] || len(some) == 0 {
			continue
		}
		tried[text] = true
		if more, err := a.findsMore(ctx, text, found); err != nil || more {
			return text, err
		}
	}
	return "", nil
}

// misspelled lists words of a query, in their order, that may be meant for others.
func (a *asking) misspelled(ctx context.Context, n query.Node) ([]misspelled, error) {
	var words []misspelled
	text, last, looked := a.request.Text, 0, 0
	for _, one := range query.Positive(n) {
		w, ok := one.(query.Word)
		if !ok || !isSpelled(w) || w.At.To > len(text) || w.At.From < last || looked == maxSpelled {
			continue
		}
		looked++
		better, stands, err := a.service.meant(ctx, a.scope, w.Text)
		if err != nil {
			return nil, err
		}
		at := strings.LastIndex(text[w.At.From:w.At.To], w.Text)
		if len(better) == 0 || at < 0 {
			continue
		}
		last = w.At.From + at + len(w.Text)
		words = append(words, misspelled{w.At.From + at, last, stands, better})
	}
	return words, nil
}

// respelled gives the text with the words in their i-th spelling, or the last of those.
func (a *asking) respelled(words []misspelled, i int) string {
	var out strings.Builder
	last := 0
	for _, w := range words {
		out.WriteString(a.request.Text[last:w.from])
		out.WriteString(w.better[min(i, len(w.better)-1)])
		last = w.to
	}
	return out.String() + a.request.Text[last:]
}

// findsMore tells whether a text would find more than was found.
func (a *asking) findsMore(ctx context.Context, text string, found answer) (bool, error) {
	_, node, _, err := a.read(text)
	if err != nil {
		return false, err
	}
	either, relaxes := relaxed(node, text)
	if a.request.Match != MatchAny {
		n, err := a.count(ctx, node, a.filters)
		if err != nil || n > found.all || a.request.Match != MatchAuto || !relaxes || n > 0 {
			return n > found.all, err
		}
	}
	n, err := a.count(ctx, either, a.filters)
	return n > found.Total, err
}

// isSpelled tells the words that may be misspelled: those of letters alone.
func isSpelled(w query.Word) bool {
	return !w.Exact && w.Fuzzy == 0 && utf8.RuneCountInString(w.Text) >= minSpelled &&
		strings.IndexFunc(w.Text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) < 0 && len(analysis.Terms(w.Text)) == 1
}

// meant gives the words that were probably meant by one, and tells whether it stands
// somewhere itself. Then only words with one other letter, or two turned round, come into
// question, which stand in many times as many messages.
func (s *Service) meant(ctx context.Context, scope access.Scope, word string) (better []string, stands bool, err error) {
	term, least := analysis.Terms(word)[0], minSpelling
	for distance := range 3 { // at first the word itself, which takes no walk through the dictionary
		if distance == 2 && (stands || utf8.RuneCountInString(term) <= minSpelled+1) {
			break // then it would be another word altogether
		}
		like, err := s.engine.Similar(ctx, scope, term, distance, similarListed)
		if err != nil {
			return nil, false, fmt.Errorf("look for another spelling: %w", err)
		}
		if distance == 0 && len(like) > 0 {
			stands, least = true, max(least, timesMore*like[0].Count)
			continue
		}
		for _, l := range like {
			if l.Count >= least && l.Term != term && len(better) < proposed {
				better = append(better, l.Term)
			}
		}
		if len(better) > 0 {
			break
		}
	}
	return better, stands, nil
}
