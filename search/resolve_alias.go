package search

import (
	"slices"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The limits of taking names for people: how many one is taken for, and how many
// addresses of recipients a query looks for one by one. With more of them the directory
// is of no help, and what the messages say themselves has to do.
const (
	maxNamed  = 100
	maxByWord = 50
)

// people are the owners of mailboxes by what they are called, made when first asked for.
type people struct {
	address map[string][]mail.MailboxID // by folded address and alias
	word    map[string][]mail.MailboxID // by term of a name
}

func (n *names) people() *people {
	n.naming.Do(func() {
		p := people{map[string][]mail.MailboxID{}, map[string][]mail.MailboxID{}}
		for i := range n.mailboxes {
			m := &n.mailboxes[i]
			for _, a := range addresses(m) {
				p.address[a] = append(p.address[a], m.ID)
			}
			for _, t := range analysis.Terms(m.Name) {
				if in := p.word[t]; len(in) == 0 || in[len(in)-1] != m.ID {
					p.word[t] = append(in, m.ID)
				}
			}
		}
		n.called = &p
	})
	return n.called
}

// person has a name or an address of a person find the mail of all of their
// addresses, as far as the directory knows these: what a message itself calls people
// may be another one.
func (r *resolver) person(n query.Node, f query.Field, text string) query.Node {
	switch f {
	case query.From, query.To, query.Cc, query.Bcc, query.Recipients, query.Participants:
	default:
		return n
	}
	all := r.addressesOf(text)
	if other := turnedName(f, text); other != "" {
		all = append(all, r.addressesOf(other)...)
	}
	if len(all) == 0 {
		return n
	}
	if f == query.To || f == query.Cc || f == query.Bcc {
		if r.byWord += len(all); r.byWord > maxByWord {
			return n
		}
	}
	return query.Or{Nodes: []query.Node{n, byAddress(f, all)}}
}

// addressesOf gives the addresses of those of that address or name, in which the
// words of the text stand next to each other; none where they say no more than the text.
func (r *resolver) addressesOf(text string) []string {
	p, want := r.names.people(), fold(text)
	found, whole := p.address[want], strings.Contains(want, "@")
	if !whole {
		words := analysis.Terms(text)
		if len(words) == 0 || len(p.word[words[0]]) > maxNamed {
			return nil
		}
		for _, id := range p.word[words[0]] {
			if containsRun(analysis.Terms(r.names.mailbox[id].Name), words) {
				found = append(slices.Clone(found), id)
			}
		}
	}
	var all []string
	for _, id := range found {
		if r.scope.Contains(id) {
			all = append(all, addresses(r.names.mailbox[id])...)
		}
	}
	all = slices.DeleteFunc(all, func(a string) bool { return a == "" || whole && a == want })
	slices.Sort(all)
	return slices.Compact(all)
}

// byAddress finds by whole addresses. A word of one would find others' mail.
func byAddress(f query.Field, all []string) query.Node {
	sent := query.OneOf{Field: string(engine.FacetSender), Values: all}
	got := query.OneOf{Field: string(engine.FacetRecipient), Values: all}
	switch f {
	case query.From:
		return sent
	case query.Recipients:
		return got
	case query.To, query.Cc, query.Bcc:
		// The index has the recipients whole, but not which of the three they are.
		there := make([]query.Node, len(all))
		for i, a := range all {
			there[i] = query.Phrase{Field: f, Text: a}
		}
		return query.And{Nodes: []query.Node{got, query.Or{Nodes: there}}}
	default:
		return query.Or{Nodes: []query.Node{sent, got}}
	}
}
