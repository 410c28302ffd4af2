package indexer

import (
	"context"
	"fmt"
	"maps"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// Checkpoint is how far the index has durably come.
func (b *Builder) Checkpoint(ctx context.Context) (archive.Seq, error) {
	upto, err := b.writer.Checkpoint(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the index's checkpoint: %w", err)
	}
	return archive.Seq(upto), nil
}

// Reached is how far the index has come, durably or not: a bulk index moves its
// checkpoint only at its end.
func (b *Builder) Reached(ctx context.Context) (archive.Seq, error) {
	at, err := b.Checkpoint(ctx)
	return max(at, archive.Seq(b.reached.Load())), err
}

// How far the index may be behind the archive before Room waits, and how long that waits at
// most: what comes is found within a second at a thousand messages a second.
const (
	aheadAtMost = 500 // changes
	roomAtMost  = 2 * time.Second
	roomStep    = 10 * time.Millisecond
)

// Room waits until the index has nearly come up with the archive, for a moment, so that
// what is committed next is found soon. What is wrong with the index is for Run to tell.
func (b *Builder) Room(ctx context.Context) error {
	for waited := time.Duration(0); waited < roomAtMost; waited += roomStep {
		head, err := b.archive.Head(ctx)
		if err != nil {
			return err
		}
		if at, err := b.Reached(ctx); err != nil || head <= at+aheadAtMost {
			return nil //nolint:nilerr // Run tells it, and the sync goes on
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(roomStep):
		}
	}
	return nil
}

// Repair makes the index hold just what the archive holds of these messages,
// now: it puts those that are live and deletes the others. The checkpoint stays
// where it is, so that nothing of the feed is passed over.
func (b *Builder) Repair(ctx context.Context, ids []mail.MessageID) error {
	for len(ids) > 0 {
		n := min(len(ids), repairStep)
		if err := b.repair(ctx, ids[:n]); err != nil {
			return fmt.Errorf("repair the index: %w", err)
		}
		ids = ids[n:]
	}
	return nil
}

// repairStep bounds the messages that are in memory at once.
const repairStep = 100

func (b *Builder) repair(ctx context.Context, ids []mail.MessageID) error {
	release, err := b.writing.take(ctx)
	if err != nil {
		return err
	}
	defer release()
	upto, err := b.Checkpoint(ctx)
	if err != nil {
		return err
	}
	records, err := b.archive.Records(ctx, ids)
	if err != nil {
		return err
	}
	items := make([]item, len(records))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(b.opts.Workers)
	live := map[mail.MessageID]bool{}
	for i, rec := range records {
		live[rec.ID] = true
		g.Go(func() error {
			items[i] = b.document(gctx, rec)
			return items[i].err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	batch := engine.Batch{Upto: max(uint64(upto), b.reached.Load())}
	texts := map[mail.Digest]archive.Text{}
	for _, it := range items {
		batch.Put = append(batch.Put, it.doc)
		maps.Copy(texts, it.texts)
	}
	for _, id := range ids {
		if !live[id] {
			batch.Delete = append(batch.Delete, id)
		}
	}
	if err := b.texts.put(ctx, texts); err != nil {
		return err
	}
	return b.writer.Apply(ctx, batch)
}

// Expunge removes from the disk what the index still holds there of messages
// that are no longer in it. It takes as long as writing the affected parts of
// the index anew, and free space for them.
func (b *Builder) Expunge(ctx context.Context) error {
	x, ok := b.writer.(engine.Expunger)
	if !ok {
		return nil
	}
	n, err := x.Expunge(ctx, func(ctx context.Context, ids []mail.MessageID) error {
		return b.Repair(ctx, ids[:1])
	})
	if err != nil {
		return fmt.Errorf("remove purged words from the index: %w", err)
	}
	if n > 0 {
		b.opts.Logger.Info("parts of the index were written anew without what was purged", "parts", n)
	}
	return nil
}
