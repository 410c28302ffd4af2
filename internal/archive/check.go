package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"mailquarry/internal/mail"
)

// Check reads everything and tells what is wrong: the database's own
// consistency, payloads that cannot be unpacked or differ from what was put,
// blobs that are named but absent or differ from their digest.
func (a *Archive) Check(ctx context.Context) error {
	return errors.Join(a.checkDatabase(ctx), a.checkMessages(ctx), a.checkBlobs(ctx))
}

func (a *Archive) checkDatabase(ctx context.Context) error {
	var verdict string
	if err := a.r.row(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check the database: %w", explain(err))
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	for _, c := range []struct{ query, what string }{
		{"SELECT count(*) FROM pragma_foreign_key_check", "rows refer to rows that do not exist"},
		{"SELECT count(*) FROM message m JOIN folder f ON f.id = m.folder WHERE f.mailbox <> m.mailbox", "messages lie in another mailbox's folder"},
		{"SELECT count(*) FROM message m JOIN folder f ON f.id = m.folder WHERE m.deleted = 0 AND f.gone = 1 AND m.gone_at = 0", "messages lie in a folder that is gone"},
		{"SELECT count(*) FROM message m WHERE m.parts <> (SELECT count(*) FROM part p WHERE p.message = m.id)", "messages have another number of parts than they say"},
		{"SELECT count(*) FROM message m JOIN content c ON c.message = m.id WHERE m.deleted = 1", "tombstones have content"},
		{"SELECT count(*) FROM reading WHERE message NOT IN (SELECT message FROM content)", "messages without content were read"},
		{"SELECT count(*) FROM message, clock WHERE message.seq > clock.seq OR message.id > clock.message", "messages are ahead of the clock"},
	} {
		var n int
		if err := a.r.row(ctx, c.query).Scan(&n); err != nil {
			return fmt.Errorf("check the database: %w", explain(err))
		}
		if n > 0 {
			return fmt.Errorf("%w: %d %s", ErrDamaged, n, c.what)
		}
	}
	return nil
}

func (a *Archive) checkMessages(ctx context.Context) error {
	for r, err := range a.Since(ctx, 0) {
		if err != nil {
			return err
		}
		if r.Deleted {
			continue
		}
		var sum []byte
		var seq Seq
		err := a.r.row(ctx, "SELECT seq, sum FROM message WHERE id = ?", r.ID).Scan(&seq, &sum)
		if err != nil {
			return fmt.Errorf("check message %s: %w", r.ID, explain(err))
		}
		if seq == r.Seq && !bytes.Equal(sum, payloadSum(r.Format, r.Payload)) {
			return fmt.Errorf("%w: the payload of message %s is not what was put", ErrDamaged, r.ID)
		}
	}
	return nil
}

func (a *Archive) checkBlobs(ctx context.Context) error {
	var ds []mail.Digest
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return err
		}
		var d mail.Digest
		copy(d[:], b)
		ds = append(ds, d)
		return nil
	}, "SELECT DISTINCT digest FROM part WHERE digest IS NOT NULL")
	if err != nil {
		return fmt.Errorf("check blobs: %w", explain(err))
	}
	for _, d := range ds {
		if err := a.checkBlob(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (a *Archive) checkBlob(ctx context.Context, d mail.Digest) error {
	f, err := a.OpenBlob(ctx, d)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, &contextReader{ctx: ctx, r: f}); err != nil {
		return fmt.Errorf("read blob %s: %w", d, err)
	}
	if got := mail.Digest(h.Sum(nil)); got != d {
		return fmt.Errorf("%w: blob %s holds other bytes", ErrDamaged, d)
	}
	return nil
}
