package search_test

import (
	"errors"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// What was deleted at its source and is kept says so wherever it is shown, and
// can be asked for or left out.
func TestWhatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	w := office(t)
	at := time.Date(2025, 6, 1, 8, 0, 0, 0, time.UTC)
	_, err := w.archive.CommitMessages(t.Context(), archive.MessageCommit{
		Mailbox: w.boxes[eva], Folder: w.folders[eva+":Posteingang"], Removed: []string{"a"}, KeepCursor: true,
		Removal: archive.Removal{Keep: true, At: at},
	})
	check(t, err)
	w.index()
	for text, want := range map[string]string{
		"renewal": "a c e", "renewal is:gone": "a", "renewal -is:gone": "c e", "is:gone in:inbox": "a",
	} {
		if got := w.keys(search.Request{Text: text}); got != want {
			t.Errorf("%s finds %q, want %q", text, got, want)
		}
	}
	for _, h := range w.find(search.Request{Text: "renewal"}).Hits {
		if gone := h.ID == w.id(eva, "a"); gone != h.GoneAt.Equal(at) || !gone != h.GoneAt.IsZero() {
			t.Errorf("%s is gone at %s", h.InternetMessageID, h.GoneAt)
		}
	}
	m, err := w.service.Message(t.Context(), access.Operator(), w.id(eva, "a"))
	check(t, err)
	if !m.GoneAt.Equal(at) {
		t.Errorf("the message is gone at %s", m.GoneAt)
	}
}

// A deleted user's mailbox that is kept is searched, named as such, and all of it
// is gone at its source.
func TestKeptMailboxOfADeletedUser(t *testing.T) {
	t.Parallel()
	w := office(t)
	w.service = search.New(search.Config{
		Archive: w.archive, Engine: w.engine, Checkpoint: w.engine.Checkpoint, Now: func() time.Time { return w.clock },
		Kept: func(m archive.Mailbox) bool { return m.Address == tom },
	})
	for _, address := range []string{eva, tom} {
		check(t, w.archive.SetMailboxState(t.Context(), w.boxes[address], archive.MailboxRemoved, "left"))
	}
	if got := w.keys(search.Request{Text: "renewal OR mailbox:eva"}); got != "e" {
		t.Errorf("%q was shown", got)
	}
	if got := w.keys(search.Request{Text: "is:gone"}); got != "e f g" {
		t.Errorf("%q is gone", got)
	}
	if got := w.keys(search.Request{Text: "-is:gone"}); got != "" {
		t.Errorf("%q is not gone", got)
	}
	for _, h := range w.find(search.Request{Text: "renewal"}).Hits {
		if h.Mailbox.RemovedAt.IsZero() || h.Mailbox.Label() != "Tom Berg (deleted user)" || !h.GoneAt.Equal(h.Mailbox.RemovedAt) {
			t.Errorf("%+v, gone at %s, does not say that its user was deleted", h.Mailbox, h.GoneAt)
		}
	}
	res := w.find(search.Request{Text: "renewal", Facets: []engine.Facet{engine.FacetMailbox}})
	if b := res.Facets[engine.FacetMailbox]; len(b) != 1 || b[0].Label != "Tom Berg (deleted user)" {
		t.Errorf("buckets %+v", b)
	}
}

// Folders out of the configured scope are not shown, counted or opened, even
// before their mail is purged.
func TestExcludedFoldersAreNotShown(t *testing.T) {
	t.Parallel()
	w := office(t)
	id := w.id(tom, "e")
	check(t, w.archive.ExcludeFolders(t.Context(), w.boxes[tom], []mail.FolderID{w.folders[tom+":Inbox/Legal"]}, nil))
	w.later()
	for _, text := range []string{"renewal", "", "in:legal", "renewal OR law"} {
		res := w.find(search.Request{Text: text, Facets: []engine.Facet{engine.FacetFolder}})
		if res.Total != len(res.Hits) {
			t.Errorf("%q: %d are counted and %d shown", text, res.Total, len(res.Hits))
		}
		for _, h := range res.Hits {
			if h.ID == id {
				t.Errorf("%q shows a message of an excluded folder", text)
			}
		}
		for _, b := range res.Facets[engine.FacetFolder] {
			if b.Label == "Inbox/Legal" {
				t.Errorf("%q counts an excluded folder", text)
			}
		}
	}
	if _, err := w.service.Message(t.Context(), access.Operator(), id); !errors.Is(err, search.ErrNotFound) {
		t.Errorf("a message of an excluded folder opened: %v", err)
	}
	boxes, err := w.service.Mailboxes(t.Context(), access.Operator())
	check(t, err)
	for _, b := range boxes {
		for _, f := range b.Folders {
			for _, below := range f.Folders {
				if below.Path == "Inbox/Legal" {
					t.Error("an excluded folder is listed")
				}
			}
		}
	}
}

// A hold covers what its query finds, in mailboxes that nobody can see too, with
// the days of the moment at which it was made; of what the index does not know as
// it is stored, it says that it may cover it.
func TestWhatAHoldCovers(t *testing.T) {
	t.Parallel()
	w := office(t)
	check(t, w.archive.SetMailboxState(t.Context(), w.boxes[tom], archive.MailboxRemoved, "left"))
	all := []mail.MessageID{w.id(eva, "a"), w.id(eva, "c"), w.id(tom, "e"), w.id(tom, "f")}
	made := time.Date(2025, 1, 4, 12, 0, 0, 0, time.UTC)
	covers := func(query string, want ...mail.MessageID) {
		t.Helper()
		held, err := w.service.Held(t.Context(), []archive.Hold{{ID: 1, Query: query, Since: made}}, all)
		check(t, err)
		if len(held) != len(want) {
			t.Errorf("%s covers %v, want %v", query, held, want)
		}
		for _, id := range want {
			if !held[id] {
				t.Errorf("%s does not cover %s", query, id)
			}
		}
	}
	covers("renewal", all[0], all[1], all[2])
	covers("mailbox:tom", all[2], all[3])
	covers("after:today", all[2], all[3])
	covers("nonsense")
	w.store(letter{box: eva, folder: "Posteingang", key: "c", subject: "nothing", from: "Eva <eva@contoso.example>", text: "changed"})
	covers("nonsense", all[1])
	w.index()
	covers("renewal", all[0], all[2])
	if _, err := w.service.Held(t.Context(), []archive.Hold{{ID: 1, Query: "in:Nowhere"}}, all); err == nil {
		t.Error("a hold on a folder that is not there can be judged")
	}
}
