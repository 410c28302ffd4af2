package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// eventually waits for something that happens beside the test.
func (s *site) eventually(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%s did not happen", what)
		}
	}
}

func fill(f *graphsim.Folder, n int) {
	for i := range n {
		m := letter(fmt.Sprintf("letter %d", i), "walnut")
		m.Received = m.Received.Add(time.Duration(i) * time.Minute)
		f.Add(m)
	}
}

// pagesOf gives, in order, whose message pages were asked for.
func (s *site) pagesOf() (mailboxes, folders []string) {
	for _, q := range s.tenant.Requests() {
		if strings.Contains(q.Path, "/messages/") && strings.Contains(q.Path, "delta") {
			mailboxes = append(mailboxes, q.Mailbox)
			folders = append(folders, q.Path)
		}
	}
	return mailboxes, folders
}

// A mailbox with many messages does not keep one with few waiting, though only
// one is served at a time, and its own folders come in turns.
func TestLargeMailboxLetsOthersPass(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	large, small := s.user("a-large"), s.user("b-small")
	fill(large.Folder("inbox"), 1500)
	fill(large.Folder("sentitems"), 100)
	fill(small.Folder("inbox"), 10)
	s.configure(src, indexer.PullOptions{Mailboxes: 1})
	s.round()
	s.agree(large, small)
	boxes, folders := s.pagesOf()
	lastSmall, lastLarge, sent, inboxBefore := 0, 0, 0, 0
	for i, b := range boxes {
		switch {
		case b == small.ID():
			lastSmall = i
		case strings.Contains(folders[i], large.Folder("sentitems").ID()):
			lastLarge = i
			sent = i
		default:
			lastLarge = i
			if sent == 0 && strings.Contains(folders[i], large.Folder("inbox").ID()) {
				inboxBefore++
			}
		}
	}
	if lastSmall >= lastLarge {
		t.Errorf("the small mailbox was done with page %d, the large with page %d", lastSmall, lastLarge)
	}
	if inboxBefore > 4 {
		t.Errorf("%d pages of the inbox came before the sent items had a turn", inboxBefore)
	}
}

// A mailbox that the source wants to be left alone gives its place to others at
// once, and comes back by itself, within the same round.
func TestPausedMailboxGivesItsPlace(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	s.configure(src, indexer.PullOptions{Mailboxes: 1})
	const pause = 400 * time.Millisecond
	var refused atomic.Bool
	var until time.Time
	var order []string // whose pages were asked for after the refusal
	src.set(func(b *between) {
		b.messages = func(mailbox, _ string) error {
			switch {
			case mailbox == anna.ID() && !refused.Swap(true):
				until = time.Now().Add(pause)
				return &source.Error{Class: source.Throttled, Status: 429, Code: "ApplicationThrottled", RetryAfter: pause}
			case mailbox == anna.ID() && time.Now().Before(until):
				t.Error("the mailbox was asked in its pause")
			}
			order = append(order, mailbox)
			return nil
		}
	})
	s.round()
	s.agree(anna, ben)
	if len(order) == 0 || order[0] != ben.ID() {
		t.Error("the other mailbox had to wait for the pause to end")
	}
}

// In a round that takes long, new mail in a folder that is done does not wait
// for the round's end.
func TestNewMailDuringALongRound(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	big := anna.AddFolder(nil, "Big")
	fill(big, 3000)
	anna.Folder("inbox").Add(letter("first", "chestnut"))
	s.configure(src, indexer.PullOptions{Interval: 100 * time.Millisecond, Mailboxes: 1})
	var pages atomic.Int32
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == big.ID() {
				if pages.Add(1) == 5 {
					anna.Folder("inbox").Add(letter("second", "chestnut"))
				}
				time.Sleep(50 * time.Millisecond)
			}
			return nil
		}
	})
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.puller.Run(ctx) }()
	count := func(subject string) (n, all int) {
		for _, r := range s.records() {
			if all++; strings.Contains(string(r.Payload), subject) {
				n++
			}
		}
		return n, all
	}
	s.eventually("the new mail", func() bool {
		n, all := count(`"second"`)
		if n == 0 && all > 2900 {
			t.Fatal("the new mail waited for the end of the round")
		}
		return n == 1
	})
	cancel()
	<-done
}

// One folder that the source refuses each time as too much does not keep the
// others waiting for ever, and is listed in the end.
func TestFolderThatIsAlwaysThrottled(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	inbox.Add(letter("refused", "walnut"))
	anna.Folder("sentitems").Add(letter("sent", "walnut"))
	s.configure(src, indexer.PullOptions{})
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == inbox.ID() {
				return &source.Error{Class: source.Throttled, Status: 429, RetryAfter: time.Millisecond}
			}
			return nil
		}
	})
	s.round()
	s.agree(anna)
}

