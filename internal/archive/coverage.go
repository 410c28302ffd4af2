package archive

import (
	"context"
	"database/sql"
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

// coverageColumns are those of a Coverage, in the order of fields.
const coverageColumns = `folder, mailbox, at, source, stored, indexed, set_aside, kept, out_of_scope,
	missing, surplus, stale, unindexed, repaired, unexplained, why, error`

// SaveCoverage stores the latest outcome for folders.
func (a *Archive) SaveCoverage(ctx context.Context, cs []Coverage) error {
	err := a.write(ctx, func(t *txn) error {
		for _, c := range cs {
			err := t.exec("INSERT OR REPLACE INTO coverage ("+coverageColumns+`)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				c.Folder, c.Mailbox, toMicros(c.At), c.Source, c.Stored, c.Indexed, c.SetAside, c.Kept, c.OutOfScope,
				c.Missing, c.Surplus, c.Stale, c.Unindexed, c.Repaired, c.Unexplained, c.Why, c.Error)
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

// Coverages lists the latest outcome for each folder that has one, of one
// mailbox or, for 0, of all.
func (a *Archive) Coverages(ctx context.Context, mailbox mail.MailboxID) ([]Coverage, error) {
	var out []Coverage
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var c Coverage
		var at int64
		err := rows.Scan(&c.Folder, &c.Mailbox, &at, &c.Source, &c.Stored, &c.Indexed, &c.SetAside, &c.Kept, &c.OutOfScope,
			&c.Missing, &c.Surplus, &c.Stale, &c.Unindexed, &c.Repaired, &c.Unexplained, &c.Why, &c.Error)
		c.At = fromMicros(at)
		out = append(out, c)
		return err
	}, "SELECT "+coverageColumns+" FROM coverage WHERE ?1 = 0 OR mailbox = ?1 ORDER BY mailbox, folder", mailbox)
	if err != nil {
		return nil, fmt.Errorf("read the coverage of folders: %w", explain(err))
	}
	return out, nil
}

// CoverageSum is what the outcomes for a mailbox's folders come to. Its counts are
// sums, and its At is the oldest, zero when there is none.
type CoverageSum struct {
	Coverage
	Folders int // that are known, compared or not
	Ended   int // of these, compared to the end
	Since   int // of these, compared since a moment
}

// SumCoverage sums up the outcomes by mailbox, for all that have folders, by id. It
// reads no row twice and keeps none, since there may be a hundred thousand.
func (a *Archive) SumCoverage(ctx context.Context, since time.Time) ([]CoverageSum, error) {
	var out []CoverageSum
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var c CoverageSum
		var at int64
		err := rows.Scan(&c.Mailbox, &c.Folders, &c.Ended, &c.Since, &at, &c.Source, &c.Stored, &c.Indexed, &c.SetAside, &c.Kept,
			&c.OutOfScope, &c.Missing, &c.Surplus, &c.Stale, &c.Unindexed, &c.Repaired, &c.Unexplained)
		c.At = fromMicros(at)
		out = append(out, c)
		return err
	}, `SELECT f.mailbox, count(*), ifnull(sum(c.error = '' AND c.at <> 0), 0), ifnull(sum(c.at >= ?), 0), ifnull(min(c.at), 0),
			ifnull(sum(source), 0), ifnull(sum(stored), 0), ifnull(sum(indexed), 0), ifnull(sum(set_aside), 0),
			ifnull(sum(kept), 0), ifnull(sum(out_of_scope), 0), ifnull(sum(missing), 0), ifnull(sum(surplus), 0),
			ifnull(sum(stale), 0), ifnull(sum(unindexed), 0), ifnull(sum(repaired), 0), ifnull(sum(unexplained), 0)
		FROM folder f LEFT JOIN coverage c ON c.folder = f.id
		WHERE (f.gone = 0 OR EXISTS (SELECT 1 FROM message WHERE folder = f.id AND deleted = 0)) AND f.well_known <> '`+rootFolder+`'
		GROUP BY f.mailbox ORDER BY f.mailbox`, toMicros(since))
	if err != nil {
		return nil, fmt.Errorf("sum up the coverage: %w", explain(err))
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
