package bleve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

func openIn(t *testing.T, dir string) *Engine {
	t.Helper()
	e, err := Open(dir, Options{ArchiveID: "archive"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func mails(from, to int) []engine.Document {
	var docs []engine.Document
	for i := from; i < to; i++ {
		docs = append(docs, engine.Document{
			ID: mail.MessageID(i), Mailbox: 1, Folder: 1, Subject: fmt.Sprintf("subject s%d", i),
			Body: fmt.Sprintf("alpha word%d of %d", i, i/10), Date: time.Unix(int64(i)*1000, 0),
		})
	}
	return docs
}

func put(t *testing.T, e *Engine, upto uint64, docs ...engine.Document) {
	t.Helper()
	if err := e.Apply(t.Context(), engine.Batch{Put: docs, Upto: upto}); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, e *Engine, r engine.Request) engine.Result {
	t.Helper()
	r.Scope = access.Operator().Scope(nil)
	res, err := e.Search(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// filled makes an index of two segments and closes it.
func filled(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "index")
	e := openIn(t, dir)
	put(t, e, 1, mails(1, 200)...)
	put(t, e, 2, mails(200, 210)...)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// An index that cannot be trusted is refused with the error that says so,
// rather than answered from in part.
func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	segment := func(t *testing.T, dir string) string {
		t.Helper()
		names, err := segmentNames(filepath.Join(dir, storeDir, "root.bolt"))
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		return filepath.Join(dir, storeDir, names[0])
	}
	for name, harm := range map[string]func(t *testing.T, dir string) error{
		"a flipped bit": func(t *testing.T, dir string) error {
			path := segment(t, dir)
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b[len(b)/3] ^= 4
			return os.WriteFile(path, b, 0o600)
		},
		"a cut segment":     func(t *testing.T, dir string) error { return os.Truncate(segment(t, dir), 100) },
		"an empty segment":  func(t *testing.T, dir string) error { return os.Truncate(segment(t, dir), 0) },
		"a missing segment": func(t *testing.T, dir string) error { return os.Remove(segment(t, dir)) },
		"a missing list":    func(_ *testing.T, dir string) error { return os.Remove(filepath.Join(dir, storeDir, "root.bolt")) },
		"a cut list": func(_ *testing.T, dir string) error {
			return os.Truncate(filepath.Join(dir, storeDir, "root.bolt"), 5000)
		},
		"garbage for a list": func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, storeDir, "root.bolt"), bytes.Repeat([]byte("x"), 70_000), 0o600)
		},
		"missing settings": func(_ *testing.T, dir string) error { return os.Remove(filepath.Join(dir, "index_meta.json")) },
		"a foreign file": func(_ *testing.T, dir string) error {
			return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			if err := harm(t, dir); err != nil {
				t.Fatal(err)
			}
			if e, err := Open(dir, Options{ArchiveID: "archive"}); !errors.Is(err, engine.ErrDamaged) {
				t.Errorf("opened: %v, error: %v", e != nil, err)
			}
		})
	}
}

func TestForeignIndexIsRefused(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	if _, err := Open(dir, Options{ArchiveID: "another"}); !errors.Is(err, engine.ErrMismatch) {
		t.Errorf("another archive: %v", err)
	}
	e := openIn(t, dir)
	b := index.NewBatch()
	b.SetInternal(keyVersion, []byte("0"))
	if err := errors.Join(e.scorch.Batch(b), e.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{ArchiveID: "archive"}); !errors.Is(err, engine.ErrMismatch) {
		t.Errorf("another version: %v", err)
	}
}

