package indexer_test

import (
	"bytes"
	"sync/atomic"
	"testing"

	"mailquarry/indexer"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// Messages moved one after the other, each into a folder made a moment before,
// keep what is stored of them.
func TestMovesIntoFoldersMadeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	from := map[string]*graphsim.Folder{}
	ids, was := map[string]string{}, map[string]any{}
	for _, name := range []string{"inbox", "sentitems", "archive"} {
		f := anna.Folder(name)
		from[f.ID()] = f
		ids[f.ID()] = f.Add(letterWith("Plan", textFile("plan.txt", "walnut")))
	}
	s.round()
	for f, id := range ids {
		was[f] = s.record(id).ID
	}
	s.tenant.ForgetRequests()
	src.set(func(b *between) {
		b.messages = func(_, folder string) error {
			if f := from[folder]; f != nil && len(f.Messages()) > 0 {
				anna.Move(ids[folder], anna.AddFolder(nil, "New from "+f.Name()))
			}
			return nil
		}
	})
	s.round()
	s.agree(anna)
	for f, id := range ids {
		if s.record(id).ID != was[f] {
			t.Error("a moved message was stored anew")
		}
	}
	if n := s.asked("/attachments"); n > 0 {
		t.Errorf("%d requests for attachments that were there", n)
	}
}

// A message that was moved into a folder that cannot be looked up is not taken
// for deleted: it stays, is set aside, and is in its place when the list comes.
func TestMoveWhileTheFoldersCannotBeListed(t *testing.T) {
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
				f, _ := graphsim.NamedFault("500")
				f.Match = graphsim.OfKind(graphsim.FolderDelta, graphsim.Folders)
				s.tenant.Inject(f)
			}
			return nil
		}
	})
	s.tryRound()
	if s.record(id).ID != was {
		t.Error("a message that is there was deleted")
	}
	if problems := s.problems(); len(problems) != 1 {
		t.Errorf("%d problems, want the one message: %+v", len(problems), problems)
	}
	s.tenant.ClearFaults()
	s.round()
	s.agree(anna)
	s.wantFound("walnut", "anna@contoso.example: New: Plan")
	if n := s.asked("/attachments"); n > 0 || s.record(id).ID != was {
		t.Errorf("%d requests for attachments that were there", n)
	}
	if problems := s.problems(); len(problems) != 0 {
		t.Errorf("problems are left: %+v", problems)
	}
}

// A page may tell of a new message and then that it left, in this order though
// it came back. Where the message is decides.
func TestPageTellsOfAMessageAndThenThatItLeft(t *testing.T) {
	t.Parallel()
	s, src := newSiteBetween(t, indexer.PullOptions{})
	anna := s.user("anna")
	inbox := anna.Folder("inbox")
	s.round()
	inbox.Add(letterWith("Stays", textFile("plan.txt", "walnut")))
	inbox.Add(letterWith("Moves", textFile("plan.txt", "chestnut")))
	inbox.Add(letterWith("Goes", textFile("plan.txt", "hazel")))
	ids := inbox.Messages()
	src.set(func(b *between) {
		b.page = func(folder string, p *source.MessagePage) {
			if folder != inbox.ID() || len(p.Changes) < 3 {
				return
			}
			for _, id := range ids {
				p.Changes = append(p.Changes, source.Change{Key: id, Gone: true})
			}
			for _, c := range p.Changes[:3] {
				switch {
				case bytes.Contains(c.Payload, []byte("Moves")):
					anna.Move(c.Key, anna.Folder("archive"))
				case bytes.Contains(c.Payload, []byte("Goes")):
					anna.Delete(c.Key)
				}
			}
		}
	})
	s.round()
	s.wantFound("walnut", "anna@contoso.example: Inbox: Stays")
	s.round()
	s.agree(anna)
	s.wantFound("chestnut", "anna@contoso.example: Archive: Moves")
	if problems := s.problems(); len(problems) != 0 {
		t.Errorf("problems are left: %+v", problems)
	}
}
