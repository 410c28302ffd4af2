package archive

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

func done(link string) source.Cursor { return source.Cursor{Link: link, Complete: true} }

func states(t *testing.T, a *Archive) string {
	t.Helper()
	var out []string
	for _, b := range must[[]Mailbox](t)(a.Mailboxes(t.Context())) {
		out = append(out, b.Key+":"+string(b.State))
	}
	return strings.Join(out, " ")
}

func TestMailboxesComeAndGo(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	commit := func(next source.Cursor, boxes ...source.Mailbox) {
		t.Helper()
		check(t, a.CommitMailboxes(ctx, "graph", source.MailboxPage{Mailboxes: boxes, Next: next}))
	}
	expect := func(want string) {
		t.Helper()
		if got := states(t, a); got != want {
			t.Errorf("mailboxes are %q, want %q", got, want)
		}
	}
	box := func(key string) source.Mailbox { return source.Mailbox{Key: key, Address: key + "@example.org"} }
	check(t, a.CommitMailboxes(ctx, "import", source.MailboxPage{Mailboxes: []source.Mailbox{box("z")}}))

	commit(source.Cursor{Link: "1"}, box("a"), box("b"))
	commit(done("2"), box("c"))
	expect("a:active b:active c:active z:active")
	commit(done("3"), source.Mailbox{Key: "b", Gone: true}, source.Mailbox{Key: "never", Gone: true})
	expect("a:active b:removed c:active z:active")
	commit(done("4"), source.Mailbox{Key: "b"})
	expect("a:active b:active c:active z:active")
	check(t, a.SetMailboxState(ctx, 3, MailboxDenied, "not in scope"))
	commit(done("5"), source.Mailbox{Key: "b"})
	if got := states(t, a); !strings.Contains(got, ":denied") {
		t.Errorf("a listing lifted what a probe has found: %s", got)
	}
	check(t, a.SetMailboxState(ctx, 3, MailboxActive, ""))

	check(t, a.RestartMailboxes(ctx, "graph"))
	commit(source.Cursor{Link: "6"}, box("a"))
	expect("a:active b:active c:active z:active")
	commit(done("7"), box("b"))
	expect("a:active b:active c:removed z:active")
	if c := must[source.Cursor](t)(a.MailboxCursor(ctx, "graph")); c != done("7") {
		t.Errorf("cursor %v", c)
	}
}

func TestPartialMailboxKeepsWhatItLacks(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	full := source.Mailbox{Key: "k", Address: "a@example.org", Name: "A", Aliases: []string{"b@example.org"}, Purpose: "shared"}
	check(t, a.CommitMailboxes(ctx, "graph", source.MailboxPage{Mailboxes: []source.Mailbox{full}}))
	check(t, a.CommitMailboxes(ctx, "graph", source.MailboxPage{Mailboxes: []source.Mailbox{{Key: "k", Name: "B"}}}))
	check(t, a.UpdateMailbox(ctx, 1, source.Mailbox{Settings: []byte("{}")}))
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	check(t, a.SetMailboxResult(ctx, 1, at, ""))
	check(t, a.SetMailboxResult(ctx, 1, at.Add(time.Hour), "no network"))
	want := []Mailbox{{
		ID: 1, Source: "graph", Key: "k", Address: "a@example.org", Name: "B", Aliases: []string{"b@example.org"},
		Purpose: "shared", State: MailboxActive, LastAttempt: at.Add(time.Hour), LastSuccess: at, LastError: "no network",
	}}
	if d := cmp.Diff(want, must[[]Mailbox](t)(a.Mailboxes(ctx))); d != "" {
		t.Error(d)
	}
	if err := a.UpdateMailbox(ctx, 9, full); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown mailbox: %v", err)
	}
}

