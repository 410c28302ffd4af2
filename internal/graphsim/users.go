package graphsim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func userProperties() []string {
	return []string{
		"id", "businessphones", "displayname", "givenname", "jobtitle", "mail", "mobilephone", "officelocation",
		"preferredlanguage", "surname", "userprincipalname", "usertype", "accountenabled", "proxyaddresses",
		"othermails", "assignedplans", "assignedlicenses", "createddatetime", "onpremisessyncenabled", "department", "companyname",
	}
}

func checkUserSelect(sel selection) *apiError {
	if n := sel.unknown(userProperties()); n != "" {
		return fail(http.StatusBadRequest, "BadRequest",
			"Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.user'.", n)
	}
	return nil
}

// writeUser writes a user object.
func (t *Tenant) writeUser(o *object, m *Mailbox) {
	u := m.user
	given, family, _ := strings.Cut(u.DisplayName, " ")
	o.open()
	o.always("id", m.id)
	if o.wants("businessPhones") {
		o.raw("businessPhones", []byte("[]"))
	}
	o.nullable("displayName", u.DisplayName)
	o.nullable("givenName", given)
	o.null("jobTitle")
	if u.UserType == "Guest" && u.NoMailbox == "" {
		o.null("mail")
	} else {
		o.nullable("mail", u.Address)
	}
	o.null("mobilePhone")
	o.null("officeLocation")
	o.nullable("preferredLanguage", u.Locale)
	o.nullable("surname", family)
	o.nullable("userPrincipalName", u.Address)
	if o.sel.given {
		t.writeUserDetails(o, u)
	}
	o.close()
}

// writeUserDetails writes what is served only by $select.
func (t *Tenant) writeUserDetails(o *object, u User) {
	o.str("userType", u.UserType)
	o.bool("accountEnabled", !u.Disabled)
	proxies := []string{"SMTP:" + u.Address}
	for _, a := range u.Aliases {
		proxies = append(proxies, "smtp:"+a)
	}
	o.strs("proxyAddresses", proxies)
	o.strs("otherMails", nil)
	if o.wants("assignedPlans") {
		o.raw("assignedPlans", []byte("[]"))
	}
	if o.wants("assignedLicenses") {
		o.raw("assignedLicenses", []byte("[]"))
	}
	o.time("createdDateTime", time.Date(2019, 3, 1, 8, 0, 0, 0, time.UTC))
	o.null("onPremisesSyncEnabled")
	o.null("department")
	o.null("companyName")
}

func (c *call) getUser(name string) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkUserSelect(sel); err != nil {
		return answer{}, err
	}
	m := c.t.find(name)
	if m == nil {
		return answer{}, errNoSuchUser(name)
	}
	c.t.mu.RLock()
	defer c.t.mu.RUnlock()
	if m.presence != present {
		return answer{}, errNoSuchUser(name)
	}
	o := &object{sel: sel}
	c.t.writeUser(o, m)
	return jsonAnswer(c.withContext(o.buf, "users/$entity")), nil
}

// withContext puts @odata.context in front of an object's members.
func (c *call) withContext(obj []byte, what string) []byte {
	b := append([]byte(`{"@odata.context":"https://`), c.host...)
	b = append(b, `/v1.0/$metadata#`+what+`"`...)
	if len(obj) > 2 {
		b = append(b, ',')
	}
	return append(b, obj[1:]...)
}

// collection writes a page of objects with its link, if any.
func (c *call) collection(what, linkName, link string, items [][]byte) []byte {
	size := 300 + len(link)
	for _, it := range items {
		size += len(it) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, `{"@odata.context":"https://`+c.host+`/v1.0/$metadata#`+what+`"`...)
	if link != "" {
		b = append(b, `,"`+linkName+`":`...)
		b = appendJSONString(b, link)
	}
	b = append(b, `,"value":[`...)
	for i, it := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, it...)
	}
	return append(b, "]}"...)
}

// pageToken is how the directory's page tokens begin.
const pageToken = "RFNwdAIAAQAAA-"

