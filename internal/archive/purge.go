package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailquarry/internal/mail"
)

// Expiry says which messages of a mailbox have no business here any more. Zero
// values choose none of their kind.
type Expiry struct {
	Mailbox    mail.MailboxID
	GoneBefore time.Time // those found to be gone at the source before
	// Excluded are those of folders that are out of the scope, all when the mailbox
	// is and does not wait for that to be confirmed; but not those that are gone at the source, which could never come back.
	Excluded      bool
	RemovedBefore time.Time // all when the mailbox was removed before
}

// Expired lists such messages by id, at most limit of those after the given one.
func (a *Archive) Expired(ctx context.Context, e Expiry, after mail.MessageID, limit int) ([]mail.MessageID, error) {
	var ids []mail.MessageID
	err := a.write(ctx, func(t *txn) (err error) {
		ids, err = t.expired(e, after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list expired messages of mailbox %s: %w", e.Mailbox, err)
	}
	return ids, nil
}

func (t *txn) expired(e Expiry, after mail.MessageID, limit int) ([]mail.MessageID, error) {
	var state MailboxState
	var removed int64
	if err := t.row("SELECT state, removed_at FROM mailbox WHERE id = ?", e.Mailbox).Scan(&state, &removed); err != nil {
		return nil, err
	}
	if state == MailboxRemoved && !e.RemovedBefore.IsZero() && removed < toMicros(e.RemovedBefore) {
		return list[mail.MessageID](t, "SELECT id FROM message WHERE mailbox = ? AND deleted = 0 AND id > ? ORDER BY id LIMIT ?",
			e.Mailbox, after, limit)
	}
	var ids []mail.MessageID
	if !e.GoneBefore.IsZero() {
		gone, err := list[mail.MessageID](t, `SELECT id FROM message WHERE mailbox = ? AND gone_at <> 0 AND gone_at < ?
			AND deleted = 0 AND id > ? ORDER BY id LIMIT ?`, e.Mailbox, toMicros(e.GoneBefore), after, limit)
		if err != nil {
			return nil, err
		}
		ids = gone
	}
	if e.Excluded {
		query := `SELECT id FROM message WHERE folder IN
			(SELECT id FROM folder WHERE mailbox = ? AND excluded = 1) AND gone_at = 0 AND deleted = 0 AND id > ? ORDER BY id LIMIT ?`
		if state == MailboxExcluded && removed == 0 {
			query = "SELECT id FROM message WHERE mailbox = ? AND gone_at = 0 AND deleted = 0 AND id > ? ORDER BY id LIMIT ?"
		}
		out, err := list[mail.MessageID](t, query, e.Mailbox, after, limit)
		if err != nil {
			return nil, err
		}
		ids = append(ids, out...)
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	return ids[:min(len(ids), limit)], nil
}

// purgeStep is how many messages are purged in one transaction.
const purgeStep = 200

// Purge deletes messages that are gone at the source or out of the scope, and
// tells how many; one that has come back meanwhile stays. What is left are
// tombstones. Blobs that no other message names go with the next SweepBlobs.
func (a *Archive) Purge(ctx context.Context, ids []mail.MessageID) (int, error) {
	purged := 0
	for step := range slices.Chunk(ids, purgeStep) {
		n := 0
		err := a.write(ctx, func(t *txn) error {
			n = 0
			for _, id := range step {
				ok, err := t.purge(id)
				if err != nil {
					return fmt.Errorf("message %s: %w", id, err)
				}
				if ok {
					n++
				}
			}
			return nil
		})
		if err != nil {
			return purged, fmt.Errorf("purge: %w", err)
		}
		purged += n
	}
	return purged, nil
}

func (t *txn) purge(id mail.MessageID) (bool, error) {
	var free bool
	err := t.row(`SELECT EXISTS (SELECT 1 FROM message m JOIN folder f ON f.id = m.folder JOIN mailbox b ON b.id = m.mailbox
		WHERE m.id = ? AND m.deleted = 0 AND (m.gone_at <> 0 OR f.excluded = 1 OR b.state IN ('removed', 'purged')
			OR b.state = 'excluded' AND b.removed_at = 0))`,
		id).Scan(&free)
	if err != nil || !free {
		return false, err
	}
	err = t.exec(`DELETE FROM problem WHERE (mailbox, key) = (SELECT mailbox, key FROM message WHERE id = ?)`, id)
	if err != nil {
		return false, err
	}
	return true, t.tombstone(int64(id))
}

// errBusy: readers kept the log from being emptied.
var errBusy = errors.New("the database's log is still being read")

// Scrub empties the database's write-ahead log into the file, so that no old
// page of what was purged is left in it.
func (a *Archive) Scrub(ctx context.Context) error {
	const tries = 20
	for n := 1; ; n++ {
		busy, err := a.checkpoint(ctx)
		if err != nil {
			return fmt.Errorf("scrub the archive: %w", explain(err))
		}
		if !busy {
			return nil
		}
		if n == tries {
			return fmt.Errorf("scrub the archive: %w", errBusy)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}

func (a *Archive) checkpoint(ctx context.Context) (busy bool, err error) {
	select {
	case <-a.w.turn:
		defer func() { a.w.turn <- struct{}{} }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if a.w.closed {
		return false, errClosed
	}
	var log, moved int
	err = a.w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved)
	return busy, err
}
