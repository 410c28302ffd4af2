package archive

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mailquarry/internal/mail"
)

// Hold keeps mail from being purged: that of a mailbox, or what a search finds.
type Hold struct {
	ID      int64
	Mailbox mail.MailboxID // 0: by Query
	Query   string
	Reason  string
	By      string // who asked for it
	Since   time.Time
}

// AddHold stores a hold and gives it its ID.
func (a *Archive) AddHold(ctx context.Context, h Hold) (Hold, error) {
	err := a.write(ctx, func(t *txn) error {
		return t.row("INSERT INTO hold (mailbox, query, reason, by, since) VALUES (?, ?, ?, ?, ?) RETURNING id",
			h.Mailbox, h.Query, h.Reason, h.By, toMicros(h.Since)).Scan(&h.ID)
	})
	if err != nil {
		return h, fmt.Errorf("add a hold: %w", err)
	}
	return h, nil
}

// Holds lists the holds in force, the oldest first.
func (a *Archive) Holds(ctx context.Context) ([]Hold, error) {
	var out []Hold
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var h Hold
		var since int64
		err := rows.Scan(&h.ID, &h.Mailbox, &h.Query, &h.Reason, &h.By, &since)
		h.Since = fromMicros(since)
		out = append(out, h)
		return err
	}, "SELECT id, mailbox, query, reason, by, since FROM hold ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", explain(err))
	}
	return out, nil
}

// EndHold ends a hold. ErrNotFound when there is none of that ID.
func (a *Archive) EndHold(ctx context.Context, id int64) error {
	err := a.write(ctx, func(t *txn) error {
		n, err := t.count("DELETE FROM hold WHERE id = ?", id)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end hold %d: %w", id, err)
	}
	return nil
}