// A mailbox that the pacer holds back is not begun with, and shows so.
func TestPacedMailboxIsLeftAlone(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	s.configure(src, indexer.PullOptions{Patience: time.Second})
	src.set(func(b *between) {
		b.pace[anna.ID()] = source.Pace{Until: time.Now().Add(time.Hour), Reason: "ErrorMailboxMoveInProgress", Requests: 7, Throttled: 2}
	})
	if r := s.tryRound(); r.Failed != 1 {
		t.Errorf("%+v", r)
	}
	if n := s.asked(anna.ID()); n > 0 {
		t.Errorf("%d requests on a mailbox that is to be left alone", n)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	done := make(chan error, 1)
	go func() { done <- s.puller.Run(ctx) }()
	s.eventually("the pause being shown", func() bool {
		l := s.puller.Live()
		return len(l.Mailboxes) == 1 && l.Mailboxes[0].State == indexer.LivePaused && l.Mailboxes[0].PauseReason == "ErrorMailboxMoveInProgress" &&
			l.Mailboxes[0].Requests == 7 && l.Total.Throttled == 2
	})
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run ended with %v", err)
	}
}

// What the pacer knows shows at once, also of a mailbox that nobody asks just
// now; the total counts the requests too that are about no mailbox.
func TestPacerShows(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	s.configure(src, indexer.PullOptions{})
	s.round()
	until := time.Now().Add(time.Hour)
	src.set(func(b *between) {
		b.pace[anna.ID()] = source.Pace{Until: until, Reason: "429", Requests: 7, Throttled: 2}
		b.pace[""] = source.Pace{Requests: 5, Throttled: 1}
	})
	l := s.puller.Live()
	if len(l.Mailboxes) != 1 {
		t.Fatalf("%+v", l)
	}
	if b := l.Mailboxes[0]; b.State != indexer.LivePaused || !b.PausedUntil.Equal(until) || b.PauseReason != "429" || b.Requests != 7 {
		t.Errorf("the mailbox shows %+v", b)
	}
	if l.Total.Requests != 12 || l.Total.Throttled != 3 {
		t.Errorf("in total %d requests and %d refused, want 12 and 3", l.Total.Requests, l.Total.Throttled)
	}
}

// A mailbox that fails gets another try before a Round is over, and what has had
// its round still counts in what is shown: the bar never runs backwards.
func TestRoundTriesAgainAndShowsAll(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna, ben := s.user("anna"), s.user("ben")
	for i := range 3 {
		anna.Folder("inbox").Add(letter("to anna", fmt.Sprint("walnut ", i)))
		ben.Folder("inbox").Add(letter("to ben", fmt.Sprint("hazel ", i)))
	}
	s.configure(src, indexer.PullOptions{Retries: 2, RetryAfter: time.Millisecond})
	failures := 0
	src.set(func(b *between) {
		b.messages = func(mailbox, _ string) error {
			if mailbox == ben.ID() && failures < 2 {
				failures++
				return &source.Error{Class: source.Transient, Status: 500}
			}
			return nil
		}
	})
	if r := s.tryRound(); r.Failed != 0 || r.Synced != 2 || failures != 2 {
		t.Errorf("%+v after %d failures", r, failures)
	}
	s.agree(anna, ben)
	if l := s.puller.Live(); len(l.Mailboxes) != 2 || l.Total.Done != 6 || l.Total.ToDo != 0 {
		t.Errorf("after the round %d mailboxes are shown, %d messages done and %d to do; want 2, 6 and 0", len(l.Mailboxes), l.Total.Done, l.Total.ToDo)
	}
}

// The service finds new mail by itself, at once when it is told of a change, and
// takes in a new user; what fails for all is tried again.
func TestRunKeepsInStep(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letter("first", "walnut"))
	rounds := make(chan indexer.RoundResult, 1000)
	o := indexer.PullOptions{
		Interval: 50 * time.Millisecond, MinInterval: 50 * time.Millisecond, MaxInterval: 100 * time.Millisecond,
		Rounded: func(r indexer.RoundResult) error { rounds <- r; return nil },
	}
	s.configure(src, o)
	s.clock = time.Now()
	var fail atomic.Int32
	fail.Store(2)
	src.set(func(b *between) {
		b.messages = func(string, string) error {
			if fail.Add(-1) >= 0 {
				return &source.Error{Class: source.Unreachable, Message: "no network"}
			}
			return nil
		}
	})
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.puller.Run(ctx) }()
	s.eventually("the first sync", func() bool { return len(s.records()) == 1 })
	ben := s.user("ben")
	ben.Folder("inbox").Add(letter("second", "walnut"))
	s.eventually("the sync of a new user", func() bool { return len(s.records()) == 2 })
	anna.Folder("inbox").Add(letter("third", "walnut"))
	s.eventually("the sync of new mail", func() bool { return len(s.records()) == 3 })
	s.eventually("a round being told", func() bool { return len(rounds) > 0 && s.puller.Live().Rounds > 0 })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run ended with %v", err)
	}
}

