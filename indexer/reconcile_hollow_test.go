package indexer_test

import (
	"path/filepath"
	"testing"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
)

// Messages of which the store still knows that they are there, and no longer what
// is in them, are read again; of one that is gone at the source too a pass says
// that it is lost.
func TestReconcileReadsLostContentAgain(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	c.pullWith(indexer.PullOptions{Removal: func(archive.Mailbox) archive.Removal { return archive.Removal{Keep: true, At: c.clock} }})
	anna := c.user("anna")
	inbox := anna.Folder("inbox")
	kept := inbox.Add(letter("kept", "hazel"))
	inbox.Add(letter("one", "walnut"))
	inbox.Add(letterWith("two", textFile("a.txt", "walnut")))
	c.round()
	anna.Delete(kept)
	c.round()
	c.behind("DELETE FROM content WHERE message IN (SELECT id FROM message WHERE gone_at = 0)")
	c.wantDifferences(differences{Missing: 2, Repaired: 2})
	if n := len(c.found("walnut")); n != 2 {
		t.Errorf("%d messages are found, want 2", n)
	}
	c.behind("UPDATE content SET payload = x'' WHERE message IN (SELECT id FROM message WHERE gone_at <> 0)")
	if got := found(c.reconcile()); got != (differences{Unexplained: 1, NotVerified: 1}) {
		t.Errorf("of a lost message the pass found %+v", got)
		c.explain()
	}
}

// One damaged message does not keep the others from an index that is built anew.
func TestDamagedMessageIsLeftOutOfTheIndex(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	for range 3 {
		anna.Folder("inbox").Add(letter("one", "walnut"))
	}
	s.round()
	(&checked{site: s}).behind("DELETE FROM content WHERE message = 1", "UPDATE content SET payload = x'00' WHERE message = 2")
	s.index = s.openIndex(filepath.Join(t.TempDir(), "anew"))
	s.builder = indexer.NewBuilder(s.archive, s.extract, s.index, indexer.BuildOptions{})
	s.build()
	if n := len(s.found("walnut")); n != 1 {
		t.Errorf("%d messages are found, want 1", n)
	}
}

// A mailbox that the store has lost all knowledge of is found by a pass: the
// changes of the directory alone would never tell of it.
func TestPassFindsLostMailbox(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna, ben := c.user("anna"), c.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "hazel"))
	c.round()
	c.behind("DELETE FROM message WHERE mailbox = 2", "DELETE FROM folder WHERE mailbox = 2", "DELETE FROM mailbox WHERE id = 2")
	c.round()
	if n := len(c.mailboxes()); n != 1 {
		t.Fatalf("%d mailboxes are known after a round, want 1: this tests nothing", n)
	}
	c.reconcile()
	c.round()
	c.agree(anna, ben)
}
