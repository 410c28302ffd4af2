package search

import (
	"slices"
	"strings"

	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// inDomain has from:contoso.com, and so to: and the other fields of people, find nobody of
// contoso.com.evil.example: words next to each other alone do not tell where a domain ends.
// nil for what is no domain.
func inDomain(w query.Word) query.Node {
	domain := strings.ToLower(strings.TrimPrefix(w.Text, "@"))
	marks := domainMarks(w.Field)
	if marks == nil || w.Fuzzy > 0 || strings.ContainsAny(domain, "@*? ") || !strings.Contains(strings.Trim(domain, "."), ".") {
		return nil
	}
	domain = strings.Trim(domain, ".")
	within := anyKey(marks, domain, "*."+domain)
	if strings.HasPrefix(w.Text, "@") {
		return within
	}
	// It may stand in a name, too; and who writes to both is found.
	longer := query.Not{Node: anyKey(marks, domain+".*", "*."+domain+".*")}
	return query.And{Nodes: []query.Node{spelled(w), query.Or{Nodes: []query.Node{longer, within}}}}
}

// domainMarks are the marks that have the domains of a field of people; nil for others.
func domainMarks(f query.Field) []string {
	recipients := []string{engine.KeyToDomain, engine.KeyCcDomain, engine.KeyBccDomain}
	switch f {
	case query.From:
		return []string{engine.KeyDomain}
	case query.To:
		return recipients[:1]
	case query.Cc:
		return recipients[1:2]
	case query.Bcc:
		return recipients[2:]
	case query.Recipients:
		return recipients
	case query.Participants:
		return slices.Insert(recipients, 0, engine.KeyDomain)
	}
	return nil
}

// anyKey finds what has one of some values, which are patterns, under one of the names.
func anyKey(names []string, values ...string) query.Node {
	var or query.Or
	for _, name := range names {
		or.Nodes = append(or.Nodes, query.Key{Name: name, Values: values, Pattern: true})
	}
	if len(or.Nodes) == 1 {
		return or.Nodes[0]
	}
	return or
}
