package graphsim_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"mailquarry/internal/graphsim"
)

// corpora finds the folder of test corpora beside go.mod.
func corpora(t *testing.T, sub string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the tests")
		}
		dir = up
	}
	p := filepath.Join(dir, "corpora", sub)
	if _, err := os.Stat(p); err != nil {
		t.Skip("corpora are absent: run make corpora")
	}
	return p
}

// Folders named like well-known ones are these; the others are nested as their
// directories are; text in any charset comes out as UTF-8.
func TestLoadEML(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"anna/inbox/1.eml":        {Data: []byte("From: Bo <bo@x.example>\r\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=\r\nDate: Mon, 02 Mar 2026 10:00:00 +0100\r\nMessage-ID: <1@x>\r\n\r\ncaf\xe9\r\n")},
		"anna/Projects/Q1/2.eml":  {Data: []byte("From: bo@x.example\nSubject: Re: one\nIn-Reply-To: <1@x>\nMessage-ID: <2@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=windows-1251\nContent-Transfer-Encoding: base64\n\n7/Do4uXy\n--b\nContent-Type: application/pdf; name=a.pdf\n\n%PDF\n--b--\n")},
		"bert/Sent Items/3.eml":   {Data: []byte("no headers at all")},
		"bert/sent_items/4.eml":   {Data: nil},
		"bert/sent_items/note.md": {Data: []byte("not a message")},
	}
	c := serve(t, graphsim.Options{})
	if err := c.tenant.LoadEML(tree, "corp.example", 0); err != nil {
		t.Fatal(err)
	}
	boxes := c.tenant.Mailboxes()
	if len(boxes) != 2 || boxes[0].User().Address != "anna@corp.example" {
		t.Fatalf("mailboxes: %d", len(boxes))
	}
	anna, bert := boxes[0], boxes[1]
	if n := len(bert.Folder("sentitems").Messages()); n != 2 {
		t.Errorf("sent items hold %d messages, want 2", n)
	}
	inbox := anna.Folder("inbox").Messages()
	if len(inbox) != 1 {
		t.Fatalf("inbox holds %d messages", len(inbox))
	}
	msg, ok := anna.Message(inbox[0])
	if !ok || msg.Path != "anna/inbox/1.eml" || msg.Subject != "Grüße" || msg.Text != "café\r\n" {
		t.Errorf("message: %+v", msg)
	}
	if want := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC); !msg.Received.Equal(want) {
		t.Errorf("received %v, want %v", msg.Received, want)
	}
	var q1 *graphsim.Folder
	for _, f := range anna.Folders() {
		if f.Name() == "Q1" {
			q1 = f
		}
	}
	if q1 == nil || len(q1.Messages()) != 1 {
		t.Fatal("no folder Q1 with a message")
	}
	reply, _ := anna.Message(q1.Messages()[0])
	if reply.HTML != "привет" || len(reply.Attachments) != 1 || reply.Attachments[0].Name != "a.pdf" {
		t.Errorf("reply: %+v", reply)
	}
	if reply.ConversationID != msg.ConversationID {
		t.Error("a reply is not in the conversation of what it answers")
	}
	items, _ := c.round("/users/" + anna.ID() + "/mailFolders/" + esc(q1.ID()) + "/messages/delta")
	if len(items) != 1 || items[0]["body"].(map[string]any)["content"] != "привет" {
		t.Errorf("served: %v", items)
	}
}

// All of a large corpus loads within memory and serves quickly.
func TestLoadEnron(t *testing.T) {
	dir := corpora(t, "enron")
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	c := serve(t, graphsim.Options{})
	start := time.Now()
	if err := c.tenant.LoadEML(os.DirFS(dir), "enron.example", 0); err != nil {
		t.Fatal(err)
	}
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	t.Logf("loaded in %v, heap %d MB", time.Since(start), mem.HeapAlloc>>20)
	if mem.HeapAlloc > 600<<20 {
		t.Errorf("the heap holds %d MB, want at most 600", mem.HeapAlloc>>20)
	}
	total := 0
	for _, m := range c.tenant.Mailboxes() {
		for _, f := range m.Folders() {
			total += len(f.Messages())
		}
	}
	if total < 80000 {
		t.Errorf("%d messages were loaded", total)
	}
	m := c.tenant.Mailboxes()[0]
	start = time.Now()
	items, pages := 0, 0
	for _, f := range m.Folders() {
		if f == m.Folder("searchfolders") || f == m.Folder("recoverableitemsdeletions") {
			continue
		}
		got, _ := c.round("/users/"+m.ID()+"/mailFolders/"+esc(f.ID())+"/messages/delta?$select=subject,body,internetMessageHeaders,receivedDateTime,from,toRecipients", immutable, "odata.maxpagesize=50")
		items += len(got)
		pages += len(got)/50 + 1
	}
	t.Logf("%d messages in about %d pages in %v", items, pages, time.Since(start))
}
