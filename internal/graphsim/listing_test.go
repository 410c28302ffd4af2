package graphsim_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"mailquarry/internal/graphsim"
)

// Plain lists of messages page by $skip, in the order and with the properties
// asked for; what the store cannot do fast is refused.
func TestPlainListing(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	ids := fill(inbox, 25)
	m.Folder("archive").Add(graphsim.Message{Subject: "elsewhere"})
	base := "/users/" + m.ID() + "/mailFolders/inbox/messages"
	if n := len(c.want(base).items()); n != 10 {
		t.Errorf("the default page holds %d", n)
	}
	newest := slices.Clone(ids)
	slices.Reverse(newest)
	orders := map[string][]string{
		"":                          newest,
		"receivedDateTime desc":     newest,
		"receivedDateTime asc":      ids,
		"receivedDateTime":          ids,
		"createdDateTime DESC":      newest,
		"lastModifiedDateTime desc": newest,
	}
	for order, want := range orders {
		q := "?$top=7&$select=subject"
		if order != "" {
			q += "&$orderby=" + url.QueryEscape(order)
		}
		got := c.listOf(base+q, immutable)
		if !slices.Equal(pluck(got, "id"), want) {
			t.Errorf("%q: wrong order", order)
		}
		if str(got[0], "subject") == "" || got[0]["receivedDateTime"] != nil || got[0]["@odata.type"] != nil {
			t.Errorf("%q: item %v", order, got[0])
		}
	}
	m.Edit(ids[3], func(msg *graphsim.Message) { msg.Received = at().AddDate(-1, 0, 0) })
	if got := c.listOf(base+"?$orderby="+url.QueryEscape("receivedDateTime asc")+"&$top=1000", immutable); str(got[0], "id") != ids[3] {
		t.Error("the order does not follow an edit")
	}
	if got := pluck(c.want(base+"?$skip=20&$top=50", immutable).items(), "id"); len(got) != 5 {
		t.Errorf("$skip=20 leaves %d", len(got))
	}
	if r := c.want(base + "?$top=1&$count=true"); r.body["@odata.count"] != 25.0 || len(r.items()) != 1 {
		t.Errorf("count: %s", r.raw)
	}
	if got := c.listAll("/users/" + m.ID() + "/messages?$top=1000&$select=id"); len(got) != 26 {
		t.Errorf("the whole mailbox lists %d", len(got))
	}
	if got := c.want("/users/" + m.ID() + "/mailFolders/inbox?$select=id,totalItemCount").body; got["totalItemCount"] != 25.0 || got["displayName"] != nil {
		t.Errorf("folder: %v", got)
	}
}

func TestPlainListingFilters(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	ids := fill(m.Folder("inbox"), 10)
	m.SetRead(ids[0], true)
	base := "/users/" + m.ID() + "/messages?$top=50"
	filtered := func(filter, order string) string {
		q := base + "&$filter=" + url.QueryEscape(filter)
		if order != "" {
			q += "&$orderby=" + url.QueryEscape(order)
		}
		return q
	}
	fifth := at().Add(5 * 3600e9).Format("2006-01-02T15:04:05Z")
	for filter, want := range map[string]int{
		"isRead eq true":                                        1,
		"receivedDateTime ge " + fifth:                          5,
		"receivedDateTime lt " + fifth:                          5,
		"receivedDateTime gt " + fifth + " and isRead eq false": 4,
		"internetMessageId eq '<none>'":                         0,
	} {
		if got := c.listAll(filtered(filter, "")); len(got) != want {
			t.Errorf("%s: %d, want %d", filter, len(got), want)
		}
	}
	c.want(filtered("receivedDateTime ge "+fifth+" and isRead eq false", "receivedDateTime desc"))
	r := c.get(filtered("isRead eq false", "receivedDateTime desc"))
	c.refused(r, 400, "InefficientFilter")
	if !strings.Contains(r.message(), "too complex") {
		t.Errorf("message %q", r.message())
	}
	c.refused(c.get(filtered("subject eq 'x'", "")), 400, "ErrorInvalidUrlQueryFilter")
	c.refused(c.get(base+"&$orderby=sender"), 400, "ErrorInvalidUrlQueryFilter")
	c.refused(c.get(base+"&$select=nonsense"), 400, "RequestBroker--ParseUri")
	c.refused(c.get("/users/"+m.ID()+"/messages?$top=0"), 400, "BadRequest")
}

