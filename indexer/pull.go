package indexer

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/internal/archive"
	"mailquarry/internal/source"
)

// GraphSource is the name under which the archive keeps a tenant's mailboxes.
const GraphSource = "graph"

// PullOptions tune a Puller; zero values get working defaults.
type PullOptions struct {
	Scope Scope // which mailboxes and folders; zero: all but what is never synced
	// Removal is what becomes of a mailbox's messages that are gone at the
	// source; nil: they are tombstoned at once. It is called from several
	// goroutines.
	Removal   func(archive.Mailbox) archive.Removal
	Mailboxes int   // synced side by side; 8
	MaxPart   int64 // bytes of an attachment that is still fetched; 150 MiB, Exchange's own limit
	// Leaving is how long the mail of a mailbox waits to be purged that an answer
	// of the source, and not the configuration by itself, has put out of the
	// scope; nil: not at all.
	Leaving func(archive.Mailbox) time.Duration
	// Interval is how often the directory is read, and a mailbox at first. A
	// busy mailbox is asked more and more often, down to MinInterval, and a
	// silent one less and less, up to MaxInterval. 5 min, a fourth of it, and
	// six times it.
	Interval, MinInterval, MaxInterval time.Duration
	Reprobe                            time.Duration // how often a mailbox that could not be read is tried again; 24 h
	// Patience is how long a Round waits at a time for a mailbox that the source
	// wants to be left alone; 5 min.
	Patience time.Duration
	// Retries is how many rounds more a Round gives to a mailbox that failed,
	// each RetryAfter (10 s) later or when the source says; none.
	Retries    int
	RetryAfter time.Duration
	Now        func() time.Time // for what is stored
	Logger     *slog.Logger
	Committed  func() // called after each commit of messages; wakes the builder
	// Room waits, before a page is committed, as long as what was committed before has to
	// be found first; nil does not.
	Room func(ctx context.Context) error
	// Rounded is called by Run whenever every mailbox has had its round. An
	// error ends Run.
	Rounded func(RoundResult) error
}

func (o PullOptions) withDefaults() PullOptions {
	duration := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	if o.Mailboxes <= 0 {
		o.Mailboxes = 8
	}
	if o.MaxPart <= 0 {
		o.MaxPart = 150 << 20
	}
	duration(&o.Interval, 5*time.Minute)
	duration(&o.MinInterval, o.Interval/4)
	duration(&o.MaxInterval, 6*o.Interval)
	duration(&o.Reprobe, 24*time.Hour)
	duration(&o.Patience, 5*time.Minute)
	duration(&o.RetryAfter, 10*time.Second)
	if o.Removal == nil {
		o.Removal = func(archive.Mailbox) archive.Removal { return archive.Removal{} }
	}
	if o.Leaving == nil {
		o.Leaving = func(archive.Mailbox) time.Duration { return 0 }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Committed == nil {
		o.Committed = func() {}
	}
	if o.Rounded == nil {
		o.Rounded = func(RoundResult) error { return nil }
	}
	return o
}

// Puller keeps the archive in step with a source. One Puller at a time runs on
// an archive: two chains of delta requests on one folder evict each other's
// links (Graph keeps about three generations).
type Puller struct {
	src       source.Source
	items     source.Items
	lister    source.Lister    // nil when the source cannot list
	directory source.Directory // nil when the source knows no groups
	pacer     source.Pacer     // nil when the source does not tell
	archive   *archive.Archive
	opts      PullOptions
	line      *line
	states    sync.Mutex // guards changes of mailboxes' states
	// directoryTurn lets one at a time read the directory, whose stream has one
	// cursor.
	directoryTurn sync.Mutex
	members       *roster
	counts        countCache
	stats         pullStats
}

type pullStats struct {
	messages, attachments, bytes, rounds atomic.Int64
}

// PullStats tell what a Puller has done since it was made; Mailboxes and
// MailboxesDone speak of the present round.
type PullStats struct {
	Rounds, Mailboxes, MailboxesDone, Messages, Attachments, Bytes int64
}

// Stats may be called while a round runs.
func (p *Puller) Stats() PullStats {
	_, done, all := p.line.result()
	return PullStats{
		Rounds: p.stats.rounds.Load(), Mailboxes: int64(all), MailboxesDone: int64(done),
		Messages: p.stats.messages.Load(), Attachments: p.stats.attachments.Load(), Bytes: p.stats.bytes.Load(),
	}
}

// NewPuller makes a Puller that writes src's mail into a. What src offers
// besides (source.Lister, source.Directory, source.Pacer) is made use of.
func NewPuller(src source.Source, a *archive.Archive, o PullOptions) *Puller {
	p := &Puller{src: src, items: src, archive: a, opts: o.withDefaults(), line: newLine()}
	p.lister, _ = any(src).(source.Lister)
	p.directory, _ = any(src).(source.Directory)
	p.pacer, _ = any(src).(source.Pacer)
	p.members = newRoster(p)
	return p
}

// RoundResult sums up one round over all mailboxes.
type RoundResult struct {
	Synced  int // mailboxes brought up to date
	Skipped int // mailboxes that cannot be read for now (no licence, no access)
	Denied  int // of Skipped, those that the application may not read
	Failed  int // mailboxes of which something failed and is tried again next round
}

// Round brings every mailbox up to date once. A mailbox that fails is recorded
// with its reason and does not stop the others; the error is for what concerns
// the whole tenant: no token, no permission, no network, a full disk.
func (p *Puller) Round(ctx context.Context) (RoundResult, error) {
	p.line.clear()
	boxes, err := p.readDirectory(ctx)
	if err != nil {
		return RoundResult{}, err
	}
	began := time.Now()
	p.line.enlist(p.due(boxes), func(archive.Mailbox) time.Time { return began })
	g, gctx := errgroup.WithContext(ctx)
	for range p.opts.Mailboxes {
		g.Go(func() error { return p.work(gctx, true) })
	}
	err = g.Wait()
	p.stats.rounds.Add(1)
	r, _, _ := p.line.result()
	return r, err
}

// Run keeps the archive in step until ctx ends. Each mailbox is asked by itself,
// as often as its business is worth, and the directory every Interval. What
// fails for the whole tenant is logged and tried again.
func (p *Puller) Run(ctx context.Context) error {
	p.line.clear()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.watchDirectory(gctx) })
	for range p.opts.Mailboxes {
		g.Go(func() error { return p.work(gctx, false) })
	}
	return g.Wait()
}

