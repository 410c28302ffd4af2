package indexer_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mailquarry/indexer"
	"mailquarry/internal/graphsim"
	"mailquarry/internal/source/files"
	"mailquarry/search/engine"
)

// documents builds the index anew and gives what went into it, by subject.
func (s *store) documents() map[string]engine.Document {
	s.t.Helper()
	r := &recorder{Writer: s.index}
	if err := indexer.NewBuilder(s.archive, s.extract, reset{r}, indexer.BuildOptions{}).Catchup(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	docs := map[string]engine.Document{}
	for _, d := range r.docs {
		docs[d.Subject] = d
	}
	return docs
}

// marked gives the values of a document's marks of one kind, joined by commas.
func marked(d engine.Document, name string) string {
	var values []string
	for _, k := range d.Keys {
		if k.Name == name {
			values = append(values, k.Value)
		}
	}
	slices.Sort(values)
	return strings.Join(values, ", ")
}

// TestMarksOfTheTenantsMail promises that what Graph and the header say of a
// message can be searched for.
func TestMarksOfTheTenantsMail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	s.user("ben")
	s.tenant.AddUser(graphsim.User{Address: "guest@fabrikam.example", UserType: "Guest", NoMailbox: "ResourceNotFound"})
	to := func(addresses ...string) (list []graphsim.Address) {
		for _, a := range addresses {
			list = append(list, graphsim.Address{Address: a})
		}
		return list
	}
	add := func(folder string, m graphsim.Message) { anna.Folder(folder).Add(m) }
	report := letter("inbound", "See https://fabrikam.example/x")
	report.From, report.To = graphsim.Address{Address: "law@Fabrikam.example"}, to("anna@contoso.example")
	report.Sent = report.Received.Add(-time.Hour)
	report.Categories, report.Importance, report.Flagged, report.IsRead = []string{"Red category"}, "high", true, true
	report.Headers = [][2]string{
		{"List-Id", "Law <Law.Lists.example>"},
		{"Delivered-To", "Sales@contoso.example"},
		{"X-Mailer", "Out\tLook 16"},
		{"Content-Type", "multipart/report; report-type=disposition-notification"},
		{"X-Long", "ä" + strings.Repeat("ö", 300)},
	}
	report.Attachments = []graphsim.Attachment{
		{Name: "Plan.PDF", ContentType: "application/octet-stream", Content: []byte("%PDF-1.4 broken")},
		{Name: "photo.jpg", ContentType: "image/jpeg", Content: bytes.Repeat([]byte("\xff\xd8\xff\xe0 jfif"), 400)},
	}
	add("inbox", report)
	pixel := letter("internal", "nothing to see")
	pixel.To = to("ben@contoso.example", "/O=X/CN=ANNA")
	pixel.Attachments = []graphsim.Attachment{{Name: "p.gif", ContentType: "image/gif", Content: []byte("GIF89a tiny"), Inline: true, ContentID: "p"}}
	add("inbox", pixel)
	outbound := letter("outbound", "hello")
	outbound.From, outbound.To = graphsim.Address{Address: "Anna@contoso.example"}, to("ben@contoso.example", "law@fabrikam.example")
	add("archive", outbound)
	meeting := letter("meeting", "join us")
	meeting.Type = "eventMessageRequest"
	add("sentitems", meeting)
	draft := letter("draft", "to be said")
	draft.IsDraft = true
	add("drafts", draft)
	s.tryRound()
	if guests, err := s.archive.Guests(s.ctx); err != nil || len(guests) != 1 {
		t.Errorf("guests: %v, %v", guests, err)
	}
	docs := s.documents()
	for _, c := range []struct{ subject, name, want string }{
		{"inbound", engine.KeyDirection, "inbound"},
		{"inbound", engine.KeyDomain, "fabrikam.example"},
		{"outbound", engine.KeyToDomain, "contoso.example, fabrikam.example"},
		{"outbound", engine.KeyCcDomain, ""},
		{"inbound", engine.KeyCategory, "Red category"},
		{"inbound", engine.KeyImportant, "high"},
		{"inbound", engine.KeyIs, "flagged, important, read"},
		{"inbound", engine.KeyList, "law.lists.example"},
		{"inbound", engine.KeyDelivered, "sales@contoso.example"},
		{"inbound", engine.KeyKind, "receipt"},
		{"inbound", engine.KeyExt, "image, jpg, pdf"},
		{"inbound", engine.KeyMIME, "application/pdf, image/jpeg"},
		{"inbound", engine.KeyHas, "image, link"},
		{"internal", engine.KeyDirection, "internal"},
		{"internal", engine.KeyIs, ""},
		{"internal", engine.KeyHas, ""},
		{"internal", engine.KeyKind, "mail"},
		{"internal", engine.KeyImportant, "normal"},
		{"outbound", engine.KeyDirection, "outbound"},
		{"outbound", engine.KeyIs, "sent"},
		{"meeting", engine.KeyKind, "meeting"},
		{"meeting", engine.KeyHas, "invite"},
		{"meeting", engine.KeyIs, "sent"},
		{"draft", engine.KeyIs, "draft"},
		{"draft", engine.KeyDirection, ""},
	} {
		if got := marked(docs[c.subject], c.name); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.subject, c.name, got, c.want)
		}
	}
	if headers := marked(docs["inbound"], engine.KeyHeader); !strings.Contains(headers, "x-mailer=out look 16") {
		t.Errorf("header fields: %s", headers)
	}
	d := docs["inbound"]
	if !d.Sent.Equal(report.Sent) || d.Size < 4000 {
		t.Errorf("sent %v, %d bytes", d.Sent, d.Size)
	}
	for _, k := range d.Keys {
		if len(k.Value) > engine.MaxKey || !utf8.ValidString(k.Value) {
			t.Errorf("%s has %d bytes, valid: %t", k.Name, len(k.Value), utf8.ValidString(k.Value))
		}
	}
}

