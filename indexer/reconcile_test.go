package indexer_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to damage the store behind its back

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/internal/source/graph"
	"mailquarry/search/engine"
)

// tampered is a source of which some answers are changed.
type tampered struct {
	*graph.Client
	messages func(*source.MessagePage)
	folders  func(since source.Cursor, p *source.FolderPage)
	list     func(*source.ListPage) error
	poison   string // a message that cannot be read
}

func (t *tampered) Fetch(ctx context.Context, mailbox string, messages []string) ([]source.Fetched, error) {
	out, err := t.Client.Fetch(ctx, mailbox, messages)
	for i := range out {
		if messages[i] == t.poison {
			out[i] = source.Fetched{Err: &source.Error{Class: source.Permanent, Code: "ErrorCorruptData"}}
		}
	}
	return out, err
}

func (t *tampered) Messages(ctx context.Context, mailbox, folder string, since source.Cursor) (source.MessagePage, error) {
	p, err := t.Client.Messages(ctx, mailbox, folder, since)
	if err == nil && t.messages != nil {
		t.messages(&p)
	}
	return p, err
}

func (t *tampered) Folders(ctx context.Context, mailbox string, since source.Cursor) (source.FolderPage, error) {
	p, err := t.Client.Folders(ctx, mailbox, since)
	if err == nil && t.folders != nil {
		t.folders(since, &p)
	}
	return p, err
}

func (t *tampered) List(ctx context.Context, mailbox, folder string, since source.Cursor) (source.ListPage, error) {
	p, err := t.Client.List(ctx, mailbox, folder, since)
	if err == nil && t.list != nil {
		err = t.list(&p)
	}
	return p, err
}

// silent drops what the folders' streams tell of messages.
func silent(keys ...string) func(*source.MessagePage) {
	return func(p *source.MessagePage) {
		p.Changes = slices.DeleteFunc(p.Changes, func(c source.Change) bool { return slices.Contains(keys, c.Key) })
	}
}

// checked is a site whose coverage is checked.
type checked struct {
	*site
	src        *tampered
	reconciler *indexer.Reconciler
}

func newChecked(t *testing.T) *checked {
	t.Helper()
	s := newSite(t)
	client, ok := s.source.(*graph.Client)
	if !ok {
		t.Fatalf("the source is %T", s.source)
	}
	c := &checked{site: s, src: &tampered{Client: client}}
	c.pullWith(indexer.PullOptions{})
	return c
}

// pullWith makes the puller anew.
func (c *checked) pullWith(o indexer.PullOptions) {
	o.Now = func() time.Time { return c.clock }
	c.puller = indexer.NewPuller(c.src, c.archive, o)
	c.reconciler = indexer.NewReconciler(c.puller, c.archive, c.index, c.builder, indexer.ReconcileOptions{
		Now: func() time.Time { return c.clock },
	})
}

