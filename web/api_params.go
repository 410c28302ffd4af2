package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// maxValues bounds how often a parameter may be given.
const maxValues = 100

// params are a request's query parameters. The first fault is kept.
type params struct {
	values url.Values
	fault  error
}

// readAPIParams reads the query parameters, of which only these are known;
// those with a + may be given more than once.
func readAPIParams(c echo.Context, known ...string) params {
	values, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return params{fault: badParameter("query string", "it is not well-formed: pairs name=value, joined by &, percent-encoded")}
	}
	for _, name := range sortedKeys(values) {
		all := values[name]
		switch {
		case slices.Contains(known, name+"+"):
			if len(all) > maxValues {
				return params{fault: badParameter(name, "it may be given at most %d times", maxValues)}
			}
		case !slices.Contains(known, name):
			return params{fault: unknownParameter(name, known)}
		case len(all) > 1:
			return params{fault: badParameter(name, "it may be given only once")}
		}
		if slices.ContainsFunc(all, func(s string) bool { return !utf8.ValidString(s) }) {
			return params{fault: badParameter(name, "it has to be UTF-8")}
		}
	}
	return params{values: values}
}

func sortedKeys(v url.Values) []string {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func unknownParameter(name string, known []string) problem {
	if utf8.RuneCountInString(name) > 40 || !utf8.ValidString(name) {
		name = "query string"
	}
	if len(known) == 0 {
		return badParameter(name, "there are no parameters here")
	}
	list := strings.ReplaceAll(strings.Join(known, ", "), "+", "")
	return badParameter(name, "there is no such parameter; there are %s", list)
}

// fail keeps the first fault.
func (p *params) fail(name, format string, args ...any) {
	if p.fault == nil {
		p.fault = badParameter(name, format, args...)
	}
}

// list gives a repeatable parameter without its empty values.
func (p *params) list(name string) []string {
	return slices.DeleteFunc(slices.Clone(p.values[name]), func(s string) bool { return s == "" })
}

// limit reads the number of hits per page.
func (p *params) limit() int {
	s := p.values.Get("limit")
	if s == "" {
		return 20
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > search.MaxLimit {
		p.fail("limit", "it has to be a whole number from 1 to %d", search.MaxLimit)
	}
	return n
}

func (p *params) facetSize() int {
	s := p.values.Get("facet_size")
	if s == "" {
		return search.DefaultFacetSize
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > search.MaxFacetSize {
		p.fail("facet_size", "it has to be a whole number from 1 to %d", search.MaxFacetSize)
	}
	return n
}

// moment reads a date, which stands for its beginning in a zone, or a time.
func (p *params) moment(name string, zone *time.Location) time.Time {
	s := p.values.Get(name)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil && t.Year() >= 1000 {
			return t.UTC()
		}
	}
	p.fail(name, "it has to be a date (2025-01-31) or a time (2025-01-31T09:30:00Z, with + written as %%2B)")
	return time.Time{}
}

func (p *params) sort() engine.Sort {
	return engine.Sort(p.oneOf("sort", sorts()...))
}

// sorts lists the orders, the usual one first.
func sorts() []string {
	return []string{string(engine.Relevance), string(engine.Newest), string(engine.Oldest), string(engine.Largest), string(engine.BySender)}
}

// oneOf reads a parameter that has one of some values, the first of which it has when
// it is absent.
func (p *params) oneOf(name string, values ...string) string {
	s := p.values.Get(name)
	if s == "" {
		return values[0]
	}
	if !slices.Contains(values, s) {
		p.fail(name, "it has to be %s or %s", strings.Join(values[:len(values)-1], ", "), values[len(values)-1])
	}
	return s
}

// filters reads the facets' chosen values.
func (p *params) filters() map[engine.Facet][]string {
	chosen := map[engine.Facet][]string{}
	for _, f := range engine.Facets() {
		if values := p.list(string(f)); len(values) > 0 {
			chosen[f] = values
			bands := engine.SizeBands()
			if f == engine.FacetSize && slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(bands, v) }) {
				p.fail("size", "it has to be one of %s", strings.Join(bands, ", "))
			}
		}
	}
	return chosen
}

func (p *params) facets() []engine.Facet {
	var list []engine.Facet
	names := p.values.Get("facets")
	if names == "" {
		return nil
	}
	for name := range strings.SplitSeq(names, ",") {
		f := engine.Facet(strings.TrimSpace(name))
		if !slices.Contains(engine.Facets(), f) {
			p.fail("facets", "it has to be a list, joined by commas, of %s", facetNames())
			return nil
		}
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

func facetNames() string {
	all := engine.Facets()
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = string(f)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// maxText is how many bytes of a query are taken. Of more than query.MaxLength the rest is
// left out with a warning.
const maxText = 64 << 10

func (p *params) text() string {
	q := p.values.Get("q")
	if len(q) > maxText {
		p.fail("q", "it has %d bytes; at most %d are possible", len(q), maxText)
	}
	return q
}

// messageID reads the id in the path. One that cannot be one is answered as
// one that does not exist.
func messageID(c echo.Context) (mail.MessageID, error) {
	id, err := mail.ParseMessageID(c.Param("id"))
	if err != nil {
		return 0, search.ErrNotFound
	}
	return id, nil
}

// attachmentID reads the message's id and the attachment's number in the path.
func attachmentID(c echo.Context) (mail.MessageID, int, error) {
	id, err := messageID(c)
	if err != nil {
		return 0, 0, err
	}
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 0 || strconv.Itoa(n) != c.Param("n") {
		return 0, 0, search.ErrNotFound
	}
	return id, n, nil
}
