package archive

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// TestOlderSchemaIsBroughtUp: a folder of the first release opens, with its
// mail, its problems and its removed mailboxes.
func TestOlderSchemaIsBroughtUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := must[*Archive](t)(Open(t.Context(), dir))
	check(t, a.Close())
	l := layout{root: dir}
	for _, name := range []string{l.db(), l.db() + "-wal", l.db() + "-shm"} {
		_ = os.Remove(name)
	}
	w := must[*writer](t)(openWriter(t.Context(), l.db()))
	_, err := w.conn.ExecContext(t.Context(), schema1+`
		PRAGMA application_id = 1297183353; PRAGMA user_version = 1;
		INSERT INTO meta VALUES ('id', 'old');
		INSERT INTO mailbox (id, source, key, address, name, aliases, purpose, state, seen) VALUES (1, 'graph', 'k', 'a@b', '', 'null', '', 'removed', 1);
		INSERT INTO folder (id, mailbox, key, parent_key, name, well_known, hidden, skip, total, seen) VALUES (1, 1, 'f', '', 'F', '', 0, 0, 0, 1);
		INSERT INTO message VALUES (1, 1, 1, 1, 'm', 0, 1, 0, 0, '', NULL);
		INSERT INTO content VALUES (1, 'graph', 0, 2, '{}');
		INSERT INTO problem VALUES (1, 'bad', 1, 1, 'malformed');
		UPDATE clock SET seq = 1, message = 1;`)
	check(t, err)
	check(t, w.close())

	a = must[*Archive](t)(Open(t.Context(), dir))
	defer a.Close()
	box := must[[]Mailbox](t)(a.Mailboxes(t.Context()))[0]
	if box.State != MailboxRemoved || box.RemovedAt.IsZero() {
		t.Errorf("the removed mailbox is %+v", box)
	}
	if r := must[Record](t)(a.Record(t.Context(), 1)); string(r.Payload) != "{}" || !r.GoneAt.IsZero() {
		t.Errorf("the message is %+v", r)
	}
	ps := must[[]Problem](t)(a.Problems(t.Context(), ProblemFilter{}))
	if len(ps) != 1 || ps[0].Kind != ProblemMessage || ps[0].Key != "bad" || ps[0].Next.IsZero() {
		t.Errorf("the problems are %+v", ps)
	}
}

// TestKeptMessageComesBack: what is gone at the source and kept is one change for
// the index, and what turns up again is no longer gone.
func TestKeptMessageComesBack(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "a")
	m := message("m", "{}")
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{m}, Cursor: done("1")}))
	at := time.UnixMicro(1_700_000_000_000_000).UTC()
	gone := MessageCommit{Mailbox: box, Folder: f[0], Removed: []string{"m"}, Removal: Removal{Keep: true, At: at}, Cursor: done("2")}
	head := must[Seq](t)(a.CommitMessages(ctx, gone))
	gone.Removal.At = at.Add(time.Hour)
	if again := must[Seq](t)(a.CommitMessages(ctx, gone)); again != head {
		t.Error("a message that is reported gone twice is two changes")
	}
	s := must[map[string]Stored](t)(a.Lookup(ctx, box, []string{"m"}))["m"]
	if !s.GoneAt.Equal(at) || string(s.Payload) != "{}" {
		t.Errorf("the kept message is %+v", s)
	}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{m}, Cursor: done("3")}))
	if s := must[map[string]Stored](t)(a.Lookup(ctx, box, []string{"m"}))["m"]; !s.GoneAt.IsZero() {
		t.Error("a message that came back is still marked as gone")
	}
}

