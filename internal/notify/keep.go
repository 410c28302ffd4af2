package notify

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/source"
)

const (
	parallel = 4 // requests about subscriptions at the same time
	// callTime is how long one may take. The source calls back in between, and
	// gives this side ten seconds.
	callTime = time.Minute
	// partTime is how long is spent on ending subscriptions when the program
	// ends. What is left runs out by itself.
	partTime = 5 * time.Second

	firstWait = time.Minute
	maxWait   = 6 * time.Hour
)

// Run keeps one subscription for each mailbox until ctx ends. Failures are
// logged and tried again: polling does without.
func (n *Notifier) Run(ctx context.Context) error {
	defer n.part(ctx)
	n.clear(ctx)
	var looked time.Time
	for {
		every := n.o.Look
		if n.empty() {
			every /= 20 // the first sync has just begun
		}
		if time.Since(looked) >= every {
			n.look(ctx)
			looked = time.Now()
		}
		n.work(ctx)
		t := time.NewTimer(max(0, min(n.left(), every-time.Since(looked))))
		select {
		case <-t.C:
		case <-n.due:
			t.Stop()
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

// clear ends what a run before has left behind that did not end well. Its calls
// carry a secret that nobody knows any more, and the source keeps no more than a
// thousand subscriptions on a mailbox.
func (n *Notifier) clear(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	left, err := n.o.Source.Subscriptions(ctx, n.o.URL)
	if err != nil {
		n.o.Logger.Debug("subscriptions of a run before are left to run out", "error", err)
		return
	}
	n.unsubscribe(ctx, left)
}

func (n *Notifier) empty() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.boxes) == 0
}

// look reads which mailboxes there are.
func (n *Notifier) look(ctx context.Context) {
	keys, err := n.o.Mailboxes(ctx)
	if err != nil {
		if ctx.Err() == nil {
			n.o.Logger.Warn("the mailboxes for change notifications cannot be read", "error", err)
		}
		return
	}
	wanted := make(map[string]bool, len(keys))
	var lost []source.Subscription
	n.mu.Lock()
	for _, key := range keys {
		low := strings.ToLower(key)
		if wanted[low] = true; n.boxes[low] == nil {
			n.boxes[low] = &box{key: key, next: time.Now()}
		}
	}
	for low, b := range n.boxes {
		if wanted[low] {
			continue
		}
		if b.sub.ID != "" {
			lost = append(lost, b.sub)
		}
		n.forget(b)
		if b.timer != nil {
			b.timer.Stop()
		}
		delete(n.boxes, low)
	}
	n.mu.Unlock()
	n.unsubscribe(ctx, lost)
}

// forget drops what is known of a box's subscription. Mu is held.
func (n *Notifier) forget(b *box) {
	delete(n.byID, b.sub.ID)
	b.sub = source.Subscription{}
}

// left is the time until the next box is due.
func (n *Notifier) left() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	next := time.Now().Add(n.o.Look)
	for _, b := range n.boxes {
		if b.next.Before(next) {
			next = b.next
		}
	}
	if n.resume.After(next) {
		next = n.resume
	}
	return time.Until(next)
}

// work does all that is due. While something is wrong for all mailboxes, one is
// enough to find out whether it still is.
func (n *Notifier) work(ctx context.Context) {
	for ctx.Err() == nil {
		batch := n.pick()
		if len(batch) == 0 {
			return
		}
		var wg sync.WaitGroup
		for _, b := range batch {
			wg.Go(func() { n.tend(ctx, b) })
		}
		wg.Wait()
	}
}

func (n *Notifier) pick() []*box {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	if n.resume.After(now) {
		return nil
	}
	most := parallel
	if n.trouble > 0 {
		most = 1
	}
	var batch []*box
	for _, b := range n.boxes {
		if len(batch) == most {
			break
		}
		if !b.next.After(now) {
			b.busy, b.again = true, false
			batch = append(batch, b)
		}
	}
	return batch
}

