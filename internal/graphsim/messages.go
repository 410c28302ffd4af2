package graphsim

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (c *call) getMessage(v view) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkMessageSelect(sel); err != nil {
		return answer{}, err
	}
	if _, err := v.open(); err != nil {
		return answer{}, err
	}
	b, err := c.writeMessage(&v, sel, parseExpand(c.query.Get("$expand")), false)
	if err != nil {
		return answer{}, asAPI(err)
	}
	a := jsonAnswer(c.withContext(b, "users('"+v.box.id+"')/messages/$entity"))
	a.set("Preference-Applied", c.prefer.applied(false))
	return a, nil
}

// asAPI gives an error as it is answered: what is none of Graph's own is data
// that cannot be read.
func asAPI(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	return errCorrupt()
}

func errCorrupt() *apiError {
	return fail(http.StatusInternalServerError, "ErrorCorruptData", "Data is corrupt., Invalid global object ID.")
}

// listMessages answers .../messages of a folder, or of the mailbox when f is
// nil: newest first.
func (c *call) listMessages(m *Mailbox, f *Folder) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkMessageSelect(sel); err != nil {
		return answer{}, err
	}
	top, err := number(c.query, "$top", pageSize(c.prefer), 1000)
	if err != nil {
		return answer{}, err
	}
	skip, err := number(c.query, "$skip", 0, 1<<30)
	if err != nil {
		return answer{}, err
	}
	order, err := parseOrder(c.query.Get("$orderby"))
	if err != nil {
		return answer{}, err
	}
	match, err := c.messageFilter(order)
	if err != nil {
		return answer{}, err
	}
	page, more, total := m.listPage(f, match, order, skip, top)
	exp := parseExpand(c.query.Get("$expand"))
	items := make([][]byte, 0, len(page))
	for i := range page {
		if b, werr := c.writeMessage(&page[i], sel, exp, false); werr == nil {
			items = append(items, b)
		}
	}
	link := ""
	if more {
		q := cloneQuery(c.query)
		q.Set("$skip", strconv.Itoa(skip+top))
		link = "https://" + c.host + "/v1.0/" + c.escaped + "?" + q.Encode()
	}
	b := c.collection("users('"+m.id+"')/messages", "@odata.nextLink", link, f.withNull(items))
	if c.query.Get("$count") == "true" {
		b = append([]byte(`{"@odata.count":`+strconv.Itoa(total)+","), b[1:]...)
	}
	a := jsonAnswer(b)
	a.set("Preference-Applied", c.prefer.applied(false))
	return a, nil
}

// ordering is a parsed $orderby of a plain listing.
type ordering struct {
	property  string // in lower case; "" when none was asked for, which is the newest first
	ascending bool
}

func parseOrder(s string) (ordering, *apiError) {
	words := strings.Fields(strings.ToLower(s))
	if len(words) == 0 {
		return ordering{}, nil
	}
	o := ordering{property: words[0], ascending: len(words) == 1 || words[1] == "asc"}
	known := slices.Contains([]string{"receiveddatetime", "createddatetime", "lastmodifieddatetime"}, o.property)
	if !known || len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
		return ordering{}, fail(http.StatusBadRequest, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
	}
	return o, nil
}

// apply brings items that are ordered newest first into this order.
func (o ordering) apply(all []*item) []*item {
	if o.property == "lastmodifieddatetime" {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b *item) int { return b.modified.Compare(a.modified) })
	}
	if o.ascending {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	return all
}

// listPage cuts a page out of the ordered messages.
func (m *Mailbox) listPage(f *Folder, match func(*item) (bool, error), order ordering, skip, top int) (page []view, more bool, total int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []*item
	if f != nil {
		all = f.newestFirst()
	} else {
		all = m.sorted.newestFirst(m.revision, func() []*item {
			var live []*item
			for _, it := range m.items {
				if it.folder != nil && !it.folder.beside {
					live = append(live, it)
				}
			}
			return live
		})
	}
	all = order.apply(all)
	if match == nil {
		end := min(skip+top, len(all))
		for _, it := range all[min(skip, len(all)):end] {
			page = append(page, it.view())
		}
		return page, end < len(all), len(all)
	}
	for _, it := range all {
		if ok, err := match(it); err != nil || !ok {
			continue
		}
		if total >= skip && len(page) < top {
			page = append(page, it.view())
		}
		total++
	}
	return page, total > skip+top, total
}

// messageFilter reads $filter of a plain listing: bounds of receivedDateTime,
// internetMessageId and isRead, joined by and. What is ordered has to name the
// property of the order first.
func (c *call) messageFilter(order ordering) (func(*item) (bool, error), *apiError) {
	filter := c.query.Get("$filter")
	if filter == "" {
		return nil, nil
	}
	var tests []func(*item) (bool, error)
	for term := range strings.SplitSeq(filter, " and ") {
		test := messageTerm(strings.Fields(term))
		if test == nil {
			return nil, fail(http.StatusBadRequest, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
		}
		tests = append(tests, test)
	}
	if order.property != "" && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(filter)), order.property+" ") {
		return nil, fail(http.StatusBadRequest, "InefficientFilter", "The restriction or sort order is too complex for this operation.")
	}
	return func(it *item) (bool, error) {
		for _, test := range tests {
			if ok, err := test(it); err != nil || !ok {
				return false, err
			}
		}
		return true, nil
	}, nil
}

func messageTerm(words []string) func(*item) (bool, error) {
	if len(words) != 3 {
		return nil
	}
	value := unquote(words[2])
	switch strings.ToLower(words[0]) + " " + words[1] {
	case "isread eq":
		return func(it *item) (bool, error) { return strconv.FormatBool(it.read) == value, nil }
	case "internetmessageid eq":
		return func(it *item) (bool, error) {
			msg, err := it.load()
			return err == nil && msg.InternetMessageID == value, err
		}
	}
	if !strings.EqualFold(words[0], "receivedDateTime") {
		return nil
	}
	bound, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return nil
	}
	holds, ok := map[string]func(int) bool{
		"ge": func(n int) bool { return n >= 0 }, "gt": func(n int) bool { return n > 0 },
		"le": func(n int) bool { return n <= 0 }, "lt": func(n int) bool { return n < 0 },
		"eq": func(n int) bool { return n == 0 },
	}[words[1]]
	if !ok {
		return nil
	}
	return func(it *item) (bool, error) { return holds(it.received.Compare(bound)), nil }
}
