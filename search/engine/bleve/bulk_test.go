package bleve

import (
	"fmt"
	"path/filepath"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// A bulk build gives the same index as batch after batch, also where batches
// have messages in common, and its checkpoint tells what is durable.
func TestBulkBuild(t *testing.T) {
	t.Parallel()
	batches := make([]engine.Batch, 0, 30)
	for i := range 30 {
		batches = append(batches, engine.Batch{
			Put: mails(1+i*15, 31+i*15), Delete: []mail.MessageID{mail.MessageID(1 + i*10)}, Upto: uint64(i + 1),
		})
	}
	dir := filepath.Join(t.TempDir(), "bulk")
	bulk, err := Open(dir, Options{ArchiveID: "archive", Bulk: true})
	if err != nil {
		t.Fatal(err)
	}
	plain := openIn(t, filepath.Join(t.TempDir(), "plain"))
	for i, b := range batches {
		for _, e := range []*Engine{bulk, plain} {
			if err := e.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		if i == 10 {
			if err := bulk.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if upto, err := bulk.Checkpoint(t.Context()); upto != 11 || err != nil {
				t.Errorf("after Flush the checkpoint is %d, %v, want 11", upto, err)
			}
		}
	}
	if err := bulk.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := engine.Request{Query: query.Word{Text: "alpha"}, Sort: engine.Newest, Limit: 1000, Facets: engine.Facets()}
	if got, want := find(t, bulk, r), find(t, plain, r); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	if err := bulk.Close(); err != nil {
		t.Fatal(err)
	}
	again := openIn(t, dir)
	if upto, err := again.Checkpoint(t.Context()); upto != 30 || err != nil {
		t.Errorf("checkpoint %d, %v, want 30", upto, err)
	}
}

// Closing makes durable what a bulk build has taken.
func TestBulkClose(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	bulk, err := Open(dir, Options{ArchiveID: "archive", Bulk: true})
	if err != nil {
		t.Fatal(err)
	}
	put(t, bulk, 7, mails(1, 50)...)
	if err := bulk.Close(); err != nil {
		t.Fatal(err)
	}
	if err := bulk.Close(); err != nil {
		t.Error("closing twice:", err)
	}
	e := openIn(t, dir)
	n, err := e.Count(t.Context())
	upto, err2 := e.Checkpoint(t.Context())
	if n != 49 || upto != 7 || err != nil || err2 != nil {
		t.Errorf("%d documents, checkpoint %d, %v, %v", n, upto, err, err2)
	}
}
