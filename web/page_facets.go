package web

import (
	"cmp"
	"slices"
	"strings"

	"mailquarry/search"
	"mailquarry/search/engine"
)

// facetView is a group of filters.
type facetView struct {
	Name    engine.Facet
	Title   string
	Open    bool       // at first
	Chart   *chartView // of months
	Buckets []bucketView
	More    []bucketView // shown at request
}

// bucketView is a filter; its link adds or removes it.
type bucketView struct {
	Facet  engine.Facet
	Value  string
	Label  string
	Owner  string // whose folder it is, where that is not plain
	Count  string
	URL    string
	Chosen bool
	Below  []bucketView // folders within
	Open   bool         // those are shown at first
}

// How many values of a facet are shown at once and in all.
const (
	bucketsAtOnce = 6
	bucketsInAll  = 60
	// bucketsAsked is enough for the months of all bars there may be, and their folders'
	// parents.
	bucketsAsked = 250
)

// facetTitle is what people read as a facet's name.
func facetTitle(f engine.Facet) string {
	switch f {
	case engine.FacetMailbox:
		return "Mailbox"
	case engine.FacetFolder:
		return "Folder"
	case engine.FacetSender:
		return "From"
	case engine.FacetYear:
		return "Year"
	case engine.FacetType:
		return "Attachment"
	case engine.FacetLang:
		return "Language"
	case engine.FacetDomain:
		return "From domain"
	case engine.FacetRecipient:
		return "To"
	case engine.FacetMonth:
		return "Month"
	case engine.FacetCategory:
		return "Category"
	case engine.FacetSize:
		return "Size"
	case engine.FacetState:
		return "Attachment's text"
	}
	return string(f)
}

func facetViews(p searchParams, counts map[engine.Facet][]search.Bucket) []facetView {
	var views []facetView
	for _, f := range engine.Facets() {
		var buckets []bucketView
		if f == engine.FacetFolder {
			buckets = folderViews(p, counts[f])
		} else {
			buckets = bucketViews(p, f, counts[f])
		}
		if len(buckets) == 0 {
			continue
		}
		v := facetView{Name: f, Title: facetTitle(f), Buckets: buckets, Open: opened(f) || len(p.Chosen[f]) > 0}
		if f == engine.FacetMonth {
			if v.Chart = dateChart(p, counts); v.Chart != nil {
				n := len(p.Chosen[f]) // which are the first
				v.Buckets, v.More = buckets[:n], buckets[n:]
				views = append(views, v)
				continue
			}
		}
		// A list that would hide one value only is shown as it is.
		if len(buckets) > bucketsAtOnce+1 {
			v.Buckets, v.More = buckets[:bucketsAtOnce], buckets[bucketsAtOnce:]
		}
		views = append(views, v)
	}
	return views
}

// opened tells the facets that are unfolded from the start.
func opened(f engine.Facet) bool {
	switch f {
	case engine.FacetMailbox, engine.FacetFolder, engine.FacetSender, engine.FacetYear, engine.FacetMonth, engine.FacetType:
		return true
	}
	return false
}

// bucketViews lists a facet's values: those chosen first, then the rest, years and
// months from the newest, sizes from the smallest, others from the most frequent.
func bucketViews(p searchParams, f engine.Facet, buckets []search.Bucket) []bucketView {
	chosen := p.Chosen[f]
	buckets = slices.Clone(buckets)
	if f == engine.FacetState { // the types of a state are left to the status page
		buckets = slices.DeleteFunc(buckets, func(b search.Bucket) bool { return strings.Contains(b.Value, "/") })
		for i := range buckets {
			buckets[i].Label = stateLabel(buckets[i].Value)
		}
	}
	for _, value := range chosen {
		if !hasBucket(buckets, value) {
			buckets = append(buckets, search.Bucket{Value: value, Label: valueLabel(f, value)})
		}
	}
	slices.SortStableFunc(buckets, func(a, b search.Bucket) int {
		if x, y := slices.Contains(chosen, a.Value), slices.Contains(chosen, b.Value); x != y {
			if x {
				return -1
			}
			return 1
		}
		switch f {
		case engine.FacetYear, engine.FacetMonth:
			return strings.Compare(b.Value, a.Value)
		case engine.FacetSize:
			return slices.Index(engine.SizeBands(), a.Value) - slices.Index(engine.SizeBands(), b.Value)
		}
		return b.Count - a.Count
	})
	owners := severalOwners(buckets)
	var views []bucketView
	for _, b := range buckets[:min(len(buckets), bucketsInAll)] {
		v := bucketView{
			Facet: f, Value: b.Value, Label: b.Label, Count: number(b.Count),
			URL: p.toggle(f, b.Value).url(), Chosen: slices.Contains(chosen, b.Value),
		}
		if v.Label == "" {
			v.Label = b.Value
		}
		if owners {
			v.Owner = b.Mailbox
		}
		views = append(views, v)
	}
	return views
}

// valueLabel is what people read of a value that no bucket tells of.
func valueLabel(f engine.Facet, value string) string {
	if f == engine.FacetState {
		return stateLabel(value)
	}
	return search.FacetLabel(f, value)
}

// stateLabel is what people read of a state, with the type of attachment that some name.
func stateLabel(value string) string {
	state, kind, typed := strings.Cut(value, "/")
	label := cmp.Or(shortState(state), "All of it is searched")
	if typed && kind != "" {
		label += " (" + kind + ")"
	}
	return label
}

// severalOwners tells whether folders of more than one mailbox are among the
// buckets, so that each has to say whose it is.
func severalOwners(buckets []search.Bucket) bool {
	for _, b := range buckets {
		if b.Mailbox != buckets[0].Mailbox {
			return true
		}
	}
	return false
}

// chips lists the filters in force.
func chips(p searchParams, counts map[engine.Facet][]search.Bucket) []chipView {
	var out []chipView
	for _, f := range engine.Facets() {
		for _, value := range p.Chosen[f] {
			label := valueLabel(f, value)
			bare, within := strings.CutSuffix(value, search.Within)
			for _, b := range counts[f] {
				if b.Value == bare && b.Label != "" && f != engine.FacetState {
					label = b.Label
				}
			}
			if f == engine.FacetFolder && within {
				label += " and below"
			}
			out = append(out, chipView{facetTitle(f), label, p.toggle(f, value).url()})
		}
	}
	if p.After != "" {
		without := p.first()
		without.After = ""
		out = append(out, chipView{"Since", p.After, without.url()})
	}
	if p.Before != "" {
		without := p.first()
		without.Before = ""
		out = append(out, chipView{"Before", p.Before, without.url()})
	}
	return out
}
