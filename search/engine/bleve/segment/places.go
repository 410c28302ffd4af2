package segment

import (
	"math/bits"

	"github.com/RoaringBitmap/roaring/v2"
)

// Places calls f for those of a list's documents that a set has, in order, with the term's
// positions in them, which are valid until the next call. The first bit of the set is the
// document from, a multiple of 64. Where most documents are asked for this takes a fraction
// of what an iterator does.
func (l *postingsList) Places(from uint32, set []uint64, f func(doc uint32, at []uint32)) error {
	if l.f == nil || !l.f.positions {
		return nil
	}
	return l.stored.places(from, set, f)
}

// PlacesAt is Places of a term that NextTerm gave.
func (d dictionary) PlacesAt(m Mark, from uint32, set []uint64, f func(doc uint32, at []uint32)) error {
	if d.f == nil || !d.f.positions {
		return nil
	}
	data, err := d.f.data(span{m.off, uint64(m.len)})
	if err != nil {
		return err
	}
	s, err := open(data, uint64(m.docs), d.f.count, d.f.freqs)
	if err != nil {
		return err
	}
	return s.places(from, set, f)
}

func (s *stored) places(from uint32, set []uint64, f func(doc uint32, at []uint32)) error {
	p := placesReader{from: from, set: set, f: f}
	if s.set == nil {
		docs := s.short(p.docs[:0])
		_, positions, err := s.chunkAt(0, p.freqs[:])
		if err != nil {
			return err
		}
		return p.chunk(docs, positions)
	}
	it, first, err := s.seek(from)
	if err != nil {
		return err
	}
	to := uint64(from) + 64*uint64(len(set))
	for i := first; i*chunk < s.n; i++ {
		docs := p.docs[:min(chunk, s.n-i*chunk)]
		for j := range docs {
			docs[j] = it.Next()
		}
		if uint64(docs[0]) >= to {
			return nil
		}
		if !p.any(docs) {
			continue
		}
		_, positions, err := s.chunkAt(i, p.freqs[:])
		if err != nil {
			return err
		}
		if err := p.chunk(docs, positions); err != nil {
			return err
		}
	}
	return nil
}

// seek gives the documents of a long list from the chunk on in which the first one that is
// not before a document stands, and the number of the chunk.
func (s *stored) seek(from uint32) (roaring.IntPeekable, int, error) {
	it := s.set.Iterator()
	if from == 0 {
		return it, 0, nil
	}
	first := int(s.set.Rank(from-1)) / chunk
	if first == 0 || first*chunk >= s.n {
		return it, first, nil
	}
	begin, err := s.set.Select(uint32(first * chunk))
	if err != nil {
		return nil, 0, damaged("a set has fewer documents than it should")
	}
	it.AdvanceIfNeeded(begin)
	return it, first, nil
}

// placesReader gives the places in the documents of a set.
type placesReader struct {
	from uint32
	set  []uint64
	f    func(doc uint32, at []uint32)

	docs, freqs [chunk]uint32
	at          []uint32
}

func (p *placesReader) has(doc uint32) bool {
	at := doc - p.from
	return doc >= p.from && int(at/64) < len(p.set) && bits.RotateLeft64(p.set[at/64], -int(at%64))&1 == 1
}

func (p *placesReader) any(docs []uint32) bool {
	for _, doc := range docs {
		if p.has(doc) {
			return true
		}
	}
	return false
}

func (p *placesReader) chunk(docs []uint32, positions []byte) error {
	n := len(docs)
	for n > 0 && !p.has(docs[n-1]) {
		n--
	}
	r := reader{b: positions}
	for _, doc := range docs[:n] {
		if !p.has(doc) {
			r.skipPlaces()
			continue
		}
		p.at = r.places(p.at[:0])
		if r.bad {
			return damaged("positions are cut")
		}
		p.f(doc, p.at)
	}
	return nil
}

// places adds the positions in one document to a list: the last one is odd.
func (r *reader) places(to []uint32) []uint32 {
	at := uint64(0)
	for {
		v := r.uvarint()
		if r.bad {
			return to
		}
		at += v >> 1
		to = append(to, uint32(at))
		if v&1 == 1 {
			return to
		}
	}
}

// Cursor gives the positions of a term in one document after the other, and reads no more
// than those that are asked for.
type Cursor struct {
	stored stored
	err    error

	it     roaring.IntPeekable // behind the documents at hand; nil before the first and of a short list
	number int                 // of the chunk at hand
	docs   []uint32            // its documents
	next   int                 // of docs: those before were passed over
	read   bool                // r is at the positions of the chunk
	passed int                 // documents of the chunk whose positions r has passed
	r      reader
	buf    [chunk]uint32
	freqs  [chunk]uint32
	at     []uint32
}

// Cursor begins before the first document. nil: the field has no positions.
func (l *postingsList) Cursor() *Cursor {
	if l.f == nil || !l.f.positions {
		return nil
	}
	return &Cursor{stored: l.stored}
}

// At gives the positions in a document, none where the term does not stand in it; they are
// valid until the next call. Documents are asked for in order.
func (c *Cursor) At(doc uint32) ([]uint32, error) {
	if c.err == nil {
		c.err = c.load(doc)
	}
	if c.err != nil {
		return nil, c.err
	}
	for c.next < len(c.docs) && c.docs[c.next] < doc {
		c.next++
	}
	if c.next >= len(c.docs) || c.docs[c.next] != doc {
		return nil, nil
	}
	if !c.read {
		_, positions, err := c.stored.chunkAt(c.number, c.freqs[:])
		if err != nil {
			c.err = err
			return nil, err
		}
		c.r, c.passed, c.read = reader{b: positions}, 0, true
	}
	for ; c.passed < c.next; c.passed++ {
		c.r.skipPlaces()
	}
	if c.passed > c.next { // it has been asked for before
		return c.at, nil
	}
	c.passed++
	if c.at = c.r.places(c.at[:0]); c.r.bad {
		c.err = damaged("positions are cut")
	}
	return c.at, c.err
}

// load has the chunk at hand in which a document would be.
func (c *Cursor) load(doc uint32) error {
	if len(c.docs) > 0 && c.docs[len(c.docs)-1] >= doc {
		return nil
	}
	if c.stored.set == nil {
		if c.docs == nil {
			c.docs = c.stored.short(c.buf[:0])
		}
		return nil
	}
	for tries := 0; ; tries++ {
		switch {
		case c.it == nil || tries == 2: // it is far
			var err error
			if c.it, c.number, err = c.stored.seek(doc); err != nil {
				return err
			}
		default:
			c.number++
		}
		n := min(chunk, c.stored.n-c.number*chunk)
		if n <= 0 {
			c.number, c.docs, c.next = c.stored.n/chunk+1, c.docs[:0], 0
			return nil
		}
		c.docs, c.next, c.read = c.buf[:n], 0, false
		for i := range c.docs {
			c.docs[i] = c.it.Next()
		}
		if c.docs[n-1] >= doc {
			return nil
		}
	}
}