// writeMail writes a file of an archive: fields, then a body.
func (s *store) writeMail(dir, folder string, n int, fields ...string) {
	writeFile(s.t, filepath.Join(dir, "ada@quarrystone.example", folder, fmt.Sprint(n, ".eml")),
		"From: Ada <ada@quarrystone.example>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n"+strings.Join(fields, "\r\n")+"\r\n\r\nThe body.\r\n")
}

// TestCopiesAndConversations promises that copies of a message and the messages
// of a conversation can be told, by what mail programs leave in them.
func TestCopiesAndConversations(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := t.TempDir()
	for i, fields := range [][]string{
		{"Subject: root", "Message-ID: <Root@x>"},
		{"Subject: reply", "Message-ID: <reply@x>", "In-Reply-To: <root@X>"},
		{"Subject: late reply", "Message-ID: <late@x>", "References: <root@x> <reply@x>"},
		{"Subject: other root", "Message-ID: <other@x>"},
		{"Subject: Budget for the year"},
		{"Subject: AW: Budget for  the year"},
		{"Subject: Re: hi"},
		{"Subject: hi"},
	} {
		s.writeMail(dir, "Inbox", i, fields...)
	}
	s.writeMail(dir, "Copies", 1, "Subject: copied", "Message-ID: <ROOT@x>")
	s.writeMail(dir, "Gesendete Elemente", 1, "Subject: copied too", "Status: O")
	s.importFrom(dir, files.Options{Tree: true})
	docs := s.documents()
	joined := func(a, b string) bool {
		return slices.ContainsFunc(docs[a].Threads, func(id string) bool { return slices.Contains(docs[b].Threads, id) })
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"root", "reply", true},
		{"reply", "late reply", true},
		{"root", "late reply", true},
		{"root", "other root", false},
		{"reply", "other root", false},
		{"Budget for the year", "AW: Budget for the year", true},
		{"hi", "Re: hi", false},
	} {
		if got := joined(c.a, c.b); got != c.want {
			t.Errorf("%q and %q are joined: %t; %v %v", c.a, c.b, got, docs[c.a].Threads, docs[c.b].Threads)
		}
	}
	if docs["root"].Copy != "root@x" || docs["copied"].Copy != "root@x" || docs["other root"].Copy == "root@x" {
		t.Errorf("copies: %q, %q, %q", docs["root"].Copy, docs["copied"].Copy, docs["other root"].Copy)
	}
	if a, b := docs["hi"].Copy, docs["Re: hi"].Copy; a == b || !strings.HasPrefix(a, "sha:") {
		t.Errorf("without a Message-ID: %q, %q", a, b)
	}
	if got := marked(docs["copied too"], engine.KeyIs); got != "sent" {
		t.Errorf("what lies in a folder for sent mail is %q", got)
	}
	if got := marked(docs["root"], engine.KeyIs); got != "read, sent" {
		t.Errorf("mail from its own mailbox is %q", got)
	}
}
