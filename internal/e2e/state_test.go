package e2e

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"testing"

	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
)

// place is where a message is: the source's keys of its mailbox and folder.
type place struct{ mailbox, folder string }

// inTenant lists where every message of the mailboxes is, by the source's key.
func inTenant(boxes []*graphsim.Mailbox) map[string]place {
	at := map[string]place{}
	for _, m := range boxes {
		for _, f := range m.Folders() {
			for _, key := range f.Messages() {
				at[key] = place{m.ID(), f.ID()}
			}
		}
	}
	return at
}

// inStore reads the store itself: where every message is that a search may
// show, and the id by which the API knows it.
func (s *site) inStore(ctx context.Context) (at map[string]place, ids map[string]string) {
	s.t.Helper()
	a, err := archive.Open(ctx, s.data)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Close()
	if err := a.Check(ctx); err != nil {
		s.t.Errorf("the store is damaged: %v", err)
	}
	boxes, err := a.Mailboxes(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	boxKey := map[mail.MailboxID]string{}
	for _, b := range boxes {
		if b.State != archive.MailboxRemoved && b.State != archive.MailboxPurged {
			boxKey[b.ID] = b.Key
		}
	}
	folders, err := a.Folders(ctx, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	folderKey := map[mail.FolderID]string{}
	for _, f := range folders {
		folderKey[f.ID] = f.Key
	}
	at, ids = map[string]place{}, map[string]string{}
	for rec, err := range a.Since(ctx, 0) {
		if err != nil {
			s.t.Fatal(err)
		}
		if box, ok := boxKey[rec.Mailbox]; ok && !rec.Deleted {
			if _, twice := at[rec.Key]; twice {
				s.t.Errorf("message %s is stored twice", rec.ID)
			}
			at[rec.Key] = place{box, folderKey[rec.Folder]}
			ids[rec.ID.String()] = rec.Key
		}
	}
	return at, ids
}

// agree compares two states message for message.
func agree(t *testing.T, what string, want, got map[string]place) {
	t.Helper()
	var missing, extra, elsewhere int
	for key, p := range want {
		switch q, ok := got[key]; {
		case !ok:
			missing++
		case p != q:
			elsewhere++
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			extra++
		}
	}
	if missing+extra+elsewhere > 0 {
		t.Errorf("%s: of %d messages %d are missing and %d in the wrong folder; %d are there that should not be",
			what, len(want), missing, elsewhere, extra)
	}
}

// searchShows checks that the search of everything shows exactly the stored
// messages, with facets that agree.
func searchShows(t *testing.T, r *running, at map[string]place, ids map[string]string) {
	t.Helper()
	found := r.ids("", nil)
	var keys []string
	for id := range found {
		if ids[id] == "" {
			t.Errorf("the search shows message %s, which the store does not have", id)
		}
		keys = append(keys, ids[id])
	}
	slices.Sort(keys)
	if want := slices.Sorted(maps.Keys(at)); !slices.Equal(keys, want) {
		t.Errorf("the search of everything shows %d messages, the store has %d", len(keys), len(want))
	}
	perBox, perFolder := map[string]int{}, map[string]int{}
	for _, p := range at {
		perBox[p.mailbox]++
		perFolder[p.folder]++
	}
	var a answer
	r.get("search", url.Values{"limit": {"1"}, "copies": {"each"}, "facets": {"mailbox,folder"}, "facet_size": {"10000"}}, &a)
	sameCounts(t, "mailbox", perBox, a)
	sameCounts(t, "folder", perFolder, a)
}

// sameCounts compares a facet's counts as multisets: the API's ids are not the
// source's keys.
func sameCounts(t *testing.T, facet string, want map[string]int, a answer) {
	t.Helper()
	var got []int
	for _, b := range a.Facets[facet].Buckets {
		if b.Count > 0 { // not a folder in which others lie
			got = append(got, b.Count)
		}
	}
	w := slices.Sorted(maps.Values(want))
	slices.Sort(got)
	if !slices.Equal(got, w) {
		t.Errorf("facet %s: %d buckets that sum to %d, want %d that sum to %d", facet, len(got), sum(got), len(w), sum(w))
	}
}

func sum(ns []int) (total int) {
	for _, n := range ns {
		total += n
	}
	return total
}
