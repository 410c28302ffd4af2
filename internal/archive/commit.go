package archive

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// Upsert is a message's complete new state.
type Upsert struct {
	Key     string
	Format  source.Format
	Payload []byte
	// Parts replace the stored ones when PartsKnown; otherwise those stay.
	Parts      []mail.Part
	PartsKnown bool
	Stamp      string // the source's version of the message (changeKey), "" when unknown
}

// MessageCommit is what is stored in one transaction.
type MessageCommit struct {
	Mailbox mail.MailboxID
	Folder  mail.FolderID
	Upserts []Upsert // now in Folder
	// Removed are gone, as Removal says, if they are still in Folder. Moved are put
	// into another folder as they are. A key that is in Upserts too stays in Folder.
	Removed []string
	Removal Removal
	Moved   map[string]mail.FolderID
	// Problems are what could not be taken, of this mailbox; an Upsert of the key
	// clears its earlier ones.
	Problems []Problem
	// Cursor is stored unless KeepCursor (imports, refetches).
	Cursor     source.Cursor
	KeepCursor bool
}

// Removal is what becomes of a message that is gone at the source. The zero
// Removal deletes it: what stays is a tombstone.
type Removal struct {
	Keep bool      // it is marked as gone at the source, and stays until it is purged
	At   time.Time // when it was found to be gone; zero is now
}

func (r Removal) at() int64 {
	if r.At.IsZero() {
		return time.Now().UnixMicro()
	}
	return r.At.UnixMicro()
}

// packed is a payload ready to be stored.
type packed struct {
	how  int
	data []byte
	sum  []byte
}

// sumSize is enough to tell a message's versions apart.
const sumSize = 16

func payloadSum(f source.Format, p []byte) []byte {
	h := sha256.New()
	_, _ = h.Write([]byte(f))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write(p)
	return h.Sum(make([]byte, 0, sha256.Size))[:sumSize]
}

// packAll packs payloads on all processors.
func (a *Archive) packAll(ctx context.Context, us []Upsert) ([]packed, error) {
	out := make([]packed, len(us))
	err := inParallel(len(us), func(i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		how, data, err := a.codec.pack(us[i].Payload)
		out[i] = packed{how: how, data: data, sum: payloadSum(us[i].Format, us[i].Payload)}
		return err
	})
	return out, err
}

// inParallel runs fn for 0 to n-1, on as many processors as that is worth, and
// gives an error of one of them.
func inParallel(n int, fn func(i int) error) error {
	const worth = 8 // calls for each processor
	workers := min(runtime.GOMAXPROCS(0), (n+worth-1)/worth)
	errs := make([]error, workers)
	var next atomic.Int64
	work := func(w int) {
		for errs[w] == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			errs[w] = fn(i)
		}
	}
	var all sync.WaitGroup
	for w := 1; w < workers; w++ {
		all.Go(func() { work(w) })
	}
	if workers > 0 {
		work(0)
	}
	all.Wait()
	return cmp.Or(errs...)
}

