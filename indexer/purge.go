package indexer

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// HoldMatcher tells which messages the holds on searches cover.
type HoldMatcher interface {
	// Held gives those of the messages that one of the holds covers, and those
	// of which that cannot be told yet. Any doubt is an error.
	Held(ctx context.Context, holds []archive.Hold, ids []mail.MessageID) (map[mail.MessageID]bool, error)
}

// PurgerOptions tune a Purger; zero values get working defaults.
type PurgerOptions struct {
	// Exclusive runs a function while nothing else changes the mailbox, as
	// Puller.Exclusive does; nil: nothing else does.
	Exclusive func(ctx context.Context, mailbox mail.MailboxID, fn func(context.Context) error) error
	Step      int           // messages purged in one transaction; 200
	Sweep     time.Duration // how often blobs are swept when something was purged; 1 h
	SweepAge  time.Duration // blobs younger than that are left alone; 1 h
	Expunge   time.Duration // how often purged words are removed from the index's files; 24 h
	Logger    *slog.Logger
	Purged    func() // called after each step; wakes the builder
}

func (o PurgerOptions) withDefaults() PurgerOptions {
	duration := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	if o.Exclusive == nil {
		o.Exclusive = func(ctx context.Context, _ mail.MailboxID, fn func(context.Context) error) error { return fn(ctx) }
	}
	if o.Step <= 0 {
		o.Step = 200
	}
	duration(&o.Sweep, time.Hour)
	duration(&o.SweepAge, time.Hour)
	duration(&o.Expunge, day)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Purged == nil {
		o.Purged = func() {}
	}
	return o
}

// Purger removes for good what the retention does not keep any longer: content,
// texts and attachments that nobody else holds, and entries of the index. A hold
// suspends that for what it covers.
type Purger struct {
	archive   *archive.Archive
	matcher   HoldMatcher
	retention Retention
	builder   *Builder
	opts      PurgerOptions

	pass               sync.Mutex
	unswept            bool // something was purged since the last sweep
	lastSweep, lastExp time.Time
}

// NewPurger makes a Purger.
func NewPurger(a *archive.Archive, m HoldMatcher, r Retention, b *Builder, o PurgerOptions) *Purger {
	return &Purger{archive: a, matcher: m, retention: r, builder: b, opts: o.withDefaults()}
}

// PurgeResult tells what a pass did.
type PurgeResult struct {
	Purged    int // messages
	Held      int // messages whose time is over, kept by a hold
	Mailboxes int // mailboxes of deleted users that are gone for good
	Freed     int64
}

// Run makes a pass whenever wake speaks, and once a day, until ctx ends. It
// spends a twentieth of its time on passes at most: what a hold covers is judged
// anew in each. A pass that fails purges nothing more and is made again.
func (p *Purger) Run(ctx context.Context, wake <-chan struct{}) error {
	const share = 20
	for {
		began := time.Now()
		r, err := p.Pass(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			p.opts.Logger.Error("what is over its time could not be purged", "error", err)
		case r.Purged > 0 || r.Mailboxes > 0:
			p.opts.Logger.Info("purged what is over its time", "messages", r.Purged, "mailboxes", r.Mailboxes, "held", r.Held, "bytes", r.Freed)
		}
		rest := time.NewTimer(share * time.Since(began))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-rest.C:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-time.After(day):
		}
	}
}

const day = 24 * time.Hour

// Pass purges what is over its time now. Where a hold cannot be judged nothing
// more is purged, and that stands on the list of problems.
func (p *Purger) Pass(ctx context.Context) (r PurgeResult, err error) {
	p.pass.Lock()
	defer p.pass.Unlock()
	err = p.purge(ctx, &r)
	p.unswept = p.unswept || r.Purged > 0 || r.Mailboxes > 0
	if nerr := p.note(ctx, err); err == nil {
		err = nerr
	}
	if err != nil {
		return r, err
	}
	return r, p.clean(ctx, &r)
}

func (p *Purger) purge(ctx context.Context, r *PurgeResult) error {
	boxes, err := p.archive.Mailboxes(ctx)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		if b.Source != GraphSource {
			continue
		}
		if err := p.mailbox(ctx, b, r); err != nil {
			return fmt.Errorf("purge mailbox %s: %w", b.ID, err)
		}
	}
	return nil
}

// problemOfPurge is the kind of a problem that keeps everything from being
// purged. It belongs to no mailbox.
const problemOfPurge archive.ProblemKind = "purge"

// note keeps the list of problems in step with how a pass ended.
func (p *Purger) note(ctx context.Context, failure error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failure != nil {
		now := p.retention.now()
		return p.archive.SetProblems(ctx, []archive.Problem{{
			Kind: problemOfPurge, Key: "pass", Reason: failure.Error(), Last: now, Next: now.Add(day),
		}})
	}
	listed, err := p.archive.Problems(ctx, archive.ProblemFilter{Kind: problemOfPurge})
	if err != nil || len(listed) == 0 {
		return err
	}
	ids := make([]int64, len(listed))
	for i := range listed {
		ids[i] = listed[i].ID
	}
	return p.archive.ClearProblems(ctx, ids)
}

