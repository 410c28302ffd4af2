package graph

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

func moving() *failure {
	return &failure{err: &source.Error{Class: source.Transient, Status: 503, Code: "ErrorMailboxMoveInProgress"}}
}

// A mailbox that is away is asked ever more rarely, one request at a time, and
// at once normally again when it is back.
func TestBreaker(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	b := breaker{first: time.Minute}
	shut := func(want time.Duration) {
		t.Helper()
		if left, code := b.open(now); left != want || want > 0 && code == "" {
			t.Errorf("closed to requests for %s (%s), want %s", left, code, want)
		}
	}
	shut(0)
	for _, pause := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		b.note(now, moving())
		shut(pause * time.Minute)
		b.note(now, moving()) // another that was under way
		shut(pause * time.Minute)
		now = now.Add(pause * time.Minute)
		shut(0)
		shut(0) // looking is not asking
		b.probe(now)
		shut(time.Second) // one goes to see, and the next waits for what it finds
	}
	b.note(now, nil)
	shut(0)
	shut(0)
	for n := 1; n < breakAfter; n++ {
		b.note(now, &failure{err: &source.Error{Class: source.Transient, Status: 503}})
		shut(0)
	}
	b.note(now, &failure{err: &source.Error{Class: source.NotFound, Status: 404}})
	b.note(now, &failure{err: &source.Error{Class: source.Transient, Status: 503}})
	shut(0) // it has answered in between
}

// A mailbox that is back is asked normally again, however many wait for it.
func TestMailboxThatIsBackIsAskedAgain(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	gone, _ := graphsim.NamedFault("503-moving")
	gone.Match, gone.Times = onMessages, 1
	tenant.Inject(gone)
	ask := func() error {
		_, err := c.Messages(testContext(t), box.ID(), box.Folder("inbox").ID(), source.Cursor{})
		return err
	}
	wantClass(t, ask(), source.Throttled)
	for deadline := time.Now().Add(testWait); ; time.Sleep(time.Millisecond) {
		var wg sync.WaitGroup
		var well atomic.Int64
		for range 8 {
			wg.Go(func() {
				if ask() == nil {
					well.Add(1)
				}
			})
		}
		wg.Wait()
		if well.Load() == 8 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the mailbox is still left alone: %+v", c.Pace(box.ID()))
		}
	}
}

// While one mailbox is being moved it is hardly asked at all, and others go on.
func TestMovingMailboxIsLeftAlone(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	c.backoff = 50 * time.Millisecond // so that a pause of 60 times that outlasts the test
	other := tenant.AddUser(graphsim.User{Address: "bo@contoso.example"})
	box.Moving(time.Hour)
	for range 30 {
		_, err := c.Messages(testContext(t), box.ID(), box.Folder("inbox").ID(), source.Cursor{})
		if e := wantClass(t, err, source.Throttled); e.RetryAfter <= 0 || e.Code != "ErrorMailboxMoveInProgress" {
			t.Fatalf("refused with %+v", e)
		}
		if _, err := c.Messages(testContext(t), other.ID(), other.Folder("inbox").ID(), source.Cursor{}); err != nil {
			t.Fatal(err)
		}
	}
	sent := 0
	for _, r := range tenant.Requests() {
		if r.Mailbox == box.ID() {
			sent++
		}
	}
	if sent > 5 {
		t.Errorf("the mailbox was asked %d times", sent)
	}
	if p := c.Pace(box.ID()); !p.Until.After(time.Now()) || p.Reason != "ErrorMailboxMoveInProgress" {
		t.Errorf("pace %+v", p)
	}
}
