package bleve

import (
	"cmp"
	"fmt"
	"math/bits"
	"runtime"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	ours "mailquarry/search/engine/bleve/segment"
)

// placesOfOne reads the places of a form as they are asked for.
func placesOfOne(f form, docs *roaring.Bitmap) *wordPlaces {
	list, ok := f.found.list.(cursorList)
	if !ok {
		return &wordPlaces{it: f.places(docs)}
	}
	one := &wordPlaces{cursor: list.Cursor()}
	if f.docs != f.found.docs {
		one.some = f.docs
	}
	return one
}

// gathering is a part of the work of gathering places.
type gathering struct {
	cost int // postings
	do   func(g *gathered) error
}

// leastGathered is how many postings are worth a goroutine.
const leastGathered = 10_000

// gather does the work side by side, each processor for itself: what they gather is put
// together document by document, when it is asked for.
func gather(p *part, docs *roaring.Bitmap, work []gathering) ([]*gathered, error) {
	total := 0
	for _, w := range work {
		total += w.cost
	}
	all := make([]*gathered, max(min(runtime.GOMAXPROCS(0), total/leastGathered), 1))
	shares, costs := make([][]gathering, len(all)), make([]int, len(all))
	for _, w := range work {
		least := 0
		for i, c := range costs {
			if c < costs[least] {
				least = i
			}
		}
		shares[least], costs[least] = append(shares[least], w), costs[least]+w.cost
	}
	err := sideBySide(len(all), func(i int) error {
		all[i] = newGathered(docs)
		for _, w := range shares[i] {
			if err := p.done(); err != nil {
				return err
			}
			if err := w.do(all[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// gatherForms gathers the places of forms: of a long list by ranges of documents.
func gatherForms(p *part, forms []form, docs *roaring.Bitmap) ([]*gathered, error) {
	type some struct {
		docs   *roaring.Bitmap
		wanted window
	}
	all, ranged := some{docs, windowOf(docs)}, []some(nil)
	var work []gathering
	for i := range forms {
		f := &forms[i]
		cost := f.found.docs.GetCardinality()
		if cost < leastGathered || docs.GetCardinality() < leastDocs {
			work = append(work, gathering{int(cost), func(g *gathered) error { return g.form(f, all.docs, all.wanted) }})
			continue
		}
		if ranged == nil {
			list := docs.ToArray()
			for _, r := range ranges(len(list), leastDocs) {
				in := roaring.New()
				in.AddMany(list[r[0]:r[1]])
				ranged = append(ranged, some{in, windowOf(in)})
			}
		}
		for _, in := range ranged {
			work = append(work, gathering{int(cost) / len(ranged), func(g *gathered) error { return g.form(f, in.docs, in.wanted) }})
		}
	}
	slices.SortStableFunc(work, func(a, b gathering) int { return cmp.Compare(b.cost, a.cost) })
	return gather(p, docs, work)
}

// gatherMarks gathers the places of terms.
func gatherMarks(p *part, marks []ours.Mark, lists markedTerms, docs *roaring.Bitmap) ([]*gathered, error) {
	wanted := windowOf(docs)
	var work []gathering
	for len(marks) > 0 {
		n, cost := 0, 0
		for n < len(marks) && n < 100 && cost < leastGathered/2 {
			cost += marks[n].Docs()
			n++
		}
		some := marks[:n]
		work = append(work, gathering{cost, func(g *gathered) error {
			for _, at := range some {
				if err := lists.PlacesAt(at, wanted.from, wanted.set, g.addTo); err != nil {
					return fmt.Errorf("read positions: %w", err)
				}
			}
			return nil
		}})
		marks = marks[n:]
	}
	return gather(p, docs, work)
}

// form adds the places of a form.
func (g *gathered) form(f *form, docs *roaring.Bitmap, wanted window) error {
	if !f.docs.Intersects(docs) {
		return nil
	}
	list, ok := f.found.list.(placesList)
	if !ok || !f.dense(docs) {
		return g.all(f.places(docs), f.docs.Contains)
	}
	if f.docs != f.found.docs {
		wanted = windowOf(roaring.And(docs, f.docs))
	}
	if err := list.Places(wanted.from, wanted.set, g.addTo); err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	return nil
}

// placesList gives positions document by document.
type placesList interface {
	Places(from uint32, set []uint64, f func(doc uint32, at []uint32)) error
}

// cursorList gives positions as they are asked for.
type cursorList interface{ Cursor() *ours.Cursor }

// dense tells whether the documents are so many of those from the first to the last which
// have the form that going over all is quicker than picking them.
func (f *form) dense(docs *roaring.Bitmap) bool {
	if _, ok := f.found.list.(placesList); !ok || docs.IsEmpty() {
		return false
	}
	among := f.found.docs.Rank(docs.Maximum())
	if first := docs.Minimum(); first > 0 {
		among -= f.found.docs.Rank(first - 1)
	}
	return docs.GetCardinality() >= among/16
}

// window is a set of documents with a bit each, of which the first is a multiple of 64.
type window struct {
	from uint32
	set  []uint64
}

func windowOf(docs *roaring.Bitmap) window {
	if docs.IsEmpty() {
		return window{}
	}
	w := window{from: docs.Minimum() / 64 * 64}
	w.set = make([]uint64, (docs.Maximum()-w.from)/64+1)
	for it := docs.Iterator(); it.HasNext(); {
		at := it.Next() - w.from
		w.set[at/64] |= 1 << (at % 64)
	}
	return w
}

// places gives the postings in the documents in which a form counts.
func (f *form) places(docs *roaring.Bitmap) segment.PostingsIterator {
	if f.docs != f.found.docs {
		docs = roaring.And(docs, f.docs)
	}
	return positionsOf(f.found, docs)
}

// wordPlaces reads positions document by document, or where a word stands for many
// terms has gathered them before.
type wordPlaces struct {
	cursor   *ours.Cursor
	some     *roaring.Bitmap          // the documents in which it counts; nil: all of its own
	it       segment.PostingsIterator // where there is no cursor
	gathered []*gathered              // what several processors have gathered
	buf      []uint32
	bits     []uint64 // none between calls
	out      []stretch
}

// gathered are positions by document, each with the number of the one before it in the
// same document: a list for each would cost more than the positions.
type gathered struct {
	few  []uint32 // the documents, where they are few
	from uint32   // the first one otherwise
	last []int32  // by document: its last place, counted from 1
	n    int32
	at   [][]gatheredPlace // pieces of growing size, which are never copied
	buf  []uint32
}

type gatheredPlace struct {
	at   uint32
	prev int32
}

const pieceBits = 10 // of the numbers of places, those within a piece

// newGathered makes room for the places in some documents.
func newGathered(docs *roaring.Bitmap) *gathered {
	switch n := docs.GetCardinality(); {
	case n == 0:
		return &gathered{}
	case n < fewDocuments*2:
		return &gathered{few: docs.ToArray(), last: make([]int32, n)}
	}
	return &gathered{from: docs.Minimum(), last: make([]int32, docs.Maximum()-docs.Minimum()+1)}
}

// slot is where the last place of a document is, -1 for a document that is none of those.
func (g *gathered) slot(doc uint32) int {
	if g.few != nil {
		if i, ok := slices.BinarySearch(g.few, doc); ok {
			return i
		}
		return -1
	}
	if doc < g.from || int(doc-g.from) >= len(g.last) {
		return -1
	}
	return int(doc - g.from)
}

// addTo adds the positions in a document.
func (g *gathered) addTo(doc uint32, at []uint32) {
	if slot := g.slot(doc); slot >= 0 {
		g.add(slot, at)
	}
}

func (g *gathered) add(slot int, at []uint32) {
	before := g.last[slot]
	for _, a := range at {
		if int(g.n>>pieceBits) == len(g.at) {
			g.at = append(g.at, make([]gatheredPlace, 1<<pieceBits))
		}
		g.at[g.n>>pieceBits][g.n&(1<<pieceBits-1)] = gatheredPlace{a, before}
		g.n++
		before = g.n
	}
	g.last[slot] = before
}

// all adds the positions of postings in the documents that count.
func (g *gathered) all(it segment.PostingsIterator, counts func(doc uint32) bool) error {
	for {
		posting, err := it.Next()
		if err != nil {
			return fmt.Errorf("read positions: %w", err)
		}
		if posting == nil {
			return nil
		}
		doc := uint32(posting.Number())
		if slot := g.slot(doc); slot >= 0 && counts(doc) {
			g.buf = placesOf(posting, g.buf[:0])
			g.add(slot, g.buf)
		}
	}
}

// in adds the positions in a document, in any order.
func (g *gathered) in(doc uint32, to []uint32) []uint32 {
	slot := g.slot(doc)
	if slot < 0 {
		return to
	}
	for i := g.last[slot]; i > 0; {
		p := g.at[(i-1)>>pieceBits][(i-1)&(1<<pieceBits-1)]
		to, i = append(to, p.at), p.prev
	}
	return to
}

// order sorts positions and leaves out repetitions. Where they lie close that is by a set
// of bits.
func (w *wordPlaces) order(at []uint32) []uint32 {
	const few, sparse = 8, 256 // numbers to be sorted, and how far apart, on average
	last := uint32(0)
	for _, a := range at {
		last = max(last, a)
	}
	words := int(last/64) + 1
	if len(at) < few || words > len(at)*sparse/64 {
		slices.Sort(at)
		return slices.Compact(at)
	}
	if len(w.bits) < words {
		w.bits = make([]uint64, 2*words)
	}
	for _, a := range at {
		w.bits[a/64] |= 1 << (a % 64)
	}
	at = at[:0]
	for i, b := range w.bits[:words] {
		for ; b != 0; b &= b - 1 {
			at = append(at, uint32(i*64+bits.TrailingZeros64(b)))
		}
		w.bits[i] = 0
	}
	return at
}

func (w *wordPlaces) in(doc uint32) ([]stretch, error) {
	found, err := w.at(doc)
	if err != nil {
		return nil, err
	}
	w.out = w.out[:0]
	for _, at := range found {
		w.out = append(w.out, stretch{at, at})
	}
	return w.out, nil
}

// at gives the positions in a document, in order, valid until the next call.
func (w *wordPlaces) at(doc uint32) ([]uint32, error) {
	w.buf = w.buf[:0]
	if w.cursor != nil {
		if w.some != nil && !w.some.Contains(doc) {
			return nil, nil
		}
		found, err := w.cursor.At(doc)
		if err != nil {
			return nil, fmt.Errorf("read positions: %w", err)
		}
		return found, nil
	}
	if w.gathered != nil {
		for _, g := range w.gathered {
			w.buf = g.in(doc, w.buf)
		}
		w.buf = w.order(w.buf)
		return w.buf, nil
	}
	posting, err := w.it.Advance(uint64(doc))
	if err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	if posting == nil || posting.Number() != uint64(doc) {
		return nil, nil
	}
	w.buf = placesOf(posting, w.buf)
	return w.buf, nil
}
