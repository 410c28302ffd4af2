package segment

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// Sets of documents are read as the library that wrote them reads them, and a set that is
// cut or says too much ends with a refusal.
func TestSetsAreReadAsTheyAreWritten(t *testing.T) {
	const documents = 3<<16 + 700
	r := rand.New(rand.NewPCG(3, 4))
	some := func(n int) *roaring.Bitmap {
		set := roaring.New()
		for range n {
			set.Add(uint32(r.IntN(documents)))
		}
		return set
	}
	runs := some(300)
	runs.AddRange(100, 170)
	runs.AddRange(65_000, 70_064)
	runs.AddRange(3<<16, documents)
	all := roaring.New()
	all.AddRange(0, documents)
	few := roaring.New()
	few.AddRange(64, 64+1000)
	for name, set := range map[string]*roaring.Bitmap{"few": some(200), "many": some(90_000), "runs": runs, "all": all, "one run": few} {
		t.Run(name, func(t *testing.T) {
			set.RunOptimize()
			b, err := set.ToBytes()
			if err != nil {
				t.Fatal(err)
			}
			among := some(50_000)
			words := make([]uint64, (documents+63)/64)
			among.Iterate(func(doc uint32) bool {
				words[doc/64] |= 1 << (doc % 64)
				return true
			})
			var found []uint32
			read := func(b []byte) bool {
				return eachContainer(b, func(high uint32, kind container, data []byte) (ok bool) {
					found, ok = kind.within(high, data, words, found)
					return ok
				})
			}
			if !read(b) || !slices.Equal(found, roaring.And(set, among).ToArray()) {
				t.Error("other documents are in both sets")
			}
			sum := slices.Clone(words)
			add := func(b []byte, to []uint64) bool {
				return eachContainer(b, func(high uint32, kind container, data []byte) bool { return kind.add(high, data, to) })
			}
			if !add(b, sum) {
				t.Error("a set cannot be read")
			}
			if want := roaring.Or(set, among); !roaring.FromDense(sum, true).Equals(want) {
				t.Error("other documents are in one of the sets")
			}
			for _, size := range []int{0, 3, 7, len(b) / 2, len(b) - 1} {
				if read(b[:size]) || add(b[:size], sum) {
					t.Errorf("a set cut to %d bytes is read", size)
				}
			}
			if last := set.Maximum() / 64; add(b, sum[:last]) && kindOfLast(b) != bitmapContainer {
				t.Error("documents that are not there are read")
			}
		})
	}
}

// kindOfLast is how the last documents are written: what bits there are beyond the last
// document is told when postings are opened.
func kindOfLast(b []byte) (last container) {
	eachContainer(b, func(_ uint32, kind container, _ []byte) bool {
		last = kind
		return true
	})
	return last
}

// However the bytes of a set are damaged, reading it does not panic.
func TestDamagedSetsAreRead(t *testing.T) {
	set := roaring.New()
	set.AddRange(5, 9000)
	for i := range uint32(3000) {
		set.Add(80_000 + 3*i)
	}
	set.RunOptimize()
	b, err := set.ToBytes()
	if err != nil {
		t.Fatal(err)
	}
	words := make([]uint64, 100_000/64+1)
	for at := range min(len(b)-4, 200) {
		for _, v := range []uint32{0, 1, 0xffff, 0xffffffff} {
			bad := slices.Clone(b)
			binary.LittleEndian.PutUint32(bad[at:], v)
			eachContainer(bad, func(high uint32, kind container, data []byte) bool {
				_, ok := kind.within(high, data, words, nil)
				return ok && kind.add(high, data, words)
			})
		}
	}
}
