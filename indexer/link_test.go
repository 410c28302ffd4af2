package indexer_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"mailquarry/indexer"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// bodies counts the requests for messages outside of the folders' streams,
// without those that only ask where one is.
func (s *site) bodies() int {
	n := 0
	for _, q := range s.tenant.Requests() {
		if strings.Contains(q.Path, "/messages/") && !strings.Contains(q.Path, "delta") && !strings.Contains(q.Path, "/attachments") &&
			strings.Contains(q.Path, "body") {
			n++
		}
	}
	return n
}

// A folder that is deleted between the list of folders and its own page takes
// its messages along in the same round.
func TestFolderVanishesDuringTheRound(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	old := anna.AddFolder(nil, "Old")
	old.Add(letter("old", "walnut"))
	anna.Folder("inbox").Add(letter("stays", "walnut"))
	s.round()
	var once atomic.Bool
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == old.ID() && !once.Swap(true) {
				old.Remove()
			}
			return nil
		}
	})
	s.round()
	s.agree(anna)
	s.wantFound("walnut", "anna@contoso.example: Inbox: stays")
}

// Messages that were moved out of a folder before it was deleted keep their
// attachments; those that went with it go.
func TestMovedOutOfVanishedFolder(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	old, other := anna.AddFolder(nil, "Old"), anna.AddFolder(nil, "Other")
	saved := old.Add(letterWith("saved", textFile("plan.txt", "walnut")))
	old.Add(letterWith("lost", textFile("lost.txt", "walnut")))
	s.round()
	was := s.record(saved).ID
	s.tenant.ForgetRequests()
	anna.Move(saved, other)
	old.Remove()
	s.round()
	s.agree(anna)
	s.wantFound("walnut", "anna@contoso.example: Other: saved")
	if s.record(saved).ID != was {
		t.Error("the message was stored anew")
	}
	if n := s.asked("/attachments"); n > 0 {
		t.Errorf("%d requests for attachments that were there", n)
	}
}

// What a folder lost while its link expired is confirmed in pieces, each stored
// by itself.
func TestManyAreGoneAfterAReset(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	fill(inbox, 1300)
	s.round()
	inbox.ExpireTokens()
	for _, id := range inbox.Messages()[:1250] {
		anna.Delete(id)
	}
	s.round()
	s.agree(anna)
}

// A folder that the source does not know although it lists it is a failure, not
// an empty folder, and keeps its messages.
func TestUnknownFolderIsNoSuccess(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	odd := anna.AddFolder(nil, "Odd")
	odd.Add(letter("odd", "walnut"))
	s.round()
	var refused atomic.Int32
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == odd.ID() {
				refused.Add(1)
				return &source.Error{Class: source.NotFound, Status: http.StatusNotFound, Code: "ErrorItemNotFound", Message: "not here"}
			}
			return nil
		}
	})
	odd.Add(letter("new", "walnut"))
	s.configure(struct{ source.Source }{src}, indexer.PullOptions{}) // one that cannot list
	if r := s.tryRound(); r.Failed != 1 || refused.Load() == 0 {
		t.Errorf("%+v", r)
	}
	s.wantFound("walnut", "anna@contoso.example: Odd: odd")
	src.set(func(b *between) { b.messages = nil })
	s.round()
	s.agree(anna)
}

// A 404 with no code of the mailbox is no proof that a message is gone.
func TestBare404IsNoProof(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox, other := anna.Folder("inbox"), anna.AddFolder(nil, "Projects")
	id := inbox.Add(letter("there and back", "walnut"))
	s.round()
	anna.Move(id, other)
	anna.Move(id, inbox) // shows as a removal only
	s.tenant.Inject(graphsim.Fault{Match: graphsim.OfKind(graphsim.MessageGet), Times: 1, Status: http.StatusNotFound, Body: "not here"})
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: there and back")
	s.round()
	s.agree(anna)
	s.wantNoProblems()
}

// A folder that moves keeps its messages, with nothing fetched again.
func TestMovedFolderKeepsItsMessages(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	old, archived := anna.AddFolder(nil, "Old"), anna.AddFolder(nil, "Archived")
	id := old.Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.round()
	was := s.record(id)
	s.tenant.ForgetRequests()
	old.MoveTo(archived)
	s.round()
	s.agree(anna)
	s.wantFound("walnut", "anna@contoso.example: Archived/Old: Plan")
	if is := s.record(id); is.ID != was.ID || is.Folder != was.Folder {
		t.Error("the message was stored anew")
	}
	if n := s.asked("/attachments") + s.bodies(); n > 0 {
		t.Errorf("%d requests for what was there", n)
	}
}

