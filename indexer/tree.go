package indexer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// synced tells whether a folder's messages are read.
func synced(f archive.Folder) bool { return !f.Skip && !f.Excluded && !f.Gone }

// listFolders brings the mailbox's folders up to date.
func (r *boxRound) listFolders(ctx context.Context) error {
	restarted := false
	for {
		cur, err := r.archive.FolderCursor(ctx, r.box.ID)
		if err != nil {
			return local(err)
		}
		page, err := r.src.Folders(ctx, r.box.Key, cur)
		if source.ClassOf(err) == source.Expired && !restarted {
			restarted = true
			if err := r.archive.RestartFolders(ctx, r.box.ID); err != nil {
				return local(err)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("list folders: %w", err)
		}
		if err := r.archive.CommitFolders(ctx, r.box.ID, page, r.lastMoment()); err != nil {
			return local(err)
		}
		for _, f := range page.Folders {
			r.vanishing = r.vanishing || f.Gone
		}
		r.vanishing = r.vanishing || cur.Link == "" // what is not listed is gone
		r.opts.Committed()
		if page.Next.Complete {
			return nil
		}
	}
}

// lastMoment is what becomes of the messages of a folder that vanishes: they may
// have been moved elsewhere before, which their new folders tell later in the
// round. Until then they are kept, with their attachments.
func (r *boxRound) lastMoment() archive.Removal {
	if r.removal.Keep {
		return r.removal
	}
	return archive.Removal{Keep: true, At: r.opts.Now()}
}

// buryVanished deletes, at the end of a round, what was kept until then. Where
// nothing is kept for longer, that is all that is marked as gone.
func (r *boxRound) buryVanished(ctx context.Context) error {
	if r.removal.Keep || !r.vanishing && r.entry.resumed {
		return nil
	}
	const some = 1000
	for {
		ids, err := r.archive.Expired(ctx, archive.Expiry{Mailbox: r.box.ID, GoneBefore: r.opts.Now().Add(time.Second)}, 0, some)
		if err != nil {
			return local(err)
		}
		if n, err := r.archive.Purge(ctx, ids); err != nil || n == 0 {
			return local(err)
		}
		r.changed = true
		r.opts.Committed()
	}
}

// relist lists the folders again in the middle of a round.
func (r *boxRound) relist(ctx context.Context) error {
	r.relisted++
	if err := r.listFolders(ctx); err != nil {
		return err
	}
	return r.loadFolders(ctx)
}

// loadFolders reads the folders from the archive, marks those that the scope
// leaves out, and brings the queue into step: a folder that is gone leaves it,
// and one that is new stands first.
func (r *boxRound) loadFolders(ctx context.Context) error {
	folders, err := r.archive.Folders(ctx, r.box.ID)
	if err != nil {
		return local(err)
	}
	if err := r.leaveOut(ctx, folders); err != nil {
		return err
	}
	waiting := map[mail.FolderID]*folderPull{}
	for _, fp := range r.queue {
		waiting[fp.folder.ID] = fp
	}
	clear(r.folders)
	var fresh []*folderPull
	for _, f := range inReadingOrder(folders) {
		r.folders[f.Key] = f
		if !synced(f) {
			continue
		}
		fp := waiting[f.ID]
		if _, done := r.finished[f.ID]; fp == nil && !done {
			fresh = append(fresh, &folderPull{folder: f, extra: r.revisited[f.ID]})
		}
		if fp != nil {
			fp.folder = f
		}
	}
	kept := slices.DeleteFunc(r.queue, func(fp *folderPull) bool {
		f, ok := r.folders[fp.folder.Key]
		return !ok || !synced(f)
	})
	r.queue = append(fresh, kept...)
	return nil
}

// leaveOut marks the folders that the scope leaves out, in the archive and in
// the list, and those that the source says are not to be synced: one may have
// been synced before somebody put it below the outbox, and may be again.
func (r *boxRound) leaveOut(ctx context.Context, folders []archive.Folder) error {
	out := leftOut(folders, r.opts.Scope.SkipFolders)
	var ids []mail.FolderID
	changed := false
	for i := range folders {
		f := &folders[i]
		if f.Gone {
			continue // what it held is kept, or waits to be purged
		}
		leave := out[f.ID] || f.Skip
		changed = changed || f.Excluded != leave
		f.Excluded = leave
		if f.Excluded {
			ids = append(ids, f.ID)
		}
	}
	if !changed {
		return nil
	}
	var moved *archive.Removal
	if !r.newRule {
		last := r.lastMoment()
		moved, r.vanishing = &last, true
	}
	return local(r.archive.ExcludeFolders(ctx, r.box.ID, ids, moved))
}

// rule is what the scope says of folders, in one line.
func (r *boxRound) rule() string {
	names := slices.Clone(r.opts.Scope.SkipFolders)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// compareRule finds out whether the scope says something new of folders. The
// folders are then listed again from the start: those that their owner had
// put into one that was left out are gone here, and may come back.
func (r *boxRound) compareRule(ctx context.Context) error {
	was, known, err := r.archive.FolderRule(ctx, r.box.ID)
	if err != nil {
		return local(err)
	}
	if r.newRule = !known || was != r.rule(); !known || !r.newRule {
		return nil
	}
	return local(r.archive.RestartFolders(ctx, r.box.ID))
}

// noteRule notes, once the folders are marked, by what.
func (r *boxRound) noteRule(ctx context.Context) error {
	if !r.newRule {
		return nil
	}
	r.newRule = false
	return local(r.archive.SetFolderRule(ctx, r.box.ID, r.rule()))
}

// leftOut gives the folders of these well-known names and all below them.
func leftOut(folders []archive.Folder, names []string) map[mail.FolderID]bool {
	out := map[mail.FolderID]bool{}
	if len(names) == 0 {
		return out
	}
	at := make(map[mail.FolderID]archive.Folder, len(folders))
	for _, f := range folders {
		at[f.ID] = f
	}
	for _, f := range folders {
		for up, steps := f, 0; steps <= len(folders); steps++ {
			if up.WellKnown != "" && slices.Contains(names, up.WellKnown) {
				out[f.ID] = true
				break
			}
			next, ok := at[up.Parent]
			if !ok {
				break
			}
			up = next
		}
	}
	return out
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

// destination is the folder of a key, if its messages are synced.
func (r *boxRound) destination(key string) (mail.FolderID, bool) {
	f, ok := r.folders[key]
	return f.ID, ok && synced(f)
}

// vanished finds out, when the source does not know a folder, whether it is
// gone. The folder list is brought up to date, and then, should the folder
// still stand in it, read anew: its stream may have lost the end of one.
func (r *boxRound) vanished(ctx context.Context, f archive.Folder) (bool, error) {
	gone := func() bool {
		_, there := r.destination(f.Key)
		return !there
	}
	if r.relisted == 0 {
		if err := r.relist(ctx); err != nil {
			return false, err
		}
	}
	if gone() || r.relisted > 1 {
		return gone(), nil
	}
	if err := r.archive.RestartFolders(ctx, r.box.ID); err != nil {
		return false, local(err)
	}
	if err := r.relist(ctx); err != nil {
		return false, err
	}
	return gone(), nil
}