// TestExcludedFolderIsPurgedAndFilledAgain walks through a change of scope and
// back.
func TestExcludedFolderIsPurgedAndFilledAgain(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "a", "b")
	for _, id := range f {
		must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: id, Upserts: []Upsert{message(id.String(), "{}")}, Cursor: done("m")}))
	}
	check(t, a.ExcludeFolders(ctx, box, []mail.FolderID{f[1]}, nil))
	all := Expiry{Mailbox: box, Excluded: true}
	ids := must[[]mail.MessageID](t)(a.Expired(ctx, all, 0, 10))
	if len(ids) != 1 || must[Record](t)(a.Record(ctx, ids[0])).Folder != f[1] {
		t.Fatalf("expired: %v", ids)
	}
	// A message that has no business here any more goes, and no other.
	if n := must[int](t)(a.Purge(ctx, []mail.MessageID{1, 2})); n != 1 {
		t.Errorf("%d messages purged, want 1", n)
	}
	if n := must[int](t)(a.Live(ctx)); n != 1 {
		t.Errorf("%d messages are left, want that of the other folder", n)
	}
	check(t, a.ExcludeFolders(ctx, box, nil, nil))
	if c, full, err := a.MessageCursor(ctx, f[1]); err != nil || !full || c.Link != "" {
		t.Errorf("the folder's stream is at %v %v %v, want its start", c, full, err)
	}
	if c, _, err := a.MessageCursor(ctx, f[0]); err != nil || c.Link == "" {
		t.Errorf("the other folder's stream was restarted: %v %v", c, err)
	}

	check(t, a.SetMailboxState(ctx, box, MailboxExcluded, "out of scope"))
	if ids := must[[]mail.MessageID](t)(a.Expired(ctx, all, 0, 10)); len(ids) != 1 {
		t.Errorf("an excluded mailbox has %d expired messages, want all of them", len(ids))
	}
	ids = must[[]mail.MessageID](t)(a.Expired(ctx, all, 0, 10))
	check(t, a.ExcludeMailbox(ctx, box, time.Unix(1, 0), "out of scope, it seems"))
	if late := must[[]mail.MessageID](t)(a.Expired(ctx, all, 0, 10)); len(late) != 0 {
		t.Errorf("a mailbox of which it is not certain has %d expired messages", len(late))
	}
	if n := must[int](t)(a.Purge(ctx, ids)); n != 0 {
		t.Errorf("%d of its messages were purged", n)
	}
	check(t, a.SetMailboxState(ctx, box, MailboxActive, ""))
	if c := must[source.Cursor](t)(a.FolderCursor(ctx, box)); c.Link != "" {
		t.Errorf("the stream of folders is at %v, want its start", c)
	}
}

// TestPurgeLeavesNothing looks for a purged body in the database's files.
func TestPurgeLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := must[*Archive](t)(Open(t.Context(), dir))
	defer a.Close()
	ctx := t.Context()
	box, f := newFolders(t, a, "a")
	var secret strings.Builder // does not pack, and fills many pages
	for secret.Len() < 40_000 {
		secret.WriteString(mail.Digest{byte(secret.Len()), byte(secret.Len() >> 8)}.String()[:4])
	}
	us := []Upsert{message("m", secret.String()), message("other", "{}")}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: us, Cursor: done("1")}))
	_, packed, err := a.codec.pack(us[0].Payload)
	check(t, err)
	window := packed[len(packed)/2 : len(packed)/2+64]
	found := func() bool {
		for _, name := range []string{"log.db", "log.db-wal"} {
			if b, _ := os.ReadFile(filepath.Join(dir, "archive", name)); bytes.Contains(b, window) {
				return true
			}
		}
		return false
	}
	if !found() {
		t.Fatal("the test looks in the wrong place")
	}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Removed: []string{"m"}, Removal: Removal{Keep: true, At: time.UnixMicro(1)}, Cursor: done("2")}))
	ids := must[[]mail.MessageID](t)(a.Expired(ctx, Expiry{Mailbox: box, GoneBefore: time.Now()}, 0, 10))
	if n := must[int](t)(a.Purge(ctx, ids)); n != 1 {
		t.Fatalf("%d messages purged, want 1", n)
	}
	check(t, a.Scrub(ctx))
	if found() {
		t.Error("the purged body is still in the database")
	}
}

