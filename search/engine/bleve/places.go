package bleve

import (
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// placer tells where in a message something stands.
type placer interface {
	// candidates gives the documents in which it may stand; some of them, within
	// those given (all when nil), do.
	candidates(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error)
	// open makes its places in some documents ready to be asked for.
	open(p *part, docs *roaring.Bitmap) (places, error)
}

// places gives the stretches where something stands in a document, in order of their
// beginning. Documents are asked for in order; the answer is valid until the next call.
type places interface {
	in(doc uint32) ([]stretch, error)
}

// stretch is from the position of its first word to that of its last.
type stretch struct{ from, to uint32 }

// placeMatcher matches the documents in which something stands somewhere.
type placeMatcher struct{ what placer }

func (*placeMatcher) cost() int { return 8 }

// match reads positions only of the documents that may fit.
func (m *placeMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	docs, err := m.what.candidates(p, within)
	if err != nil || docs == nil {
		return nil, err
	}
	if p.deleted != nil {
		docs = roaring.AndNot(docs, p.deleted)
	}
	if docs.IsEmpty() {
		return nil, nil
	}
	var result *counted
	if z, ok := m.what.(*zonePlacer); ok && z.manyOf() != nil {
		result, err = z.some(p, z.manyOf(), docs)
	} else {
		result, err = m.count(p, docs)
	}
	if err != nil {
		return nil, err
	}
	p.placed[m] = result
	set := roaring.New()
	set.AddMany(result.docs)
	return set, nil
}

// count looks in each of some documents.
func (m *placeMatcher) count(p *part, docs *roaring.Bitmap) (*counted, error) {
	where, err := m.what.open(p, docs)
	if err != nil {
		return nil, err
	}
	result := &counted{}
	n := 0
	for it := docs.Iterator(); it.HasNext(); n++ {
		if n%1024 == 0 {
			if err := p.done(); err != nil {
				return nil, err
			}
		}
		doc := it.Next()
		found, err := where.in(doc)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			result.docs = append(result.docs, doc)
			result.freqs = append(result.freqs, uint32(len(found)))
		}
	}
	return result, nil
}

// wordPlacer tells where the forms of a word stand.
type wordPlacer struct{ word formed }

// formed is a word that stands for terms.
type formed interface {
	matcher
	forms(p *part) ([]form, error)
}

func (w *wordPlacer) candidates(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	docs, err := w.word.match(p, within)
	if err != nil || docs == nil || within == nil {
		return docs, err
	}
	return roaring.And(docs, within), nil
}

func (w *wordPlacer) open(p *part, docs *roaring.Bitmap) (places, error) {
	forms, err := w.word.forms(p)
	if err != nil {
		return nil, err
	}
	if len(forms) == 1 {
		return &wordPlaces{it: positionsOf(forms[0].found, roaring.And(docs, forms[0].docs))}, nil
	}
	out := &wordPlaces{gathered: newGathered(len(p.cols.ids))}
	var at []uint32
	for i, f := range forms {
		if i%256 == 0 {
			if err := p.done(); err != nil {
				return nil, err
			}
		}
		it := positionsOf(f.found, roaring.And(docs, f.docs))
		for {
			posting, err := it.Next()
			if err != nil {
				return nil, fmt.Errorf("read positions: %w", err)
			}
			if posting == nil {
				break
			}
			doc := uint32(posting.Number())
			if f.docs.Contains(doc) {
				at = placesOf(posting, at[:0])
				out.gathered.add(doc, at)
			}
		}
	}
	return out, nil
}

// wordPlaces reads positions document by document, or where a word stands for many
// terms has gathered them before.
type wordPlaces struct {
	it       segment.PostingsIterator
	gathered *gathered
	buf      []uint32
	out      []stretch
}

// gathered are positions by document, each with the number of the one before it in the
// same document: a list for each would cost more than the positions.
type gathered struct {
	last  []int32 // by document: its last place, counted from 1
	place []uint32
	prev  []int32
}

