package enginetest

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

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
	if n, err := e.Checkpoint(t.Context()); err != nil || n != upto {
		t.Fatalf("checkpoint %d, %v, want %d", n, err, upto)
	}
	compareIDs(t, e, m)
	scopes := []access.Scope{everyone(), everyone(), everyone(2), everyone(1, 2, 3, 4, 5)}
	for range 60 {
		q := randomQuery(rng, 3)
		if rng.IntN(20) == 0 {
			q = nil
		}
		compareQuery(t, rng, e, m, scopes[rng.IntN(len(scopes))], q)
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

func compareQuery(t *testing.T, rng *rand.Rand, e Engine, m *model, scope access.Scope, q query.Node) {
	t.Helper()
	want := m.search(scope, q)
	sort := []engine.Sort{engine.Relevance, engine.Newest, engine.Oldest}[rng.IntN(3)]
	r := engine.Request{Scope: scope, Query: q, Sort: sort, Limit: 1 + rng.IntN(80), Facets: append(engine.Facets(), engine.FacetState)}
	var got []mail.MessageID
	for {
		res := ask(t, e, r)
		if res.Total != len(want) {
			t.Fatalf("%v: total %d, want %d", q, res.Total, len(want))
		}
		compareFacets(t, m, want, res)
		got = append(got, ids(res.Hits)...)
		if len(got) > len(want) || res.Next == "" {
			break
		}
		r.Cursor = res.Next
	}
	expect := m.sorted(want, sort)
	if sort == engine.Relevance { // in an order of the engine's own
		slices.Sort(got)
		slices.Sort(expect)
	}
	if !slices.Equal(got, expect) {
		t.Fatalf("%v by %s:\n got %v\nwant %v", q, sort, got, expect)
	}
	compareBucket(t, rng, e, m, scope, q, want)
}

// compareBucket: filtering by a bucket's value finds as many as it counts.
func compareBucket(t *testing.T, rng *rand.Rand, e Engine, m *model, scope access.Scope, q query.Node, found []mail.MessageID) {
	t.Helper()
	f := engine.Facets()[rng.IntN(len(engine.Facets()))]
	buckets := m.facet(f, found)
	if len(buckets) == 0 {
		return
	}
	b := buckets[rng.IntN(len(buckets))]
	filter := []query.Node{query.OneOf{Field: string(f), Values: []string{b.Value}}}
	if q != nil {
		filter = append(filter, q)
	}
	res := ask(t, e, engine.Request{Scope: scope, Query: query.And{Nodes: filter}})
	if res.Total != b.Count {
		t.Fatalf("%v: %s %s counts %d and finds %d", q, f, b.Value, b.Count, res.Total)
	}
}
