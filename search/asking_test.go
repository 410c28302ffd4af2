package search_test

import (
	"fmt"
	"slices"
	"testing"

	"mailquarry/search"
	"mailquarry/search/engine"
)

// TestDidYouMeanRare: a word that stands in a few messages, where it was misspelled too, is
// proposed in the spelling of many; what is proposed finds more than was found.
func TestDidYouMeanRare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for i := range 40 {
		l := letter{box: eva, folder: "Inbox", key: fmt.Sprintf("r%d", i), subject: "The receipt", text: "Thank you for the payment."}
		if i%2 == 0 {
			l = letter{box: eva, folder: "Inbox", key: l.key, subject: "An invoice", text: "It is due, the quarterly one."}
		}
		w.store(l)
	}
	w.store(letter{box: eva, folder: "Inbox", key: "spam1", subject: "Your receitp", text: "Click"})
	w.store(letter{box: eva, folder: "Inbox", key: "spam2", subject: "The paymnet", text: "Click"})
	w.store(letter{box: eva, folder: "Inbox", key: "name", subject: "Lunch with Quarterman", text: "At noon, with Pavment"})
	w.index()
	for text, want := range map[string]string{
		"receitp":           "receipt",
		"receitp paymnet":   "receipt payment", // each stands somewhere, and nowhere both
		"receitp click":     "",                // no message has both words
		"recipt invoice":    "",                // nor these
		"recipt payment":    "receipt payment",
		"quarterman lunch":  "",
		"from:eva receitp":  "",
		"payment":           "",
		"quarterly invoise": "quarterly invoice",
	} {
		if res := w.find(search.Request{Text: text}); res.DidYouMean != want {
			t.Errorf("%s: did you mean %q, want %q", text, res.DidYouMean, want)
		}
	}
	year := chosen(engine.FacetYear, "1999")
	if res := w.find(search.Request{Text: "recipt", Filters: year}); res.DidYouMean != "" {
		t.Errorf("within a year that has none: did you mean %q", res.DidYouMean)
	}
}

// TestRelaxWithFilters: choosing values of facets does not change whether all words are
// asked for: it finds what the facet has counted.
func TestRelaxWithFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, l := range map[string]letter{
		"both": {subject: "granite offer", date: "2023-01-01"}, "one": {subject: "granite", date: "2024-01-01"}, "other": {subject: "marble", date: "2025-01-01"},
	} {
		l.box, l.folder, l.key = eva, "Inbox", key
		w.store(l)
	}
	w.index()
	ask := func(text, year string) search.Results {
		r := search.Request{Text: text, Match: search.MatchAuto, Facets: []engine.Facet{engine.FacetYear}}
		if year != "" {
			r.Filters = chosen(engine.FacetYear, year)
		}
		return w.find(r)
	}
	for _, c := range []struct {
		text, year string
		total      int
		match      search.Match
	}{
		{"granite offer", "", 1, search.MatchAll},
		{"granite offer", "2023", 1, search.MatchAll},
		{"granite offer", "2024", 0, search.MatchAll}, // though one word stands there
		{"offer marble", "", 2, search.MatchAny},
		{"offer marble", "2025", 1, search.MatchAny},
		{"offer marble", "2024", 0, search.MatchAny}, // with the years to choose from
		{"basalt gneiss", "2024", 0, search.MatchAll},
	} {
		res := ask(c.text, c.year)
		if res.Total != c.total || res.Match != c.match {
			t.Errorf("%s in %q finds %d by %s, want %d by %s", c.text, c.year, res.Total, res.Match, c.total, c.match)
		}
		if all := ask(c.text, ""); !slices.Equal(res.Facets[engine.FacetYear], all.Facets[engine.FacetYear]) {
			t.Errorf("%s in %q counts %v, and without a choice %v", c.text, c.year, res.Facets, all.Facets)
		}
	}
}
