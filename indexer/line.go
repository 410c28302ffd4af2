package indexer

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// box is a mailbox in the line.
type box struct {
	id   mail.MailboxID
	key  string
	lock chan struct{} // holds one: whoever works on the mailbox

	// The round under way, nil between rounds. Whoever holds lock owns it.
	round *boxRound
	// resumed tells that this process has had a round of it before.
	resumed bool

	probe sync.Mutex
	asked time.Time // when this process last probed the mailbox, by the stored clock
	drawn time.Time // stands for it until then

	// Guarded by the line's lock.
	record      archive.Mailbox
	listed      bool // in the line
	fresh       bool // newly in the line: what is left of an earlier round is void
	running     bool
	inRound     bool
	again       bool // woken during a round: the next one follows at once
	due         time.Time
	interval    time.Duration
	failures    int // rounds that failed, one after the other
	pauses      int // one after the other, with nothing done in between
	pausedUntil time.Time
	pauseReason string
	rate        rate
}

// probed is when the mailbox was last asked what it is. What an earlier process
// learned counts for a while, for a random time lest all be asked at once.
func (b *box) probed(o PullOptions) time.Time {
	b.probe.Lock()
	defer b.probe.Unlock()
	if !b.asked.IsZero() {
		return b.asked
	}
	if b.drawn.IsZero() {
		b.drawn = o.Now().Add(-rand.N(o.Reprobe))
	}
	return b.drawn
}

func (b *box) setProbed(at time.Time) {
	b.probe.Lock()
	defer b.probe.Unlock()
	b.asked = at
}

func (b *box) neverProbed() bool {
	b.probe.Lock()
	defer b.probe.Unlock()
	return b.asked.IsZero()
}

// line holds the mailboxes in the order in which they are due. Times in it are
// those of the machine's clock: they say when to act, and are never stored.
type line struct {
	mu      sync.Mutex
	boxes   map[mail.MailboxID]*box
	hold    time.Time     // nobody is served before
	changed chan struct{} // closed and replaced when somebody may be due earlier
	// cohort are those that have not had their round since the last time that
	// all had one; outcomes are how it went for the others.
	cohort   map[mail.MailboxID]bool
	outcomes map[mail.MailboxID]boxOutcome
}

func newLine() *line {
	return &line{
		boxes: map[mail.MailboxID]*box{}, changed: make(chan struct{}),
		cohort: map[mail.MailboxID]bool{}, outcomes: map[mail.MailboxID]boxOutcome{},
	}
}

// nudge wakes those who wait for a mailbox to be due. The lock is held.
func (l *line) nudge() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// box finds a mailbox's entry, and makes one where there is none.
func (l *line) box(id mail.MailboxID) *box {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.find(id)
}

func (l *line) find(id mail.MailboxID) *box {
	b := l.boxes[id]
	if b == nil {
		b = &box{id: id, lock: make(chan struct{}, 1)}
		l.boxes[id] = b
	}
	return b
}

// enlist puts mailboxes into the line, and takes those out that are not named.
// One that stands there already keeps its place.
func (l *line) enlist(due []archive.Mailbox, when func(archive.Mailbox) time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	named := map[mail.MailboxID]bool{}
	for _, m := range due {
		named[m.ID] = true
		b := l.find(m.ID)
		if b.key = m.Key; !b.inRound && !b.running {
			b.record = m
		}
		if !b.listed {
			b.listed, b.fresh, b.inRound, b.due = true, true, false, when(m)
			b.pauses, b.failures, b.pausedUntil = 0, 0, time.Time{}
			l.cohort[m.ID] = true
		}
	}
	for id, b := range l.boxes {
		if !named[id] {
			b.listed, b.again = false, false
			delete(l.cohort, id)
			delete(l.outcomes, id)
		}
	}
	l.nudge()
}

