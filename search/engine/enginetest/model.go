package enginetest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
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
	// threads are by message those of its conversation; nil until they are asked for.
	threads map[mail.MessageID]map[mail.MessageID]bool
}

func newModel() *model {
	return &model{docs: map[mail.MessageID]engine.Document{}, text: map[mail.MessageID]map[query.Field][][]string{}}
}

func (m *model) apply(b engine.Batch) {
	m.threads = nil
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
		add(a.Name, query.From, query.Participants)
		add(a.Address, query.From, query.Participants)
	}
	for field, list := range map[query.Field][]mail.Address{query.To: d.To, query.Cc: d.Cc, query.Bcc: d.Bcc} {
		for _, a := range list {
			add(a.Name, field, query.Recipients, query.Participants)
			add(a.Address, field, query.Recipients, query.Participants)
		}
	}
	add(d.Body, query.Body)
	text[query.Quoted] = quotesOf(d)
	for _, a := range d.Attachments {
		add(a.Name, query.Filename)
		add(a.Text, query.Attachment)
	}
	return text
}

// noWord stands where words of a part are not looked at.
const noWord = "\x00\x00"

// quotesOf are a body's words, with only those that begin in what is quoted.
func quotesOf(d engine.Document) [][]string {
	var words []string
	for t := range analysis.Tokens(d.Body) {
		word := noWord
		if i := slices.IndexFunc(d.Parts, func(p engine.BodyPart) bool { return t.Start < p.End }); i >= 0 && d.Parts[i].Kind == engine.Quoted {
			word = t.Term
		}
		words = append(words, word)
	}
	return [][]string{words}
}

// search gives the ids found, in no order.
func (m *model) search(scope access.Scope, q query.Node) []mail.MessageID {
	var found []mail.MessageID
	for id, d := range m.docs {
		if scope.Contains(d.Mailbox) && (q == nil || m.matches(q, id, scope)) {
			found = append(found, id)
		}
	}
	return found
}

func (m *model) matches(q query.Node, id mail.MessageID, scope access.Scope) bool {
	d := m.docs[id]
	switch q := q.(type) {
	case query.And:
		return !slices.ContainsFunc(q.Nodes, func(n query.Node) bool { return !m.matches(n, id, scope) })
	case query.Or:
		return slices.ContainsFunc(q.Nodes, func(n query.Node) bool { return m.matches(n, id, scope) })
	case query.Not:
		return !m.matches(q.Node, id, scope)
	case query.Word, query.Phrase, query.Prefix, query.Wildcard:
		return m.hasRun(id, d, fieldOf(q), []query.Node{q}, 1, true)
	case query.Near:
		return m.hasRun(id, d, fieldOf(q.Nodes[0]), q.Nodes, q.Distance, q.Ordered)
	case query.Regexp:
		re := regexp.MustCompile("^(?:" + q.Pattern + ")$")
		whole := map[query.Field][]string{query.From: facetValues(d, engine.FacetSender), query.Recipients: facetValues(d, engine.FacetRecipient)}
		return slices.ContainsFunc(m.text[id][q.Field], func(part []string) bool { return slices.ContainsFunc(part, re.MatchString) }) ||
			slices.ContainsFunc(whole[q.Field], re.MatchString)
	case query.Dates:
		date := d.Date
		if q.Sent {
			date = d.Sent
		}
		return q.From.IsZero() && q.To.IsZero() ||
			!date.IsZero() && !date.Before(q.From) && (q.To.IsZero() || date.Before(q.To))
	case query.Size:
		return d.Size >= q.From && (q.To == 0 || d.Size < q.To)
	case query.Key:
		return slices.ContainsFunc(d.Keys, func(k engine.Key) bool {
			return k.Name == q.Name && slices.ContainsFunc(q.Values, func(v string) bool {
				value := query.FoldKey(k.Value)
				return v == value || q.Pattern && wildcard(v).MatchString(value)
			})
		})
	case query.HasAttachment:
		return d.HasAttachment
	case query.TextState:
		return slices.ContainsFunc(facetValues(d, engine.FacetState), func(v string) bool { return slices.Contains(q.States, v) })
	case query.Gone:
		return d.Gone
	case query.OneOf:
		switch q.Field {
		case engine.FieldID:
			return slices.Contains(q.Values, id.String())
		case engine.FieldCopy:
			return slices.Contains(q.Values, d.Copy)
		case engine.FieldThread:
			return m.hasThread(q.Values, id)
		}
		return slices.ContainsFunc(facetValues(d, engine.Facet(q.Field)), func(v string) bool { return slices.Contains(q.Values, v) })
	case query.Thread:
		return m.threadMatches(q.Node, id, scope)
	case query.Nothing:
		return false
	}
	panic(fmt.Sprintf("the model does not know %T", q))
}

// facetValues are a document's values of a facet, in UTC.
func facetValues(d engine.Document, f engine.Facet) []string { return facetValuesIn(nil, d, f) }

func facetValuesIn(zone *time.Location, d engine.Document, f engine.Facet) []string {
	if zone == nil {
		zone = time.UTC
	}
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
	case engine.FacetYear, engine.FacetMonth:
		if !d.Date.IsZero() {
			values = []string{d.Date.In(zone).Format(map[engine.Facet]string{engine.FacetYear: "2006", engine.FacetMonth: "2006-01"}[f])}
		}
	case engine.FacetDomain, engine.FacetCategory:
		for _, k := range d.Keys {
			if k.Name == string(f) && !slices.Contains(values, k.Value) {
				values = append(values, k.Value)
			}
		}
	case engine.FacetSize:
		switch {
		case d.Size < 10*1024:
			values = []string{"under-10k"}
		case d.Size < 100*1024:
			values = []string{"10k-100k"}
		case d.Size < 1024*1024:
			values = []string{"100k-1m"}
		case d.Size < 10*1024*1024:
			values = []string{"1m-10m"}
		default:
			values = []string{"over-10m"}
		}
	case engine.FacetLang:
		if d.Language != "" {
			values = []string{d.Language}
		}
	case engine.FacetState:
		for _, a := range d.Attachments {
			for _, v := range []string{a.State, a.State + "/" + a.Kind} {
				if a.State != "" && !slices.Contains(values, v) {
					values = append(values, v)
				}
			}
		}
	case engine.FacetRecipient:
		for _, a := range slices.Concat(d.To, d.Cc, d.Bcc) {
			if v := strings.ToLower(a.Address); v != "" && !slices.Contains(values, v) {
				values = append(values, v)
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
