package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mailquarry/internal/source"
)

// service keeps subscriptions as the source does.
type service struct {
	mu    sync.Mutex
	n     int
	subs  map[string]source.Subscription
	state map[string]string // by mailbox
	calls []string
	fail  func(what, mailbox string) error
	// refuseList lets nobody see what is subscribed.
	refuseList bool
}

func (s *service) begin(what, mailbox string) error {
	s.calls = append(s.calls, what+" "+mailbox)
	if s.fail != nil {
		return s.fail(what, mailbox)
	}
	return nil
}

func (s *service) Subscribe(_ context.Context, mailbox string, w source.Wanted) (source.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.begin("subscribe", mailbox); err != nil {
		return source.Subscription{}, err
	}
	s.n++
	sub := source.Subscription{ID: fmt.Sprint("id-", s.n), Mailbox: mailbox, Until: w.Until}
	if limit := time.Now().Add(7 * 24 * time.Hour); w.Until.After(limit) {
		return sub, &source.Error{Class: source.Permanent, Status: 400, Message: "too long"}
	}
	s.subs[sub.ID], s.state[mailbox] = sub, w.State
	return sub, nil
}

func (s *service) Renew(_ context.Context, sub source.Subscription, until time.Time) (source.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.begin("renew", sub.Mailbox); err != nil {
		return source.Subscription{}, err
	}
	old, ok := s.subs[sub.ID]
	if !ok || time.Now().After(old.Until) {
		return source.Subscription{}, &source.Error{Class: source.NotFound, Status: 404}
	}
	old.Until = until
	s.subs[sub.ID] = old
	return old, nil
}

func (s *service) Unsubscribe(_ context.Context, sub source.Subscription) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs, sub.ID)
	return s.begin("unsubscribe", sub.Mailbox)
}

func (s *service) Subscriptions(_ context.Context, url string) ([]source.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuseList || url != "https://mail.example/hook" {
		return nil, &source.Error{Class: source.Denied, Status: 403}
	}
	return slices.Collect(maps.Values(s.subs)), nil
}

// change does something between the service's calls.
func (s *service) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

func (s *service) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.calls
	s.calls = nil
	slices.Sort(out)
	return out
}

// live lists the mailboxes that have a subscription now.
func (s *service) live() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, sub := range s.subs {
		if time.Now().Before(sub.Until) {
			out = append(out, sub.Mailbox)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// keeping runs a notifier for mailboxes that may change, until the bubble's
// test calls the function it returns.
func keeping(t *testing.T, s *service, w *wakes, log *bytes.Buffer, mailboxes func() []string) (*Notifier, func()) {
	t.Helper()
	if s.subs == nil {
		s.subs = map[string]source.Subscription{}
	}
	s.state = map[string]string{}
	n := New(Options{
		Source: s, URL: "https://mail.example/hook", Wake: w.wake,
		Mailboxes: func(context.Context) ([]string, error) { return mailboxes(), nil },
		Logger:    slog.New(slog.NewTextHandler(log, nil)),
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	synctest.Wait()
	return n, func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
}

func fixed(keys ...string) func() []string { return func() []string { return keys } }

// What a killed run has left is ended at the start; where it cannot be seen it is
// left to run out, and nothing else suffers.
func TestEndsWhatAnEarlierRunLeft(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{refuseList: refused, subs: map[string]source.Subscription{
				"old-1": {ID: "old-1", Mailbox: "anna", Until: time.Now().Add(time.Hour)},
				"old-2": {ID: "old-2", Mailbox: "carl", Until: time.Now().Add(time.Hour)},
			}}
			_, stop := keeping(t, s, &wakes{}, &bytes.Buffer{}, fixed("anna", "ben"))
			want := "anna ben"
			if refused {
				want = "anna anna ben carl"
			}
			if got := s.live(); got != want {
				t.Errorf("subscribed: %s, want %s", got, want)
			}
			stop()
		})
	}
}

// Each mailbox has a subscription as long as the program runs, one that comes
// gets one, and one that goes loses it.
func TestKeepsOneSubscriptionPerMailbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, w := &service{}, &wakes{}
		keys := []string{"a", "b"}
		n, end := keeping(t, s, w, &bytes.Buffer{}, func() (now []string) {
			s.change(func() { now = keys })
			return now
		})
		for day := range 60 {
			if got := s.live(); got != "a b" {
				t.Fatalf("day %d: subscriptions for %q", day, got)
			}
			time.Sleep(24 * time.Hour)
		}
		s.change(func() {
			if len(s.subs) != 2 {
				t.Errorf("%d subscriptions were made for 2 mailboxes", len(s.subs))
			}
			if a, b := s.state["a"], s.state["b"]; a == b || len(a) > 128 || a != n.secret("A") {
				t.Errorf("secrets %q and %q", a, b)
			}
			keys = []string{"b", "c"}
		})
		// Half of six days: 20 renewals of each in 60 days.
		if c := s.asked(); len(c) < 2*19 || len(c) > 2+2*21 {
			t.Errorf("%d requests in 60 days", len(c))
		}
		time.Sleep(2 * time.Minute)
		if got := s.live(); got != "b c" {
			t.Errorf("subscriptions for %q", got)
		}
		end()
		if got := s.live(); got != "" {
			t.Errorf("after the end there are subscriptions for %q", got)
		}
		if got := w.take(); len(got) > 0 {
			t.Errorf("woke %q, of which nobody told", got)
		}
	})
}