// clear takes everybody out of the line.
func (l *line) clear() {
	l.enlist(nil, nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold = time.Time{}
}

// result sums up how the round of each went so far, out of how many.
func (l *line) result() (r RoundResult, done, all int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sum(), len(l.outcomes), len(l.outcomes) + len(l.cohort)
}

func (l *line) sum() RoundResult {
	var r RoundResult
	for _, o := range l.outcomes {
		switch o {
		case boxSynced:
			r.Synced++
		case boxSkipped:
			r.Skipped++
		case boxDenied:
			r.Skipped++
			r.Denied++
		case boxFailed:
			r.Failed++
		}
	}
	return r
}

// note keeps how a mailbox's round went. When all had one, it gives the sum and
// begins to count anew, unless this is the last.
func (l *line) note(b *box, o boxOutcome, last bool) (RoundResult, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !b.listed {
		return RoundResult{}, false
	}
	l.outcomes[b.id] = o
	delete(l.cohort, b.id)
	if last || len(l.cohort) > 0 {
		return RoundResult{}, false
	}
	r := l.sum()
	clear(l.outcomes)
	for _, other := range l.boxes {
		if other.listed {
			l.cohort[other.id] = true
		}
	}
	return r, true
}

// take gives the mailbox that is due first, and waits for one. Without one it
// ends when ctx does, or, if last is set, when there is nothing left to wait for.
func (l *line) take(ctx context.Context, last bool) *box {
	for {
		l.mu.Lock()
		b, wait := l.next(time.Now())
		if b != nil {
			b.running = true
			l.mu.Unlock()
			return b
		}
		busy := wait >= 0
		for _, other := range l.boxes {
			busy = busy || other.running
		}
		changed := l.changed
		l.mu.Unlock()
		if last && !busy {
			return nil
		}
		if wait < 0 {
			wait = time.Hour
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-changed:
		case <-t.C:
		}
		t.Stop()
	}
}

// next finds the mailbox that is due first. Without one due now it tells how
// long until one is; less than zero means that none waits.
func (l *line) next(now time.Time) (*box, time.Duration) {
	var first *box
	for _, b := range l.boxes {
		if !b.listed || b.running {
			continue
		}
		if first == nil || b.due.Before(first.due) || b.due.Equal(first.due) && b.id < first.id {
			first = b
		}
	}
	if first == nil {
		return nil, -1
	}
	at := first.due
	if l.hold.After(at) {
		at = l.hold
	}
	if wait := at.Sub(now); wait > 0 {
		return nil, wait
	}
	return first, 0
}

// putBack ends a mailbox's turn; it is due again at a time.
func (l *line) putBack(b *box, due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.running, b.due = false, due
	l.nudge()
}

// leave ends a mailbox's turn and takes it out of the line.
func (l *line) leave(b *box) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.running, b.listed, b.inRound = false, false, false
	l.nudge()
}

// rest lets nobody be served for a while.
func (l *line) rest(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold = time.Now().Add(d)
}

// wake makes mailboxes due now, all without keys. One that is paused stays so,
// and one that is being worked on is served again when its round is over.
func (l *line) wake(keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	named := map[string]bool{}
	for _, k := range keys {
		named[strings.ToLower(k)] = true
	}
	now := time.Now()
	for _, b := range l.boxes {
		if !b.listed || len(keys) > 0 && !named[strings.ToLower(b.key)] {
			continue
		}
		b.again = b.inRound || b.running
		if !b.again && b.due.After(now) && !b.pausedUntil.After(now) {
			b.due = now
		}
	}
	l.nudge()
}

// liveBox is what the line knows for Live.
type liveBox struct {
	LiveMailbox
	key string
}

func (l *line) look(now time.Time) []liveBox {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []liveBox
	for _, b := range l.boxes {
		_, done := l.outcomes[b.id]
		if !b.listed && !done {
			continue
		}
		v := liveBox{key: b.key, LiveMailbox: LiveMailbox{
			Mailbox: b.id, State: LiveIdle, Rate: b.rate.read(now),
			PausedUntil: b.pausedUntil, PauseReason: b.pauseReason, NextPoll: b.due,
		}}
		switch {
		case !b.listed: // its only round is over
			v.NextPoll = time.Time{}
		case b.running:
			v.State = LiveSyncing
		case b.inRound, !b.due.After(now):
			v.State = LiveQueued
		}
		out = append(out, v)
	}
	return out
}

// renewed tells, once, that a mailbox is new in the line.
func (l *line) renewed(b *box) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	fresh := b.fresh
	b.fresh = false
	return fresh
}

func (l *line) recordOf(b *box) archive.Mailbox {
	l.mu.Lock()
	defer l.mu.Unlock()
	return b.record
}

func (l *line) keep(b *box, m archive.Mailbox) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.record = m
}

// count notes that messages of a mailbox were stored.
func (l *line) count(b *box, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.rate.add(n, time.Now())
}
