package web

import (
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/mail"
	"mailquarry/search"
)

// messagePage is what a message's page shows.
type messagePage struct {
	frame
	person
	Subject    string
	Date       when
	Recipients []recipients
	Mailbox    string
	Folder     string
	Size       string
	Gone       string // that it is deleted at its source
	GoneAt     when
	Files      []fileView
	FrameURL   string
	Plain      string
	Back       string
	Permalink  string
}

// recipients is one of the lists a message was sent to.
type recipients struct {
	Kind  string
	Shown []mail.Address
	More  []mail.Address
}

// fileView is an attachment.
type fileView struct {
	Name      string
	Extension string
	Size      string
	State     string // why there is no text, or not all of it
	Download  string // "" when there are no bytes
	TextURL   string // "" when there is no text
}

// recipientsShown is how many recipients of a list are shown at once.
const recipientsShown = 8

func (s *server) messagePage(c echo.Context) error {
	id, err := mail.ParseMessageID(c.Param("id"))
	if err != nil {
		return search.ErrNotFound
	}
	m, err := s.service.Message(c.Request().Context(), principal(c), id)
	if err != nil {
		return err
	}
	return s.pages.render(c, "message", s.pages.messagePage(m, readParams(c.QueryParams())))
}

// messagePage lays out a message. from is the search it was opened from.
func (p *pages) messagePage(m search.Message, from searchParams) messagePage {
	sender := m.Mail.From
	if sender == (mail.Address{}) {
		sender = m.Mail.Sender
	}
	subject := strings.TrimSpace(m.Mail.Subject)
	if subject == "" {
		subject = "(no subject)"
	}
	page := messagePage{
		frame:  frame{Title: subject, Page: "message", Text: from.Text, State: from.state()},
		person: personOf(sender), Subject: subject, Date: p.when(m.Mail.Date()),
		Mailbox: mailboxName(m.Mailbox), Folder: m.Folder.Path, Size: byteSize(m.Size),
		FrameURL: apiPath(m.ID, "html"), Plain: m.Text,
		Gone: goneWords(m.GoneAt), GoneAt: p.when(m.GoneAt),
		Back: from.url(), Permalink: "/message/" + m.ID.String(),
	}
	for _, list := range []struct {
		kind string
		to   []mail.Address
	}{{"To", m.Mail.To}, {"Cc", m.Mail.Cc}, {"Bcc", m.Mail.Bcc}} {
		if len(list.to) > 0 {
			page.Recipients = append(page.Recipients, recipientList(list.kind, list.to))
		}
	}
	for _, a := range m.Attachments {
		if shownAsFile(a) {
			page.Files = append(page.Files, fileOf(m.ID, a))
		}
	}
	return page
}

// goneWords mark what is kept here and no longer at its source.
func goneWords(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return "Deleted at the source"
}

func recipientList(kind string, to []mail.Address) recipients {
	var named []mail.Address
	for _, a := range to {
		if a != (mail.Address{}) {
			named = append(named, mail.Address{Name: personOf(a).Sender, Address: honest(a.Address)})
		}
	}
	shown := min(len(named), recipientsShown)
	return recipients{kind, named[:shown], named[shown:]}
}

func apiPath(id mail.MessageID, rest string) string {
	return "/api/v1/messages/" + id.String() + "/" + rest
}

// shownAsFile tells whether an attachment is listed: pictures within the text
// are seen there.
func shownAsFile(a search.Attachment) bool {
	return !a.Inline || !strings.HasPrefix(strings.ToLower(a.ContentType), "image/")
}

func fileOf(id mail.MessageID, a search.Attachment) fileView {
	n := strconv.Itoa(a.Index)
	v := fileView{Name: honest(a.Name), Extension: extension(a), Size: byteSize(a.Size), State: stateText(a)}
	if v.Name == "" {
		v.Name = "Attachment " + n
	}
	switch a.State {
	case search.StatePending, search.StateUnavailable, search.StateReference:
	default:
		v.Download = apiPath(id, "attachments/"+n)
	}
	switch a.State {
	case textRead, textPartial, textCut:
		v.TextURL = "/message/" + id.String() + "/attachments/" + n
	}
	return v
}

// extension is the short mark on an attachment's icon.
func extension(a search.Attachment) string {
	e := strings.ToLower(strings.TrimPrefix(path.Ext(a.Name), "."))
	if e == "" {
		_, e, _ = strings.Cut(a.ContentType, "/")
	}
	if len(e) == 0 || len(e) > 4 || strings.ContainsFunc(e, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return "file"
	}
	return e
}

// The states of an extraction that ended, as search.Attachment gives them.
const (
	textRead        = "ok"
	textPartial     = "partial"
	textEmpty       = "empty"
	textNone        = "no_text"
	textUnsupported = "unsupported"
	textEncrypted   = "encrypted"
	textCut         = "too_large"
	textTimeout     = "timeout"
	textFailed      = "failed"
)

// stateText says why an attachment's text cannot be searched, "" when it can.
func stateText(a search.Attachment) string {
	short := shortState(a.State)
	switch {
	case short == "", a.Reason == "", a.State == textEmpty, a.State == textNone, a.State == search.StateReference:
		return short // there is no more to say
	}
	return short + " — " + honest(a.Reason)
}

func shortState(state string) string {
	switch state {
	case textRead:
		return ""
	case textPartial:
		return "Not all of it could be read"
	case textEmpty:
		return "No text in it"
	case textNone:
		return "No text layer"
	case textUnsupported:
		return "Text not read"
	case textEncrypted:
		return "Encrypted"
	case textCut:
		return "Too large"
	case textTimeout:
		return "Reading it took too long"
	case textFailed:
		return "Could not be read"
	case search.StatePending:
		return "Not read yet"
	case search.StateUnavailable:
		return "Not available at the source"
	case search.StateReference:
		return "A link to a file in the cloud"
	}
	return state
}

// attachmentPage is what the page of an attachment's text shows.
type attachmentPage struct {
	frame
	File      fileView
	Extracted string
	Cut       bool
	TextURL   string
	Back      string
}

// extractedShown bounds the text on an attachment's page.
const extractedShown = 200 << 10

func (s *server) attachmentPage(c echo.Context) error {
	id, err := mail.ParseMessageID(c.Param("id"))
	if err != nil {
		return search.ErrNotFound
	}
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil {
		return search.ErrNotFound
	}
	part, err := s.service.PartText(c.Request().Context(), principal(c), id, n)
	if err != nil {
		return err
	}
	file := fileOf(id, part.Attachment)
	page := attachmentPage{
		frame: frame{Title: file.Name, Page: "attachment"}, File: file, Extracted: part.Text,
		TextURL: apiPath(id, "attachments/"+strconv.Itoa(part.Index)+"/text"),
		Back:    "/message/" + id.String(),
	}
	if len(page.Extracted) > extractedShown {
		page.Extracted, page.Cut = strings.ToValidUTF8(page.Extracted[:extractedShown], ""), true
	}
	return s.pages.render(c, "attachment", page)
}
