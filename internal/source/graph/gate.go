package graph

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"mailquarry/internal/source"
)

// Graph allows an application 10,000 requests in ten minutes on one mailbox and
// counts the refused ones too, so this stays below. The window slides in steps.
const (
	windowStep  = 10 * time.Second
	windowSteps = 60
	windowLimit = 9600
)

// windowFull is the reason of a pause that nobody asked for.
const windowFull = "the window of requests is full"

// gate lets one mailbox's requests through: all work on the mailbox shares it.
type gate struct {
	slots   *semaphore.Weighted
	places  int64
	limited bool // counts requests; the directory has another kind of limit

	page, list sizer

	mu      sync.Mutex
	pause   time.Time // nothing passes before
	reason  string    // of the pause
	counts  [windowSteps + 1]int
	step    int64 // the newest step that is counted
	breaker breaker

	sent, throttled int64
	inFlight        int
}

func newGate(slots int, limited bool, backoff time.Duration) *gate {
	return &gate{
		breaker: breaker{first: breakFirst * backoff},
		slots:   semaphore.NewWeighted(int64(slots)), places: int64(slots), limited: limited,
		page: sizer{now: maxPage, max: maxPage, min: 1}, list: sizer{now: maxList, max: maxList, min: 1},
	}
}

// span is how many places in flight n requests of one exchange take: Outlook
// answers four of a batch at a time.
func (g *gate) span(n int) int64 { return min(max(int64(n), 1), g.places) }

// enter waits until an exchange of n requests may be sent and counts them. leave
// must follow.
func (g *gate) enter(ctx context.Context, n int) error {
	for {
		now := time.Now()
		if err := g.refuses(now); err != nil {
			return err
		}
		d := g.delay(now, n)
		if d > patience {
			return pauseAsked(d, windowFull)
		}
		if err := wait(ctx, d); err != nil {
			return err
		}
		if err := g.slots.Acquire(ctx, g.span(n)); err != nil {
			return err
		}
		if g.pass(time.Now(), n) {
			return nil
		}
		g.slots.Release(g.span(n))
	}
}

func (g *gate) leave(n int) {
	g.mu.Lock()
	g.inFlight -= int(g.span(n))
	g.mu.Unlock()
	g.slots.Release(g.span(n))
}

// refuses tells, as an error, of a pause that is not waited out here.
func (g *gate) refuses(now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if left := g.pause.Sub(now); left > patience {
		return pauseAsked(left, g.reason)
	}
	if left, code := g.breaker.open(now); left > 0 {
		return pauseAsked(left, code)
	}
	return nil
}

// delay tells how long n requests must wait: for a pause to end, or for the
// window to have room.
func (g *gate) delay(now time.Time, n int) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.delayLocked(now, n)
}

func (g *gate) delayLocked(now time.Time, n int) time.Duration {
	d := max(0, g.pause.Sub(now))
	if !g.limited {
		return d
	}
	g.slide(now)
	sum := n
	for _, c := range g.counts {
		sum += c
	}
	if sum <= windowLimit {
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

// pass counts n requests if they may go now.
func (g *gate) pass(now time.Time, n int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.delayLocked(now, n) > 0 {
		return false
	}
	if left, _ := g.breaker.open(now); left > 0 {
		return false
	}
	g.breaker.probe(now)
	if g.limited {
		g.counts[g.step%int64(len(g.counts))] += n
	}
	g.sent += int64(n)
	g.inFlight += int(g.span(n))
	return true
}

// closed tells whether a pause has begun since a request passed.
func (g *gate) closed(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pause.After(now) || g.breaker.until.After(now)
}

// giveBack counts n requests no more that have passed and were not sent.
func (g *gate) giveBack(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.breaker.probing = time.Time{}
	g.sent -= int64(n)
	if at := g.step % int64(len(g.counts)); g.limited {
		g.counts[at] = max(0, g.counts[at]-n)
	}
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
func (g *gate) hold(now time.Time, d time.Duration, reason string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := now.Add(d); until.After(g.pause) {
		g.pause, g.reason = until, reason
	}
}

// note tells the gate how a request went.
func (g *gate) note(now time.Time, f *failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f != nil && f.err.Class == source.Throttled {
		g.throttled++
	}
	g.breaker.note(now, f)
}

// abandon tells the gate that it will not learn how a request went.
func (g *gate) abandon() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.breaker.probing = time.Time{}
}

// noteInner tells the gate how a request of a batch went. The batch as such was
// answered, so that the mailbox is away only if Graph says so.
func (g *gate) noteInner(now time.Time, f *failure) {
	if f.err.Class == source.Throttled || known(f.err.Code) {
		g.note(now, f)
	}
}

// pace tells how requests go.
func (g *gate) pace(now time.Time) source.Pace {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := source.Pace{Requests: g.sent, Throttled: g.throttled, InFlight: g.inFlight}
	if g.pause.After(now) {
		p.Until, p.Reason = g.pause, g.reason
	}
	if d := g.delayLocked(now, 1); d > 0 && now.Add(d).After(p.Until) {
		p.Until, p.Reason = now.Add(d), windowFull
	}
	if left, code := g.breaker.open(now); left > 0 && now.Add(left).After(p.Until) {
		p.Until, p.Reason = now.Add(left), code
	}
	return p
}

// Pace implements source.Pacer.
func (c *Client) Pace(mailbox string) source.Pace { return c.gate(mailbox).pace(time.Now()) }

// wait sleeps, or returns at once when the context would end before that: the
// caller then learns how long the source wants to be left alone.
func wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return pauseAsked(d, "")
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
const patience = 5 * time.Second

func pauseAsked(d time.Duration, code string) *source.Error {
	return &source.Error{
		Class: source.Throttled, Code: code, Message: "the mailbox is not asked before a pause is over", RetryAfter: d,
	}
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