// tend makes or renews a box's subscription.
func (n *Notifier) tend(ctx context.Context, b *box) {
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	n.mu.Lock()
	sub := b.sub
	n.mu.Unlock()
	until := time.Now().Add(n.o.Life)
	var err error
	renewed := sub.ID != "" && time.Now().Before(sub.Until)
	if renewed {
		sub, err = n.o.Source.Renew(call, sub, until)
		if source.ClassOf(err) == source.NotFound {
			renewed = false
		}
	}
	if !renewed {
		sub, err = n.o.Source.Subscribe(call, b.key, source.Wanted{URL: n.o.URL, State: n.secret(b.key), Until: until})
	}
	if ctx.Err() != nil {
		return // ending is no failure
	}
	if err != nil {
		n.failed(b, err)
		return
	}
	if n.settled(b, sub) && !renewed {
		n.wake(b) // nobody told of what happened since the last one
	}
}

// settled takes note of a subscription, and tells whether the box had one
// before.
func (n *Notifier) settled(b *box, sub source.Subscription) (before bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.trouble > 0 {
		n.o.Logger.Info("change notifications work again")
	}
	n.trouble, n.resume = 0, time.Time{}
	n.forget(b)
	before, b.had = b.had, true
	b.sub, b.busy, b.fails, b.tended = sub, false, 0, time.Now()
	n.byID[sub.ID] = b
	b.next = b.tended.Add(max(firstWait, time.Until(sub.Until)/2))
	if b.again {
		n.hurry(b)
	}
	return before
}

// failed takes note of a failure, and puts the next try off.
func (n *Notifier) failed(b *box, err error) {
	var asked time.Duration
	var e *source.Error
	if errors.As(err, &e) {
		asked = e.RetryAfter
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	b.busy = false
	b.fails++
	b.next = time.Now().Add(max(asked, backoff(b.fails)))
	if !b.sub.Until.IsZero() && !time.Now().Before(b.sub.Until) {
		n.forget(b)
	}
	switch source.ClassOf(err) {
	case source.Unauthenticated, source.Unreachable, source.Forbidden, source.Permanent:
		n.trouble++
		n.resume = time.Now().Add(max(asked, backoff(n.trouble)))
		if n.trouble == 1 {
			n.o.Logger.Warn("change notifications do not work; polling goes on, and they are tried again", "error", err)
			return
		}
	}
	level := slog.LevelDebug
	if b.fails == 1 && n.trouble == 0 {
		level = slog.LevelInfo
	}
	n.o.Logger.Log(context.Background(), level, "a mailbox has no change notifications; polling goes on", "tries", b.fails, "error", err)
}

// backoff is a random wait that doubles with each failure, so that mailboxes
// that failed together do not come back together.
func backoff(fails int) time.Duration {
	d := firstWait
	for i := 1; i < fails && d < maxWait; i++ {
		d *= 2
	}
	d = min(d, maxWait)
	return d/2 + rand.N(d/2+1)
}

// part ends the subscriptions, as far as that is quick.
func (n *Notifier) part(ctx context.Context) {
	n.mu.Lock()
	n.ended = true
	var subs []source.Subscription
	for _, b := range n.boxes {
		if b.sub.ID != "" {
			subs = append(subs, b.sub)
		}
		if b.timer != nil {
			b.timer.Stop()
		}
	}
	n.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partTime)
	defer cancel()
	n.unsubscribe(ctx, subs)
}

func (n *Notifier) unsubscribe(ctx context.Context, subs []source.Subscription) {
	var wg sync.WaitGroup
	places := make(chan struct{}, parallel)
	for _, s := range subs {
		if ctx.Err() != nil {
			break
		}
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			if err := n.o.Source.Unsubscribe(ctx, s); err != nil {
				n.o.Logger.Debug("a subscription is left to run out", "error", err)
			}
		})
	}
	wg.Wait()
}