// watchDirectory puts the mailboxes into the line, again and again. While the
// directory cannot be read, those known are served.
func (p *Puller) watchDirectory(ctx context.Context) error {
	for {
		boxes, err := p.readDirectory(ctx)
		if err != nil && ctx.Err() == nil {
			p.opts.Logger.Error("the tenant's users cannot be read", "error", err, "next_in", p.opts.Interval.String())
			boxes, err = p.applyScope(ctx)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			p.line.enlist(pollable(boxes), p.firstPoll)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(jittered(p.opts.Interval)):
		}
	}
}

// firstPoll is when a mailbox is due that is new in the line: one that could not
// be read not before it is to be tried again.
func (p *Puller) firstPoll(b archive.Mailbox) time.Time {
	now := time.Now()
	if b.State == archive.MailboxActive {
		return now
	}
	return now.Add(max(0, p.opts.Reprobe-p.opts.Now().Sub(b.LastAttempt)))
}

// pollable leaves out what another source brought, what is gone and what is out
// of the scope.
func pollable(boxes []archive.Mailbox) []archive.Mailbox {
	var out []archive.Mailbox
	for _, b := range boxes {
		switch b.State {
		case archive.MailboxActive, archive.MailboxUnavailable, archive.MailboxDenied:
			if b.Source == GraphSource {
				out = append(out, b)
			}
		default:
		}
	}
	return out
}

// due leaves out also what could not be read a short while ago.
func (p *Puller) due(boxes []archive.Mailbox) []archive.Mailbox {
	var due []archive.Mailbox
	for _, b := range pollable(boxes) {
		if b.State == archive.MailboxActive || p.opts.Now().Sub(b.LastAttempt) >= p.opts.Reprobe {
			due = append(due, b)
		}
	}
	return due
}

// tenantWide tells the errors that concern every mailbox: there is no sense in
// asking for the next one.
func tenantWide(err error) bool {
	var local *archiveError
	if errors.As(err, &local) {
		return true
	}
	switch source.ClassOf(err) {
	case source.Unauthenticated, source.Forbidden, source.Unreachable:
		return true
	default:
		return false
	}
}

// archiveError marks a fault of our own disk, which ends the round.
type archiveError struct{ err error }

func (e *archiveError) Error() string { return e.err.Error() }
func (e *archiveError) Unwrap() error { return e.err }

// local marks err, if it is one, as a fault of our own disk.
func local(err error) error {
	if err == nil {
		return nil
	}
	return &archiveError{err}
}
