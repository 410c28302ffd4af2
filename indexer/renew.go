package indexer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// renewAtOnce is how many attachments are looked up at once to be renewed.
const renewAtOnce = 50

// Renew extracts again the attachments whose readers have changed since, and, with
// BuildOptions.OCR, those with pictures that nobody has looked at. The messages that
// carry what reads otherwise now stand in the feed anew, and Catchup indexes
// them. Renew tells how many those are, and rests as long as it works, so that new
// mail and searches come first. It must not run twice at once.
func (b *Builder) Renew(ctx context.Context) (int, error) {
	makers, err := b.archive.TextsMadeBy(ctx)
	if err != nil {
		return 0, err
	}
	stale := slices.DeleteFunc(makers, func(made string) bool { return !b.isStale(made) })
	n := 0
	for after := (mail.Digest{}); ; {
		parts, err := b.archive.PartsWithTextsBy(ctx, stale, after, renewAtOnce)
		if err != nil || len(parts) == 0 {
			return n, err
		}
		for _, p := range parts {
			if b.inVain[p.Digest] {
				continue
			}
			began := time.Now()
			changed, err := b.renewText(ctx, p)
			if err != nil {
				return n, fmt.Errorf("renew the text of blob %s: %w", p.Digest, err)
			}
			n += changed
			select {
			case <-ctx.Done():
				return n, ctx.Err()
			case <-time.After(time.Since(began)):
			}
		}
		after = parts[len(parts)-1].Digest
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

// renewText extracts an attachment and stores the text at once: what one has cost
// is not lost to an end of the process.
func (b *Builder) renewText(ctx context.Context, p mail.Part) (changed int, err error) {
	t, err := b.texts.extract(ctx, p, b.opts.OCR)
	if lostBytes(err) != "" {
		return 0, nil // the indexing tells of it
	}
	if err != nil {
		return 0, err
	}
	if b.isStale(t.Made) {
		b.inVain[p.Digest] = true
	}
	return b.archive.PutTexts(ctx, map[mail.Digest]archive.Text{p.Digest: t})
}
