package enginetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Engine is an engine that can be closed.
type Engine interface {
	engine.Writer
	engine.Reader
	Close() error
}

// Open opens the engine in dir, or makes a new one there.
type Open func(dir string) (Engine, error)

// Run runs the suite but for Kill, which needs a test function of its own.
func Run(t *testing.T, open Open) {
	t.Run("Scope", func(t *testing.T) { t.Parallel(); testScope(t, open) })
	t.Run("Words", func(t *testing.T) { t.Parallel(); testWords(t, open) })
	t.Run("Parts", func(t *testing.T) { t.Parallel(); testParts(t, open) })
	t.Run("Changed", func(t *testing.T) { t.Parallel(); testChanged(t, open) })
	t.Run("Cursor", func(t *testing.T) { t.Parallel(); testCursor(t, open) })
	t.Run("PagingWhileMailArrives", func(t *testing.T) { t.Parallel(); testPagingWhileMailArrives(t, open) })
	t.Run("Best", func(t *testing.T) { t.Parallel(); testBest(t, open) })
	t.Run("Equal", func(t *testing.T) { t.Parallel(); testEqual(t, open) })
	t.Run("Midnight", func(t *testing.T) { t.Parallel(); testMidnight(t, open) })
	t.Run("Asked", func(t *testing.T) { t.Parallel(); testAsked(t, open) })
	t.Run("Ranking", func(t *testing.T) { t.Parallel(); testRanking(t, open) })
	t.Run("Worth", func(t *testing.T) { t.Parallel(); testWorth(t, open) })
	t.Run("Refused", func(t *testing.T) { t.Parallel(); testRefused(t, open) })
	t.Run("Checkpoint", func(t *testing.T) { t.Parallel(); testCheckpoint(t, open) })
	t.Run("Concurrent", func(t *testing.T) { t.Parallel(); testConcurrent(t, open) })
	t.Run("People", func(t *testing.T) { t.Parallel(); testPeople(t, open) })
	t.Run("IDs", func(t *testing.T) { t.Parallel(); testIDs(t, open) })
	t.Run("Gone", func(t *testing.T) { t.Parallel(); testGone(t, open) })
	t.Run("Model", func(t *testing.T) { t.Parallel(); testModel(t, open) })
}

