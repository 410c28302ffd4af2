package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

func openTest(t testing.TB) *Archive {
	t.Helper()
	a, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// must gives the value of a call that has to succeed.
func must[T any](t testing.TB) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newFolders makes one mailbox with folders of the given keys.
func newFolders(t testing.TB, a *Archive, keys ...string) (mail.MailboxID, []mail.FolderID) {
	t.Helper()
	check(t, a.CommitMailboxes(t.Context(), "graph", source.MailboxPage{
		Mailboxes: []source.Mailbox{{Key: "box", Address: "box@example.org", Name: "Box"}},
		Next:      source.Cursor{Link: "m1", Complete: true},
	}))
	box := must[[]Mailbox](t)(a.Mailboxes(t.Context()))[0].ID
	var fs []source.Folder
	for _, k := range keys {
		fs = append(fs, source.Folder{Key: k, Name: k})
	}
	check(t, a.CommitFolders(t.Context(), box, source.FolderPage{Folders: fs, Next: source.Cursor{Link: "f1", Complete: true}}, Removal{}))
	byKey := map[string]mail.FolderID{}
	for _, f := range must[[]Folder](t)(a.Folders(t.Context(), box)) {
		byKey[f.Key] = f.ID
	}
	var ids []mail.FolderID
	for _, k := range keys {
		ids = append(ids, byKey[k])
	}
	return box, ids
}

func feed(t testing.TB, a *Archive, after Seq) []Record {
	t.Helper()
	var out []Record
	for r, err := range a.Since(t.Context(), after) {
		check(t, err)
		out = append(out, r)
	}
	return out
}

func message(key, payload string) Upsert {
	return Upsert{Key: key, Format: source.GraphJSON, Payload: []byte(payload), PartsKnown: true}
}

func TestMessageComesBackAsItWasStored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := must[*Archive](t)(Open(t.Context(), dir))
	box, f := newFolders(t, a, "inbox")
	body := strings.Repeat("attachment bytes ", 1000)
	d, n, err := a.PutBlob(t.Context(), strings.NewReader(body), 0)
	check(t, err)
	parts := []mail.Part{
		{Key: "p1", Name: "a.txt", ContentType: "text/plain", ContentID: "c", Kind: mail.FilePart, Inline: true, Size: n, Digest: d},
		{Key: "p2", Kind: mail.ReferencePart, Name: "link"},
		{Key: "p3", Kind: mail.ItemPart, Problem: "403", Size: 7, Pending: true},
	}
	var ups []Upsert
	for _, p := range []string{"", "short", strings.Repeat("long payload ", 10_000), "\x00\xff binary"} {
		ups = append(ups, Upsert{Key: "k" + p[:min(len(p), 5)], Format: source.RFC822, Payload: []byte(p), Parts: parts, PartsKnown: true, Stamp: "s1"})
	}
	head := must[Seq](t)(a.CommitMessages(t.Context(), MessageCommit{
		Mailbox: box, Folder: f[0], Upserts: ups, Cursor: source.Cursor{Link: "l1"},
	}))
	id := a.ID()
	check(t, a.Close())

	a = must[*Archive](t)(Open(t.Context(), dir))
	defer a.Close()
	if a.ID() != id || must[Seq](t)(a.Head(t.Context())) != head || head != Seq(len(ups)) {
		t.Errorf("after reopening: id %q head %d, want %q %d", a.ID(), a.head.Load(), id, len(ups))
	}
	recs := feed(t, a, 0)
	if len(recs) != len(ups) {
		t.Fatalf("feed has %d records, want %d", len(recs), len(ups))
	}
	for i, r := range recs {
		want := Record{
			ID: mail.MessageID(i + 1), Seq: Seq(i + 1), Mailbox: box, Folder: f[0], Key: ups[i].Key, Format: source.RFC822,
			Payload: ups[i].Payload, Parts: parts,
		}
		if !bytes.Equal(want.Payload, r.Payload) {
			t.Errorf("the payload of record %d differs", i)
		}
		want.Payload, r.Payload = nil, nil
		if diff := cmp.Diff(want, r, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("record %d: %s", i, diff)
		}
	}
	cur, full, err := a.MessageCursor(t.Context(), f[0])
	if err != nil || cur != (source.Cursor{Link: "l1"}) || !full {
		t.Errorf("cursor %v full %v err %v", cur, full, err)
	}
	blob := must[io.ReadSeekCloser](t)(a.OpenBlob(t.Context(), d))
	got := must[[]byte](t)(io.ReadAll(blob))
	check(t, blob.Close())
	if string(got) != body {
		t.Error("the blob differs")
	}
	check(t, a.Check(t.Context()))
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	t.Run("a folder in use", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		a := must[*Archive](t)(Open(t.Context(), dir))
		defer a.Close()
		_, err := Open(t.Context(), dir)
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process ") {
			t.Errorf("got %v, want ErrLocked with the process", err)
		}
		newFolders(t, a, "still works")
	})
	t.Run("another's folder", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		check(t, os.WriteFile(filepath.Join(dir, "thesis.doc"), []byte("x"), 0o600))
		if _, err := Open(t.Context(), dir); !errors.Is(err, ErrForeign) {
			t.Errorf("got %v, want ErrForeign", err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("files were put into another's folder: %v", entries)
		}
	})
	t.Run("a newer schema", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		a := must[*Archive](t)(Open(t.Context(), dir))
		_, err := a.w.conn.ExecContext(t.Context(), "PRAGMA user_version = 99")
		check(t, err)
		check(t, a.Close())
		if _, err := Open(t.Context(), dir); !errors.Is(err, ErrNewer) {
			t.Errorf("got %v, want ErrNewer", err)
		}
	})
	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "file")
		check(t, os.WriteFile(path, nil, 0o600))
		if _, err := Open(t.Context(), path); err == nil {
			t.Error("opened a file as a data folder")
		}
	})
	t.Run("a damaged database", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		a := must[*Archive](t)(Open(t.Context(), dir))
		check(t, a.Close())
		check(t, os.WriteFile(a.dir.db(), bytes.Repeat([]byte("no database "), 1000), 0o600))
		if _, err := Open(t.Context(), dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v, want ErrDamaged", err)
		}
	})
}

func TestOpenAfterAKillAtTheFirstStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "LOCK"), []byte("1\n"), 0o600))
	check(t, must[*Archive](t)(Open(t.Context(), dir)).Close())
	dir = filepath.Join(t.TempDir(), "a", "b")
	check(t, must[*Archive](t)(Open(t.Context(), dir)).Close())
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	d1, n, err := a.PutBlob(ctx, strings.NewReader("one"), 3)
	check(t, err)
	d2, _, err := a.PutBlob(ctx, strings.NewReader("one"), 0)
	check(t, err)
	if d1 != d2 || n != 3 {
		t.Errorf("equal bytes: %s %s, %d", d1, d2, n)
	}
	count := 0
	check(t, a.eachBlob(func(mail.Digest, os.FileInfo) error { count++; return nil }))
	if count != 1 {
		t.Errorf("equal bytes are kept %d times", count)
	}
	if _, _, err := a.PutBlob(ctx, strings.NewReader("four"), 3); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, _, err := a.PutBlob(ctx, io.MultiReader(strings.NewReader("x"), errReader{}), 0); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken stream: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := a.PutBlob(cancelled, strings.NewReader("x"), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, _ := os.ReadDir(a.dir.tmp()); len(left) != 0 {
		t.Errorf("temporary files are left: %v", left)
	}
	if _, err := a.OpenBlob(ctx, mail.Digest{1}); !errors.Is(err, ErrNotFound) {
		t.Errorf("absent blob: %v", err)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestSweepKeepsWhatIsNamedOrYoung(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "inbox")
	put := func(s string) mail.Digest {
		d, _, err := a.PutBlob(ctx, strings.NewReader(s), 0)
		check(t, err)
		must[int](t)(a.PutTexts(ctx, map[mail.Digest]Text{d: {Made: "a/1", State: "ok", Text: s}}))
		return d
	}
	age := func(d mail.Digest) {
		old := time.Now().Add(-time.Hour)
		check(t, os.Chtimes(a.dir.blob(d), old, old))
		check(t, a.write(ctx, func(t *txn) error {
			return t.exec("UPDATE text SET made = ? WHERE digest = ?", old.UnixMicro(), d[:])
		}))
	}
	named, unnamed, again := put("named"), put("unnamed"), put("put again")
	u := message("k", "{}")
	u.Parts = []mail.Part{{Kind: mail.FilePart, Size: 5, Digest: named}}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{u}}))
	for _, d := range []mail.Digest{named, unnamed, again} {
		age(d)
	}
	young := put("young")
	put("put again")
	// It was old when the sweep listed it, and was put again since.
	if n := must[int64](t)(a.sweepBatch(ctx, []mail.Digest{young, again}, time.Now().Add(-time.Minute))); n != 0 {
		t.Errorf("the sweep took %d bytes that were put again meanwhile", n)
	}
	freed := must[int64](t)(a.SweepBlobs(ctx, time.Minute))
	if freed != int64(len("unnamed")) {
		t.Errorf("freed %d bytes", freed)
	}
	texts := must[map[mail.Digest]Text](t)(a.Texts(ctx, []mail.Digest{named, unnamed, again, young}))
	for d, want := range map[mail.Digest]bool{named: true, unnamed: false, again: true, young: true} {
		_, err := os.Stat(a.dir.blob(d))
		if _, held := texts[d]; held != want || (err == nil) != want {
			t.Errorf("blob %s: text held %v, file %v, want %v", d, held, err, want)
		}
	}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Removed: []string{"k"}}))
	if freed := must[int64](t)(a.SweepBlobs(ctx, time.Minute)); freed != int64(len("named")) {
		t.Errorf("freed %d bytes after the message went", freed)
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	want := map[mail.Digest]Text{
		{1}: {Made: "a/1", State: "ok", Type: "application/pdf", Text: strings.Repeat("words and ", 100_000)},
		{2}: {Made: "a/1", State: "failed", Reason: "broken"},
	}
	must[int](t)(a.PutTexts(t.Context(), want))
	want[mail.Digest{2}] = Text{Made: "a/2", State: "ok", Text: "now"}
	must[int](t)(a.PutTexts(t.Context(), map[mail.Digest]Text{{2}: want[mail.Digest{2}]}))
	got := must[map[mail.Digest]Text](t)(a.Texts(t.Context(), []mail.Digest{{1}, {2}, {3}}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Another text of an attachment is news of the messages that carry it, in the same
// commit; the same text by a newer reader is none.
func TestAnotherTextIsNewsOfItsMessages(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "inbox")
	carries := func(key string, d mail.Digest) Upsert {
		u := message(key, "{}")
		u.Parts = []mail.Part{{Kind: mail.FilePart, Size: 5, Digest: d}}
		return u
	}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{
		carries("a", mail.Digest{1}), carries("b", mail.Digest{2}), carries("c", mail.Digest{1}), carries("d", mail.Digest{1}),
	}}))
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Removed: []string{"d"}}))
	for _, step := range []struct {
		text Text
		news int
	}{
		{Text{Made: "a/1", State: "ok", Text: "walnut"}, 0}, // indexed by whoever made it
		{Text{Made: "a/2", State: "ok", Text: "walnut"}, 0},
		{Text{Made: "a/3", State: "ok", Text: "hazel"}, 2},
		{Text{Made: "a/3", State: "partial", Text: "hazel"}, 2},
	} {
		before := must[Seq](t)(a.Head(ctx))
		n := must[int](t)(a.PutTexts(ctx, map[mail.Digest]Text{{1}: step.text}))
		var keys []string
		for _, r := range feed(t, a, before) {
			keys = append(keys, r.Key)
		}
		if len(keys) != step.news || n != step.news || step.news > 0 && (keys[0] != "a" || keys[1] != "c") {
			t.Errorf("%+v is news of %v (%d), want %d", step.text, keys, n, step.news)
		}
	}
}
