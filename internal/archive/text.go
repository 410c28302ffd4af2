package archive

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
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

// PutTexts stores extraction results in one transaction. Where an attachment had
// another text before, the live messages that carry it get new sequence numbers
// with it, so that an index takes them anew whatever happens in between. It tells
// how many those are.
func (a *Archive) PutTexts(ctx context.Context, texts map[mail.Digest]Text) (changed int, err error) {
	list := make([]packedText, 0, len(texts))
	for d, t := range texts {
		how, data, err := a.codec.pack([]byte(t.Text))
		if err != nil {
			return 0, fmt.Errorf("put text of blob %s: %w", d, err)
		}
		t.Places = places(t.Places)
		list = append(list, packedText{d, t, how, data})
	}
	now := time.Now().UnixMicro()
	err = a.write(ctx, func(t *txn) error {
		changed = 0
		for i := range list {
			n, err := t.putText(&list[i], now)
			if err != nil {
				return err
			}
			changed += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("put texts: %w", err)
	}
	return changed, nil
}

type packedText struct {
	digest mail.Digest
	Text
	how  int
	data []byte
}

// putText stores a text, and tells how many messages it is another one for.
func (t *txn) putText(p *packedText, now int64) (changed int, err error) {
	var same bool
	err = t.row(`SELECT state = ? AND reason = ? AND type = ? AND codec = ? AND text = ? AND places = ? FROM text WHERE digest = ?`,
		p.State, p.Reason, p.Type, p.how, p.data, p.Places, p.digest[:]).Scan(&same)
	if errors.Is(err, sql.ErrNoRows) {
		same, err = true, nil // nobody has indexed another
	}
	if err != nil {
		return 0, err
	}
	err = t.exec(`INSERT INTO text (digest, made_by, state, reason, type, made, codec, text, places)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET made_by = excluded.made_by,
		state = excluded.state, reason = excluded.reason, type = excluded.type, made = excluded.made,
		codec = excluded.codec, text = excluded.text, places = excluded.places`,
		p.digest[:], p.Made, p.State, p.Reason, p.Type, now, p.how, p.data, p.Places)
	if err != nil || same {
		return 0, err
	}
	carriers, err := list[mail.MessageID](t, `SELECT DISTINCT m.id FROM part p JOIN message m ON m.id = p.message
		WHERE p.digest = ? AND m.deleted = 0 ORDER BY m.seq`, p.digest[:])
	if err != nil {
		return 0, err
	}
	for _, id := range carriers {
		if err := t.exec("UPDATE message SET seq = ? WHERE id = ?", t.tick(), id); err != nil {
			return 0, err
		}
	}
	return len(carriers), nil
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

// PartsWithTextsBy lists attachments whose texts were made by one of the makers,
// each digest once, by digest, at most limit of those after the given one. Each is
// as one of the live messages has it that carry it.
func (a *Archive) PartsWithTextsBy(ctx context.Context, makers []string, after mail.Digest, limit int) ([]mail.Part, error) {
	if len(makers) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(makers)+2)
	for _, m := range makers {
		args = append(args, m)
	}
	var parts []mail.Part
	err := a.r.snapshot(ctx, func(s snapshot) error {
		return s.each(func(rows *sql.Rows) error {
			var p mail.Part
			var digest sql.RawBytes
			if err := rows.Scan(&digest, &p.Name, &p.ContentType, &p.Size); err != nil {
				return err
			}
			copy(p.Digest[:], digest)
			parts = append(parts, p)
			return nil
		}, `SELECT t.digest, p.name, p.content_type, p.size FROM text t JOIN part p ON p.digest = t.digest JOIN message m ON m.id = p.message
			WHERE t.made_by IN (?`+strings.Repeat(", ?", len(makers)-1)+`) AND m.deleted = 0 AND t.digest > ?
			GROUP BY t.digest ORDER BY t.digest LIMIT ?`, append(args, after[:], limit)...)
	})
	if err != nil {
		return nil, fmt.Errorf("list attachments by the makers of their texts: %w", explain(err))
	}
	return parts, nil
}

// places is the column's value: empty rather than null.
func places(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
