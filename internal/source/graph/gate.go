package graph

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"mailquarry/internal/source"
)

// Graph allows an application 10,000 requests in ten minutes on one mailbox and
// counts the refused ones too, so this stays below. The window slides in steps.
const (
	windowStep  = 10 * time.Second
	windowSteps = 60
	windowLimit = 9600
)

// The bounds of a page of messages with their bodies.
const (
	maxPage = 50
	minPage = 5
	// growAfter is how many pages must come well before a page that had to
	// shrink grows again.
	growAfter = 10
)

// gate lets one mailbox's requests through: all work on the mailbox shares it.
type gate struct {
	slots   chan struct{}
	limited bool // counts requests; the directory has another kind of limit

	mu     sync.Mutex
	pause  time.Time // nothing passes before
	counts [windowSteps + 1]int
	step   int64 // the newest step that is counted
	page   int
	well   int // pages that came well since the page size changed
}

func newGate(slots int, limited bool) *gate {
	return &gate{slots: make(chan struct{}, slots), limited: limited, page: maxPage}
}

// enter waits until a request may be sent and counts it. leave must follow.
func (g *gate) enter(ctx context.Context) error {
	for {
		now := time.Now()
		if left := g.paused(now); left > patience {
			return pauseAsked(left)
		}
		if err := wait(ctx, g.delay(now)); err != nil {
			return err
		}
		select {
		case g.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		if g.pass(time.Now()) {
			return nil
		}
		g.leave()
	}
}

func (g *gate) leave() { <-g.slots }

// paused tells how much is left of a pause that Graph asked for.
func (g *gate) paused(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pause.Sub(now)
}

// delay tells how long a request must wait: for a pause to end, or for the
// window to have room.
func (g *gate) delay(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.delayLocked(now)
}

func (g *gate) delayLocked(now time.Time) time.Duration {
	d := max(0, g.pause.Sub(now))
	if !g.limited {
		return d
	}
	g.slide(now)
	sum := 0
	for _, n := range g.counts {
		sum += n
	}
	if sum < windowLimit {
		return d
	}
	// Room comes when the oldest step that holds requests has left the window.
	for age := int64(windowSteps); age >= 0; age-- {
		s := g.step - age
		if s < 0 || g.counts[s%int64(len(g.counts))] == 0 {
			continue
		}
		leaves := time.Unix(0, (s+windowSteps+1)*int64(windowStep))
		return max(d, leaves.Sub(now))
	}
	return d
}

// pass counts a request if it may go now.
func (g *gate) pass(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.delayLocked(now) > 0 {
		return false
	}
	if g.limited {
		g.counts[g.step%int64(len(g.counts))]++
	}
	return true
}

// slide empties the steps that have left the window.
func (g *gate) slide(now time.Time) {
	s := now.UnixNano() / int64(windowStep)
	if s-g.step > int64(len(g.counts)) {
		g.counts = [windowSteps + 1]int{}
		g.step = s
	}
	for g.step < s {
		g.step++
		g.counts[g.step%int64(len(g.counts))] = 0
	}
}

// hold lets nothing pass for d.
func (g *gate) hold(now time.Time, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := now.Add(d); until.After(g.pause) {
		g.pause = until
	}
}

func (g *gate) pageSize() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.page
}

// shrink halves the page, which Graph could not make in time.
func (g *gate) shrink() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.page, g.well = max(minPage, g.page/2), 0
}

// grow notes a page that came well.
func (g *gate) grow() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.well++; g.page < maxPage && g.well >= growAfter {
		g.page, g.well = min(maxPage, g.page+g.page/2), 0
	}
}

// wait sleeps, or returns at once when the context would end before that: the
// caller then learns how long the source wants to be left alone.
func wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return pauseAsked(d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// patience is the longest pause that is waited out here. A longer one comes
// back, so that whoever asked can turn to another mailbox meanwhile.
const patience = 10 * time.Minute

func pauseAsked(d time.Duration) *source.Error {
	return &source.Error{Class: source.Throttled, Message: "the mailbox is not asked before a pause is over", RetryAfter: d}
}

// maxBackoff bounds the wait between two tries that no Retry-After sets.
const maxBackoff = 30 * time.Second

// jitter is a random wait before try n+1, so that many mailboxes that failed
// together do not come back together.
func jitter(first time.Duration, n int) time.Duration {
	bound := first
	for i := 1; i < n && bound < maxBackoff; i++ {
		bound *= 2
	}
	return rand.N(min(bound, maxBackoff) + 1)
}
