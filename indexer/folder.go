package indexer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// folderPull is one folder's part of a round.
type folderPull struct {
	folder   archive.Folder
	restarts int  // of its stream in this round
	failures int  // of a page
	refusals int  // one after the other, with no page in between
	extra    bool // read before in this round, which need not wait for it
	listing  *listing
	// thenStream tells that the stream is to be read when the listing is done;
	// otherwise the stream has failed, and is read again in the next round.
	thenStream bool
	streamErr  error
}

// What one folder may cost a round before it is left to the next.
const (
	maxFolderTries = 2
	maxRestarts    = 3
	maxRefusals    = 5
)

// cause is why the folder's stream could not be read although its messages
// were.
func (fp *folderPull) cause() error { return fp.streamErr }

// refused tells what a refusal for being asked too much means: when one page is
// refused again and again while the mailbox's others are not, it is the page's.
func (fp *folderPull) refused(err error) error {
	var e *source.Error
	if !errors.As(err, &e) || e.Class != source.Throttled {
		return err
	}
	if fp.refusals++; fp.refusals <= maxRefusals {
		return err
	}
	page := *e
	page.Class, page.RetryAfter = source.Transient, 0
	return fmt.Errorf("refused %d times: %w", fp.refusals, &page)
}

// pullFolder reads some pages of a folder, and tells how many and whether that
// was all of its round.
func (r *boxRound) pullFolder(ctx context.Context, fp *folderPull, pages int) (n int, done bool, err error) {
	for n < pages && !done {
		n++
		if fp.listing != nil {
			done, err = r.listStep(ctx, fp)
		} else {
			done, err = r.pullPage(ctx, fp)
		}
		if errors.Is(err, archive.ErrNotFound) {
			return n, true, nil // the folder is gone from the archive
		}
		if err != nil {
			return n, false, fmt.Errorf("sync folder %s: %w", fp.folder.ID, err)
		}
	}
	return n, done, nil
}

// pullPage reads one page of the folder's stream. It is committed with its
// cursor, so a kill costs at most one page.
func (r *boxRound) pullPage(ctx context.Context, fp *folderPull) (done bool, err error) {
	cur, full, err := r.archive.MessageCursor(ctx, fp.folder.ID)
	if err != nil {
		return false, local(err)
	}
	if cur.Complete && cur.Link == "" {
		// The source notes nothing of this folder: each round is a full one, and
		// has to have a number of its own before its first page.
		if err := r.archive.RestartMessages(ctx, fp.folder.ID); err != nil {
			return false, local(err)
		}
		cur, full = source.Cursor{}, true
	}
	page, err := r.src.Messages(ctx, r.box.Key, fp.folder.Key, cur)
	if err != nil {
		return r.pageFailed(ctx, fp, cur, err)
	}
	if page.Next.Complete && full {
		if more, err := r.sweepSome(ctx, fp.folder, page); more || err != nil {
			return false, err
		}
	}
	commit, err := r.resolve(ctx, fp.folder, page, full)
	if err != nil {
		return false, err
	}
	if err := r.store(ctx, commit); err != nil {
		return false, err
	}
	fp.refusals = 0
	if err := r.problems.streamIsWell(ctx, fp.folder.ID); err != nil {
		return false, err
	}
	return r.lookForNameless(ctx, fp, page.Next.Complete, full)
}

// lookForNameless decides, after a page, what is to be done about items without
// an id. One in a page of changes may have been a removal: the folder is read
// again from the start, which sweeps. A full round that met none proves that
// nothing is missing; one that did leaves it to a listing.
func (r *boxRound) lookForNameless(ctx context.Context, fp *folderPull, complete, full bool) (done bool, err error) {
	due, met := r.nameless[fp.folder.ID]
	switch {
	case met && due && !full && fp.restarts < maxRestarts:
		fp.restarts++
		delete(r.nameless, fp.folder.ID)
		return false, local(r.archive.RestartMessages(ctx, fp.folder.ID))
	case !met && complete && full:
		return true, r.problems.nothingMissing(ctx, fp.folder.ID)
	default:
		return complete, nil
	}
}

