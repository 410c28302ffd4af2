package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"mailquarry/internal/mail"
)

// Coverage is the outcome of comparing one folder at the source, in the store
// and in the index. All counts are of messages.
type Coverage struct {
	Mailbox mail.MailboxID
	Folder  mail.FolderID
	At      time.Time

	Source   int // at the source
	Stored   int // of these, in the store
	Indexed  int // of these, in the index
	SetAside int // of Source, problems
	Kept     int // in the store and gone at the source
	// OutOfScope are at the source and not synced, and Why tells the reason.
	OutOfScope int
	Why        string

	// The differences that were found, of which Repaired were mended.
	Missing   int // at the source, not in the store
	Surplus   int // in the store, not at the source
	Stale     int // in the store in an older version
	Unindexed int // in the store and not in the index, or the other way round
	Repaired  int
	// Unexplained are left, and nothing accounts for them.
	Unexplained int
	Error       string // why the folder could not be compared
}

// SaveCoverage stores the latest outcome for folders.
func (a *Archive) SaveCoverage(ctx context.Context, cs []Coverage) error {
	err := a.write(ctx, func(t *txn) error {
		for _, c := range cs {
			b, err := json.Marshal(c)
			if err != nil {
				return err
			}
			err = t.exec("INSERT OR REPLACE INTO coverage (folder, mailbox, report) VALUES (?, ?, ?)", c.Folder, c.Mailbox, string(b))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save the coverage of folders: %w", err)
	}
	return nil
}

// Coverages lists the latest outcome for each folder that has one.
func (a *Archive) Coverages(ctx context.Context) ([]Coverage, error) {
	var out []Coverage
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		var c Coverage
		err := json.Unmarshal(b, &c)
		out = append(out, c)
		return err
	}, "SELECT report FROM coverage ORDER BY mailbox, folder")
	if err != nil {
		return nil, fmt.Errorf("read the coverage of folders: %w", explain(err))
	}
	return out, nil
}

// Key is a stored message without its content.
type Key struct {
	ID     mail.MessageID
	Key    string
	Stamp  string // the source's version of the message, "" when unknown
	Seq    Seq
	GoneAt time.Time // zero while it is at the source
}

// Keys yields the messages of a folder, in no order, as they are at the call;
// tombstones are left out. Who takes them does not wait in between.
func (a *Archive) Keys(ctx context.Context, folder mail.FolderID) (iter.Seq2[Key, error], error) {
	return func(yield func(Key, error) bool) {
		stopped := false
		err := a.r.each(ctx, func(rows *sql.Rows) error {
			if stopped {
				return nil
			}
			var k Key
			var gone int64
			if err := rows.Scan(&k.ID, &k.Key, &k.Stamp, &k.Seq, &gone); err != nil {
				return err
			}
			k.GoneAt = fromMicros(gone)
			stopped = !yield(k, nil)
			return nil
		}, "SELECT id, key, stamp, seq, gone_at FROM message WHERE folder = ? AND deleted = 0", folder)
		if err != nil && !stopped {
			yield(Key{}, fmt.Errorf("read the messages of folder %s: %w", folder, explain(err)))
		}
	}, nil
}
