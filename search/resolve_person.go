package search

import (
	"slices"

	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// me finds what the addresses of who asks match in a field. They are compared
// whole: a word of an address would find others' mail.
func (r *resolver) me(n query.Me) query.Node {
	var own []string
	for _, id := range r.own {
		if m := r.names.mailbox[id]; m != nil {
			own = append(own, addresses(m)...)
		}
	}
	own = slices.DeleteFunc(own, func(a string) bool { return a == "" })
	if len(own) == 0 {
		r.warn(n.At, "nobody is signed in, so that %q means nobody", "me")
		return query.Nothing{}
	}
	sent := query.OneOf{Field: string(engine.FacetSender), Values: own}
	got := query.OneOf{Field: string(engine.FacetRecipient), Values: own}
	switch n.Field {
	case query.From:
		return sent
	case query.Recipients:
		return got
	case query.To, query.Cc, query.Bcc:
		// The index has the recipients whole, but not which of the three they are.
		there := make([]query.Node, len(own))
		for i, a := range own {
			there[i] = query.Phrase{Field: n.Field, Text: a}
		}
		return query.And{Nodes: []query.Node{got, query.Or{Nodes: there}}}
	default:
		return query.Or{Nodes: []query.Node{sent, got}}
	}
}
