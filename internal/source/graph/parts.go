package graph

import (
	"context"
	"io"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/mail"
	"mailquarry/internal/source/graph/wire"
)

// partFields leave contentBytes out: without a selection the list holds every
// attachment's bytes.
func partFields() []string {
	return []string{"id", "name", "contentType", "size", "isInline", "lastModifiedDateTime", "microsoft.graph.fileAttachment/contentId"}
}

// maxPartPages bounds a list that Graph does not page.
const maxPartPages = 100

// listAll lists a message's attachments, should their list come in pages.
func (c *Client) listAll(ctx context.Context, mailbox, message string) ([]mail.Part, error) {
	var out []mail.Part
	link := ""
	for range maxPartPages {
		p, err := c.page(ctx, c.partsCall(mailbox, message, link), link)
		if err != nil {
			return nil, wrap("list attachments", err)
		}
		out = append(out, c.readParts(ctx, p)...)
		if link = p.Next; link == "" {
			return out, nil
		}
		if !c.ours(link) {
			return nil, wrap("list attachments", c.foreign())
		}
	}
	return out, nil
}

func (c *Client) partsCall(mailbox, message, link string) call {
	return call{mailbox: mailbox, kind: "attachments", area: content, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		cfg := &users.ItemMessagesItemAttachmentsRequestBuilderGetRequestConfiguration{Headers: h}
		b := c.user(mailbox).Messages().ByMessageId(message).Attachments()
		if link != "" {
			cfg.Options = verbatim()
			return b.WithUrl(link).ToGetRequestInformation(ctx, cfg)
		}
		cfg.QueryParameters = &users.ItemMessagesItemAttachmentsRequestBuilderGetQueryParameters{Select: partFields()}
		return b.ToGetRequestInformation(ctx, cfg)
	}}
}

func (c *Client) readParts(ctx context.Context, p wire.Page) []mail.Part {
	var out []mail.Part
	for _, raw := range p.Value {
		part, reason := wire.ParsePart(raw)
		if reason != "" {
			c.log.WarnContext(ctx, "graph attachment skipped", "reason", reason)
			continue
		}
		out = append(out, part)
	}
	return out
}

// openPart streams an attachment's bytes. An item comes as the MIME, iCalendar or
// vCard form that Graph makes of it. While it is open, the stream is one of the
// mailbox's requests in flight, so it is to be read and closed soon.
func (c *Client) openPart(ctx context.Context, mailbox, message string, part mail.Part) (io.ReadCloser, error) {
	r, err := c.open(ctx, call{mailbox: mailbox, kind: "attachments/{id}/$value", area: content, build: func(_ context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		// The SDK has no builder for this address.
		ri := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.GET,
			"{+baseurl}/users/{user%2Did}/messages/{message%2Did}/attachments/{attachment%2Did}/$value",
			map[string]string{"user%2Did": mailbox, "message%2Did": message, "attachment%2Did": part.Key})
		ri.Headers.AddAll(h)
		ri.Headers.TryAdd("Accept", "*/*")
		return ri, nil
	}})
	if err != nil {
		return nil, wrap("open attachment", err)
	}
	return r, nil
}