func TestFolderPaths(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	box, _ := newFolders(t, a)
	check(t, a.RestartFolders(t.Context(), box))
	check(t, a.CommitFolders(t.Context(), box, source.FolderPage{Next: done("f"), Folders: []source.Folder{
		{Key: "grandchild", ParentKey: "child", Name: "G"},
		{Key: "root", Name: "Top of Information Store", WellKnown: "msgfolderroot"},
		{Key: "inbox", ParentKey: "root", Name: "Posteingang", WellKnown: "inbox"},
		{Key: "child", ParentKey: "inbox", Name: "C"},
		{Key: "orphan", ParentKey: "unknown", Name: "O"},
		{Key: "x", ParentKey: "y", Name: "X"},
		{Key: "y", ParentKey: "x", Name: "Y"},
		{Key: "below", ParentKey: "x", Name: "Z"},
	}}, Removal{}))
	var got []string
	for _, f := range must[[]Folder](t)(a.Folders(t.Context(), 0)) {
		got = append(got, fmt.Sprintf("%d<%d %s", f.ID, f.Parent, strings.Join(f.Path, "/")))
	}
	want := []string{"5<0 O", "3<0 Posteingang", "4<3 Posteingang/C", "1<4 Posteingang/C/G", "6<0 X", "7<0 Y", "8<0 Z"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestFoldersBelowASkippedOneAreSkipped in whatever order they come.
func TestFoldersBelowASkippedOneAreSkipped(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	box, _ := newFolders(t, a)
	for n, f := range []source.Folder{
		{Key: "deepest", ParentKey: "deep"}, {Key: "deep", ParentKey: "issues"}, {Key: "issues", Skip: true}, {Key: "inbox"},
	} {
		page := source.FolderPage{Folders: []source.Folder{f}, Next: source.Cursor{Link: fmt.Sprint(n)}}
		check(t, a.CommitFolders(t.Context(), box, page, Removal{}))
	}
	for _, f := range must[[]Folder](t)(a.Folders(t.Context(), box)) {
		if f.Skip != (f.Key != "inbox") {
			t.Errorf("%s is skipped: %v", f.Key, f.Skip)
		}
	}
}

func TestFoldersOfAFullRound(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "a", "b")
	for _, id := range f {
		must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: id, Upserts: []Upsert{message(id.String(), "{}")}, Cursor: done("m")}))
	}
	check(t, a.CommitFolders(ctx, box, source.FolderPage{Next: done("f2"), Folders: []source.Folder{{Key: "a", Name: "renamed"}}}, Removal{}))
	if n := len(must[[]Folder](t)(a.Folders(ctx, box))); n != 2 {
		t.Errorf("%d folders after a round of changes, want 2", n)
	}
	check(t, a.RestartFolders(ctx, box))
	check(t, a.CommitFolders(ctx, box, source.FolderPage{Next: done("f3"), Folders: []source.Folder{{Key: "a"}}}, Removal{}))
	fs := must[[]Folder](t)(a.Folders(ctx, box))
	if len(fs) != 1 || fs[0].Name != "renamed" {
		t.Errorf("after a full round that lacks b: %v", fs)
	}
	recs := feed(t, a, 2)
	if len(recs) != 1 || !recs[0].Deleted || recs[0].Key != f[1].String() {
		t.Errorf("the message of the folder that is gone is not tombstoned: %v", recs)
	}
	if _, err := a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[1]}); !errors.Is(err, ErrNotFound) {
		t.Errorf("commit into a gone folder: %v", err)
	}
}

// A message moved from A to B is reported by both, in either order.
func TestMovedMessageSurvivesItsRemoval(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "A", "B")
	put := func(folder mail.FolderID, us []Upsert, removed ...string) {
		t.Helper()
		must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: folder, Upserts: us, Removed: removed, Cursor: done("x")}))
	}
	where := func() Stored { return must[map[string]Stored](t)(a.Lookup(ctx, box, []string{"m"}))["m"] }
	one := []Upsert{message("m", "{}")}
	put(f[0], one)
	id := where().ID
	put(f[1], one)
	put(f[0], nil, "m")
	if s := where(); s.Deleted || s.Folder != f[1] {
		t.Errorf("moved before it was removed: %+v", s)
	}
	put(f[1], nil, "m")
	if s := where(); !s.Deleted || s.Payload != nil {
		t.Errorf("removed where it is: %+v", s)
	}
	put(f[0], one)
	if s := where(); s.Deleted || s.Folder != f[0] || s.ID != id || string(s.Payload) != "{}" {
		t.Errorf("resurrected: %+v, want id %s", s, id)
	}
}

func TestReplayCostsNothing(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "A")
	u := message("m", "{}")
	u.Parts = []mail.Part{{Kind: mail.FilePart, Name: "x", Pending: true}}
	c := MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{u}, Cursor: source.Cursor{Link: "x"}}
	first := must[Seq](t)(a.CommitMessages(ctx, c))
	if again := must[Seq](t)(a.CommitMessages(ctx, c)); again != first {
		t.Errorf("a replay moved the head from %d to %d", first, again)
	}
	c.Upserts[0].PartsKnown, c.Upserts[0].Parts = false, nil
	if again := must[Seq](t)(a.CommitMessages(ctx, c)); again != first {
		t.Errorf("an upsert that keeps the parts moved the head from %d to %d", first, again)
	}
}

