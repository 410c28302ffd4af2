package indexer_test

import (
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
