package graphsim_test

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

func TestStatement09_UsersListing(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	for range 23 {
		c.tenant.AddUser(graphsim.User{Aliases: []string{"alias@contoso.example"}})
	}
	var ids []string
	for path := "/users?$top=10&$select=id,proxyAddresses"; path != ""; {
		r := c.want(path)
		if len(r.items()) > 10 {
			t.Fatalf("a page of %d", len(r.items()))
		}
		for _, u := range r.items() {
			ids = append(ids, str(u, "id"))
			if len(u) != 2 || !strings.HasPrefix(u["proxyAddresses"].([]any)[0].(string), "SMTP:") {
				t.Fatalf("with $select: %v", u)
			}
		}
		path = r.next()
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 23 {
		t.Errorf("%d users", len(ids))
	}
	u := c.want("/users?$top=1").items()[0]
	var names []string
	for n := range u {
		names = append(names, n)
	}
	slices.Sort(names)
	want := []string{"businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("default properties %v", names)
	}
	if r := c.get("/users?$top=1000"); r.status != 400 {
		t.Errorf("$top=1000: %d", r.status)
	}
	c.refused(c.get("/users?$select=id,nonsense"), 400, "BadRequest")
	c.refused(c.get("/users/nobody@contoso.example"), 404, "Request_ResourceNotFound")
}

func TestStatement10_AdvancedFilters(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	c.tenant.AddUser(graphsim.User{UserType: "Guest", NoMailbox: "ErrorInvalidUser"})
	c.tenant.AddUser(graphsim.User{})
	plain := c.want("/users?$filter=" + url.QueryEscape("accountEnabled eq true and userType eq 'Member'"))
	if len(plain.items()) != 1 {
		t.Errorf("filtered: %s", plain.raw)
	}
	path := "/users?$filter=" + url.QueryEscape("userType ne 'Guest'")
	c.refused(c.get(path), 400, "Request_UnsupportedQuery")
	c.refused(c.get(path+"&$count=true"), 400, "Request_UnsupportedQuery")
	h := http.Header{"Authorization": {"Bearer " + c.token}, "Consistencylevel": {"eventual"}}
	r := c.do(http.MethodGet, c.server.GraphURL+path+"&$count=true", nil, h)
	if r.status != 200 || len(r.items()) != 1 {
		t.Errorf("advanced: %d %s", r.status, r.raw)
	}
}

func TestStatement11_UsersDelta(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	var boxes []*graphsim.Mailbox
	for range 450 {
		boxes = append(boxes, c.tenant.AddUser(graphsim.User{}))
	}
	items, link := c.round("/users/delta()?$select=id,mail,displayName")
	if len(items) != 450 {
		t.Fatalf("%d users", len(items))
	}
	poll := func() []map[string]any {
		t.Helper()
		var got []map[string]any
		got, link = c.round(link)
		return got
	}
	expect := func(what string, got []map[string]any, ids ...string) {
		t.Helper()
		if !slices.Equal(pluck(got, "id"), ids) {
			t.Errorf("%s: %v", what, got)
		}
	}
	reason := func(m map[string]any) string {
		r, _ := m["@removed"].(map[string]any)
		return str(r, "reason")
	}
	expect("no change", poll())
	boxes[7].Update(func(u *graphsim.User) { u.DisplayName = "Renamed" })
	if got := poll(); len(got) != 1 || str(got[0], "displayName") != "Renamed" {
		t.Errorf("rename: %v", got)
	}
	boxes[7].Update(func(u *graphsim.User) { u.Disabled = true })
	expect("change of an unselected property", poll())
	boxes[7].Remove()
	if got := poll(); len(got) != 1 || reason(got[0]) != "changed" {
		t.Errorf("soft delete: %v", got)
	}
	boxes[7].Restore()
	if got := poll(); len(got) != 1 || removed(got[0]) || str(got[0], "displayName") != "Renamed" {
		t.Errorf("restore: %v", got)
	}
	boxes[7].Remove()
	boxes[7].Purge()
	if got := poll(); len(got) != 1 || reason(got[0]) != "deleted" {
		t.Errorf("purge: %v", got)
	}
	added := c.tenant.AddUser(graphsim.User{})
	expect("new user", poll(), added.ID())
	latest, link2 := c.round("/users/delta?$deltatoken=latest")
	expect("latest", latest)
	boxes[3].Update(func(u *graphsim.User) { u.DisplayName = "Later" })
	after, _ := c.round(link2)
	expect("after latest", after, boxes[3].ID())
	c.refused(c.get("/users/delta?$skiptoken=mangled"), 400, "BadRequest")
}

func TestStatement12_UsersDeltaTokensExpire(t *testing.T) {
	t.Parallel()
	now := at()
	c := serve(t, graphsim.Options{Now: func() time.Time { return now }})
	_, link := c.round("/users/delta")
	now = now.Add(6 * 24 * time.Hour)
	c.signIn("")
	_, link2 := c.round(link)
	now = now.Add(2 * 24 * time.Hour)
	c.signIn("")
	c.refused(c.get(link), 410, "syncStateNotFound")
	c.round(link2)
	for _, status := range []int{410, 400} {
		short := serve(t, graphsim.Options{
			Now: func() time.Time { return now }, UsersTokenLife: time.Hour,
			Quirks: graphsim.Quirks{ResyncBadRequest: status == 400, ResyncLocation: true},
		})
		_, link := short.round("/users/delta")
		now = now.Add(59 * time.Minute)
		_, link = short.round(link)
		now = now.Add(61 * time.Minute)
		short.signIn("")
		r := short.get(link)
		short.refused(r, status, "syncStateNotFound")
		short.round(r.header.Get("Location"))
	}
}

// Users without a usable mailbox answer with their own codes; disabled and
// shared ones can be read.
func TestStatement13_UsersWithoutMailbox(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	for _, code := range []string{"MailboxNotEnabledForRESTAPI", "ResourceNotFound", "ErrorInvalidUser"} {
		m := c.tenant.AddUser(graphsim.User{NoMailbox: code})
		c.refused(c.get("/users/"+m.ID()+"/mailFolders/inbox?$select=id"), 404, code)
		c.want("/users/" + m.ID())
	}
	for _, u := range []graphsim.User{{Disabled: true}, {Purpose: "shared", Disabled: true}, {Address: "o'neil@contoso.example"}} {
		m := c.tenant.AddUser(u)
		c.want("/users/" + m.ID() + "/mailFolders/inbox?$select=id")
		c.want("/users/" + esc(m.User().Address) + "/mailFolders/inbox")
	}
	gone := c.tenant.AddUser(graphsim.User{})
	gone.Remove()
	c.refused(c.get("/users/"+gone.ID()+"/messages"), 404, "MailboxNotEnabledForRESTAPI")
	gone.Purge()
	c.refused(c.get("/users/"+gone.ID()+"/messages"), 404, "Request_ResourceNotFound")
}

func TestStatement14_MailboxSettings(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	m := c.tenant.AddUser(graphsim.User{Purpose: "hologram", Locale: "de-AT"})
	r := c.want("/users/" + m.ID() + "/mailboxSettings")
	lang, _ := r.body["language"].(map[string]any)
	if str(r.body, "userPurpose") != "hologram" || str(lang, "locale") != "de-AT" || str(r.body, "archiveFolder") != m.Folder("archive").ID() {
		t.Errorf("settings: %s", r.raw)
	}
	if got := str(c.want("/users/"+m.ID()+"/mailboxSettings/userPurpose").body, "value"); got != "hologram" {
		t.Errorf("userPurpose alone: %q", got)
	}
}