// The behaviours that nobody has confirmed can be had either way.
func TestUncertainBehaviours(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{false, true} {
		c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{
			FolderNotFound: on, CountHiddenChildren: on, NoHiddenInDelta: on, MoveKillsTokens: on,
		}})
		base := "/users/" + m.ID() + "/mailFolders"
		code := map[bool]string{false: "ErrorItemNotFound", true: "ErrorFolderNotFound"}[on]
		c.refused(c.get(base+"/clutter"), 404, code)
		parent := m.AddFolder(nil, "Parent")
		hidden := m.AddFolder(parent, "Hidden")
		hidden.SetHidden(true)
		if got := c.want(base + "/" + esc(parent.ID())).body["childFolderCount"]; got != map[bool]float64{false: 0, true: 1}[on] {
			t.Errorf("%v: childFolderCount %v", on, got)
		}
		items, tree := c.round(base + "/delta")
		hidden.Rename("Still hidden")
		later, _ := c.round(tree)
		if slices.Contains(pluck(items, "id"), hidden.ID()) == on || (len(later) == 0) != on {
			t.Errorf("%v: hidden folders in delta", on)
		}
		_, link := c.round(deltaPath(m, parent))
		parent.MoveTo(m.Folder("deleteditems"))
		if on {
			c.refused(c.get(link), 410, "SyncStateNotFound")
		} else {
			c.round(link)
		}
	}
}

// A list of changes of the directory can be kept to some users, and to what
// changed.
func TestUsersDeltaOptions(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{Quirks: graphsim.Quirks{EmptyPages: true}})
	var boxes []*graphsim.Mailbox
	for range 5 {
		boxes = append(boxes, c.tenant.AddUser(graphsim.User{}))
	}
	path := "/users/delta?$select=displayName,mail,accountEnabled"
	two, some := c.round(path + "&$filter=" + url.QueryEscape("id eq '"+boxes[1].ID()+"' or id eq '"+boxes[3].ID()+"'"))
	if got := pluck(two, "id"); !slices.Equal(got, []string{boxes[1].ID(), boxes[3].ID()}) {
		t.Errorf("filtered: %v", got)
	}
	c.refused(c.get(path+"&$filter="+url.QueryEscape("mail eq 'x'")), 400, "Request_UnsupportedQuery")
	_, all := c.round(path)
	boxes[0].Update(func(u *graphsim.User) { u.DisplayName = "Zero" })
	boxes[1].Update(func(u *graphsim.User) { u.Disabled = true })
	if got, _ := c.round(some); !slices.Equal(pluck(got, "id"), []string{boxes[1].ID()}) {
		t.Errorf("changes of some: %v", got)
	}
	got, _ := c.round(all, "return=minimal")
	if len(got) != 2 || len(got[0]) != 2 || str(got[0], "displayName") != "Zero" || len(got[1]) != 2 || got[1]["accountEnabled"] != false {
		t.Errorf("minimal: %v", got)
	}
	if whole, _ := c.round(all); len(whole) != 2 || len(whole[0]) != 4 {
		t.Errorf("whole: %v", whole)
	}
	blank := 0
	for i := range 40 {
		fresh := serve(t, graphsim.Options{Seed: int64(i), Quirks: graphsim.Quirks{EmptyPages: true}})
		fresh.tenant.AddUser(graphsim.User{})
		r := fresh.want("/users/delta")
		if len(r.items()) == 0 && r.next() != "" {
			blank++
		}
		if items, _ := fresh.round("/users/delta"); len(items) != 1 {
			t.Errorf("seed %d: %d users", i, len(items))
		}
	}
	if blank == 0 {
		t.Error("no page was empty")
	}
}
