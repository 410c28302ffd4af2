package segment

import (
	"encoding/binary"
	"math/bits"
)

// Sets of documents with a bit each, and what the file says taken into them as it is
// written: where a search goes over the postings of ten thousands of terms, making a set
// of each would take longer than everything else.

// AddDocs adds the documents of a term that NextTerm gave to a set.
func (d dictionary) AddDocs(m Mark, set []uint64) error {
	return d.eachDocs(m, func(high uint32, kind container, data []byte) bool { return kind.add(high, data, set) },
		func(doc uint32) bool {
			i := doc / 64
			if int(i) >= len(set) {
				return false
			}
			set[i] |= 1 << (doc % 64)
			return true
		})
}

// AppendWithin adds to a list those documents of a term that NextTerm gave which a set
// has, in order.
func (d dictionary) AppendWithin(m Mark, set []uint64, to []uint32) ([]uint32, error) {
	err := d.eachDocs(m, func(high uint32, kind container, data []byte) (ok bool) {
		to, ok = kind.within(high, data, set, to)
		return ok
	}, func(doc uint32) bool {
		i := doc / 64
		if int(i) >= len(set) {
			return false
		}
		if set[i]&(1<<(doc%64)) != 0 {
			to = append(to, doc)
		}
		return true
	})
	return to, err
}

// eachDocs takes apart the documents of a term: containers of a long list, one by one
// those of a short one.
func (d dictionary) eachDocs(m Mark, long func(high uint32, kind container, data []byte) bool, short func(doc uint32) bool) error {
	if d.f == nil {
		return nil
	}
	data, err := d.f.data(span{m.off, uint64(m.len)})
	if err != nil {
		return err
	}
	r := reader{b: data}
	if m.docs > chunk {
		if !eachContainer(r.take(r.uvarint()), long) {
			return damaged("a set of documents cannot be read")
		}
		return nil
	}
	last := uint64(0)
	for range m.docs {
		last += r.uvarint()
		if r.bad || last >= d.f.count || !short(uint32(last)) {
			return damaged("postings are cut")
		}
	}
	return nil
}

// container is how the documents that share their upper half are written in a bitmap,
// by https://github.com/RoaringBitmap/RoaringFormatSpec.
type container uint8

const (
	arrayContainer  container = iota // the lower halves
	bitmapContainer                  // a bit for each
	runContainer                     // first ones, and how many follow
)

const (
	cookie       = 12346
	cookieOfRuns = 12347
	mostInArray  = 4096
	leastOffsets = 4 // containers from which on a bitmap with runs tells where each begins
	bitmapBytes  = 1 << 16 / 8
)

// eachContainer takes a bitmap apart, as long as f agrees; false when it cannot be read.
func eachContainer(b []byte, f func(high uint32, kind container, data []byte) bool) bool {
	r := reader{b: b}
	head := r.take(4)
	if r.bad {
		return false
	}
	var runs []byte
	first := binary.LittleEndian.Uint32(head)
	var n uint64
	offsets := true
	switch {
	case first&0xffff == cookieOfRuns:
		n = uint64(first>>16) + 1
		runs, offsets = r.take((n+7)/8), n >= leastOffsets
	case first == cookie:
		size := r.take(4)
		if r.bad {
			return false
		}
		n = uint64(binary.LittleEndian.Uint32(size))
	default:
		return false
	}
	if n > 1<<16 {
		return false
	}
	keys := r.take(4 * n)
	if offsets {
		r.take(4 * n)
	}
	for i := range n {
		if r.bad {
			return false
		}
		high := uint32(binary.LittleEndian.Uint16(keys[4*i:])) << 16
		docs := uint64(binary.LittleEndian.Uint16(keys[4*i+2:])) + 1
		kind, size := arrayContainer, 2*docs
		switch {
		case runs != nil && runs[i/8]&(1<<(i%8)) != 0:
			count := r.take(2)
			if r.bad {
				return false
			}
			kind, size = runContainer, 4*uint64(binary.LittleEndian.Uint16(count))
		case docs > mostInArray:
			kind, size = bitmapContainer, bitmapBytes
		}
		data := r.take(size)
		if r.bad || !f(high, kind, data) {
			return false
		}
	}
	return true
}

// add adds the documents of a container to a set; false when it has no room for them.
func (c container) add(high uint32, data []byte, set []uint64) bool {
	at := int(high / 64)
	if at >= len(set) {
		return false
	}
	set = set[at:min(at+bitmapBytes/8, len(set))]
	switch c {
	case arrayContainer:
		for ; len(data) >= 2; data = data[2:] {
			low := binary.LittleEndian.Uint16(data)
			if int(low/64) >= len(set) {
				return false
			}
			set[low/64] |= 1 << (low % 64)
		}
	case bitmapContainer:
		for i := range set {
			set[i] |= binary.LittleEndian.Uint64(data[8*i:])
		}
	case runContainer:
		for ; len(data) >= 4; data = data[4:] {
			if !eachWord(data, len(set), func(i int, mask uint64) { set[i] |= mask }) {
				return false
			}
		}
	}
	return true
}

// within adds to a list those documents of a container that a set has.
func (c container) within(high uint32, data []byte, set []uint64, to []uint32) ([]uint32, bool) {
	at := int(high / 64)
	if at >= len(set) {
		return to, false
	}
	set = set[at:min(at+bitmapBytes/8, len(set))]
	list := func(i int, w uint64) {
		for ; w != 0; w &= w - 1 {
			to = append(to, high|uint32(i*64+bits.TrailingZeros64(w)))
		}
	}
	switch c {
	case arrayContainer:
		for ; len(data) >= 2; data = data[2:] {
			low := binary.LittleEndian.Uint16(data)
			if int(low/64) >= len(set) {
				return to, false
			}
			if set[low/64]&(1<<(low%64)) != 0 {
				to = append(to, high|uint32(low))
			}
		}
	case bitmapContainer:
		for i, w := range set {
			if w != 0 {
				list(i, w&binary.LittleEndian.Uint64(data[8*i:]))
			}
		}
	case runContainer:
		for ; len(data) >= 4; data = data[4:] {
			if !eachWord(data, len(set), func(i int, mask uint64) { list(i, set[i]&mask) }) {
				return to, false
			}
		}
	}
	return to, true
}

// eachWord calls f for the words that a run of documents covers, each with a mask of the
// bits; false when there are more than there should be.
func eachWord(run []byte, words int, f func(i int, mask uint64)) bool {
	from := int(binary.LittleEndian.Uint16(run))
	to := from + int(binary.LittleEndian.Uint16(run[2:]))
	if to/64 >= words {
		return false
	}
	for i := from / 64; i <= to/64; i++ {
		mask := ^uint64(0)
		if i == from/64 {
			mask &= ^uint64(0) << (from % 64)
		}
		if i == to/64 {
			mask &= ^uint64(0) >> (63 - to%64)
		}
		f(i, mask)
	}
	return true
}

// Pieces gives terms that cut the dictionary into about so many pieces of equal size.
func (d dictionary) Pieces(n int) [][]byte {
	if d.f == nil {
		return nil
	}
	var cuts [][]byte
	blocks := len(d.f.starts) / 4
	for i := 1; i < n; i++ {
		at := i * blocks / n
		if at == 0 || at == (i-1)*blocks/n {
			continue
		}
		b, err := d.f.blockAt(at)
		if err != nil {
			return nil // who reads on finds the damage
		}
		r := reader{b: b}
		r.uvarint()
		if first := r.take(r.uvarint()); !r.bad {
			cuts = append(cuts, first)
		}
	}
	return cuts
}
