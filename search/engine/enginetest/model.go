package enginetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// model answers by looking at every document.
type model struct {
	docs map[mail.MessageID]engine.Document
	text map[mail.MessageID]map[query.Field][][]string // by field its parts as terms
}

func newModel() *model {
	return &model{docs: map[mail.MessageID]engine.Document{}, text: map[mail.MessageID]map[query.Field][][]string{}}
}

func (m *model) apply(b engine.Batch) {
	for _, id := range b.Delete {
		delete(m.docs, id)
	}
	for _, d := range b.Put {
		m.docs[d.ID] = d
		m.text[d.ID] = textOf(d)
	}
}

func textOf(d engine.Document) map[query.Field][][]string {
	text := map[query.Field][][]string{}
	add := func(s string, fields ...query.Field) {
		for _, f := range append(fields, query.Any) {
			text[f] = append(text[f], analysis.Terms(s))
		}
	}
	add(d.Subject, query.Subject)
	for _, a := range d.From {
		add(a.Name, query.From)
		add(a.Address, query.From)
	}
	for _, a := range slices.Concat(d.To, d.Cc, d.Bcc) {
		add(a.Name, query.To)
		add(a.Address, query.To)
	}
	add(d.Body)
	for _, a := range d.Attachments {
		add(a.Name, query.Filename)
		add(a.Text)
	}
	return text
}

// search gives the ids found, in no order.
func (m *model) search(scope access.Scope, q query.Node) []mail.MessageID {
	var found []mail.MessageID
	for id, d := range m.docs {
		if scope.Contains(d.Mailbox) && (q == nil || m.matches(q, id)) {
			found = append(found, id)
		}
	}
	return found
}

func (m *model) matches(q query.Node, id mail.MessageID) bool {
	d := m.docs[id]
	switch q := q.(type) {
	case query.And:
		return !slices.ContainsFunc(q.Nodes, func(n query.Node) bool { return !m.matches(n, id) })
	case query.Or:
		return slices.ContainsFunc(q.Nodes, func(n query.Node) bool { return m.matches(n, id) })
	case query.Not:
		return !m.matches(q.Node, id)
	case query.Word:
		terms := analysis.Terms(q.Text)
		if len(terms) == 1 && !q.Exact && (q.Field == query.Any || q.Field == query.Subject) {
			return m.hasForm(m.text[id][q.Field], d.Language, terms[0])
		}
		return hasTerms(m.text[id][q.Field], terms, false)
	case query.Phrase:
		return hasTerms(m.text[id][q.Field], analysis.Terms(q.Text), false)
	case query.Prefix:
		return hasTerms(m.text[id][q.Field], analysis.Terms(q.Text), true)
	case query.Dates:
		return q.From.IsZero() && q.To.IsZero() ||
			!d.Date.IsZero() && !d.Date.Before(q.From) && (q.To.IsZero() || d.Date.Before(q.To))
	case query.HasAttachment:
		return d.HasAttachment
	case query.TextState:
		return slices.ContainsFunc(facetValues(d, engine.FacetState), func(v string) bool { return slices.Contains(q.States, v) })
	case query.Gone:
		return d.Gone
	case query.OneOf:
		if q.Field == engine.FieldID {
			return slices.Contains(q.Values, id.String())
		}
		return slices.ContainsFunc(facetValues(d, engine.Facet(q.Field)), func(v string) bool { return slices.Contains(q.Values, v) })
	case query.Nothing:
		return false
	}
	panic(fmt.Sprintf("the model does not know %T", q))
}

// hasForm tells whether a form of a term stands in a part. A text of unknown language
// is in any of those that at least a tenth of the others are in.
func (m *model) hasForm(parts [][]string, language, term string) bool {
	languages := []string{language}
	if language == "" {
		counts, known := map[string]int{}, 0
		for _, d := range m.docs {
			if d.Language != "" {
				counts[d.Language]++
				known++
			}
		}
		for l, n := range counts {
			if 10*n >= known {
				languages = append(languages, l)
			}
		}
	}
	for _, part := range parts {
		for _, t := range part {
			if t == term || slices.ContainsFunc(languages, func(l string) bool { return analysis.Stem(l, t) == analysis.Stem(l, term) }) {
				return true
			}
		}
	}
	return false
}

// hasTerms tells whether the terms stand next to each other in a part.
func hasTerms(parts [][]string, terms []string, prefix bool) bool {
	for _, part := range parts {
		for i := range part {
			if i+len(terms) > len(part) {
				break
			}
			same := true
			for j, t := range terms {
				if prefix && j == len(terms)-1 {
					same = same && strings.HasPrefix(part[i+j], t)
				} else {
					same = same && part[i+j] == t
				}
			}
			if same {
				return true
			}
		}
	}
	return false
}

func facetValues(d engine.Document, f engine.Facet) []string {
	var values []string
	switch f {
	case engine.FacetMailbox:
		values = []string{d.Mailbox.String()}
	case engine.FacetFolder:
		values = []string{d.Folder.String()}
	case engine.FacetSender:
		for _, a := range d.From {
			if a.Address != "" {
				values = []string{strings.ToLower(a.Address)}
				break
			}
		}
	case engine.FacetYear:
		if !d.Date.IsZero() {
			values = []string{d.Date.UTC().Format("2006")}
		}
	case engine.FacetLang:
		if d.Language != "" {
			values = []string{d.Language}
		}
	case engine.FacetState:
		for _, a := range d.Attachments {
			for _, v := range []string{a.State, a.State + "/" + a.Type} {
				if a.State != "" && !slices.Contains(values, v) {
					values = append(values, v)
				}
			}
		}
	case engine.FacetType:
		for _, a := range d.Attachments {
			if a.Type != "" && !slices.Contains(values, a.Type) {
				values = append(values, a.Type)
			}
		}
	}
	return values
}

// facet counts the values of a facet over some documents.
func (m *model) facet(f engine.Facet, found []mail.MessageID) []engine.Bucket {
	counts := map[string]int{}
	for _, id := range found {
		for _, v := range facetValues(m.docs[id], f) {
			counts[v]++
		}
	}
	buckets := []engine.Bucket{}
	for v, n := range counts {
		buckets = append(buckets, engine.Bucket{Value: v, Count: n})
	}
	slices.SortFunc(buckets, func(a, b engine.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return buckets
}

// sorted orders ids by date, those without one last, then the newest id first.
func (m *model) sorted(found []mail.MessageID, sort engine.Sort) []mail.MessageID {
	found = slices.Clone(found)
	slices.SortFunc(found, func(a, b mail.MessageID) int {
		byDate := compareDates(m.docs[a].Date, m.docs[b].Date, sort == engine.Newest)
		return cmp.Or(byDate, cmp.Compare(b, a))
	})
	return found
}

func compareDates(a, b time.Time, newest bool) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	case newest:
		return b.Compare(a)
	default:
		return a.Compare(b)
	}
}

func compareFacets(t *testing.T, m *model, found []mail.MessageID, r engine.Result) {
	t.Helper()
	for f, got := range r.Facets {
		if want := m.facet(f, found); !slices.Equal(got, want) {
			t.Fatalf("facet %s:\n got %v\nwant %v", f, got, want)
		}
	}
}
