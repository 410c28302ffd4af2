package search

import (
	"context"
	"errors"
	"io"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
)

// Message is a message as a person reads it.
type Message struct {
	ID          mail.MessageID
	Mailbox     MailboxRef
	Folder      FolderRef
	Mail        mail.Message
	Text        string // the body as plain text
	Size        int64
	Attachments []Attachment
}

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
	Bytes int64 // how many there are
}

// PartText is an attachment's text, as it is searched.
type PartText struct {
	Attachment
	Text string
}

var errSkeleton = errors.New("not built yet")

// Message reads a message. ErrNotFound when p may not see it.
func (s *Service) Message(ctx context.Context, p access.Principal, id mail.MessageID) (Message, error) {
	return Message{}, errSkeleton
}

// Body reads a message's displayed body. ErrNotFound when p may not see it.
func (s *Service) Body(ctx context.Context, p access.Principal, id mail.MessageID) (Body, error) {
	return Body{}, errSkeleton
}

// PartContent opens the n-th attachment of a message. ErrNotFound when p may
// not see it or there is none, ErrNoBytes when only its description is held.
func (s *Service) PartContent(ctx context.Context, p access.Principal, id mail.MessageID, n int) (Content, error) {
	return Content{}, errSkeleton
}

// PartText gives the text of the n-th attachment of a message. ErrNotFound
// when p may not see it or there is none.
func (s *Service) PartText(ctx context.Context, p access.Principal, id mail.MessageID, n int) (PartText, error) {
	return PartText{}, errSkeleton
}
