package graph

import (
	"context"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// List implements source.Lister.
func (c *Client) List(ctx context.Context, mailbox, folder string, since source.Cursor) (source.ListPage, error) {
	var out source.ListPage
	p, err := c.page(ctx, c.listCall(mailbox, folder, since.Link), since.Link)
	if err != nil {
		return out, wrap("list messages", err)
	}
	if p.Next == "" {
		out.Next.Complete = true
	} else if out.Next, err = c.cursor(p); err != nil {
		return out, wrap("list messages", err)
	}
	for _, raw := range p.Value {
		f, id, reason := wire.Fields(raw)
		if reason != "" {
			// It has no name to be compared by; the folder's stream reports it too.
			c.log.WarnContext(ctx, "graph listing: an item cannot be read", "reason", reason)
			continue
		}
		out.Items = append(out.Items, source.Listed{Key: id, Stamp: wire.Text(f, "changeKey")})
	}
	return out, nil
}

func (c *Client) listCall(mailbox, folder, link string) call {
	return call{mailbox: mailbox, kind: "messages (ids)", area: content, sizer: listSizer, bare: true, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		cfg := &users.ItemMailFoldersItemMessagesRequestBuilderGetRequestConfiguration{Headers: h}
		b := c.user(mailbox).MailFolders().ByMailFolderId(folder).Messages()
		if link != "" {
			cfg.Options = verbatim()
			return b.WithUrl(link).ToGetRequestInformation(ctx, cfg)
		}
		top := int32(c.gate(mailbox).list.size())
		cfg.QueryParameters = &users.ItemMailFoldersItemMessagesRequestBuilderGetQueryParameters{
			Select: []string{"id", "changeKey"}, Orderby: []string{"receivedDateTime desc"}, Top: &top,
		}
		return b.ToGetRequestInformation(ctx, cfg)
	}}
}

// Count implements source.Lister.
func (c *Client) Count(ctx context.Context, mailbox string, folders []string) ([]source.Counted, error) {
	asked := make([]inner, len(folders))
	for i, f := range folders {
		asked[i] = inner{kind: "mailFolders/{id}", area: content, path: userPath(mailbox, "mailFolders", f) + "?$select=id,totalItemCount"}
	}
	replies, err := c.batch(ctx, mailbox, asked)
	if err != nil {
		return nil, wrap("count messages", err)
	}
	out := make([]source.Counted, len(folders))
	for i, r := range replies {
		if out[i].Err = wrap("count messages", r.err); r.err != nil {
			continue
		}
		f, _, reason := wire.Fields(r.body)
		if reason != "" || !wire.Has(f, "totalItemCount") {
			out[i].Err = wrap("count messages", &source.Error{Class: source.Transient, Message: "the answer has no count"})
			continue
		}
		out[i].Total = int(wire.Number(f, "totalItemCount"))
	}
	return out, nil
}
