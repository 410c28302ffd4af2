package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// A commit that finds the disk full leaves no trace, says what to do, and
// succeeds when there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "A")
	limit := func(pages int) {
		t.Helper()
		_, err := a.w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		check(t, err)
	}
	limit(1)
	noise := rand.NewChaCha8([32]byte{})
	c := MessageCommit{Mailbox: box, Folder: f[0], Cursor: source.Cursor{Link: "next"}}
	for i := range 20 {
		b := make([]byte, 20_000)
		_, _ = noise.Read(b)
		c.Upserts = append(c.Upserts, message(fmt.Sprint(i), string(b)))
	}
	_, err := a.CommitMessages(ctx, c)
	if !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("got %v, want ErrDiskFull with what to do", err)
	}
	cur, _, err := a.MessageCursor(ctx, f[0])
	if head := must[Seq](t)(a.Head(ctx)); err != nil || head != 0 || cur != (source.Cursor{}) || len(feed(t, a, 0)) > 0 {
		t.Errorf("the failed commit left its trace: head %d, cursor %v, %v", head, cur, err)
	}
	limit(1 << 20)
	if head := must[Seq](t)(a.CommitMessages(ctx, c)); head != 20 {
		t.Errorf("head is %d when there is room again", head)
	}
	check(t, a.Check(ctx))
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("write: %w", syscall.ENOSPC), "free some space"},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, "read and write access"},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, "writable"},
	} {
		got := explain(c.err)
		if !strings.Contains(got.Error(), c.want) || !errors.Is(got, c.err) {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}

// Check is what finds damage that no reading has met yet.
func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(*testing.T, *Archive){
		"a blob is gone": func(t *testing.T, a *Archive) { check(t, os.Remove(a.dir.blob(onlyBlob(t, a)))) },
		"a blob is cut":  func(t *testing.T, a *Archive) { check(t, os.Truncate(a.dir.blob(onlyBlob(t, a)), 3)) },
		"a payload is another": func(t *testing.T, a *Archive) {
			check(t, a.write(t.Context(), func(t *txn) error {
				return t.exec("UPDATE content SET codec = 0, payload = x'00'")
			}))
		},
		"a payload cannot be unpacked": func(t *testing.T, a *Archive) {
			check(t, a.write(t.Context(), func(t *txn) error {
				return t.exec("UPDATE content SET codec = 2, payload = x'00'")
			}))
		},
		"a payload is gone": func(t *testing.T, a *Archive) {
			check(t, a.write(t.Context(), func(t *txn) error { return t.exec("DELETE FROM content") }))
		},
		"a part is gone": func(t *testing.T, a *Archive) {
			check(t, a.write(t.Context(), func(t *txn) error { return t.exec("DELETE FROM part") }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openTest(t)
			box, f := newFolders(t, a, "A")
			u := message("k", strings.Repeat("payload", 100))
			d, n, err := a.PutBlob(t.Context(), strings.NewReader("bytes"), 0)
			check(t, err)
			u.Parts = append(u.Parts, part(d, n))
			must[Seq](t)(a.CommitMessages(t.Context(), MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{u}}))
			check(t, a.Check(t.Context()))
			damage(t, a)
			if err := a.Check(t.Context()); err == nil {
				t.Error("not found")
			}
		})
	}
}

func TestForgetPurged(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "A")
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{message("a", "{}"), message("b", "{}")}}))
	check(t, a.SetMailboxState(ctx, box, MailboxPurged, "asked for"))
	check(t, a.Forget(ctx, 3))
	if rs := feed(t, a, 0); len(rs) != 1 || rs[0].Seq != 4 || !rs[0].Deleted {
		t.Errorf("the feed lost a tombstone that not all have seen: %v", rs)
	}
	check(t, a.Forget(ctx, 4))
	var rows int
	check(t, a.r.row(ctx, "SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM folder) + (SELECT count(*) FROM mailbox)").Scan(&rows))
	if rows != 0 {
		t.Errorf("%d rows are left of a purged mailbox", rows)
	}
	box2, f2 := newFolders(t, a, "A")
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box2, Folder: f2[0], Upserts: []Upsert{message("a", "{}")}}))
	if r := feed(t, a, 0)[0]; box2 == box || f2[0] == f[0] || r.ID != 3 || r.Seq != 5 {
		t.Errorf("numbers were used again: mailbox %d, folder %d, %+v", box2, f2[0], r)
	}
}

func part(d mail.Digest, size int64) mail.Part {
	return mail.Part{Kind: mail.FilePart, Size: size, Digest: d}
}

// onlyBlob is the only blob of an archive.
func onlyBlob(t *testing.T, a *Archive) (d mail.Digest) {
	t.Helper()
	check(t, a.eachBlob(func(found mail.Digest, _ fs.FileInfo) error { d = found; return nil }))
	return d
}

// What a commit promises after a power cut rests on these settings.
func TestDatabaseIsSetToLast(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		check(t, a.w.conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
