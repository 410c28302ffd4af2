package indexer_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/graphsim"
)

// A mailbox that the application may not read is marked so, does not keep the
// others waiting, and is tried again after a while but not every round.
func TestRefusedMailbox(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, indexer.PullOptions{Reprobe: 6 * time.Hour})
	anna, ben := s.user("anna"), s.user("ben")
	anna.Folder("inbox").Add(letter("to anna", "walnut"))
	ben.Folder("inbox").Add(letter("to ben", "walnut"))
	anna.Refuse(true)
	if r := s.tryRound(); r != (indexer.RoundResult{Synced: 1, Skipped: 1, Denied: 1}) {
		t.Errorf("first round: %+v", r)
	}
	s.wantFound("walnut", "ben@contoso.example: Inbox: to ben")
	if b := s.mailboxes()[0]; b.State != archive.MailboxDenied || b.Reason == "" {
		t.Errorf("the refused mailbox is %s with the reason %q", b.State, b.Reason)
	}
	anna.Refuse(false)
	s.clock = s.clock.Add(5 * time.Hour)
	s.tenant.ForgetRequests()
	if r := s.tryRound(); r != (indexer.RoundResult{Synced: 1}) {
		t.Errorf("a round before it is tried again: %+v", r)
	}
	for _, q := range s.tenant.Requests() {
		if q.Mailbox == anna.ID() {
			t.Errorf("the refused mailbox was asked too early: %s", q.Path)
		}
	}
	s.clock = s.clock.Add(2 * time.Hour)
	s.round()
	s.agree(anna, ben)
	if b := s.mailboxes()[0]; b.State != archive.MailboxActive || b.Reason != "" {
		t.Errorf("the mailbox is %s with the reason %q", b.State, b.Reason)
	}
}

// A mailbox that fails in passing keeps its reason until it succeeds, and the
// probe that tells what it is is made up for.
func TestProbeThatFailedIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	room := s.tenant.AddUser(graphsim.User{Address: "room@contoso.example", DisplayName: "Room", Purpose: "room"})
	room.Folder("inbox").Add(letter("booked", "walnut"))
	s.tenant.Inject(graphsim.Fault{
		Match:  func(_, path string) bool { return strings.Contains(path, "/mailFolders/inbox?") },
		Status: http.StatusInternalServerError, Body: unwell,
	})
	if r := s.tryRound(); r.Failed != 1 {
		t.Fatalf("a round without an answer: %+v", r)
	}
	if b := s.mailboxes()[0]; b.LastError == "" {
		t.Error("the failure is not recorded")
	}
	s.tenant.ClearFaults()
	s.round()
	if b := s.mailboxes()[0]; b.Purpose != "room" || b.LastError != "" {
		t.Errorf("purpose %q, last error %q", b.Purpose, b.LastError)
	}
}

// unwell is an answer of status 500 that passes.
const unwell = `{"error":{"code":"ErrorInternalServerError","message":"An internal server error occurred."}}`
