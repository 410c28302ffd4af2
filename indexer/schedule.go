package indexer

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"mailquarry/internal/mail"
)

// Wake makes mailboxes due now, by the source's keys; without any, all of them.
// A mailbox that the source has asked to leave alone is not woken.
func (p *Puller) Wake(mailboxKeys ...string) { p.line.wake(mailboxKeys) }

// Exclusive runs fn while no round works on the mailbox. It waits for the turn
// under way to end.
func (p *Puller) Exclusive(ctx context.Context, mailbox mail.MailboxID, fn func(context.Context) error) error {
	b := p.line.box(mailbox)
	select {
	case b.lock <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.lock }()
	return fn(ctx)
}

// The bounds of a turn, so that a mailbox of a million messages lets one of a
// hundred pass, and a folder of a million the mailbox's others.
const (
	turnPages   = 8
	folderPages = 4
	// lockedFor is how long a mailbox stands back that somebody else works on.
	lockedFor = 100 * time.Millisecond
)

// turnEnd says what becomes of a mailbox after its turn.
type turnEnd struct {
	more    bool          // its round goes on
	locked  bool          // somebody else works on it
	pause   time.Duration // the source wants it to be left alone
	reason  string        // of the pause
	outcome boxOutcome    // of the round that has ended, if none of the above
	changed bool          // the round found something new
	wait    time.Duration // at least this long to the next round, if it failed
}

// work serves mailboxes until ctx ends or, if last is set, until every one in
// the line has had its round.
func (p *Puller) work(ctx context.Context, last bool) error {
	for {
		b := p.line.take(ctx, last)
		if b == nil {
			return ctx.Err()
		}
		end, err := p.turn(ctx, b, last)
		if ctx.Err() != nil {
			p.line.putBack(b, time.Now())
			return ctx.Err()
		}
		if err != nil && last {
			p.line.leave(b)
			return err
		}
		if err != nil {
			p.opts.Logger.Error("the sync of the tenant stands still", "error", err, "for", p.opts.Interval.String())
			p.line.rest(p.opts.Interval)
		}
		if err := p.settle(b, end, last); err != nil {
			return err
		}
	}
}

// settle gives a mailbox its next place in the line.
func (p *Puller) settle(b *box, end turnEnd, last bool) error {
	now := time.Now()
	switch {
	case end.locked:
		p.line.putBack(b, now.Add(lockedFor))
	case end.pause > 0 && (!last || p.line.patient(b, end.pause, p.opts.Patience)):
		p.line.pause(b, now.Add(end.pause), end.reason)
	case end.pause > 0:
		end.outcome, end.wait = boxFailed, end.pause
		return p.endRound(b, end, last)
	case end.more:
		p.line.goOn(b, now)
	default:
		return p.endRound(b, end, last)
	}
	return nil
}

// maxPauses is how often a mailbox may be paused with nothing done in between
// before a Round gives it up for failed.
const maxPauses = 10

// patient tells whether a Round waits for a pause to end.
func (l *line) patient(b *box, pause, patience time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.pauses++
	return pause <= patience && b.pauses <= maxPauses
}

func (l *line) pause(b *box, until time.Time, reason string) {
	l.mu.Lock()
	b.pausedUntil, b.pauseReason = until, reason
	l.mu.Unlock()
	l.putBack(b, until)
}

func (l *line) goOn(b *box, now time.Time) {
	l.mu.Lock()
	b.pauses, b.pausedUntil, b.inRound = 0, time.Time{}, true
	l.mu.Unlock()
	l.putBack(b, now)
}

// endRound takes a mailbox out of the line after its last round, or gives it the
// time of its next one.
func (p *Puller) endRound(b *box, end turnEnd, last bool) error {
	if last && end.outcome == boxFailed {
		if wait, ok := p.line.retry(b, end, p.opts); ok {
			p.line.putBack(b, time.Now().Add(wait))
			return nil
		}
	}
	sum, all := p.line.note(b, end.outcome, last)
	if last {
		p.line.leave(b)
		return nil
	}
	p.line.putBack(b, time.Now().Add(p.line.nextPoll(b, end, p.opts)))
	if !all {
		return nil
	}
	level := slog.LevelDebug
	if p.stats.rounds.Add(1) == 1 {
		level = slog.LevelInfo
	}
	p.opts.Logger.Log(context.Background(), level, "every mailbox has had its round", "synced", sum.Synced, "skipped", sum.Skipped, "failed", sum.Failed)
	return p.opts.Rounded(sum)
}

// retry tells whether a Round gives a mailbox that failed another round, and when.
func (l *line) retry(b *box, end turnEnd, o PullOptions) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := max(end.wait, jittered(o.RetryAfter))
	if b.failures >= o.Retries || wait > o.Patience {
		return 0, false
	}
	b.failures++
	b.inRound, b.pauses, b.pausedUntil = false, 0, time.Time{}
	return wait, true
}

func (l *line) nextPoll(b *box, end turnEnd, o PullOptions) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.inRound, b.pauses, b.pausedUntil = false, 0, time.Time{}
	d := b.nextPoll(end, o)
	if b.again && end.outcome == boxSynced {
		d = 0
	}
	b.again = false
	return d
}

// nextPoll tells how long a mailbox is left alone after a round. A busy one is
// asked more and more often, a silent one less and less, and one that fails
// later and later. The line's lock is held.
func (b *box) nextPoll(end turnEnd, o PullOptions) time.Duration {
	if b.interval == 0 {
		b.interval = o.Interval
	}
	switch end.outcome {
	case boxSkipped, boxDenied:
		b.failures = 0
		return jittered(o.Reprobe)
	case boxFailed:
		b.failures++
		d := o.Interval
		for i := 1; i < b.failures && d < maxFailureWait; i++ {
			d *= 2
		}
		return max(end.wait, jittered(min(d, max(o.Interval, maxFailureWait))))
	default:
	}
	b.failures = 0
	if end.changed {
		b.interval = max(o.MinInterval, b.interval/2)
	} else {
		b.interval = min(o.MaxInterval, b.interval+b.interval/2)
	}
	return jittered(b.interval)
}

// maxFailureWait is the longest that a mailbox is left alone because it failed.
const maxFailureWait = time.Hour

// jittered keeps mailboxes from being asked all together, as they were first.
func jittered(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}
