package bleve

import (
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	ours "mailquarry/search/engine/bleve/segment"
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

func (z *zonePlacer) choose(p *part, docs *roaring.Bitmap) error { return z.what.choose(p, docs) }

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

// headTerms are the terms of a word that stands for many whose places most documents are
// decided by.
const headTerms = 64

// some finds the documents in which one of the terms of a word stands in the zones. It
// asks for the most frequent ones first, and for each only in the documents that are
// left; a document counts once. The first terms are looked at in several ranges of
// documents side by side, the many others, which have few documents each, in several
// pieces.
func (z *zonePlacer) some(p *part, m *expander, docs *roaring.Bitmap) (*counted, error) {
	zones, err := p.cols.zonesIn(p.segment)
	if err != nil {
		return nil, err
	}
	marks, lists, err := m.lists(p)
	if err != nil {
		return nil, err
	}
	marks = frequentFirst(marks)
	head := marks[:min(len(marks), headTerms)]
	left := denseOf(docs, len(p.cols.ids))
	found := newDense(len(p.cols.ids))
	words := ranges(len(left.words), leastDocs/64)
	err = sideBySide(len(words), func(i int) error {
		from, to := words[i][0], words[i][1]
		some, stand := newDense(len(p.cols.ids)), newDense(len(p.cols.ids))
		copy(some.words[from:to], left.words[from:to])
		err := z.standing(p, head, lists, zones, some, stand, words[i])
		copy(found.words[from:to], stand.words[from:to])
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, w := range found.words {
		left.words[i] &^= w
	}
	rest := marks[len(head):]
	pieces := ranges(len(rest), leastMarks)
	stand := make([]*dense, len(pieces))
	err = sideBySide(len(pieces), func(i int) error {
		some := &dense{words: slices.Clone(left.words)}
		stand[i] = newDense(len(p.cols.ids))
		return z.standing(p, rest[pieces[i][0]:pieces[i][1]], lists, zones, some, stand[i], [2]int{0, len(some.words)})
	})
	if err != nil {
		return nil, err
	}
	for _, more := range stand {
		for i, w := range more.words {
			found.words[i] |= w
		}
	}
	result := &counted{docs: found.bitmap().ToArray()}
	result.freqs = make([]uint32, len(result.docs))
	for i := range result.freqs {
		result.freqs[i] = 1
	}
	return result, nil
}

// standing moves to found the documents of those left in which one of the terms stands in
// the zones. All of left are in some words of the set.
func (z *zonePlacer) standing(p *part, marks []ours.Mark, lists markedTerms, zones *zoneColumn, left, found *dense, words [2]int) error {
	count := left.count()
	look := func(doc uint32, at []uint32) {
		in := zones.of(doc)
		if slices.ContainsFunc(at, func(at uint32) bool { return z.zones.hold(in, stretch{at, at}) }) {
			found.set(doc)
			left.clear(doc)
			count--
		}
	}
	for i, mark := range marks {
		if i%256 == 0 {
			if err := p.done(); err != nil {
				return err
			}
		}
		if count == 0 {
			return nil
		}
		if mark.Docs() > maxShort && count < mark.Docs()/16 {
			met, err := left.meet(lists, mark)
			if err != nil {
				return err
			}
			if met == 0 {
				continue
			}
		}
		if err := lists.PlacesAt(mark, uint32(64*words[0]), left.words[words[0]:words[1]], look); err != nil {
			return fmt.Errorf("read positions: %w", err)
		}
	}
	return nil
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
