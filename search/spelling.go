package search

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailquarry/internal/access"
	"mailquarry/search/analysis"
	"mailquarry/search/query"
)

// The bounds of spelling: how many words of a query are looked at, which are long enough
// to be meant for another, and in how many messages a word has to stand to be told of.
const (
	maxSpelled    = 8
	minSpelled    = 4
	minSpelling   = 2
	similarListed = 50
)

// didYouMean gives the query with those words in another spelling that stand in no
// message that the searcher may see, "" when there is none to propose. The words it
// proposes stand in such messages.
func (s *Service) didYouMean(ctx context.Context, scope access.Scope, text string, n query.Node) (string, error) {
	var out strings.Builder
	last, changed, looked := 0, false, 0
	for _, one := range query.Positive(n) {
		w, ok := one.(query.Word)
		if !ok || !isSpelled(w) || w.At.To > len(text) || w.At.From < last || looked == maxSpelled {
			continue
		}
		looked++
		better, err := s.spelling(ctx, scope, w.Text)
		if err != nil {
			return "", err
		}
		at := strings.LastIndex(text[w.At.From:w.At.To], w.Text)
		if better == "" || at < 0 {
			continue
		}
		out.WriteString(text[last : w.At.From+at])
		out.WriteString(better)
		last, changed = w.At.From+at+len(w.Text), true
	}
	if !changed {
		return "", nil
	}
	return out.String() + text[last:], nil
}

// isSpelled tells the words that may be misspelled: those of letters alone.
func isSpelled(w query.Word) bool {
	return !w.Exact && w.Fuzzy == 0 && utf8.RuneCountInString(w.Text) >= minSpelled &&
		strings.IndexFunc(w.Text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) < 0 && len(analysis.Terms(w.Text)) == 1
}

// spelling gives the word that was probably meant by one that stands nowhere, "" where
// it stands somewhere or nothing is like it.
func (s *Service) spelling(ctx context.Context, scope access.Scope, word string) (string, error) {
	term := analysis.Terms(word)[0]
	for distance := 1; distance <= 2; distance++ {
		if distance == 2 && utf8.RuneCountInString(term) <= minSpelled+1 {
			break // then it would be another word altogether
		}
		like, err := s.engine.Similar(ctx, scope, term, distance, similarListed)
		if err != nil {
			return "", fmt.Errorf("look for another spelling: %w", err)
		}
		for _, t := range like {
			if t.Term == term {
				return "", nil
			}
		}
		if len(like) > 0 && like[0].Count >= minSpelling {
			return like[0].Term, nil
		}
	}
	return "", nil
}
