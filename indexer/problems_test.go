package indexer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

const corrupt = `{"error":{"code":"ErrorCorruptData","message":"The item is corrupt."}}`

func (s *site) problems() []archive.Problem {
	s.t.Helper()
	p, err := s.archive.Problems(s.ctx, archive.ProblemFilter{})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// problem is the only one that is listed.
func (s *site) problem() archive.Problem {
	s.t.Helper()
	all := s.problems()
	if len(all) != 1 {
		s.t.Fatalf("%d problems are listed, want 1: %+v", len(all), all)
	}
	return all[0]
}

func (s *site) wantNoProblems() {
	s.t.Helper()
	if all := s.problems(); len(all) > 0 {
		s.t.Errorf("problems are listed: %+v", all)
	}
}

// spoil makes requests fail whose path holds one word and not the other.
func (s *site) spoil(with, without string, status int, body string) {
	with, without = strings.TrimRight(with, "="), strings.TrimRight(without, "=") // which stand escaped in a path
	s.tenant.Inject(graphsim.Fault{
		Match: func(_, path string) bool {
			return strings.Contains(path, with) && (without == "" || !strings.Contains(path, without))
		},
		Status: status, Body: body,
	})
}

// A message that cannot be read is set aside with its reason, the rest goes on,
// and it is tried again when its time has come, and not before.
func TestMessageThatCannotBeReadIsSetAside(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letter("bad", "walnut"))
	s.round()
	box := s.mailboxes()[0].ID
	_, err := s.archive.CommitMessages(s.ctx, archive.MessageCommit{
		Mailbox: box, Folder: s.record(id).Folder, Removed: []string{id}, KeepCursor: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.spoil("/messages/"+id, "", http.StatusInternalServerError, corrupt)
	anna.SetRead(id, true) // reported in part, so it has to be read whole
	anna.Folder("inbox").Add(letter("good", "walnut"))
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: good")
	p := s.problem()
	if p.Kind != archive.ProblemMessage || p.Key != id || p.Mailbox != box || !p.Permanent || p.Attempts != 1 ||
		p.Code != "ErrorCorruptData" || p.Reason == "" || p.Next.Sub(s.clock) < 6*24*time.Hour {
		t.Errorf("%+v", p)
	}
	s.tenant.ClearFaults()
	s.tenant.ForgetRequests()
	s.round()
	if s.asked("/messages/"+strings.TrimRight(id, "=")) > 0 {
		t.Error("asked again before its time")
	}
	s.clock = s.clock.Add(8 * 24 * time.Hour)
	s.round()
	s.agree(anna)
	s.wantNoProblems()
}

// A retry that is asked for does not wait.
func TestRetryOnDemand(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.failParts(http.StatusBadRequest, corrupt)
	s.round()
	s.tenant.ClearFaults()
	if n, err := s.archive.RetryProblems(s.ctx, nil, 0, s.clock); n != 1 || err != nil {
		t.Fatalf("%d problems to try again, %v", n, err)
	}
	s.round()
	if p := s.part(id); p.Problem != "" || p.Digest.IsZero() {
		t.Errorf("%+v", p)
	}
	s.wantFound("walnut", "anna@contoso.example: Inbox: Plan")
	s.wantNoProblems()
}

// What fails again and again is tried ever more seldom.
func TestRetriesGrowRare(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.failParts(http.StatusInternalServerError, unwell)
	s.round()
	var waits []time.Duration
	for attempt := 1; attempt <= 6; attempt++ {
		p := s.problem()
		if p.Kind != archive.ProblemAttachment || p.Attempts != attempt {
			t.Fatalf("attempt %d: %+v", attempt, p)
		}
		waits = append(waits, p.Next.Sub(s.clock))
		s.clock = p.Next.Add(time.Second)
		s.round()
	}
	for i := 1; i < len(waits); i++ {
		if waits[i] < 2*waits[i-1] || waits[i] < 10*time.Minute {
			t.Errorf("the waits are %v", waits)
		}
	}
	s.tenant.ClearFaults()
	s.clock = s.clock.Add(8 * 24 * time.Hour)
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: Plan")
	s.wantNoProblems()
}

// A message whose attachments cannot be listed for now is found at once by its
// text, and by its attachments when the list comes.
func TestListOfAttachmentsComesLater(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.spoil("/attachments?", "", http.StatusInternalServerError, unwell)
	s.round()
	s.wantFound("plan", "anna@contoso.example: Inbox: Plan")
	if p := s.problem(); p.Kind != archive.ProblemAttachments || p.Message == 0 && p.Key == "" {
		t.Errorf("%+v", p)
	}
	s.tenant.ClearFaults()
	s.clock = s.clock.Add(time.Hour)
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: Plan")
	s.wantNoProblems()
}

// A list of attachments that the source does not find for a moment is asked for
// again, though the message itself is never reported again.
func TestListOfAttachmentsNotFoundForAMoment(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.spoil("/attachments?", "", http.StatusNotFound, `{"error":{"code":"ErrorItemNotFound","message":"The specified object was not found in the store."}}`)
	s.round()
	s.tenant.ClearFaults()
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: Plan")
	s.wantNoProblems()
}

// A field of a wrong type that came by accident is not kept.
func TestWrongTypeIsReadAgain(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	id := inbox.Add(letter("read", "walnut"))
	anna.SetRead(id, true)
	f, _ := graphsim.NamedFault("wrong-type")
	f.Match, f.Times = graphsim.OfKind(graphsim.MessageDelta), 20
	s.tenant.Inject(f)
	s.round()
	if m := s.message(id); !m.IsRead || m.Subject != "read" {
		t.Errorf("read %v, subject %q", m.IsRead, m.Subject)
	}
	s.wantFound("walnut", "anna@contoso.example: Inbox: read")
}

// An attachment that the application may not read, or that breaks the
// connection each time, is its own problem and not its mailbox's.
func TestRefusedAttachmentIsNoRefusedMailbox(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "chestnut")))
	anna.Folder("inbox").Add(letter("other", "walnut"))
	s.failParts(http.StatusForbidden, `{"error":{"code":"ErrorAccessDenied","message":"Access is denied."}}`)
	s.round()
	if got := s.state(anna); got != archive.MailboxActive {
		t.Errorf("the mailbox is %s", got)
	}
	if p := s.problem(); p.Kind != archive.ProblemAttachment {
		t.Errorf("%+v", p)
	}
	s.wantFound("walnut", "anna@contoso.example: Inbox: other")
}

