package indexer_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailquarry/indexer"
	"mailquarry/internal/graphsim"
)

// failParts makes every download of an attachment fail with this answer.
func (s *site) failParts(status int, body string) {
	s.tenant.Inject(graphsim.Fault{
		Match: func(_, path string) bool {
			return strings.Contains(path, "/attachments/")
		},
		Status: status, Body: body,
	})
}

// An attachment that does not come now keeps neither its message nor its folder
// waiting, and comes in the next round though nothing changed at the source.
func TestAttachmentThatFailsInPassingComesLater(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.failParts(http.StatusInternalServerError, unwell)
	s.round()
	if p := s.part(id); !p.Pending || p.Problem == "" || !p.Digest.IsZero() {
		t.Errorf("while it cannot be had: %+v", p)
	}
	s.wantFound("plan", "anna@contoso.example: Inbox: Plan")
	s.wantFound("walnut")
	s.tenant.ClearFaults()
	s.round()
	if p := s.part(id); p.Pending || p.Problem != "" || p.Digest.IsZero() {
		t.Errorf("after the next round: %+v", p)
	}
	s.wantFound("walnut", "anna@contoso.example: Inbox: Plan")
}

// An attachment that can never be had is recorded with its reason and not asked
// for again.
func TestAttachmentThatCannotBeHad(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.failParts(http.StatusBadRequest, `{"error":{"code":"ErrorCorruptData","message":"The item is corrupt."}}`)
	s.round()
	if p := s.part(id); p.Pending || !strings.Contains(p.Problem, "ErrorCorruptData") {
		t.Errorf("%+v", p)
	}
	s.tenant.ForgetRequests()
	s.round()
	for _, q := range s.tenant.Requests() {
		if strings.Contains(q.Path, "/attachments") {
			t.Errorf("asked again: %s", q.Path)
		}
	}
}

// An attachment over the limit is recorded as too large and not fetched, the
// others of its message are.
func TestAttachmentOverTheLimit(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, indexer.PullOptions{MaxPart: 1000})
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letterWith("Plan",
		textFile("large.txt", strings.Repeat("walnut ", 1000)), textFile("small.txt", "chestnut")))
	s.round()
	large, small := 0, 0
	for _, p := range s.record(id).Parts {
		switch {
		case p.Name == "large.txt" && strings.Contains(p.Problem, "larger than 1000 bytes") && p.Digest.IsZero() && !p.Pending:
			large++
		case p.Name == "small.txt" && p.Problem == "" && !p.Digest.IsZero():
			small++
		default:
			t.Errorf("%+v", p)
		}
	}
	fetched := 0
	for _, q := range s.tenant.Requests() {
		if strings.Contains(q.Path, "/attachments/") {
			fetched++
		}
	}
	if fetched != 1 {
		t.Errorf("%d attachments were asked for, want the small one only", fetched)
	}
	if large != 1 || small != 1 {
		t.Errorf("%d large and %d small attachments", large, small)
	}
	s.wantFound("chestnut", "anna@contoso.example: Inbox: Plan")
}

// Equal attachments are kept once, however many people hold them.
func TestEqualAttachmentsAreKeptOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, name := range []string{"anna", "ben", "cara"} {
		s.user(name).Folder("inbox").Add(letterWith("Plan", textFile(name+".txt", strings.Repeat("walnut ", 1000))))
	}
	s.round()
	if n := s.blobs(); n != 1 {
		t.Errorf("%d copies", n)
	}
	if n := len(s.found("walnut")); n != 3 {
		t.Errorf("found in %d mailboxes, want 3", n)
	}
}

// A message that changes does not fetch its attachments again.
func TestHeldAttachmentsAreNotFetchedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	id := anna.Folder("inbox").Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	s.round()
	s.failParts(http.StatusBadRequest, `{"error":{"code":"ErrorCorruptData","message":"not again"}}`)
	anna.Edit(id, func(m *graphsim.Message) { m.Subject = "Plan B" })
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: Plan B")
}

// blobs counts the attachments on disk.
func (s *store) blobs() int {
	s.t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(s.dir, "archive", "blobs"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return n
}
