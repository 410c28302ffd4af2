package graph

import (
	"testing"
	"time"
)

// Of several pauses that were asked for, the longest holds, whichever came last.
func TestLongestPauseHolds(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, asked := range [][]time.Duration{{10, 2}, {2, 10}, {2, 10, 5}} {
		g := newGate(4, true, time.Second)
		for _, d := range asked {
			g.hold(now, d*time.Second, (d * time.Second).String())
		}
		if d := g.delay(now, 1); d != 10*time.Second {
			t.Errorf("asked for pauses of %d seconds, waits %s", asked, d)
		}
		if p := g.pace(now); p.Reason != "10s" {
			t.Errorf("asked for pauses of %d seconds, tells of the one of %s", asked, p.Reason)
		}
	}
}

// However requests come, one by one or in batches, there are never 10,000 on a
// mailbox within ten minutes, and not many fewer either.
func TestWindowHoldsWhateverIsSent(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 20} {
		g := newGate(4, true, time.Second)
		type sending struct {
			at  time.Time
			sum int
		}
		var sent []sending
		begin := time.Unix(1_000_003, 0)
		first, inWindow, most := 0, 0, 0
		for now := begin; now.Sub(begin) < 31*time.Minute; now = now.Add(time.Second) {
			for range 2000 / n { // more than fit, also within one step
				if !g.pass(now, n) {
					break
				}
				sent = append(sent, sending{at: now, sum: n})
				inWindow += n
			}
			for first < len(sent) && now.Sub(sent[first].at) >= 10*time.Minute {
				inWindow -= sent[first].sum
				first++
			}
			most = max(most, inWindow)
		}
		if most >= 10_000 || most < 9_000 {
			t.Errorf("by %d: %d requests in ten minutes, want nearly 10,000", n, most)
		}
		if len(sent)*n < 2*9_000 {
			t.Errorf("by %d: %d requests in half an hour: the window does not slide", n, len(sent)*n)
		}
	}
}

// Tries wait at random between nothing and a bound that doubles, so that those
// that failed together do not come back together.
func TestBackoffIsSpread(t *testing.T) {
	t.Parallel()
	for i, bound := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		bound *= time.Second
		low, high := bound, time.Duration(0)
		for range 2000 {
			d := jitter(time.Second, i+1)
			low, high = min(low, d), max(high, d)
		}
		if low > bound/20 || high < bound-bound/20 || high > bound {
			t.Errorf("before try %d: between %s and %s, want between 0 and %s", i+2, low, high, bound)
		}
	}
}
