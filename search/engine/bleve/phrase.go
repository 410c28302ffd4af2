package bleve

import (
	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// phraseMatcher matches terms at consecutive positions of a field. The last of
// them may stand for every term that begins with it.
type phraseMatcher struct {
	field  string
	terms  []string
	prefix *expander // nil: the last term is meant as it is
}

// counted is how often a phrase stands in the documents that have it.
type counted struct {
	docs  []uint32 // in order
	freqs []uint32
}

// match first finds the documents that have all the terms, and reads positions
// of those only.
func (m *phraseMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	slots, candidates, err := m.slots(p, within)
	if err != nil || candidates == nil || candidates.IsEmpty() {
		return nil, err
	}
	forms, gathered := make([][]form, len(slots)), make([][]*gathered, len(slots))
	for i, s := range slots {
		forms[i] = formsOf(s)
		if len(s) > 1 {
			if gathered[i], err = gatherForms(p, forms[i], candidates); err != nil {
				return nil, err
			}
		}
	}
	result, err := countIn(p, candidates, func(docs *roaring.Bitmap) (func(doc uint32) (int, error), error) {
		readers := make([]*wordPlaces, len(slots))
		for i := range slots {
			if gathered[i] != nil {
				readers[i] = &wordPlaces{gathered: gathered[i]}
			} else {
				readers[i] = placesOfOne(forms[i][0], docs)
			}
		}
		return func(doc uint32) (int, error) {
			freq, err := m.count(readers, doc)
			return int(freq), err
		}, nil
	})
	if err != nil {
		return nil, err
	}
	p.found[m] = result
	docs := roaring.New()
	docs.AddMany(result.docs)
	return docs, nil
}

// slots gives for each position of the phrase the postings that may stand
// there, and the documents that have something for each. A term that the phrase
// repeats is looked up once for each place.
func (m *phraseMatcher) slots(p *part, within *roaring.Bitmap) ([][]postings, *roaring.Bitmap, error) {
	slots := make([][]postings, 0, len(m.terms))
	candidates := within
	for i, t := range m.terms {
		var slot []postings
		if i == len(m.terms)-1 && m.prefix != nil {
			err := m.prefix.among(p, candidates, func(found postings) { slot = append(slot, found) })
			if err != nil {
				return nil, nil, err
			}
		} else {
			found, err := p.lookup(m.field, t)
			if err != nil {
				return nil, nil, err
			}
			if found.docs != nil {
				slot = append(slot, found)
			}
		}
		if len(slot) == 0 {
			return nil, nil, nil
		}
		sets := make([]*roaring.Bitmap, len(slot))
		for i, s := range slot {
			sets[i] = s.docs
		}
		docs := union(sets)
		if candidates != nil {
			docs = roaring.And(candidates, docs)
		}
		if docs.IsEmpty() {
			return nil, nil, nil
		}
		candidates = docs
		slots = append(slots, slot)
	}
	return slots, candidates, nil
}

// count tells how often the phrase stands in a document. Documents come in
// increasing order.
func (m *phraseMatcher) count(readers []*wordPlaces, doc uint32) (uint32, error) {
	first, err := readers[0].at(doc)
	if err != nil {
		return 0, err
	}
	starts := first
	for i, r := range readers[1:] {
		next, err := r.at(doc)
		if err != nil {
			return 0, err
		}
		if starts = keepFollowed(starts, next, uint32(i+1)); len(starts) == 0 {
			return 0, nil
		}
	}
	return uint32(len(starts)), nil
}

// keepFollowed keeps the starts for which start+distance is in next. Both are in
// order.
func keepFollowed(starts, next []uint32, distance uint32) []uint32 {
	kept, j := starts[:0], 0
	for _, s := range starts {
		for j < len(next) && next[j] < s+distance {
			j++
		}
		if j < len(next) && next[j] == s+distance {
			kept = append(kept, s)
		}
	}
	return kept
}

// formsOf are terms that may stand at one place of a phrase.
func formsOf(slot []postings) []form {
	forms := make([]form, len(slot))
	for i, s := range slot {
		forms[i] = form{s, s.docs, 1}
	}
	return forms
}

func positionsOf(p postings, candidates *roaring.Bitmap) segment.PostingsIterator {
	it := p.list.Iterator(true, true, true, nil)
	if o, ok := it.(segment.OptimizablePostingsIterator); ok && o.ActualBitmap() != nil {
		o.ReplaceActual(roaring.And(candidates, p.docs))
	}
	return it
}

// placesOf adds the positions of a posting.
func placesOf(p segment.Posting, to []uint32) []uint32 {
	if q, ok := p.(interface{ Positions([]uint32) []uint32 }); ok {
		return q.Positions(to)
	}
	for _, l := range p.Locations() {
		to = append(to, uint32(l.Pos()))
	}
	return to
}
