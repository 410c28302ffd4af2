package enginetest

import (
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// testWorth: words near each other, an author's own and those of the form that was asked
// for come before others, however the documents came into the index; those that are
// deleted count for nothing.
func testWorth(t *testing.T, open Open) {
	// The oldest have to come first: what is equal comes the newest first.
	docs := []engine.Document{
		{Body: "the red table stands in a hall of the house", Language: "en"},
		{Body: "the red house stands in a hall of the table", Language: "en"},
		{Body: "a walnut grows in front of it", Parts: []engine.BodyPart{{Kind: engine.Own, End: 29}}, Language: "en"},
		{Body: "a walnut grows in front of it", Parts: []engine.BodyPart{{Kind: engine.Quoted, End: 29}}, Language: "en"},
		{Body: "the invoice came with the post", Language: "en"},
		{Body: "the invoices came with the post", Language: "en"},
	}
	for i := range docs {
		docs[i].ID, docs[i].Mailbox, docs[i].Folder, docs[i].Date = mail.MessageID(i+1), 1, 1, day(i)
	}
	whole := start(t, open, docs...)
	pieces := start(t, open)
	for i, d := range docs {
		other := engine.Document{ID: mail.MessageID(100 + i), Mailbox: 1, Folder: 1, Body: "walnut invoice red table", Language: "en"}
		apply(t, pieces, engine.Batch{Put: []engine.Document{other, d}, Upto: uint64(2*i + 1)})
		apply(t, pieces, engine.Batch{Delete: []mail.MessageID{other.ID}, Upto: uint64(2*i + 2)})
	}
	both := query.And{Nodes: []query.Node{query.Word{Text: "red"}, query.Word{Text: "table"}}}
	for _, c := range []struct {
		why         string
		q           query.Node
		first, then mail.MessageID
	}{
		{"words near each other", both, 1, 2},
		{"an author's own words", query.Word{Text: "walnut"}, 3, 4},
		{"the form that was asked for", query.Word{Text: "invoice"}, 5, 6},
		{"the form that was asked for", query.Word{Text: "invoices"}, 6, 5},
	} {
		r := engine.Request{Scope: everyone(), Query: c.q, Limit: 10}
		hits := ask(t, whole, r).Hits
		if len(hits) != 2 || hits[0].ID != c.first || hits[1].ID != c.then || hits[0].Score <= hits[1].Score {
			t.Errorf("%s come first: %+v", c.why, hits)
		}
		other := ask(t, pieces, r).Hits
		for i, h := range hits {
			if len(other) != len(hits) || other[i].ID != h.ID || other[i].Score != h.Score {
				t.Errorf("%v finds %+v, and in pieces %+v", c.q, hits, other)
				break
			}
		}
	}
}