func (p *Purger) mailbox(ctx context.Context, b archive.Mailbox, r *PurgeResult) error {
	e := p.retention.expiry(b)
	var after mail.MessageID
	purged, held := 0, 0
	for more := true; more; {
		err := p.opts.Exclusive(ctx, b.ID, func(ctx context.Context) error {
			s, err := p.step(ctx, b, e, after)
			after, more = s.last, s.more
			purged += s.purged
			held += s.held
			return err
		})
		if err != nil {
			return err
		}
	}
	r.Purged += purged
	r.Held += held
	if !over(b, e) {
		return nil
	}
	return p.opts.Exclusive(ctx, b.ID, func(ctx context.Context) error { return p.end(ctx, b, e, purged, held, r) })
}

// purgeStep is how far a step came.
type purgeStep struct {
	last         mail.MessageID
	more         bool
	purged, held int
}

func (p *Purger) step(ctx context.Context, b archive.Mailbox, e archive.Expiry, after mail.MessageID) (purgeStep, error) {
	ids, err := p.archive.Expired(ctx, e, after, p.opts.Step)
	if err != nil || len(ids) == 0 {
		return purgeStep{}, err
	}
	s := purgeStep{last: ids[len(ids)-1], more: true}
	held, err := p.held(ctx, b.ID, ids)
	if err != nil {
		return s, err
	}
	free := slices.DeleteFunc(slices.Clone(ids), func(id mail.MessageID) bool { return held[id] })
	s.held = len(ids) - len(free)
	if len(free) == 0 {
		return s, nil
	}
	s.purged, err = p.archive.Purge(ctx, free)
	p.opts.Purged()
	return s, err
}

// held gives the messages that a hold covers. The holds are read each time: one
// that is made while a pass runs counts from then on.
func (p *Purger) held(ctx context.Context, mailbox mail.MailboxID, ids []mail.MessageID) (map[mail.MessageID]bool, error) {
	holds, err := p.archive.Holds(ctx)
	if err != nil {
		return nil, err
	}
	var searches []archive.Hold
	for _, h := range holds {
		switch h.Mailbox {
		case 0:
			searches = append(searches, h)
		case mailbox:
			all := make(map[mail.MessageID]bool, len(ids))
			for _, id := range ids {
				all[id] = true
			}
			return all, nil
		}
	}
	if len(searches) == 0 {
		return nil, nil
	}
	covered, err := p.matcher.Held(ctx, searches, ids)
	if err != nil {
		return nil, fmt.Errorf("tell what is on hold: %w", err)
	}
	return covered, nil
}

// end deletes what is left of a removed mailbox, unless a hold still keeps some
// of it. Then its streams begin anew should it come back: what was purged would
// otherwise be missing.
func (p *Purger) end(ctx context.Context, b archive.Mailbox, e archive.Expiry, purged, held int, r *PurgeResult) error {
	left, err := p.archive.Expired(ctx, e, 0, 1)
	if err != nil {
		return err
	}
	on, err := p.archive.Holds(ctx)
	if err != nil {
		return err
	}
	whole := slices.ContainsFunc(on, func(h archive.Hold) bool { return h.Mailbox == b.ID })
	if held == 0 && len(left) == 0 && !whole {
		r.Mailboxes++
		return p.archive.SetMailboxState(ctx, b.ID, archive.MailboxPurged, "its retention time is over")
	}
	if purged == 0 {
		return nil
	}
	folders, err := p.archive.Folders(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := p.archive.RestartMessages(ctx, f.ID); err != nil {
			return err
		}
	}
	return nil
}

// maxLag is how many changes the index may be behind for what was purged to be
// removed from its files.
const maxLag = 10_000

// clean removes from the disk what purging has set free.
func (p *Purger) clean(ctx context.Context, r *PurgeResult) error {
	now := time.Now()
	since := now.Sub(p.lastSweep)
	if p.unswept && since >= p.opts.Sweep || since >= day {
		freed, err := p.archive.SweepBlobs(ctx, p.opts.SweepAge)
		r.Freed += freed
		if err != nil {
			return err
		}
		if err := p.archive.Scrub(ctx); err != nil {
			return err
		}
		p.unswept, p.lastSweep = false, now
	}
	if p.builder == nil || now.Sub(p.lastExp) < p.opts.Expunge {
		return nil
	}
	upto, err := p.builder.Checkpoint(ctx)
	if err != nil {
		return err
	}
	if behind, err := p.archive.Backlog(ctx, upto); err != nil || behind > maxLag {
		return err
	}
	if err := p.builder.Catchup(ctx); err != nil {
		return fmt.Errorf("take the purge into the index: %w", err)
	}
	if err := p.builder.Expunge(ctx); err != nil {
		return err
	}
	p.lastExp = now
	return nil
}
