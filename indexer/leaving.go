package indexer

import (
	"context"
	"fmt"
	"time"

	"mailquarry/internal/archive"
)

// Why a mailbox is out of the scope.
const (
	outOfScopeReason = "out of the configured scope"
	leavingReason    = "out of the scope by its groups or its purpose; what is stored is removed after the grace period"
)

// place gives a mailbox the state that the verdict asks for.
//
// That a mailbox is out of the scope may hang on an answer of the source: a group
// that somebody has emptied by mistake, or that the application may not see into
// any more, has no members. So its mail waits until the grace period is over and
// the source says the same then. While a group cannot be read nothing is
// confirmed.
func (p *Puller) place(ctx context.Context, b *archive.Mailbox, v verdict, m members) error {
	switch b.State {
	case archive.MailboxActive, archive.MailboxUnavailable, archive.MailboxDenied:
		if v == outOfScope {
			return p.exclude(ctx, b, m)
		}
	case archive.MailboxExcluded:
		// One whose purpose could not be asked for is taken for in scope, and
		// asked in its own round.
		if v == inScope || v == needsPurpose && p.line.box(b.ID).neverProbed() {
			return p.include(ctx, b)
		}
		if v == outOfScope && p.confirmed(*b, m) {
			return p.leave(ctx, b, time.Time{}, outOfScopeReason)
		}
	default:
	}
	return nil
}

// confirmed tells whether a mailbox that waits has waited long enough.
func (p *Puller) confirmed(b archive.Mailbox, m members) bool {
	if b.RemovedAt.IsZero() {
		return false
	}
	return p.opts.Scope.certain(m, b) || len(m.stale) == 0 && p.opts.Now().Sub(b.RemovedAt) >= p.opts.Leaving(b)
}

// exclude takes a mailbox out of the scope.
func (p *Puller) exclude(ctx context.Context, b *archive.Mailbox, m members) error {
	if p.opts.Leaving(*b) <= 0 || p.opts.Scope.certain(m, *b) {
		return p.leave(ctx, b, time.Time{}, outOfScopeReason)
	}
	return p.leave(ctx, b, p.opts.Now(), leavingReason)
}

func (p *Puller) leave(ctx context.Context, b *archive.Mailbox, waits time.Time, reason string) error {
	p.states.Lock()
	defer p.states.Unlock()
	now, err := p.stateOf(ctx, b.ID)
	if err != nil || now == archive.MailboxRemoved || now == "" {
		return err
	}
	if err := p.archive.ExcludeMailbox(ctx, b.ID, waits, reason); err != nil {
		return local(err)
	}
	p.opts.Logger.Info("a mailbox is out of the scope", "mailbox", b.ID.String(), "waits", !waits.IsZero())
	b.State, b.Reason, b.RemovedAt = archive.MailboxExcluded, reason, waits
	return nil
}

func (p *Puller) include(ctx context.Context, b *archive.Mailbox) error {
	if err := p.setState(ctx, b.ID, archive.MailboxActive, ""); err != nil {
		return err
	}
	p.opts.Logger.Info("a mailbox is in the scope again", "mailbox", b.ID.String())
	b.State, b.Reason, b.RemovedAt = archive.MailboxActive, "", time.Time{}
	return nil
}

const (
	// leavingKey names the problem that many mailboxes leave the scope at once.
	leavingKey = "leaving"
	// modestShare is the part of the mailboxes from which on that is a problem.
	modestShare = 10
)

// listLeaving puts on the list of problems that more than a modest share of the
// mailboxes wait to be purged, with what to do.
func (p *Puller) listLeaving(ctx context.Context) error {
	boxes, err := p.archive.Mailboxes(ctx)
	if err != nil {
		return local(err)
	}
	waiting, all := 0, 0
	var first time.Time
	for _, b := range boxes {
		switch {
		case b.Source != GraphSource, b.State == archive.MailboxRemoved:
		case b.State != archive.MailboxExcluded:
			all++
		case !b.RemovedAt.IsZero():
			all++
			waiting++
			if end := b.RemovedAt.Add(p.opts.Leaving(b)); first.IsZero() || end.Before(first) {
				first = end
			}
		}
	}
	if waiting == 0 || waiting*modestShare < all {
		return p.clearLeaving(ctx)
	}
	return local(p.archive.SetProblems(ctx, []archive.Problem{{
		Kind: problemOfScope, Key: leavingKey, Last: p.opts.Now(), Next: first,
		Reason: fmt.Sprintf("%d of %d mailboxes have left the scope by what the tenant says of groups or purposes. Their mail is hidden, and "+
			"is removed from %s on. If that is a mistake, mend the group (mailquarry check tells whether it can be read) and all comes back; "+
			"to remove it now, exclude them by address.", waiting, all, first.UTC().Format("2006-01-02 15:04 MST")),
	}}))
}

func (p *Puller) clearLeaving(ctx context.Context) error {
	listed, err := p.archive.Problems(ctx, archive.ProblemFilter{Kind: problemOfScope})
	if err != nil {
		return local(err)
	}
	for _, q := range listed {
		if q.Key == leavingKey {
			return local(p.archive.ClearProblems(ctx, []int64{q.ID}))
		}
	}
	return nil
}
