package enginetest

import (
	"cmp"
	"slices"
	"strings"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// conversation tells which documents are of a message's conversation.
func (m *model) conversation(id mail.MessageID) map[mail.MessageID]bool {
	if m.threads == nil {
		m.threads = m.conversations()
	}
	return m.threads[id]
}

// conversations joins, again and again, whatever shares a name of a conversation.
func (m *model) conversations() map[mail.MessageID]map[mail.MessageID]bool {
	all, named := map[mail.MessageID]map[mail.MessageID]bool{}, map[string]map[mail.MessageID]bool{}
	for id, d := range m.docs {
		joined := map[mail.MessageID]bool{id: true}
		for _, t := range d.Threads {
			for other := range named[t] {
				joined[other] = true
			}
		}
		for other := range joined {
			all[other] = joined
			for _, t := range m.docs[other].Threads {
				named[t] = joined
			}
		}
	}
	return all
}

// unit names what a document counts as in the answer to a request.
func (m *model) unit(r engine.Request, id mail.MessageID) string {
	switch {
	case r.Group:
		least := id
		for other := range m.conversation(id) {
			least = min(least, other)
		}
		return least.String()
	case r.Collapse && m.docs[id].Copy != "":
		return "copy " + m.docs[id].Copy
	}
	return id.String()
}

// filtered leaves what has one of each filter's values, but for those of a facet.
func (m *model) filtered(r engine.Request, found []mail.MessageID, but engine.Facet) []mail.MessageID {
	return slices.DeleteFunc(slices.Clone(found), func(id mail.MessageID) bool {
		return slices.ContainsFunc(r.Filters, func(f engine.Filter) bool {
			return f.Facet != but && !slices.ContainsFunc(facetValuesIn(r.Zone, m.docs[id], f.Facet), func(v string) bool { return slices.Contains(f.Values, v) })
		})
	})
}

// counted counts the values of a facet; a value counts once for what is one hit.
func (m *model) counted(r engine.Request, f engine.Facet, found []mail.MessageID) []engine.Bucket {
	units, within := map[string]map[string]bool{}, map[string]map[string]bool{}
	add := func(to map[string]map[string]bool, v, unit string) {
		if to[v] == nil {
			to[v] = map[string]bool{}
		}
		to[v][unit] = true
	}
	above := map[string][]string{}
	if f == engine.FacetFolder && r.Tree != nil {
		above = r.Tree.Above
	}
	for _, id := range found {
		for _, v := range facetValuesIn(r.Zone, m.docs[id], f) {
			add(units, v, m.unit(r, id))
			for _, over := range append([]string{v}, above[v]...) {
				add(within, over, m.unit(r, id))
			}
		}
	}
	buckets := []engine.Bucket{}
	for v, n := range within {
		b := engine.Bucket{Value: v, Count: len(units[v])}
		if len(above) > 0 {
			b.Within = len(n)
		}
		buckets = append(buckets, b)
	}
	slices.SortFunc(buckets, func(a, b engine.Bucket) int {
		return cmp.Or(
			cmp.Compare(b.Within, a.Within), cmp.Compare(len(above[a.Value]), len(above[b.Value])),
			cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value),
		)
	})
	return buckets
}

// hits makes hits of messages that stand in their order: the first of what is one hit
// stands for it.
func (m *model) hits(r engine.Request, ordered []mail.MessageID) []engine.Hit {
	list, seen := []engine.Hit{}, map[string]bool{}
	for _, id := range ordered {
		if unit := m.unit(r, id); !seen[unit] {
			seen[unit] = true
			h := engine.Hit{ID: id, Copies: m.copies(r, id)}
			h.Thread, h.Found = m.thread(r, id, ordered)
			list = append(list, h)
		}
	}
	return list
}

func (m *model) copies(r engine.Request, id mail.MessageID) []mail.MessageID {
	if !r.Collapse || m.docs[id].Copy == "" {
		return nil
	}
	var ids []mail.MessageID
	for other, d := range m.docs {
		if d.Copy == m.docs[id].Copy && r.Scope.Contains(d.Mailbox) {
			ids = append(ids, other)
		}
	}
	slices.Sort(ids)
	if len(ids) < 2 {
		return nil
	}
	return ids
}

// thread gives all messages of a conversation that may be seen, and those of them that
// were found, which stand in their order.
func (m *model) thread(r engine.Request, id mail.MessageID, ordered []mail.MessageID) (all, found []mail.MessageID) {
	if !r.Group {
		return nil, nil
	}
	var rest []mail.MessageID
	for other, d := range m.docs {
		if !slices.Contains(ordered, other) && r.Scope.Contains(d.Mailbox) && (r.Shown == nil || m.matches(r.Shown, other, r.Scope)) {
			rest = append(rest, other)
		}
	}
	seen := map[string]bool{}
	for i, other := range slices.Concat(ordered, m.sorted(rest, r.Sort)) {
		text := m.docs[other].Copy
		if !m.conversation(id)[other] || r.Collapse && text != "" && seen[text] {
			continue
		}
		seen[text] = true
		all = append(all, other)
		if i < len(ordered) {
			found = append(found, other)
		}
	}
	return m.sorted(all, engine.Oldest), m.sorted(found, engine.Oldest)
}

// sorted orders ids by the sort, those without a date or name last, then the newest
// first, then the greatest id. Relevance is not known here: all are equal in it.
func (m *model) sorted(found []mail.MessageID, sort engine.Sort) []mail.MessageID {
	found = slices.Clone(found)
	slices.SortFunc(found, func(x, y mail.MessageID) int {
		a, b := m.docs[x], m.docs[y]
		by := 0
		switch sort {
		case engine.Newest, engine.Oldest:
			by = compareDates(a.Date, b.Date, sort == engine.Newest)
		case engine.Largest:
			by = cmp.Compare(b.Size, a.Size)
		case engine.BySender:
			by = compareNames(senderName(a), senderName(b))
		}
		return cmp.Or(by, compareDates(a.Date, b.Date, true), cmp.Compare(y, x))
	})
	return found
}

func senderName(d engine.Document) string {
	for _, a := range d.From {
		if name := strings.ToLower(cmp.Or(a.Name, a.Address)); name != "" {
			return name
		}
	}
	return ""
}

func compareNames(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// threadMatches tells whether a message, that is in the scope, of the document's
// conversation fulfils a query.
func (m *model) threadMatches(q query.Node, id mail.MessageID, scope access.Scope) bool {
	for other := range m.conversation(id) {
		if scope.Contains(m.docs[other].Mailbox) && m.matches(q, other, scope) {
			return true
		}
	}
	return false
}

// hasThread tells whether a message of the document's conversation has one of the names.
func (m *model) hasThread(names []string, id mail.MessageID) bool {
	for other := range m.conversation(id) {
		if slices.ContainsFunc(m.docs[other].Threads, func(t string) bool { return slices.Contains(names, t) }) {
			return true
		}
	}
	return false
}
