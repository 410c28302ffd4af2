package graphsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The permissions of which any one lets an application read groups and who is
// in them.
func groupRoles() []string {
	return []string{"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"}
}

func groupProperties() []string {
	return []string{
		"id", "deleteddatetime", "classification", "createddatetime", "description", "displayname", "expirationdatetime", "grouptypes",
		"isassignabletorole", "mail", "mailenabled", "mailnickname", "membershiprule", "onpremisessyncenabled",
		"preferredlanguage", "proxyaddresses", "reneweddatetime", "securityenabled", "securityidentifier", "theme", "visibility",
	}
}

// groupRoute answers what is below /groups.
func (c *call) groupRoute(path []string) (answer, *apiError) {
	if !slices.ContainsFunc(groupRoles(), c.has) {
		return answer{}, errDenied(roleUsers)
	}
	if len(path) == 0 {
		return c.listGroups()
	}
	c.t.mu.RLock()
	defer c.t.mu.RUnlock()
	g := c.t.findGroup(path[0])
	if g == nil {
		return answer{}, errNoSuchUser(path[0])
	}
	if len(path) == 1 {
		return c.getGroup(g)
	}
	kind := fixed(path[1])
	if kind != "members" && kind != "transitivemembers" || len(path) > 3 {
		return answer{}, errNoRoute(path[1])
	}
	members := g.holds(kind == "transitivemembers")
	if len(path) < 3 {
		return c.listMembers(members, "directoryObjects", false)
	}
	cast := fixed(path[2])
	if len(c.query) > 0 && !c.advanced() {
		return answer{}, errNotAdvanced()
	}
	if cast != "user" && cast != "group" {
		return answer{}, errNoRoute(path[2])
	}
	members = slices.DeleteFunc(members, func(m Member) bool {
		_, isUser := m.(*Mailbox)
		return isUser != (cast == "user")
	})
	return c.listMembers(members, cast+"s", true)
}

// has tells whether the application was granted a role when it got its token.
func (c *call) has(role string) bool { return slices.Contains(c.claims.Roles, role) }

func checkGroupSelect(sel selection) *apiError {
	if n := sel.unknown(groupProperties()); n != "" {
		return fail(http.StatusBadRequest, "BadRequest",
			"Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.group'.", n)
	}
	return nil
}

func (c *call) getGroup(g *Group) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkGroupSelect(sel); err != nil {
		return answer{}, err
	}
	o := &object{sel: sel}
	g.write(o, "")
	return jsonAnswer(c.withContext(o.buf, "groups/$entity")), nil
}

// write writes a group object.
func (g *Group) write(o *object, odataType string) {
	o.open()
	if odataType != "" {
		o.always("@odata.type", odataType)
	}
	o.always("id", g.id)
	o.null("deletedDateTime")
	o.null("classification")
	o.time("createdDateTime", time.Date(2020, 4, 2, 9, 0, 0, 0, time.UTC))
	o.null("description")
	o.nullable("displayName", g.name)
	o.null("expirationDateTime")
	var types, proxies []string
	if g.address != "" {
		types, proxies = []string{"Unified"}, []string{"SMTP:" + g.address}
	}
	o.strs("groupTypes", types)
	o.null("isAssignableToRole")
	o.nullable("mail", g.address)
	o.bool("mailEnabled", g.address != "")
	nick, _, _ := strings.Cut(g.address, "@")
	o.nullable("mailNickname", nick)
	o.null("membershipRule")
	o.null("onPremisesSyncEnabled")
	o.null("preferredLanguage")
	o.strs("proxyAddresses", proxies)
	o.time("renewedDateTime", time.Date(2020, 4, 2, 9, 0, 0, 0, time.UTC))
	o.bool("securityEnabled", g.address == "")
	o.null("theme")
	o.nullable("visibility", "Private")
	o.close()
}

