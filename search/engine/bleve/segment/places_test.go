package segment

import (
	"math/rand/v2"
	"slices"
	"testing"

	api "github.com/blevesearch/scorch_segment_api/v2"
)

// However postings are read, by an iterator, by the chunk or from document to document,
// they are the same.
func TestAllWaysOfReadingPostingsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const documents = 900
	b, err := build(randomDocs(r, 0, documents, true), newRoom())
	if err != nil {
		t.Fatal(err)
	}
	s, err := openBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	lists := 0
	for _, f := range s.fields {
		if !f.positions {
			continue
		}
		d := dictionary{f}
		it := d.AutomatonIterator(nil, nil, nil).(*termIterator)
		for {
			term, mark, err := it.NextTerm()
			if err != nil {
				t.Fatal(err)
			}
			if term == nil {
				break
			}
			lists++
			list, err := d.PostingsAt(mark)
			if err != nil {
				t.Fatal(err)
			}
			one := list.(*postingsList)
			freqs, places := read(t, one)
			for range 4 {
				readAgain(t, d, mark, one, freqs, places, r)
			}
		}
	}
	if lists < 20 {
		t.Errorf("only %d lists were compared", lists)
	}
}

// readAgain reads a range of a list's documents, and some of those, in all ways.
func readAgain(t *testing.T, d dictionary, mark Mark, list *postingsList, freqs map[uint32]uint32, places map[uint32][]uint32, r *rand.Rand) {
	t.Helper()
	const documents = 900
	from := uint32(r.IntN(documents))
	to := from + uint32(r.IntN(documents-int(from)+1))
	told := map[uint32]uint32{}
	err := list.Frequencies(from, to, func(docs, freqs []uint32) {
		for i, doc := range docs {
			told[doc] = freqs[i]
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	begin := from / 64 * 64
	set := make([]uint64, (documents-begin+63)/64)
	wanted := map[uint32]bool{}
	for doc := begin; doc < documents; doc++ {
		if r.IntN(3) == 0 && doc < to {
			set[(doc-begin)/64] |= 1 << (doc % 64)
			wanted[doc] = true
		}
	}
	stand := map[uint32][]uint32{}
	note := func(doc uint32, at []uint32) { stand[doc] = slices.Clone(at) }
	if err := list.Places(begin, set, note); err != nil {
		t.Fatal(err)
	}
	again := map[uint32][]uint32{}
	if err := d.PlacesAt(mark, begin, set, func(doc uint32, at []uint32) { again[doc] = slices.Clone(at) }); err != nil {
		t.Fatal(err)
	}
	c := list.Cursor()
	for doc := range uint32(documents) {
		want, there := freqs[doc]
		if there = there && from <= doc && doc < to; !there {
			want = 0
		}
		if told[doc] != want {
			t.Fatalf("document %d of %d to %d: frequency %d, want %d", doc, from, to, told[doc], want)
		}
		var at []uint32
		if wanted[doc] {
			at = places[doc]
		}
		if !slices.Equal(stand[doc], at) || !slices.Equal(again[doc], at) {
			t.Fatalf("document %d: positions %v and %v, want %v", doc, stand[doc], again[doc], at)
		}
		if !wanted[doc] && doc < documents-10 {
			continue
		}
		for range 2 { // asked for again it is the same
			found, err := c.At(doc)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(found, places[doc]) {
				t.Fatalf("document %d: positions %v one by one, want %v", doc, found, places[doc])
			}
		}
	}
}

// read reads a list by an iterator.
func read(t *testing.T, list *postingsList) (freqs map[uint32]uint32, places map[uint32][]uint32) {
	t.Helper()
	freqs, places = map[uint32]uint32{}, map[uint32][]uint32{}
	it := list.Iterator(true, true, true, nil)
	for {
		p, err := it.Next()
		if err != nil {
			t.Fatal(err)
		}
		if p == nil {
			return freqs, places
		}
		doc := uint32(p.Number())
		freqs[doc] = uint32(p.Frequency())
		places[doc] = positionsOf(p)
	}
}

func positionsOf(p api.Posting) (at []uint32) {
	for _, l := range p.Locations() {
		at = append(at, uint32(l.Pos()))
	}
	return at
}
