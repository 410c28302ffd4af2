package indexer_test

import (
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
)

// A hold on a mailbox keeps it known with its user deleted, even where no message
// is left in it to be held.
func TestHoldKeepsAnEmptyMailbox(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{}
	s := newRetained(t, r)
	anna := s.user("anna")
	s.round()
	boxes, err := s.archive.Mailboxes(s.ctx)
	if err != nil || len(boxes) != 1 {
		t.Fatal(boxes, err)
	}
	hold, err := s.archive.AddHold(s.ctx, archive.Hold{Mailbox: boxes[0].ID, Since: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	anna.Remove()
	anna.Purge()
	s.round()
	s.clock = s.clock.Add(time.Hour)
	if res := s.purge(r); res.Mailboxes != 0 {
		t.Errorf("under a hold on it the purge came to %+v", res)
	}
	if err := s.archive.EndHold(s.ctx, hold.ID); err != nil {
		t.Fatal(err)
	}
	if res := s.purge(r); res.Mailboxes != 1 {
		t.Errorf("without a hold the purge came to %+v", res)
	}
}