// A move fetches neither body nor attachments again, whichever folder is read
// first, and also when the folder is new.
func TestMoveFetchesNothingAgain(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox, early, late := anna.Folder("inbox"), anna.AddFolder(nil, "Zebra"), anna.Folder("sentitems")
	one := inbox.Add(letterWith("One", textFile("one.txt", "walnut")))
	two := early.Add(letterWith("Two", textFile("two.txt", "chestnut")))
	three := late.Add(letterWith("Three", textFile("three.txt", "hazel")))
	s.round()
	ids := map[string]any{one: s.record(one).ID, two: s.record(two).ID, three: s.record(three).ID}
	s.tenant.ForgetRequests()
	anna.Move(one, early)
	anna.Move(two, inbox)
	anna.Move(three, anna.AddFolder(early, "New"))
	anna.SetRead(one, true)
	for range 2 {
		s.round()
		s.agree(anna)
	}
	s.wantFound("walnut", "anna@contoso.example: Zebra: One")
	s.wantFound("chestnut", "anna@contoso.example: Inbox: Two")
	s.wantFound("hazel", "anna@contoso.example: Zebra/New: Three")
	for key, id := range ids {
		if s.record(key).ID != id {
			t.Error("a moved message was stored anew")
		}
	}
	if n := s.asked("/attachments") + s.bodies(); n > 0 {
		t.Errorf("%d requests for what was there", n)
	}
}

// A message moved into a folder that was made in the middle of the round keeps
// what is stored of it.
func TestMoveIntoFolderMadeDuringTheRound(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	id := inbox.Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.round()
	was := s.record(id).ID
	s.tenant.ForgetRequests()
	var once atomic.Bool
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == inbox.ID() && !once.Swap(true) {
				anna.Move(id, anna.AddFolder(nil, "New"))
			}
			return nil
		}
	})
	s.round()
	s.agree(anna)
	s.wantFound("walnut", "anna@contoso.example: New: Plan")
	if n := s.asked("/attachments"); n > 0 || s.record(id).ID != was {
		t.Errorf("%d requests for attachments that were there", n)
	}
}

// After a reset only what is new or has changed has its attachments listed.
func TestResetListsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	var edited string
	for range 6 {
		edited = inbox.Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	}
	s.round()
	s.tenant.ForgetRequests()
	inbox.ExpireTokens()
	anna.Edit(edited, func(m *graphsim.Message) { m.Subject = "Plan B" })
	inbox.Add(letterWith("new", textFile("new.txt", "chestnut")))
	s.round()
	s.agree(anna)
	if n := s.asked("/attachments?"); n != 2 {
		t.Errorf("the attachments of %d messages were listed, want those of two", n)
	}
	if n := s.asked("/attachments/"); n != 1 {
		t.Errorf("%d attachments were fetched, want the new one", n)
	}
}

// A mailbox so full that the source cannot note what was read is listed, and
// what left it is noticed; when there is room again, its streams go on.
func TestOverfullMailbox(t *testing.T) {
	t.Parallel()
	s, _ := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox, other := anna.Folder("inbox"), anna.AddFolder(nil, "Projects")
	gone, moved := inbox.Add(letter("gone", "walnut")), inbox.Add(letter("moved", "walnut"))
	inbox.Add(letter("stays", "walnut"))
	s.round()
	anna.SetOverQuota(true)
	inbox.Add(letter("new", "walnut"))
	anna.Delete(gone)
	anna.Move(moved, other)
	for range 2 {
		s.tryRound()
		s.agree(anna)
	}
	later := inbox.Add(letter("later", "walnut"))
	s.tryRound()
	s.agree(anna)
	anna.Delete(later)
	s.tryRound()
	s.agree(anna)
	anna.SetOverQuota(false)
	inbox.Add(letter("room", "walnut"))
	s.round()
	s.agree(anna)
}

// One folder that fails does not keep the others waiting.
func TestOneFolderFails(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	bad := anna.AddFolder(nil, "Bad")
	bad.Add(letter("bad", "walnut"))
	anna.AddFolder(nil, "Good").Add(letter("good", "walnut"))
	s.configure(struct{ source.Source }{src}, indexer.PullOptions{})
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if folder == bad.ID() {
				return &source.Error{Class: source.Transient, Status: 500, Message: "not now"}
			}
			return nil
		}
	})
	if r := s.tryRound(); r.Failed != 1 {
		t.Errorf("%+v", r)
	}
	s.wantFound("walnut", "anna@contoso.example: Good: good")
	if b := s.mailboxes()[0]; !strings.Contains(b.LastError, "1 of") {
		t.Errorf("the mailbox's error is %q", b.LastError)
	}
	src.set(func(b *between) { b.messages = nil })
	s.round()
	s.agree(anna)
}
