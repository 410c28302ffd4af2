package indexer_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// between stands between a puller and the simulated Graph, for what a test has
// to see or to make fail there rather than on the wire.
type between struct {
	source.Source
	tenant *graphsim.Tenant

	mu       sync.Mutex
	members  map[string][]string // of groups, by address
	refused  error               // what Members answers instead
	pace     map[string]source.Pace
	messages func(mailbox, folder string) error         // before each page; nil lets all pass
	page     func(folder string, p *source.MessagePage) // changes a page that came
	lists    int                                        // pages of listings asked for
}

// Members implements source.Directory.
func (b *between) Members(_ context.Context, group string) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refused != nil {
		return nil, b.refused
	}
	keys, ok := b.members[group]
	if !ok {
		return nil, &source.Error{Class: source.NotFound, Status: http.StatusNotFound, Message: "no such group"}
	}
	return keys, nil
}

// Pace implements source.Pacer.
func (b *between) Pace(mailbox string) source.Pace {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pace[mailbox]
}

// Messages implements source.Source.
func (b *between) Messages(ctx context.Context, mailbox, folder string, since source.Cursor) (source.MessagePage, error) {
	b.mu.Lock()
	refuse, change := b.messages, b.page
	b.mu.Unlock()
	if refuse != nil {
		if err := refuse(mailbox, folder); err != nil {
			return source.MessagePage{}, err
		}
	}
	p, err := b.Source.Messages(ctx, mailbox, folder, since)
	if err == nil && change != nil {
		change(folder, &p)
	}
	return p, err
}

// List implements source.Lister with what the tenant holds, two on a page.
func (b *between) List(_ context.Context, mailbox, folder string, since source.Cursor) (source.ListPage, error) {
	b.mu.Lock()
	b.lists++
	b.mu.Unlock()
	f := b.folder(mailbox, folder)
	if f == nil {
		return source.ListPage{}, &source.Error{Class: source.NotFound, Status: http.StatusNotFound, Message: "no such folder"}
	}
	const size = 2
	ids := f.Messages()
	at := len(since.Link) // as many bytes as there were items
	page := source.ListPage{Next: source.Cursor{Link: strings.Repeat(".", at+size), Complete: at+size >= len(ids)}}
	for _, id := range ids[min(at, len(ids)):min(at+size, len(ids))] {
		page.Items = append(page.Items, source.Listed{Key: id})
	}
	return page, nil
}

// Count implements source.Lister.
func (b *between) Count(_ context.Context, mailbox string, folders []string) ([]source.Counted, error) {
	out := make([]source.Counted, len(folders))
	for i, key := range folders {
		if f := b.folder(mailbox, key); f != nil {
			out[i].Total = len(f.Messages())
		}
	}
	return out, nil
}

func (b *between) folder(mailbox, key string) *graphsim.Folder {
	for _, m := range b.tenant.Mailboxes() {
		for _, f := range m.Folders() {
			if m.ID() == mailbox && f.ID() == key {
				return f
			}
		}
	}
	return nil
}

