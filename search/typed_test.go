package search_test

import (
	"testing"
	"time"

	"mailquarry/search"
	"mailquarry/search/engine"
)

// TestTypedOrder: sort: in a query orders what it finds, and says more than the order that
// is set beside it.
func TestTypedOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	w.store(letter{box: eva, folder: "Inbox", key: "big", subject: "granite", from: "Mia <mia@x.example>", text: "It is of granite, and long. Yes, it is very long, longer than all of the others together.", date: "2024-02-01"})
	w.store(letter{box: eva, folder: "Inbox", key: "old", subject: "granite granite", from: "Zoe <zoe@x.example>", text: "Granite", date: "2023-02-01"})
	w.store(letter{box: eva, folder: "Inbox", key: "new", subject: "Stone", from: "Ann <ann@x.example>", text: "Some granite it is, they say", date: "2025-02-01"})
	w.index()
	for text, want := range map[string]string{
		"granite":                "old big new",
		"granite sort:relevance": "old big new",
		"granite sort:newest":    "new big old",
		"granite sort:oldest":    "old big new",
		"sort:size granite":      "big new old",
		"granite sort:sender":    "new big old",
		"sort:oldest":            "old big new",
	} {
		for _, set := range []engine.Sort{"", engine.Newest, engine.Oldest} {
			if text == "granite" && set != "" {
				continue
			}
			res := w.find(search.Request{Text: text, Sort: set})
			if got := keysOf(res); got != want || len(res.Warnings) > 0 {
				t.Errorf("%s with %q set stands as %q, want %q; warnings %v", text, set, got, want, res.Warnings)
			}
		}
	}
	res := w.find(search.Request{Text: "granite sort:newest", Limit: 1})
	next := w.find(search.Request{Text: "granite sort:newest", Limit: 1, Cursor: res.Next})
	if keysOf(res) != "new" || keysOf(next) != "big" || res.Sort != engine.Newest {
		t.Errorf("the first page has %q, the second %q, by %s", keysOf(res), keysOf(next), res.Sort)
	}
}

// TestWeeksAndMonths: this, last and next week, month, quarter and year are those of the
// calendar, from Monday and from the first, in the zone of who asks.
func TestWeeksAndMonths(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // it is Sunday, 2025-06-15
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, at := range map[string]string{
		"a": "2024-12-31T23:30:00Z", "b": "2025-01-01T00:00:00Z", "c": "2025-03-31T23:59:59Z", "d": "2025-04-30T23:00:00Z", "e": "2025-05-31T23:59:59Z",
		"f": "2025-06-01T23:59:59Z", "g": "2025-06-02T00:00:00Z", "h": "2025-06-08T23:59:59Z", "i": "2025-06-09T00:00:00Z", "j": "2025-06-15T11:00:00Z",
		"k": "2025-06-15T23:59:59Z", "l": "2025-06-16T00:00:00Z",
	} {
		w.graphMail(letter{box: eva, folder: "Inbox", key: key, subject: key, text: "x"}, map[string]any{"receivedDateTime": at})
	}
	w.index()
	berlin, err := time.LoadLocation("Europe/Berlin")
	check(t, err)
	for _, c := range []struct {
		text string
		zone *time.Location
		want string
	}{
		{`date:"this week"`, nil, "i j k"},
		{`date:"last week"`, nil, "g h"},
		{"date:last week", nil, "g h"},
		{`received:"past week"`, nil, "g h"},
		{`date:"next week"`, nil, "l"},
		{`before:"last week"`, nil, "a b c d e f"},
		{`after:"last week"`, nil, "g h i j k l"},
		{`date:"this month"`, nil, "f g h i j k l"},
		{`date:"last month"`, nil, "e"},
		{`date:"last quarter"`, nil, "b c"},
		{`date:"last year"`, nil, "a"},
		{"date:last sunday", nil, "h"},
		{`date:"last week"`, berlin, "f g"}, // it is Monday there when f comes
		{`date:"last month"`, berlin, "d"},
		{`date:"last year"`, berlin, ""},
	} {
		res := w.find(search.Request{Text: c.text, Sort: engine.Oldest, Location: c.zone})
		if got := keysOf(res); got != c.want || len(res.Warnings) > 0 {
			t.Errorf("%s in %v, understood as %s, found %q, want %q; warnings %v", c.text, c.zone, res.Parsed, got, c.want, res.Warnings)
		}
	}
}
