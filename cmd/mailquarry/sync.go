package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/notify"
	"mailquarry/internal/operate"
	"mailquarry/internal/source"
	"mailquarry/search"
)

// connect adds what works with a tenant, src, and what answers for it. Without
// one (nil) the mail that is there is served, and compared with its index.
func (a *app) connect(src source.Source, s settings) {
	a.settings = s
	a.service = a.newService(s)
	desk := operate.Config{Archive: a.archive, CheckQuery: a.checkHold}
	if src != nil {
		a.puller = indexer.NewPuller(src, a.archive, indexer.PullOptions{
			Scope: s.scope, Removal: s.retention.Removal, Leaving: s.retention.Leaving,
			Interval: s.interval, MinInterval: s.least, MaxInterval: s.longest, Retries: onceRetries,
			Logger: a.log, Committed: a.committed, Room: a.room,
			Rounded: func(r indexer.RoundResult) error {
				if a.rounded == nil {
					return nil
				}
				return a.rounded(r)
			},
		})
		desk.Sync = liveSync{a.puller, a.notifier.Load}
		a.purger = indexer.NewPurger(a.archive, a.service, s.retention, a.builder, indexer.PurgerOptions{
			Exclusive: a.puller.Exclusive, Logger: a.log, Purged: a.committed,
		})
	}
	a.reconciler = indexer.NewReconciler(a.puller, a.archive, a.index, a.builder, indexer.ReconcileOptions{Every: s.verify, Logger: a.log})
	desk.Compare = func(ctx context.Context, mailboxes []mail.MailboxID) error {
		_, err := a.reconciler.Pass(ctx, mailboxes)
		return err
	}
	a.desk = operate.New(desk)
}

// onceRetries is how many rounds more --once gives to a mailbox that failed: who
// runs it by the clock waits long for the next.
const onceRetries = 2

// checkHold tries the query of a hold.
func (a *app) checkHold(ctx context.Context, text string) error {
	_, err := a.service.CheckHold(ctx, text)
	var wrong *search.RequestError
	if errors.As(err, &wrong) {
		return &operate.RequestError{Field: "query", Reason: wrong.Reason}
	}
	return err
}

// liveSync tells the desk of the sync in its own words.
type liveSync struct {
	*indexer.Puller
	notifier func() *notify.Notifier
}

// Live is the puller's.
func (s liveSync) Live() operate.Live {
	l := s.Puller.Live()
	out := operate.Live{
		At: l.At.UTC(), Rounds: l.Rounds, Total: progressOf(l.Total),
		Mailboxes: make(map[mail.MailboxID]operate.Progress, len(l.Mailboxes)),
	}
	if n := s.notifier(); n != nil {
		var told operate.Notifications
		told.Mailboxes, told.Subscribed = n.Counts()
		out.Notifications = &told
	}
	for _, m := range l.Mailboxes {
		out.Mailboxes[m.Mailbox] = progressOf(m)
	}
	return out
}

func progressOf(m indexer.LiveMailbox) operate.Progress {
	return operate.Progress{
		State: m.State, Done: m.Done, ToDo: m.ToDo, Rate: m.Rate, Left: m.Left, PausedUntil: m.PausedUntil, PauseReason: m.PauseReason,
		Requests: m.Requests, Throttled: m.Throttled, NextPoll: m.NextPoll,
	}
}

// startSync keeps the store in step with the tenant: it pulls, compares at its
// time and when asked, and removes what is over its time.
func startSync(ctx context.Context, g *errgroup.Group, con *console, a *app, doubt error) {
	end := sync.OnceFunc(showSync(ctx, con, a))
	first := true
	a.rounded = func(r indexer.RoundResult) error {
		end()
		nudge(a.overdue)
		if !first {
			return nil
		}
		first = false
		return settle(doubt, r)
	}
	g.Go(func() error {
		defer end()
		return a.puller.Run(ctx)
	})
	g.Go(func() error { return a.desk.Run(ctx) })
	g.Go(func() error { return a.purger.Run(ctx, a.overdue) })
	if a.settings.verify > 0 {
		g.Go(func() error { return a.reconciler.Run(ctx) })
	}
}

// purge removes what is over its time, once.
func (a *app) purge(ctx context.Context) error {
	if _, err := a.purger.Pass(ctx); err != nil {
		return fmt.Errorf("remove what is over its time: %w", err)
	}
	if err := a.builder.Catchup(ctx); err != nil {
		return fmt.Errorf("index the mail: %w", err)
	}
	return nil
}

