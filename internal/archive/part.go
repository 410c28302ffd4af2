package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"mailquarry/internal/mail"
)

const partColumns = "key, name, content_type, content_id, kind, inline, size, digest, problem, pending"

func anyFailed(parts []mail.Part) bool {
	return slices.ContainsFunc(parts, func(p mail.Part) bool { return p.Problem != "" })
}

// scanPart reads the columns in dest and then those of partColumns.
func scanPart(rows *sql.Rows, dest ...any) (mail.Part, error) {
	var p mail.Part
	var digest sql.RawBytes
	err := rows.Scan(append(dest, &p.Key, &p.Name, &p.ContentType, &p.ContentID, &p.Kind, &p.Inline, &p.Size,
		&digest, &p.Problem, &p.Pending)...)
	if err != nil {
		return p, err
	}
	if digest != nil && copy(p.Digest[:], digest) != len(p.Digest) {
		return p, fmt.Errorf("%w: a part's digest has %d bytes", ErrDamaged, len(digest))
	}
	return p, nil
}

func digestColumn(d mail.Digest) any {
	if d.IsZero() {
		return nil
	}
	return d[:]
}

func (m *committer) sameParts(h held, parts []mail.Part) (bool, error) {
	if h.parts != len(parts) {
		return false, nil
	}
	if h.parts == 0 {
		return true, nil
	}
	rows, err := m.rows("SELECT "+partColumns+" FROM part WHERE message = ? ORDER BY idx", h.id)
	if err != nil {
		return false, err
	}
	stored := make([]mail.Part, 0, h.parts)
	err = drain(rows, func(rows *sql.Rows) error {
		p, err := scanPart(rows)
		stored = append(stored, p)
		return err
	})
	return slices.Equal(stored, parts), err
}

// putParts replaces the had parts of a message by others.
func (t *txn) putParts(id int64, had int, parts []mail.Part) error {
	if had > 0 {
		if err := t.exec("DELETE FROM part WHERE message = ?", id); err != nil {
			return err
		}
	}
	for i, p := range parts {
		err := t.exec("INSERT INTO part (message, idx, "+partColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			id, i, p.Key, p.Name, p.ContentType, p.ContentID, p.Kind, p.Inline, p.Size, digestColumn(p.Digest),
			p.Problem, p.Pending)
		if err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
	}
	return nil
}

// PendingPart is an attachment whose bytes are still to be fetched.
type PendingPart struct {
	Message mail.MessageID
	Mailbox mail.MailboxID
	Key     string // the message's
	Index   int
	Part    mail.Part
}

// PendingParts lists a mailbox's attachments that are still to be fetched, the
// longest unchanged messages first, so that those that fail again and again do
// not keep the others waiting. A limit of 0 means all.
func (a *Archive) PendingParts(ctx context.Context, mailbox mail.MailboxID, limit int) ([]PendingPart, error) {
	if limit <= 0 {
		limit = -1
	}
	var out []PendingPart
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		pp := PendingPart{Mailbox: mailbox}
		p, err := scanPart(rows, &pp.Message, &pp.Key, &pp.Index)
		pp.Part = p
		out = append(out, pp)
		return err
	}, `SELECT m.id, m.key, p.idx, p.key, p.name, p.content_type, p.content_id, p.kind, p.inline, p.size, p.digest,
			p.problem, p.pending
		FROM part p CROSS JOIN message m ON m.id = p.message -- CROSS: the pending are few
		WHERE p.pending = 1 AND m.mailbox = ? ORDER BY m.seq, p.idx LIMIT ?`, mailbox, limit)
	if err != nil {
		return nil, fmt.Errorf("list pending parts of mailbox %s: %w", mailbox, explain(err))
	}
	return out, nil
}

// SetPart replaces one part of a message, which gets a new Seq. ErrNotFound
// when there is no such message or part (any more).
func (a *Archive) SetPart(ctx context.Context, message mail.MessageID, index int, p mail.Part) error {
	err := a.write(ctx, func(t *txn) error {
		n, err := t.count(`UPDATE part SET (`+partColumns+`) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE message = ? AND idx = ?`,
			p.Key, p.Name, p.ContentType, p.ContentID, p.Kind, p.Inline, p.Size, digestColumn(p.Digest), p.Problem,
			p.Pending, message, index)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		if p.Problem == "" {
			err = t.exec(`DELETE FROM problem WHERE kind = ? AND part = ?
				AND (mailbox, key) = (SELECT mailbox, key FROM message WHERE id = ?)`, ProblemAttachment, p.Key, message)
			if err != nil {
				return err
			}
		}
		var failed bool
		err = t.row("SELECT EXISTS (SELECT 1 FROM part WHERE message = ? AND problem <> '')", message).Scan(&failed)
		if err != nil {
			return err
		}
		return t.exec("UPDATE message SET seq = ?, failed = ? WHERE id = ?", t.tick(), failed, message)
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("set part %d of message %s: %w", index, message, err)
	}
	return err
}
