package web

import (
	"slices"
	"time"

	"mailquarry/search"
	"mailquarry/search/engine"
)

// chartView is a histogram over time. It shows at a glance what the lists behind it say
// in numbers.
type chartView struct {
	Width, Height int // of the drawing, in its own units
	BarWidth      int
	Bars          []chartBar
	From, To      string // what stands below its ends
}

// chartBar is a month or year: a link that chooses it.
type chartBar struct {
	X, Y, Height int
	Title        string
	URL          string
	Chosen       bool
}

// The chart's measures: how many bars there are at most, how wide each is with the gap
// behind it, and how high the highest is.
const (
	maxBars   = 120
	barStep   = 10
	barWidth  = 8
	barHeight = 48
)

// chart says what the bars of a histogram stand for.
type chart struct {
	facet         engine.Facet
	layout, label string // of a value, and as people read it
	years, months int    // from one bar to the next
}

// dateChart draws the counts of months or, where these are too many, of years; nil
// where there is nothing to compare.
func dateChart(p searchParams, counts map[engine.Facet][]search.Bucket) *chartView {
	for _, c := range []chart{
		{facet: engine.FacetMonth, layout: "2006-01", label: "January 2006", months: 1},
		{facet: engine.FacetYear, layout: "2006", label: "2006", years: 1},
	} {
		if v := c.draw(p, counts[c.facet]); v != nil {
			return v
		}
	}
	return nil
}

func (c *chart) draw(p searchParams, buckets []search.Bucket) *chartView {
	counts, most := map[time.Time]int{}, 1
	var first, last time.Time
	for _, b := range buckets {
		at, err := time.Parse(c.layout, b.Value)
		if err != nil {
			continue
		}
		counts[at], most = b.Count, max(most, b.Count)
		if len(counts) == 1 || at.Before(first) {
			first = at
		}
		if len(counts) == 1 || at.After(last) {
			last = at
		}
	}
	if len(counts) < 2 {
		return nil
	}
	v := &chartView{Height: barHeight, BarWidth: barWidth, From: first.Format(c.label), To: last.Format(c.label)}
	for at := first; !at.After(last); at = at.AddDate(c.years, c.months, 0) {
		if len(v.Bars) == maxBars {
			return nil
		}
		n := counts[at]
		height := n * barHeight / most
		if n > 0 {
			height = max(height, 2)
		}
		value := at.Format(c.layout)
		v.Bars = append(v.Bars, chartBar{
			X: v.Width, Y: barHeight - height, Height: height, Title: at.Format(c.label) + ": " + plural(n, "result", "results"),
			URL: p.toggle(c.facet, value).url(), Chosen: slices.Contains(p.Chosen[c.facet], value),
		})
		v.Width += barStep
	}
	return v
}
