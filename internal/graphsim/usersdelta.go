package graphsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// usersPage is the directory's own page size.
const usersPage = 200

// usersDefault are the properties of users that are served without $select and
// that can change.
const usersDefault = " displayname givenname mail preferredlanguage surname userprincipalname "

// usersTokenLife is how long a delta token of the directory lives.
const usersTokenLife = 7 * 24 * time.Hour

// usersDelta answers GET /users/delta.
func (c *call) usersDelta() (answer, *apiError) {
	for _, bad := range []string{"$orderby", "$expand", "$search"} {
		if c.query.Has(bad) {
			return answer{}, fail(http.StatusBadRequest, "Request_UnsupportedQuery", "The query parameter '%s' is not supported for change tracking.", bad)
		}
	}
	k, err := c.resume()
	if err != nil {
		return answer{}, err
	}
	now := c.t.o.Now()
	c.t.mu.RLock()
	defer c.t.mu.RUnlock()
	journal := len(c.t.directory)
	switch {
	case k == nil:
		sel := parseSelect(c.query.Get("$select"))
		if err := checkUserSelect(sel); err != nil {
			return answer{}, err
		}
		ids, err := deltaUsers(c.query.Get("$filter"))
		if err != nil {
			return answer{}, err
		}
		k = &syncToken{Kind: "u", Full: true, Size: len(c.t.boxes), From: journal, To: -1, Select: sel.raw, Users: ids}
		if c.query.Get("$deltatoken") == "latest" {
			k.At = k.Size
		}
	case k.Kind != "u":
		return answer{}, errForeignToken()
	case now.Sub(time.Unix(k.Issued, 0)) > c.t.o.UsersTokenLife:
		e := c.gone("users/delta", "The sync state is expired.")
		e.code = "syncStateNotFound"
		if c.t.o.Quirks.ResyncBadRequest {
			e.status = http.StatusBadRequest
		}
		return answer{}, e
	case !k.Full && k.To < 0:
		k.To = journal
	}
	k.Issued = now.Unix()
	var items [][]byte
	var done bool
	if k.Blank = c.shorten(k, 1) == 0; k.Blank {
		// An empty page, with a link to the next.
	} else if k.Full {
		items, done = c.enumerateUsers(k)
	} else {
		items, done = c.changedUsers(k)
	}
	if done {
		if !k.Full {
			k.From = k.To
		}
		*k = syncToken{Kind: "u", From: k.From, To: -1, Select: k.Select, Users: k.Users, Issued: k.Issued}
	}
	name, link := c.link("users/delta", *k, done)
	return jsonAnswer(c.collection("users", name, link, items)), nil
}

func (c *call) enumerateUsers(k *syncToken) (items [][]byte, done bool) {
	sel := parseSelect(k.Select)
	for ; k.At < k.Size && len(items) < usersPage; k.At++ {
		m := c.t.boxes[k.At]
		if m.presence != present || !k.tracks(m) {
			continue
		}
		o := &object{sel: sel, sparse: !sel.given}
		c.t.writeUser(o, m)
		items = append(items, o.buf)
	}
	return items, k.At >= k.Size
}

// changedUsers reads the directory's journal: a user once for all its changes
// in the round, and only if one of them is of a property that was selected.
func (c *call) changedUsers(k *syncToken) (items [][]byte, done bool) {
	sel := parseSelect(k.Select)
	last := make(map[*Mailbox]int)
	changed := make(map[*Mailbox][]string)
	for i := k.From; i < k.To; i++ {
		e := &c.t.directory[i]
		if e.touches(sel) && k.tracks(e.box) {
			last[e.box] = i
		}
		if e.all {
			changed[e.box] = append(changed[e.box], "*")
		}
		changed[e.box] = append(changed[e.box], e.properties...)
	}
	if k.At < k.From {
		k.At = k.From
	}
	for ; k.At < k.To && len(items) < usersPage; k.At++ {
		m := c.t.directory[k.At].box
		if i, ok := last[m]; !ok || i != k.At {
			continue
		}
		o := &object{sel: sel, sparse: !sel.given}
		if c.prefer.minimal && !slices.Contains(changed[m], "*") {
			o.sel = sel.only(changed[m])
		}
		switch m.presence {
		case present:
			c.t.writeUser(o, m)
		case softDeleted:
			o.buf = append(o.buf, `{"id":"`+m.id+`","@removed":{"reason":"changed"}}`...)
		case purged:
			o.buf = append(o.buf, `{"id":"`+m.id+`","@removed":{"reason":"deleted"}}`...)
		}
		items = append(items, o.buf)
	}
	return items, k.At >= k.To
}

// deltaUsers reads the $filter of a first request: up to fifty users by id.
func deltaUsers(filter string) ([]string, *apiError) {
	var ids []string
	for term := range strings.SplitSeq(filter, " or ") {
		words := strings.Fields(term)
		if len(words) == 0 && filter == "" {
			break
		}
		if len(words) != 3 || words[0] != "id" || words[1] != "eq" || len(ids) == 50 {
			return nil, fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Only a filter of up to 50 ids is supported for change tracking.")
		}
		ids = append(ids, strings.ToLower(unquote(words[2])))
	}
	return ids, nil
}

// tracks tells whether a chain of directory links is about a user.
func (k *syncToken) tracks(m *Mailbox) bool {
	return len(k.Users) == 0 || slices.Contains(k.Users, strings.ToLower(m.id))
}

// touches tells whether an event is of something that a selection names.
func (e *directoryEvent) touches(sel selection) bool {
	if e.all {
		return true
	}
	for _, p := range e.properties {
		if sel.has(p, strings.Contains(usersDefault, " "+p+" ")) {
			return true
		}
	}
	return false
}
