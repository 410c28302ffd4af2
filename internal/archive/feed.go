package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// Record is a message as stored.
type Record struct {
	ID      mail.MessageID
	Seq     Seq
	Mailbox mail.MailboxID
	Folder  mail.FolderID
	Key     string
	Deleted bool // tombstone: only the fields above are set
	Format  source.Format
	Payload []byte
	Parts   []mail.Part
	Reading []byte    // what PutReadings was given of it, maybe when it had another payload; nil when nothing was
	GoneAt  time.Time // when it was found to be gone at the source; zero while it is there
	// Damage is why the content cannot be read, nil when it can. Only Since gives
	// such records: one damaged message must not keep all others from an index.
	Damage error
}

// The feed is read in pages, so that no read lasts long: one that does keeps
// SQLite from reusing its log.
const (
	pageRows  = 500
	pageBytes = 16 << 20 // of unpacked payloads, passed by one at most
)

const rawSelect = `SELECT m.id, m.seq, m.mailbox, m.folder, m.key, m.deleted, m.parts, m.stamp, m.gone_at,
	c.format, c.codec, c.size, c.payload, r.data
	FROM message m LEFT JOIN content c ON c.message = m.id LEFT JOIN reading r ON r.message = m.id `

// rawRecord is a record whose payload is still packed.
type rawRecord struct {
	Record
	nparts int
	stamp  string
	codec  int
	size   int64
	packed []byte
}

func scanRaw(rows *sql.Rows) (rawRecord, error) {
	var r rawRecord
	var format sql.NullString
	var codec, size sql.NullInt64
	var gone int64
	err := rows.Scan(&r.ID, &r.Seq, &r.Mailbox, &r.Folder, &r.Key, &r.Deleted, &r.nparts, &r.stamp, &gone,
		&format, &codec, &size, &r.packed, &r.Reading)
	if err == nil && !r.Deleted && !format.Valid {
		err = fmt.Errorf("%w: message %s has no content", ErrDamaged, r.ID)
	}
	r.GoneAt = fromMicros(gone)
	r.Format, r.codec, r.size = source.Format(format.String), int(codec.Int64), size.Int64
	return r, err
}

func (r *rawRecord) record(c *codec) (Record, error) {
	if r.Deleted {
		return r.Record, nil
	}
	p, err := c.unpack(r.codec, r.packed, r.size)
	if err != nil {
		return r.Record, fmt.Errorf("message %s: %w", r.ID, err)
	}
	r.Payload, r.packed = p, nil
	return r.Record, nil
}

// addParts reads the parts of those records that have some.
func (s snapshot) addParts(raw []rawRecord) error {
	at := map[mail.MessageID]*rawRecord{}
	var ids []any
	for i := range raw {
		if raw[i].nparts > 0 {
			at[raw[i].ID] = &raw[i]
			ids = append(ids, int64(raw[i].ID))
		}
	}
	return s.in(func(rows *sql.Rows) error {
		var id mail.MessageID
		p, err := scanPart(rows, &id)
		if r := at[id]; r != nil {
			r.Parts = append(r.Parts, p)
		}
		return err
	}, "SELECT message, "+partColumns+" FROM part WHERE message IN (", nil, ids)
}

// Since yields every message whose Seq is greater, tombstones included, in
// order of Seq, each once in its present state, up to the head at the call. A
// message that changes meanwhile may be left out; it is above that head then.
func (a *Archive) Since(ctx context.Context, after Seq) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		pages := a.pages(ctx, after, Seq(a.head.Load()))
		// The reader of pages has ended before the caller can close the archive.
		defer func() {
			cancel()
			for p := range pages {
				_ = p // no one wants it any more
			}
		}()
		for p := range pages {
			for _, r := range p.records {
				if !yield(r, nil) {
					return
				}
			}
			if p.err != nil {
				yield(Record{}, fmt.Errorf("read the feed: %w", explain(p.err)))
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Record{}, fmt.Errorf("read the feed: %w", err))
		}
	}
}

// feedPage is a page of the feed, or the error in its place.
type feedPage struct {
	records []Record
	err     error
}

