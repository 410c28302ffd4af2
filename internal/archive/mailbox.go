package archive

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// MailboxState tells what the sync may do with a mailbox.
type MailboxState string

// The states. Mail of Removed mailboxes is kept until its time is over; that of
// Excluded ones, which are out of the configured scope, is shown to nobody and
// waits to be purged; that of Purged ones is deleted.
const (
	MailboxActive      MailboxState = "active"
	MailboxUnavailable MailboxState = "unavailable"
	MailboxDenied      MailboxState = "denied"
	MailboxRemoved     MailboxState = "removed"
	MailboxPurged      MailboxState = "purged"
	MailboxExcluded    MailboxState = "excluded"
)

// Mailbox is a stored mailbox.
type Mailbox struct {
	ID          mail.MailboxID
	Source      string // "graph" or "import"
	Key         string
	Address     string
	Name        string
	Aliases     []string
	Purpose     string
	State       MailboxState
	Reason      string // why State is not active
	LastAttempt time.Time
	LastSuccess time.Time
	LastError   string
	// RemovedAt is when State became removed. Of an excluded mailbox it is since
	// when the mail waits for that to be confirmed, see ExcludeMailbox. Zero
	// otherwise.
	RemovedAt  time.Time
	Final      bool      // removed, and the source says that it cannot come back
	LastChange time.Time // of the latest commit that changed a message
}

// toMicros and fromMicros turn the zero time into 0 and back.
func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// Mailboxes lists every mailbox but the purged ones, by address.
func (a *Archive) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	var boxes []Mailbox
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var b Mailbox
		var aliases []byte
		var attempt, success, removed, changed int64
		if err := rows.Scan(&b.ID, &b.Source, &b.Key, &b.Address, &b.Name, &aliases, &b.Purpose,
			&b.State, &b.Reason, &attempt, &success, &b.LastError, &removed, &b.Final, &changed); err != nil {
			return err
		}
		if err := json.Unmarshal(aliases, &b.Aliases); err != nil {
			return fmt.Errorf("aliases of mailbox %s: %w", b.ID, err)
		}
		b.LastAttempt, b.LastSuccess = fromMicros(attempt), fromMicros(success)
		b.RemovedAt, b.LastChange = fromMicros(removed), fromMicros(changed)
		boxes = append(boxes, b)
		return nil
	}, `SELECT id, source, key, address, name, aliases, purpose, state, reason, last_attempt, last_success, last_error,
		removed_at, final, last_change
		FROM mailbox WHERE state <> 'purged' ORDER BY address COLLATE NOCASE, id`)
	if err != nil {
		return nil, fmt.Errorf("list mailboxes: %w", explain(err))
	}
	return boxes, nil
}

// Guests lists the mailboxes that are, by what their source says, of guests: their
// addresses are another organisation's.
func (a *Archive) Guests(ctx context.Context) ([]mail.MailboxID, error) {
	var guests []mail.MailboxID
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var id mail.MailboxID
		var payload []byte
		if err := rows.Scan(&id, &payload); err != nil {
			return err
		}
		var user struct{ UserType any }
		if json.Unmarshal(payload, &user) == nil && user.UserType == "Guest" {
			guests = append(guests, id)
		}
		return nil
	}, "SELECT id, payload FROM mailbox WHERE instr(payload, CAST('Guest' AS BLOB)) > 0 ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("list guests: %w", explain(err))
	}
	return guests, nil
}

// MailboxCursor is where the named source's stream of mailboxes goes on.
func (a *Archive) MailboxCursor(ctx context.Context, src string) (source.Cursor, error) {
	var c source.Cursor
	err := a.r.row(ctx, "SELECT link, complete FROM source WHERE name = ?", src).Scan(&c.Link, &c.Complete)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("read cursor of %s: %w", src, explain(err))
	}
	return c, nil
}

