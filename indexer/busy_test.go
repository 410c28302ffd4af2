package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/indexer"
)

// A mailbox in which something is new each time is looked at much more often
// than one in which nothing ever is.
func TestBusyMailboxIsLookedAtMoreOften(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	busy, silent := s.user("anna"), s.user("ben")
	inbox := busy.Folder("inbox")
	s.configure(src, indexer.PullOptions{
		Interval: 100 * time.Millisecond, MinInterval: 10 * time.Millisecond, MaxInterval: time.Hour,
	})
	var looks, silentLooks atomic.Int64
	src.set(func(b *between) {
		b.messages = func(mailbox, folder string) error {
			switch {
			case mailbox == silent.ID():
				silentLooks.Add(1)
			case folder == inbox.ID():
				inbox.Add(letter(fmt.Sprint("letter ", looks.Add(1)), "walnut"))
			default:
				looks.Add(1)
			}
			return nil
		}
	})
	ctx, cancel := context.WithCancel(s.ctx)
	done := make(chan error, 1)
	go func() { done <- s.puller.Run(ctx) }()
	var many, few int64
	s.eventually("some thirty rounds", func() bool {
		many, few = looks.Load(), silentLooks.Load()
		return many >= 400
	})
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run ended with %v", err)
	}
	if few*2 > many {
		t.Errorf("%d looks at the busy mailbox's folders, and %d at the silent one's", many, few)
	}
	if few == 0 {
		t.Error("the silent mailbox was never looked at")
	}
}
