package search

import (
	"slices"
	"strings"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// filters gives the request's filters as the engine takes them, in an order of facets,
// to which cursors hold.
func (n *names) filters(r Request, scope access.Scope) ([]engine.Filter, error) {
	var all []engine.Filter
	for f, values := range r.Filters {
		if len(values) == 0 {
			continue
		}
		if !slices.Contains(engine.Facets(), f) {
			return nil, &RequestError{Field: string(f), Reason: "there is no such facet"}
		}
		filter := engine.Filter{Facet: f, Values: values}
		var err error
		switch f {
		case engine.FacetMailbox:
			filter.Values, err = n.mailboxFilter(values, scope)
		case engine.FacetFolder:
			filter.Values, err = n.folderFilter(values)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, filter)
	}
	slices.SortFunc(all, func(a, b engine.Filter) int { return strings.Compare(string(a.Facet), string(b.Facet)) })
	return all, nil
}

// mailboxFilter reads mailboxes' addresses or ids. One that does not exist, or
// is not in the scope, gives no or a fruitless id: a filter that matches nothing.
func (n *names) mailboxFilter(values []string, scope access.Scope) ([]string, error) {
	var ids []string
	for _, s := range values {
		found := n.mailboxesAt(s, scope)
		if len(found) == 0 && !strings.Contains(s, "@") {
			id, err := mail.ParseMailboxID(s)
			if err != nil {
				return nil, &RequestError{Field: "mailbox", Reason: "it has to be a mailbox's id or address, as GET /mailboxes lists them"}
			}
			found = []string{id.String()}
		}
		ids = append(ids, found...)
	}
	return ids, nil
}

// mailboxesAt gives the mailboxes of an address.
func (n *names) mailboxesAt(address string, scope access.Scope) []string {
	var ids []string
	for i := range n.mailboxes {
		if m := &n.mailboxes[i]; scope.Contains(m.ID) && fold(m.Address) == fold(address) {
			ids = append(ids, m.ID.String())
		}
	}
	return ids
}

// folderFilter reads folders' ids; those with Within stand for all that lie in them, too.
func (n *names) folderFilter(values []string) ([]string, error) {
	var ids []string
	for _, s := range values {
		id, within := strings.CutSuffix(s, Within)
		if _, err := mail.ParseFolderID(id); err != nil {
			return nil, &RequestError{Field: "folder", Reason: "it has to be a folder's id, as GET /mailboxes lists them, or that and /** for all within"}
		}
		ids = append(ids, id)
		if !within {
			continue
		}
		for i := range n.folders {
			if below := n.folders[i].ID.String(); slices.Contains(n.tree.Above[below], id) {
				ids = append(ids, below)
			}
		}
	}
	return ids, nil
}

// between leaves of a query what lies in a range of dates.
func between(node query.Node, after, before time.Time) query.Node {
	switch dates := (query.Dates{From: after, To: before}); {
	case after.IsZero() && before.IsZero():
		return node
	case node == nil:
		return dates
	default:
		return query.And{Nodes: []query.Node{node, dates}}
	}
}

// withoutExcluded leaves out the folders that are out of the configured scope.
func (n *names) withoutExcluded(node query.Node) query.Node {
	if len(n.excluded) == 0 {
		return node
	}
	without := query.Not{Node: oneOf(engine.FacetFolder, n.excluded)}
	if node == nil {
		return without
	}
	return query.And{Nodes: []query.Node{n.threadsWithoutExcluded(node), without}}
}

// threadsWithoutExcluded sees to it that no conversation is found by a message in
// these folders: that would tell what the message says.
func (n *names) threadsWithoutExcluded(node query.Node) query.Node {
	all := func(nodes []query.Node) []query.Node {
		out := make([]query.Node, len(nodes))
		for i, node := range nodes {
			out[i] = n.threadsWithoutExcluded(node)
		}
		return out
	}
	switch node := node.(type) {
	case query.And:
		return query.And{Nodes: all(node.Nodes)}
	case query.Or:
		return query.Or{Nodes: all(node.Nodes)}
	case query.Not:
		return query.Not{Node: n.threadsWithoutExcluded(node.Node)}
	case query.Thread:
		return query.Thread{Node: n.withoutExcluded(node.Node)}
	}
	return node
}

// several tells whether more than one mailbox is in the scope.
func (n *names) several(scope access.Scope) bool {
	seen := 0
	for i := range n.mailboxes {
		if scope.Contains(n.mailboxes[i].ID) {
			if seen++; seen > 1 {
				return true
			}
		}
	}
	return false
}

// sizeLabel is what people read of a band of sizes.
func sizeLabel(band string) string {
	switch band {
	case "under-10k":
		return "Under 10 KB"
	case "10k-100k":
		return "10 to 100 KB"
	case "100k-1m":
		return "100 KB to 1 MB"
	case "1m-10m":
		return "1 to 10 MB"
	case "over-10m":
		return "Over 10 MB"
	}
	return band
}