// pages reads the feed one page ahead of who takes them. The channel is closed
// at the end, after an error and when ctx ends.
func (a *Archive) pages(ctx context.Context, after, head Seq) <-chan feedPage {
	out := make(chan feedPage)
	go func() {
		defer close(out)
		for after < head {
			raw, err := a.page(ctx, after, head)
			p := feedPage{records: make([]Record, len(raw)), err: err}
			if err == nil {
				p.err = inParallel(len(raw), func(i int) (err error) {
					if err = raw[i].Damage; err == nil {
						p.records[i], err = raw[i].record(a.codec)
					}
					if errors.Is(err, ErrDamaged) {
						p.records[i], err = raw[i].Record, nil
						p.records[i].Damage = fmt.Errorf("message %s: %w", raw[i].ID, ErrDamaged)
					}
					return err
				})
			}
			if p.err != nil {
				p.records = nil
			} else if len(raw) == 0 {
				return
			}
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
			after = raw[len(raw)-1].Seq
		}
	}()
	return out
}

func (a *Archive) page(ctx context.Context, after, head Seq) ([]rawRecord, error) {
	var raw []rawRecord
	err := a.r.snapshot(ctx, func(s snapshot) error {
		st, err := s.r.stmt(ctx, rawSelect+"WHERE m.seq > ? AND m.seq <= ? ORDER BY m.seq LIMIT ?")
		if err != nil {
			return err
		}
		rows, err := s.tx.StmtContext(ctx, st).QueryContext(ctx, after, head, pageRows) //nolint:sqlclosecheck // the statement goes with the transaction
		if err != nil {
			return err
		}
		defer rows.Close()
		for size := int64(0); size < pageBytes && rows.Next(); {
			r, err := scanRaw(rows)
			if errors.Is(err, ErrDamaged) {
				r.Damage, err = err, nil
			}
			if err != nil {
				return err
			}
			size += r.size
			raw = append(raw, r)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if err := rows.Close(); err != nil {
			return err
		}
		return s.addParts(raw)
	})
	return raw, err
}

// Backlog counts the messages whose Seq is greater, tombstones included.
func (a *Archive) Backlog(ctx context.Context, after Seq) (int, error) {
	var n int
	if err := a.r.row(ctx, "SELECT count(*) FROM message WHERE seq > ?", after).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the backlog: %w", explain(err))
	}
	return n, nil
}

// Live counts the messages that are no tombstones.
func (a *Archive) Live(ctx context.Context) (int, error) {
	var n int
	if err := a.r.row(ctx, "SELECT count(*) FROM message WHERE deleted = 0").Scan(&n); err != nil {
		return 0, fmt.Errorf("count the messages: %w", explain(err))
	}
	return n, nil
}

// Records reads messages by id, in the order of ids, leaving out tombstones
// and unknown ids.
func (a *Archive) Records(ctx context.Context, ids []mail.MessageID) ([]Record, error) {
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = int64(id)
	}
	var raw []rawRecord
	err := a.r.snapshot(ctx, func(s snapshot) error {
		err := s.in(func(rows *sql.Rows) error {
			r, err := scanRaw(rows)
			raw = append(raw, r)
			return err
		}, rawSelect+"WHERE m.deleted = 0 AND m.id IN (", nil, values)
		if err != nil {
			return err
		}
		return s.addParts(raw)
	})
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", explain(err))
	}
	byID := make(map[mail.MessageID]Record, len(raw))
	for i := range raw {
		r, err := raw[i].record(a.codec)
		if err != nil {
			return nil, err
		}
		byID[r.ID] = r
	}
	out := make([]Record, 0, len(byID))
	for _, id := range ids {
		if r, ok := byID[id]; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// Place is where a message lies.
type Place struct {
	ID      mail.MessageID
	Mailbox mail.MailboxID
	Folder  mail.FolderID
}

// Places tells where messages lie, in no order, leaving out tombstones and unknown
// ids. It reads nothing else of them.
func (a *Archive) Places(ctx context.Context, ids []mail.MessageID) ([]Place, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = int64(id)
	}
	var places []Place
	err := a.r.snapshot(ctx, func(s snapshot) error {
		return s.in(func(rows *sql.Rows) error {
			var p Place
			err := rows.Scan(&p.ID, &p.Mailbox, &p.Folder)
			places = append(places, p)
			return err
		}, "SELECT id, mailbox, folder FROM message WHERE deleted = 0 AND id IN (", nil, values)
	})
	if err != nil {
		return nil, fmt.Errorf("read where messages lie: %w", explain(err))
	}
	return places, nil
}

// Record reads one message. ErrNotFound for tombstones and unknown ids.
func (a *Archive) Record(ctx context.Context, id mail.MessageID) (Record, error) {
	rs, err := a.Records(ctx, []mail.MessageID{id})
	if err != nil {
		return Record{}, err
	}
	if len(rs) == 0 {
		return Record{}, fmt.Errorf("message %s: %w", id, ErrNotFound)
	}
	return rs[0], nil
}
