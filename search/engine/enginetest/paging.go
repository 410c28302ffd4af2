package enginetest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Whoever pages through sees each message found at first exactly once, also
// when mail comes in between; and so it is with what counts as one hit.
func testPagingWhileMailArrives(t *testing.T, open Open) {
	for _, sort := range []engine.Sort{engine.Relevance, engine.Newest, engine.Oldest, engine.Largest, engine.BySender} {
		for _, r := range []engine.Request{{}, {Collapse: true}, {Group: true}} {
			t.Run(fmt.Sprintf("%s/collapse=%t/group=%t", sort, r.Collapse, r.Group), func(t *testing.T) {
				t.Parallel()
				r.Sort = sort
				pageThrough(t, open, r)
			})
		}
	}
}

func pageThrough(t *testing.T, open Open, r engine.Request) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	var docs []engine.Document
	for i := range 120 {
		docs = append(docs, randomDocument(rng, mail.MessageID(i+1)))
	}
	m := newModel()
	m.apply(engine.Batch{Put: docs})
	e := start(t, open, docs...)
	r.Query = query.Or{Nodes: []query.Node{query.Word{Text: "alpha"}, query.Word{Text: "beta"}, query.Word{Text: "gamma"}}}
	r.Scope, r.Limit = everyone(), 7
	want := map[string]bool{}
	for _, id := range m.search(r.Scope, r.Query) {
		want[m.unit(r, id)] = true
	}
	seen := map[string]int{}
	for page := 0; ; page++ {
		res := ask(t, e, r)
		for _, h := range res.Hits {
			unit := h.ID.String() // of what came in between
			if _, ok := m.docs[h.ID]; ok {
				unit = m.unit(r, h.ID)
			}
			seen[unit]++
		}
		if r.Cursor = res.Next; r.Cursor == "" {
			break
		}
		apply(t, e, engine.Batch{Put: []engine.Document{randomDocument(rng, mail.MessageID(1000+page))}, Upto: uint64(page)})
	}
	for unit := range want {
		if seen[unit] != 1 {
			t.Errorf("%s was seen %d times", unit, seen[unit])
		}
	}
	for unit, n := range seen {
		if n > 1 {
			t.Errorf("%s was seen %d times", unit, n)
		}
	}
}
