package graph

import (
	"context"
	"encoding/json"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

func userFields() []string {
	return []string{"id", "displayName", "mail", "userPrincipalName", "userType", "accountEnabled", "proxyAddresses"}
}

// Mailboxes implements source.Source with the tenant's users. Which of them
// have a mailbox is for Probe to find out: no property of a user tells.
func (c *Client) Mailboxes(ctx context.Context, since source.Cursor) (source.MailboxPage, error) {
	var out source.MailboxPage
	q := call{kind: "users/delta", area: directory, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		cfg := &users.DeltaRequestBuilderGetRequestConfiguration{Headers: h}
		if since.Link != "" {
			cfg.Options = verbatim()
			return c.users().Delta().WithUrl(since.Link).ToGetRequestInformation(ctx, cfg)
		}
		cfg.QueryParameters = &users.DeltaRequestBuilderGetQueryParameters{Select: userFields()}
		return c.users().Delta().ToGetRequestInformation(ctx, cfg)
	}}
	p, err := c.page(ctx, q, since.Link)
	if err != nil {
		return out, wrap("read users", err)
	}
	if out.Next, err = c.cursor(p); err != nil {
		return out, wrap("read users", err)
	}
	for _, raw := range p.Value {
		m, reason := wire.ParseUser(raw)
		if reason != "" {
			c.log.WarnContext(ctx, "graph user skipped", "reason", reason)
			continue
		}
		if !m.Gone && wire.PartialUser(raw) {
			if m, err = c.wholeUser(ctx, m); err != nil {
				return out, wrap("read a user", err)
			}
		}
		out.Mailboxes = append(out.Mailboxes, m)
	}
	return out, nil
}

// page sends a call for a page of items.
func (c *Client) page(ctx context.Context, q call, link string) (wire.Page, error) {
	if link != "" {
		if err := c.stored(link); err != nil {
			return wire.Page{}, err
		}
	}
	body, err := c.fetch(ctx, q)
	if err != nil {
		return wire.Page{}, err
	}
	p, err := wire.ParsePage(body)
	if err == nil && link != "" && p.Next == link {
		// To follow it would have no end.
		err = &source.Error{Class: source.Transient, Code: "CircularLink", Message: "the page's link leads to the page itself"}
	}
	return p, err
}

// wholeUser reads a user again, whole. One that has just vanished is left as it
// was: the stream will say so.
func (c *Client) wholeUser(ctx context.Context, m source.Mailbox) (source.Mailbox, error) {
	q := call{kind: "users/{id}", area: directory, build: func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		return c.user(m.Key).ToGetRequestInformation(ctx, &users.UserItemRequestBuilderGetRequestConfiguration{
			Headers: h, QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{Select: userFields()},
		})
	}}
	body, err := c.fetch(ctx, q)
	if source.ClassOf(err) == source.NotFound {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if whole, reason := wire.ParseUser(body); reason == "" && whole.Key == m.Key {
		return whole, nil
	}
	return m, nil
}

// Probe implements source.Source. Address, Name, Aliases and Payload are left
// empty: they come with Mailboxes.
func (c *Client) Probe(ctx context.Context, box string) (source.Mailbox, error) {
	m := source.Mailbox{Key: box}
	replies, err := c.batch(ctx, box, []inner{
		namedFolder(box, "inbox", mailbox),
		{kind: "mailboxSettings", area: mailbox, path: userPath(box, "mailboxSettings")},
	})
	if err == nil {
		_, err = replies[0].id()
	}
	if err != nil {
		if e := asSource(err); e != nil && e.Class == source.NotFound {
			e.Class = source.MailboxUnavailable
		}
		return m, wrap("probe mailbox", err)
	}
	body, err := replies[1].body, replies[1].err
	if err != nil {
		// The settings are an extra: the application may lack their permission.
		c.log.DebugContext(ctx, "graph mailbox settings not read", "class", int(source.ClassOf(err)))
		return m, nil
	}
	var f map[string]json.RawMessage
	if json.Unmarshal(body, &f) == nil {
		m.Settings, m.Purpose = body, wire.Text(f, "userPurpose")
	}
	return m, nil
}
