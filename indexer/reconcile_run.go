package indexer

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// lookEvery is how often Run looks for a mailbox that is due.
const lookEvery = 5 * time.Minute

// Run compares every mailbox once in Every, each at a moment of its own, so that
// they are spread evenly over that time, until ctx ends. When a mailbox was
// compared last stands in the saved outcomes: a restart neither begins anew nor
// skips anyone. A mailbox that was never compared has its turn as soon as its
// first sync has ended.
func (c *Reconciler) Run(ctx context.Context) error {
	var lastOrphans time.Time
	for {
		now := c.opts.Now()
		due, err := c.due(ctx, now)
		if err == nil && now.Sub(lastOrphans) >= c.opts.Every {
			lastOrphans = now
			c.relist(ctx)
			err = (&pass{Reconciler: c}).orphans(ctx)
		}
		for _, id := range due {
			if err == nil {
				_, err = c.Pass(ctx, []mail.MailboxID{id})
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			c.opts.Logger.Error("the comparison with the source failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(lookEvery, c.opts.Every)):
		}
	}
}

// due lists the mailboxes whose turn has come since they were compared last.
func (c *Reconciler) due(ctx context.Context, now time.Time) ([]mail.MailboxID, error) {
	boxes, err := c.archive.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.archive.Coverages(ctx, 0)
	if err != nil {
		return nil, err
	}
	last := map[mail.MailboxID]time.Time{}
	for _, r := range rows {
		if r.At.After(last[r.Mailbox]) {
			last[r.Mailbox] = r.At
		}
	}
	var due []mail.MailboxID
	for _, b := range boxes {
		at, compared := last[b.ID]
		if b.Source == GraphSource && !compared && b.State == archive.MailboxActive && b.LastSuccess.IsZero() {
			continue
		}
		if !compared || at.Before(lastTurn(b.ID, now, c.opts.Every)) {
			due = append(due, b.ID)
		}
	}
	return due, nil
}

// lastTurn is the mailbox's latest turn that is not after now. Turns come every
// so often, at a moment that only the mailbox's id decides.
func lastTurn(id mail.MailboxID, now time.Time, every time.Duration) time.Time {
	h := fnv.New64a()
	_, _ = h.Write(binary.BigEndian.AppendUint64([]byte("turn of mailbox "), uint64(id)))
	offset := time.Duration(mix(h.Sum64()) % uint64(every))
	since := time.Duration(now.UnixNano()) - offset
	return time.Unix(0, int64(offset+since/every*every))
}

// mix spreads a hash over all of its bits.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
