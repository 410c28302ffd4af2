package bleve

import (
	"cmp"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// What is looked at a second time: so many of the best hits by their words alone get
// more for words that stand near each other as they do in the query. Reading
// positions costs too much to do it for all.
const (
	rescored     = 64
	nearWords    = 8   // words apart, at most
	nearWeight   = 0.5 // of how rare the rarer of two words is
	turnedWeight = 0.5 // of words in the other order
)

// closeness are the pairs of words that follow each other in a query.
type closeness struct {
	rank  *scoring
	pairs [][2]int // scorers
}

// closenessOf finds the pairs of a query, nil when there are none.
func closenessOf(rank *scoring) *closeness {
	c := &closeness{rank: rank}
	for i := range rank.scores[:max(len(rank.scores)-1, 0)] {
		if a, b := &rank.scores[i], &rank.scores[i+1]; a.isWord() && b.isWord() && a.field == b.field {
			c.pairs = append(c.pairs, [2]int{i, i + 1})
		}
	}
	if len(c.pairs) == 0 {
		return nil
	}
	return c
}

func (s *scorer) isWord() bool {
	_, again := s.word.(*typedMatcher)
	return s.phrase == nil && s.place == nil && s.many == nil && len(s.terms) == 1 && !again
}

// formed gives the word of a scorer.
func (s *scorer) formed() formed {
	if s.word != nil {
		return s.word
	}
	return &termMatcher{field: s.field, terms: s.terms}
}

// add notes of hits what their pairs of words are worth.
func (c *closeness) add(hits []hit) error {
	return eachPart(hits, func(p *part, docs []uint32, list []*hit) error {
		return c.addIn(p, roaring.BitmapOf(docs...), list)
	})
}

// eachPart calls f for the hits of each part, in the documents' order.
func eachPart(hits []hit, f func(p *part, docs []uint32, list []*hit) error) error {
	byPart := map[*part][]*hit{}
	for i := range hits {
		byPart[hits[i].part] = append(byPart[hits[i].part], &hits[i])
	}
	for p, list := range byPart {
		slices.SortFunc(list, func(a, b *hit) int { return cmp.Compare(a.doc, b.doc) })
		docs := make([]uint32, len(list))
		for i, h := range list {
			docs[i] = h.doc
		}
		if err := f(p, docs, list); err != nil {
			return err
		}
	}
	return nil
}

// addIn does so for the hits of a part, which are in the documents' order.
func (c *closeness) addIn(p *part, docs *roaring.Bitmap, hits []*hit) error {
	where := map[int][][]uint32{} // by scorer: the positions in each of the hits
	for _, pair := range c.pairs {
		for _, i := range pair {
			if where[i] != nil {
				continue
			}
			found, err := positionsIn(p, c.rank.scores[i].formed(), docs, hits)
			if err != nil {
				return err
			}
			where[i] = found
		}
	}
	for _, pair := range c.pairs {
		worth := nearWeight * min(c.rank.weight[pair[0]], c.rank.weight[pair[1]])
		for i, h := range hits {
			if near := nearness(where[pair[0]][i], where[pair[1]][i]); near > 0 {
				h.near += worth * near / (near + 1)
			}
		}
	}
	return nil
}

// lookAgain gives the best documents the scores of the second look, and their order.
func (s *search) lookAgain(ctx context.Context, w *whole, c *closeness, l *leaning, top []hit) error {
	for i := range top {
		top[i].factor = 1
	}
	if err := l.note(top); err != nil {
		return err
	}
	for i := range top {
		top[i].words = top[i].score / top[i].factor
	}
	if err := c.add(top); err != nil {
		return err
	}
	for i := range top {
		top[i].score = top[i].words + top[i].near
	}
	slices.SortFunc(top, before)
	if err := s.feedback(ctx, w, top); err != nil {
		return err
	}
	for i := range top {
		top[i].score = (top[i].words + top[i].near + top[i].said) * top[i].factor
	}
	slices.SortFunc(top, before)
	return nil
}

// positionsIn reads where a word stands in some hits.
func positionsIn(p *part, word formed, docs *roaring.Bitmap, hits []*hit) ([][]uint32, error) {
	out := make([][]uint32, len(hits))
	places, err := (&wordPlacer{word}).open(p, docs)
	if err != nil {
		return nil, err
	}
	for i, h := range hits {
		found, err := places.in(h.doc)
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			out[i] = append(out[i], s.from)
		}
	}
	return out, nil
}

// nearness adds up how near the second of two words stands to the first: one for each
// place where it follows at once.
func nearness(first, second []uint32) float64 {
	sum, j := 0.0, 0
	for _, a := range first {
		for j < len(second) && second[j]+nearWords < a {
			j++
		}
		best := 0.0
		for _, b := range second[j:] {
			if b > a+nearWords {
				break
			}
			switch {
			case b > a:
				best = max(best, 1/float64(b-a))
			case b < a:
				best = max(best, turnedWeight/float64(a-b))
			}
		}
		sum += best
	}
	return sum
}