func newGathered(docs int) *gathered { return &gathered{last: make([]int32, docs)} }

func (g *gathered) add(doc uint32, at []uint32) {
	for _, a := range at {
		g.place, g.prev = append(g.place, a), append(g.prev, g.last[doc])
		g.last[doc] = int32(len(g.place))
	}
}

// in adds the positions in a document, in any order.
func (g *gathered) in(doc uint32, to []uint32) []uint32 {
	for i := g.last[doc]; i > 0; i = g.prev[i-1] {
		to = append(to, g.place[i-1])
	}
	return to
}

func (w *wordPlaces) in(doc uint32) ([]stretch, error) {
	w.buf, w.out = w.buf[:0], w.out[:0]
	if w.gathered != nil {
		w.buf = w.gathered.in(doc, w.buf)
		slices.Sort(w.buf)
		w.buf = slices.Compact(w.buf)
	} else {
		posting, err := w.it.Advance(uint64(doc))
		if err != nil {
			return nil, fmt.Errorf("read positions: %w", err)
		}
		if posting == nil || posting.Number() != uint64(doc) {
			return nil, nil
		}
		w.buf = placesOf(posting, w.buf)
	}
	for _, at := range w.buf {
		w.out = append(w.out, stretch{at, at})
	}
	return w.out, nil
}

// nearPlacer tells where things stand of which each is near the one before it.
type nearPlacer struct {
	all      []placer
	distance uint32 // 1 is next to it
	ordered  bool   // it is behind the one before it
}

func (n *nearPlacer) candidates(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	for _, one := range n.all {
		docs, err := one.candidates(p, within)
		if err != nil || docs == nil || docs.IsEmpty() {
			return nil, err
		}
		within = docs
	}
	return within, nil
}

func (n *nearPlacer) open(p *part, docs *roaring.Bitmap) (places, error) {
	out := &nearPlaces{near: n}
	for _, one := range n.all {
		where, err := one.open(p, docs)
		if err != nil {
			return nil, err
		}
		out.all = append(out.all, where)
	}
	return out, nil
}

type nearPlaces struct {
	near         *nearPlacer
	all          []places
	chains, next []stretch // the last link of each chain is what the next one has to be near
	first, begin []uint32  // where each chain begins
	out          []stretch
}

// in follows chains from the first thing to the last. A chain is known by its last link
// and where it begins; where several chains share the last link, the shortest stands
// for all.
func (n *nearPlaces) in(doc uint32) ([]stretch, error) {
	n.out = n.out[:0]
	for i, where := range n.all {
		found, err := where.in(doc)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		n.next, n.begin = n.next[:0], n.begin[:0]
		if i == 0 {
			for _, s := range found {
				n.next, n.begin = append(n.next, s), append(n.begin, s.from)
			}
		} else {
			n.follow(found)
		}
		if len(n.next) == 0 {
			return nil, nil
		}
		n.chains, n.next = n.next, n.chains
		n.first, n.begin = n.begin, n.first
	}
	for i, s := range n.chains {
		n.out = append(n.out, stretch{min(s.from, n.first[i]), max(s.to, n.first[i])})
	}
	return n.out, nil
}

// follow adds to the chains what is near their last links.
func (n *nearPlaces) follow(found []stretch) {
	low := 0
	for _, s := range found {
		reach := n.near.distance
		for low < len(n.chains) && n.chains[low].to+reach < s.from {
			low++ // out of reach for all that come after, too
		}
		best := -1
		for j := low; j < len(n.chains) && n.chains[j].from <= s.to+reach; j++ {
			c := n.chains[j]
			behind := s.from > c.to && s.from-c.to <= reach
			before := c.from > s.to && c.from-s.to <= reach && !n.near.ordered
			if (behind || before) && (best < 0 || n.first[j] > n.first[best]) {
				best = j
			}
		}
		if best >= 0 {
			n.next, n.begin = append(n.next, s), append(n.begin, n.first[best])
		}
	}
}
