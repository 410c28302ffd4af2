package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
)

// A first sync that takes long reads what it has done again in between, for new
// mail. However many folders that are, and however soon their time has come
// again, the rest gets on: a mailbox that is answered slowly ends up complete.
func TestNewMailDoesNotKeepOldMailWaiting(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	for i := range 40 {
		anna.AddFolder(nil, fmt.Sprintf("Project %02d", i)).Add(letter(fmt.Sprintf("letter %d", i), "walnut"))
	}
	fill(anna.Folder("inbox"), 1000)
	s.configure(src, indexer.PullOptions{Interval: time.Nanosecond}) // all that is done is due again at once
	ctx, stop := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.puller.Run(ctx) }()
	s.eventually("the first sync of a mailbox", func() bool {
		boxes, err := s.archive.Mailboxes(s.ctx)
		return err == nil && len(boxes) == 1 && !boxes[0].LastSuccess.IsZero()
	})
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.build()
	s.agree(anna)
	if boxes := s.mailboxes(); boxes[0].State != archive.MailboxActive {
		t.Errorf("the mailbox is %s", boxes[0].State)
	}
}
