package enginetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// testParts shows by example what is found by where in a message it stands, and by
// what is told of the message.
func testParts(t *testing.T, open Open) {
	own, quote, foot := "Please see the walnut offer. ", "On Monday Bob wrote: the walnut offer stands ", "-- Eva, Walnut Ltd"
	body := own + quote + foot
	parts := []engine.BodyPart{{Kind: engine.Own, End: len(own)}, {Kind: engine.Quoted, End: len(own + quote)}, {Kind: engine.Signature, End: len(body)}}
	eva, bob := mail.Address{Name: "Eva Stone", Address: "eva@contoso.com"}, mail.Address{Name: "Bob Stone", Address: "bob@example.org"}
	e := start(
		t, open,
		engine.Document{
			ID: 1, Mailbox: 1, Folder: 1, Subject: "Chestnut", Body: body, Parts: parts, To: []mail.Address{eva}, Cc: []mail.Address{bob},
			Date: day(10), Sent: day(9), Size: 1000, Keys: []engine.Key{{Name: "is", Value: "read"}, {Name: engine.KeyCategory, Value: "Red Tape"}},
		},
		engine.Document{
			ID: 2, Mailbox: 1, Folder: 1, Subject: "walnut", Body: "nothing " + strings.Repeat("more ", 8) + "here", Date: day(10), Size: 2000, Bcc: []mail.Address{bob},
			Attachments: []engine.Attachment{{Name: "walnut.pdf", Text: "chestnut figures"}, {Name: "b.pdf", Text: "of today"}},
			Keys:        []engine.Key{{Name: "header", Value: "x-mailer=outlook 16"}},
		},
		engine.Document{ID: 3, Mailbox: 1, Folder: 1, Body: "> walnut figures", Parts: []engine.BodyPart{{Kind: engine.Quoted, End: 16}}, Sent: day(9), Size: 3000},
	)
	word := func(f query.Field, s string) query.Node { return query.Word{Field: f, Text: s} }
	phrase := func(f query.Field, s string) query.Node { return query.Phrase{Field: f, Text: s} }
	near := func(distance int, ordered bool, nodes ...query.Node) query.Node {
		return query.Near{Nodes: nodes, Distance: distance, Ordered: ordered}
	}
	key := func(name, value string, pattern bool) query.Node {
		return query.Key{Name: name, Values: []string{value}, Pattern: pattern}
	}
	for _, c := range []struct {
		q    query.Node
		want []mail.MessageID
	}{
		{word(query.Any, "walnut"), []mail.MessageID{1, 2, 3}},
		{word(query.Body, "walnut"), []mail.MessageID{1, 3}},
		{word(query.Quoted, "walnut"), []mail.MessageID{1, 3}},
		{word(query.Quoted, "please"), nil}, // the author's own
		{word(query.Quoted, "eva"), nil},    // a signature
		{word(query.Body, "eva"), []mail.MessageID{1}},
		{word(query.Attachment, "chestnut"), []mail.MessageID{2}},
		{word(query.Attachment, "walnut"), nil}, // a name, not a text
		{phrase(query.Quoted, "walnut offer stands"), []mail.MessageID{1}},
		{phrase(query.Body, "offer on monday"), []mail.MessageID{1}},
		{phrase(query.Quoted, "offer on monday"), nil}, // only half of it is quoted
		{phrase(query.Quoted, "stands eva"), nil},
		{phrase(query.Attachment, "figures of"), nil}, // of two attachments
		{query.Prefix{Field: query.Quoted, Text: "waln"}, []mail.MessageID{1, 3}},
		{query.Prefix{Field: query.Quoted, Text: "ple"}, nil},
		{query.Wildcard{Field: query.Attachment, Pattern: "*nut"}, []mail.MessageID{2}},
		{query.Wildcard{Field: query.Body, Pattern: "*nut"}, []mail.MessageID{1, 3}},
		{query.Word{Field: query.Body, Text: "walnt", Fuzzy: 1}, []mail.MessageID{1, 3}},
		{query.Word{Field: query.Any, Text: "alnut", Fuzzy: 2}, nil}, // the first letter stays
		{query.Word{Field: query.Any, Text: "wlanut", Fuzzy: 1}, []mail.MessageID{1, 2, 3}},
		{near(2, true, word(query.Body, "see"), word(query.Body, "walnut")), []mail.MessageID{1}},
		{near(1, true, word(query.Body, "see"), word(query.Body, "walnut")), nil},
		{near(50, true, word(query.Body, "monday"), word(query.Body, "please")), nil},
		{near(50, false, word(query.Body, "monday"), word(query.Body, "please")), []mail.MessageID{1}},
		{near(50, false, word(query.Quoted, "monday"), word(query.Quoted, "please")), nil},
		{near(9, true, word(query.Any, "nothing"), word(query.Any, "here")), []mail.MessageID{2}},
		{near(8, true, word(query.Any, "nothing"), word(query.Any, "here")), nil},
		{near(1, false, word(query.Any, "walnut"), word(query.Any, "walnut")), nil}, // not beside itself
		{near(3, false, phrase(query.Any, "walnut offer"), word(query.Any, "see")), []mail.MessageID{1}},
		{near(2, true, word(query.Any, "chestnut"), word(query.Any, "please")), nil}, // subject and body
		{word(query.Recipients, "stone"), []mail.MessageID{1, 2}},
		{phrase(query.Recipients, "eva stone"), []mail.MessageID{1}},
		{query.And{Nodes: []query.Node{word(query.Recipients, "eva"), word(query.Recipients, "bob")}}, []mail.MessageID{1}},
		{near(50, false, word(query.Recipients, "eva"), word(query.Recipients, "bob")), nil}, // each kind of recipient by itself
		{query.Regexp{Field: query.Recipients, Pattern: `bob@.*\.org`}, []mail.MessageID{1, 2}},
		{query.Regexp{Field: query.Recipients, Pattern: `bob@.*\.com`}, nil},
		{query.Regexp{Field: query.Filename, Pattern: `waln?u[a-z]`}, []mail.MessageID{2}},
		{query.Dates{From: day(10)}, []mail.MessageID{1, 2}},
		{query.Dates{To: day(10)}, nil},
		{query.Dates{To: day(10), Sent: true}, []mail.MessageID{1, 3}},
		{query.Dates{From: day(10), Sent: true}, nil}, // when it came says nothing of when it was sent
		{query.Size{From: 1000, To: 2000}, []mail.MessageID{1}},
		{query.Size{From: 2000}, []mail.MessageID{2, 3}},
		{key("is", "read", false), []mail.MessageID{1}},
		{key("is", "re", false), nil},
		{key("is", "re*", true), []mail.MessageID{1}},
		{key("is", "r??d", true), []mail.MessageID{1}},
		{key("is", "re*", false), nil},
		{key(engine.KeyCategory, "red tape", false), []mail.MessageID{1}},
		{key("header", "x-mailer=*", true), []mail.MessageID{2}},
		{key("header", "*16", true), []mail.MessageID{2}},
		{key("head", "*", true), nil}, // of another name
		{query.Not{Node: key("is", "*", true)}, []mail.MessageID{2, 3}},
	} {
		r := ask(t, e, engine.Request{Scope: everyone(), Query: c.q, Limit: 10})
		got := ids(r.Hits)
		slices.Sort(got)
		if !slices.Equal(got, c.want) || r.Total != len(c.want) {
			t.Errorf("%v finds %v (total %d), want %v", c.q, got, r.Total, c.want)
		}
	}
}

