package indexer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

type boxOutcome int

const (
	boxSynced boxOutcome = iota
	boxSkipped
	boxDenied
	boxFailed
)

// boxPull is one mailbox's part of a round. Its folders are pulled one after
// the other, so that a message's moves are seen in order; its attachments and
// confirmations side by side.
type boxPull struct {
	*Puller
	box     archive.Mailbox
	folders map[string]archive.Folder // by the source's key
	slots   chan struct{}             // bounds the requests side by side
	mu      sync.Mutex
}

func (p *Puller) pullMailbox(ctx context.Context, box archive.Mailbox) (boxOutcome, error) {
	b := &boxPull{Puller: p, box: box, slots: make(chan struct{}, p.opts.Parts)}
	err := b.pull(ctx)
	if ctx.Err() != nil {
		return boxFailed, ctx.Err()
	}
	switch source.ClassOf(err) {
	case source.MailboxUnavailable:
		return boxSkipped, b.suspend(ctx, archive.MailboxUnavailable, err)
	case source.Denied:
		return boxDenied, b.suspend(ctx, archive.MailboxDenied, err)
	default:
	}
	failure := ""
	if err != nil {
		failure = err.Error()
		p.opts.Logger.Warn("mailbox not synced", "mailbox", box.ID.String(), "error", err)
	}
	if serr := p.archive.SetMailboxResult(ctx, box.ID, p.opts.Now(), failure); serr != nil {
		return boxFailed, serr
	}
	switch {
	case err == nil:
		return boxSynced, nil
	case tenantWide(err):
		return boxFailed, err
	default:
		return boxFailed, nil
	}
}

// suspend keeps what is stored and searched of a mailbox that cannot be read
// for now; it is probed again later.
func (b *boxPull) suspend(ctx context.Context, s archive.MailboxState, why error) error {
	b.opts.Logger.Info("mailbox cannot be read for now", "mailbox", b.box.ID.String(), "state", string(s), "reason", why)
	if err := b.archive.SetMailboxState(ctx, b.box.ID, s, why.Error()); err != nil {
		return err
	}
	return b.archive.SetMailboxResult(ctx, b.box.ID, b.opts.Now(), why.Error())
}

func (b *boxPull) pull(ctx context.Context) error {
	// Until a first round has succeeded a probe is made each time: the one
	// before may have failed in passing.
	if b.box.LastSuccess.IsZero() || b.box.State != archive.MailboxActive {
		if err := b.probe(ctx); err != nil {
			return err
		}
	}
	if err := b.pullFolders(ctx); err != nil {
		return err
	}
	folders, err := b.archive.Folders(ctx, b.box.ID)
	if err != nil {
		return local(err)
	}
	b.folders = make(map[string]archive.Folder, len(folders))
	for _, f := range folders {
		b.folders[f.Key] = f
	}
	var first error
	failed := 0
	for _, f := range inReadingOrder(folders) {
		if f.Skip {
			continue
		}
		err := b.pullFolder(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if rerr := b.recordFolder(ctx, f, err); rerr != nil {
			return rerr
		}
		if err == nil {
			continue
		}
		if stopsMailbox(err) {
			return err
		}
		failed++
		first = cmp.Or(first, err)
	}
	if err := b.pullPending(ctx); err != nil {
		return err
	}
	if first != nil {
		return fmt.Errorf("%d of %d folders failed, the first: %w", failed, len(folders), first)
	}
	return nil
}

func (b *boxPull) recordFolder(ctx context.Context, f archive.Folder, err error) error {
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	return local(b.archive.SetFolderResult(ctx, f.ID, b.opts.Now(), failure))
}

// stopsMailbox tells the errors after which the mailbox's other folders would
// fail the same way.
func stopsMailbox(err error) bool {
	switch source.ClassOf(err) {
	case source.MailboxUnavailable, source.Denied, source.Throttled:
		return true
	default:
		return tenantWide(err)
	}
}

func (b *boxPull) probe(ctx context.Context) error {
	m, err := b.src.Probe(ctx, b.box.Key)
	if err != nil {
		return err
	}
	if err := b.archive.UpdateMailbox(ctx, b.box.ID, m); err != nil {
		return local(err)
	}
	if b.box.State != archive.MailboxActive {
		return local(b.archive.SetMailboxState(ctx, b.box.ID, archive.MailboxActive, ""))
	}
	return nil
}

func (b *boxPull) pullFolders(ctx context.Context) error {
	restarted := false
	for {
		cur, err := b.archive.FolderCursor(ctx, b.box.ID)
		if err != nil {
			return local(err)
		}
		page, err := b.src.Folders(ctx, b.box.Key, cur)
		if source.ClassOf(err) == source.Expired && !restarted {
			restarted = true
			if err := b.archive.RestartFolders(ctx, b.box.ID); err != nil {
				return local(err)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("list folders: %w", err)
		}
		if err := b.archive.CommitFolders(ctx, b.box.ID, page); err != nil {
			return local(err)
		}
		b.opts.Committed()
		if page.Next.Complete {
			return nil
		}
	}
}

// inReadingOrder puts first what people look for first, so that a search
// during the first sync already finds it.
func inReadingOrder(folders []archive.Folder) []archive.Folder {
	rank := map[string]int{"inbox": -3, "sentitems": -2, "archive": -1, "junkemail": 1, "deleteditems": 2}
	sorted := slices.Clone(folders)
	slices.SortStableFunc(sorted, func(x, y archive.Folder) int {
		return cmp.Compare(rank[x.WellKnown], rank[y.WellKnown])
	})
	return sorted
}

func (b *boxPull) folderID(key string) (mail.FolderID, bool) {
	f, ok := b.folders[key]
	if !ok || f.Skip {
		return 0, false
	}
	return f.ID, true
}