// Wake spares new mail the wait for the next poll.
func TestWakePollsNow(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("inbox").Add(letter("first", "walnut"))
	s.configure(src, indexer.PullOptions{Interval: time.Hour})
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.puller.Run(ctx) }()
	idle := func() bool {
		l := s.puller.Live()
		return len(l.Mailboxes) == 2 && l.Total.State == indexer.LiveIdle && l.Rounds == 1
	}
	s.eventually("the first round", idle)
	if l := s.puller.Live(); time.Until(l.Total.NextPoll) < 10*time.Minute {
		t.Errorf("the next poll is at %s", l.Total.NextPoll)
	}
	anna.Folder("inbox").Add(letter("second", "walnut"))
	ben.Folder("inbox").Add(letter("not told of", "walnut"))
	s.puller.Wake(anna.ID())
	s.eventually("the sync of new mail", func() bool { return len(s.records()) == 2 })
	s.eventually("the end of the round", func() bool { return s.puller.Live().Total.State == indexer.LiveIdle })
	if n := len(s.records()); n != 2 {
		t.Errorf("%d messages: the mailbox that nobody named was polled too", n)
	}
	s.puller.Wake()
	s.eventually("the sync of all", func() bool { return len(s.records()) == 3 })
	cancel()
	<-done
}

// An error from Rounded ends the service.
func TestRoundedEndsRun(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	s.user("anna").Refuse(true)
	enough := errors.New("no mailbox can be read")
	s.configure(src, indexer.PullOptions{Rounded: func(r indexer.RoundResult) error {
		if r == (indexer.RoundResult{Skipped: 1, Denied: 1}) {
			return enough
		}
		return fmt.Errorf("%+v", r)
	}})
	if err := s.puller.Run(s.ctx); !errors.Is(err, enough) {
		t.Errorf("Run ended with %v", err)
	}
}

// Nobody else works on a mailbox in an exclusive section, and the round goes on
// when it is over.
func TestExclusive(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letter("first", "walnut"))
	s.round()
	box := s.mailboxes()[0].ID
	var inside atomic.Bool
	src.set(func(b *between) {
		b.messages = func(string, string) error {
			if inside.Load() {
				t.Error("a round works on the mailbox in an exclusive section")
			}
			return nil
		}
	})
	anna.Folder("inbox").Add(letter("second", "walnut"))
	began, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.puller.Exclusive(s.ctx, box, func(context.Context) error {
			inside.Store(true)
			close(began)
			time.Sleep(300 * time.Millisecond)
			inside.Store(false)
			return nil
		})
	}()
	<-began
	s.round()
	if err := <-done; err != nil {
		t.Error(err)
	}
	s.agree(anna)
	ctx, cancel := context.WithCancel(s.ctx)
	err := s.puller.Exclusive(s.ctx, box, func(context.Context) error {
		cancel()
		return s.puller.Exclusive(ctx, box, func(context.Context) error { return nil })
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for an exclusive section ended with %v", err)
	}
}

// Progress counts what is stored and what is left, from the archive, so that a
// restart does not begin at nothing.
func TestProgressOutlastsARestart(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	fill(anna.Folder("inbox"), 300)
	var pages atomic.Int32
	src.set(func(b *between) {
		b.messages = func(string, string) error {
			if pages.Add(1) == 4 {
				return &source.Error{Class: source.Unreachable, Message: "the cable was pulled"}
			}
			return nil
		}
	})
	if _, err := s.puller.Round(s.ctx); err == nil {
		t.Fatal("the round went well")
	}
	stored := len(s.records())
	if stored == 0 || stored == 300 {
		t.Fatalf("%d messages are stored, want some", stored)
	}
	fill(anna.Folder("inbox"), 50) // while nobody looked
	s.configure(src, indexer.PullOptions{Interval: time.Hour})
	hold := make(chan struct{})
	src.set(func(b *between) {
		b.messages = func(string, string) error { <-hold; return nil }
	})
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.puller.Run(ctx) }()
	s.eventually("progress after the restart", func() bool {
		l := s.puller.Live()
		return l.Total.State == indexer.LiveSyncing && l.Total.Done == stored && l.Total.ToDo == 350-stored
	})
	close(hold)
	s.eventually("the end of the first round", func() bool { return s.puller.Live().Rounds > 0 })
	s.puller.Wake() // what came since the first round began is in the second
	s.eventually("the end", func() bool {
		l := s.puller.Live()
		return l.Total.State == indexer.LiveIdle && l.Total.Done == 350 && l.Total.ToDo == 0 && l.Total.Rate > 0 && l.Total.Left == 0
	})
	cancel()
	<-done
}