// A half-made index, which a kill during the first opening leaves, and half
// written segments are no hindrance.
func TestLeftoversAreNoHindrance(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	if err := errors.Join(os.Mkdir(dir+".new", 0o700), os.WriteFile(dir+".new/index_meta.json", []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	e := openIn(t, dir)
	put(t, e, 5, mails(1, 5)...)
	if err := errors.Join(e.Close(), os.WriteFile(filepath.Join(dir, storeDir, "0000000000ff.zap"), []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	e = openIn(t, dir)
	if n, err := e.Count(t.Context()); n != 4 || err != nil {
		t.Error(n, err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("something is left: %v", entries)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	openIn(t, dir)
	_, err := Open(dir, Options{ArchiveID: "archive"})
	if err == nil || errors.Is(err, engine.ErrDamaged) || errors.Is(err, engine.ErrMismatch) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("got %v", err)
	}
}

// Merging leaves one segment, and the same answers.
func TestMerge(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	for i := range 12 {
		put(t, e, uint64(i), mails(1+i*20, 31+i*20)...)
	}
	if err := e.Apply(t.Context(), engine.Batch{Delete: []mail.MessageID{3, 100}, Upto: 20}); err != nil {
		t.Fatal(err)
	}
	r := engine.Request{Query: query.Word{Text: "alpha"}, Sort: engine.Newest, Limit: 1000, Facets: engine.Facets()}
	before := find(t, e, r)
	if err := e.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := e.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n := len(s.Segments()); n != 1 {
		t.Errorf("%d segments", n)
	}
	if files, err := filepath.Glob(filepath.Join(e.dir, storeDir, "*.zap")); len(files) != 1 || err != nil {
		t.Errorf("files: %v, %v", files, err)
	}
	if after := find(t, e, r); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("before\n%v\nafter\n%v", before, after)
	}
}

// A prefix that stands for more words than the server looks for at once is cut, and
// said to be; a deadline is kept in the middle of one.
func TestExpensivePrefix(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	put(t, e, 1, mails(1, 3000)...)
	scope := access.Operator().Scope(nil)
	whole := find(t, e, engine.Request{Query: query.Prefix{Text: "w"}})
	e.expansions = 1000
	cut, err := e.Search(t.Context(), engine.Request{Scope: scope, Query: query.Prefix{Text: "w"}, Limit: 1})
	if err != nil || whole.Total != 2999 || whole.Capped != nil || cut.Total >= whole.Total || cut.Total < 1000 || !slices.Equal(cut.Capped, []string{"w*"}) {
		t.Errorf("%d, cut %d %v, %v", whole.Total, cut.Total, cut.Capped, err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err = e.Search(ctx, engine.Request{Scope: scope, Query: query.Prefix{Text: "w"}, Limit: 1})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// Pages by relevance are taken from one state of the index, also when scores
// change in between; when that state is no longer kept, paging goes on in the
// new one.
func TestPagesByRelevanceComeFromOneSnapshot(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	put(t, e, 1, mails(1, 50)...)
	r := engine.Request{Query: query.Word{Text: "alpha"}, Limit: 10}
	whole := r
	whole.Limit = 100
	want := find(t, e, whole)
	first := find(t, e, r)
	put(t, e, 2, mails(100, 400)...)
	r.Cursor = first.Next
	second := find(t, e, r)
	if second.Total != want.Total || second.Hits[0].ID != want.Hits[10].ID {
		t.Errorf("the second page begins with %v of %d, want %v of %d", second.Hits[0], second.Total, want.Hits[10], want.Total)
	}
	e.pins.clear()
	r.Cursor = second.Next
	if third := find(t, e, r); third.Total != 349 {
		t.Errorf("without the snapshot there are %d hits, want 349", third.Total)
	}
}

// A dead background routine of bleve becomes an error rather than a hang.
func TestDeadIndexDoesNotHang(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	close(e.failed)
	err := e.guard("apply batch", func() error { select {} })
	if !errors.Is(err, errDead) {
		t.Errorf("got %v", err)
	}
}

func TestLengthSteps(t *testing.T) {
	t.Parallel()
	last := 0
	for words := range 200_000 {
		step := lengthStep(words)
		if step < last || step < 1 || step > maxStep {
			t.Fatalf("%d words are step %d after step %d", words, step, last)
		}
		last = step
		if l := lengthOf(step); words < 60_000 && (l > float64(words) || l < float64(words)*0.88) {
			t.Fatalf("%d words are step %d, which is %v words", words, step, l)
		}
	}
}

// A segment that is cut while the index is open makes searches fail, not the
// process. There is one segment, for bleve's merger would not survive it.
func TestSegmentCutUnderOpenIndex(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	e := openIn(t, dir)
	if err := errors.Join(e.Merge(t.Context()), e.Close()); err != nil {
		t.Fatal(err)
	}
	e = openIn(t, dir)
	paths, err := filepath.Glob(filepath.Join(dir, storeDir, "*.zap"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
	}
	_, err = e.Search(t.Context(), engine.Request{Scope: access.Operator().Scope(nil), Query: query.Word{Text: "alpha"}, Limit: 1})
	if !errors.Is(err, engine.ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

// A message of more words than are indexed is found by those at its beginning, and
// by as many of its attachments.
func TestEndlessMessage(t *testing.T) {
	t.Parallel()
	d := documentOf(&engine.Document{
		ID: 1, Mailbox: 1, Body: "first " + strings.Repeat("word ", engine.MaxWords) + "last",
		Attachments: []engine.Attachment{{Text: "one " + strings.Repeat("other ", engine.MaxWords-2)}, {Text: "fits beyond"}},
	})
	terms := map[string]int{}
	wordsOf(t, d, fieldText).VisitTokens(func(term string, _, _ uint32) { terms[term]++ })
	if terms["first"] != 1 || terms["word"] != engine.MaxWords-1 || terms["last"] != 0 ||
		terms["other"] != engine.MaxWords-2 || terms["fits"] != 1 || terms["beyond"] != 0 {
		t.Errorf("%v", terms)
	}
}

// An index of messages none of which has a date is searched like any other,
// also after its segments were merged.
func TestMessagesWithoutDates(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	for i := range 3 {
		put(t, e, uint64(i+1), engine.Document{ID: mail.MessageID(i + 1), Mailbox: 1, Folder: 1, Body: "alpha"})
	}
	if err := e.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := find(t, e, engine.Request{Query: query.Word{Text: "alpha"}, Sort: engine.Oldest, Limit: 5}); r.Total != 3 {
		t.Errorf("found %d, want 3", r.Total)
	}
	if r := find(t, e, engine.Request{Query: query.Dates{From: time.Unix(0, 0)}}); r.Total != 0 {
		t.Errorf("%d messages without a date are of a date", r.Total)
	}
}

// TestFaultWhileOpening promises that an index whose writing fails in the background before
// it is quite open, as on a full disk, is opened all the same.
func TestFaultWhileOpening(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	first := openIn(t, dir)
	put(t, first, 7, mails(1, 10)...)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	full := scorch.NewScorchError("persister", "no space left on device", scorch.ErrPersist)
	for range 20 {
		closeAll := make(chan struct{})
		var failing sync.WaitGroup
		failing.Go(func() {
			for {
				select {
				case <-closeAll:
					return
				default:
					scorch.RegistryAsyncErrorCallbacks[asyncCallback](full, filepath.Join(dir, storeDir))
				}
			}
		})
		e, err := Open(dir, Options{ArchiveID: "archive", Together: time.Hour})
		close(closeAll)
		failing.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if upto, err := e.Checkpoint(t.Context()); err != nil || upto != 7 {
			t.Fatalf("the checkpoint is %d, %v, want 7", upto, err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
