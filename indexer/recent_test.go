package indexer_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/source"
)

// However old mail and new lie mixed in a folder, the newest is stored first, so
// that a search soon finds it; also in a mailbox that has to be listed.
func TestRecentMailComesFirst(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]bool{"by its changes": false, "listed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, src := newSiteBetween(t, indexer.PullOptions{})
			anna := s.user("anna")
			inbox := anna.Folder("inbox")
			const all = 300
			for i := range all {
				age := i * 37 % all
				m := letter(fmt.Sprintf("age %03d", age), "walnut")
				m.Received = m.Received.Add(-time.Duration(age) * time.Hour)
				inbox.Add(m)
			}
			anna.SetOverQuota(full)
			var pages atomic.Int32
			src.set(func(b *between) {
				b.messages = func(_, folder string) error {
					if folder == inbox.ID() && pages.Add(1) > 2 {
						return &source.Error{Class: source.Unreachable, Message: "the cable was pulled"}
					}
					return nil
				}
			})
			if _, err := s.puller.Round(s.ctx); err == nil {
				t.Fatal("the round went well")
			}
			var got []string
			for _, r := range s.records() {
				got = append(got, s.message(r.Key).Subject)
			}
			slices.Sort(got)
			if len(got) == 0 || len(got) == all || got[len(got)-1] != fmt.Sprintf("age %03d", len(got)-1) {
				t.Errorf("after two pages %d messages are stored, the oldest of them %q", len(got), got[max(0, len(got)-1):])
			}
		})
	}
}

// What people look for first is read first: what they got and sent, before what
// they threw away.
func TestInboxIsReadFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	projects := anna.AddFolder(nil, "A project")
	want := []string{
		anna.Folder("inbox").ID(), anna.Folder("sentitems").ID(), projects.ID(), anna.Folder("junkemail").ID(), anna.Folder("deleteditems").ID(),
	}
	s.round()
	var got []string
	_, paths := s.pagesOf()
	for _, p := range paths {
		for _, id := range want {
			if strings.Contains(p, strings.TrimRight(id, "=")) && !slices.Contains(got, id) {
				got = append(got, id)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folders are read in the order %q, want %q", got, want)
	}
}

// Where a folder has to be listed, only what is not stored is fetched.
func TestListingFetchesOnlyWhatIsUnknown(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	fill(inbox, 20)
	s.configure(src, indexer.PullOptions{})
	s.round()
	inbox.Add(letter("new", "hazel"))
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == inbox.ID() {
				return &source.Error{Class: source.Transient, Status: 500, Message: "this page never comes"}
			}
			return nil
		}
	})
	s.tenant.ForgetRequests()
	s.tryRound()
	s.agree(anna)
	if n := s.bodies(); n != 1 {
		t.Errorf("%d messages were fetched, want the new one alone", n)
	}
}
