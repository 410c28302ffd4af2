package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/mail"
)

// Every mailbox is compared once a day, at a time of its own, also by a process
// that is restarted in between; a mailbox that is new waits for its first sync.
func TestReconcileComparesEachMailboxOnceADay(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	c.clock = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for i := range 5 {
		c.user(fmt.Sprint("user", i)).Folder("inbox").Add(letter("hello", "walnut"))
	}
	due := func() []mail.MailboxID {
		t.Helper()
		ids, err := c.reconciler.Due(c.ctx, c.clock)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if ids := due(); len(ids) > 0 {
		t.Errorf("before there is any mailbox %v are due", ids)
	}
	c.round()
	if ids := due(); len(ids) != 5 {
		t.Errorf("after the first sync %v are due, want all 5", ids)
	}
	c.reconcile()
	if ids := due(); len(ids) > 0 {
		t.Errorf("after a pass %v are due", ids)
	}
	times := map[mail.MailboxID]int{}
	hours := map[int]bool{}
	for hour := range 48 {
		c.clock = c.clock.Add(time.Hour)
		if hour%7 == 0 { // restarted
			c.pullWith(indexer.PullOptions{})
		}
		ids := due()
		if len(ids) == 0 {
			continue
		}
		hours[hour%24] = true
		for _, id := range ids {
			times[id]++
		}
		if _, err := c.reconciler.Pass(c.ctx, ids); err != nil {
			t.Fatal(err)
		}
	}
	for id, n := range times {
		if n != 2 {
			t.Errorf("mailbox %s was compared %d times in two days", id, n)
		}
	}
	if len(times) != 5 || len(hours) < 3 {
		t.Errorf("%d mailboxes were compared, at %d hours of the day", len(times), len(hours))
	}
}

// Nobody has to ask for it: a running process compares what is due, and again
// when its time has come.
func TestReconcileRunsByItself(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	c.user("anna").Folder("inbox").Add(letter("hello", "walnut"))
	c.user("ben").Folder("inbox").Add(letter("hello", "hazel"))
	c.round()
	ctx, cancel := context.WithCancel(c.ctx)
	ended := make(chan error, 1)
	r := indexer.NewReconciler(c.puller, c.archive, c.index, c.builder, indexer.ReconcileOptions{Every: 20 * time.Millisecond})
	go func() { ended <- r.Run(ctx) }()
	seen := map[mail.MailboxID]map[time.Time]bool{}
	for often := 0; often < 2; time.Sleep(time.Millisecond) {
		rows, err := c.archive.Coverages(c.ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if seen[row.Mailbox] == nil {
				seen[row.Mailbox] = map[time.Time]bool{}
			}
			seen[row.Mailbox][row.At] = true
		}
		often = 0
		for _, times := range seen {
			if len(times) >= 20 {
				often++
			}
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