// An attachment that did not come for a while has come before the only round of a
// sync is over: nobody has to start another for it. One that never comes stays a
// problem, and the round ends.
func TestOnlyRoundTriesAgainWhatItSetAside(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	s.configure(src, indexer.PullOptions{Retries: 2, RetryAfter: time.Millisecond})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	bad := inbox.Add(letterWith("bad", textFile("bad.txt", "never")))
	for i := range 30 { // more than are tried at a time
		inbox.Add(letterWith(fmt.Sprint("good ", i), textFile("good.txt", fmt.Sprint("walnut ", i))))
	}
	failures := 0
	s.tenant.Inject(graphsim.Fault{
		Match: func(_, path string) bool {
			if !strings.Contains(path, "/attachments/") {
				return false
			}
			failures++
			return failures < 250 || strings.Contains(path, strings.TrimRight(bad, "="))
		},
		Status: http.StatusInternalServerError, Body: unwell,
	})
	s.round()
	if p := s.problem(); p.Key != bad || p.Attempts != 3 {
		t.Errorf("%+v, want that of %s after three tries", p, bad)
	}
	if n := len(s.found("walnut")); n != 30 {
		t.Errorf("%d attachments are found, want 30", n)
	}
}

// Hundreds of attachments that fail each time do not hold up one that would
// come, nor new mail, and cost few requests a round.
func TestFailingAttachmentsHoldUpNothing(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	const bad = 600
	for i := range bad {
		inbox.Add(letterWith(fmt.Sprint("bad ", i), textFile("bad.txt", fmt.Sprint("never ", i))))
	}
	good := inbox.Add(letterWith("good", textFile("good.txt", "walnut")))
	s.failParts(http.StatusInternalServerError, unwell)
	s.round()
	if n := len(s.problems()); n != bad+1 {
		t.Fatalf("%d problems, want %d: %+v; %d records", n, bad+1, s.problems()[:1], len(s.records()))
	}
	s.tenant.ClearFaults()
	s.spoil("/attachments/", good, http.StatusInternalServerError, unwell)
	for range 60 {
		inbox.Add(letter("new", "chestnut"))
		s.tenant.ForgetRequests()
		s.round()
		if n := s.asked("/attachments/"); n > 400 {
			t.Fatalf("%d attachments were asked for in a round", n)
		}
		if len(s.found("walnut")) == 1 {
			break
		}
	}
	s.wantFound("walnut", "anna@contoso.example: Inbox: good")
	if len(s.found("chestnut")) == 0 {
		t.Error("new mail was held up")
	}
}

