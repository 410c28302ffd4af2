package bleve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve/segment"
	"mailquarry/search/query"
)

// onDisk tells whether a segment's file in the index's folder, in use or not,
// holds the word. Words share their beginnings in a file, so that looking for
// their bytes may find nothing.
func onDisk(t *testing.T, dir, word string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, storeDir, "*.zap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		s, err := segment.Plugin{}.Open(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, field := range s.Fields() {
			dict, err := s.Dictionary(field)
			if err != nil {
				t.Fatal(err)
			}
			has, err := dict.Contains([]byte(word))
			if err != nil {
				t.Fatal(err)
			}
			found = found || has
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if found {
			return true
		}
	}
	return false
}

// A deleted message's words are gone from the disk after Expunge, whatever the
// segments, and the other messages are found as before.
func TestExpungedWordsAreGoneFromTheDisk(t *testing.T) {
	t.Parallel()
	for _, segments := range []int{1, 2, 5} {
		t.Run(fmt.Sprint(segments), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			e := openIn(t, dir)
			all := mails(1, 400)
			all[7].Body = "unheardofsecret among alpha"
			put(t, e, 1, all...)
			for i := 1; i < segments; i++ {
				put(t, e, uint64(1+i), mails(400*i, 400*i+390)...)
			}
			if segments == 1 {
				if err := e.Merge(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			before := find(t, e, engine.Request{Query: query.Word{Text: "alpha"}, Limit: 1}) // pins a snapshot
			again := func(ctx context.Context, ids []mail.MessageID) error {
				return e.Apply(ctx, engine.Batch{Put: mails(int(ids[0]), int(ids[0])+1), Upto: 99})
			}
			if !onDisk(t, dir, "unheardofsecret") {
				t.Fatal("the word is not on the disk to begin with: nothing is tested")
			}
			if err := e.Apply(t.Context(), engine.Batch{Delete: []mail.MessageID{all[7].ID}, Upto: 99}); err != nil {
				t.Fatal(err)
			}
			if _, err := e.Expunge(t.Context(), again); err != nil {
				t.Fatal(err)
			}
			if onDisk(t, dir, "unheardofsecret") {
				t.Error("the word is still on the disk")
			}
			if r := find(t, e, engine.Request{Query: query.Word{Text: "alpha"}}); r.Total != before.Total-1 {
				t.Errorf("%d messages are found, want %d", r.Total, before.Total-1)
			}
			if upto, err := e.Checkpoint(t.Context()); err != nil || upto != 99 {
				t.Errorf("checkpoint %d, %v", upto, err)
			}
			if n, err := e.Expunge(t.Context(), nil); err != nil || n != 0 {
				t.Errorf("a second time rewrites %d, %v", n, err)
			}
		})
	}
}

// planned is a segment as the planner of merges sees it.
type planned struct {
	id         uint64
	full, live int64
}

func (s planned) Id() uint64          { return s.id }
func (s planned) FullSize() int64     { return s.full }
func (s planned) LiveSize() int64     { return s.live }
func (s planned) HasVector() bool     { return false }
func (s planned) FileSize() int64     { return s.full * 1000 }
func (s planned) LiveFileSize() int64 { return s.live * 1000 }

// An expunge costs what was purged: segments that hold nothing of it are left as
// they are, also those with older versions of messages.
func TestExpungeRewritesOnlyWhatItMust(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		var all []mergeplan.Segment
		wanted := map[uint64]bool{}
		for id := range uint64(2 + rng.IntN(12)) {
			s := planned{id: id, full: 1 + rng.Int64N(1000)}
			if rng.IntN(3) == 0 {
				s.full *= 1000
			}
			s.live = s.full
			if rng.IntN(3) > 0 {
				s.live = 1 + rng.Int64N(s.full)
			}
			if s.live < s.full && rng.IntN(2) == 0 {
				wanted[id] = true
			}
			all = append(all, s)
		}
		if len(wanted) == 0 {
			continue
		}
		plan, err := mergeplan.Plan(all, only(wanted))
		if err != nil {
			t.Fatal(err)
		}
		got := map[uint64]bool{}
		for _, task := range plan.Tasks {
			if len(task.Segments) != 1 {
				t.Fatalf("%d segments are merged into one", len(task.Segments))
			}
			got[task.Segments[0].Id()] = true
		}
		if !maps.Equal(got, wanted) {
			t.Fatalf("of %v %v are rewritten, want %v", all, got, wanted)
		}
	}
}

// When the last message is deleted, nothing is left to be written again.
func TestExpungeOfEverything(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	e := openIn(t, dir)
	one := mails(1, 2)
	one[0].Body = "unheardofsecret"
	put(t, e, 1, one...)
	if !onDisk(t, dir, "unheardofsecret") {
		t.Fatal("the word is not on the disk to begin with: nothing is tested")
	}
	if err := e.Apply(t.Context(), engine.Batch{Delete: []mail.MessageID{1}, Upto: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Expunge(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir, "unheardofsecret") {
		t.Error("the word is still on the disk")
	}
}

// A merge that cannot be done, such as on a full disk, ends with its fault.
func TestMergeEndsWithItsFault(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	e := openIn(t, dir)
	full := errors.New("no space left on device")
	for range 2 {
		err := e.untilFault(t.Context(), "merge", func(ctx context.Context) error {
			scorch.RegistryAsyncErrorCallbacks[asyncCallback](full, filepath.Join(dir, storeDir))
			<-ctx.Done()
			return nil
		})
		if !errors.Is(err, full) {
			t.Errorf("it ended with %v", err)
		}
	}
	if err := e.untilFault(t.Context(), "merge", func(context.Context) error { return nil }); err != nil {
		t.Errorf("without a fault it ended with %v", err)
	}
	put(t, e, 1, mails(1, 5)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	put(t, e, 2, mails(5, 9)...)
	if err := e.Merge(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a merge that was given up: %v", err)
	}
}
