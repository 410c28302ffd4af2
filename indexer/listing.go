package indexer

import (
	"context"
	"fmt"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// listing is a pass over a folder whose stream does not bring all: the folder's
// ids are listed, and what is not stored is read item by item, so that one that
// cannot be read spoils no other. It removes nothing: the stream, when it can be
// read again, tells what is gone.
type listing struct {
	begun    bool
	cursor   source.Cursor
	rest     []source.Listed // of the page
	restarts int
}

// listedAtOnce bounds the messages that are read between two commits.
const listedAtOnce = 50

// listStep does a piece of a listing, and tells whether the folder's round is
// done.
func (r *boxRound) listStep(ctx context.Context, fp *folderPull) (done bool, err error) {
	l := fp.listing
	if len(l.rest) == 0 && l.begun && l.cursor.Complete {
		fp.listing = nil
		if !fp.thenStream {
			return true, nil
		}
		return false, r.problems.nothingMissing(ctx, fp.folder.ID)
	}
	if len(l.rest) == 0 {
		return r.listPage(ctx, fp)
	}
	some := l.rest[:min(len(l.rest), listedAtOnce)]
	if err := r.readListed(ctx, fp.folder, some); err != nil {
		return false, err
	}
	l.rest = l.rest[len(some):]
	return false, nil
}

func (r *boxRound) listPage(ctx context.Context, fp *folderPull) (done bool, err error) {
	l := fp.listing
	page, err := r.lister.List(ctx, r.box.Key, fp.folder.Key, l.cursor)
	switch source.ClassOf(err) {
	case source.Expired:
		if l.restarts++; l.restarts <= maxRestarts {
			l.begun, l.cursor = false, source.Cursor{}
			return false, nil
		}
	case source.NotFound:
		gone, verr := r.vanished(ctx, fp.folder)
		if verr != nil || gone {
			return gone, verr
		}
	default:
	}
	if err != nil {
		if !stopsMailbox(err) {
			fp.failures = maxFolderTries
		}
		return false, fmt.Errorf("list messages: %w", err)
	}
	l.begun, l.cursor = true, page.Next
	for _, m := range page.Items {
		if m.Key != "" {
			l.rest = append(l.rest, m)
		}
	}
	return false, nil
}

// readListed reads those of some listed messages that are not stored as they
// are.
func (r *boxRound) readListed(ctx context.Context, f archive.Folder, some []source.Listed) error {
	keys := make([]string, len(some))
	for i, m := range some {
		keys[i] = m.Key
	}
	stored, err := r.archive.Lookup(ctx, r.box.ID, keys)
	if err != nil {
		return local(err)
	}
	var unknown []string
	for _, m := range some {
		s, ok := stored[m.Key]
		if !ok || s.Deleted || !s.GoneAt.IsZero() || s.Folder != f.ID || m.Stamp != "" && s.Stamp != "" && m.Stamp != s.Stamp {
			unknown = append(unknown, m.Key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	commit := archive.MessageCommit{
		Mailbox: r.box.ID, Folder: f.ID, Moved: map[string]mail.FolderID{}, Removal: r.removal, KeepCursor: true,
	}
	s := resolver{boxRound: r, folder: f, stored: stored, upserts: map[string]archive.Upsert{}, commit: &commit}
	if err := s.refetch(ctx, unknown); err != nil {
		return err
	}
	if err := s.fetchParts(ctx); err != nil {
		return err
	}
	for _, key := range unknown {
		if u, ok := s.upserts[key]; ok {
			commit.Upserts = append(commit.Upserts, u)
		}
	}
	r.changed = r.changed || s.news
	return r.store(ctx, commit)
}
