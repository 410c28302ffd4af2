package search

import (
	"fmt"
	"strings"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// resolver replaces in a query what depends on who asks and on what there is: the
// names of folders, mailboxes and saved searches, me, conversations, directions.
// It looks among what the scope holds only, so that a warning does not tell of
// mailboxes that one may not see.
type resolver struct {
	text     string
	names    *names
	scope    access.Scope
	own      []mail.MailboxID // of who asks
	saved    *expansion
	warnings []query.Warning
	from     int // in text; names are met in their order
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
			r.warn("there is no folder %q", n.Name)
		}
		return oneOf(engine.FacetFolder, ids)
	case query.Mailbox:
		ids := r.mailboxes(n.Name)
		if len(ids) == 0 {
			r.warn("there is no mailbox %q", n.Name)
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
	case query.Saved:
		return r.search(n.Name)
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
func (r *resolver) warn(format, name string) {
	from, to := r.place(name)
	r.warnings = append(r.warnings, query.Warning{Message: fmt.Sprintf(format, name), From: from, To: to})
}

// place finds a name in the query. Nodes carry no places, so the name is looked
// for behind the last one that was, best as the value of a field.
func (r *resolver) place(name string) (from, to int) {
	first := -1
	for at := r.from; ; {
		i := strings.Index(r.text[at:], name)
		if i < 0 {
			break
		}
		i += at
		if strings.HasSuffix(strings.TrimRight(r.text[:i], ` "(`), ":") {
			first = i
			break
		}
		if first < 0 {
			first = i
		}
		at = i + len(name)
	}
	if first < 0 {
		return 0, len(r.text)
	}
	r.from = first + len(name)
	return first, r.from
}