func errPageToken() *apiError {
	return fail(http.StatusBadRequest, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
}

// listUsers answers GET /users.
func (c *call) listUsers() (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkUserSelect(sel); err != nil {
		return answer{}, err
	}
	top, err := number(c.query, "$top", 100, 1<<30)
	if err != nil {
		return answer{}, err
	}
	if top > 999 {
		return answer{}, fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Invalid page size specified: '%d'. Must be between 1 and 999 inclusive.", top)
	}
	match, err := c.userFilter()
	if err != nil {
		return answer{}, err
	}
	start := 0
	if s := c.query.Get("$skiptoken"); s != "" {
		n, perr := strconv.Atoi(strings.TrimPrefix(s, pageToken))
		if perr != nil || n < 0 {
			return answer{}, errPageToken()
		}
		start = n
	}
	c.t.mu.RLock()
	defer c.t.mu.RUnlock()
	var items [][]byte
	i, link := start, ""
	for ; i < len(c.t.boxes); i++ {
		m := c.t.boxes[i]
		if m.presence != present || !match(m) {
			continue
		}
		if len(items) == top {
			q := cloneQuery(c.query)
			q.Set("$skiptoken", pageToken+strconv.Itoa(i))
			link = "https://" + c.host + "/v1.0/users?" + q.Encode()
			break
		}
		o := &object{sel: sel}
		c.t.writeUser(o, m)
		items = append(items, o.buf)
	}
	return jsonAnswer(c.collection("users", "@odata.nextLink", link, items)), nil
}

func cloneQuery(q url.Values) url.Values {
	out := make(url.Values, len(q))
	for k, v := range q {
		out[k] = slices.Clone(v)
	}
	return out
}

// advanced tells whether a request asks for the directory's advanced mode.
func (c *call) advanced() bool {
	return strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual") && c.query.Get("$count") == "true"
}

func errNotAdvanced() *apiError {
	return fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Operator or function is not supported without advanced query parameters.")
}

// userFilter reads $filter: terms of eq and startswith joined by and. What
// the directory only does in its advanced mode needs that mode's header and
// $count.
func (c *call) userFilter() (func(*Mailbox) bool, *apiError) {
	filter := c.query.Get("$filter")
	lower := " " + strings.ToLower(filter)
	advanced := c.query.Has("$search") || strings.Contains(lower, " ne ") || strings.Contains(lower, " not") ||
		strings.Contains(lower, "endswith(") || (filter != "" && c.query.Has("$orderby"))
	if advanced && !c.advanced() {
		return nil, errNotAdvanced()
	}
	var tests []func(User) bool
	for term := range strings.SplitSeq(filter, " and ") {
		if term = strings.TrimSpace(term); term == "" {
			continue
		}
		test, err := userTerm(term)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(m *Mailbox) bool {
		return !slices.ContainsFunc(tests, func(f func(User) bool) bool { return !f(m.user) })
	}, nil
}

func userTerm(term string) (func(User) bool, *apiError) {
	unsupported := fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for resource 'User'.")
	words := strings.Fields(term)
	if len(words) < 3 || (words[1] != "eq" && words[1] != "ne") {
		return nil, unsupported
	}
	want := unquote(strings.Join(words[2:], " "))
	var value func(User) string
	switch strings.ToLower(words[0]) {
	case "accountenabled":
		value = func(u User) string { return strconv.FormatBool(!u.Disabled) }
	case "usertype":
		value = func(u User) string { return u.UserType }
	case "mail", "userprincipalname":
		value = func(u User) string { return u.Address }
	case "id":
		value = func(u User) string { return u.ID }
	default:
		return nil, unsupported
	}
	return func(u User) bool { return strings.EqualFold(value(u), want) == (words[1] == "eq") }, nil
}

// settings answers GET /users/{u}/mailboxSettings and its properties.
func (c *call) settings(m *Mailbox, path []string) (answer, *apiError) {
	u := m.User()
	sel := parseSelect(c.query.Get("$select"))
	if len(path) == 1 {
		sel = selection{given: true, names: map[string]bool{strings.ToLower(path[0]): true}}
	}
	o := &object{sel: sel}
	o.open()
	archive := ""
	if f := m.Folder("archive"); f != nil {
		archive = f.ID()
	}
	o.nullable("archiveFolder", archive)
	o.str("timeZone", "W. Europe Standard Time")
	o.str("delegateMeetingMessageDeliveryOptions", "sendToDelegateOnly")
	o.str("dateFormat", "dd.MM.yyyy")
	o.str("timeFormat", "HH:mm")
	o.str("userPurpose", u.Purpose)
	if o.wants("language") {
		o.raw("language", append(appendJSONString([]byte(`{"locale":`), u.Locale), `,"displayName":""}`...))
	}
	o.close()
	if len(path) == 0 {
		return jsonAnswer(c.withContext(o.buf, "users('"+m.id+"')/mailboxSettings")), nil
	}
	_, value, ok := strings.Cut(string(o.buf[:len(o.buf)-1]), ":")
	if !ok || len(path) > 1 {
		return answer{}, errNoRoute(path[0])
	}
	if !strings.HasPrefix(value, "{") {
		value = `{"value":` + value + "}"
	}
	return jsonAnswer(c.withContext([]byte(value), "users('"+m.id+"')/mailboxSettings/"+path[0])), nil
}
