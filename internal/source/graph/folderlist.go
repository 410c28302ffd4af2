package graph

import (
	"context"
	"encoding/json"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// overQuota tells the refusal of a mailbox that is full: Graph notes in the
// mailbox itself what a client has read of a stream of changes.
func overQuota(err error) bool {
	e := asSource(err)
	return e != nil && strings.EqualFold(e.Code, "ErrorQuotaExceeded")
}

// listedFolders gives the folders of a mailbox whose stream of folders is
// refused. The answer is a whole round without a link, so that the next one
// begins with nothing, too, and tries the stream first. In the middle of a
// stream the round is to begin anew: it may have reported changes that a listing
// does not tell apart.
func (c *Client) listedFolders(ctx context.Context, mailbox, link string) (wire.Page, error) {
	if link != "" {
		return wire.Page{}, &source.Error{
			Class: source.Expired, Code: "ErrorQuotaExceeded", Message: "the mailbox is full: its folders are listed instead",
		}
	}
	root, err := c.fetch(ctx, c.rootCall(mailbox))
	if err != nil {
		return wire.Page{}, err
	}
	out := wire.Page{Value: []json.RawMessage{root}}
	_, above, reason := wire.Fields(root)
	if reason != "" {
		return wire.Page{}, &source.Error{Class: source.Transient, Message: reason}
	}
	seen := map[string]bool{above: true}
	for queue := []string{above}; len(queue) > 0; queue = queue[1:] {
		children, err := c.childFolders(ctx, mailbox, queue[0])
		switch {
		case source.ClassOf(err) == source.NotFound && queue[0] != above:
			continue // it vanished meanwhile, and all below it
		case err != nil:
			return wire.Page{}, err
		}
		for _, raw := range children {
			// The count of children leaves hidden ones out at times, so each
			// folder is asked.
			if _, id, reason := wire.Fields(raw); reason == "" && !seen[id] {
				seen[id] = true
				queue = append(queue, id)
				out.Value = append(out.Value, raw)
			}
		}
	}
	return out, nil
}

// childFolders lists what is directly below a folder.
func (c *Client) childFolders(ctx context.Context, mailbox, folder string) ([]json.RawMessage, error) {
	var out []json.RawMessage
	link := ""
	for {
		p, err := c.page(ctx, c.childrenCall(mailbox, folder, link), link)
		if err != nil {
			return nil, err
		}
		out = append(out, p.Value...)
		if p.Next == "" {
			return out, nil
		}
		if !c.ours(p.Next) {
			return nil, c.foreign()
		}
		link = p.Next
	}
}

func (c *Client) rootCall(mailbox string) call {
	return call{mailbox: mailbox, kind: "mailFolders/{id}", area: content, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		return c.user(mailbox).MailFolders().ByMailFolderId("msgfolderroot").ToGetRequestInformation(ctx, &users.ItemMailFoldersMailFolderItemRequestBuilderGetRequestConfiguration{
			Headers: h, QueryParameters: &users.ItemMailFoldersMailFolderItemRequestBuilderGetQueryParameters{Select: folderFields()},
		})
	}}
}

// foldersPerPage bounds a page of a listing of folders.
const foldersPerPage = 200

func (c *Client) childrenCall(mailbox, folder, link string) call {
	return call{mailbox: mailbox, kind: "mailFolders/{id}/childFolders", area: content, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		b := c.user(mailbox).MailFolders().ByMailFolderId(folder).ChildFolders()
		cfg := &users.ItemMailFoldersItemChildFoldersRequestBuilderGetRequestConfiguration{Headers: h}
		if link != "" {
			cfg.Options = verbatim()
			return b.WithUrl(link).ToGetRequestInformation(ctx, cfg)
		}
		top, hidden := int32(foldersPerPage), "true"
		cfg.QueryParameters = &users.ItemMailFoldersItemChildFoldersRequestBuilderGetQueryParameters{
			Select: folderFields(), Top: &top, IncludeHiddenFolders: &hidden,
		}
		return b.ToGetRequestInformation(ctx, cfg)
	}}
}
