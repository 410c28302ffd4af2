package search

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/query"
)

// resolved gives a node as it is resolved for a world of two mailboxes, and the
// warnings.
func resolved(n query.Node, own []mail.MailboxID, saved map[string]string) (string, []query.Warning, error) {
	boxes := []archive.Mailbox{
		{ID: 1, Address: "Eva@contoso.example", Name: "Eva", Aliases: []string{"e.n@contoso.example"}},
		{ID: 2, Address: "tom@contoso.example", Name: "Tom"},
	}
	names := &names{mailboxes: boxes, mailbox: map[mail.MailboxID]*archive.Mailbox{1: &boxes[0], 2: &boxes[1]}}
	x := &expansion{now: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), get: func(name string) (string, bool, error) {
		if name == "broken" {
			return "", false, errors.New("the file cannot be read")
		}
		text, ok := saved[query.FoldKey(name)]
		return text, ok, nil
	}}
	r := &resolver{names: names, own: own, saved: x}
	return r.resolve(n).String(), r.warnings, x.err
}

// TestMe promises that "me" is all addresses of the person who is signed in, each
// as a whole, and nobody where nobody is.
func TestMe(t *testing.T) {
	t.Parallel()
	for field, want := range map[query.Field]string{
		query.From:         "sender:[eva@contoso.example e.n@contoso.example]",
		query.Recipients:   "recipient:[eva@contoso.example e.n@contoso.example]",
		query.Participants: "(sender:[eva@contoso.example e.n@contoso.example] OR recipient:[eva@contoso.example e.n@contoso.example])",
		query.Cc:           `(recipient:[eva@contoso.example e.n@contoso.example] AND (cc:"eva@contoso.example" OR cc:"e.n@contoso.example"))`,
	} {
		got, warnings, err := resolved(query.Me{Field: field}, []mail.MailboxID{1}, nil)
		if got != want || len(warnings) > 0 || err != nil {
			t.Errorf("%s:me is %s, %v, %v", field, got, warnings, err)
		}
	}
	got, warnings, _ := resolved(query.Not{Node: query.Me{Field: query.To, At: query.Span{From: 4, To: 6}}}, nil, nil)
	if got != "-[]" || len(warnings) != 1 || !strings.Contains(warnings[0].Message, "nobody is signed in") || warnings[0].From != len("-to:") {
		t.Errorf("without sign-in: %s, %+v", got, warnings)
	}
}

// TestSavedSearches promises that query:NAME is the search of that name, also
// within another one, and that searches that name each other do no harm.
func TestSavedSearches(t *testing.T) {
	t.Parallel()
	saved := map[string]string{
		"offer": "subject:offer OR subject:quote", "recent offers": `query:"Offer" after:2026`, "self": "a query:self", "a": "query:b", "b": "query:a",
		"odd": `after:soon query:missing "`, "nothing": "after:soon", "wide": strings.Repeat("query:offer ", 60), "dates": "after:today",
	}
	deep := "x"
	for i := range 30 {
		saved[fmt.Sprint("deep", i)] = deep
		deep = fmt.Sprint("query:deep", i)
	}
	for _, c := range []struct{ name, want, warning string }{
		{"OFFER", "(subject:offer OR subject:quote)", ""},
		{"recent offers", "((subject:offer OR subject:quote) AND after:2026-01-01)", ""},
		{"dates", "after:2026-01-02", ""},
		{"missing", "[]", `there is no saved search "missing"`},
		{"self", "(a AND [])", "names itself"},
		{"a", "[]", "names itself"},
		{"nothing", "[]", `in the saved search "nothing"`},
		{"odd", "[]", `in the saved search "odd"`},
		{"deep5", "x", ""},
		{"deep29", "[]", "too many saved searches"},
	} {
		got, warnings, err := resolved(query.Saved{Name: c.name, At: query.Span{From: 7, To: 7 + len(c.name)}}, nil, saved)
		if got != c.want || err != nil || (c.warning == "") != (len(warnings) == 0) {
			t.Errorf("query:%s is %s, %v, %v", c.name, got, warnings, err)
		}
		for _, w := range warnings {
			if text := `query:"` + c.name + `"`; text[w.From:w.To] != c.name || !strings.Contains(fmt.Sprint(warnings), c.warning) {
				t.Errorf("query:%s warns %+v", c.name, w)
			}
		}
	}
	if got, warnings, _ := resolved(query.Saved{Name: "wide"}, nil, saved); strings.Count(got, "offer") > maxSaved || len(warnings) == 0 {
		t.Errorf("a search of many searches: %d of them, %d warnings", strings.Count(got, "offer"), len(warnings))
	}
	if _, _, err := resolved(query.Saved{Name: "broken"}, nil, nil); err == nil {
		t.Error("a store that cannot be read is no error")
	}
	r := &resolver{names: &names{}}
	if got := r.resolve(query.Saved{Name: "offer"}); got.String() != "[]" || len(r.warnings) != 1 {
		t.Errorf("in a hold: %s, %v", got, r.warnings)
	}
}

// TestConversationsByTheIDsPeopleKnow: thread:ID takes what a hit shows.
func TestConversationsByTheIDsPeopleKnow(t *testing.T) {
	t.Parallel()
	got, _, _ := resolved(query.Thread{Node: query.And{Nodes: []query.Node{query.Me{Field: query.From}, query.OneOf{Field: "thread", Values: []string{"<A@x>"}}}}}, []mail.MailboxID{2}, nil)
	for _, want := range []string{"thread:{(sender:[tom@contoso.example] AND thread:[<A@x> c:", " m:"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}