// CommitMailboxes stores a page of the source's stream of mailboxes and its
// cursor. A gone mailbox becomes Removed, one that the source has purged Final
// too: its mail stays until its time here is over (see Expired). One that comes
// back becomes Active. When the page completes a
// round that began from the zero cursor, mailboxes not seen in it become Removed.
// Nil Settings, Payload and Aliases and empty Purpose, Address and Name keep
// what is stored.
func (a *Archive) CommitMailboxes(ctx context.Context, src string, page source.MailboxPage) error {
	err := a.write(ctx, func(t *txn) error {
		s := stream{full: true, round: 1}
		err := t.row("SELECT link, complete, full, round FROM source WHERE name = ?", src).
			Scan(&s.link, &s.complete, &s.full, &s.round)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		after, ended := s.advance(page.Next)
		for _, m := range page.Mailboxes {
			if err := t.putMailbox(src, m, after.round); err != nil {
				return fmt.Errorf("mailbox: %w", err)
			}
		}
		if ended {
			if err := t.exec(`UPDATE mailbox SET state = 'removed', reason = 'no longer listed',
				removed_at = ? WHERE source = ? AND seen < ? AND state NOT IN ('removed', 'purged')`,
				time.Now().UnixMicro(), src, after.round); err != nil {
				return err
			}
		}
		return t.exec(`INSERT OR REPLACE INTO source (name, link, complete, full, round) VALUES (?, ?, ?, ?, ?)`,
			src, after.link, after.complete, after.full, after.round)
	})
	if err != nil {
		return fmt.Errorf("commit mailboxes of %s: %w", src, err)
	}
	return nil
}

func (t *txn) putMailbox(src string, m source.Mailbox, round int64) error {
	var id mail.MailboxID
	var state MailboxState
	err := t.row("SELECT id, state FROM mailbox WHERE source = ? AND key = ?", src, m.Key).Scan(&id, &state)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch {
	case m.Gone || m.Purged:
		if !known {
			return nil
		}
		return t.dropMailbox(id, state, m.Purged)
	case !known:
		aliases, err := json.Marshal(m.Aliases)
		if err != nil {
			return err
		}
		return t.exec(`INSERT INTO mailbox (source, key, address, name, aliases, purpose, state, payload, settings, seen)
			VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?)`,
			src, m.Key, m.Address, m.Name, string(aliases), m.Purpose, m.Payload, m.Settings, round)
	}
	if state == MailboxRemoved || state == MailboxPurged {
		err := t.exec("UPDATE mailbox SET state = 'active', reason = '', last_attempt = 0, removed_at = 0, final = 0 WHERE id = ?", id)
		if err != nil {
			return err
		}
	}
	if err := t.exec("UPDATE mailbox SET seen = ? WHERE id = ?", round, id); err != nil {
		return err
	}
	return t.updateMailbox(id, m)
}

// updateMailbox stores the fields that m has.
func (t *txn) updateMailbox(id mail.MailboxID, m source.Mailbox) error {
	var aliases any
	if m.Aliases != nil {
		b, err := json.Marshal(m.Aliases)
		if err != nil {
			return err
		}
		aliases = string(b)
	}
	n, err := t.count(`UPDATE mailbox SET address = ifnull(nullif(?, ''), address), name = ifnull(nullif(?, ''), name),
		aliases = ifnull(?, aliases), purpose = ifnull(nullif(?, ''), purpose),
		payload = ifnull(?, payload), settings = ifnull(?, settings) WHERE id = ?`,
		m.Address, m.Name, aliases, m.Purpose, m.Payload, m.Settings, id)
	if err == nil && n == 0 {
		err = fmt.Errorf("mailbox %s: %w", id, ErrNotFound)
	}
	return err
}

// dropMailbox marks a mailbox as removed. It keeps its cursors, so that it goes
// on where it was if it comes back.
func (t *txn) dropMailbox(id mail.MailboxID, state MailboxState, final bool) error {
	if state == MailboxPurged {
		return nil
	}
	reason := "removed at the source"
	if final {
		reason = "deleted at the source"
	}
	return t.exec(`UPDATE mailbox SET state = 'removed', reason = ?, final = max(final, ?),
		removed_at = CASE state WHEN 'removed' THEN removed_at ELSE ? END WHERE id = ?`,
		reason, final, time.Now().UnixMicro(), id)
}

// purgeMailbox deletes all that a mailbox holds and says. What stays are its
// key, its folders' and messages' keys, and the tombstones for the feed.
func (t *txn) purgeMailbox(id mail.MailboxID) error {
	folders, err := list[mail.FolderID](t, "SELECT id FROM folder WHERE mailbox = ?", id)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := t.dropFolder(f, Removal{}); err != nil {
			return err
		}
	}
	if err := t.exec("DELETE FROM problem WHERE mailbox = ?", id); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM coverage WHERE mailbox = ?", id); err != nil {
		return err
	}
	if err := t.exec("UPDATE folder SET name = '', payload = NULL, total = 0, last_error = '' WHERE mailbox = ?", id); err != nil {
		return err
	}
	return t.exec(`UPDATE mailbox SET state = 'purged', reason = 'deleted at the source', address = '', name = '',
		aliases = 'null', purpose = '', payload = NULL, settings = NULL, last_attempt = 0, last_success = 0,
		last_error = '', link = '', complete = 0, full = 1, round = round + 1 WHERE id = ?`, id)
}

