package enginetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// testAsked shows that what a request asks for besides its query is heeded.
func testAsked(t *testing.T, open Open) {
	t.Run("Lean", func(t *testing.T) { t.Parallel(); testLean(t, open) })
	t.Run("Texts", func(t *testing.T) { t.Parallel(); testTexts(t, open) })
	t.Run("FacetSize", func(t *testing.T) { t.Parallel(); testFacetSize(t, open) })
	t.Run("Capped", func(t *testing.T) { t.Parallel(); testCapped(t, open) })
}

// testLean: messages of which what a request leans to holds come before others that say
// more of the words; and an explanation adds up to the score.
func testLean(t *testing.T, open Open) {
	eva, bob := mail.Address{Address: "eva@contoso.com"}, mail.Address{Address: "bob@contoso.com"}
	e := start(
		t, open,
		engine.Document{ID: 1, Mailbox: 1, Folder: 1, Subject: "walnut", Body: "walnut walnut", Date: day(0), From: []mail.Address{bob}},
		engine.Document{ID: 2, Mailbox: 1, Folder: 1, Body: "a table of walnut", Date: day(400), From: []mail.Address{bob}},
		engine.Document{ID: 3, Mailbox: 1, Folder: 1, Body: "one more table of walnut", Date: day(0), From: []mail.Address{eva}},
		engine.Document{ID: 4, Mailbox: 1, Folder: 2, Body: "one more table of walnut and so", Date: day(0), From: []mail.Address{bob}, To: []mail.Address{eva}},
		engine.Document{ID: 5, Mailbox: 1, Folder: 2, Body: "one more table of walnut and so on", Date: day(0), From: []mail.Address{bob}, To: []mail.Address{eva, bob}},
	)
	within := query.OneOf{Field: string(engine.FacetFolder), Values: []string{mail.FolderID(2).String()}}
	for name, c := range map[string]struct {
		lean  engine.Lean
		first []mail.MessageID
	}{
		"nothing":           {engine.Lean{}, []mail.MessageID{1}},
		"what is recent":    {engine.Lean{Recent: 20}, []mail.MessageID{2}},
		"a sender":          {engine.Lean{Known: 20, Senders: []string{"eva@contoso.com"}}, []mail.MessageID{3}},
		"no sender":         {engine.Lean{Known: 20}, []mail.MessageID{1}},
		"a relation":        {engine.Lean{Relations: []engine.Relation{{Name: "within", Query: within, Weight: 20}}}, []mail.MessageID{4, 5}},
		"one to few":        {engine.Lean{Relations: []engine.Relation{{Name: "few", Query: within, Recipients: 1, Weight: 20}}}, []mail.MessageID{4, 1}},
		"the first of more": {engine.Lean{Relations: []engine.Relation{{Name: "few", Query: within, Recipients: 1, Weight: 5}, {Name: "within", Query: within, Weight: 20}}}, []mail.MessageID{5, 4}},
	} {
		r := engine.Request{Scope: everyone(), Query: query.Word{Text: "walnut"}, Limit: 10, Lean: c.lean}
		plain := ask(t, e, r)
		if got := ids(plain.Hits); len(got) != 5 || !slices.Equal(got[:len(c.first)], c.first) {
			t.Errorf("leaning to %s: %v, want %v first", name, got, c.first)
		}
		r.Explain = true
		for i, h := range ask(t, e, r).Hits {
			switch {
			case plain.Hits[i].Why != nil:
				t.Errorf("leaning to %s: an explanation that was not asked for", name)
			case h.ID != plain.Hits[i].ID || h.Why == nil || len(h.Why.Terms) == 0 || math.Abs(h.Why.Score()-h.Score) > 1e-9*h.Score:
				t.Errorf("leaning to %s: %s has the score %v, explained by %+v", name, h.ID, h.Score, h.Why)
			}
		}
	}
}

