package archive

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"mailquarry/internal/mail"
)

// Text is a stored extraction result of a blob.
type Text struct {
	Made   string // extract.Result.Made: which readers made it
	State  string
	Reason string
	Type   string
	Text   string
	// Places tells where in the document stretches of Text stand, in the form
	// that the indexer gave it; nil for nowhere in particular.
	Places []byte
}

// Texts reads the stored extraction results of blobs; absent ones are not in the map.
func (a *Archive) Texts(ctx context.Context, ds []mail.Digest) (map[mail.Digest]Text, error) {
	values := make([]any, len(ds))
	for i := range ds {
		values[i] = ds[i][:]
	}
	out := make(map[mail.Digest]Text, len(ds))
	err := a.r.snapshot(ctx, func(s snapshot) error {
		return s.in(func(rows *sql.Rows) error {
			var d mail.Digest
			var t Text
			var how int
			var digest, packed, places sql.RawBytes
			if err := rows.Scan(&digest, &t.Made, &t.State, &t.Reason, &t.Type, &how, &packed, &places); err != nil {
				return err
			}
			copy(d[:], digest)
			text, err := a.codec.unpack(how, packed, int64(len(packed))*3)
			if err != nil {
				return fmt.Errorf("text of blob %s: %w", d, err)
			}
			t.Text, t.Places = string(text), bytes.Clone(places)
			out[d] = t
			return nil
		}, "SELECT digest, made_by, state, reason, type, codec, text, places FROM text WHERE digest IN (", nil, values)
	})
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", explain(err))
	}
	return out, nil
}

// PutTexts stores extraction results in one transaction.
func (a *Archive) PutTexts(ctx context.Context, texts map[mail.Digest]Text) error {
	type row struct {
		d    mail.Digest
		t    Text
		how  int
		data []byte
	}
	list := make([]row, 0, len(texts))
	for d, t := range texts {
		how, data, err := a.codec.pack([]byte(t.Text))
		if err != nil {
			return fmt.Errorf("put text of blob %s: %w", d, err)
		}
		list = append(list, row{d, t, how, data})
	}
	now := time.Now().UnixMicro()
	err := a.write(ctx, func(t *txn) error {
		for _, r := range list {
			err := t.exec(`INSERT INTO text (digest, made_by, state, reason, type, made, codec, text, places)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET made_by = excluded.made_by,
				state = excluded.state, reason = excluded.reason, type = excluded.type, made = excluded.made,
				codec = excluded.codec, text = excluded.text, places = excluded.places`,
				r.d[:], r.t.Made, r.t.State, r.t.Reason, r.t.Type, now, r.how, r.data, places(r.t.Places))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("put texts: %w", err)
	}
	return nil
}

// TextsMadeBy tells by which readers the stored texts were made: each Text.Made
// that occurs.
func (a *Archive) TextsMadeBy(ctx context.Context) ([]string, error) {
	var out []string
	err := a.write(ctx, func(t *txn) (err error) {
		out, err = list[string](t, "SELECT DISTINCT made_by FROM text ORDER BY made_by")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the makers of texts: %w", explain(err))
	}
	return out, nil
}

// MessagesWithTextsBy lists live messages by id, at most limit of those after the
// given one, that have an attachment whose text was made by one of the makers.
func (a *Archive) MessagesWithTextsBy(ctx context.Context, makers []string, after mail.MessageID, limit int) ([]mail.MessageID, error) {
	var out []mail.MessageID
	if len(makers) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(makers)+2)
	for _, m := range makers {
		args = append(args, m)
	}
	err := a.write(ctx, func(t *txn) (err error) {
		out, err = list[mail.MessageID](t, `SELECT DISTINCT m.id FROM text t JOIN part p ON p.digest = t.digest JOIN message m ON m.id = p.message
			WHERE t.made_by IN (?`+strings.Repeat(", ?", len(makers)-1)+`) AND m.deleted = 0 AND m.id > ? ORDER BY m.id LIMIT ?`, append(args, after, limit)...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list messages by the makers of their texts: %w", explain(err))
	}
	return out, nil
}

// places is the column's value: empty rather than null.
func places(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
