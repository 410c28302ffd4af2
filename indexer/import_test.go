package indexer_test

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailquarry/indexer"
	"mailquarry/internal/source/files"
)

// eml is a message file with one attachment, large enough to be taken out.
func eml(n int, subject, word string) string {
	attached := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(word+" ", 2000)))
	var lines strings.Builder
	for len(attached) > 76 {
		lines.WriteString(attached[:76] + "\r\n")
		attached = attached[76:]
	}
	lines.WriteString(attached + "\r\n")
	return strings.ReplaceAll(fmt.Sprintf(`From: Ada <ada@quarrystone.example>
To: Ben <ben@quarrystone.example>
Subject: %s
Date: Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: <%d@quarrystone.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=cut

--cut
Content-Type: text/plain

See the attachment.
--cut
Content-Type: text/plain; name=list.txt
Content-Disposition: attachment; filename=list.txt
Content-Transfer-Encoding: base64

`, subject, n), "\n", "\r\n") + lines.String() + "--cut--\r\n"
}

func (s *store) importFrom(dir string, o files.Options) *indexer.Importer {
	s.t.Helper()
	im := indexer.NewImporter(s.archive, slog.New(slog.DiscardHandler), func() {})
	if err := im.Run(s.ctx, files.Walk(s.ctx, []string{dir}, o)); err != nil {
		s.t.Fatal(err)
	}
	s.build()
	return im
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Importing twice adds nothing, and says so; what is new meanwhile is added.
func TestImportTwice(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "ada", "Inbox", "1.eml"), eml(1, "first", "walnut"))
	writeFile(t, filepath.Join(dir, "ada", "Projects", "2026", "2.eml"), eml(2, "second", "chestnut"))
	tree := files.Options{Tree: true}
	if im := s.importFrom(dir, tree); im.Added() != 2 {
		t.Errorf("%d messages are new at first, want 2", im.Added())
	}
	head, err := s.archive.Head(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	im := s.importFrom(dir, tree)
	if n, _, _ := im.Taken(); n != 2 || im.Added() != 0 {
		t.Errorf("the second time %d messages are read and %d new, want 2 and 0", n, im.Added())
	}
	if again, err := s.archive.Head(s.ctx); err != nil || again != head {
		t.Errorf("the second import wrote changes %d to %d (%v)", head, again, err)
	}
	writeFile(t, filepath.Join(dir, "ada", "Inbox", "3.eml"), eml(3, "third", "walnut"))
	if im := s.importFrom(dir, tree); im.Added() != 1 {
		t.Errorf("%d messages are new, want 1", im.Added())
	}
	s.wantFound("walnut", "ada: Inbox: first", "ada: Inbox: third")
	s.wantFound("chestnut", "ada: Projects/2026: second")
}

// Equal attachments of imported messages are kept once.
func TestEqualAttachmentsOfImportsAreKeptOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := t.TempDir()
	for n := range 20 {
		writeFile(t, filepath.Join(dir, fmt.Sprintf("%d.eml", n)), eml(n, fmt.Sprintf("letter %d", n), "walnut"))
	}
	s.importFrom(dir, files.Options{})
	if n := s.blobs(); n != 1 {
		t.Errorf("%d copies", n)
	}
	if n := len(s.found("walnut")); n != 20 {
		t.Errorf("found in %d messages, want 20", n)
	}
}

// A file that cannot be read is left out and counted; the others come.
func TestImportLeavesOutWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "good.eml"), eml(1, "good", "walnut"))
	if err := os.Symlink(filepath.Join(dir, "absent"), filepath.Join(dir, "bad.eml")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "empty.eml"), "")
	im := s.importFrom(dir, files.Options{})
	s.wantFound("walnut", "Imported mail: "+s.folderOf("good")+": good")
	if im.Added() < 1 {
		t.Error("nothing was added")
	}
}

// folderOf is the path of the folder of the only message of a subject.
func (s *store) folderOf(subject string) string {
	s.t.Helper()
	for _, place := range s.found(subject) {
		return strings.Split(place, ": ")[1]
	}
	return ""
}
