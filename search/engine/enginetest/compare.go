package enginetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// testModel applies random batches, closes and opens again at random, and after
// each batch compares the answers to random queries with the model's.
func testModel(t *testing.T, open Open) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 99))
		dir := filepath.Join(t.TempDir(), "index")
		e, err := open(dir)
		if err != nil {
			t.Fatal(err)
		}
		m := newModel()
		rounds := 12
		if testing.Short() {
			rounds = 4
		}
		for round := range rounds {
			b := randomBatch(rng, m, uint64(round+1))
			apply(t, e, b)
			m.apply(b)
			if rng.IntN(3) == 0 {
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
				if e, err = open(dir); err != nil {
					t.Fatal(err)
				}
			}
			if merger, ok := e.(interface{ Merge(context.Context) error }); ok && rng.IntN(4) == 0 {
				if err := merger.Merge(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if rng.IntN(4) == 0 {
				expunge(t, e, m, uint64(round+1))
			}
			compareEngine(t, rng, e, m, uint64(round+1))
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// expunge rewrites what an engine can rewrite; no answer may change by that.
func expunge(t *testing.T, e Engine, m *model, upto uint64) {
	t.Helper()
	x, ok := e.(engine.Expunger)
	if !ok {
		return
	}
	_, err := x.Expunge(t.Context(), func(ctx context.Context, ids []mail.MessageID) error {
		d, live := m.docs[ids[0]]
		if !live {
			t.Errorf("document %s, which was deleted, is asked for", ids[0])
		}
		return e.Apply(ctx, engine.Batch{Put: []engine.Document{d}, Upto: upto})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func randomBatch(rng *rand.Rand, m *model, upto uint64) engine.Batch {
	b := engine.Batch{Upto: upto}
	for range rng.IntN(60) {
		b.Put = append(b.Put, randomDocument(rng, mail.MessageID(rng.IntN(300)+1)))
	}
	for id := range m.docs {
		if rng.IntN(12) == 0 && !slices.ContainsFunc(b.Put, func(d engine.Document) bool { return d.ID == id }) {
			b.Delete = append(b.Delete, id)
		}
	}
	return b
}

func compareEngine(t *testing.T, rng *rand.Rand, e Engine, m *model, upto uint64) {
	t.Helper()
	if n, err := e.Count(t.Context()); err != nil || n != len(m.docs) {
		t.Fatalf("count %d, %v, want %d", n, err, len(m.docs))
	}
	if n, err := e.Applied(t.Context()); err != nil || n != upto {
		t.Fatalf("checkpoint %d, %v, want %d", n, err, upto)
	}
	compareIDs(t, e, m)
	compareSimilar(t, rng, e, m)
	scopes := []access.Scope{everyone(), everyone(), everyone(2), everyone(1, 2, 3, 4, 5)}
	for range 60 {
		q := randomQuery(rng, 3)
		if rng.IntN(20) == 0 {
			q = nil
		}
		compareQuery(t, rng, e, m, scopes[rng.IntN(len(scopes))], q)
	}
}

// compareSimilar: similar words are told with the messages of the scope that have them,
// and no others.
func compareSimilar(t *testing.T, rng *rand.Rand, e Engine, m *model) {
	t.Helper()
	term := []string{"alpha", "beta", "betta", "gama", "cafe", "会", "x"}[rng.IntN(7)]
	distance := rng.IntN(3)
	scope := everyone(2, 3)
	want := map[string]int{}
	for id, d := range m.docs {
		if !scope.Contains(d.Mailbox) {
			continue
		}
		seen := map[string]bool{}
		for _, part := range m.text[id][query.Any] {
			for _, word := range part {
				if !seen[word] && []rune(word)[0] == []rune(term)[0] && edits([]rune(word), []rune(term)) <= distance {
					seen[word] = true
					want[word]++
				}
			}
		}
	}
	got, err := e.Similar(t.Context(), scope, term, distance, 1000)
	if err != nil || len(got) != len(want) {
		t.Fatalf("similar to %s: %v, %v, want %v", term, got, err, want)
	}
	for _, g := range got {
		if want[g.Term] != g.Count {
			t.Fatalf("similar to %s: %v, want %v", term, got, want)
		}
	}
}

// compareIDs: every folder's documents are listed in order, whoever may see them.
func compareIDs(t *testing.T, e Engine, m *model) {
	t.Helper()
	for folder := range mail.FolderID(12) {
		var want []mail.MessageID
		for id, d := range m.docs {
			if d.Folder == folder {
				want = append(want, id)
			}
		}
		slices.Sort(want)
		if got, err := e.IDs(t.Context(), folder); err != nil || !slices.Equal(got, want) {
			t.Fatalf("documents of folder %s: %v, %v, want %v", folder, got, err, want)
		}
	}
}

// compareQuery asks for all pages, in some order, with some filters, and with copies
// and conversations as one hit or not.
func compareQuery(t *testing.T, rng *rand.Rand, e Engine, m *model, scope access.Scope, q query.Node) {
	t.Helper()
	r := engine.Request{
		Scope: scope, Query: q, Limit: 1 + rng.IntN(80), Facets: engine.Facets(), Filters: randomFilters(rng, m),
		Sort:     []engine.Sort{engine.Relevance, engine.Newest, engine.Oldest, engine.Largest, engine.BySender}[rng.IntN(5)],
		Collapse: rng.IntN(2) == 0, Group: rng.IntN(3) == 0,
		Zone: []*time.Location{nil, time.UTC, time.FixedZone("far", 14*60*60)}[rng.IntN(3)],
	}
	if rng.IntN(2) == 0 {
		r.Tree = randomTree(rng)
	}
	if rng.IntN(2) == 0 {
		r.FacetSize = 1 + rng.IntN(4)
	}
	if rng.IntN(2) == 0 {
		r.Shown = query.Not{Node: randomOneOf(rng)}
	}
	base := m.search(scope, q)
	found := m.filtered(r, base, "")
	want := m.hits(r, m.sorted(found, r.Sort))
	got := allPages(t, e, m, r, base, len(want))
	switch {
	case r.Sort == engine.Relevance:
		compareUnordered(t, m, r, got, found)
	case !slices.EqualFunc(got, want, sameHit):
		t.Fatalf("%s:\n got %v\nwant %v", request(r), got, want)
	}
	compareBucket(t, rng, e, m, r, base)
}

// allPages gives all hits of a request, of which there are so many, and compares each
// page's total and facets.
func allPages(t *testing.T, e Engine, m *model, r engine.Request, base []mail.MessageID, total int) []engine.Hit {
	t.Helper()
	var got []engine.Hit
	for {
		res := ask(t, e, r)
		if res.Total != total {
			t.Fatalf("%s: total %d, want %d", request(r), res.Total, total)
		}
		compareFacets(t, m, r, base, res)
		got = append(got, res.Hits...)
		if len(got) > total || res.Next == "" {
			return got
		}
		r.Cursor = res.Next
	}
}

// request tells of a request what matters.
func request(r engine.Request) string {
	return fmt.Sprintf("%v filtered by %v in %v, by %s, collapsed %t, grouped %t, tree %v, %d buckets", r.Query, r.Filters, r.Zone, r.Sort, r.Collapse, r.Group, r.Tree, r.FacetSize)
}

func sameHit(a, b engine.Hit) bool {
	return a.ID == b.ID && slices.Equal(a.Copies, b.Copies) && slices.Equal(a.Thread, b.Thread) && slices.Equal(a.Found, b.Found)
}

// compareUnordered compares hits by relevance, whose order is the engine's own, and so
// is which message stands for others: everything found is there once. That the best one
// stands for the others is tested in the other orders, and with one word (testBest).
func compareUnordered(t *testing.T, m *model, r engine.Request, got []engine.Hit, found []mail.MessageID) {
	t.Helper()
	seen := map[string]bool{}
	for _, h := range got {
		unit := m.unit(r, h.ID)
		if seen[unit] || !slices.Contains(found, h.ID) {
			t.Fatalf("%s: %s is a hit twice, or was not to be found: %v", request(r), h.ID, got)
		}
		seen[unit] = true
		thread, matching := m.thread(r, h.ID, m.sorted(found, engine.Newest))
		same := slices.Equal(h.Thread, thread) && slices.Equal(h.Found, matching)
		if r.Collapse { // which of the copies is there is the engine's choice
			same = len(h.Thread) == len(thread) && len(h.Found) == len(matching)
		}
		if !same || !slices.Equal(h.Copies, m.copies(r, h.ID)) {
			t.Fatalf("%s: hit %v has not the copies %v and the conversation %v, of which %v were found", request(r), h, m.copies(r, h.ID), thread, matching)
		}
	}
}

// testBest: by relevance, too, the best of the copies or of a conversation stands for
// them: hits have the order of the documents without those that come again, page by page,
// too. The documents come in one batch, so that nothing changes a score between two
// searches.
func testBest(t *testing.T, open Open) {
	rng := rand.New(rand.NewPCG(7, 8))
	var docs []engine.Document
	for i := range 300 {
		docs = append(docs, randomDocument(rng, mail.MessageID(i+1)))
	}
	m := newModel()
	m.apply(engine.Batch{Put: docs})
	e := start(t, open, docs...)
	for _, words := range []string{"alpha", "beta", "gamma", "budget", "alpha beta", "beta gamma budget", "gamma alpha"} {
		var or query.Or
		for _, word := range strings.Fields(words) {
			or.Nodes = append(or.Nodes, query.Word{Text: word})
		}
		r := engine.Request{Scope: everyone(), Query: or, Limit: 1000}
		plain := ids(ask(t, e, r).Hits)
		for _, r.Group = range []bool{false, true} {
			r.Collapse = true
			want := m.hits(r, plain)
			if got := ask(t, e, r).Hits; !slices.EqualFunc(got, want, sameHit) {
				t.Errorf("%s:\n got %v\nwant %v", request(r), got, want)
			}
			paged := r
			paged.Limit = 9
			var got []engine.Hit
			for res := ask(t, e, paged); ; res = ask(t, e, paged) {
				got = append(got, res.Hits...)
				if paged.Cursor = res.Next; res.Next == "" {
					break
				}
			}
			if !slices.EqualFunc(got, want, sameHit) {
				t.Errorf("%s, page by page:\n got %v\nwant %v", request(r), got, want)
			}
		}
	}
}

// compareFacets: a facet's counts are those of what is found without its own filters.
func compareFacets(t *testing.T, m *model, r engine.Request, base []mail.MessageID, res engine.Result) {
	t.Helper()
	for f, got := range res.Facets {
		if want := sized(r, f, m.counted(r, f, m.filtered(r, base, f))); !slices.Equal(got, want) {
			t.Fatalf("%s: facet %s:\n got %v\nwant %v", request(r), f, got, want)
		}
	}
}

// sized leaves the largest buckets, as many as the request says, and those chosen.
func sized(r engine.Request, f engine.Facet, buckets []engine.Bucket) []engine.Bucket {
	size := r.FacetSize
	if size == 0 {
		size = 1000
	}
	within := func(value string, values []string) bool {
		return f == engine.FacetFolder && r.Tree != nil &&
			slices.ContainsFunc(r.Tree.Above[value], func(over string) bool { return slices.Contains(values, over) })
	}
	var left []engine.Bucket
	for i, b := range buckets {
		chosen := slices.ContainsFunc(r.Filters, func(x engine.Filter) bool {
			return x.Facet == f && slices.Contains(x.Values, b.Value) && !within(b.Value, x.Values)
		})
		if i < size || chosen {
			left = append(left, b)
		}
	}
	return left
}

// compareBucket: choosing a value of a facet finds as many as it counts, beside the
// filters of other facets, whether as a filter or as a part of the query.
func compareBucket(t *testing.T, rng *rand.Rand, e Engine, m *model, r engine.Request, base []mail.MessageID) {
	t.Helper()
	f := engine.Facets()[rng.IntN(len(engine.Facets()))]
	buckets := m.counted(r, f, m.filtered(r, base, f))
	if len(buckets) == 0 {
		return
	}
	b := buckets[rng.IntN(len(buckets))]
	values, want := []string{b.Value}, b.Count
	if b.Within > 0 && rng.IntN(2) == 0 {
		want = b.Within
		for v, above := range r.Tree.Above {
			if slices.Contains(above, b.Value) {
				values = append(values, v)
			}
		}
	}
	r.Limit, r.Facets = 0, nil
	r.Filters = slices.DeleteFunc(slices.Clone(r.Filters), func(x engine.Filter) bool { return x.Facet == f })
	if r.Zone != nil || rng.IntN(2) == 0 {
		r.Filters = append(r.Filters, engine.Filter{Facet: f, Values: values})
	} else {
		nodes := []query.Node{query.OneOf{Field: string(f), Values: values}}
		if r.Query != nil {
			nodes = append(nodes, r.Query)
		}
		r.Query = query.And{Nodes: nodes}
	}
	if res := ask(t, e, r); res.Total != want {
		t.Fatalf("%s: %s %s counts %d and finds %d", request(r), f, values, want, res.Total)
	}
}
