package indexer_test

import (
	"context"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// readTwice is an index that tells when a folder is read for the second time.
type readTwice struct {
	indexer.IndexReader
	reads map[mail.FolderID]int
	again func()
}

func (r *readTwice) IDs(ctx context.Context, folder mail.FolderID) ([]mail.MessageID, error) {
	if r.reads[folder]++; r.reads[folder] == 2 {
		r.again()
	}
	return r.IndexReader.IDs(ctx, folder)
}

// Mail that is stored while its folder is being compared is counted in none of
// the numbers of that outcome, or in all: they always agree.
func TestReconcileCountsTheSameMessages(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	inbox := c.user("anna").Folder("inbox")
	for _, subject := range []string{"one", "two", "three"} {
		inbox.Add(letter(subject, "walnut"))
	}
	c.round()
	arrived := false
	c.src.list = func(*source.ListPage) error {
		if arrived {
			return nil
		}
		arrived = true
		inbox.Add(letter("arrives", "walnut"))
		_, err := c.puller.Round(c.ctx) // the index is not told
		return err
	}
	index := &readTwice{IndexReader: c.index, reads: map[mail.FolderID]int{}, again: func() {
		inbox.Add(letter("arrives later", "walnut")) // when the index has caught up
		if _, err := c.puller.Round(c.ctx); err != nil {
			t.Error(err)
		}
	}}
	c.reconciler = indexer.NewReconciler(c.puller, c.archive, index, c.builder, indexer.ReconcileOptions{
		Mailboxes: 1, Now: func() time.Time { return c.clock },
	})
	if got := found(c.reconcile()); got != (differences{}) {
		t.Errorf("the pass found %+v", got)
	}
	got := c.coverage("Inbox")
	if got.Source != 3 || got.Stored != 3 || got.Indexed != 3 {
		t.Errorf("at the source %d, stored %d, indexed %d, want 3 of each", got.Source, got.Stored, got.Indexed)
	}
	c.reconcile()
	if got := c.coverage("Inbox"); got.Source != 5 || got.Stored != 5 || got.Indexed != 5 {
		t.Errorf("then at the source %d, stored %d, indexed %d, want 5 of each", got.Source, got.Stored, got.Indexed)
	}
}

// An empty folder into which mail arrives while it is compared stays an empty one
// in the outcome.
func TestReconcileCountsNothingOfAnEmptyFolder(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	inbox := c.user("anna").Folder("inbox")
	c.round()
	arrived := false
	c.src.list = func(*source.ListPage) error {
		if arrived {
			return nil
		}
		arrived = true
		inbox.Add(letter("arrives", "walnut"))
		_, err := c.puller.Round(c.ctx)
		return err
	}
	c.reconcile()
	if got := c.coverage("Inbox"); got.Source != 0 || got.Stored != 0 || got.Indexed != 0 {
		t.Errorf("at the source %d, stored %d, indexed %d, want none", got.Source, got.Stored, got.Indexed)
	}
}