// An item without an id in a page of changes may be anything, a removal too: the
// folder is read again, and then nothing is missing and nothing too much.
func TestItemsWithoutIdAmongChanges(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	gone := inbox.Add(letter("gone", "walnut"))
	inbox.Add(letter("stays", "walnut"))
	s.round()
	s.spoilPage(anna, inbox, `{"subject":"no id"},{"@removed":{"reason":"deleted"}}`)
	anna.Delete(gone)
	inbox.Add(letter("new", "walnut"))
	s.round()
	s.agree(anna)
	s.wantNoProblems()
}

// spoilPage puts another page in the place of the next one of a folder.
func (s *site) spoilPage(m *graphsim.Mailbox, f *graphsim.Folder, items string) {
	link := s.url + `/users/` + m.ID() + `/mailFolders/` + f.ID() + `/messages/delta`
	s.tenant.Inject(graphsim.Fault{
		Match: func(_, path string) bool {
			return strings.Contains(path, strings.TrimRight(f.ID(), "=")) && strings.Contains(path, "delta")
		},
		Times:  1,
		Status: http.StatusOK,
		Body:   `{"value":[` + items + `],"@odata.deltaLink":"` + link + `?$deltatoken=invented"}`,
	})
}

// Items without an id are counted as a problem of their folder, and the folder
// is listed to find what they were.
func TestItemsWithoutIdAreLookedFor(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	inbox.Add(letter("lost", "walnut"))
	s.spoilPage(anna, inbox, `{"subject":"no id"},null`)
	s.round()
	p := s.problem()
	if p.Kind != archive.ProblemPage || p.Key != "" || !strings.Contains(p.Reason, "2 items") {
		t.Errorf("%+v", p)
	}
	s.wantFound("walnut")
	// The stream says no more of it: the listing alone can find the message.
	s.spoilPage(anna, inbox, "")
	s.clock = s.clock.Add(time.Hour)
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: lost")
	s.wantNoProblems()
	s.agree(anna)
}

// The same on the wire: a folder whose pages the source cannot make, however
// small, is listed and read in batches.
func TestPageThatCannotBeMade(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	for i := range 30 {
		inbox.Add(letterWith(fmt.Sprint("letter ", i), textFile("plan.txt", fmt.Sprint("chestnut ", i))))
	}
	poison := inbox.Add(letter("poison", "chestnut"))
	s.spoil("/messages/"+poison, "", http.StatusInternalServerError, corrupt)
	s.tenant.Inject(graphsim.Fault{
		Match: func(_, path string) bool {
			return strings.Contains(path, strings.TrimRight(inbox.ID(), "=")) && strings.Contains(path, "delta")
		},
		Status: http.StatusGatewayTimeout, Body: `{"error":{"code":"UnknownError","message":""}}`,
	})
	s.round()
	if got := len(s.found("chestnut")); got != 30 {
		t.Errorf("%d messages are found, want all but one", got)
	}
	s.tenant.ClearFaults()
	s.clock = s.clock.Add(8 * 24 * time.Hour)
	s.round()
	s.agree(anna)
	s.wantNoProblems()
}

// A page that never comes does not keep its folder from being read: its
// messages come one by one, those that spoil it are set aside, and the other
// folders go on. When the stream comes again, all is well.
func TestPageThatNeverComes(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	for i := range 5 {
		inbox.Add(letter(fmt.Sprint("letter ", i), "walnut"))
	}
	poison := inbox.Add(letter("poison", "walnut"))
	anna.Folder("sentitems").Add(letter("sent", "walnut"))
	s.spoil("/messages/"+poison, "", http.StatusInternalServerError, corrupt)
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == inbox.ID() {
				return &source.Error{Class: source.Transient, Status: 500, Code: "ErrorInternalServerError", Message: "never"}
			}
			return nil
		}
	})
	s.round()
	if got := len(s.found("walnut")); got != 6 {
		t.Errorf("%d messages are found, want all but one", got)
	}
	kinds := map[archive.ProblemKind]int{}
	for _, p := range s.problems() {
		kinds[p.Kind]++
	}
	if len(s.problems()) != 2 || kinds[archive.ProblemPage] != 1 || kinds[archive.ProblemMessage] != 1 {
		t.Errorf("problems: %+v", s.problems())
	}
	s.tryRound() // the first retry comes at once, the next is not due
	src.set(func(b *between) { b.lists = 0 })
	s.tryRound()
	src.set(func(b *between) {
		if b.lists > 0 {
			t.Error("the folder was listed again before its time")
		}
		b.messages = nil
	})
	s.tenant.ClearFaults()
	s.clock = s.clock.Add(8 * 24 * time.Hour)
	s.round()
	s.agree(anna)
	s.wantNoProblems()
}
