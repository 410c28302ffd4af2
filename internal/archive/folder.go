package archive

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// rootFolder is the well-known name of the folder that holds all others.
const rootFolder = "msgfolderroot"

// Folder is a stored folder.
type Folder struct {
	ID        mail.FolderID
	Mailbox   mail.MailboxID
	Key       string
	Parent    mail.FolderID // 0 at the top
	Name      string
	Path      []string // names from the top down to this folder
	WellKnown string
	Hidden    bool
	Skip      bool // the source says that its messages are not to be synced
	Excluded  bool // out of the configured scope
	Gone      bool // vanished at the source; it still holds messages that are kept
	Total     int  // messages at the source as it claims
}

// storedFolder is a folder's row.
type storedFolder struct {
	Folder
	parentKey   string
	done        bool
	lastSuccess int64
	lastError   string
}

// Folders lists the live folders of a mailbox, of all mailboxes for id 0, by
// mailbox and path, and those gone ones that still hold kept messages. A cycle or a missing parent puts a folder at the top.
// The root folder (msgfolderroot) is stored but not listed and not in paths.
func (a *Archive) Folders(ctx context.Context, mailbox mail.MailboxID) ([]Folder, error) {
	stored, err := a.liveFolders(ctx, mailbox)
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", explain(err))
	}
	folders := make([]Folder, len(stored))
	for i := range stored {
		folders[i] = stored[i].Folder
	}
	return folders, nil
}

func (a *Archive) liveFolders(ctx context.Context, mailbox mail.MailboxID) ([]storedFolder, error) {
	var folders []storedFolder
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var f storedFolder
		err := rows.Scan(&f.ID, &f.Mailbox, &f.Key, &f.parentKey, &f.Name, &f.WellKnown, &f.Hidden, &f.Skip, &f.Excluded, &f.Gone, &f.Total,
			&f.done, &f.lastSuccess, &f.lastError)
		folders = append(folders, f)
		return err
	}, `SELECT id, mailbox, key, parent_key, name, well_known, hidden, skip, excluded, gone, total, done, last_success, last_error
		FROM folder WHERE (gone = 0 OR EXISTS (SELECT 1 FROM message WHERE folder = folder.id AND deleted = 0))
		AND (?1 = 0 OR mailbox = ?1)`, mailbox)
	if err != nil {
		return nil, err
	}
	return arrange(folders), nil
}

type folderName struct {
	mailbox mail.MailboxID
	key     string
}

// arrange finds parents and paths, drops the root and sorts.
func arrange(folders []storedFolder) []storedFolder {
	at := make(map[folderName]*storedFolder, len(folders))
	for i := range folders {
		at[folderName{folders[i].Mailbox, folders[i].Key}] = &folders[i]
	}
	parent := func(f *storedFolder) *storedFolder {
		p := at[folderName{f.Mailbox, f.parentKey}]
		if f.parentKey == "" || p == nil || p.WellKnown == rootFolder {
			return nil
		}
		return p
	}
	for i := range folders {
		f := &folders[i]
		path := []string{f.Name}
		seen := map[*storedFolder]bool{f: true}
		p := parent(f)
		for up := p; up != nil; up = parent(up) {
			if seen[up] {
				// Nobody in or below a cycle has a way to the top; each is put there.
				p, path = nil, []string{f.Name}
				break
			}
			seen[up] = true
			path = append(path, up.Name)
		}
		slices.Reverse(path)
		f.Path = path
		if p != nil {
			f.Parent = p.ID
		}
	}
	folders = slices.DeleteFunc(folders, func(f storedFolder) bool { return f.WellKnown == rootFolder })
	slices.SortFunc(folders, func(x, y storedFolder) int {
		return cmp.Or(cmp.Compare(x.Mailbox, y.Mailbox), slices.Compare(x.Path, y.Path), cmp.Compare(x.ID, y.ID))
	})
	return folders
}

// FolderCursor is where the mailbox's stream of folders goes on.
func (a *Archive) FolderCursor(ctx context.Context, mailbox mail.MailboxID) (source.Cursor, error) {
	var c source.Cursor
	err := a.r.row(ctx, "SELECT link, complete FROM mailbox WHERE id = ?", mailbox).Scan(&c.Link, &c.Complete)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("read folder cursor of mailbox %s: %w", mailbox, explain(err))
	}
	return c, nil
}

