package indexer_test

import (
	"testing"
	"time"

	"mailquarry/indexer"
)

// TestFolderMovedOutOfTheScopeIsGone: whoever deletes a folder moves it into the
// deleted items. Where these are left out, its mail follows the deletion policy
// like a single message that is deleted; it is not purged as what the
// configuration leaves out. Moved back, or with the deleted items taken in, it
// is there again.
func TestFolderMovedOutOfTheScopeIsGone(t *testing.T) {
	t.Parallel()
	keep := indexer.Retention{Policy: indexer.Keep}
	for name, back := range map[string]func(s *site, f func()){
		"moved back": func(_ *site, move func()) { move() },
		"taken in": func(s *site, _ func()) {
			s.puller = indexer.NewPuller(s.source, s.archive, indexer.PullOptions{
				Removal: keep.Removal, Now: func() time.Time { return s.clock },
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *site
			r := keep
			r.Now = func() time.Time { return s.clock }
			s = newSiteWith(t, indexer.PullOptions{
				Removal: r.Removal, Scope: indexer.Scope{SkipFolders: []string{"deleteditems"}},
			})
			anna := s.user("anna")
			inbox := anna.Folder("inbox")
			project := anna.AddFolder(inbox, "Project")
			anna.AddFolder(project, "Deep")
			project.Add(letter("quince", "orchard"))
			single := inbox.Add(letter("medlar", "orchard"))
			s.round()
			project.MoveTo(anna.Folder("deleteditems"))
			anna.Move(single, anna.Folder("deleteditems"))
			for range 2 {
				s.round()
				if res := s.purge(keep); res.Purged != 0 {
					t.Errorf("purged: %+v", res)
				}
			}
			if got := s.hits(keep, "orchard"); len(got) != 2 || got[0] != "quince (gone)" && got[1] != "quince (gone)" {
				t.Errorf("found %q, want both, marked as gone", got)
			}
			back(s, func() {
				project.MoveTo(inbox)
				anna.Move(single, inbox)
			})
			s.round()
			s.agree(anna)
			if got := s.hits(keep, "-is:gone orchard"); len(got) != 2 {
				t.Errorf("found %q, want both as they were", got)
			}
		})
	}
}
