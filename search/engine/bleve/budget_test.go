package bleve

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// What a query's words may stand for is shared between them and over all mail: a word
// that stands for too much takes nothing from the others, the most frequent terms
// stay, and asking for more never finds less.
func TestLimitsAreShared(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	const segments, each = 5, 300
	var docs []engine.Document
	for _, d := range mails(1, 1+segments*each) {
		n := int(d.ID) * 419 % (segments * each) // each number once, in all batches alike
		d.Body += fmt.Sprintf(" wide%04d narrow%04d", n, n)
		docs = append(docs, d)
	}
	for i := range segments {
		put(t, e, uint64(i+1), docs[i*each:(i+1)*each]...)
	}
	wide, narrow := query.Prefix{Text: "wi"}, query.Wildcard{Pattern: "n*w?*"}
	total := func(n query.Node) int { return find(t, e, engine.Request{Query: n}).Total }
	if n := total(wide); n != segments*each {
		t.Fatalf("%d found within the limit", n)
	}
	e.expansions = segments * each / 2

	for i := range segments {
		own := query.OneOf{Field: engine.FieldID}
		for _, d := range docs[i*each : (i+1)*each] {
			own.Values = append(own.Values, d.ID.String())
		}
		if n := total(query.And{Nodes: []query.Node{own, wide}}); n < each/4 {
			t.Errorf("of the mail that came as number %d the limit leaves %d of %d", i, n, each)
		}
	}
	if n := total(query.And{Nodes: []query.Node{wide, narrow}}); n < each/4 {
		t.Errorf("%d found that have both words", n)
	}
	one, both := total(wide), total(query.Or{Nodes: []query.Node{wide, query.Prefix{Text: "alp"}}})
	if both < one || both != segments*each {
		t.Errorf("either of two finds %d, one of them %d", both, one)
	}
	frequent := find(t, e, engine.Request{Query: query.Wildcard{Pattern: "*a*"}})
	if frequent.Total != segments*each || !slices.Equal(frequent.Capped, []string{"*a*"}) {
		t.Errorf("the most frequent terms find %d, cut %v", frequent.Total, frequent.Capped)
	}
	e.expansions = 2 * segments * each // and a word that is looked up twice counts once
	near := find(t, e, engine.Request{Query: query.Near{Nodes: []query.Node{query.Prefix{Text: "wide0"}, query.Prefix{Text: "narrow0"}}, Distance: 2}})
	if near.Capped != nil || near.Total != 1000 {
		t.Errorf("1,000 words near each other: %d found, cut %v", near.Total, near.Capped)
	}
	// Few terms that stand nearly everywhere have too many positions to be read.
	usual := query.Near{Nodes: []query.Node{query.Prefix{Text: "alph"}, query.Prefix{Text: "of"}}, Distance: 5}
	if all := find(t, e, engine.Request{Query: usual}); all.Capped != nil || all.Total != segments*each {
		t.Errorf("two words of all mail near each other: %d found, cut %v", all.Total, all.Capped)
	}
	e.expansions = 100
	if some := find(t, e, engine.Request{Query: usual}); !slices.Equal(some.Capped, []string{"alph*", "of*"}) || some.Total >= segments*each {
		t.Errorf("two words of all mail near each other, few positions being read: %d found, cut %v", some.Total, some.Capped)
	}
}

// A query with very many misspelled words is answered; some of them are then looked
// for as they are, and said to be.
func TestManyMisspelled(t *testing.T) {
	t.Parallel()
	e := openIn(t, filepath.Join(t.TempDir(), "index"))
	put(t, e, 1, engine.Document{ID: 1, Mailbox: 1, Folder: 1, Body: "alphabet zebra"})
	var or query.Or
	for i := range maxFuzzy {
		or.Nodes = append(or.Nodes, query.Word{Text: fmt.Sprintf("unknown%d", i), Fuzzy: 2})
	}
	or.Nodes = append(or.Nodes, query.Word{Text: "zebra", Fuzzy: 1})
	r := find(t, e, engine.Request{Query: or, Limit: 1})
	if r.Total != 1 || !slices.Equal(r.Capped, []string{"zebra~"}) {
		t.Errorf("%d found, cut %v", r.Total, r.Capped)
	}
	or.Nodes = append(or.Nodes[1:maxFuzzy], query.Word{Text: "alphabte", Fuzzy: 1})
	if r := find(t, e, engine.Request{Query: or, Limit: 1}); r.Total != 1 || r.Capped != nil {
		t.Errorf("%d found, cut %v", r.Total, r.Capped)
	}
}