func (b *between) set(change func(*between)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// newSiteBetween is a site whose puller reaches Graph through a between.
func newSiteBetween(t *testing.T, o indexer.PullOptions) (*site, *between) {
	t.Helper()
	s := newSite(t)
	b := &between{Source: s.source, tenant: s.tenant, members: map[string][]string{}, pace: map[string]source.Pace{}}
	s.configure(b, o)
	return s, b
}

// configure gives the site a new puller, as a restart with another
// configuration does.
func (s *site) configure(src source.Source, o indexer.PullOptions) {
	o.Now = func() time.Time { return s.clock }
	s.puller = indexer.NewPuller(src, s.archive, o)
}

func rule(t *testing.T, text string) indexer.Rule {
	t.Helper()
	r, err := indexer.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *site) state(m *graphsim.Mailbox) archive.MailboxState {
	s.t.Helper()
	for _, b := range s.mailboxes() {
		if b.Key == m.ID() {
			return b.State
		}
	}
	s.t.Fatal("the mailbox is not known")
	return ""
}

// asked counts the requests whose path holds a word.
func (s *site) asked(word string) int {
	n := 0
	for _, q := range s.tenant.Requests() {
		if strings.Contains(q.Path, word) {
			n++
		}
	}
	return n
}

// A mailbox out of the scope is not asked for; one that comes to be so keeps
// what it holds until that is pruned, and one that comes back is filled again
// with no fresh start.
func TestScopeChangesLater(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	s.configure(src, indexer.PullOptions{Scope: indexer.Scope{Exclude: []indexer.Rule{rule(t, "ben@contoso.example")}}})
	s.round()
	if got := s.state(ben); got != archive.MailboxExcluded {
		t.Errorf("the excluded mailbox is %s", got)
	}
	for _, q := range s.tenant.Requests() {
		if q.Mailbox == ben.ID() {
			t.Errorf("the excluded mailbox was asked: %s", q.Path)
		}
	}
	s.configure(src, indexer.PullOptions{Scope: indexer.Scope{Include: []indexer.Rule{rule(t, "ben@contoso.example")}}})
	s.round()
	if a, b := s.state(anna), s.state(ben); a != archive.MailboxExcluded || b != archive.MailboxActive {
		t.Errorf("anna is %s and ben %s", a, b)
	}
	s.prune()
	s.agree(ben)
	s.configure(src, indexer.PullOptions{})
	s.round()
	s.agree(anna, ben)
	s.wantFound("walnut", "anna@contoso.example: Inbox: to anna", "ben@contoso.example: Inbox: to ben")
}

// prune drops what is out of the scope, as is done once in a while.
func (s *site) prune() {
	s.t.Helper()
	for _, b := range s.mailboxes() {
		ids, err := s.archive.Expired(s.ctx, archive.Expiry{Mailbox: b.ID, Excluded: true}, 0, 1000)
		if err == nil {
			_, err = s.archive.Purge(s.ctx, ids)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.build()
}

// Folders are left out by their well-known name in any language, with all below
// them. A message moved into one is gone, and one moved out is back. When the
// choice changes, they are filled and pruned.
func TestFoldersLeftOut(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{Scope: indexer.Scope{SkipFolders: []string{"deleteditems", "junkemail"}}})
	anna := s.tenant.AddUser(graphsim.User{Address: "anna@contoso.example", DisplayName: "anna", Locale: "de-DE"})
	inbox, deleted := anna.Folder("inbox"), anna.Folder("deleteditems")
	below := anna.AddFolder(deleted, "Alt")
	deleted.Add(letter("deleted", "walnut"))
	below.Add(letter("deleted long ago", "walnut"))
	anna.Folder("junkemail").Add(letter("junk", "walnut"))
	moved := inbox.Add(letter("thrown away", "walnut"))
	anna.Folder("drafts").Add(letter("draft", "walnut"))
	s.round()
	if got := len(s.found("walnut")); got != 2 {
		t.Errorf("%d messages found, want the draft and the inbox's", got)
	}
	anna.Move(moved, deleted)
	s.round()
	if got := len(s.found("walnut")); got != 1 {
		t.Errorf("%d messages found, want the draft alone", got)
	}
	anna.Move(moved, inbox)
	s.round()
	if got := len(s.found("walnut")); got != 2 {
		t.Errorf("%d messages found after the message was taken back, want 2", got)
	}
	s.configure(src, indexer.PullOptions{})
	s.round()
	s.agree(anna)
	s.configure(src, indexer.PullOptions{Scope: indexer.Scope{SkipFolders: []string{"deleteditems"}}})
	s.round()
	s.prune()
	if got := len(s.found("walnut")); got != 3 {
		t.Errorf("%d messages found, want all but the two deleted", got)
	}
}

// A group that cannot be read drops nobody: those stay who belonged to it last,
// also over a restart, and the failure is listed.
func TestGroupThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	o := indexer.PullOptions{Scope: indexer.Scope{Include: []indexer.Rule{rule(t, "group:sales@contoso.example")}}}
	const later = "5d3e4f60-7081-4293-a4b5-c6d7e8f90a1b" // belongs to the group before there is a mailbox
	src.set(func(b *between) { b.members["sales@contoso.example"] = []string{strings.ToUpper(anna.ID()), later} })
	s.configure(src, o)
	s.round()
	s.agree(anna)
	src.set(func(b *between) {
		b.refused = &source.Error{Class: source.Forbidden, Status: 403, Message: "no right to groups"}
	})
	dora := s.tenant.AddUser(graphsim.User{ID: later, Address: "dora@contoso.example", DisplayName: "dora"})
	dora.Folder("inbox").Add(letter("to dora", "walnut"))
	for _, restart := range []bool{false, true} {
		if restart {
			s.configure(src, o)
			s.user("cara").Folder("inbox").Add(letter("to cara", "walnut"))
		}
		anna.Folder("inbox").Add(letter("to anna again", "chestnut"))
		s.round()
		s.agree(anna, dora)
		problems, err := s.archive.Problems(s.ctx, archive.ProblemFilter{})
		if err != nil || len(problems) != 1 || problems[0].Key != "group:sales@contoso.example" {
			t.Errorf("problems listed: %+v, %v", problems, err)
		}
	}
	src.set(func(b *between) { b.refused = nil; b.members["sales@contoso.example"] = []string{ben.ID()} })
	s.round()
	if a, b := s.state(anna), s.state(ben); a != archive.MailboxExcluded || b != archive.MailboxActive {
		t.Errorf("after the group changed anna is %s and ben %s", a, b)
	}
	if n, err := s.archive.CountProblems(s.ctx); err != nil || len(n) != 0 {
		t.Errorf("problems still listed: %v, %v", n, err)
	}
}

// Mailboxes are picked by their purpose, which only a probe tells; and again
// when it has changed.
func TestScopeByPurpose(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	room := s.tenant.AddUser(graphsim.User{Address: "room@contoso.example", DisplayName: "Room", Purpose: "room", Disabled: true})
	shared := s.tenant.AddUser(graphsim.User{Address: "info@contoso.example", DisplayName: "Info", Purpose: "shared", Disabled: true})
	anna := s.user("anna")
	for _, m := range []*graphsim.Mailbox{room, shared, anna} {
		m.Folder("inbox").Add(letter("hello", "walnut"))
	}
	s.configure(src, indexer.PullOptions{Scope: indexer.Scope{Include: []indexer.Rule{rule(t, "anna@contoso.example")}}})
	s.tryRound()
	s.agree(anna)
	s.configure(src, indexer.PullOptions{Scope: indexer.Scope{Exclude: []indexer.Rule{rule(t, "purpose:room")}}})
	s.tryRound()
	s.agree(shared, anna)
	if got := s.state(room); got != archive.MailboxExcluded {
		t.Errorf("the room's mailbox is %s", got)
	}
	s.configure(src, indexer.PullOptions{Scope: indexer.Scope{Include: []indexer.Rule{rule(t, "purpose:shared"), rule(t, "purpose:room")}}})
	s.tryRound()
	s.prune()
	s.agree(shared, room)
}

// The members of a list in a file follow the file.
func TestScopeByFile(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	path := filepath.Join(t.TempDir(), "list")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("anna@contoso.example\n")
	s.configure(src, indexer.PullOptions{Scope: indexer.Scope{Include: []indexer.Rule{rule(t, "file:"+path)}}})
	s.round()
	s.agree(anna)
	write("anna@contoso.example\nben@contoso.example\n")
	s.round()
	s.agree(anna, ben)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.round()
	if a, b := s.state(anna), s.state(ben); a != archive.MailboxActive || b != archive.MailboxActive {
		t.Errorf("with the file gone anna is %s and ben %s", a, b)
	}
}

// Users without a mailbox are no failure, and are asked again only after a while;
// a licence that is taken away suspends what is stored.
func TestUsersWithoutMailbox(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	for _, why := range []string{"MailboxNotEnabledForRESTAPI", "ErrorInvalidUser", "ResourceNotFound"} {
		s.tenant.AddUser(graphsim.User{Address: strings.ToLower(why) + "@contoso.example", DisplayName: why, NoMailbox: why})
	}
	if r := s.tryRound(); r != (indexer.RoundResult{Synced: 1, Skipped: 3}) {
		t.Errorf("first round: %+v", r)
	}
	s.tenant.ForgetRequests()
	if r := s.tryRound(); r != (indexer.RoundResult{Synced: 1}) {
		t.Errorf("second round: %+v", r)
	}
	s.tenant.Inject(graphsim.Fault{
		Match:  func(_, path string) bool { return strings.Contains(path, anna.ID()) },
		Status: http.StatusNotFound,
		Body:   `{"error":{"code":"MailboxNotEnabledForRESTAPI","message":"The mailbox is either inactive, soft-deleted, or is hosted on-premise."}}`,
	})
	if r := s.tryRound(); r != (indexer.RoundResult{Skipped: 1}) {
		t.Errorf("round without the licence: %+v", r)
	}
	if got := s.state(anna); got != archive.MailboxUnavailable {
		t.Errorf("the mailbox is %s", got)
	}
	s.wantFound("walnut", "anna@contoso.example: Inbox: to anna")
	s.tenant.ClearFaults()
	s.clock = s.clock.Add(25 * time.Hour)
	s.tryRound()
	if got := s.state(anna); got != archive.MailboxActive {
		t.Errorf("with its licence back the mailbox is %s", got)
	}
}
