package enginetest

import (
	"slices"
	"testing"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// testEqual: what is equal in the order asked for comes the newest first, whatever the
// archive's numbers are: mail that is imported late is old. Pages go on where the one
// before ended.
func testEqual(t *testing.T, open Open) {
	var docs []engine.Document
	for i := range 24 {
		d := engine.Document{ID: mail.MessageID(i + 1), Mailbox: 1, Folder: 1, Body: "walnut", Size: 10, From: []mail.Address{{Name: "Eva", Address: "eva@contoso.com"}}}
		d.Threads = []string{string(rune('a' + i%12))}
		d.Copy = d.Threads[0]
		if i%7 > 0 {
			d.Date = day((i * 5) % 9) // several of one date
		}
		docs = append(docs, d)
	}
	e := start(t, open, docs[:9]...)
	apply(t, e, engine.Batch{Put: docs[9:], Upto: 2})
	m := newModel()
	m.apply(engine.Batch{Put: docs})
	for _, q := range []query.Node{nil, query.Word{Text: "walnut"}, query.HasAttachment{}, query.Not{Node: query.HasAttachment{}}} {
		for _, sort := range []engine.Sort{engine.Relevance, engine.Largest, engine.BySender} {
			for _, r := range []engine.Request{{}, {Collapse: true}, {Group: true}} {
				r.Scope, r.Query, r.Sort, r.Limit = everyone(), q, sort, 5
				want := m.hits(r, m.sorted(m.search(r.Scope, q), sort))
				got := allPages(t, e, m, r, nil, len(want))
				if !slices.EqualFunc(got, want, sameHit) {
					t.Errorf("%s:\n got %v\nwant %v", request(r), ids(got), ids(want))
				}
			}
		}
	}
	late := docs[1]
	late.ID, late.Threads, late.Copy, late.Date = 99, nil, "", day(0).Add(-time.Hour)
	apply(t, e, engine.Batch{Put: []engine.Document{late}, Upto: 3})
	if r := ask(t, e, engine.Request{Scope: everyone(), Query: query.Word{Text: "walnut"}, Limit: 1}); len(r.Hits) != 1 || r.Hits[0].ID == late.ID {
		t.Errorf("old mail that came last stands first: %v", ids(r.Hits))
	}
}
