package segment

import (
	"math"

	"github.com/RoaringBitmap/roaring/v2"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// postingsList is a term's postings, for bleve. Its documents can be had as a
// set at once: Docs.
type postingsList struct {
	counters
	f      *field
	stored stored
	except *roaring.Bitmap
}

// Docs gives all documents of the term, those excepted among them; nil for none.
// It must not be changed: it may lie in the segment's file.
func (l *postingsList) Docs() *roaring.Bitmap {
	if l.f == nil {
		return nil
	}
	return l.stored.bitmap()
}

// Len is the number of documents, those excepted among them.
func (l *postingsList) Len() int { return l.stored.n }

// AppendDocs adds the documents of the term in order.
func (l *postingsList) AppendDocs(to []uint32) []uint32 {
	switch {
	case l.f == nil:
		return to
	case l.stored.set == nil:
		return l.stored.short(to)
	}
	for it := l.stored.set.ManyIterator(); ; {
		var buf [256]uint32
		n := it.NextMany(buf[:])
		if n == 0 {
			return to
		}
		to = append(to, buf[:n]...)
	}
}

// Count is the number of documents that are not excepted.
func (l *postingsList) Count() uint64 {
	if l.f == nil {
		return 0
	}
	n := uint64(l.stored.n)
	if l.except != nil {
		n -= l.stored.bitmap().AndCardinality(l.except)
	}
	return n
}

func (l *postingsList) Size() int { return 200 + len(l.stored.docs) }

// Iterator gives the postings in order. One that is not needed any more may be used again.
func (l *postingsList) Iterator(freqs, lengths, locations bool, old api.PostingsIterator) api.PostingsIterator {
	i, again := old.(*postingsIterator)
	if !again || i == nil {
		i = &postingsIterator{}
	}
	i.begin(l, freqs || lengths || locations)
	if l.f == nil {
		return i
	}
	i.freqs = i.freqs && l.f.freqs
	i.positions = locations && l.f.positions
	if l.stored.set == nil {
		i.short = l.stored.short(i.few[:0])
		if l.except != nil {
			i.actual = roaring.AndNot(l.stored.bitmap(), l.except)
		}
		return i
	}
	i.actual = l.stored.set
	if l.except != nil && !l.except.IsEmpty() {
		i.actual = roaring.AndNot(i.actual, l.except)
		i.some = true
	}
	i.it = i.actual.Iterator()
	return i
}

// postingsIterator walks over postings. It is the posting, too.
type postingsIterator struct {
	counters
	list             *postingsList
	freqs, positions bool

	short  []uint32 // all documents, where they are few
	next   int      // of short
	few    [chunk]uint32
	actual *roaring.Bitmap // the documents to give; nil for all of short
	it     roaring.IntPeekable
	some   bool // actual is not all documents of a long list

	doc   uint32
	rank  int // of doc among all documents of the list
	given int // how many were given

	all    roaring.IntPeekable // all documents of a long list, by which ranks are told
	before int                 // how many of them all has gone over
	last   uint32              // whose rank was told last

	chunk int // whose frequencies are at hand
	freq  [chunk]uint32
	pos   reader // behind the positions of the document before at
	at    int    // rank of the document whose positions are next
	err   error
}

// begin makes an iterator as new, but for what is written before it is read.
func (i *postingsIterator) begin(l *postingsList, freqs bool) {
	i.list, i.freqs, i.positions = l, freqs, false
	i.short, i.next, i.actual, i.it, i.some = nil, 0, nil, nil, false
	i.doc, i.rank, i.given = 0, 0, 0
	i.all, i.before, i.last = nil, 0, 0
	i.chunk, i.pos, i.at, i.err = -1, reader{}, 0, nil
}

// ActualBitmap gives the documents that the iterator goes over, for bleve; nil
// when there are none.
func (i *postingsIterator) ActualBitmap() *roaring.Bitmap {
	if i.list.f == nil {
		return nil
	}
	if i.actual == nil {
		i.actual = i.list.stored.bitmap()
	}
	return i.actual
}

// DocNum1Hit is for lists that bleve keeps elsewhere.
func (i *postingsIterator) DocNum1Hit() (uint64, bool) { return 0, false }

// ReplaceActual makes the iterator go over some of its documents only.
func (i *postingsIterator) ReplaceActual(docs *roaring.Bitmap) {
	if i.list.f == nil {
		return
	}
	i.actual = docs
	if i.list.stored.set != nil {
		i.it, i.some = docs.Iterator(), true
	}
}

// Next gives the next posting, nil at the end.
func (i *postingsIterator) Next() (api.Posting, error) { return i.from(0) }

// Advance gives the first posting that is not before a document.
func (i *postingsIterator) Advance(doc uint64) (api.Posting, error) {
	if doc > math.MaxUint32 {
		return nil, i.err
	}
	return i.from(uint32(doc))
}

func (i *postingsIterator) from(doc uint32) (api.Posting, error) {
	if i.err != nil || i.list.f == nil {
		return nil, i.err
	}
	if !i.step(doc) {
		return nil, nil
	}
	if i.freqs {
		if err := i.load(); err != nil {
			i.err = err
			return nil, err
		}
	}
	return i, nil
}

// step goes to the next document that is not before doc.
func (i *postingsIterator) step(doc uint32) bool {
	if i.list.stored.set == nil {
		for ; i.next < len(i.short); i.next++ {
			d := i.short[i.next]
			if d < doc || i.actual != nil && !i.actual.Contains(d) {
				continue
			}
			i.doc, i.rank = d, i.next
			i.next++
			return true
		}
		return false
	}
	if doc > 0 {
		i.it.AdvanceIfNeeded(doc)
	}
	if !i.it.HasNext() {
		return false
	}
	i.doc = i.it.Next()
	switch {
	case !i.freqs:
	case i.some || doc > 0:
		i.rank = i.rankOf(i.doc)
	default:
		i.rank = i.given
	}
	i.given = i.rank + 1
	return true
}

// stride is how many documents may lie between two for the rank of the second to be told
// by counting; that of one farther off is looked up.
const stride = 64

// rankOf tells how many documents of a long list stand before one of them.
func (i *postingsIterator) rankOf(doc uint32) int {
	set := i.list.stored.set
	if i.all == nil || doc < i.last || doc-i.last > stride {
		if i.all == nil || doc < i.last {
			i.all = set.Iterator()
		}
		i.before = int(set.Rank(doc)) - 1
		i.all.AdvanceIfNeeded(doc)
	}
	for i.all.HasNext() && i.all.PeekNext() < doc {
		i.all.Next()
		i.before++
	}
	i.last = doc
	return i.before
}

// load reads the frequencies of the document's chunk.
func (i *postingsIterator) load() error {
	n := i.rank / chunk
	if n == i.chunk {
		return nil
	}
	_, pos, err := i.list.stored.chunkAt(n, i.freq[:])
	if err != nil {
		return err
	}
	i.chunk, i.pos, i.at = n, reader{b: pos}, n*chunk
	return nil
}

func (i *postingsIterator) Size() int      { return 1600 }
func (i *postingsIterator) Number() uint64 { return uint64(i.doc) }

// Frequency is how often the term stands in the document, or what its field made
// of that.
func (i *postingsIterator) Frequency() uint64 {
	if !i.freqs {
		return 1
	}
	return uint64(i.freq[i.rank%chunk])
}

// NormUint64 is the field's length in the document.
func (i *postingsIterator) NormUint64() uint64 {
	if int(i.doc) < len(i.list.f.lengths) {
		return uint64(i.list.f.lengths[i.doc])
	}
	return 1
}

// Norm is the length to the power of -1/2, as bleve has it.
func (i *postingsIterator) Norm() float64 {
	return float64(float32(1 / math.Sqrt(float64(i.NormUint64()))))
}

// Positions adds the term's positions in the document, in order. It is to be
// asked once for a document.
func (i *postingsIterator) Positions(to []uint32) []uint32 {
	if !i.positions || i.err != nil {
		return to
	}
	for ; i.at < i.rank; i.at++ {
		i.pos.skipPlaces()
	}
	if i.at > i.rank {
		return to
	}
	i.at++
	if to = i.pos.places(to); i.pos.bad {
		i.err = damaged("positions are cut")
	}
	return to
}

// Locations gives the positions as bleve wants them.
func (i *postingsIterator) Locations() []api.Location {
	if !i.positions {
		return nil
	}
	positions := i.Positions(nil)
	out := make([]api.Location, len(positions))
	for k, p := range positions {
		out[k] = location{i.list.f.name, p}
	}
	return out
}

// location is a position; offsets are not kept.
type location struct {
	field string
	pos   uint32
}

func (l location) Field() string            { return l.field }
func (l location) Start() uint64            { return 0 }
func (l location) End() uint64              { return 0 }
func (l location) Pos() uint64              { return uint64(l.pos) }
func (l location) ArrayPositions() []uint64 { return nil }
func (l location) Size() int                { return 32 }

// counters are what bleve counts of reads; a mapped file knows nothing of them.
type counters struct{}

func (counters) BytesRead() uint64     { return 0 }
func (counters) ResetBytesRead(uint64) {}
func (counters) BytesWritten() uint64  { return 0 }