// CommitFolders stores a page of a mailbox's stream of folders and its cursor.
// What becomes of the messages of a gone folder is for r to say; subfolders
// report their own end. When the page completes a round that began from the zero
// cursor, folders not seen in it are gone too. An empty Name or WellKnown and a
// nil Payload keep what is stored.
func (a *Archive) CommitFolders(ctx context.Context, mailbox mail.MailboxID, page source.FolderPage, r Removal) error {
	err := a.write(ctx, func(t *txn) error {
		var s stream
		var state MailboxState
		err := t.row("SELECT state, link, complete, full, round FROM mailbox WHERE id = ?", mailbox).
			Scan(&state, &s.link, &s.complete, &s.full, &s.round)
		if errors.Is(err, sql.ErrNoRows) || err == nil && state == MailboxPurged {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		after, ended := s.advance(page.Next)
		for _, f := range page.Folders {
			if err := t.putFolder(mailbox, f, after.round, r); err != nil {
				return fmt.Errorf("folder: %w", err)
			}
		}
		if ended {
			if err := t.dropUnseenFolders(mailbox, after.round, r); err != nil {
				return err
			}
		}
		if err := t.skipBelow(mailbox, len(page.Folders)); err != nil {
			return err
		}
		return t.exec("UPDATE mailbox SET link = ?, complete = ?, full = ?, round = ? WHERE id = ?",
			after.link, after.complete, after.full, after.round, mailbox)
	})
	if err != nil {
		return fmt.Errorf("commit folders of mailbox %s: %w", mailbox, err)
	}
	return nil
}

// skipBelow leaves out what is below a folder that is left out. The source need
// not know: a folder may be listed before the one that it is in, and in another
// life of the program.
func (t *txn) skipBelow(mailbox mail.MailboxID, changed int) error {
	for n := int64(changed); n > 0; {
		var err error
		n, err = t.count(`UPDATE folder SET skip = 1 WHERE mailbox = ?1 AND skip = 0 AND gone = 0
			AND parent_key IN (SELECT key FROM folder WHERE mailbox = ?1 AND skip = 1 AND gone = 0)`, mailbox)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) putFolder(mailbox mail.MailboxID, f source.Folder, round int64, r Removal) error {
	var id mail.FolderID
	var gone bool
	err := t.row("SELECT id, gone FROM folder WHERE mailbox = ? AND key = ?", mailbox, f.Key).Scan(&id, &gone)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch {
	case f.Gone && (!known || gone):
		return nil
	case f.Gone:
		return t.dropFolder(id, r)
	case !known:
		return t.exec(`INSERT INTO folder (mailbox, key, parent_key, name, well_known, hidden, skip, total, payload, seen)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			mailbox, f.Key, f.ParentKey, f.Name, f.WellKnown, f.Hidden, f.Skip, f.Total, f.Payload, round)
	}
	return t.exec(`UPDATE folder SET parent_key = ?, name = ifnull(nullif(?, ''), name),
		well_known = ifnull(nullif(?, ''), well_known), hidden = ?, skip = ?, total = ?,
		payload = ifnull(?, payload), gone = 0, seen = ? WHERE id = ?`,
		f.ParentKey, f.Name, f.WellKnown, f.Hidden, f.Skip, f.Total, f.Payload, round, id)
}

func (t *txn) dropUnseenFolders(mailbox mail.MailboxID, round int64, r Removal) error {
	ids, err := list[mail.FolderID](t, "SELECT id FROM folder WHERE mailbox = ? AND gone = 0 AND seen < ?", mailbox, round)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.dropFolder(id, r); err != nil {
			return err
		}
	}
	return nil
}

// fromTheStart puts a folder's stream at its start.
const fromTheStart = "link = '', complete = 0, full = 1, round = round + 1"

// dropFolder marks a folder as gone, and its messages with it or as r says, and
// puts its stream at the start, should it come back.
func (t *txn) dropFolder(id mail.FolderID, r Removal) error {
	if err := t.exec("DELETE FROM coverage WHERE folder = ?", id); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM problem WHERE folder = ?", id); err != nil {
		return err
	}
	drop := t.tombstoneFolder
	if r.Keep {
		drop = func(id mail.FolderID) error { return t.markFolder(id, r) }
	}
	if err := drop(id); err != nil {
		return err
	}
	return t.exec("UPDATE folder SET gone = 1, done = 0, last_success = 0, last_error = '', "+fromTheStart+" WHERE id = ?", id)
}

// markFolder marks the messages of a folder as gone at the source, keeping
// their order.
func (t *txn) markFolder(id mail.FolderID, r Removal) error {
	n, err := t.count(`UPDATE message SET seq = ?1 + r.n, gone_at = ?3
		FROM (SELECT id, row_number() OVER (ORDER BY seq) AS n FROM message WHERE folder = ?2 AND deleted = 0 AND gone_at = 0) AS r
		WHERE message.id = r.id`, t.head, id, r.at())
	if err != nil || n == 0 {
		return err
	}
	t.head += Seq(n)
	t.moved = true
	return nil
}

// tombstoneFolder tombstones all live messages of a folder at once, keeping
// their order.
func (t *txn) tombstoneFolder(id mail.FolderID) error {
	const live = "(SELECT id FROM message WHERE folder = ? AND deleted = 0)"
	if err := t.exec("DELETE FROM content WHERE message IN "+live, id); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM part WHERE message IN "+live, id); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM reading WHERE message IN "+live, id); err != nil {
		return err
	}
	n, err := t.count(`UPDATE message SET seq = ?1 + r.n, deleted = 1, parts = 0, failed = 0, stamp = '', sum = NULL, gone_at = 0
		FROM (SELECT id, row_number() OVER (ORDER BY seq) AS n FROM message WHERE folder = ?2 AND deleted = 0) AS r
		WHERE message.id = r.id`, t.head, id)
	if err != nil || n == 0 {
		return err
	}
	t.head += Seq(n)
	t.moved = true
	return nil
}

// RestartFolders drops the cursor of the mailbox's stream of folders.
func (a *Archive) RestartFolders(ctx context.Context, mailbox mail.MailboxID) error {
	return a.write(ctx, func(t *txn) error {
		return t.exec("UPDATE mailbox SET link = '', complete = 0, full = 1, round = round + 1 WHERE id = ?", mailbox)
	})
}

// SetFolderResult records the end of the folder's round.
func (a *Archive) SetFolderResult(ctx context.Context, folder mail.FolderID, at time.Time, failure string) error {
	return a.setResult(ctx, "folder", int64(folder), at, failure)
}

// ExcludeFolders sets which of the mailbox's folders are out of the configured
// scope; all others are in it. The stream of a folder that changes sides is put
// at its start. What an excluded folder holds waits to be purged (see Expired).
//
// With moved, a folder that holds messages has not been left out by the
// configuration but by its owner, who has put it into one that is, as into the
// deleted items. It is then gone as one that vanishes is, and its messages
// follow moved.
func (a *Archive) ExcludeFolders(ctx context.Context, mailbox mail.MailboxID, ids []mail.FolderID, moved *Removal) error {
	err := a.write(ctx, func(t *txn) error {
		were, err := list[mail.FolderID](t, "SELECT id FROM folder WHERE mailbox = ? AND excluded = 1", mailbox)
		if err != nil {
			return err
		}
		change := func(ids, besides []mail.FolderID, excluded bool) error {
			for _, id := range ids {
				if slices.Contains(besides, id) {
					continue
				}
				if excluded && moved != nil {
					var holds bool
					err := t.row("SELECT EXISTS (SELECT 1 FROM message WHERE folder = ? AND deleted = 0)", id).Scan(&holds)
					if err == nil && holds {
						err = t.dropFolder(id, *moved)
					}
					if err != nil {
						return err
					}
					if holds {
						continue
					}
				}
				err := t.exec("UPDATE folder SET excluded = ?, done = 0, "+fromTheStart+" WHERE id = ? AND mailbox = ?",
					excluded, id, mailbox)
				if err != nil {
					return err
				}
			}
			return nil
		}
		if err := change(were, ids, false); err != nil {
			return err
		}
		return change(ids, were, true)
	})
	if err != nil {
		return fmt.Errorf("exclude folders of mailbox %s: %w", mailbox, err)
	}
	return nil
}

// FolderRule is the rule by which folders of the mailbox were last left out, and
// whether there was one.
func (a *Archive) FolderRule(ctx context.Context, mailbox mail.MailboxID) (rule string, known bool, err error) {
	err = a.r.row(ctx, "SELECT value FROM meta WHERE key = ?", folderRuleKey(mailbox)).Scan(&rule)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read the folder rule of mailbox %s: %w", mailbox, explain(err))
	}
	return rule, true, nil
}

// SetFolderRule notes the rule that was applied.
func (a *Archive) SetFolderRule(ctx context.Context, mailbox mail.MailboxID, rule string) error {
	err := a.write(ctx, func(t *txn) error {
		return t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", folderRuleKey(mailbox), rule)
	})
	if err != nil {
		return fmt.Errorf("note the folder rule of mailbox %s: %w", mailbox, err)
	}
	return nil
}

func folderRuleKey(mailbox mail.MailboxID) string { return "folder rule " + mailbox.String() }

// SetFolderTotals stores how many items folders hold at the source.
func (a *Archive) SetFolderTotals(ctx context.Context, totals map[mail.FolderID]int) error {
	err := a.write(ctx, func(t *txn) error {
		for id, n := range totals {
			if err := t.exec("UPDATE folder SET total = ? WHERE id = ? AND total <> ?", n, id, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set the totals of folders: %w", err)
	}
	return nil
}