// reconcile makes a pass over everything.
func (c *checked) reconcile() indexer.ReconcileResult {
	c.t.Helper()
	r, err := c.reconciler.Pass(c.ctx, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.build()
	return r
}

// differences are what a pass found.
type differences struct{ Missing, Surplus, Stale, Unindexed, Repaired, Unexplained, NotVerified int }

func found(r indexer.ReconcileResult) differences {
	return differences{r.Missing, r.Surplus, r.Stale, r.Unindexed, r.Repaired, r.Unexplained, r.NotVerified}
}

// wantDifferences makes a pass that finds these, and another that finds nothing.
func (c *checked) wantDifferences(want differences) {
	c.t.Helper()
	if got := found(c.reconcile()); got != want {
		c.t.Errorf("the pass found %+v, want %+v", got, want)
		c.explain()
	}
	if got := found(c.reconcile()); got != (differences{}) {
		c.t.Errorf("the next pass found %+v", got)
		c.explain()
	}
}

func (c *checked) explain() {
	c.t.Helper()
	rows, err := c.archive.Coverages(c.ctx, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range rows {
		if r.Source+r.Stored > 0 || r.Error != "" {
			c.t.Logf("%+v", r)
		}
	}
}

// behind runs SQL on the store without its knowledge.
func (c *checked) behind(statements ...string) {
	c.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(c.dir, "archive", "log.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(c.ctx, s); err != nil {
			c.t.Fatalf("%s: %v", s, err)
		}
	}
}

// coverage is the saved outcome of a folder, by its path.
func (c *checked) coverage(path string) archive.Coverage {
	c.t.Helper()
	folders, err := c.archive.Folders(c.ctx, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	rows, err := c.archive.Coverages(c.ctx, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, f := range folders {
		if strings.Join(f.Path, "/") != path {
			continue
		}
		for _, r := range rows {
			if r.Folder == f.ID {
				return r
			}
		}
	}
	c.t.Fatalf("folder %q has no outcome", path)
	return archive.Coverage{}
}

// A message lost from the store is found missing and comes back whole, with its
// attachment; those beside it are not touched.
func TestReconcileFetchesWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	inbox := anna.Folder("inbox")
	lost := inbox.Add(letterWith("lost", textFile("plan.txt", "walnut")))
	inbox.Add(letter("held", "hazel"))
	c.round()
	id := int64(c.record(lost).ID)
	for _, table := range []string{"content", "part"} {
		c.behind(fmt.Sprintf("DELETE FROM %s WHERE message = %d", table, id))
	}
	c.behind(fmt.Sprintf("DELETE FROM message WHERE id = %d", id))
	// The index still has it: under an id that means nothing any more.
	c.wantDifferences(differences{Missing: 1, Unindexed: 1, Repaired: 2})
	c.agree(anna)
	c.wantFound("walnut", "anna@contoso.example: Inbox: lost")
	if got := c.coverage("Inbox"); got.Source != 2 || got.Stored != 2 || got.Indexed != 2 || got.Error != "" {
		t.Errorf("outcome %+v", got)
	}
}

// What the streams never told is found all the same: a deletion, a move, a
// change and an arrival.
func TestReconcileSeesWhatNoStreamTold(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	inbox, other := anna.Folder("inbox"), anna.AddFolder(nil, "Projects")
	gone, moved := inbox.Add(letter("gone", "walnut")), inbox.Add(letter("moved", "chestnut"))
	changed := inbox.Add(letterWith("changed", textFile("plan.txt", "hazel")))
	inbox.Add(letter("stays", "walnut"))
	c.round()
	c.src.messages = silent(gone, moved, changed)
	anna.Delete(gone)
	anna.Move(moved, other)
	anna.Edit(changed, func(m *graphsim.Message) { m.Text = "acorn" })
	c.round()
	c.wantFound("walnut", "anna@contoso.example: Inbox: gone", "anna@contoso.example: Inbox: stays")
	c.tenant.ForgetRequests()
	c.wantDifferences(differences{Surplus: 2, Stale: 1, Repaired: 3})
	c.agree(anna)
	c.wantFound("walnut", "anna@contoso.example: Inbox: stays")
	c.wantFound("chestnut", "anna@contoso.example: Projects: moved")
	c.wantFound("acorn", "anna@contoso.example: Inbox: changed")

	c.src.messages = func(p *source.MessagePage) { p.Changes = nil }
	inbox.Add(letter("new", "beech"))
	c.round()
	c.wantDifferences(differences{Missing: 1, Repaired: 1})
	c.agree(anna)
	c.wantFound("beech", "anna@contoso.example: Inbox: new")
}

// A document that is lost, left over or in the wrong place in the index is mended
// without moving the checkpoint.
func TestReconcileMendsTheIndex(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	inbox := anna.Folder("inbox")
	lost, astray := inbox.Add(letter("lost", "walnut")), inbox.Add(letter("astray", "walnut"))
	inbox.Add(letter("stays", "walnut"))
	c.round()
	upto, err := c.index.Checkpoint(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	a := c.record(astray)
	err = c.index.Apply(c.ctx, engine.Batch{
		Delete: []mail.MessageID{c.record(lost).ID},
		Put: []engine.Document{
			{ID: 999, Mailbox: a.Mailbox, Folder: a.Folder, Body: "walnut"},
			{ID: 998, Mailbox: a.Mailbox, Folder: 4711, Body: "walnut"}, // of a folder that nobody knows
			{ID: a.ID, Mailbox: a.Mailbox, Folder: 4711, Body: "walnut"},
		},
		Upto: upto,
	})
	if err != nil {
		t.Fatal(err)
	}
	c.wantDifferences(differences{Unindexed: 4, Repaired: 4})
	c.agree(anna)
	c.wantFound("walnut", "anna@contoso.example: Inbox: astray", "anna@contoso.example: Inbox: lost", "anna@contoso.example: Inbox: stays")
	if n, err := c.index.Checkpoint(c.ctx); err != nil || n != upto {
		t.Errorf("the checkpoint went from %d to %d, %v", upto, n, err)
	}
}

// What the builder has not come to yet is no difference.
func TestReconcileKnowsWhatIsToBeIndexed(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	inbox := anna.Folder("inbox")
	gone := inbox.Add(letter("gone", "walnut"))
	c.round()
	inbox.Add(letter("new", "walnut"))
	anna.Delete(gone)
	if _, err := c.puller.Round(c.ctx); err != nil { // the index is not told
		t.Fatal(err)
	}
	c.wantDifferences(differences{})
	c.agree(anna)
}

// Mail that arrives, moves and leaves while the pass runs is no difference, and
// neither is what a listing shows twice or not at all.
func TestReconcileBelievesNoListing(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	inbox, other := anna.Folder("inbox"), anna.AddFolder(nil, "Projects")
	var keys []string
	for i := range 9 {
		keys = append(keys, inbox.Add(letter(fmt.Sprintf("message %d", i), "walnut")))
	}
	c.round()
	calls := 0
	c.src.list = func(p *source.ListPage) error {
		if calls++; calls > 1 {
			return nil
		}
		if len(p.Items) != 9 {
			t.Errorf("the first listing has %d messages, want 9", len(p.Items))
		}
		p.Items = append(p.Items[2:], p.Items[4]) // two are missed, one comes twice
		inbox.Add(letter("arrives", "chestnut"))
		anna.Delete(keys[0])
		anna.Move(keys[1], other)
		anna.Edit(keys[3], func(m *graphsim.Message) { m.Subject = "edited" })
		return nil
	}
	c.wantDifferences(differences{})
	c.agree(anna)
	if got := c.coverage("Inbox"); got.Source != 8 || got.Stored != 8 || got.Indexed != 8 {
		t.Errorf("outcome %+v", got)
	}
}

// What was set aside, what is kept and what is not in the scope is accounted for
// with its reason; nothing of it is unexplained.
func TestReconcileAccountsForEverything(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	c.pullWith(indexer.PullOptions{
		Scope:   indexer.Scope{SkipFolders: []string{"junkemail"}},
		Removal: func(archive.Mailbox) archive.Removal { return archive.Removal{Keep: true, At: c.clock} },
	})
	anna := c.user("anna")
	inbox := anna.Folder("inbox")
	poison, kept := inbox.Add(letter("poison", "walnut")), inbox.Add(letter("kept", "walnut"))
	inbox.Add(letter("plain", "walnut"))
	anna.Folder("junkemail").Add(letter("spam", "walnut"))
	anna.Folder("outbox").Add(letter("on its way", "walnut"))
	anna.AddSearchFolder("Unread")
	c.src.poison = poison
	c.src.messages = func(p *source.MessagePage) {
		for i, ch := range p.Changes {
			if ch.Key == poison {
				p.Changes = slices.Delete(p.Changes, i, i+1)
				p.Malformed = append(p.Malformed, source.Malformed{Key: poison, Reason: "its body is not text"})
				return
			}
		}
	}
	c.round()
	anna.Delete(kept)
	c.round()
	r := c.reconcile()
	if got := found(r); got != (differences{}) || !r.Clean() {
		t.Errorf("the pass found %+v", got)
		c.explain()
	}
	if got := c.coverage("Inbox"); got.Source != 2 || got.Stored != 1 || got.SetAside != 1 || got.Kept != 1 {
		t.Errorf("outcome %+v", got)
	}
	for path, why := range map[string]string{
		"Junk Email": "excluded by configuration", "Outbox": "outbox", "Unread": "search folder", "Sync Issues": "sync issues",
	} {
		if got := c.coverage(path); !strings.HasPrefix(got.Why, why) {
			t.Errorf("%s: %q, want %q", path, got.Why, why)
		}
	}
	if got := c.coverage("Junk Email"); got.OutOfScope != 1 {
		t.Errorf("%d messages are out of scope, want 1", got.OutOfScope)
	}
	if got := c.coverage("Outbox"); got.OutOfScope != 1 {
		t.Errorf("%d messages are out of scope in the outbox, want 1", got.OutOfScope)
	}
}

// A message marked as gone that is at the source after all is unmarked.
func TestReconcileUnmarksWhatIsBack(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	c.pullWith(indexer.PullOptions{Removal: func(archive.Mailbox) archive.Removal { return archive.Removal{Keep: true, At: c.clock} }})
	anna := c.user("anna")
	id := anna.Folder("inbox").Add(letter("back", "walnut"))
	c.round()
	r := c.record(id)
	_, err := c.archive.CommitMessages(c.ctx, archive.MessageCommit{
		Mailbox: r.Mailbox, Folder: r.Folder, Removed: []string{id}, KeepCursor: true, Removal: archive.Removal{Keep: true, At: c.clock},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.wantDifferences(differences{Missing: 1, Repaired: 1})
	if r := c.record(id); !r.GoneAt.IsZero() {
		t.Errorf("it is still marked as gone at %s", r.GoneAt)
	}
}

// A source that does not answer proves nothing: the folder counts as not
// verified, says why, and nothing is removed.
func TestReconcileWithoutTheSource(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	anna.Folder("inbox").Add(letter("stays", "walnut"))
	c.round()
	c.src.list = func(*source.ListPage) error {
		return &source.Error{Class: source.Unreachable, Message: "connection refused"}
	}
	r := c.reconcile()
	if r.Clean() || r.NotVerified == 0 || r.Unexplained != 0 {
		t.Errorf("the pass came to %+v", r)
	}
	if got := c.coverage("Inbox"); !strings.Contains(got.Error, "connection refused") || got.Stored != 1 {
		t.Errorf("outcome %+v", got)
	}
	c.agree(anna)
}

// A folder that the stream of folders has never told of comes with its messages.
func TestReconcileComparesTheFolders(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna := c.user("anna")
	c.round()
	changes := false
	c.src.folders = func(since source.Cursor, p *source.FolderPage) {
		if changes = since.Complete || changes && since.Link != ""; changes { // not the whole list
			p.Folders = nil
		}
	}
	anna.AddFolder(nil, "New").Add(letter("new", "walnut"))
	c.round()
	c.wantFound("walnut")
	if r := c.reconcile(); r.Tree != 1 || !r.Clean() {
		t.Errorf("the pass came to %+v", r)
		c.explain()
	}
	c.agree(anna)
	c.wantFound("walnut", "anna@contoso.example: New: new")
}

// A mailbox that cannot be read, and one of a deleted user, are accounted for by
// their state.
func TestReconcileOfSuspendedMailboxes(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	anna, ben := c.user("anna"), c.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	c.round()
	anna.Refuse(true)
	ben.Remove()
	c.tryRound()
	r := c.reconcile()
	if !r.Clean() || r.OutOfScope != 2 {
		t.Errorf("the pass came to %+v", r)
		c.explain()
	}
}
