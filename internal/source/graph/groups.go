package graph

import (
	"context"
	"net/url"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// maxMemberPages bounds the pages of a group's members, 999 on each.
const maxMemberPages = 1000

// Members implements source.Directory. The requests are built by hand: the SDK's
// builders for groups are a package of their own.
func (c *Client) Members(ctx context.Context, group string) ([]string, error) {
	id, err := c.groupID(ctx, group)
	if err != nil {
		return nil, wrap("look up a group", mayReadGroups(err))
	}
	var out []string
	// A list that is cast to users and has options is an advanced query, which
	// Graph answers only with $count and the header that eventually sends.
	q := eventually(directoryCall("groups/{id}/transitiveMembers", "/groups/"+escape(id)+"/transitiveMembers/microsoft.graph.user?$count=true&$select=id&$top=999"))
	link := ""
	for range maxMemberPages {
		p, err := c.page(ctx, q, link)
		if err != nil {
			return nil, wrap("read a group's members", mayReadGroups(err))
		}
		for _, raw := range p.Value {
			if _, id, reason := wire.Fields(raw); reason == "" {
				out = append(out, id)
			}
		}
		if link = p.Next; link == "" {
			return out, nil
		}
		if !c.ours(link) {
			return nil, wrap("read a group's members", c.foreign())
		}
		q = eventually(linkCall("groups/{id}/transitiveMembers", link))
	}
	return nil, wrap("read a group's members", &source.Error{Class: source.Permanent, Message: "the group has no end"})
}

// groupID finds a group by its address; what holds no @ is an id already.
func (c *Client) groupID(ctx context.Context, group string) (string, error) {
	if !strings.Contains(group, "@") {
		return group, nil
	}
	filter := "mail eq '" + strings.ReplaceAll(group, "'", "''") + "'"
	q := directoryCall("groups", "/groups?$select=id&$filter="+strings.ReplaceAll(url.QueryEscape(filter), "+", "%20"))
	p, err := c.page(ctx, q, "")
	if err != nil {
		return "", err
	}
	for _, raw := range p.Value {
		if _, id, reason := wire.Fields(raw); reason == "" {
			return id, nil
		}
	}
	return "", &source.Error{Class: source.NotFound, Message: "there is no group of this address"}
}

func mayReadGroups(err error) error {
	if e := asSource(err); e != nil && e.Class == source.Forbidden {
		e.Advice = wire.Grant([]string{"GroupMember.Read.All"})
	}
	return err
}

// eventually accepts an answer that may be some minutes old.
func eventually(q call) call {
	build := q.build
	q.build = func(ctx context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		h.Add("ConsistencyLevel", "eventual")
		return build(ctx, h)
	}
	return q
}

func directoryCall(kind, path string) call {
	return single("", inner{kind: kind, area: directory, path: path})
}

// linkCall follows a link.
func linkCall(kind, link string) call {
	return call{kind: kind, area: directory, build: func(_ context.Context, h *abs.RequestHeaders) (*abs.RequestInformation, error) {
		u, err := url.Parse(link)
		if err != nil {
			return nil, err
		}
		ri := abs.NewRequestInformation()
		ri.Method = abs.GET
		ri.SetUri(*u)
		ri.Headers.AddAll(h)
		ri.Headers.TryAdd("Accept", "application/json")
		ri.AddRequestOptions(verbatim())
		return ri, nil
	}}
}
