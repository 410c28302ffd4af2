package graph

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// A window that is full is a pause like any other: it can be seen, and it comes
// back, so that whoever asked can turn to another mailbox.
func TestFullWindowComesBack(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	g := c.gate(box.ID())
	for g.pass(time.Now(), 1) {
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour) // more than the window asks for
	defer cancel()
	defer time.AfterFunc(5*time.Second, cancel).Stop()
	_, err := locate(ctx, c, box.ID(), "m")
	if e := wantClass(t, err, source.Throttled); e.RetryAfter < 9*time.Minute {
		t.Errorf("retry after %s, want about ten minutes", e.RetryAfter)
	}
	if p := c.Pace(box.ID()); time.Until(p.Until) < 9*time.Minute || p.Reason != windowFull || p.Requests != windowLimit {
		t.Errorf("pace %+v", p)
	}
	if n := len(tenant.Requests()); n > 0 {
		t.Errorf("%d requests sent", n)
	}
}

// A mailbox that stays away is asked ever more rarely, also when all that asks
// it are batches, which as such are answered well.
func TestBreakerGrowsOverBatches(t *testing.T) {
	t.Parallel()
	c, _, box := simulate(t, graphsim.Options{})
	ids := fill(box.Folder("inbox"), 3)
	box.Moving(time.Hour)
	var pauses []time.Duration
	for range 4 {
		out, err := c.Locate(testContext(t), box.ID(), ids)
		if err == nil && out[0].Err == nil {
			t.Fatal("a message was located in a mailbox that is away")
		}
		g := c.gate(box.ID())
		g.mu.Lock()
		pauses = append(pauses, g.breaker.last)
		until := g.breaker.until
		g.mu.Unlock()
		if err := wait(testContext(t), time.Until(until)); err != nil {
			t.Fatal(err)
		}
	}
	for i := 1; i < len(pauses); i++ {
		if pauses[i] < 2*pauses[i-1] {
			t.Fatalf("pauses %v, want each twice the last", pauses)
		}
	}
}

// One message that cannot be had is no sign that its mailbox is away.
func TestPoisonedBatchItemsLeaveTheMailboxOpen(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	ids := fill(box.Folder("inbox"), 4)
	tenant.Inject(graphsim.Fault{Match: graphsim.OfKind(graphsim.MessageGet), Place: graphsim.InBatch, Status: 500, Code: "ErrorCorruptData"})
	for range breakAfter {
		out, err := c.Locate(testContext(t), box.ID(), ids)
		if err != nil {
			t.Fatal(err)
		}
		wantClass(t, out[3].Err, source.Permanent)
	}
	if p := c.Pace(box.ID()); !p.Until.IsZero() {
		t.Errorf("pace %+v", p)
	}
}

// The time that a batch's item asks for is kept even when the item is not tried
// again.
func TestLastRetryAfterOfABatchHolds(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	ids := fill(box.Folder("inbox"), 3)
	c.tries = 1
	tenant.Inject(graphsim.Fault{Match: graphsim.OfKind(graphsim.MessageGet), Place: graphsim.InBatch, Times: 1, Status: 429, Code: "ApplicationThrottled", RetryAfter: 120})
	out, err := c.Locate(testContext(t), box.ID(), ids)
	if err != nil {
		t.Fatal(err)
	}
	refused := slices.IndexFunc(out, func(l source.Located) bool { return l.Err != nil })
	if refused < 0 {
		t.Fatal("no item was refused")
	}
	if e := wantClass(t, out[refused].Err, source.Throttled); e.RetryAfter != 2*time.Minute {
		t.Errorf("retry after %s", e.RetryAfter)
	}
	if p := c.Pace(box.ID()); time.Until(p.Until) < 110*time.Second || p.Throttled != 1 {
		t.Errorf("pace %+v", p)
	}
}

// As the directory's allowance runs out requests slow down, so that none is
// refused.
func TestDirectoryIsEased(t *testing.T) {
	t.Parallel()
	c, tenant, _ := simulate(t, graphsim.Options{Quirks: graphsim.Quirks{ResourceUnits: 20}})
	for range 23 {
		if _, err := c.Mailboxes(testContext(t), source.Cursor{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range tenant.Requests() {
		if r.Status == http.StatusTooManyRequests {
			t.Fatal("the directory had to refuse a request")
		}
	}
	for value, want := range map[string]time.Duration{"": 0, "0.7": 0, "NaN": 0, "x": 0, "0.8": 200 * time.Millisecond, "1.0": 2 * time.Second, "1.8": 2 * time.Second} {
		g, now := newGate(1, false, time.Second), time.Now()
		g.ease(now, http.Header{"X-Ms-Throttle-Limit-Percentage": {value}})
		if got := g.delay(now, 1).Round(time.Millisecond); got != want {
			t.Errorf("share %q: a wait of %s, want %s", value, got, want)
		}
	}
}

// Many mailboxes together stay below a rate.
func TestMeterSpacesRequests(t *testing.T) {
	t.Parallel()
	var m meter
	now := time.Now()
	for range burst / 20 {
		if d := m.book(now, 20); d > 0 {
			t.Fatalf("a first few requests wait %s", d)
		}
	}
	for range perSecond {
		m.book(now, 1)
	}
	if d := m.book(now, 0); d < time.Second || d > 1010*time.Millisecond {
		t.Errorf("a second's requests later the wait is %s", d)
	}
	if d := m.book(now.Add(time.Minute), 1); d > 0 {
		t.Errorf("after a silent minute the wait is %s", d)
	}
}

// However much a mailbox asks for, others get their turn, and all together stay
// within the limit of all.
func TestNoMailboxHoldsAllPlaces(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now, most := 0, 0
	release := make(chan struct{})
	c, _ := stub(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		if r.URL.Path == "/v1.0/users/busy/messages/m" {
			<-release
		}
		mu.Lock()
		now--
		mu.Unlock()
		_, _ = io.WriteString(w, `{"id":"m","parentFolderId":"f"}`)
	})
	c.everywhere = semaphore.NewWeighted(5)
	ctx, cancel := context.WithTimeout(context.Background(), testWait)
	defer cancel()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := locate(ctx, c, "busy", "m"); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range 20 {
		if _, err := locate(ctx, c, fmt.Sprintf("other%d", i%5), "m"); err != nil {
			t.Fatal(err)
		}
	}
	close(release)
	wg.Wait()
	if most > 5 {
		t.Errorf("%d requests in flight on all mailboxes, want no more than 5", most)
	}
}
