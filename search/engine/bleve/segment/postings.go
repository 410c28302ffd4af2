package segment

import (
	"encoding/binary"

	"github.com/RoaringBitmap/roaring/v2"
)

// chunk is how many documents' frequencies are read together. A list of no more
// documents is short.
const chunk = 128

// list is a term's postings as they are written: by document, in order.
type list struct {
	docs  []uint32
	freqs []uint32 // nil where the field keeps none
	// positions are of each document one number or more, twice the distance to the
	// one before, and one more for the document's last; sizes tells how many bytes
	// they take. nil where the field keeps none.
	positions []byte
	sizes     []uint32
}

func (l *list) reset() {
	l.docs, l.freqs, l.positions, l.sizes = l.docs[:0], l.freqs[:0], l.positions[:0], l.sizes[:0]
}

// appendTo writes the postings.
//
// Short: the distances between documents, the frequencies, the positions. Long:
// the size of the bitmap, the bitmap; then, with frequencies, the size of their
// part, for each chunk of documents where its frequencies and where its positions
// begin (four bytes each), the frequencies, the positions.
func (l *list) appendTo(b []byte, scratch *roaring.Bitmap) ([]byte, error) {
	if len(l.docs) <= chunk {
		last := uint32(0)
		for _, d := range l.docs {
			b = binary.AppendUvarint(b, uint64(d-last))
			last = d
		}
		if len(l.freqs) > 0 {
			b = appendFreqs(b, l.freqs)
		}
		return append(b, l.positions...), nil
	}
	scratch.Clear()
	scratch.AddMany(l.docs)
	scratch.RunOptimize()
	bits, err := scratch.ToBytes()
	if err != nil {
		return b, err
	}
	b = binary.AppendUvarint(b, uint64(len(bits)))
	b = append(b, bits...)
	if len(l.freqs) == 0 {
		return b, nil
	}
	chunks := (len(l.docs) + chunk - 1) / chunk
	starts := make([]byte, 0, 8*chunks)
	var freqs []byte
	at := uint32(0)
	for i := 0; i < len(l.docs); i += chunk {
		end := min(i+chunk, len(l.docs))
		starts = binary.LittleEndian.AppendUint32(starts, uint32(len(freqs)))
		starts = binary.LittleEndian.AppendUint32(starts, at)
		freqs = appendFreqs(freqs, l.freqs[i:end])
		if len(l.sizes) > 0 {
			for _, n := range l.sizes[i:end] {
				at += n
			}
		}
	}
	b = binary.AppendUvarint(b, uint64(len(freqs)))
	b = append(b, starts...)
	b = append(b, freqs...)
	return append(b, l.positions...), nil
}

// appendFreqs writes frequencies in half a byte each; those above 15 are a zero
// there and follow in full.
func appendFreqs(b []byte, freqs []uint32) []byte {
	for i := 0; i < len(freqs); i += 2 {
		v := half(freqs[i])
		if i+1 < len(freqs) {
			v |= half(freqs[i+1]) << 4
		}
		b = append(b, v)
	}
	for _, f := range freqs {
		if half(f) == 0 {
			b = binary.AppendUvarint(b, uint64(f))
		}
	}
	return b
}

func half(f uint32) byte {
	if f > 15 {
		return 0
	}
	return byte(f)
}

// readFreqs reads n frequencies, at most a chunk.
func readFreqs(r *reader, n int, into []uint32) []uint32 {
	halves := r.take(uint64(n+1) / 2)
	into = into[:n]
	if halves == nil {
		return into[:0]
	}
	large := false // one or more follow in full
	for i := range into {
		f := uint32(halves[i/2]>>(i%2*4)) & 15
		into[i] = f
		large = large || f == 0
	}
	if !large {
		return into
	}
	for i, f := range into {
		if f == 0 {
			into[i] = uint32(min(r.uvarint(), 1<<32-1))
		}
	}
	return into
}

// stored is a term's postings in a file, taken apart but not decoded.
type stored struct {
	n     int
	docs  []byte          // short: the distances
	set   *roaring.Bitmap // long
	rest  []byte          // short: frequencies and positions
	start []byte          // long: where chunks begin
	freqs []byte
	pos   []byte
}

// open takes apart the postings of a term with n documents.
func open(data []byte, n uint64, count uint64, freqs bool) (stored, error) {
	if n == 0 || n > count {
		return stored{}, damaged("a term has an impossible number of documents")
	}
	s := stored{n: int(n)}
	r := reader{b: data}
	if n <= chunk {
		r.skip(n)
		s.docs, s.rest = data[:len(data)-len(r.b)], r.b
		if r.bad {
			return stored{}, damaged("postings are cut")
		}
		return s, nil
	}
	bits := r.take(r.uvarint())
	s.set = roaring.New()
	if _, err := s.set.FromBuffer(bits); err != nil {
		return stored{}, damaged("a set of documents cannot be read")
	}
	if s.set.GetCardinality() != n || uint64(s.set.Maximum()) >= count {
		return stored{}, damaged("a set has other documents than it should")
	}
	if !freqs {
		return s, nil
	}
	size := r.uvarint()
	s.start = r.take((n + chunk - 1) / chunk * 8)
	s.freqs = r.take(size)
	s.pos = r.b
	if r.bad {
		return stored{}, damaged("postings are cut")
	}
	return s, nil
}

// short gives the documents of a short list.
func (s *stored) short(into []uint32) []uint32 {
	r := reader{b: s.docs}
	last := uint64(0)
	for range s.n {
		last += r.uvarint()
		into = append(into, uint32(last))
	}
	return into
}

// bitmap gives the documents as a set, which must not be changed.
func (s *stored) bitmap() *roaring.Bitmap {
	if s.set != nil {
		return s.set
	}
	var buf [chunk]uint32
	set := roaring.New()
	set.AddMany(s.short(buf[:0]))
	return set
}

// chunkAt gives the frequencies and the positions of a chunk.
func (s *stored) chunkAt(i int, into []uint32) (freqs []uint32, positions []byte, err error) {
	n := min(chunk, s.n-i*chunk)
	if s.set == nil {
		r := reader{b: s.rest}
		freqs = readFreqs(&r, n, into)
		if r.bad {
			return nil, nil, damaged("frequencies are cut")
		}
		return freqs, r.b, nil
	}
	f := uint64(binary.LittleEndian.Uint32(s.start[8*i:]))
	p := uint64(binary.LittleEndian.Uint32(s.start[8*i+4:]))
	if f > uint64(len(s.freqs)) || p > uint64(len(s.pos)) {
		return nil, nil, damaged("a chunk lies outside of its postings")
	}
	r := reader{b: s.freqs[f:]}
	freqs = readFreqs(&r, n, into)
	if r.bad {
		return nil, nil, damaged("frequencies are cut")
	}
	return freqs, s.pos[p:], nil
}
