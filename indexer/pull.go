package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	Mailboxes int           // synced side by side; 8
	Parts     int           // requests of one mailbox side by side; 3
	MaxPart   int64         // bytes of an attachment that is still fetched; 150 MiB, Exchange's own limit
	Reprobe   time.Duration // how often a mailbox that could not be read is tried again; 24 h
	Now       func() time.Time
	Logger    *slog.Logger
	Committed func() // called after each commit of messages; wakes the builder
}

func (o PullOptions) withDefaults() PullOptions {
	if o.Mailboxes <= 0 {
		o.Mailboxes = 8
	}
	if o.Parts <= 0 {
		o.Parts = 3
	}
	if o.MaxPart <= 0 {
		o.MaxPart = 150 << 20
	}
	if o.Reprobe <= 0 {
		o.Reprobe = 24 * time.Hour
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
	return o
}

// Puller keeps the archive in step with a source. One Puller at a time runs on
// an archive: two chains of delta requests on one folder evict each other's
// links (Graph keeps about three generations).
type Puller struct {
	src     source.Source
	archive *archive.Archive
	opts    PullOptions
	stats   pullStats
}

type pullStats struct {
	mailboxes, mailboxesDone, messages, attachments, bytes, rounds atomic.Int64
}

// PullStats tell what a Puller has done since it was made; Mailboxes and
// MailboxesDone speak of the present round.
type PullStats struct {
	Rounds, Mailboxes, MailboxesDone, Messages, Attachments, Bytes int64
}

// Stats may be called while a round runs.
func (p *Puller) Stats() PullStats {
	return PullStats{
		Rounds: p.stats.rounds.Load(), Mailboxes: p.stats.mailboxes.Load(), MailboxesDone: p.stats.mailboxesDone.Load(),
		Messages: p.stats.messages.Load(), Attachments: p.stats.attachments.Load(), Bytes: p.stats.bytes.Load(),
	}
}

// NewPuller makes a Puller that writes src's mail into a.
func NewPuller(src source.Source, a *archive.Archive, o PullOptions) *Puller {
	return &Puller{src: src, archive: a, opts: o.withDefaults()}
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
	if err := p.pullMailboxes(ctx); err != nil {
		return RoundResult{}, err
	}
	boxes, err := p.archive.Mailboxes(ctx)
	if err != nil {
		return RoundResult{}, err
	}
	due := p.due(boxes)
	p.stats.mailboxes.Store(int64(len(due)))
	p.stats.mailboxesDone.Store(0)

	var synced, skipped, denied, failed atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(p.opts.Mailboxes)
	for _, box := range due {
		g.Go(func() error {
			outcome, err := p.pullMailbox(gctx, box)
			p.stats.mailboxesDone.Add(1)
			if err != nil {
				return err
			}
			switch outcome {
			case boxSynced:
				synced.Add(1)
			case boxSkipped:
				skipped.Add(1)
			case boxDenied:
				skipped.Add(1)
				denied.Add(1)
			case boxFailed:
				failed.Add(1)
			}
			return nil
		})
	}
	err = g.Wait()
	p.stats.rounds.Add(1)
	return RoundResult{
		Synced: int(synced.Load()), Skipped: int(skipped.Load()), Denied: int(denied.Load()), Failed: int(failed.Load()),
	}, err
}

// Run makes rounds until ctx ends, interval apart. A round that fails for the
// whole tenant is logged and tried again.
func (p *Puller) Run(ctx context.Context, interval time.Duration) error {
	for {
		start := p.opts.Now()
		r, err := p.Round(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.opts.Logger.Error("sync round failed", "error", err, "next_in", interval.String())
		} else {
			p.opts.Logger.Info("sync round done", "synced", r.Synced, "skipped", r.Skipped, "failed", r.Failed,
				"took", p.opts.Now().Sub(start).Round(time.Millisecond).String())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(interval):
		}
	}
}

// due leaves out what another source brought, what is gone, and what could not
// be read a short while ago.
func (p *Puller) due(boxes []archive.Mailbox) []archive.Mailbox {
	var due []archive.Mailbox
	for _, b := range boxes {
		switch {
		case b.Source != GraphSource, b.State == archive.MailboxRemoved, b.State == archive.MailboxPurged:
		case b.State != archive.MailboxActive && p.opts.Now().Sub(b.LastAttempt) < p.opts.Reprobe:
		default:
			due = append(due, b)
		}
	}
	return due
}

func (p *Puller) pullMailboxes(ctx context.Context) error {
	restarted := false
	for {
		cur, err := p.archive.MailboxCursor(ctx, GraphSource)
		if err != nil {
			return err
		}
		page, err := p.src.Mailboxes(ctx, cur)
		if source.ClassOf(err) == source.Expired && !restarted {
			restarted = true
			if err := p.archive.RestartMailboxes(ctx, GraphSource); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("list the tenant's users: %w", err)
		}
		if err := p.archive.CommitMailboxes(ctx, GraphSource, page); err != nil {
			return err
		}
		if page.Next.Complete {
			return nil
		}
	}
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

func local(err error) error {
	if err == nil {
		return nil
	}
	return &archiveError{err}
}
