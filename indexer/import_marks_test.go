package indexer_test

import (
	"os"
	"path/filepath"
	"testing"

	"mailquarry/internal/source/files"
	"mailquarry/search/engine"
)

// What a Maildir's file names tell of messages is found with them, and follows when
// it changes; messages are no other ones for that.
func TestImportTakesMaildirFlags(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := t.TempDir()
	for n, name := range []string{"cur/0.host:2,S", "cur/1.host:2,FRS", "cur/2.host:2,", "cur/3.host:2,D", "cur/4.host:2,ST", "cur/5.host", "new/6.host"} {
		writeFile(t, filepath.Join(dir, name), eml(n, filepath.Base(name), "walnut"))
	}
	s.importFrom(dir, files.Options{})
	want := map[string]string{
		"0.host:2,S": "read", "1.host:2,FRS": "flagged, read", "2.host:2,": "", "3.host:2,D": "draft",
		"4.host:2,ST": "read", "5.host": "read", "6.host": "",
	}
	check := func() {
		t.Helper()
		docs := s.documents()
		if len(docs) != len(want) {
			t.Errorf("%d messages, want %d", len(docs), len(want))
		}
		for subject, is := range want {
			if got := marked(docs[subject], engine.KeyIs); got != is {
				t.Errorf("%s is %q, want %q", subject, got, is)
			}
		}
	}
	check()
	if err := os.Rename(filepath.Join(dir, "new/6.host"), filepath.Join(dir, "cur/6.host:2,SF")); err != nil {
		t.Fatal(err)
	}
	if im := s.importFrom(dir, files.Options{}); im.Added() != 0 {
		t.Errorf("%d messages are new", im.Added())
	}
	want["6.host"] = "flagged, read"
	check()
}
