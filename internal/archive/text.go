package archive

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mailquarry/internal/mail"
)

// Text is a stored extraction result of a blob.
type Text struct {
	Version int // extract.Version that made it
	State   string
	Reason  string
	Type    string
	Text    string
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
			var digest, packed sql.RawBytes
			if err := rows.Scan(&digest, &t.Version, &t.State, &t.Reason, &t.Type, &how, &packed); err != nil {
				return err
			}
			copy(d[:], digest)
			text, err := a.codec.unpack(how, packed, int64(len(packed))*3)
			if err != nil {
				return fmt.Errorf("text of blob %s: %w", d, err)
			}
			t.Text = string(text)
			out[d] = t
			return nil
		}, "SELECT digest, version, state, reason, type, codec, text FROM text WHERE digest IN (", nil, values)
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
			err := t.exec(`INSERT INTO text (digest, version, state, reason, type, made, codec, text)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET version = excluded.version,
				state = excluded.state, reason = excluded.reason, type = excluded.type, made = excluded.made,
				codec = excluded.codec, text = excluded.text`,
				r.d[:], r.t.Version, r.t.State, r.t.Reason, r.t.Type, now, r.how, r.data)
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
