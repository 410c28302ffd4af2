package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// MessageCursor is where the folder's stream of messages goes on. Full tells
// that the page read next with it belongs to a full round, one that began from
// the zero cursor.
func (a *Archive) MessageCursor(ctx context.Context, folder mail.FolderID) (c source.Cursor, full bool, err error) {
	var s stream
	err = a.r.row(ctx, "SELECT link, complete, full, round FROM folder WHERE id = ?", folder).
		Scan(&s.link, &s.complete, &s.full, &s.round)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return c, false, fmt.Errorf("read cursor of folder %s: %w", folder, explain(err))
	}
	return s.cursor(), s.inFull(), nil
}

// RestartMessages drops the folder's cursor: the next round is a full one with
// a new round number, at whose end Unseen names what has to go.
func (a *Archive) RestartMessages(ctx context.Context, folder mail.FolderID) error {
	return a.write(ctx, func(t *txn) error {
		return t.exec("UPDATE folder SET link = '', complete = 0, full = 1, round = round + 1 WHERE id = ?", folder)
	})
}

// Stored is what the sync needs to know of a message it already has.
type Stored struct {
	ID      mail.MessageID
	Folder  mail.FolderID
	Deleted bool // a tombstone: no payload, no parts
	Format  source.Format
	Payload []byte
	Parts   []mail.Part
	Stamp   string
	GoneAt  time.Time // when it was found to be gone at the source; zero while it is there
}

// Lookup finds the messages of a mailbox by key; absent ones are not in the map.
func (a *Archive) Lookup(ctx context.Context, mailbox mail.MailboxID, keys []string) (map[string]Stored, error) {
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = k
	}
	var raw []rawRecord
	err := a.r.snapshot(ctx, func(s snapshot) error {
		err := s.in(func(rows *sql.Rows) error {
			r, err := scanRaw(rows)
			raw = append(raw, r)
			return err
		}, rawSelect+"WHERE m.mailbox = ? AND m.key IN (", []any{mailbox}, values)
		if err != nil {
			return err
		}
		return s.addParts(raw)
	})
	if err != nil {
		return nil, fmt.Errorf("look up messages of mailbox %s: %w", mailbox, explain(err))
	}
	out := make(map[string]Stored, len(raw))
	for i := range raw {
		r, err := raw[i].record(a.codec)
		if err != nil {
			return nil, err
		}
		out[r.Key] = Stored{
			ID: r.ID, Folder: r.Folder, Deleted: r.Deleted, Format: r.Format, Payload: r.Payload,
			Parts: r.Parts, Stamp: raw[i].stamp, GoneAt: r.GoneAt,
		}
	}
	return out, nil
}

// Unseen lists the keys of the folder's messages that the present full round
// has not reported, but for those that are known to be gone at the source.
func (a *Archive) Unseen(ctx context.Context, folder mail.FolderID) ([]string, error) {
	var keys []string
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		keys = append(keys, key)
		return err
	}, `SELECT key FROM message WHERE folder = ?1 AND deleted = 0 AND gone_at = 0
		AND seen <> (SELECT round FROM folder WHERE id = ?1) ORDER BY seq`, folder)
	if err != nil {
		return nil, fmt.Errorf("list unseen messages of folder %s: %w", folder, explain(err))
	}
	return keys, nil
}