func TestProblemsAreKeptUntilTheyAreOver(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "a")
	now := time.UnixMicro(5_000_000).UTC()
	bad := Problem{Kind: ProblemMessage, Key: "m", Reason: "malformed", Code: "X", Attempts: 1, First: now, Last: now, Next: now.Add(time.Hour)}
	part := Problem{Kind: ProblemAttachment, Key: "n", Part: "p", Reason: "broke off", Attempts: 1, First: now, Last: now}
	n := message("n", "{}")
	n.Parts, n.PartsKnown = []mail.Part{{Key: "p", Problem: "broke off"}}, true
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{
		Mailbox: box, Folder: f[0], Upserts: []Upsert{n},
		Problems: []Problem{bad, part}, Cursor: done("1"),
	}))
	bad.Attempts, bad.Last, bad.Mailbox, bad.Folder = 2, now.Add(time.Minute), box, f[0]
	check(t, a.SetProblems(ctx, []Problem{bad}))
	ps := must[[]Problem](t)(a.Problems(ctx, ProblemFilter{Mailbox: box}))
	if len(ps) != 2 || ps[0].Attempts != 2 || !ps[0].First.Equal(now) || ps[1].Message == 0 || ps[1].Key != "n" {
		t.Fatalf("problems: %+v", ps)
	}
	due := func(at time.Time) int {
		return len(must[[]Problem](t)(a.Problems(ctx, ProblemFilter{Due: at})))
	}
	if n := due(now); n != 0 {
		t.Errorf("%d problems are due too early", n)
	}
	if n := due(now.Add(time.Hour)); n != 1 {
		t.Errorf("%d problems are due, want the one with a time", n)
	}
	if n := must[int](t)(a.RetryProblems(ctx, nil, box, now)); n != 2 || due(now) != 2 {
		t.Errorf("%d problems asked for, %d due", n, due(now))
	}
	if n := must[map[mail.MailboxID]int](t)(a.CountProblems(ctx)); !cmp.Equal(n, map[mail.MailboxID]int{box: 2}) {
		t.Errorf("counts: %v", n)
	}
	check(t, a.SetPart(ctx, ps[1].Message, 0, mail.Part{Key: "p"}))
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{message("m", "{}")}, Cursor: done("2")}))
	if ps := must[[]Problem](t)(a.Problems(ctx, ProblemFilter{})); len(ps) != 0 {
		t.Errorf("problems that are over: %+v", ps)
	}
}

func TestHoldsAndCoverageAreKept(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	ctx := t.Context()
	box, f := newFolders(t, a, "a")
	h := must[Hold](t)(a.AddHold(ctx, Hold{Query: "merger", Reason: "case 7", By: "operator", Since: time.UnixMicro(7).UTC()}))
	if d := cmp.Diff([]Hold{h}, must[[]Hold](t)(a.Holds(ctx))); d != "" || h.ID == 0 {
		t.Error(d)
	}
	check(t, a.EndHold(ctx, h.ID))
	if err := a.EndHold(ctx, h.ID); err == nil {
		t.Error("a hold was ended twice")
	}
	c := Coverage{Mailbox: box, Folder: f[0], At: time.UnixMicro(9).UTC(), Source: 3, Stored: 2, SetAside: 1}
	check(t, a.SaveCoverage(ctx, []Coverage{{Mailbox: box, Folder: f[0]}}))
	check(t, a.SaveCoverage(ctx, []Coverage{c}))
	if d := cmp.Diff([]Coverage{c}, must[[]Coverage](t)(a.Coverages(ctx, 0))); d != "" {
		t.Error(d)
	}
	must[Seq](t)(a.CommitMessages(ctx, MessageCommit{Mailbox: box, Folder: f[0], Upserts: []Upsert{message("m", "{}")}, Cursor: done("1")}))
	keys, err := a.Keys(ctx, f[0])
	check(t, err)
	n := 0
	for k, err := range keys {
		check(t, err)
		n++
		if k.Key != "m" || k.ID == 0 || k.Seq == 0 {
			t.Errorf("key: %+v", k)
		}
	}
	if n != 1 {
		t.Errorf("%d keys, want 1", n)
	}
}

// TestHolder: whoever finds the folder in use learns where to ask.
func TestHolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	holder := func() (string, bool) {
		t.Helper()
		address, held, err := Holder(dir)
		check(t, err)
		return address, held
	}
	if _, held := holder(); held {
		t.Error("an absent folder is in use")
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("looking made the folder")
	}
	a := must[*Archive](t)(Open(t.Context(), dir))
	if address, held := holder(); !held || address != "" {
		t.Errorf("in use %v, at %q", held, address)
	}
	check(t, a.Announce("http://127.0.0.1:8080"))
	if address, held := holder(); !held || address != "http://127.0.0.1:8080" {
		t.Errorf("in use %v, at %q", held, address)
	}
	check(t, a.Close())
	if _, held := holder(); held {
		t.Error("the folder is in use after the end")
	}
	a = must[*Archive](t)(Open(t.Context(), dir))
	defer a.Close()
	if address, _ := holder(); address != "" {
		t.Errorf("the address of an earlier process is told: %q", address)
	}
}
