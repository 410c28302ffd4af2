package search

import (
	"fmt"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// resolver replaces in a query what depends on who asks and on what there is: the
// names of folders, mailboxes, people and saved searches, me, conversations, directions.
// It looks among what the scope holds only, so that a warning does not tell of
// mailboxes that one may not see.
type resolver struct {
	names    *names
	scope    access.Scope
	own      []mail.MailboxID // of who asks
	saved    *expansion
	byWord   int // addresses of recipients that are looked for one by one
	warnings []query.Warning
}

func (r *resolver) resolve(n query.Node) query.Node {
	switch n := n.(type) {
	case query.And:
		return query.And{Nodes: r.all(n.Nodes)}
	case query.Or:
		return query.Or{Nodes: r.all(n.Nodes)}
	case query.Not:
		return query.Not{Node: r.resolve(n.Node)}
	case query.Folder:
		ids := r.folders(n.Name)
		if len(ids) == 0 {
			r.warn(n.At, "there is no folder %q", n.Name)
		}
		return oneOf(engine.FacetFolder, ids)
	case query.Mailbox:
		ids := r.mailboxes(n.Name)
		if len(ids) == 0 {
			r.warn(n.At, "there is no mailbox %q", n.Name)
		}
		return oneOf(engine.FacetMailbox, ids)
	case query.Gone:
		// All of a deleted user's mailbox is gone at its source.
		if len(r.names.removed) == 0 {
			return n
		}
		return query.Or{Nodes: []query.Node{n, oneOf(engine.FacetMailbox, r.names.removed)}}
	case query.Me:
		return r.me(n)
	case query.Word:
		if n.Exact || n.Fuzzy > 0 {
			return n
		}
		return r.person(n, n.Field, n.Text)
	case query.Phrase:
		return r.person(n, n.Field, n.Text)
	case query.Saved:
		return r.search(n)
	case query.Direction:
		return query.Key{Name: engine.KeyDirection, Values: []string{n.Way}}
	case query.Thread:
		if n.Node == nil {
			return n
		}
		return query.Thread{Node: r.resolve(n.Node)}
	case query.OneOf:
		return conversations(n)
	default:
		return n
	}
}

// conversations replaces the ids that people know conversations by.
func conversations(n query.OneOf) query.Node {
	if n.Field != engine.FieldThread {
		return n
	}
	all := query.OneOf{Field: n.Field}
	for _, id := range n.Values {
		all.Values = append(all.Values, engine.ThreadsNamed(id)...)
	}
	return all
}

func (r *resolver) all(nodes []query.Node) []query.Node {
	out := make([]query.Node, len(nodes))
	for i, n := range nodes {
		out[i] = r.resolve(n)
	}
	return out
}

func oneOf[ID fmt.Stringer](f engine.Facet, ids []ID) query.Node {
	n := query.OneOf{Field: string(f)}
	for _, id := range ids {
		n.Values = append(n.Values, id.String())
	}
	return n
}

// warn names the place of a name that was not found.
func (r *resolver) warn(at query.Span, format, name string) {
	r.warnings = append(r.warnings, query.Warning{Message: fmt.Sprintf(format, name), From: at.From, To: at.To})
}
