package bleve

import (
	"cmp"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/search/engine"
)

// explain tells what the score of a hit is made of: it is scored once more, each thing
// for itself.
func (s *search) explain(rank *scoring, l *leaning, h hit) (*engine.Explanation, error) {
	if rank == nil {
		return nil, nil
	}
	e := &engine.Explanation{Near: h.near, Said: h.said, Terms: make([]engine.TermScore, 0, len(rank.scores))}
	docs, set := []uint32{h.doc}, roaring.BitmapOf(h.doc)
	defer func() { rank.tell = nil }()
	for i := range rank.scores {
		t := engine.TermScore{Text: rank.scores[i].text(), Field: rank.scores[i].field, Weight: rank.scores[i].weight}
		if rank.tell = func(freq, length float64) { t.Frequency, t.Length, t.Saturation = freq, length, rank.k }; t.Weight != 0 {
			t.Rarity = rank.weight[i] / t.Weight
		}
		score := make([]float64, 1)
		if err := rank.scoreBy(i, h.part, docs, set, score); err != nil {
			return nil, err
		}
		if t.Score = score[0]; t.Score > 0 {
			e.Terms = append(e.Terms, t)
		}
	}
	if l == nil {
		return e, nil
	}
	return e, l.each(h.part, docs, set, func(_ int, is lean) {
		e.Recent = l.Recent * is.recent
		if is.relation > 0 {
			r := l.Relations[is.relation-1]
			e.Relation, e.Related = r.Name, r.Weight
		}
		if is.known {
			e.Known = l.Known
		}
	})
}

// text is what a scorer looks for, as people read it.
func (s *scorer) text() string {
	if s.many != nil {
		return s.many.name
	}
	if m, ok := s.word.(*typedMatcher); ok {
		return cmp.Or(m.written, m.term) + ", as it was typed"
	}
	return strings.Join(s.terms, " ")
}
