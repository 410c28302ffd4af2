package bleve

import (
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/engine"
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
	p.placed[m] = result
	set := roaring.New()
	set.AddMany(result.docs)
	return set, nil
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
	out := &wordPlaces{gathered: map[uint32][]uint32{}}
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
				out.gathered[doc] = placesOf(posting, out.gathered[doc])
			}
		}
	}
	return out, nil
}

// wordPlaces reads positions document by document, or where a word stands for many
// terms has gathered them before.
type wordPlaces struct {
	it       segment.PostingsIterator
	gathered map[uint32][]uint32
	buf      []uint32
	out      []stretch
}

func (w *wordPlaces) in(doc uint32) ([]stretch, error) {
	w.buf, w.out = w.buf[:0], w.out[:0]
	if w.gathered != nil {
		w.buf = append(w.buf, w.gathered[doc]...)
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
	return z.what.candidates(p, within)
}

func (z *zonePlacer) open(p *part, docs *roaring.Bitmap) (places, error) {
	where, err := z.what.open(p, docs)
	if err != nil {
		return nil, err
	}
	values, ok := p.segment.(segment.DocValueVisitable)
	if !ok {
		return nil, fmt.Errorf("segment of type %T has no values: %w", p.segment, engine.ErrDamaged)
	}
	return &zonePlaces{zones: z.zones, where: where, values: values}, nil
}

type zonePlaces struct {
	zones  zoneSet
	where  places
	values segment.DocValueVisitable
	state  segment.DocVisitState
	at     []zone
	out    []stretch
}

func (z *zonePlaces) in(doc uint32) ([]stretch, error) {
	found, err := z.where.in(doc)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	z.at = z.at[:0]
	z.state, err = z.values.VisitDocValues(uint64(doc), []string{fieldZones}, func(_ string, value []byte) {
		z.at = zonesOf(value, z.at)
	}, z.state)
	if err != nil {
		return nil, fmt.Errorf("read zones: %w", err)
	}
	z.out = z.out[:0]
	for _, s := range found {
		if z.hold(s) {
			z.out = append(z.out, s)
		}
	}
	return z.out, nil
}

// hold tells whether all of a stretch is in wanted zones.
func (z *zonePlaces) hold(s stretch) bool {
	i := len(z.at) - 1
	for i >= 0 && z.at[i].start > s.to {
		i--
	}
	for ; i >= 0; i-- {
		if z.zones&(1<<z.at[i].kind) == 0 {
			return false
		}
		if z.at[i].start <= s.from {
			return true
		}
	}
	return false // the head, of which nothing is written when it is all
}
