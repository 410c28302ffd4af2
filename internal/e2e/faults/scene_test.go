package faults

import (
	"bytes"
	"fmt"
	"time"

	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
)

// scene is a small tenant in which everything is that a fault can hit.
type scene struct {
	tenant *graphsim.Tenant
	clock  *clock
	anna   *graphsim.Mailbox
	boxes  []*graphsim.Mailbox
	words  int
}

func newScene(seed int64) *scene {
	s := &scene{clock: &clock{}}
	s.tenant = graphsim.New(graphsim.Options{Seed: seed, Now: s.clock.now, Quirks: graphsim.Quirks{EmptyPages: true, FreshMailDoubles: true}})
	s.anna = s.user("anna", "user")
	bo := s.user("bo", "shared")
	inbox := s.anna.Folder("inbox")
	for i := range 70 {
		m := s.letter(fmt.Sprintf("letter %d", i))
		m.IsRead = i%2 == 0
		inbox.Add(m)
	}
	s.withParts(inbox, s.anna.Folder("sentitems"))
	top := s.anna.AddFolder(nil, "Projects / 2026")
	sub := s.anna.AddFolder(top, "Quarry")
	deep := s.anna.AddFolder(sub, "Deep \U0001F5FF")
	for _, f := range []*graphsim.Folder{top, sub, deep, s.anna.Folder("outbox"), s.anna.Folder("archive")} {
		f.Add(s.letter("filed"))
		f.Add(s.letter("filed too"))
	}
	s.anna.AddSearchFolder("Unread")
	s.withParts(bo.Folder("inbox"), bo.AddFolder(bo.Folder("inbox"), "below"))
	return s
}

func (s *scene) user(name, purpose string) *graphsim.Mailbox {
	b := s.tenant.AddUser(graphsim.User{Address: name + "@contoso.example", DisplayName: name, Purpose: purpose})
	s.boxes = append(s.boxes, b)
	return b
}

// letter is a message that is found by a word of its own.
func (s *scene) letter(subject string) graphsim.Message {
	return graphsim.Message{
		Subject: subject, Text: "Dear all, " + s.word(), From: graphsim.Address{Name: "Bo", Address: "bo@contoso.example"},
		To:       []graphsim.Address{{Name: "Anna", Address: "anna@contoso.example"}},
		Received: time.Date(2026, 3, 2, 10, s.words%60, s.words/60, 0, time.UTC),
	}
}

func (s *scene) word() string {
	s.words++
	return fmt.Sprintf("%s%dqz", mirror.Mark, s.words)
}

// withParts puts messages with attachments of every kind into folders.
func (s *scene) withParts(folders ...*graphsim.Folder) {
	for _, f := range folders {
		text := s.letter("with files")
		text.Attachments = []graphsim.Attachment{
			{Name: "a.txt", ContentType: "text/plain", Content: []byte("inside a file: " + s.word())},
			{Name: "b.txt", ContentType: "text/plain", Content: []byte("inside another: " + s.word())},
			{Name: "empty.txt", ContentType: "text/plain"},
		}
		f.Add(text)
		large := s.letter("with a large file")
		large.Attachments = []graphsim.Attachment{{
			Name: "large.bin", ContentType: "application/octet-stream",
			Content: bytes.Repeat([]byte(s.word()+"\x00\x01"), 400_000),
		}}
		f.Add(large)
		forward := s.letter("forwards a letter")
		inner := s.letter("forwarded")
		inner.Attachments = []graphsim.Attachment{{Name: "c.txt", ContentType: "text/plain", Content: []byte("inside a letter inside a letter")}}
		forward.Attachments = []graphsim.Attachment{{Name: "Forwarded", Item: &inner}, {Name: "In the cloud.docx", Reference: true}}
		f.Add(forward)
		picture := s.letter("with a picture")
		picture.HTML, picture.Text = "<p>"+picture.Text+` <img src="cid:p1"></p>`, ""
		picture.Attachments = []graphsim.Attachment{{Name: "p.png", ContentType: "image/png", ContentID: "p1", Inline: true, Content: []byte("\x89PNG")}}
		f.Add(picture)
	}
}

// change does what happens to mailboxes between two rounds.
func (s *scene) change() {
	anna, bo := s.anna, s.boxes[1]
	inbox, archive := anna.Folder("inbox"), anna.Folder("archive")
	ids := inbox.Messages()
	for _, id := range ids[:5] {
		anna.Move(id, archive)
	}
	for _, id := range ids[5:9] {
		anna.Delete(id)
	}
	for _, id := range ids[9:13] {
		anna.SetRead(id, false)
	}
	anna.Edit(ids[13], func(m *graphsim.Message) { m.Subject, m.Text = "edited", "now "+s.word() })
	anna.Edit(ids[14], func(m *graphsim.Message) { m.Categories, m.Flagged = []string{"Red category"}, true })
	for _, id := range ids[15:18] { // there and back
		anna.Move(id, archive)
		anna.Move(id, inbox)
	}
	anna.Move(ids[18], anna.Folder("outbox")) // out of what is synced
	anna.Move(anna.Folder("outbox").Messages()[0], inbox)
	fresh := anna.AddFolder(inbox, "Fresh")
	anna.Move(ids[19], fresh)
	for _, f := range anna.Folders() {
		switch f.Name() {
		case "Quarry":
			f.MoveTo(fresh)
		case "Projects / 2026":
			f.Rename("Projects")
		}
	}
	s.withParts(archive, bo.Folder("inbox"))
	for _, f := range bo.Folders() {
		if f.Name() == "below" {
			bo.Move(f.Messages()[0], bo.Folder("inbox"))
			f.Remove()
		}
	}
	bo.ResetTokens()
	cem := s.user("cem", "user")
	cem.Folder("inbox").Add(s.letter("welcome"))
	s.withParts(cem.Folder("inbox"))
}
