package bleve

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
)

// A query of many words describes what is looked for. What the best hits say tells more
// words of the matter, and of the hits that are looked at twice those that have them
// come further up (Rocchio 1971). Who types a few words remembers them from one
// message, and there it only does harm.
const (
	fedHits       = 5       // that tell words
	fedBytes      = 8 << 10 // of each
	fedCandidates = 400
	fedTerms      = 60
	fedDamping    = 1.2 // of how often a word stands in one of them, as BM25 has it
	fedWeight     = 0.6 // of the most telling word, beside one of the query
)

// feedback notes of hits, the best first, what words they have in common
// with the best ones are worth.
func (s *search) feedback(ctx context.Context, w *whole, hits []hit) error {
	if s.request.Texts == nil || len(hits) <= fedHits || !describes(s.plan.scores) {
		return nil
	}
	ids := make([]mail.MessageID, fedHits)
	for i, h := range hits[:fedHits] {
		ids[i] = h.id
	}
	texts, err := s.request.Texts(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the best hits: %w", err)
	}
	rank, err := newScoring(tellingTerms(texts, hits), w.parts)
	if err != nil {
		return err
	}
	rank.keepTelling()
	return eachPart(hits, func(p *part, docs []uint32, list []*hit) error {
		scores, err := rank.score(p, docs, roaring.BitmapOf(docs...))
		if err != nil {
			return err
		}
		for i, h := range list {
			h.said = scores[i]
		}
		return nil
	})
}

// tellingTerms gives the words of the best hits' texts, weighted by how often they
// stand there and how good the hits are; as they were typed, the most frequent first.
// A text that comes again, as of copies, says nothing more.
func tellingTerms(texts []string, hits []hit) []scorer {
	weights := map[string]float64{}
	for i, text := range texts {
		if slices.Contains(texts[:i], text) {
			continue
		}
		freqs := map[string]float64{}
		for t := range analysis.Tokens(text[:min(len(text), fedBytes)]) {
			if first, _ := utf8.DecodeRuneInString(t.Term); unicode.IsLetter(first) && utf8.RuneCountInString(t.Term) > 1 {
				freqs[t.Term]++
			}
		}
		for term, f := range freqs {
			weights[term] += hits[i].score * hits[i].score * f / (f + fedDamping)
		}
	}
	terms := make([]scorer, 0, len(weights))
	for term, w := range weights {
		terms = append(terms, scorer{field: fieldText, terms: []string{term}, weight: w})
	}
	slices.SortFunc(terms, func(a, b scorer) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.terms[0], b.terms[0]))
	})
	return terms[:min(len(terms), fedCandidates)]
}

// keepTelling keeps the words that are frequent in the best hits and rare elsewhere.
func (g *scoring) keepTelling() {
	order := make([]int, len(g.scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(g.weight[b], g.weight[a]) })
	order = order[:min(len(order), fedTerms)]
	scores, weights := make([]scorer, len(order)), make([]float64, len(order))
	for i, from := range order {
		s := g.scores[from]
		// The weight of a word is its own times how rare it is, as of the query's words.
		scores[i], weights[i] = s, fedWeight*g.weight[from]/g.weight[order[0]]*g.weight[from]/s.weight
	}
	g.scores, g.weight = scores, weights
}
