package indexer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// pullFolder pages through the folder's stream until its round is complete.
// Each page is committed with its cursor, so a kill costs at most one page.
func (b *boxPull) pullFolder(ctx context.Context, f archive.Folder) error {
	restarted := false
	for {
		cur, full, err := b.archive.MessageCursor(ctx, f.ID)
		if err != nil {
			return local(err)
		}
		page, err := b.src.Messages(ctx, b.box.Key, f.Key, cur)
		switch class := source.ClassOf(err); {
		case err == nil:
		case class == source.Expired && !restarted:
			restarted = true
			b.opts.Logger.Info("the folder's delta link has expired, reading all of it again", "folder", f.ID.String())
			if err := b.archive.RestartMessages(ctx, f.ID); err != nil {
				return local(err)
			}
			continue
		case class == source.NotFound:
			return nil // deleted since it was listed; the next round's folder list tells
		default:
			return fmt.Errorf("sync folder %s: %w", f.ID, err)
		}
		commit, err := b.resolve(ctx, f, page, full)
		if err != nil {
			return fmt.Errorf("sync folder %s: %w", f.ID, err)
		}
		if _, err := b.archive.CommitMessages(ctx, commit); err != nil {
			return local(fmt.Errorf("sync folder %s: %w", f.ID, err))
		}
		b.stats.messages.Add(int64(len(commit.Upserts)))
		b.opts.Committed()
		if page.Next.Complete {
			return nil
		}
	}
}

// resolve turns a page, which may hold partial objects, replays and removals
// that are none, into the messages' complete new states.
func (b *boxPull) resolve(ctx context.Context, f archive.Folder, page source.MessagePage, full bool) (archive.MessageCommit, error) {
	commit := archive.MessageCommit{
		Mailbox: b.box.ID, Folder: f.ID, Cursor: page.Next,
		Moved: map[string]mail.FolderID{}, Problems: map[string]string{},
	}
	for _, m := range page.Malformed {
		if m.Key != "" {
			commit.Problems[m.Key] = m.Reason
		}
		b.opts.Logger.Warn("an item of the page cannot be read", "folder", f.ID.String(), "reason", m.Reason)
	}
	keys := make([]string, 0, len(page.Changes))
	for _, c := range page.Changes {
		keys = append(keys, c.Key)
	}
	stored, err := b.archive.Lookup(ctx, b.box.ID, keys)
	if err != nil {
		return commit, local(err)
	}
	r := resolver{boxPull: b, folder: f, stored: stored, upserts: map[string]archive.Upsert{}, commit: &commit}
	gone := r.fold(page.Changes)
	if page.Next.Complete && full {
		unseen, err := b.archive.Unseen(ctx, f.ID)
		if err != nil {
			return commit, local(err)
		}
		for _, key := range unseen {
			if _, ok := r.upserts[key]; !ok {
				gone[key] = true
			}
		}
	}
	if err := r.completePartials(ctx); err != nil {
		return commit, err
	}
	if err := r.confirmGone(ctx, slices.Sorted(maps.Keys(gone))); err != nil {
		return commit, err
	}
	if err := r.fetchParts(ctx); err != nil {
		return commit, err
	}
	for _, key := range slices.Sorted(maps.Keys(r.upserts)) {
		commit.Upserts = append(commit.Upserts, r.upserts[key])
	}
	return commit, nil
}
