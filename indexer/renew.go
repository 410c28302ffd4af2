package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// renewAtOnce is how many messages are renewed between two rests.
const renewAtOnce = 50

// Renew extracts again the attachments whose readers have changed since, and, with
// BuildOptions.OCR, those with pictures that nobody has looked at; it indexes the
// messages that carry them anew. It tells how many messages those are, and rests
// as long as it works, so that new mail and searches come first.
func (b *Builder) Renew(ctx context.Context) (int, error) {
	makers, err := b.archive.TextsMadeBy(ctx)
	if err != nil {
		return 0, err
	}
	stale := slices.DeleteFunc(makers, func(made string) bool { return !b.isStale(made) })
	n := 0
	for after := mail.MessageID(0); ; {
		ids, err := b.archive.MessagesWithTextsBy(ctx, stale, after, renewAtOnce)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		began := time.Now()
		if err := b.renewTexts(ctx, ids); err != nil {
			return n, err
		}
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

// isStale tells whether a text is to be made again. What OCR has read waits until
// OCR can do so.
func (b *Builder) isStale(made string) bool {
	if !b.opts.OCR && extract.ByOCR(made) {
		return false
	}
	return !b.texts.versions.Current(made) || b.opts.OCR && extract.AwaitsOCR(made)
}

// renewTexts extracts what is out of date in some messages. This may take long,
// so it is done before the index is written to, one after the other.
func (b *Builder) renewTexts(ctx context.Context, ids []mail.MessageID) error {
	records, err := b.archive.Records(ctx, ids)
	if err != nil {
		return fmt.Errorf("renew texts: %w", err)
	}
	for _, rec := range records {
		for _, p := range rec.Parts {
			if err := b.renewText(ctx, p); err != nil {
				return fmt.Errorf("renew the texts of message %s: %w", rec.ID, err)
			}
		}
	}
	return nil
}

func (b *Builder) renewText(ctx context.Context, p mail.Part) error {
	if p.Digest.IsZero() {
		return nil
	}
	stored, err := b.archive.Texts(ctx, []mail.Digest{p.Digest})
	if err != nil {
		return err
	}
	if t, ok := stored[p.Digest]; !ok || !b.isStale(t.Made) {
		return nil
	}
	t, err := b.texts.extract(ctx, p, b.opts.OCR)
	if errors.Is(err, archive.ErrNotFound) {
		return nil // the indexing tells of it
	}
	if err != nil {
		return err
	}
	return b.archive.PutTexts(ctx, map[mail.Digest]archive.Text{p.Digest: t})
}
