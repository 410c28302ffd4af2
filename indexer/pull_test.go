package indexer_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
)

// A delta page that brings the read mark alone leaves subject and body as they
// were, with no request for the message.
func TestPartialObjectKeepsTheBody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letter("Harvest", "the apples are ripe"))
	s.round()
	anna.SetRead(id, true)
	s.tenant.ForgetRequests()
	s.round()
	for _, q := range s.tenant.Requests() {
		if strings.Contains(q.Path, "/messages/") && !strings.Contains(q.Path, "/messages/delta") {
			t.Errorf("asked for the message: %s", q.Path)
		}
	}
	if m := s.message(id); !m.IsRead || m.Subject != "Harvest" || !strings.Contains(m.Body.Content, "apples") {
		t.Errorf("after the read mark: read %v, subject %q, body %q", m.IsRead, m.Subject, m.Body.Content)
	}
	s.wantFound("apples", "anna@contoso.example: Inbox: Harvest")
}

// A partial object of a message that is not in the store is not enough to store
// it: it is read whole.
func TestPartialObjectOfUnknownMessageIsReadWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letter("Harvest", "the apples are ripe"))
	s.round()
	box := s.mailboxes()[0].ID
	_, err := s.archive.CommitMessages(s.ctx, archive.MessageCommit{
		Mailbox: box, Folder: s.record(id).Folder, Removed: []string{id}, KeepCursor: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	anna.SetRead(id, true)
	s.round()
	s.agree(anna)
	if m := s.message(id); !m.IsRead || !strings.Contains(m.Body.Content, "apples") {
		t.Errorf("read %v, body %q", m.IsRead, m.Body.Content)
	}
}

// Moves, and moves there and back, leave each message once and where it is.
func TestMoves(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	inbox, other := anna.Folder("inbox"), anna.AddFolder(nil, "Projects")
	moved := inbox.Add(letter("moved", "walnut"))
	back := inbox.Add(letter("back again", "chestnut"))
	inbox.Add(letter("stays", "hazel"))
	s.round()
	anna.Move(moved, other)
	anna.Move(back, other)
	anna.Edit(back, func(m *graphsim.Message) { m.Text = "chestnut and acorn" })
	anna.Move(back, inbox)
	s.round()
	s.agree(anna)
	s.wantFound("acorn", "anna@contoso.example: Inbox: back again")
	s.wantFound("walnut", "anna@contoso.example: Projects: moved")
	s.wantFound("chestnut", "anna@contoso.example: Inbox: back again")

	// Into a folder that is new in the same round.
	fresh := anna.AddFolder(other, "2026")
	anna.Move(moved, fresh)
	s.round()
	s.agree(anna)
	s.wantFound("walnut", "anna@contoso.example: Projects/2026: moved")
}

// What is deleted at the source leaves store and index, be it a message or a
// folder with all it holds.
func TestDeletions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	inbox, old := anna.Folder("inbox"), anna.AddFolder(nil, "Old")
	below := anna.AddFolder(old, "Older")
	gone := inbox.Add(letter("gone", "walnut"))
	inbox.Add(letter("stays", "walnut"))
	old.Add(letter("with its folder", "walnut"))
	below.Add(letter("with its folder's folder", "walnut"))
	s.round()
	anna.Delete(gone)
	old.Remove()
	s.round()
	s.agree(anna)
	s.wantFound("walnut", "anna@contoso.example: Inbox: stays")
}

// Links that have expired cost a full round and nothing else; what was deleted,
// moved and changed meanwhile is seen.
func TestExpiredLinks(t *testing.T) {
	t.Parallel()
	for name, expire := range map[string]func(*graphsim.Mailbox){
		"of a folder":  func(m *graphsim.Mailbox) { m.Folder("inbox").ExpireTokens() },
		"of a mailbox": func(m *graphsim.Mailbox) { m.ResetTokens() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			anna := s.user("anna")
			inbox, other, old := anna.Folder("inbox"), anna.AddFolder(nil, "Projects"), anna.AddFolder(nil, "Old")
			gone, moved := inbox.Add(letter("gone", "walnut")), inbox.Add(letter("moved", "walnut"))
			read := inbox.Add(letter("read", "walnut"))
			old.Add(letter("in a deleted folder", "walnut"))
			s.round()
			expire(anna)
			anna.Delete(gone)
			anna.Move(moved, other)
			anna.SetRead(read, true)
			inbox.Add(letter("new", "walnut"))
			old.Remove()
			for range 2 { // the second changes nothing
				s.round()
				s.agree(anna)
				s.wantFound("walnut", "anna@contoso.example: Inbox: new", "anna@contoso.example: Inbox: read", "anna@contoso.example: Projects: moved")
			}
			if !s.message(read).IsRead {
				t.Error("the read mark was not seen")
			}
		})
	}
}

// A removed user's mail is hidden and kept, and comes back with the user. That
// of one deleted for good waits for its time to be over.
func TestUserIsRemovedRestoredAndPurged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	s.round()
	anna.Remove()
	for range 2 {
		s.round()
		s.wantFound("walnut", "ben@contoso.example: Inbox: to ben")
		s.clock = s.clock.Add(48 * time.Hour) // nobody asks for the mailbox, however late
	}
	if n := len(s.records()); n != 2 {
		t.Errorf("the store holds %d messages after a removal that may be undone, want 2", n)
	}
	anna.Restore()
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: to anna", "ben@contoso.example: Inbox: to ben")
	anna.Remove()
	anna.Purge()
	s.round()
	s.wantFound("walnut", "ben@contoso.example: Inbox: to ben")
	if b := s.mailboxes()[0]; b.State != archive.MailboxRemoved || !b.Final {
		t.Errorf("the mailbox is %s, for good %v", b.State, b.Final)
	}
}

// A malformed item is recorded, and the rest of its page is stored.
func TestMalformedItemDoesNotSpoilItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	id := inbox.Add(letter("good", "walnut"))
	s.tenant.Inject(graphsim.Fault{
		Match: func(_, path string) bool {
			return strings.Contains(path, strings.TrimRight(inbox.ID(), "=")) && strings.Contains(path, "/messages/delta")
		},
		Times:  1,
		Status: http.StatusOK,
		Body: `{"value":["nonsense",{"id":5,"subject":"no id"},` +
			`{"id":"` + id + `","subject":"good","body":{"contentType":"text","content":"walnut"}},null],` +
			`"@odata.deltaLink":"` + s.url + `/users/` + anna.ID() + `/mailFolders/` + inbox.ID() + `/messages/delta?$deltatoken=invented"}`,
	})
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: good")
	s.round() // its link is refused, which starts the folder anew
	s.agree(anna)
}

// A message whose attachments Graph refuses to list is kept with those that it
// was known to have, and is reported as failed in part.
func TestUnlistableAttachmentsAreNotForgotten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.round()
	s.tenant.Inject(graphsim.Fault{
		Match:  func(_, path string) bool { return strings.Contains(path, "/attachments?") },
		Status: http.StatusBadRequest, Body: `{"error":{"code":"ErrorCorruptData","message":"The item is corrupt."}}`,
	})
	anna.Edit(id, func(m *graphsim.Message) { m.Subject = "Plan B" })
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: Plan B")
	if s.failed() != 1 {
		t.Errorf("%d failures are reported, want 1", s.failed())
	}
}

// failed counts what the status page reports as failed.
func (s *site) failed() int {
	s.t.Helper()
	status, err := s.archive.Status(s.ctx, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for _, f := range status {
		n += f.Failed
	}
	return n
}