func start(t *testing.T, open Open, docs ...engine.Document) Engine {
	t.Helper()
	e, err := open(filepath.Join(t.TempDir(), "index"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if len(docs) > 0 {
		apply(t, e, engine.Batch{Put: docs, Upto: 1})
	}
	return e
}

func apply(t *testing.T, e Engine, b engine.Batch) {
	t.Helper()
	if err := e.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, e Engine, r engine.Request) engine.Result {
	t.Helper()
	res, err := e.Search(t.Context(), r)
	if err != nil {
		t.Fatalf("search %v: %v", r.Query, err)
	}
	return res
}

func everyone(hidden ...mail.MailboxID) access.Scope { return access.Operator().Scope(hidden) }

// parse reads a query in UTC.
func parse(t *testing.T, s string) query.Node {
	t.Helper()
	p := query.Parse(s, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if len(p.Warnings) > 0 {
		t.Fatalf("%q: %v", s, p.Warnings)
	}
	return p.Node
}

func ids(hits []engine.Hit) []mail.MessageID {
	list := []mail.MessageID{}
	for _, h := range hits {
		list = append(list, h.ID)
	}
	return list
}

// No query, filter, facet or cursor shows a document outside of the scope.
func testScope(t *testing.T, open Open) {
	rng := rand.New(rand.NewPCG(1, 2))
	m := newModel()
	var docs []engine.Document
	for i := range 200 {
		docs = append(docs, randomDocument(rng, mail.MessageID(i+1)))
	}
	m.apply(engine.Batch{Put: docs})
	e := start(t, open, docs...)
	queries := []query.Node{
		nil,
		query.Not{Node: query.Word{Text: "alpha"}},
		query.Word{Text: "alpha"},
		query.Not{Node: query.Nothing{}},
		query.Or{Nodes: []query.Node{query.Word{Text: "alpha"}, query.Not{Node: query.Word{Text: "alpha"}}}},
		query.OneOf{Field: string(engine.FacetMailbox), Values: []string{mail.MailboxID(1).String()}},
		query.Dates{},
	}
	for range 50 {
		queries = append(queries, randomQuery(rng, 3))
	}
	for _, q := range queries {
		for _, scope := range []access.Scope{{}, access.Principal{}.Scope(nil)} {
			r := ask(t, e, engine.Request{Scope: scope, Query: q, Limit: 10, Facets: engine.Facets()})
			if r.Total != 0 || len(r.Hits) != 0 || r.Next != "" {
				t.Fatalf("the empty scope finds %+v for %v", r, q)
			}
			for f, b := range r.Facets {
				if len(b) > 0 {
					t.Fatalf("the empty scope counts %s: %v", f, b)
				}
			}
		}
		hidden := everyone(1, 3)
		wide := ask(t, e, engine.Request{Scope: everyone(), Query: q, Limit: 5, Sort: engine.Newest})
		for _, cursor := range []string{"", wide.Next} {
			r := ask(t, e, engine.Request{Scope: hidden, Query: q, Limit: 500, Sort: engine.Newest, Cursor: cursor, Facets: engine.Facets()})
			for _, h := range r.Hits {
				if !hidden.Contains(m.docs[h.ID].Mailbox) {
					t.Fatalf("%v shows message %s of hidden mailbox %s", q, h.ID, m.docs[h.ID].Mailbox)
				}
			}
			want := m.search(hidden, q)
			if r.Total != len(want) {
				t.Fatalf("%v: total %d, want %d", q, r.Total, len(want))
			}
			compareFacets(t, m, engine.Request{}, want, r)
		}
	}
}

// A cursor is good for its search only, and an answer says when it is the last.
func testCursor(t *testing.T, open Open) {
	var docs []engine.Document
	for i := range 5 {
		docs = append(docs, engine.Document{ID: mail.MessageID(i + 1), Mailbox: 1, Folder: 1, Body: "alpha beta", Date: day(i)})
	}
	e := start(t, open, docs...)
	first := engine.Request{Scope: everyone(), Query: parse(t, "alpha"), Sort: engine.Newest, Limit: 2}
	r := ask(t, e, first)
	if r.Next == "" {
		t.Fatal("no next page")
	}
	for name, foreign := range map[string]engine.Request{
		"another query": {Query: parse(t, "beta"), Sort: engine.Newest, Cursor: r.Next},
		"no query":      {Sort: engine.Newest, Cursor: r.Next},
		"collapsed":     {Query: first.Query, Sort: engine.Newest, Cursor: r.Next, Collapse: true},
		"by threads":    {Query: first.Query, Sort: engine.Newest, Cursor: r.Next, Group: true},
		"filtered":      {Query: first.Query, Sort: engine.Newest, Cursor: r.Next, Filters: []engine.Filter{{Facet: engine.FacetYear, Values: []string{"2023"}}}},
		"another order": {Query: first.Query, Sort: engine.Oldest, Cursor: r.Next},
		"relevance":     {Query: first.Query, Cursor: r.Next},
		"garbage":       {Query: first.Query, Sort: engine.Newest, Cursor: "garbage"},
		"not base64":    {Query: first.Query, Sort: engine.Newest, Cursor: "%%%"},
		"cut":           {Query: first.Query, Sort: engine.Newest, Cursor: r.Next[:len(r.Next)/2]},
	} {
		foreign.Scope, foreign.Limit = everyone(), 2
		if _, err := e.Search(t.Context(), foreign); !errors.Is(err, engine.ErrCursor) {
			t.Errorf("%s: error %v, want ErrCursor", name, err)
		}
	}
	first.Limit = 5
	if r := ask(t, e, first); r.Next != "" || len(r.Hits) != 5 {
		t.Errorf("a full last page has %d hits and next %q", len(r.Hits), r.Next)
	}
	first.Limit = 0
	if r := ask(t, e, first); r.Total != 5 || len(r.Hits) != 0 || r.Next != "" {
		t.Errorf("counting only: %+v", r)
	}
}

// What a person expects first comes first.
func testRanking(t *testing.T, open Open) {
	filler := "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore"
	e := start(
		t, open,
		engine.Document{ID: 1, Mailbox: 1, Folder: 1, Subject: "minutes", Body: filler + " budget " + filler},
		engine.Document{ID: 2, Mailbox: 1, Folder: 1, Subject: "budget", Body: filler + " " + filler},
		engine.Document{ID: 3, Mailbox: 1, Folder: 1, Subject: "minutes", Body: filler + " budget budget budget " + filler},
		engine.Document{ID: 4, Mailbox: 1, Folder: 1, Subject: "minutes", Body: filler + " budget " + filler + filler + filler + filler},
		engine.Document{ID: 5, Mailbox: 1, Folder: 1, Subject: "nothing", Body: filler},
		engine.Document{ID: 6, Mailbox: 1, Folder: 1, Subject: "rare words", Body: filler + " zebra " + filler},
		engine.Document{ID: 7, Mailbox: 1, Folder: 1, Subject: "common words", Body: filler + " lorem lorem lorem"},
	)
	r := ask(t, e, engine.Request{Scope: everyone(), Query: parse(t, "budget"), Limit: 10})
	at := map[mail.MessageID]int{}
	for i, h := range r.Hits {
		at[h.ID] = i
		if i > 0 && h.Score > r.Hits[i-1].Score {
			t.Errorf("scores rise: %+v", r.Hits)
		}
	}
	for _, c := range []struct {
		first, then mail.MessageID
		why         string
	}{
		{2, 1, "in the subject before in the text"},
		{3, 1, "three times before once"},
		{1, 4, "in a short text before in a long one"},
	} {
		if at[c.first] > at[c.then] {
			t.Errorf("%s: %v", c.why, ids(r.Hits))
		}
	}
	r = ask(t, e, engine.Request{Scope: everyone(), Query: parse(t, "zebra OR lorem"), Limit: 1})
	if len(r.Hits) != 1 || r.Hits[0].ID != 6 {
		t.Errorf("a rare word counts less than a common one: %v", ids(r.Hits))
	}
}

// What an engine cannot answer it refuses, and a search ends with its context.
func testRefused(t *testing.T, open Open) {
	e := start(t, open, engine.Document{ID: 1, Mailbox: 1, Folder: 1, Body: "alpha"})
	for _, q := range []query.Node{query.Folder{Name: "inbox"}, query.Mailbox{Name: "eva"}, query.Not{Node: query.Folder{Name: "x"}}} {
		if r, err := e.Search(t.Context(), engine.Request{Scope: everyone(), Query: q, Limit: 1}); err == nil {
			t.Errorf("%v, which is not resolved, finds %+v", q, r)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Search(ctx, engine.Request{Scope: everyone(), Query: parse(t, "alpha"), Limit: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("a search whose context has ended gives %v", err)
	}
	for _, d := range []engine.Document{{Mailbox: 1, Body: "x"}, {ID: 1, Body: "x"}} {
		if err := e.Apply(t.Context(), engine.Batch{Put: []engine.Document{d}}); err == nil {
			t.Errorf("a document without id or mailbox is taken: %+v", d)
		}
	}
}

func testCheckpoint(t *testing.T, open Open) {
	dir := filepath.Join(t.TempDir(), "index")
	e, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		batch engine.Batch
		count int
	}{
		{engine.Batch{}, 0},
		{engine.Batch{Put: []engine.Document{{ID: 1, Mailbox: 1, Body: "x"}, {ID: 2, Mailbox: 1}}, Upto: 1 << 40}, 2},
		{engine.Batch{Put: []engine.Document{{ID: 1, Mailbox: 1, Body: "y"}}, Delete: []mail.MessageID{2, 3}, Upto: 1<<40 + 1}, 1},
		{engine.Batch{Upto: 1<<63 + 5}, 1},
	} {
		apply(t, e, c.batch)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if e, err = open(dir); err != nil {
			t.Fatal(err)
		}
		upto, err := e.Checkpoint(t.Context())
		if err != nil || upto != c.batch.Upto {
			t.Errorf("checkpoint %d, %v, want %d", upto, err, c.batch.Upto)
		}
		if n, err := e.Count(t.Context()); err != nil || n != c.count {
			t.Errorf("count %d, %v, want %d", n, err, c.count)
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := e.Search(t.Context(), engine.Request{Scope: everyone()}); err == nil {
		t.Error("a closed engine answers")
	}
}
