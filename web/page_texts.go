package web

import (
	"cmp"
	"net/url"
	"slices"

	"mailquarry/search"
)

// textsView tells what became of attachments' texts.
type textsView struct {
	Lead   string
	States []textStateView
}

// textStateView is a state with the types of attachments in it.
type textStateView struct {
	Name, Meaning string
	Tone          string // good, warn, bad or ""
	URL           string
	Types         []textTypeView
	rank          int
}

type textTypeView struct{ Name, Count, URL string }

// textMeanings says of each state what it means and how much it matters: the
// states that hide most come first.
var textMeanings = map[string]textStateView{
	"failed":      {Meaning: "could not be read", Tone: "bad", rank: 1},
	"timeout":     {Meaning: "took too long to read", Tone: "bad", rank: 2},
	"too_large":   {Meaning: "larger than the limits; the first part may have been read", Tone: "warn", rank: 3},
	"encrypted":   {Meaning: "needs a password", Tone: "warn", rank: 4},
	"unsupported": {Meaning: "of a kind that is not read", Tone: "warn", rank: 5},
	"partial":     {Meaning: "read in part", Tone: "warn", rank: 6},
	"no_text":     {Meaning: "has no text layer: a picture or a scan, read with OCR only", Tone: "warn", rank: 7},
	"unavailable": {Meaning: "the source would not give it", Tone: "warn", rank: 8},
	"pending":     {Meaning: "not fetched or read yet", rank: 9},
	"reference":   {Meaning: "a link to a file in the cloud", rank: 10},
	"empty":       {Meaning: "has no text in it", rank: 11},
	"ok":          {Meaning: "all of its text can be searched", Tone: "good", rank: 12},
}

func textsOf(counts []search.TextCount) textsView {
	var v textsView
	hidden := 0
	for _, c := range counts {
		i := slices.IndexFunc(v.States, func(s textStateView) bool { return s.Name == c.State })
		if i < 0 {
			s := textMeanings[c.State]
			s.Name, s.URL = c.State, searchFor("state:"+c.State)
			v.States = append(v.States, s)
			i = len(v.States) - 1
		}
		t := textTypeView{Name: c.Type, Count: number(c.Messages), URL: searchFor("state:" + c.State + "/" + c.Type)}
		if c.Type == "" {
			t.Name, t.URL = "of no known type", searchFor("state:"+c.State)
		}
		v.States[i].Types = append(v.States[i].Types, t)
		if tone := v.States[i].Tone; tone == "warn" || tone == "bad" {
			hidden++
		}
	}
	slices.SortStableFunc(v.States, func(a, b textStateView) int { return cmp.Compare(a.rank, b.rank) })
	switch {
	case len(counts) == 0:
		v.Lead = "No attachment has been read yet."
	case hidden == 0:
		v.Lead = "All attachments that have a text can be searched. Counted are the messages that have such an attachment."
	default:
		v.Lead = "What could be read of attachments, and what not. Counted are the messages that have such an attachment."
	}
	return v
}

func searchFor(query string) string { return "/?q=" + url.QueryEscape(query) }
