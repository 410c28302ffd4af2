package segment

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// readAll reads everything that a segment holds.
func readAll(s *Segment) error {
	for doc := range s.count {
		if _, err := s.DocID(doc); err != nil {
			return err
		}
		if _, err := s.VisitDocValues(doc, []string{"date"}, func(string, []byte) {}, nil); err != nil {
			return err
		}
	}
	for _, f := range s.fields {
		t := terms{f: f}
		for t.next() {
			p, err := t.postings()
			if err != nil {
				return err
			}
			if p.set != nil && p.set.Validate() != nil {
				return damaged("the checksum would have told")
			}
			it := (&postingsList{f: f, stored: p}).Iterator(true, true, true, nil)
			for {
				one, err := it.Next()
				if err != nil {
					return err
				}
				if one == nil {
					break
				}
				one.Locations()
			}
		}
		if t.err != nil {
			return t.err
		}
	}
	return nil
}

// Whatever the bytes are, reading them ends with an error and never with a panic.
func FuzzSegment(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 40, 300} {
		b, err := build(randomDocs(r, 0, n, true), newRoom())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := openBytes(b)
		if err != nil {
			return
		}
		if s.count > 1<<16 {
			return // no such segment is in memory at once
		}
		_ = readAll(s)
		path := filepath.Join(t.TempDir(), "merged")
		_, _, _ = merge([]api.Segment{&unfiled{s}, &unfiled{s}}, []*roaring.Bitmap{nil, roaring.BitmapOf(0)}, path, 1, nil, nil)
	})
}

// A cut or changed file is told from a good one, or read without harm.
func TestDamage(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	good, err := build(randomDocs(r, 0, 500, true), newRoom())
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		b := append([]byte{}, good...)
		if r.IntN(3) == 0 {
			b = b[:r.IntN(len(b))]
		}
		for range r.IntN(4) {
			if len(b) > 0 {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
		}
		s, err := openBytes(b)
		if err == nil && s.count <= 1<<16 {
			err = readAll(s)
		}
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("got %v", err)
		}
	}
	path := filepath.Join(t.TempDir(), "x")
	for _, n := range []int{0, 5, 30, len(good) / 2} {
		if err := os.WriteFile(path, good[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (Plugin{}).Open(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// What a segment cannot keep is refused rather than dropped.
func TestRefused(t *testing.T) {
	t.Parallel()
	d := &testDoc{id: "a", fields: []index.Field{&testField{name: "body", options: index.IndexField | index.StoreField, words: []string{"x"}}}}
	if _, _, err := (Plugin{}).New([]index.Document{d}); err == nil {
		t.Error("a stored field was taken and not kept")
	}
}

// A merge that is to stop leaves no file.
func TestStopped(t *testing.T) {
	t.Parallel()
	s, _, err := Plugin{}.New(randomDocs(rand.New(rand.NewPCG(1, 1)), 0, 10, true))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	close(stop)
	path := filepath.Join(t.TempDir(), "merged")
	if _, _, err := (Plugin{}).Merge([]api.Segment{s}, []*roaring.Bitmap{nil}, path, stop, nil); !errors.Is(err, api.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("half a segment stays")
	}
}

// Frequencies above fifteen, many positions and long terms come back as they were.
func TestExtremes(t *testing.T) {
	t.Parallel()
	long := string(make([]byte, 70_000)) + "z"
	var docs []index.Document
	for i := range 300 {
		id := strconv.Itoa(1000 + i)
		words := []string{long}
		for range i * 3 {
			words = append(words, "often")
		}
		docs = append(docs, &testDoc{id: id, fields: []index.Field{
			&testField{name: "_id", value: id, options: index.IndexField | index.StoreField, words: []string{id}},
			tokenField{&testField{name: "text", options: index.IndexField | index.IncludeTermVectors, words: words}},
		}})
	}
	s, _, err := Plugin{}.New(docs)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Dictionary("text")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := postingsOf(t, d, "often", nil)
	if len(got) != 299 {
		t.Fatalf("%d documents", len(got))
	}
	for i, p := range got {
		n := uint64(3 * (i + 1))
		if p.freq != n || uint64(len(p.positions)) != n || p.positions[n-1] != 3*n+1 {
			t.Fatalf("document %d: %d times, %d positions", p.doc, p.freq, len(p.positions))
		}
	}
	if all, _ := postingsOf(t, d, long, nil); len(all) != 300 {
		t.Errorf("the long term stands in %d documents", len(all))
	}
}
