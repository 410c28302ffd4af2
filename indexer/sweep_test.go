package indexer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// lookups counts the requests that ask where a message is.
func (s *site) lookups() int {
	n := 0
	for _, q := range s.tenant.Requests() {
		if strings.Contains(q.Path, "/messages/") && !strings.Contains(q.Path, "delta") && strings.Contains(q.Path, "parentFolderId") && !strings.Contains(q.Path, "body") {
			n++
		}
	}
	return n
}

// What a round after a reset has not reported yet may come on its next page:
// nothing is taken for gone, and nothing looked up, before the round has ended.
func TestNothingIsSweptBeforeTheRoundEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	fill(inbox, 160)
	s.round()
	inbox.ExpireTokens()
	s.tenant.ForgetRequests()
	s.round()
	s.agree(anna)
	if n := s.lookups() + s.bodies(); n != 0 {
		t.Errorf("%d requests for single messages after a reset in which nothing was gone", n)
	}
	anna.Delete(inbox.Messages()[0])
	inbox.ExpireTokens()
	s.tenant.ForgetRequests()
	s.round()
	s.agree(anna)
	if n := s.lookups(); n != 1 {
		t.Errorf("%d messages were looked up, want the one that is gone", n)
	}
}

// A removal from a folder in which the message does not stand any more is no
// question: its new folder was read first.
func TestRemovalOfWhatHasMovedAsksNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	id := anna.Folder("sentitems").Add(letter("moved", "walnut"))
	s.round()
	anna.Move(id, anna.Folder("inbox")) // which is read before the sent items
	s.tenant.ForgetRequests()
	s.round()
	s.agree(anna)
	if n := s.lookups(); n != 0 {
		t.Errorf("%d lookups for a message whose new folder has told of it", n)
	}
}

// odd is a source one of whose pages has an item that cannot be read.
type odd struct {
	*between
	folder string
	item   source.Malformed
}

func (o *odd) Messages(ctx context.Context, mailbox, folder string, since source.Cursor) (source.MessagePage, error) {
	p, err := o.between.Messages(ctx, mailbox, folder, since)
	if folder == o.folder && o.item.Key != "" && err == nil {
		p.Malformed, o.item = append(p.Malformed, o.item), source.Malformed{}
	}
	return p, err
}

// An item of a page that cannot be read is on the list of problems, by its id
// and with the reason, while the others of its page are stored.
func TestItemThatCannotBeReadIsListed(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	fill(inbox, 3)
	s.configure(&odd{between: src, folder: inbox.ID(), item: source.Malformed{Key: "no-such", Reason: errors.ErrUnsupported.Error()}}, indexer.PullOptions{})
	s.round()
	s.agree(anna)
	problems, err := s.archive.Problems(s.ctx, archive.ProblemFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(problems) != 1 || problems[0].Kind != archive.ProblemMessage || problems[0].Key != "no-such" ||
		problems[0].Reason != errors.ErrUnsupported.Error() || problems[0].Attempts != 1 || problems[0].Folder == mail.FolderID(0) {
		t.Errorf("the list of problems is %+v", problems)
	}
}
