package graphsim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"mailquarry/internal/graphsim"
)

// Groups are found by address, hold each member once however it came in, and
// may be read only with a role of their own.
func TestGroups(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	var boxes []*graphsim.Mailbox
	for i := range 25 {
		boxes = append(boxes, c.tenant.AddUser(graphsim.User{Address: fmt.Sprintf("u%02d@x.example", i)}))
	}
	inner := c.tenant.AddGroup("", "Inner", boxes[0], boxes[1])
	outer := c.tenant.AddGroup("o'sales@x.example", "Sales", boxes[1], inner)
	inner.SetMembers(boxes[0], boxes[1], outer) // a ring
	c.refused(c.get("/groups"), 403, "Authorization_RequestDenied")
	c.refused(c.get("/groups/"+outer.ID()+"/members"), 403, "Authorization_RequestDenied")
	c.tenant.SetRoles("GroupMember.Read.All")
	c.refused(c.get("/groups"), 403, "Authorization_RequestDenied") // the old token
	c.signIn("")

	find := func(filter string) []string {
		t.Helper()
		return pluck(c.want("/groups?$select=id&$filter="+url.QueryEscape(filter)).items(), "id")
	}
	for filter, want := range map[string][]string{
		"mail eq 'O''Sales@x.example'":  {outer.ID()},
		"mail eq ''":                    {},
		"displayName eq 'Inner'":        {inner.ID()},
		"id eq '" + inner.ID() + "'":    {inner.ID()},
		"mail eq 'nobody@contoso.test'": {},
	} {
		if got := find(filter); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
	c.refused(c.get("/groups?$filter="+url.QueryEscape("mail startswith 'x'")), 400, "Request_UnsupportedQuery")
	if g := c.want("/groups/" + outer.ID()).body; str(g, "mail") != "o'sales@x.example" || str(g, "displayName") != "Sales" {
		t.Errorf("group: %v", g)
	}
	all := c.want("/groups/" + outer.ID() + "/transitiveMembers").items()
	if len(all) != 3 {
		t.Errorf("transitive members: %v", all)
	}
	for _, m := range all {
		if str(m, "@odata.type") == "#microsoft.graph.user" && m["mail"] != nil {
			t.Errorf("a user's address without User.Read.All: %v", m)
		}
	}
	if got := c.want("/groups/" + outer.ID() + "/members").items(); len(got) != 2 {
		t.Errorf("direct members: %v", got)
	}

	members := make([]graphsim.Member, len(boxes))
	for i, b := range boxes {
		members[i] = b
	}
	outer.SetMembers(members...)
	boxes[7].Remove()
	var got []string
	pages := 0
	path := "/groups/" + outer.ID() + "/transitiveMembers/microsoft.graph.user?$select=id&$top=10"
	c.refused(c.get(path+"&$count=true"), 400, "Request_UnsupportedQuery")
	c.refused(c.get(path), 400, "Request_UnsupportedQuery")
	for path = c.server.GraphURL + path + "&$count=true"; path != ""; pages++ {
		r := c.do(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + c.token}, "Consistencylevel": {"eventual"}})
		if r.status != 200 || pages == 0 && r.body["@odata.count"] != 24.0 {
			t.Fatalf("%s: %d %s", path, r.status, r.raw)
		}
		got = append(got, pluck(r.items(), "id")...)
		path = r.next()
	}
	if len(got) != 24 || pages != 3 || slices.Contains(got, boxes[7].ID()) {
		t.Errorf("%d users on %d pages, want 24 on 3", len(got), pages)
	}
	outer.Remove()
	c.refused(c.get("/groups/"+outer.ID()+"/members"), 404, "Request_ResourceNotFound")
	if got := find("mail eq 'o''sales@x.example'"); len(got) != 0 {
		t.Error("a deleted group is still found")
	}
	c.tenant.SetRoles("Directory.Read.All")
	c.signIn("")
	inner.SetMembers(boxes[0])
	if got := c.want("/groups/" + inner.ID() + "/members/microsoft.graph.user").items(); str(got[0], "mail") != "u00@x.example" {
		t.Errorf("with Directory.Read.All: %v", got)
	}
}
