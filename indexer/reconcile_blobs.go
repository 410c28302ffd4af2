package indexer

import (
	"context"
	"errors"
	"fmt"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// lostReason is what is said of an attachment whose bytes are no longer held.
const lostReason = "its bytes are no longer in the store"

// inStore looks whether the attachments of a folder are held, and has those
// fetched again that are not. What cannot be had again is a problem, and, where
// no source can ever give it, unexplained.
func (p *pass) inStore(ctx context.Context, b archive.Mailbox, f archive.Folder, c archive.Coverage) (archive.Coverage, error) {
	if b.Source != GraphSource {
		_, lost, err := p.archive.Hollow(ctx, f.ID, false)
		if err != nil {
			return c, err
		}
		addLost(&c, lost)
	}
	lost, err := p.archive.LostParts(ctx, f.ID)
	if err != nil || len(lost) == 0 {
		return c, err
	}
	c.Missing += len(lost)
	if b.Source != GraphSource || p.puller == nil || !synced(f) || p.withoutSource(b) != "" {
		c.Unexplained += len(lost)
		return c, p.archive.SetProblems(ctx, p.lostProblems(b.ID, f.ID, lost))
	}
	err = p.puller.Exclusive(ctx, b.ID, func(ctx context.Context) error { return p.refetch(ctx, b, f, lost) })
	if err != nil {
		return c, fmt.Errorf("fetch lost attachments again: %w", err)
	}
	still, err := p.archive.LostParts(ctx, f.ID)
	if err != nil {
		return c, err
	}
	pending, err := p.archive.Problems(ctx, archive.ProblemFilter{Mailbox: b.ID, Kind: archive.ProblemAttachment})
	if err != nil {
		return c, err
	}
	open := len(still)
	for _, q := range pending {
		for _, l := range lost {
			if q.Key == l.Key && q.Part == l.Part.Key {
				open++
			}
		}
	}
	c.Repaired += max(0, len(lost)-open)
	c.Unexplained += len(still)
	return c, nil
}

// addLost counts messages of which the store has lost what is in them, and which
// no source can give again.
func addLost(c *archive.Coverage, lost int) {
	if lost > 0 {
		c.Unexplained += lost
		c.Error = fmt.Sprintf("the store has lost the content of %d messages that no source can give again: restore the data folder from a backup", lost)
	}
}

func (p *pass) lostProblems(mailbox mail.MailboxID, folder mail.FolderID, lost []archive.LostPart) []archive.Problem {
	now := p.opts.Now()
	out := make([]archive.Problem, len(lost))
	for i, l := range lost {
		part := l.Part.Key
		if part == "" {
			part = fmt.Sprint(l.Index)
		}
		out[i] = archive.Problem{
			Mailbox: mailbox, Folder: folder, Kind: archive.ProblemAttachment, Key: l.Key, Part: part,
			Reason: lostReason, Attempts: 1, First: now, Last: now, Next: now,
		}
	}
	return out
}

// refetch marks attachments as still to be fetched, and fetches them. Those that
// do not come are tried again like any other.
func (p *pass) refetch(ctx context.Context, b archive.Mailbox, f archive.Folder, lost []archive.LostPart) error {
	for _, l := range lost {
		part := l.Part
		part.Digest, part.Pending, part.Problem = mail.Digest{}, true, lostReason
		if err := p.archive.SetPart(ctx, l.Message, l.Index, part); err != nil {
			return local(err)
		}
	}
	if err := p.archive.SetProblems(ctx, p.lostProblems(b.ID, f.ID, lost)); err != nil {
		return local(err)
	}
	problems, err := p.archive.Problems(ctx, archive.ProblemFilter{Mailbox: b.ID, Kind: archive.ProblemAttachment})
	if err != nil {
		return local(err)
	}
	r := p.puller.newRound(p.puller.line.box(b.ID), b)
	if err := r.loadFolders(ctx); err != nil {
		return err
	}
	if err := r.retryParts(ctx, problems); err != nil {
		var own *archiveError
		if errors.As(err, &own) || ctx.Err() != nil {
			return err
		}
		p.opts.Logger.Warn("lost attachments could not be fetched again for now", "folder", f.ID.String(), "error", err)
	}
	return nil
}
