package segment

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// Several workers merge what one does, byte for byte, wherever fields are cut.
func TestMergedSideBySide(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		var segments []api.Segment
		var drops []*roaring.Bitmap
		from := 0
		for range 1 + r.IntN(5) {
			n := 1 + r.IntN(400)
			b, err := build(randomDocs(r, from, n, r.IntN(2) == 0), newRoom())
			if err != nil {
				t.Fatal(err)
			}
			s, err := openBytes(b)
			if err != nil {
				t.Fatal(err)
			}
			segments = append(segments, &unfiled{s})
			from += n
			var drop *roaring.Bitmap
			if r.IntN(2) == 0 {
				drop = roaring.New()
				for range r.IntN(n) {
					drop.AddInt(r.IntN(n))
				}
			}
			drops = append(drops, drop)
		}
		made := func(workers, size int, stop chan struct{}) ([]byte, error) {
			var out bytes.Buffer
			m := &merger{workers: workers, rangeSize: size, w: newWriter(&out), stop: stop}
			if _, err := m.number(segments, drops); err != nil {
				t.Fatal(err)
			}
			err := m.run()
			return out.Bytes(), err
		}
		want, err := made(1, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 100, 5000} {
			if got, err := made(4, size, nil); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d segments in ranges of %d bytes: %d bytes instead of %d, or others, %v", len(segments), size, len(got), len(want), err)
			}
		}
		stop := make(chan struct{})
		close(stop)
		if _, err := made(4, 100, stop); !errors.Is(err, api.ErrClosed) {
			t.Errorf("told to stop, it ends with %v", err)
		}
	}
}