func (r *boxRound) store(ctx context.Context, commit archive.MessageCommit) error {
	if r.opts.Room != nil && len(commit.Upserts) > 0 {
		if err := r.opts.Room(ctx); err != nil {
			return err
		}
	}
	if _, err := r.archive.CommitMessages(ctx, commit); err != nil {
		return local(err)
	}
	r.problems.forget()
	r.stats.messages.Add(int64(len(commit.Upserts)))
	r.line.count(r.entry, len(commit.Upserts))
	r.opts.Committed()
	return nil
}

// pageFailed decides what to do about a page that did not come.
func (r *boxRound) pageFailed(ctx context.Context, fp *folderPull, cur source.Cursor, err error) (done bool, _ error) {
	err = fp.refused(err)
	class := source.ClassOf(err)
	switch {
	case ctx.Err() != nil:
		return false, err
	case (class == source.Expired || overQuota(err) && cur.Link != "") && fp.restarts < maxRestarts:
		fp.restarts++
		r.opts.Logger.Info("the folder's delta link is of no use any more, reading all of it again", "folder", fp.folder.ID.String())
		return false, local(r.archive.RestartMessages(ctx, fp.folder.ID))
	case class == source.NotFound:
		gone, verr := r.vanished(ctx, fp.folder)
		if verr != nil || gone {
			return gone, verr
		}
	case stopsMailbox(err):
		return false, err
	}
	fp.failures++
	if fp.failures < maxFolderTries || r.lister == nil {
		return false, err
	}
	due, perr := r.problems.streamFailed(ctx, fp.folder.ID, err)
	if perr != nil || !due {
		return false, errors.Join(err, perr)
	}
	// The source cannot make this page, however small. The folder's messages are
	// read one by one instead, all but those that spoil it.
	r.opts.Logger.Warn("a page of the folder's stream never comes, listing its messages", "folder", fp.folder.ID.String(), "error", err)
	fp.listing, fp.streamErr = &listing{}, err
	return false, nil
}

// overQuota tells whether a mailbox is so full that the source cannot note what
// was read of it. From nothing, the source falls back to listing.
func overQuota(err error) bool {
	var e *source.Error
	return errors.As(err, &e) && strings.EqualFold(e.Code, "ErrorQuotaExceeded")
}

// resolve turns a page, which may hold partial objects, replays and removals
// that are none, into the messages' complete new states.
func (r *boxRound) resolve(ctx context.Context, f archive.Folder, page source.MessagePage, full bool) (archive.MessageCommit, error) {
	commit := archive.MessageCommit{
		Mailbox: r.box.ID, Folder: f.ID, Cursor: page.Next, Moved: map[string]mail.FolderID{}, Removal: r.removal,
	}
	keys := make([]string, 0, len(page.Changes))
	for _, c := range page.Changes {
		keys = append(keys, c.Key)
	}
	stored, err := r.archive.Lookup(ctx, r.box.ID, keys)
	if err != nil {
		return commit, local(err)
	}
	s := resolver{boxRound: r, folder: f, stored: stored, upserts: map[string]archive.Upsert{}, retold: map[string]bool{}, commit: &commit}
	if err := s.malformed(ctx, page.Malformed); err != nil {
		return commit, err
	}
	gone := s.fold(page.Changes)
	if err := s.completePartials(ctx); err != nil {
		return commit, err
	}
	if err := s.confirmGone(ctx, slices.Sorted(maps.Keys(gone))); err != nil {
		return commit, err
	}
	if page.Next.Complete && full {
		if err := s.sweep(ctx, gone); err != nil {
			return commit, err
		}
	}
	if err := s.fetchParts(ctx); err != nil {
		return commit, err
	}
	for _, key := range slices.Sorted(maps.Keys(s.upserts)) {
		commit.Upserts = append(commit.Upserts, s.upserts[key])
	}
	r.changed = r.changed || s.news
	return commit, nil
}
