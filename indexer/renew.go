package indexer

import (
	"context"
	"slices"
	"time"

	"mailquarry/internal/mail"
)

// renewAtOnce is how many messages are renewed between two rests.
const renewAtOnce = 50

// Renew extracts again the attachments whose readers have changed since, and
// indexes the messages that carry them anew. It tells how many messages those
// are, and rests as long as it works, so that new mail and searches come first.
func (b *Builder) Renew(ctx context.Context) (int, error) {
	makers, err := b.archive.TextsMadeBy(ctx)
	if err != nil {
		return 0, err
	}
	stale := slices.DeleteFunc(makers, b.texts.versions.Current)
	n := 0
	for after := mail.MessageID(0); ; {
		ids, err := b.archive.MessagesWithTextsBy(ctx, stale, after, renewAtOnce)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		began := time.Now()
		if err := b.Repair(ctx, ids); err != nil {
			return n, err
		}
		n += len(ids)
		after = ids[len(ids)-1]
		select {
		case <-ctx.Done():
			return n, ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
}
