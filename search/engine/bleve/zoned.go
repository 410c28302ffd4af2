package bleve

import (
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/engine"
)

// zonePlacer keeps what stands in some zones as a whole.
type zonePlacer struct {
	what  placer
	zones zoneSet
}

// zoneSet has a bit for each zoneKind.
type zoneSet uint8

func zonesFor(kinds ...zoneKind) zoneSet {
	var s zoneSet
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

func (z *zonePlacer) candidates(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	docs, err := z.having(p, within)
	if err != nil || docs.IsEmpty() {
		return nil, err
	}
	return z.what.candidates(p, docs)
}

// having gives the documents that have the zones.
func (z *zonePlacer) having(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	zones, err := p.cols.zonesIn(p.segment)
	if err != nil {
		return nil, err
	}
	docs := zones.having(z.zones)
	if within != nil {
		docs.And(within)
	}
	return docs, nil
}

func (z *zonePlacer) open(p *part, docs *roaring.Bitmap) (places, error) {
	where, err := z.what.open(p, docs)
	if err != nil {
		return nil, err
	}
	zones, err := p.cols.zonesIn(p.segment)
	if err != nil {
		return nil, err
	}
	return &zonePlaces{wanted: z.zones, where: where, zones: zones}, nil
}

type zonePlaces struct {
	wanted zoneSet
	where  places
	zones  *zoneColumn
	out    []stretch
}

func (z *zonePlaces) in(doc uint32) ([]stretch, error) {
	found, err := z.where.in(doc)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	at := z.zones.of(doc)
	z.out = z.out[:0]
	for _, s := range found {
		if z.wanted.hold(at, s) {
			z.out = append(z.out, s)
		}
	}
	return z.out, nil
}

// manyOf gives the word that stands for many and is all that is looked for, or nil.
func (z *zonePlacer) manyOf() *expander {
	if w, ok := z.what.(*wordPlacer); ok {
		m, _ := w.word.(*expander)
		return m
	}
	return nil
}

// some finds the documents in which one of the terms of a word stands in the zones. It
// asks for the most frequent ones first, and for each only in the documents that are
// left; a document counts once.
func (z *zonePlacer) some(p *part, m *expander, docs *roaring.Bitmap) (*counted, error) {
	zones, err := p.cols.zonesIn(p.segment)
	if err != nil {
		return nil, err
	}
	left := denseOf(docs, len(p.cols.ids))
	found := newDense(len(p.cols.ids))
	var it segment.PostingsIterator
	err = m.eachFrequent(p, func(list segment.PostingsList) (bool, error) {
		if left.none() {
			return false, nil
		}
		l, ok := list.(lengthyList)
		if !ok {
			return false, fmt.Errorf("postings of type %T: %w", list, engine.ErrDamaged)
		}
		next := left.places(l, it)
		if next == nil {
			return true, nil
		}
		it = next
		return true, z.standing(zones, it, left, found)
	})
	if err != nil {
		return nil, err
	}
	result := &counted{docs: found.bitmap().ToArray()}
	result.freqs = make([]uint32, len(result.docs))
	for i := range result.freqs {
		result.freqs[i] = 1
	}
	return result, nil
}

// lengthyList is a list of postings as the index has them.
type lengthyList interface {
	segment.PostingsList
	Len() int
	AppendDocs(to []uint32) []uint32
}

// standing moves to found the documents of those left in which a term stands in the zones.
func (z *zonePlacer) standing(zones *zoneColumn, it segment.PostingsIterator, left, found *dense) error {
	for {
		posting, err := it.Next()
		if err != nil {
			return fmt.Errorf("read positions: %w", err)
		}
		if posting == nil {
			return nil
		}
		doc := uint32(posting.Number())
		if !left.has(doc) {
			continue
		}
		found.buf = placesOf(posting, found.buf[:0])
		in := zones.of(doc)
		if slices.ContainsFunc(found.buf, func(at uint32) bool { return z.zones.hold(in, stretch{at, at}) }) {
			found.set(doc)
			left.clear(doc)
		}
	}
}

// hold tells whether all of a stretch is in some of a document's zones.
func (z zoneSet) hold(at []zone, s stretch) bool {
	i := len(at) - 1
	for i >= 0 && at[i].start > s.to {
		i--
	}
	for ; i >= 0; i-- {
		if z&(1<<at[i].kind) == 0 {
			return false
		}
		if at[i].start <= s.from {
			return true
		}
	}
	return false // the head, of which nothing is written when it is all
}
