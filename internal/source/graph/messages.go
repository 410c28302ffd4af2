package graph

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// messageFields are what a message is shown, searched and merged by. isRead is
// among them for a second reason: without it Graph does not report that a
// message was read. internetMessageHeaders costs Graph a look into each message
// and the archive a kilobyte or two of each, but not one request more; without
// it mailing lists, deliveries, references, receipts and reports are unknown.
func messageFields() []string {
	return []string{
		"subject", "from", "sender", "toRecipients", "ccRecipients", "bccRecipients", "replyTo",
		"receivedDateTime", "sentDateTime", "body", "internetMessageId", "conversationId", "importance",
		"categories", "flag", "isRead", "isDraft", "hasAttachments", "parentFolderId", "changeKey",
		"lastModifiedDateTime", "inferenceClassification", "internetMessageHeaders",
	}
}

// fields are the messageFields that this tenant's Graph gives.
func (c *Client) fields() []string {
	all := messageFields()
	if c.headerless.Load() {
		all = slices.DeleteFunc(all, func(f string) bool { return f == "internetMessageHeaders" })
	}
	return all
}

// refusesQuery tells whether Graph has not understood what was asked for.
func refusesQuery(err error) bool {
	e := asSource(err)
	return e != nil && (strings.EqualFold(e.Code, "ErrorInvalidUrlQuery") || strings.EqualFold(e.Code, "RequestBroker--ParseUri") || strings.EqualFold(e.Code, "ErrorInvalidProperty"))
}

// Messages implements source.Source.
//
// A full mailbox refuses change tracking, since Graph notes its state in the
// mailbox. It is then listed instead, and the cursor behind its last page is
// complete and has no link: the next round starts from nothing.
func (c *Client) Messages(ctx context.Context, mailbox, folder string, since source.Cursor) (source.MessagePage, error) {
	var out source.MessagePage
	p, err := c.page(ctx, c.messagesCall(mailbox, folder, since.Link), since.Link)
	// The newest first and header fields are how it is documented, and useful; not
	// needed.
	for _, without := range []*atomic.Bool{&c.unordered, &c.headerless} {
		if since.Link == "" && refusesQuery(err) && !without.Load() {
			without.Store(true)
			p, err = c.page(ctx, c.messagesCall(mailbox, folder, ""), "")
			without.Store(err == nil)
		}
	}
	listed := since.Link != "" && !tracksChanges(since.Link)
	if e := asSource(err); e != nil && since.Link == "" && strings.EqualFold(e.Code, "ErrorQuotaExceeded") {
		listed = true
		p, err = c.page(ctx, c.listingCall(mailbox, folder), "")
	}
	if err != nil {
		return out, wrap("read messages", err)
	}
	if listed && p.Next == "" && p.Delta == "" {
		out.Next = source.Cursor{Complete: true}
	} else if out.Next, err = c.cursor(p); err != nil {
		return out, wrap("read messages", err)
	}
	for _, raw := range p.Value {
		f, id, reason := wire.Fields(raw)
		if reason != "" {
			out.Malformed = append(out.Malformed, source.Malformed{Key: id, Reason: reason})
			continue
		}
		ch := source.Change{Key: id, Format: source.GraphJSON, Payload: raw}
		if ch.Gone, _ = wire.Removed(f); ch.Gone {
			ch.Payload = nil
		}
		out.Changes = append(out.Changes, ch)
	}
	return out, nil
}

// tracksChanges tells a link of a delta stream from one of a listing. Only the
// last element of its path says so: an id in it can hold any word.
func tracksChanges(link string) bool {
	path, query, _ := strings.Cut(strings.ToLower(link), "?")
	last := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], "()")
	return last == "delta" || strings.HasSuffix(last, ".delta") || strings.Contains(query, "deltatoken")
}

func (c *Client) messagesCall(mailbox, folder, link string) call {
	return call{mailbox: mailbox, kind: "messages/delta", area: content, sizer: pageSizer, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		cfg := &users.ItemMailFoldersItemMessagesDeltaRequestBuilderGetRequestConfiguration{Headers: h}
		b := c.user(mailbox).MailFolders().ByMailFolderId(folder).Messages().Delta()
		if link != "" {
			cfg.Options = verbatim()
			return b.WithUrl(link).ToGetRequestInformation(ctx, cfg)
		}
		cfg.QueryParameters = &users.ItemMailFoldersItemMessagesDeltaRequestBuilderGetQueryParameters{Select: c.fields()}
		if !c.unordered.Load() {
			cfg.QueryParameters.Orderby = []string{"receivedDateTime desc"}
		}
		return b.ToGetRequestInformation(ctx, cfg)
	}}
}

func (c *Client) listingCall(mailbox, folder string) call {
	return call{mailbox: mailbox, kind: "messages", area: content, sizer: pageSizer, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		top := int32(c.gate(mailbox).page.size())
		return c.user(mailbox).MailFolders().ByMailFolderId(folder).Messages().ToGetRequestInformation(ctx,
			&users.ItemMailFoldersItemMessagesRequestBuilderGetRequestConfiguration{
				Headers: h,
				QueryParameters: &users.ItemMailFoldersItemMessagesRequestBuilderGetQueryParameters{
					Select: c.fields(), Orderby: []string{"receivedDateTime desc"}, Top: &top,
				},
			})
	}}
}
