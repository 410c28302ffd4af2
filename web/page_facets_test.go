package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"mailquarry/search"
	"mailquarry/search/engine"
)

// outline writes folders as an indented list: + before what is chosen, - before what
// is shown unfolded.
func outline(views []bucketView, depth string) string {
	var b strings.Builder
	for _, v := range views {
		sign := map[bool]string{true: "+"}[v.Chosen] + map[bool]string{true: "-"}[v.Open]
		u, _ := url.Parse(v.URL)
		fmt.Fprintf(&b, "%s%s%s %s %v\n%s", depth, sign, v.Label, v.Count, u.Query()["folder"], outline(v.Below, depth+"  "))
	}
	return b.String()
}

// Folders are a tree; one that holds others is chosen with them.
func TestFoldersAreATree(t *testing.T) {
	t.Parallel()
	buckets := []search.Bucket{
		{Value: "1", Label: "Inbox", Count: 2, Within: 9, Mailbox: "Eva"},
		{Value: "4", Label: "Inbox/A/B", Parent: "1", Count: 4, Within: 5, Mailbox: "Eva"},
		{Value: "2", Label: "Sent", Count: 3, Within: 3, Mailbox: "Eva"},
		{Value: "5", Label: "Inbox/A/B/C", Parent: "4", Count: 1, Within: 1, Mailbox: "Eva"},
		{Value: "6", Label: "Far/away", Parent: "77", Count: 1, Within: 1, Mailbox: "Eva"},
	}
	for _, tt := range []struct {
		chosen []string
		want   string
	}{
		{nil, "Inbox 9 [1/**]\n  A/B 5 [4/**]\n    C 1 [5]\nSent 3 [2]\nFar/away 1 [6]\n"},
		{[]string{"2"}, "+Sent 3 []\nInbox 9 [2 1/**]\n  A/B 5 [2 4/**]\n    C 1 [2 5]\nFar/away 1 [2 6]\n"},
		{[]string{"4/**"}, "-Inbox 9 [4/** 1/**]\n  +A/B 5 []\n    C 1 [4/** 5]\nSent 3 [4/** 2]\nFar/away 1 [4/** 6]\n"},
		{[]string{"4"}, "-Inbox 9 [4 1/**]\n  +A/B 4 []\n    C 1 [4 5]\nSent 3 [4 2]\nFar/away 1 [4 6]\n"},
		{[]string{"9/**"}, "+9 0 []\nInbox 9 [9/** 1/**]\n  A/B 5 [9/** 4/**]\n    C 1 [9/** 5]\nSent 3 [9/** 2]\nFar/away 1 [9/** 6]\n"},
	} {
		p := searchParams{Chosen: map[engine.Facet][]string{}}
		if tt.chosen != nil {
			p.Chosen[engine.FacetFolder] = tt.chosen
		}
		if got := outline(folderViews(p, buckets), ""); got != tt.want {
			t.Errorf("chosen %v:\n%swant\n%s", tt.chosen, got, tt.want)
		}
	}
}

// The histogram has a bar for each month, those without mail too, and one for each
// year where there would be too many.
func TestHistogram(t *testing.T) {
	t.Parallel()
	counts := func(months ...string) map[engine.Facet][]search.Bucket {
		all := map[engine.Facet][]search.Bucket{}
		for i, m := range months {
			all[engine.FacetMonth] = append(all[engine.FacetMonth], search.Bucket{Value: m, Count: 1000 * i})
			all[engine.FacetYear] = append(all[engine.FacetYear], search.Bucket{Value: m[:4], Count: 1000 * i})
		}
		return all
	}
	p := searchParams{Chosen: map[engine.Facet][]string{engine.FacetMonth: {"2025-01"}}}
	for name, tt := range map[string]struct {
		counts map[engine.Facet][]search.Bucket
		bars   int
		last   string
	}{
		"months":            {counts("2024-11", "2025-02", "2025-01"), 4, "February 2025: 1,000 results"},
		"too many months":   {counts("1999-01", "2025-02"), 27, "2025: 1,000 results"},
		"one month":         {counts("2025-01"), 0, ""},
		"none":              {nil, 0, ""},
		"dates of nonsense": {counts("0001-01", "9999-12"), 0, ""},
	} {
		v := dateChart(p, tt.counts)
		if tt.bars == 0 {
			if v != nil {
				t.Errorf("%s: a chart of %d bars", name, len(v.Bars))
			}
			continue
		}
		if v == nil || len(v.Bars) != tt.bars || v.Bars[tt.bars-1].Title != tt.last {
			t.Errorf("%s: %+v", name, v)
			continue
		}
		for _, b := range v.Bars {
			if b.Y+b.Height != v.Height || b.Chosen != strings.HasPrefix(b.Title, "January 2025") {
				t.Errorf("%s: bar %+v", name, b)
			}
		}
	}
}