// RestartMailboxes drops the cursor, so that the next round starts from nothing.
func (a *Archive) RestartMailboxes(ctx context.Context, src string) error {
	return a.write(ctx, func(t *txn) error {
		return t.exec("UPDATE source SET link = '', complete = 0, full = 1, round = round + 1 WHERE name = ?", src)
	})
}

// SetMailboxState changes the state with its reason. Purged deletes the
// mailbox's messages. Excluded puts its streams at their start, so that it is
// filled again whole should it come back into the scope.
func (a *Archive) SetMailboxState(ctx context.Context, id mail.MailboxID, s MailboxState, reason string) error {
	return a.setMailboxState(ctx, id, s, time.Time{}, reason)
}

// ExcludeMailbox is SetMailboxState to Excluded for a mailbox of which that is
// not certain yet: its mail is shown to nobody and is not purged for it until
// the mailbox is excluded again with the zero time. One that holds nothing does
// not wait.
func (a *Archive) ExcludeMailbox(ctx context.Context, id mail.MailboxID, since time.Time, reason string) error {
	return a.setMailboxState(ctx, id, MailboxExcluded, since, reason)
}

func (a *Archive) setMailboxState(ctx context.Context, id mail.MailboxID, s MailboxState, waits time.Time, reason string) error {
	err := a.write(ctx, func(t *txn) error {
		var old MailboxState
		err := t.row("SELECT state FROM mailbox WHERE id = ?", id).Scan(&old)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if s == MailboxPurged && old != MailboxPurged {
			if err := t.purgeMailbox(id); err != nil {
				return err
			}
		}
		if s == MailboxExcluded && old != MailboxExcluded {
			if err := t.restartMailbox(id); err != nil {
				return err
			}
		}
		removed := toMicros(waits)
		if s == MailboxRemoved {
			removed = time.Now().UnixMicro()
		}
		if removed != 0 && s == MailboxExcluded {
			var holds bool
			err := t.row("SELECT EXISTS (SELECT 1 FROM message WHERE mailbox = ? AND deleted = 0)", id).Scan(&holds)
			if err != nil {
				return err
			}
			if !holds {
				removed = 0
			}
		}
		return t.exec(`UPDATE mailbox SET removed_at = CASE WHEN state = ?1 AND state <> 'excluded' THEN removed_at ELSE ?2 END,
			final = CASE WHEN ?1 IN ('removed', 'purged') THEN final ELSE 0 END, state = ?1, reason = ?3 WHERE id = ?4`,
			s, removed, reason, id)
	})
	if err != nil {
		return fmt.Errorf("set state of mailbox %s: %w", id, err)
	}
	return nil
}

// restartMailbox drops all cursors of a mailbox.
func (t *txn) restartMailbox(id mail.MailboxID) error {
	if err := t.exec("UPDATE mailbox SET link = '', complete = 0, full = 1, round = round + 1 WHERE id = ?", id); err != nil {
		return err
	}
	return t.exec("UPDATE folder SET "+fromTheStart+" WHERE mailbox = ?", id)
}

// UpdateMailbox stores the settings, purpose and other details that a probe
// told; what m lacks stays as it is.
func (a *Archive) UpdateMailbox(ctx context.Context, id mail.MailboxID, m source.Mailbox) error {
	return a.write(ctx, func(t *txn) error { return t.updateMailbox(id, m) })
}

// SetMailboxResult records the end of a round: success, or failure with what went wrong.
func (a *Archive) SetMailboxResult(ctx context.Context, id mail.MailboxID, at time.Time, failure string) error {
	return a.setResult(ctx, "mailbox", int64(id), at, failure)
}

func (a *Archive) setResult(ctx context.Context, table string, id int64, at time.Time, failure string) error {
	micros := cmp.Or(toMicros(at), 1)
	err := a.write(ctx, func(t *txn) error {
		query, args := "UPDATE "+table+" SET last_attempt = ?, last_error = ? WHERE id = ?", []any{micros, failure, id}
		if failure == "" {
			query, args = "UPDATE "+table+" SET last_attempt = ?, last_success = ?, last_error = '' WHERE id = ?",
				[]any{micros, micros, id}
		}
		n, err := t.count(query, args...)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("record result of %s %d: %w", table, id, err)
	}
	return nil
}