// testChanged: a message that was changed is found by what it is now.
func testChanged(t *testing.T, open Open) {
	d := engine.Document{
		ID: 1, Mailbox: 1, Folder: 1, Body: "walnut", Date: day(1), Sent: day(0), Size: 10, Keys: []engine.Key{{Name: "is", Value: "read"}},
		Attachments: []engine.Attachment{{Name: "a.txt", Text: "chestnut"}},
	}
	e := start(t, open, d)
	before := []query.Node{
		query.Key{Name: "is", Values: []string{"read"}},
		query.Size{To: 11},
		query.Dates{To: day(1), Sent: true},
		query.Word{Field: query.Body, Text: "walnut"},
		query.Word{Field: query.Attachment, Text: "chestnut"},
	}
	d.Keys, d.Size, d.Sent = []engine.Key{{Name: "is", Value: "unread"}}, 20, time.Time{}
	d.Body, d.Attachments = "chestnut", []engine.Attachment{{Name: "a.txt", Text: "walnut"}}
	after := []query.Node{
		query.Key{Name: "is", Values: []string{"unread"}},
		query.Size{From: 11},
		query.Not{Node: query.Dates{To: day(100), Sent: true}},
		query.Word{Field: query.Body, Text: "chestnut"},
		query.Word{Field: query.Attachment, Text: "walnut"},
	}
	for _, now := range []bool{false, true} {
		if now {
			apply(t, e, engine.Batch{Put: []engine.Document{d}, Upto: 2})
		}
		for i := range before {
			for j, n := range []query.Node{before[i], after[i]} {
				if r := ask(t, e, engine.Request{Scope: everyone(), Query: n}); (r.Total == 1) != (now == (j == 1)) {
					t.Errorf("changed %t: %v finds %d", now, n, r.Total)
				}
			}
		}
	}
}