// What the source says about a subscription is acted on: one that it removed is
// made anew and the mailbox looked at, one that it doubts is renewed, and what
// it missed to tell is looked for.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, w := &service{}, &wakes{}
		n, end := keeping(t, s, w, &bytes.Buffer{}, fixed("a", "b"))
		defer end()
		time.Sleep(time.Hour)
		s.asked()
		event := func(mailbox, name string) {
			id := ""
			s.mu.Lock()
			for _, sub := range s.subs {
				if sub.Mailbox == mailbox {
					id = sub.ID
				}
			}
			if name == "subscriptionRemoved" {
				delete(s.subs, id)
			}
			s.mu.Unlock()
			post(t, n.Handler(), "/", fmt.Sprintf(`{"value":[{"subscriptionId":%q,"clientState":%q,"lifecycleEvent":%q}]}`, id, n.secret(mailbox), name))
			synctest.Wait()
		}
		event("a", "missed")
		if got := w.take(); !slices.Equal(got, []string{"a"}) {
			t.Errorf("missed: woke %q", got)
		}
		event("b", "reauthorizationRequired")
		if got := s.asked(); !slices.Equal(got, []string{"renew b"}) {
			t.Errorf("reauthorizationRequired: %q", got)
		}
		time.Sleep(time.Hour)
		event("b", "subscriptionRemoved")
		if got := s.asked(); !slices.Equal(got, []string{"subscribe b"}) {
			t.Errorf("subscriptionRemoved: %q", got)
		}
		if got := w.take(); !slices.Equal(got, []string{"b"}) {
			t.Errorf("subscriptionRemoved: woke %q", got)
		}
		// One that is removed again at once is not made again at once.
		event("b", "subscriptionRemoved")
		if got := s.asked(); len(got) > 0 {
			t.Errorf("removed again: %q at once", got)
		}
		time.Sleep(2 * firstWait)
		if got := s.live(); got != "a b" {
			t.Errorf("subscriptions for %q", got)
		}
	})
}

// A subscription that vanished without a word is made anew when it is renewed,
// and the mailbox looked at.
func TestVanishedSubscription(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, w := &service{}, &wakes{}
		_, end := keeping(t, s, w, &bytes.Buffer{}, fixed("a"))
		defer end()
		s.change(func() { clear(s.subs) })
		time.Sleep(3*24*time.Hour + time.Hour)
		if s.live() != "a" || !slices.Equal(w.take(), []string{"a"}) {
			t.Errorf("subscriptions for %q", s.live())
		}
	})
}

// A mailbox that cannot be subscribed to does not keep the others from it, and
// is tried again, ever more rarely.
func TestOneMailboxFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, w := &service{}, &wakes{}
		broken := true
		s.fail = func(_, mailbox string) error {
			if broken && mailbox == "b" {
				return &source.Error{Class: source.Denied, Status: 403}
			}
			return nil
		}
		_, end := keeping(t, s, w, &bytes.Buffer{}, fixed("a", "b", "c"))
		defer end()
		if got := s.live(); got != "a c" {
			t.Errorf("subscriptions for %q", got)
		}
		time.Sleep(24 * time.Hour)
		if n := len(s.asked()); n < 8 || n > 20 {
			t.Errorf("%d requests in a day", n)
		}
		s.change(func() { broken = false })
		time.Sleep(maxWait)
		if got := s.live(); got != "a b c" {
			t.Errorf("subscriptions for %q", got)
		}
	})
}

// When the address cannot be reached no mailbox can have a subscription: then
// one is tried now and then, a person is told once, and everything comes back
// by itself.
func TestAllFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, w, log := &service{}, &wakes{}, &bytes.Buffer{}
		broken := true
		s.fail = func(string, string) error {
			if broken {
				return &source.Error{Class: source.Permanent, Status: 400, Code: "ValidationError"}
			}
			return nil
		}
		var keys []string
		for i := range 500 {
			keys = append(keys, fmt.Sprint("box", i))
		}
		n, end := keeping(t, s, w, log, fixed(keys...))
		defer end()
		time.Sleep(24 * time.Hour)
		if n := len(s.asked()); n < 8 || n > 30 {
			t.Errorf("%d requests in a day without an address", n)
		}
		if c := strings.Count(log.String(), "polling goes on"); c != 1 {
			t.Errorf("told %d times:\n%s", c, log)
		}
		s.change(func() { broken = false })
		time.Sleep(maxWait)
		synctest.Wait()
		if boxes, subs := n.Counts(); boxes != 500 || subs != 500 {
			t.Errorf("%d of %d mailboxes have a subscription", subs, boxes)
		}
	})
}

// A pause that the source asks for is kept.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, w := &service{}, &wakes{}
		s.fail = func(string, string) error {
			return &source.Error{Class: source.Throttled, Status: 429, RetryAfter: 2 * time.Hour}
		}
		_, end := keeping(t, s, w, &bytes.Buffer{}, fixed("a"))
		defer end()
		time.Sleep(2*time.Hour - time.Second)
		if got := s.asked(); len(got) != 1 {
			t.Errorf("%d requests before the pause was over", len(got))
		}
	})
}

// Mail comes in bursts: the first call of one wakes at once, the others
// together a little later, and none is lost.
func TestBursts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wakes{}
		n := with(w, "a", "b")
		time.Sleep(time.Hour)
		for range 100 {
			post(t, n.Handler(), "/", `{"value":[`+note(n, "a", "")+`]}`)
			time.Sleep(100 * time.Millisecond)
		}
		if got := w.take(); !slices.Equal(got, []string{"a"}) {
			t.Errorf("woke %q in the ten seconds of the burst", got)
		}
		post(t, n.Handler(), "/", `{"value":[`+note(n, "b", "")+`]}`)
		if got := w.take(); !slices.Equal(got, []string{"b"}) {
			t.Errorf("another mailbox waits: %q", got)
		}
		time.Sleep(n.o.Quiet)
		if got := w.take(); !slices.Equal(got, []string{"a"}) {
			t.Errorf("woke %q after the burst", got)
		}
	})
}
