package search_test

import (
	"slices"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// shared is a world where Eva wrote to Tom, who answered, and both have both messages.
func shared(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.mailbox(eva, "Eva Nováková", "Posteingang=inbox", "Gesendete Elemente=sentitems")
	w.mailbox(tom, "Tom Berg", "Inbox=inbox", "Sent Items=sentitems")
	offer := letter{key: "offer", subject: "Granite offer", from: "Eva <eva@contoso.example>", text: "Forty tonnes of granite.", date: "2025-01-01"}
	answer := letter{key: "answer", subject: "Re: Granite offer", from: "Tom Berg <tom@contoso.example>", text: "Granite is fine.", date: "2025-01-02", conversation: "offer"}
	other := letter{box: tom, folder: "Inbox", key: "other", subject: "Granite dust", from: "Law <law@fabrikam.example>", text: "It is a nuisance.", date: "2025-01-03"}
	for at, l := range map[string]letter{eva + ":Gesendete Elemente": offer, tom + ":Inbox": offer, eva + ":Posteingang": answer, tom + ":Sent Items": answer} {
		l.box, l.folder = at[:len(eva)], at[len(eva)+1:]
		w.store(l)
	}
	w.store(other)
	w.index()
	w.later()
	return w
}

// TestCopies: who sees several mailboxes finds a message once and is told where else it
// lies; the counts tell what a click finds.
func TestCopies(t *testing.T) {
	t.Parallel()
	w := shared(t)
	res := w.find(search.Request{Text: "granite", Sort: engine.Oldest, Facets: engine.Facets()})
	if res.Total != 3 || len(res.Hits) != 3 {
		t.Fatalf("%d messages, %d hits, want 3", res.Total, len(res.Hits))
	}
	for _, h := range res.Hits[:2] {
		if len(h.Copies) != 1 || h.CopiesTotal != 1 || h.Copies[0].Mailbox.ID == h.Mailbox.ID || h.Copies[0].Folder.Path == "" {
			t.Errorf("%s of %s has the copies %+v", h.InternetMessageID, h.Mailbox.Label(), h.Copies)
		}
	}
	if other := res.Hits[2]; other.Copies != nil || other.Thread.Total != 0 {
		t.Errorf("a message of its own has %+v", other)
	}
	for _, b := range res.Facets[engine.FacetMailbox] {
		want := map[string]int{"Eva Nováková": 2, "Tom Berg": 3}[b.Label]
		found := w.find(search.Request{Text: "granite", Filters: chosen(engine.FacetMailbox, b.Value), Facets: engine.Facets()})
		if b.Count != want || found.Total != want {
			t.Errorf("%s counts %d and finds %d, want %d", b.Label, b.Count, found.Total, want)
		}
		if boxes := found.Facets[engine.FacetMailbox]; len(boxes) != 2 {
			t.Errorf("with %s chosen, the mailboxes to choose are %v", b.Label, boxes)
		}
		if folders := found.Facets[engine.FacetFolder]; slices.ContainsFunc(folders, func(f search.Bucket) bool { return f.Mailbox != b.Label }) {
			t.Errorf("with %s chosen, the folders are %v", b.Label, folders)
		}
	}
	if each := w.find(search.Request{Text: "granite", EachCopy: true}); each.Total != 5 || each.Hits[0].Copies != nil {
		t.Errorf("each copy alone: %d messages", each.Total)
	}
}

// TestCopiesDisappear: a copy that was deleted, or whose mailbox came out of sight, since
// it was indexed is not told of.
func TestCopiesDisappear(t *testing.T) {
	t.Parallel()
	w := shared(t)
	w.remove(tom, "Inbox", "offer")
	for _, h := range w.find(search.Request{Text: "subject:granite forty"}).Hits {
		if len(h.Copies) != 0 || h.CopiesTotal != 0 {
			t.Errorf("a deleted copy is told of: %+v", h.Copies)
		}
	}
}

// TestConversations: a conversation is one hit, with its messages in order.
func TestConversations(t *testing.T) {
	t.Parallel()
	w := shared(t)
	res := w.find(search.Request{Text: "granite", Sort: engine.Newest, Conversations: true, Facets: []engine.Facet{engine.FacetSender}})
	if res.Total != 2 || len(res.Hits) != 2 {
		t.Fatalf("%d conversations, want 2", res.Total)
	}
	h := res.Hits[1]
	var senders []string
	for _, m := range h.Thread.Messages {
		senders = append(senders, m.From.Address)
	}
	if h.Thread.Total != 2 || !slices.Equal(senders, []string{eva, tom}) || h.InternetMessageID != "answer@x" {
		t.Errorf("%s stands for the conversation %+v", h.InternetMessageID, h.Thread)
	}
	if alone := res.Hits[0]; alone.Thread.Total != 1 || alone.Thread.Messages != nil {
		t.Errorf("a message alone is in the conversation %+v", alone.Thread)
	}
	for _, b := range res.Facets[engine.FacetSender] {
		if b.Count != 1 {
			t.Errorf("%s counts %d conversations", b.Value, b.Count)
		}
	}
}

// TestWholeConversation: a conversation is told of as a whole, those of its messages marked
// that match, and within it nothing of mailboxes and folders that the viewer does not see.
func TestWholeConversation(t *testing.T) {
	t.Parallel()
	w := shared(t)
	w.store(letter{box: eva, folder: "Posteingang", key: "third", subject: "Re: Granite offer", from: "Tom <" + tom + ">", text: "We agree, zebra.", conversation: "offer"})
	w.index()
	w.later()
	told := func(r search.Request) (total, found, listed, marked int) {
		t.Helper()
		r.Text, r.Conversations = "zebra", true
		res := w.find(r)
		if res.Total != 1 || len(res.Hits) != 1 {
			t.Fatalf("%d conversations", res.Total)
		}
		h := res.Hits[0]
		for i, m := range h.Thread.Messages {
			if m.Found {
				marked++
			}
			if m.Found != (m.ID == h.ID) || i > 0 && m.Date.Before(h.Thread.Messages[i-1].Date) {
				t.Errorf("the conversation is told as %+v", h.Thread)
			}
		}
		return h.Thread.Total, h.Thread.Found, len(h.Thread.Messages), marked
	}
	if total, found, listed, marked := told(search.Request{}); total != 3 || found != 1 || listed != 3 || marked != 1 {
		t.Errorf("%d messages, %d found, %d listed, %d marked", total, found, listed, marked)
	}
	if total, _, listed, _ := told(search.Request{EachCopy: true}); total != 5 || listed != 5 {
		t.Errorf("with each copy %d messages, %d listed", total, listed)
	}
	check(t, w.archive.ExcludeFolders(t.Context(), w.boxes[tom], []mail.FolderID{w.folders[tom+":Inbox"], w.folders[tom+":Sent Items"]}, nil))
	w.later()
	if total, _, listed, _ := told(search.Request{EachCopy: true}); total != 3 || listed != 3 {
		t.Errorf("with folders excluded %d messages, %d listed", total, listed)
	}
}

// TestExcludedFoldersTellNothing: copies, conversations and what is found through them
// do not tell of mail in folders that are out of the configured scope.
func TestExcludedFoldersTellNothing(t *testing.T) {
	t.Parallel()
	w := shared(t)
	w.store(letter{box: tom, folder: "Inbox", key: "secret", subject: "Re: Granite offer", from: "Law <law@fabrikam.example>", text: "The zebra clause.", conversation: "offer"})
	w.index()
	w.later()
	if got := w.keys(search.Request{Text: "thread:{zebra}"}); got != "offer answer secret" {
		t.Fatalf("found %q by a message of the conversation", got)
	}
	check(t, w.archive.ExcludeFolders(t.Context(), w.boxes[tom], []mail.FolderID{w.folders[tom+":Inbox"]}, nil))
	w.later()
	if got := w.keys(search.Request{Text: "thread:{zebra} OR (granite -thread:{granite})"}); got != "" {
		t.Errorf("found %q by a message in an excluded folder", got)
	}
	for _, h := range w.find(search.Request{Text: "granite", Conversations: true}).Hits {
		if len(h.Thread.Messages) != 2 || h.InternetMessageID == "offer@x" && h.CopiesTotal > 0 {
			t.Errorf("%s tells of %+v and %+v", h.InternetMessageID, h.Copies, h.Thread)
		}
	}
}
