package graphsim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// selection is a parsed $select. The zero value selects the default set.
type selection struct {
	given bool
	names map[string]bool // lower case
	raw   string
}

func parseSelect(s string) selection {
	if strings.TrimSpace(s) == "" {
		return selection{}
	}
	sel := selection{given: true, names: make(map[string]bool), raw: s}
	for n := range strings.SplitSeq(s, ",") {
		if n = strings.ToLower(strings.TrimSpace(n)); n != "" {
			sel.names[n] = true
		}
	}
	return sel
}

// has tells whether a property is to be served; byDefault tells whether it
// belongs to the default set. The name is in lower case.
func (s selection) has(name string, byDefault bool) bool {
	if !s.given || s.names["*"] {
		return byDefault
	}
	return s.names[name]
}

// only gives what of a selection is among these names, for users.
func (s selection) only(names []string) selection {
	out := selection{given: true, names: make(map[string]bool)}
	for _, n := range names {
		if s.has(n, strings.Contains(usersDefault, " "+n+" ")) {
			out.names[n] = true
		}
	}
	return out
}

// unknown gives a selected name that is not among the known ones.
func (s selection) unknown(known []string) string {
	for n := range s.names {
		base, _, _ := strings.Cut(n, "/")
		if n != "*" && !strings.HasPrefix(base, "microsoft.graph.") && !slices.Contains(known, base) {
			return n
		}
	}
	return ""
}

// expansion is a parsed $expand: of the navigation properties that the
// simulator knows, with the nested $select of attachments.
type expansion struct {
	attachments bool
	nested      selection
	item        bool // microsoft.graph.itemattachment/item
}

func parseExpand(s string) expansion {
	var e expansion
	lower := strings.ToLower(s)
	e.item = strings.Contains(lower, "microsoft.graph.itemattachment/item")
	if !strings.HasPrefix(strings.TrimSpace(lower), "attachments") {
		return e
	}
	e.attachments = true
	if _, after, ok := strings.Cut(s, "$select="); ok {
		end := strings.IndexAny(after, ");")
		if end < 0 {
			end = len(after)
		}
		e.nested = parseSelect(after[:end])
	}
	return e
}

// preferences are what the Prefer header lines ask for, as several lines or
// as one list.
type preferences struct {
	immutable   bool
	text        bool
	minimal     bool
	maxPageSize int
}

func parsePrefer(h http.Header) preferences {
	var p preferences
	for _, line := range h.Values("Prefer") {
		for part := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "idtype":
				p.immutable = strings.EqualFold(value, "ImmutableId")
			case "outlook.body-content-type":
				p.text = strings.EqualFold(value, "text")
			case "odata.maxpagesize":
				p.maxPageSize, _ = strconv.Atoi(value)
			case "return":
				p.minimal = strings.EqualFold(value, "minimal")
			}
		}
	}
	return p
}

// applied lists the preferences that an answer obeyed.
func (p preferences) applied(delta bool) string {
	var a []string
	if delta {
		a = append(a, "odata.track-changes")
	}
	if p.maxPageSize > 0 {
		a = append(a, "odata.maxpagesize="+strconv.Itoa(p.maxPageSize))
	}
	if p.text {
		a = append(a, `outlook.body-content-type="text"`)
	}
	if p.immutable {
		a = append(a, `IdType="ImmutableId"`)
	}
	return strings.Join(a, ", ")
}

// splitPath reads a request path below /v1.0 in all its spellings: percent
// encoding, key syntax (users('x')), function parentheses and the
// microsoft.graph prefix. Fixed segments come out in lower case at even places.
func splitPath(escaped string) ([]string, error) {
	var out []string
	for raw := range strings.SplitSeq(strings.Trim(escaped, "/"), "/") {
		seg, err := url.PathUnescape(raw)
		if err != nil {
			return nil, err
		}
		name, key, isKey := strings.Cut(seg, "('")
		if isKey && strings.HasSuffix(key, "')") {
			out = append(out, name, strings.ReplaceAll(strings.TrimSuffix(key, "')"), "''", "'"))
			continue
		}
		out = append(out, seg)
	}
	return out, nil
}

// fixed gives a path segment's name as the simulator compares it.
func fixed(seg string) string {
	s := strings.ToLower(seg)
	if s != "microsoft.graph." {
		s = strings.TrimPrefix(s, "microsoft.graph.")
	}
	return strings.TrimSuffix(s, "()")
}

// number reads a non-negative query option; missing is the default.
func number(q url.Values, name string, missing, limit int) (int, *apiError) {
	s := q.Get(name)
	if s == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || (name == "$top" && n == 0) {
		return 0, fail(http.StatusBadRequest, "BadRequest", "Invalid value '%s' for %s query option found.", s, name)
	}
	return min(n, limit), nil
}
