package indexer

import (
	"context"
	"time"

	"mailquarry/internal/mail"
)

// KeepSuspects bounds the differences that a comparison keeps in memory.
func (c *Reconciler) KeepSuspects(n int) { c.maxSuspects = n }

// Due lists the mailboxes whose turn has come.
func (c *Reconciler) Due(ctx context.Context, now time.Time) ([]mail.MailboxID, error) {
	return c.due(ctx, now)
}

// TakeShare is what a worker does before it prepares a message.
func TakeShare(b *Builder) (release func()) {
	b.giveWay()
	return b.share()
}