func TestPendingParts(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "A")
	var us []Upsert
	for _, k := range []string{"a", "b"} {
		u := message(k, "{}")
		u.Parts = []mail.Part{{Kind: mail.FilePart, Key: k + "0"}, {Kind: mail.FilePart, Key: k + "1", Pending: true}}
		us = append(us, u)
	}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: us}))
	list := func(limit int) string {
		var keys []string
		for _, p := range must[[]PendingPart](t)(a.PendingParts(ctx, box, limit)) {
			keys = append(keys, fmt.Sprintf("%d:%s:%d:%s", p.Message, p.Key, p.Index, p.Part.Key))
		}
		return strings.Join(keys, " ")
	}
	if got := list(0); got != "1:a:1:a1 2:b:1:b1" {
		t.Errorf("pending: %s", got)
	}
	// One that fails again goes to the end of the queue.
	check(t, a.SetPart(ctx, 1, 1, mail.Part{Kind: mail.FilePart, Key: "a1", Pending: true, Problem: "503"}))
	if got := must[[]PendingPart](t)(a.PendingParts(ctx, box, 1)); len(got) != 1 || got[0].Key != "b" {
		t.Errorf("first of the queue: %+v", got)
	}
	if s := must[[]FolderStatus](t)(a.Status(ctx, 0)); s[0].Failed != 1 {
		t.Errorf("failed is %d, want 1", s[0].Failed)
	}
	check(t, a.SetPart(ctx, 1, 1, mail.Part{Kind: mail.FilePart, Key: "a1", Size: 3, Digest: mail.Digest{1}}))
	r := must[Record](t)(a.Record(ctx, 1))
	if r.Seq != 4 || r.Parts[1].Digest != (mail.Digest{1}) || r.Parts[0].Key != "a0" {
		t.Errorf("after SetPart: %+v", r)
	}
	if s := must[[]FolderStatus](t)(a.Status(ctx, 0)); s[0].Failed != 0 {
		t.Errorf("failed is %d, want 0", s[0].Failed)
	}
	if err := a.SetPart(ctx, 1, 2, mail.Part{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown part: %v", err)
	}
	if err := a.SetPart(ctx, 9, 0, mail.Part{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown message: %v", err)
	}
}

// Writers side by side get numbers without gaps, and a reader that follows the
// feed sees every message's last state.
func TestWritersAndFeedSideBySide(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, fs := newFolders(t, a, "A", "B", "C", "D")
	const pages, size = 15, 25
	var writers sync.WaitGroup
	for w, f := range fs {
		writers.Go(func() {
			for p := range pages {
				c := MessageCommit{Mailbox: box, Folder: f, Cursor: source.Cursor{Link: fmt.Sprint(p)}}
				for i := range size {
					c.Upserts = append(c.Upserts, message(fmt.Sprintf("%d-%d", w, (p*7+i)%60), fmt.Sprintf("%d %d %d", w, p, i)))
				}
				if _, err := a.CommitMessages(ctx, c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	stopped := make(chan struct{})
	go func() { writers.Wait(); close(stopped) }()
	followed := map[string]string{}
	var at Seq
	for last := false; !last; {
		select {
		case <-stopped:
			last = true
		default:
		}
		for _, r := range feed(t, a, at) {
			if r.Seq <= at {
				t.Fatalf("seq %d after %d", r.Seq, at)
			}
			at = r.Seq
			followed[r.Key] = string(r.Payload)
		}
	}
	want := map[string]string{}
	for _, r := range feed(t, a, 0) {
		want[r.Key] = string(r.Payload)
	}
	if d := cmp.Diff(want, followed); d != "" || len(want) != 4*60 {
		t.Errorf("%d messages; the follower differs: %s", len(want), d)
	}
	if at != 4*pages*size {
		t.Errorf("head is %d after %d changes", at, 4*pages*size)
	}
	check(t, a.Check(ctx))
}

func TestRecordsKeepTheOrderAsked(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "A")
	c := MessageCommit{Mailbox: box, Folder: f[0]}
	var ids []mail.MessageID
	for i := range 700 {
		c.Upserts = append(c.Upserts, message(fmt.Sprint(i), fmt.Sprint("{}", i)))
		ids = append(ids, mail.MessageID(i+1))
	}
	must[Seq](t)(a.CommitMessages(ctx, c))
	slices.Reverse(ids)
	recs := must[[]Record](t)(a.Records(ctx, append([]mail.MessageID{9999}, ids...)))
	if len(recs) != len(ids) {
		t.Fatalf("%d records, want %d", len(recs), len(ids))
	}
	for i, r := range recs {
		if r.ID != ids[i] || string(r.Payload) != fmt.Sprint("{}", int(ids[i]-1)) {
			t.Fatalf("record %d is %s, want %s", i, r.ID, ids[i])
		}
	}
	if _, err := a.Record(ctx, 9999); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown id: %v", err)
	}
}
