package indexer

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"mailquarry/internal/archive"
	"mailquarry/internal/source"
)

// refresh brings a mailbox up to date by its streams, so that what has changed
// since its last round is no difference. Anew begins with the whole list of
// folders. What only a folder's stream refuses is left to its comparison.
func (p *pass) refresh(ctx context.Context, b archive.Mailbox, anew bool) error {
	return p.puller.Exclusive(ctx, b.ID, func(ctx context.Context) error {
		if anew {
			if err := p.archive.RestartFolders(ctx, b.ID); err != nil {
				return local(err)
			}
		}
		r := p.puller.newRound(p.puller.line.box(b.ID), b)
		waits := 0
		for range refreshSteps {
			more, err := r.step(ctx, true)
			var e *source.Error
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.As(err, &e) && e.Class == source.Throttled && waits < maxWaits:
				waits++
				if _, err := patiently(ctx, once(err)); err != nil {
					return err
				}
			case err != nil:
				return err
			case !more:
				return nil
			}
		}
		return errUnfinished
	})
}

// once fails the first time, so that patiently waits as long as the source asks.
func once(err error) func() (struct{}, error) {
	asked := false
	return func() (struct{}, error) {
		if asked {
			return struct{}{}, nil
		}
		asked = true
		return struct{}{}, err
	}
}

// tree compares which folders there are. Where they differ the whole list is
// read anew, which brings those that are missing with their messages.
func (p *pass) tree(ctx context.Context, b archive.Mailbox) error {
	for attempt := range 2 {
		there, err := p.foldersAtSource(ctx, b)
		if err != nil {
			return err
		}
		stored, err := p.archive.Folders(ctx, b.ID)
		if err != nil {
			return local(err)
		}
		differ := 0
		for _, f := range stored {
			if !f.Gone && !there[f.Key] {
				differ++
			}
			if !f.Gone {
				delete(there, f.Key)
			}
		}
		if differ += len(there); differ == 0 {
			return nil
		}
		if attempt > 0 {
			return fmt.Errorf("%d folders are not as they are at the source", differ)
		}
		p.count(func(r *ReconcileResult) { r.Tree += differ })
		p.opts.Logger.Warn("a mailbox's folders were not as they are at the source, reading them anew",
			"mailbox", b.ID.String(), "folders", differ)
		if err := p.refresh(ctx, b, true); err != nil && !errors.Is(err, errUnfinished) {
			return err
		}
	}
	return nil
}

// rootFolder holds all others and no mail; it is not listed by the archive.
const rootFolder = "msgfolderroot"

// foldersAtSource lists a mailbox's folders from nothing.
func (p *pass) foldersAtSource(ctx context.Context, b archive.Mailbox) (map[string]bool, error) {
	there := map[string]bool{}
	var cur source.Cursor
	for first := true; first || !cur.Complete; first = false {
		page, err := patiently(ctx, func() (source.FolderPage, error) { return p.puller.src.Folders(ctx, b.Key, cur) })
		if err != nil {
			return nil, fmt.Errorf("list the folders at the source: %w", err)
		}
		for _, f := range page.Folders {
			there[f.Key] = !f.Gone && f.WellKnown != rootFolder
		}
		cur = page.Next
	}
	maps.DeleteFunc(there, func(_ string, is bool) bool { return !is })
	return there, nil
}
