package search

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/mailtext"
)

// maxInline is the largest inline picture that is read.
const maxInline = 5 << 20

// Message is a message as a person reads it.
type Message struct {
	ID          mail.MessageID
	Mailbox     MailboxRef
	Folder      FolderRef
	Mail        mail.Message
	Text        string // the body as plain text
	Parts       []TextPart
	Language    string // ISO 639-1, "" when unknown
	Size        int64
	GoneAt      time.Time // when it was found deleted at its source, alone or with its mailbox; zero while it is there
	Attachments []Attachment
}

// TextPart is a stretch of a message's text.
type TextPart struct {
	Kind PartKind
	Text string
}

// PartKind says whose words a stretch of a message is.
type PartKind string

// The kinds.
const (
	OwnPart       PartKind = "own"       // the author wrote it
	QuotedPart    PartKind = "quoted"    // of a message that this one answers
	SignaturePart PartKind = "signature" // who the author is, or a footer
)

// Body is a message's displayed body with the pictures that came with it.
type Body struct {
	mail.Body
	// Inline gives the attachment that a cid: link names.
	Inline func(cid string) (contentType string, data []byte, ok bool)
}

// Content is an attachment's bytes.
type Content struct {
	Attachment
	io.ReadSeekCloser
}

// PartText is an attachment's text, as it is searched.
type PartText struct {
	Attachment
	Text string
}

// Message reads a message. ErrNotFound when p may not see it.
func (s *Service) Message(ctx context.Context, p access.Principal, id mail.MessageID) (Message, error) {
	rec, n, err := s.record(ctx, p, id)
	if err != nil {
		return Message{}, err
	}
	texts, err := s.texts(ctx, held(rec.Parts))
	if err != nil {
		return Message{}, err
	}
	m := s.decode(rec)
	text, told, _ := mailtext.Tell(rec.Reading, m.Body.Content, m.Body.Type == mail.HTML, m.Subject)
	return Message{
		ID: rec.ID, Mailbox: n.mailboxRef(rec.Mailbox), Folder: n.folderRef(rec.Folder),
		Mail: m, Text: text, Parts: textParts(text, told.Spans), Language: told.Language, Size: decode.Size(rec.Format, rec.Payload, rec.Parts), GoneAt: n.goneAt(rec),
		Attachments: attachments(rec.Parts, texts),
	}, nil
}

func textParts(text string, spans []mailtext.Span) []TextPart {
	kinds := map[mailtext.Kind]PartKind{mailtext.Own: OwnPart, mailtext.Quoted: QuotedPart, mailtext.Signature: SignaturePart}
	parts := make([]TextPart, len(spans))
	for i, s := range spans {
		parts[i] = TextPart{Kind: kinds[s.Kind], Text: text[s.Start:s.End]}
	}
	return parts
}

// Body reads a message's displayed body. ErrNotFound when p may not see it.
func (s *Service) Body(ctx context.Context, p access.Principal, id mail.MessageID) (Body, error) {
	rec, _, err := s.record(ctx, p, id)
	if err != nil {
		return Body{}, err
	}
	return Body{
		Body: s.decode(rec).Body,
		Inline: func(cid string) (string, []byte, bool) {
			return s.inline(ctx, rec.Parts, cid)
		},
	}, nil
}

// inline reads the part that a Content-ID names. One that cannot be read is a
// picture less, not a message less.
func (s *Service) inline(ctx context.Context, parts []mail.Part, cid string) (string, []byte, bool) {
	cid = bareCID(cid)
	for _, p := range parts {
		if cid == "" || bareCID(p.ContentID) != cid || p.Digest.IsZero() || p.Size > maxInline {
			continue
		}
		data, err := s.readBlob(ctx, p.Digest)
		if err != nil {
			s.log.Warn("an inline picture is left out", "digest", p.Digest.String(), "error", err)
			continue
		}
		return p.ContentType, data, true
	}
	return "", nil, false
}

func bareCID(cid string) string {
	return strings.ToLower(strings.Trim(strings.TrimSpace(cid), "<>"))
}

func (s *Service) readBlob(ctx context.Context, d mail.Digest) ([]byte, error) {
	blob, err := s.archive.OpenBlob(ctx, d)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(blob, maxInline+1))
	if err = errors.Join(err, blob.Close()); err != nil {
		return nil, err
	}
	if len(data) > maxInline {
		return nil, fmt.Errorf("it is larger than %d bytes", maxInline)
	}
	return data, nil
}

// PartContent opens the n-th attachment of a message. ErrNotFound when p may
// not see it or there is none, ErrNoBytes when only its description is held.
func (s *Service) PartContent(ctx context.Context, p access.Principal, id mail.MessageID, n int) (Content, error) {
	part, a, _, err := s.part(ctx, p, id, n)
	if err != nil {
		return Content{}, err
	}
	if part.Digest.IsZero() {
		return Content{}, ErrNoBytes
	}
	blob, err := s.archive.OpenBlob(ctx, part.Digest)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return Content{}, ErrNoBytes
	case err != nil:
		return Content{}, fmt.Errorf("open attachment %d of message %s: %w", n, id, err)
	}
	return Content{Attachment: a, ReadSeekCloser: blob}, nil
}

// PartText gives the text of the n-th attachment of a message. ErrNotFound
// when p may not see it or there is none.
func (s *Service) PartText(ctx context.Context, p access.Principal, id mail.MessageID, n int) (PartText, error) {
	_, a, text, err := s.part(ctx, p, id, n)
	if err != nil {
		return PartText{}, err
	}
	return PartText{Attachment: a, Text: text}, nil
}

// part finds an attachment with its state and text.
func (s *Service) part(ctx context.Context, p access.Principal, id mail.MessageID, n int) (mail.Part, Attachment, string, error) {
	rec, _, err := s.record(ctx, p, id)
	if err != nil {
		return mail.Part{}, Attachment{}, "", err
	}
	if n < 0 || n >= len(rec.Parts) {
		return mail.Part{}, Attachment{}, "", ErrNotFound
	}
	part := rec.Parts[n]
	texts, err := s.texts(ctx, held(rec.Parts))
	if err != nil {
		return mail.Part{}, Attachment{}, "", err
	}
	return part, attachments(rec.Parts, texts)[n], texts[part.Digest].Text, nil
}

// record reads a message that p may see.
func (s *Service) record(ctx context.Context, p access.Principal, id mail.MessageID) (archive.Record, *names, error) {
	n, err := s.names.names(ctx, fresh)
	if err != nil {
		return archive.Record{}, nil, err
	}
	scope := n.scope(p)
	if scope.Empty() {
		return archive.Record{}, nil, ErrNotFound
	}
	rec, err := s.archive.Record(ctx, id)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return archive.Record{}, nil, ErrNotFound
	case err != nil:
		return archive.Record{}, nil, fmt.Errorf("read message %s: %w", id, err)
	case !n.shows(rec, scope):
		return archive.Record{}, nil, ErrNotFound
	}
	n, err = s.knowing(ctx, n, []mail.FolderID{rec.Folder})
	return rec, n, err
}
