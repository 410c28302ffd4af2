package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// searchParams is a search as the page's address writes it.
type searchParams struct {
	Text   string
	Chosen map[engine.Facet][]string // values of facets, as their buckets give them
	After  string                    // days, 2006-01-02
	Before string
	Sort   engine.Sort // "" as fits the search
	// Grouped has conversations be one result each, EachCopy every copy of a message.
	Grouped  bool
	EachCopy bool
	Cursor   string
}

// What an address says to have conversations be one result, and each copy one.
const (
	grouped  = "conversation"
	eachCopy = "each"
)

// maxChosen bounds the values of one facet that an address may choose.
const maxChosen = 50

func readParams(v url.Values) searchParams {
	p := searchParams{Chosen: map[engine.Facet][]string{}, Cursor: v.Get("cursor")}
	p.Text = strings.TrimSpace(strings.ToValidUTF8(v.Get("q"), "\uFFFD"))
	if len(p.Text) > query.MaxLength {
		p.Text = strings.ToValidUTF8(p.Text[:query.MaxLength], "")
	}
	for _, f := range engine.Facets() {
		for _, value := range v[string(f)] {
			if value != "" && len(p.Chosen[f]) < maxChosen && !slices.Contains(p.Chosen[f], value) {
				p.Chosen[f] = append(p.Chosen[f], value)
			}
		}
	}
	p.Grouped, p.EachCopy = v.Get("group") == grouped, v.Get("copies") == eachCopy
	p.After, p.Before = dayOrNone(v.Get("after")), dayOrNone(v.Get("before"))
	if s := v.Get("sort"); slices.Contains(sorts(), s) {
		p.Sort = engine.Sort(s)
	}
	return p
}

func dayOrNone(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

// values writes the search as an address does.
func (p searchParams) values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("q", p.Text)
	for f, values := range p.Chosen {
		for _, value := range values {
			v.Add(string(f), value)
		}
	}
	set("after", p.After)
	set("before", p.Before)
	set("sort", string(p.Sort))
	if p.Grouped {
		set("group", grouped)
	}
	if p.EachCopy {
		set("copies", eachCopy)
	}
	set("cursor", p.Cursor)
	return v
}

// url is the address of the search's results.
func (p searchParams) url() string { return at("/", p) }

func at(path string, p searchParams) string {
	if q := p.values().Encode(); q != "" {
		return path + "?" + q
	}
	return path
}

// first is the same search from its first page on.
func (p searchParams) first() searchParams {
	p.Cursor = ""
	return p
}

// with gives the search with the values of one facet replaced.
func (p searchParams) with(f engine.Facet, values []string) searchParams {
	p = p.first()
	chosen := map[engine.Facet][]string{}
	for other, v := range p.Chosen {
		chosen[other] = v
	}
	if len(values) == 0 {
		delete(chosen, f)
	} else {
		chosen[f] = values
	}
	p.Chosen = chosen
	return p
}

// toggle adds a facet's value, or removes it where it is chosen already.
func (p searchParams) toggle(f engine.Facet, value string) searchParams {
	old := p.Chosen[f]
	if slices.Contains(old, value) {
		return p.with(f, slices.DeleteFunc(slices.Clone(old), func(v string) bool { return v == value }))
	}
	return p.with(f, append(slices.Clone(old), value))
}

// filtered tells whether anything but the order narrows the search.
func (p searchParams) filtered() bool {
	return p.Text != "" || p.narrowed()
}

// narrowed tells whether a filter beside the text is set.
func (p searchParams) narrowed() bool {
	return len(p.Chosen) > 0 || p.After != "" || p.Before != ""
}

// order is the order that the search has. Without words there is nothing to
// rank by.
func (p searchParams) order() engine.Sort {
	switch {
	case p.Sort != "":
		return p.Sort
	case p.Text == "":
		return engine.Newest
	}
	return engine.Relevance
}

// dates is the range of dates that the filters leave, by the days of a zone; a
// zero time is no bound.
func (p searchParams) dates(zone *time.Location) (after, before time.Time) {
	// dayOrNone has seen to it that these are days.
	after, _ = time.ParseInLocation(time.DateOnly, p.After, zone)
	before, _ = time.ParseInLocation(time.DateOnly, p.Before, zone)
	return after, before
}

// state lists what a search box keeps while its text changes.
func (p searchParams) state() []field {
	p = p.first()
	p.Text = ""
	v := p.values()
	var fields []field
	for _, name := range slices.Sorted(keys(v)) {
		for _, value := range v[name] {
			fields = append(fields, field{name, value})
		}
	}
	return fields
}

func keys(v url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range v {
			if !yield(k) {
				return
			}
		}
	}
}