// CommitMessages stores c in one transaction and tells the archive's head.
// Blobs named in it were put before. Replaying a commit changes nothing but
// sequence numbers, and those only of messages that changed in between.
// ErrNotFound when the folder is gone.
func (a *Archive) CommitMessages(ctx context.Context, c MessageCommit) (Seq, error) {
	// Packing is most of the work and needs no lock.
	payloads, err := a.packAll(ctx, c.Upserts)
	var head Seq
	if err == nil {
		err = a.write(ctx, func(t *txn) error {
			m := committer{txn: t, c: &c}
			err := m.commit(payloads)
			head = t.head
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("commit messages of folder %s: %w", c.Folder, err)
	}
	return head, nil
}

// committer is a commit in the making.
type committer struct {
	*txn
	c        *MessageCommit
	round    int64 // of the folder
	problems bool  // the mailbox has some
}

func (m *committer) commit(payloads []packed) error {
	var s stream
	err := m.row("SELECT link, complete, full, round FROM folder WHERE id = ? AND mailbox = ? AND gone = 0",
		m.c.Folder, m.c.Mailbox).Scan(&s.link, &s.complete, &s.full, &s.round)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	after, ended := s, false
	if !m.c.KeepCursor {
		after, ended = s.advance(m.c.Cursor)
	}
	m.round = after.round
	err = m.row("SELECT EXISTS (SELECT 1 FROM problem WHERE mailbox = ?)", m.c.Mailbox).Scan(&m.problems)
	if err != nil {
		return err
	}
	before := m.head
	if err := m.changes(payloads); err != nil {
		return err
	}
	if m.head != before {
		if err := m.exec("UPDATE mailbox SET last_change = ? WHERE id = ?", time.Now().UnixMicro(), m.c.Mailbox); err != nil {
			return err
		}
	}
	if m.c.KeepCursor {
		return nil
	}
	if ended {
		if err := m.exec("DELETE FROM problem WHERE folder = ? AND kind = ? AND round < ?", m.c.Folder, ProblemMessage, m.round); err != nil {
			return err
		}
	}
	return m.exec("UPDATE folder SET link = ?, complete = ?, full = ?, round = ?, done = max(done, ?) WHERE id = ?",
		after.link, after.complete, after.full, after.round, after.complete, m.c.Folder)
}

func (m *committer) changes(payloads []packed) error {
	for _, key := range m.c.Removed {
		if err := m.remove(key); err != nil {
			return fmt.Errorf("remove: %w", err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.c.Moved)) {
		if err := m.move(key, m.c.Moved[key]); err != nil {
			return fmt.Errorf("move: %w", err)
		}
	}
	for i := range m.c.Upserts {
		if err := m.upsert(&m.c.Upserts[i], payloads[i]); err != nil {
			return fmt.Errorf("upsert: %w", err)
		}
	}
	for _, p := range m.c.Problems {
		p.Mailbox = m.c.Mailbox
		if p.Folder == 0 {
			p.Folder = m.c.Folder
		}
		if err := m.problem(p); err != nil {
			return fmt.Errorf("problem: %w", err)
		}
	}
	return nil
}

// held is what decides whether an upsert changes anything.
type held struct {
	id      int64
	folder  mail.FolderID
	deleted bool
	seen    int64
	parts   int
	failed  bool
	stamp   string
	sum     []byte
	goneAt  int64
}

func (m *committer) find(key string) (h held, ok bool, err error) {
	err = m.row("SELECT id, folder, deleted, seen, parts, failed, stamp, sum, gone_at FROM message WHERE mailbox = ? AND key = ?",
		m.c.Mailbox, key).Scan(&h.id, &h.folder, &h.deleted, &h.seen, &h.parts, &h.failed, &h.stamp, &h.sum, &h.goneAt)
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	return h, err == nil, err
}

func (m *committer) remove(key string) error {
	if m.problems {
		err := m.exec("DELETE FROM problem WHERE mailbox = ? AND key = ? AND folder = ?", m.c.Mailbox, key, m.c.Folder)
		if err != nil {
			return err
		}
	}
	h, ok, err := m.find(key)
	if err != nil || !ok || h.deleted || h.folder != m.c.Folder {
		return err
	}
	return m.drop(h)
}

// drop does with a message that is gone at the source what the commit says.
func (m *committer) drop(h held) error {
	if !m.c.Removal.Keep {
		return m.tombstone(h.id)
	}
	if h.goneAt != 0 {
		return nil
	}
	return m.exec("UPDATE message SET seq = ?, gone_at = ? WHERE id = ?", m.tick(), m.c.Removal.at(), h.id)
}

func (t *txn) tombstone(id int64) error {
	if err := t.exec("DELETE FROM content WHERE message = ?", id); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM part WHERE message = ?", id); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM reading WHERE message = ?", id); err != nil {
		return err
	}
	return t.exec("UPDATE message SET seq = ?, deleted = 1, parts = 0, failed = 0, stamp = '', sum = NULL, gone_at = 0 WHERE id = ?",
		t.tick(), id)
}

// move puts a message into another folder, or drops it when that one is gone.
func (m *committer) move(key string, to mail.FolderID) error {
	h, ok, err := m.find(key)
	if err != nil || !ok || h.deleted {
		return err
	}
	var gone bool
	var round int64
	err = m.row("SELECT gone, round FROM folder WHERE id = ? AND mailbox = ?", to, m.c.Mailbox).Scan(&gone, &round)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("to folder %s: %w", to, ErrNotFound)
	case err != nil:
		return err
	case gone:
		return m.drop(h)
	case h.folder == to && h.seen == round && h.goneAt == 0:
		return nil
	case h.folder == to && h.goneAt == 0:
		return m.exec("UPDATE message SET seen = ? WHERE id = ?", round, h.id)
	}
	if m.problems {
		err := m.exec("UPDATE OR REPLACE problem SET folder = ?, round = ? WHERE mailbox = ? AND key = ?",
			to, round, m.c.Mailbox, key)
		if err != nil {
			return err
		}
	}
	return m.exec("UPDATE message SET seq = ?, folder = ?, seen = ?, gone_at = 0 WHERE id = ?", m.tick(), to, round, h.id)
}

func (m *committer) upsert(u *Upsert, p packed) error {
	if m.problems {
		err := m.exec("DELETE FROM problem WHERE mailbox = ? AND key = ? AND (kind = ? OR ?)",
			m.c.Mailbox, u.Key, ProblemMessage, u.PartsKnown)
		if err != nil {
			return err
		}
	}
	h, ok, err := m.find(u.Key)
	if err != nil {
		return err
	}
	if !ok {
		return m.insert(u, p)
	}
	newParts := h.deleted
	if u.PartsKnown && !newParts {
		same, err := m.sameParts(h, u.Parts)
		if err != nil {
			return err
		}
		newParts = !same
	}
	newPayload := h.deleted || !bytes.Equal(h.sum, p.sum)
	if !newParts && !newPayload && h.folder == m.c.Folder && h.goneAt == 0 {
		if h.seen == m.round && h.stamp == u.Stamp {
			return nil
		}
		return m.exec("UPDATE message SET seen = ?, stamp = ? WHERE id = ?", m.round, u.Stamp, h.id)
	}
	parts, failed := h.parts, h.failed
	if newParts {
		if err := m.putParts(h.id, h.parts, u.Parts); err != nil {
			return err
		}
		parts, failed = len(u.Parts), anyFailed(u.Parts)
	}
	if newPayload {
		if err := m.putContent(h.id, u, p); err != nil {
			return err
		}
	}
	return m.exec(`UPDATE message SET seq = ?, folder = ?, deleted = 0, seen = ?, parts = ?, failed = ?, stamp = ?, sum = ?,
		gone_at = 0 WHERE id = ?`, m.tick(), m.c.Folder, m.round, parts, failed, u.Stamp, p.sum, h.id)
}

func (m *committer) insert(u *Upsert, p packed) error {
	m.lastID++
	err := m.exec(`INSERT INTO message (id, seq, mailbox, folder, key, deleted, seen, parts, failed, stamp, sum)
		VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
		m.lastID, m.tick(), m.c.Mailbox, m.c.Folder, u.Key, m.round, len(u.Parts), anyFailed(u.Parts), u.Stamp, p.sum)
	if err != nil {
		return err
	}
	if err := m.putContent(m.lastID, u, p); err != nil {
		return err
	}
	return m.putParts(m.lastID, 0, u.Parts)
}

func (m *committer) putContent(id int64, u *Upsert, p packed) error {
	return m.exec("INSERT OR REPLACE INTO content (message, format, codec, size, payload) VALUES (?, ?, ?, ?, ?)",
		id, u.Format, p.how, len(u.Payload), p.data)
}

// problem records what could not be taken. What is held of it was still
// reported to exist.
func (m *committer) problem(p Problem) error {
	if err := m.putProblem(p); err != nil || p.Key == "" {
		return err
	}
	return m.exec("UPDATE message SET seen = ? WHERE mailbox = ? AND key = ? AND folder = ? AND deleted = 0 AND seen <> ?",
		m.round, m.c.Mailbox, p.Key, m.c.Folder, m.round)
}
