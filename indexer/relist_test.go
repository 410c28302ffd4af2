package indexer_test

import (
	"context"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/source"
	"mailquarry/internal/source/graph"
)

// held is a source whose pages of changed users are held back for a while.
type held struct {
	*graph.Client
	back func()
}

func (h *held) Mailboxes(ctx context.Context, since source.Cursor) (source.MailboxPage, error) {
	p, err := h.Client.Mailboxes(ctx, since)
	if since.Link != "" && since.Complete {
		h.back()
	}
	return p, err
}

// A pass lists all users anew, also while a round reads which have changed. What
// the round then takes for the whole list has nobody in it: still nobody's mail
// is gone.
func TestPassDuringARoundRemovesNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, name := range []string{"anna", "ben"} {
		s.user(name).Folder("inbox").Add(letter("hello", "walnut"))
	}
	s.round()
	client, ok := s.source.(*graph.Client)
	if !ok {
		t.Fatalf("the source is %T", s.source)
	}
	src := &held{Client: client}
	puller := indexer.NewPuller(src, s.archive, indexer.PullOptions{Now: func() time.Time { return s.clock }})
	r := indexer.NewReconciler(puller, s.archive, s.index, s.builder, indexer.ReconcileOptions{})
	passed := make(chan error, 1)
	src.back = func() {
		src.back = func() {}
		go func() {
			_, err := r.Pass(s.ctx, nil)
			passed <- err
		}()
		// The pass has either begun a new list by then, or waits for this round.
		for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if cur, err := s.archive.MailboxCursor(s.ctx, indexer.GraphSource); err != nil || cur.Link == "" {
				return
			}
		}
	}
	if _, err := puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-passed; err != nil {
		t.Fatal(err)
	}
	boxes, err := s.archive.Mailboxes(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range boxes {
		if b.State != archive.MailboxActive {
			t.Errorf("mailbox %s is %s", b.ID, b.State)
		}
	}
	if len(boxes) != 2 {
		t.Errorf("%d mailboxes", len(boxes))
	}
}
