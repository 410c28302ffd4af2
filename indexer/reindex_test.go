package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailquarry/indexer"
	"mailquarry/internal/source/files"
	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve"
)

// mailed is a store of n imported messages.
func mailed(t *testing.T, n int) *store {
	t.Helper()
	s := newStore(t)
	dir := t.TempDir()
	for i := range n {
		writeFile(t, filepath.Join(dir, fmt.Sprintf("%d.eml", i)), eml(i, fmt.Sprintf("letter %d", i), "walnut"))
	}
	s.importFrom(dir, files.Options{})
	return s
}

// rebuilding is a Reindexer with an index of the name "old" in use.
func rebuilding(s *store, wrap func(indexer.NewIndex) indexer.NewIndex) (*indexer.Reindexer, string) {
	s.t.Helper()
	g := generations(s.t, s.dir)
	old, err := g.Create()
	if err != nil {
		s.t.Fatal(err)
	}
	writeFile(s.t, filepath.Join(old, "content"), "old")
	if err := g.Promote(old); err != nil {
		s.t.Fatal(err)
	}
	return &indexer.Reindexer{
		Archive: s.archive, Extractor: s.extract, Generations: g,
		Create: func(dir string) (indexer.NewIndex, error) {
			e, err := bleve.Open(dir, bleve.Options{ArchiveID: s.archive.ID()})
			if err != nil {
				return nil, err
			}
			return wrap(e), nil
		},
		Options: indexer.BuildOptions{BatchDocs: 5},
	}, old
}

// untouched checks that the old index is in use, as it was and alone.
func untouched(t *testing.T, r *indexer.Reindexer, old string) {
	t.Helper()
	if got, err := r.Generations.Current(); err != nil || got != old {
		t.Errorf("in use is %q (%v), want %q", got, err, old)
	}
	if b, err := os.ReadFile(filepath.Join(old, "content")); err != nil || string(b) != "old" {
		t.Errorf("the old index: %q %v", b, err)
	}
	rest, err := filepath.Glob(filepath.Join(filepath.Dir(old), "g*"))
	if err != nil || len(rest) != 1 {
		t.Errorf("indexes left: %q", rest)
	}
}

// faulty is a new index in which something happens before each batch.
type faulty struct {
	indexer.NewIndex
	before func(n int, b *engine.Batch) error
	n      int
}

func (f *faulty) Apply(ctx context.Context, b engine.Batch) error {
	f.n++
	if err := f.before(f.n, &b); err != nil {
		return err
	}
	return f.NewIndex.Apply(ctx, b)
}

// A reindex takes the place of the old index and finds what that found.
func TestReindex(t *testing.T) {
	t.Parallel()
	s := mailed(t, 23)
	r, old := rebuilding(s, func(i indexer.NewIndex) indexer.NewIndex { return i })
	if err := r.Run(s.ctx); err != nil {
		t.Fatal(err)
	}
	current, err := r.Generations.Current()
	if err != nil || current == old {
		t.Fatalf("in use is %q (%v)", current, err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old index is still there: %v", err)
	}
	s.index = s.openIndex(current)
	if n := len(s.found("walnut")); n != 23 {
		t.Errorf("found %d messages, want 23", n)
	}
}

// Interrupted, failing or short, a reindex leaves the index in use as it was.
func TestReindexThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(stop func(), n int, b *engine.Batch) error
		want   string
	}{
		"interrupted": {func(stop func(), n int, _ *engine.Batch) error {
			if n == 3 {
				stop()
			}
			return nil
		}, context.Canceled.Error()},
		"failing": {func(_ func(), n int, _ *engine.Batch) error {
			if n == 3 {
				return errors.New("no space left on device")
			}
			return nil
		}, "no space left"},
		"short": {func(_ func(), n int, b *engine.Batch) error {
			if n == 3 {
				b.Put = b.Put[1:]
			}
			return nil
		}, "holds 22 messages and the archive 23; the old index stays in use"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mailed(t, 23)
			ctx, stop := context.WithCancel(s.ctx)
			defer stop()
			r, old := rebuilding(s, func(i indexer.NewIndex) indexer.NewIndex {
				return &faulty{NewIndex: i, before: func(n int, b *engine.Batch) error { return c.before(stop, n, b) }}
			})
			if err := r.Run(ctx); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("ended with %v, want %s", err, c.want)
			}
			untouched(t, r, old)
		})
	}
}
