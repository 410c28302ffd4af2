package enginetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// What a folder holds in the index can be listed: after a document has come,
// moved to another folder and been deleted, and whoever may see it. A listing
// ends with its context.
func testIDs(t *testing.T, open Open) {
	e := start(t, open)
	want := func(folder mail.FolderID, ids ...mail.MessageID) {
		t.Helper()
		if got, err := e.IDs(t.Context(), folder); err != nil || !slices.Equal(got, ids) {
			t.Errorf("folder %s lists %v, %v, want %v", folder, got, err, ids)
		}
	}
	want(1)
	apply(t, e, engine.Batch{Put: []engine.Document{
		{ID: 3, Mailbox: 1, Folder: 1}, {ID: 1, Mailbox: 2, Folder: 1}, {ID: 2, Mailbox: 1, Folder: 11},
	}, Upto: 1})
	want(1, 1, 3)
	want(11, 2)
	apply(t, e, engine.Batch{Put: []engine.Document{{ID: 3, Mailbox: 1, Folder: 2}}, Delete: []mail.MessageID{2}, Upto: 2})
	want(1, 1)
	want(2, 3)
	want(11)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.IDs(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a listing whose context has ended gives %v", err)
	}
}

// What is gone at its source is found as such, and no longer when it is back.
func testGone(t *testing.T, open Open) {
	e := start(
		t, open,
		engine.Document{ID: 1, Mailbox: 1, Folder: 1, Body: "alpha", Gone: true, HasAttachment: true},
		engine.Document{ID: 2, Mailbox: 1, Folder: 1, Body: "alpha", HasAttachment: true},
		engine.Document{ID: 3, Mailbox: 2, Folder: 1, Body: "alpha", Gone: true},
	)
	want := func(text string, found ...mail.MessageID) {
		t.Helper()
		r := ask(t, e, engine.Request{Scope: everyone(2), Query: parse(t, text), Sort: engine.Oldest, Limit: 10})
		got := ids(r.Hits)
		slices.Sort(got)
		if !slices.Equal(got, found) {
			t.Errorf("%s finds %v, want %v", text, got, found)
		}
	}
	want("is:gone", 1)
	want("alpha -is:gone", 2)
	want("has:attachment", 1, 2)
	apply(t, e, engine.Batch{Put: []engine.Document{{ID: 1, Mailbox: 1, Folder: 1, Body: "alpha"}}, Upto: 2})
	if r := ask(t, e, engine.Request{Scope: everyone(2), Query: query.Gone{}}); r.Total != 0 {
		t.Errorf("%d messages are gone after the only one came back", r.Total)
	}
}
