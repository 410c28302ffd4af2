package archive

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailquarry/internal/mail"
)

// TestReadingsGoWithTheirMessages: what was told of a text is given with its message,
// survives its being moved, and is gone with it, whichever way it goes.
func TestReadingsGoWithTheirMessages(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "a", "b", "c")
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{
		Mailbox: box, Folder: f[0], Cursor: done("1"),
		Upserts: []Upsert{message("moves", "{1}"), message("goes", "{2}"), message("stays", "{3}")},
	}))
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[2], Upserts: []Upsert{message("below", "{4}")}, Cursor: done("1")}))
	by := must[map[string]Stored](t)(a.Lookup(ctx, box, []string{"moves", "goes", "stays", "below"}))
	for range 2 { // the second time in place of the first
		check(t, a.PutReadings(ctx, []Reading{{by["moves"].ID, []byte("1")}, {by["goes"].ID, []byte("2")}, {by["stays"].ID, []byte("3")}, {by["below"].ID, []byte("4")}}, nil, 0))
	}
	readings := func() map[mail.MessageID]string {
		out := map[mail.MessageID]string{}
		for _, r := range feed(t, a, 0) {
			if r.Reading != nil {
				out[r.ID] = string(r.Reading)
			}
		}
		check(t, a.Check(ctx))
		return out
	}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[1], Upserts: []Upsert{message("moves", "{1}")}, Cursor: done("1")}))
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Removed: []string{"goes"}, Cursor: done("2")}))
	check(t, a.write(ctx, func(t *txn) error { return t.dropFolder(f[2], Removal{}) }))
	check(t, a.PutReadings(ctx, []Reading{{by["goes"].ID, []byte("late")}, {4711, []byte("of nothing")}}, nil, 0))
	if d := cmp.Diff(map[mail.MessageID]string{by["moves"].ID: "1", by["stays"].ID: "3"}, readings()); d != "" {
		t.Error(d)
	}
	check(t, a.ExcludeFolders(ctx, box, f, nil))
	must[int](t)(a.Purge(ctx, []mail.MessageID{by["moves"].ID, by["stays"].ID}))
	if d := cmp.Diff(map[mail.MessageID]string{}, readings()); d != "" {
		t.Error(d)
	}
	var left int
	check(t, a.r.row(ctx, "SELECT count(*) FROM reading").Scan(&left))
	if left != 0 {
		t.Errorf("%d readings are left", left)
	}
}