// groupPage reads $top of a list of groups or members.
func (c *call) groupPage() (start, top int, err *apiError) {
	if top, err = number(c.query, "$top", 100, 1<<30); err != nil {
		return 0, 0, err
	}
	if top > 999 {
		return 0, 0, fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Invalid page size specified: '%d'. Must be between 1 and 999 inclusive.", top)
	}
	if s := c.query.Get("$skiptoken"); s != "" {
		n, perr := strconv.Atoi(strings.TrimPrefix(s, pageToken))
		if perr != nil || n < 0 {
			return 0, 0, errPageToken()
		}
		start = n
	}
	return start, top, nil
}

// nextPage writes the link to the page that begins at a place.
func (c *call) nextPage(at int) string {
	q := cloneQuery(c.query)
	q.Set("$skiptoken", pageToken+strconv.Itoa(at))
	return "https://" + c.host + "/v1.0/" + c.escaped + "?" + q.Encode()
}

func (c *call) listGroups() (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkGroupSelect(sel); err != nil {
		return answer{}, err
	}
	start, top, err := c.groupPage()
	if err != nil {
		return answer{}, err
	}
	match, err := groupFilter(c.query.Get("$filter"))
	if err != nil {
		return answer{}, err
	}
	c.t.mu.RLock()
	defer c.t.mu.RUnlock()
	var items [][]byte
	link := ""
	for i := start; i < len(c.t.groups); i++ {
		g := c.t.groups[i]
		if g.removed || !match(g) {
			continue
		}
		if len(items) == top {
			link = c.nextPage(i)
			break
		}
		o := &object{sel: sel}
		g.write(o, "")
		items = append(items, o.buf)
	}
	return jsonAnswer(c.collection("groups", "@odata.nextLink", link, items)), nil
}

// groupFilter reads $filter: one property that equals a string.
func groupFilter(filter string) (func(*Group) bool, *apiError) {
	if strings.TrimSpace(filter) == "" {
		return func(*Group) bool { return true }, nil
	}
	name, want, ok := strings.Cut(strings.TrimSpace(filter), " eq ")
	want = strings.TrimSpace(want)
	value := map[string]func(*Group) string{
		"id": (*Group).ID, "mail": func(g *Group) string { return g.address }, "displayname": func(g *Group) string { return g.name },
	}[strings.ToLower(strings.TrimSpace(name))]
	if !ok || value == nil || len(want) < 2 || want[0] != '\'' || want[len(want)-1] != '\'' {
		return nil, fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for resource 'Group'.")
	}
	want = unquote(want)
	return func(g *Group) bool { return want != "" && strings.EqualFold(value(g), want) }, nil
}

// unquote reads a string literal of a filter.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	return s
}

// listMembers answers members and transitiveMembers. An application that may
// not read users learns their ids and no more.
func (c *call) listMembers(members []Member, what string, cast bool) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	start, top, err := c.groupPage()
	if err != nil {
		return answer{}, err
	}
	end := min(start+top, len(members))
	var items [][]byte
	for _, m := range members[min(start, len(members)):end] {
		o := &object{sel: sel}
		switch m := m.(type) {
		case *Mailbox:
			if !c.has(roleUsers) && !c.has("Directory.Read.All") {
				o.sel = parseSelect("id")
			}
			c.t.writeUser(o, m)
			if !cast {
				o.buf = append([]byte(`{"@odata.type":"#microsoft.graph.user",`), o.buf[1:]...)
			}
		case *Group:
			odataType := "#microsoft.graph.group"
			if cast {
				odataType = ""
			}
			m.write(o, odataType)
		}
		items = append(items, o.buf)
	}
	link := ""
	if end < len(members) {
		link = c.nextPage(end)
	}
	b := c.collection(what, "@odata.nextLink", link, items)
	if c.query.Get("$count") == "true" && start == 0 {
		b = append([]byte(`{"@odata.count":`+strconv.Itoa(len(members))+","), b[1:]...)
	}
	return jsonAnswer(b), nil
}