// testTexts: of two messages with the same words of a description, the one comes first
// that says more of what the best hits say. The texts that are asked for are those of
// hits; what is found stays the same, and what goes wrong in reading them is told.
func testTexts(t *testing.T, open Open) {
	const asked = "valve pressure leak gasket flange steam"
	texts := []string{asked + " turbine", asked + " turbine", asked + " turbine", asked + " turbine", asked + " turbine", "valve pressure turbine", "valve pressure holiday", "nothing of it", "holiday"}
	var docs []engine.Document
	for i, text := range texts {
		docs = append(docs, engine.Document{ID: mail.MessageID(i + 1), Mailbox: 1, Folder: 1, Body: text, Language: "en"})
	}
	e := start(t, open, append(docs, engine.Document{ID: 99, Mailbox: 2, Folder: 1, Body: asked})...)
	var or query.Or
	for _, w := range strings.Fields(asked) {
		or.Nodes = append(or.Nodes, query.Word{Text: w})
	}
	r := engine.Request{Scope: everyone(2), Query: or, Limit: 10}
	plain := ids(ask(t, e, r).Hits)
	if !slices.Equal(plain[5:], []mail.MessageID{7, 6}) {
		t.Fatalf("by their words alone: %v", plain)
	}
	r.Texts = func(_ context.Context, ids []mail.MessageID) (out []string, _ error) {
		for _, id := range ids {
			if !slices.Contains(plain, id) {
				t.Errorf("the text of %s is asked for, which is no hit", id)
			}
			out = append(out, texts[max(0, min(int(id), len(texts))-1)])
		}
		return out, nil
	}
	res := ask(t, e, r)
	if got := ids(res.Hits); res.Total != 7 || len(got) != 7 || !slices.Equal(got[5:], []mail.MessageID{6, 7}) {
		t.Errorf("by what the best say: %v", got)
	}
	broken := errors.New("disk")
	r.Texts = func(context.Context, []mail.MessageID) ([]string, error) { return nil, broken }
	if _, err := e.Search(t.Context(), r); !errors.Is(err, broken) {
		t.Errorf("texts that cannot be read give %v", err)
	}
}

// testFacetSize: a facet has the largest buckets, as many as asked for, and those chosen.
func testFacetSize(t *testing.T, open Open) {
	var docs []engine.Document
	for i, year := range []int{2020, 2021, 2021, 2022, 2022, 2022, 2023} {
		docs = append(docs, engine.Document{ID: mail.MessageID(i + 1), Mailbox: 1, Folder: 1, Date: day(0).AddDate(year-2023, 0, 0)})
	}
	e := start(t, open, docs...)
	b := func(year string, n int) engine.Bucket { return engine.Bucket{Value: year, Count: n} }
	for _, c := range []struct {
		size   int
		chosen []string
		want   []engine.Bucket
	}{
		{0, nil, []engine.Bucket{b("2022", 3), b("2021", 2), b("2020", 1), b("2023", 1)}},
		{2, nil, []engine.Bucket{b("2022", 3), b("2021", 2)}},
		{1, []string{"2023", "2021", "1999", "2023"}, []engine.Bucket{b("2022", 3), b("2021", 2), b("2023", 1)}},
		{1, []string{"2022"}, []engine.Bucket{b("2022", 3)}},
	} {
		r := engine.Request{Scope: everyone(), Facets: []engine.Facet{engine.FacetYear}, FacetSize: c.size}
		if c.chosen != nil {
			r.Filters = []engine.Filter{{Facet: engine.FacetYear, Values: c.chosen}}
		}
		if got := ask(t, e, r).Facets[engine.FacetYear]; !slices.Equal(got, c.want) {
			t.Errorf("%d buckets with %v chosen: %v, want %v", c.size, c.chosen, got, c.want)
		}
	}
}

// testCapped: where a word stands for more terms than an engine looks for, the answer says
// so; where it does not say so it is whole.
func testCapped(t *testing.T, open Open) {
	const documents, each = 40, 1000
	var docs []engine.Document
	for i := range documents {
		var words strings.Builder
		for j := range each {
			fmt.Fprintf(&words, "wide%dx ", i*each+j)
		}
		docs = append(docs, engine.Document{ID: mail.MessageID(i + 1), Mailbox: 1, Folder: 1, Body: words.String()})
	}
	e := start(t, open, docs...)
	for _, q := range []query.Node{query.Prefix{Text: "wide"}, query.Wildcard{Pattern: "*ide*x"}} {
		r := ask(t, e, engine.Request{Scope: everyone(), Query: q})
		switch {
		case len(r.Capped) == 0 && r.Total != documents || r.Total > documents:
			t.Errorf("%v finds %d of %d", q, r.Total, documents)
		case len(r.Capped) > 0 && !slices.Equal(r.Capped, []string{q.String()}):
			t.Errorf("%v: %q are said to stand for too much", q, r.Capped)
		}
	}
	if r := ask(t, e, engine.Request{Scope: everyone(), Query: query.Prefix{Text: "wide39"}}); len(r.Capped) > 0 || r.Total != 3 {
		t.Errorf("a word that stands for a thousand terms finds %d, and %q are said to stand for too much", r.Total, r.Capped)
	}
}
