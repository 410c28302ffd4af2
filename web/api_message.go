package web

import (
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/web/mailhtml"
)

// messageJSON answers GET /messages/{id}.
type messageJSON struct {
	ID                string           `json:"id"`
	Mailbox           mailboxRefJSON   `json:"mailbox"`
	Folder            folderRefJSON    `json:"folder"`
	Subject           string           `json:"subject"`
	From              mail.Address     `json:"from"`
	Sender            *mail.Address    `json:"sender"`
	To                []mail.Address   `json:"to"`
	Cc                []mail.Address   `json:"cc"`
	Bcc               []mail.Address   `json:"bcc"`
	ReplyTo           []mail.Address   `json:"reply_to"`
	Date              *time.Time       `json:"date"`
	Received          *time.Time       `json:"received"`
	Sent              *time.Time       `json:"sent"`
	Size              int64            `json:"size"`
	HasAttachments    bool             `json:"has_attachments"`
	IsRead            bool             `json:"is_read"`
	IsDraft           bool             `json:"is_draft"`
	IsFlagged         bool             `json:"is_flagged"`
	GoneAt            *time.Time       `json:"gone_at"`
	Importance        string           `json:"importance"`
	Categories        []string         `json:"categories"`
	ConversationID    string           `json:"conversation_id"`
	InternetMessageID string           `json:"internet_message_id"`
	BodyType          mail.BodyType    `json:"body_type"`
	Language          string           `json:"language"`
	Text              string           `json:"text"`
	TextParts         []textPartJSON   `json:"text_parts"`
	Attachments       []attachmentJSON `json:"attachments"`
}

type textPartJSON struct {
	Kind search.PartKind `json:"kind"`
	Text string          `json:"text"`
}

func (s *server) apiMessage(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	id, err := messageID(c)
	if err != nil {
		return err
	}
	m, err := s.service.Message(c.Request().Context(), principal(c), id)
	if err != nil {
		return err
	}
	return writeJSON(c, messageOf(m))
}

func messageOf(m search.Message) messageJSON {
	out := messageJSON{
		ID: m.ID.String(), Mailbox: mailboxRefOf(m.Mailbox), Folder: folderRefOf(m.Folder),
		Subject: m.Mail.Subject, From: m.Mail.From,
		To: list(m.Mail.To), Cc: list(m.Mail.Cc), Bcc: list(m.Mail.Bcc), ReplyTo: list(m.Mail.ReplyTo),
		Date: moment(m.Mail.Date()), Received: moment(m.Mail.Received), Sent: moment(m.Mail.Sent), Size: m.Size,
		IsRead: m.Mail.IsRead, IsDraft: m.Mail.IsDraft, IsFlagged: m.Mail.IsFlagged, GoneAt: moment(m.GoneAt),
		Importance: m.Mail.Importance, Categories: list(m.Mail.Categories),
		ConversationID: m.Mail.ConversationID, InternetMessageID: m.Mail.InternetMessageID,
		BodyType: m.Mail.Body.Type, Language: m.Language, Text: m.Text, TextParts: []textPartJSON{}, Attachments: attachmentsOf(m.Attachments),
	}
	for _, p := range m.Parts {
		out.TextParts = append(out.TextParts, textPartJSON(p))
	}
	if out.BodyType == "" {
		out.BodyType = mail.Text
	}
	if m.Mail.Sender != (mail.Address{}) {
		out.Sender = &m.Mail.Sender
	}
	for _, a := range m.Attachments {
		out.HasAttachments = out.HasAttachments || !a.Inline
	}
	return out
}

// apiHTML serves a message's body as a document for a sandboxed frame.
func (s *server) apiHTML(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	id, err := messageID(c)
	if err != nil {
		return err
	}
	body, err := s.service.Body(c.Request().Context(), principal(c), id)
	if err != nil {
		return err
	}
	var safe string
	if body.Type == mail.HTML {
		safe = mailhtml.Sanitize(body.Content, body.Inline)
	} else {
		safe = mailhtml.Text(body.Content)
	}
	c.Response().Header().Set("Content-Security-Policy", mailPolicy)
	return c.HTML(200, safe)
}

// attachmentTextJSON answers GET /messages/{id}/attachments/{n}/text.
type attachmentTextJSON struct {
	attachmentJSON
	Text string `json:"text"`
}

// apiAttachmentText serves an attachment's text: as JSON with its state, or
// alone to whoever asks for plain text, such as a browser.
func (s *server) apiAttachmentText(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	id, n, err := attachmentID(c)
	if err != nil {
		return err
	}
	part, err := s.service.PartText(c.Request().Context(), principal(c), id, n)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept")
	if wantsText(c.Request().Header.Get("Accept")) {
		return c.Blob(200, "text/plain; charset=utf-8", []byte(part.Text))
	}
	return writeJSON(c, attachmentTextJSON{attachmentOf(part.Attachment), part.Text})
}

func wantsText(accept string) bool {
	return strings.Contains(accept, "text/") && !strings.Contains(accept, "application/json")
}