// tellSetAside says at the end of a sync how much of the mail could not be taken.
func (a *app) tellSetAside(ctx context.Context, con *console) error {
	counts, err := a.archive.CountProblems(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, c := range counts {
		n += c
	}
	switch n {
	case 0:
	case 1:
		fmt.Fprintln(con.out, "1 item is set aside and tried again later; `mailquarry problems` tells why.")
	default:
		fmt.Fprintf(con.out, "%d items are set aside and tried again later; `mailquarry problems` tells why.\n", n)
	}
	return nil
}

// sweep drops what is left of deleted mail, at start and once a day.
func (a *app) sweep(ctx context.Context) error {
	const every, age = 24 * time.Hour, time.Hour
	for {
		if err := a.forget(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("the rest of deleted mailboxes could not be removed", "error", err)
		}
		freed, err := a.archive.SweepBlobs(ctx, age)
		if err != nil && ctx.Err() == nil {
			a.log.Error("deleted attachments could not be removed from disk", "error", err)
		} else if freed > 0 {
			a.log.Info("deleted attachments removed from disk", "bytes", freed)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}

// renew extracts again, beside all else, what a newer reader reads otherwise. A
// restart goes on where it was. Where text in pictures is recognised, it goes on
// with those that come.
func (a *app) renew(ctx context.Context) error {
	for {
		if err := a.renewOnce(ctx); err != nil || !a.ocr {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(renewEvery):
		}
	}
}

// renewEvery is how often new pictures are looked for.
const renewEvery = 30 * time.Second

func (a *app) renewOnce(ctx context.Context) error {
	began := time.Now()
	n, err := a.builder.Renew(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		a.log.Error("attachments could not be extracted again by the newer readers; the next start tries again", "error", err)
	case n > 0:
		a.log.Info("attachments were extracted again by newer readers, and their messages are indexed anew", "messages", n, "took", time.Since(began).Round(time.Second).String())
	}
	return nil
}

// forget removes the rows of purged mailboxes that the index has taken note of.
func (a *app) forget(ctx context.Context) error {
	indexed, err := a.index.Checkpoint(ctx)
	if err != nil {
		return err
	}
	return a.archive.Forget(ctx, archive.Seq(indexed))
}

// showSync shows a bar for each of the two stages until the function it returns
// is called.
func showSync(ctx context.Context, con *console, a *app) (end func()) {
	endPull := con.progress.begin("sync", func() (int64, int64, string) {
		l, st := a.puller.Live(), a.puller.Stats()
		done := int64(l.Total.Done)
		if done == 0 {
			done = st.Messages // what the store tells is a moment old
		}
		return done, max(done, int64(l.Total.Done+l.Total.ToDo)), "messages" + stageWords(st, l)
	})
	endBuild := con.progress.begin("index", a.indexing(ctx))
	return func() {
		endPull()
		endBuild()
	}
}

// indexing tells how far the builder is. How much is left is asked for now and
// then only: it costs a count.
func (a *app) indexing(ctx context.Context) func() (done, total int64, more string) {
	var asked time.Time
	var total int64
	return func() (int64, int64, string) {
		done := a.builder.Done()
		if time.Since(asked) > time.Second || done > total {
			asked, total = time.Now(), done
			if at, err := a.builder.Reached(ctx); err == nil {
				if left, err := a.archive.Backlog(ctx, at); err == nil {
					total += int64(left)
				}
			}
		}
		return done, total, "messages"
	}
}

// stageWords tells of mailboxes and pauses.
func stageWords(st indexer.PullStats, l indexer.Live) string {
	done := st.MailboxesDone
	if l.Rounds > 0 {
		done = st.Mailboxes // and the next round has begun
	}
	words := fmt.Sprintf(", %d of %d mailboxes, %d attachments", done, st.Mailboxes, st.Attachments)
	paused, until := 0, time.Time{}
	for _, m := range l.Mailboxes {
		if m.PausedUntil.After(l.At) {
			paused++
			if until.IsZero() || m.PausedUntil.Before(until) {
				until = m.PausedUntil
			}
		}
	}
	if paused > 0 {
		words += fmt.Sprintf(", %d paused by the service until %s", paused, until.Local().Format("15:04:05"))
	}
	return words
}
