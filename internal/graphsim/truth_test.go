package graphsim_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"mailquarry/internal/graphsim"
)

// Statement 14: the settings need a role of their own, and their properties can
// be asked for one by one.
func TestStatement14_SettingsNeedTheirRole(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Roles: []string{"User.Read.All", "Mail.Read"}})
	for _, path := range []string{"/mailboxSettings", "/mailboxSettings/userPurpose"} {
		c.refused(c.get("/users/"+m.ID()+path), 403, "ErrorAccessDenied")
	}
	c.tenant.SetRoles("MailboxSettings.Read")
	c.signIn("")
	if r := c.want("/users/" + m.ID() + "/mailboxSettings/userPurpose"); str(r.body, "value") != "user" {
		t.Errorf("purpose: %s", r.raw)
	}
	if r := c.want("/users/" + m.ID() + "/mailboxSettings/language"); str(r.body, "locale") != "en-US" || r.body["value"] != nil {
		t.Errorf("language: %s", r.raw)
	}
}

// Statement 17: no answer of v1.0 tells a well-known name, asked for or not.
func TestStatement17_NoWellKnownNames(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	base := "/users/" + m.ID() + "/mailFolders"
	for _, path := range []string{base + "?includeHiddenFolders=true&$top=100", base + "/inbox", base + "/syncissues/childFolders", base + "/delta"} {
		if raw := c.want(path, "odata.maxpagesize=100").raw; bytes.Contains(raw, []byte("wellKnownName")) || !bytes.Contains(raw, []byte("displayName")) {
			t.Errorf("%s: %s", path, raw)
		}
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		c.refused(c.get(path+sep+"$select=id,wellKnownName"), 400, "RequestBroker--ParseUri")
	}
}

// Statement 19.
func TestStatement19_SearchFoldersAndOddNames(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	m := c.tenant.AddUser(graphsim.User{Locale: "de-DE"})
	base := "/users/" + m.ID() + "/mailFolders"
	search := m.AddSearchFolder("Ungelesen")
	m.AddFolder(m.Folder("inbox"), "Same")
	m.AddFolder(m.Folder("archive"), "Same")
	m.AddFolder(nil, "A/B 🚀")
	all := c.listAll(base + "?$top=50")
	for _, f := range append(all, c.listAll(base+"/inbox/childFolders")...) {
		isSearch := str(f, "@odata.type") == "#microsoft.graph.mailSearchFolder"
		if isSearch != (str(f, "id") == search.ID()) || isSearch && (f["isSupported"] != true || f["filterQuery"] == nil || len(f["sourceFolderIds"].([]any)) == 0) {
			t.Errorf("folder %v", f)
		}
	}
	names := pluck(all, "displayName")
	for _, want := range []string{"Posteingang", "A/B 🚀", "Ungelesen"} {
		if !slices.Contains(names, want) {
			t.Errorf("no folder is called %s: %v", want, names)
		}
	}
	for _, parent := range []string{"inbox", "archive"} {
		if got := pluck(c.listAll(base+"/"+parent+"/childFolders"), "displayName"); !slices.Equal(got, []string{"Same"}) {
			t.Errorf("below %s: %v", parent, got)
		}
	}
	if r := c.get(deltaPath(m, search)); r.status != 400 {
		t.Errorf("delta of a search folder: %d", r.status)
	}
}

// Statement 28: with immutable ids a move keeps the id, with default ids it
// gives another; one link serves both.
func TestStatement28_ImmutableIDs(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{Generations: -1}})
	inbox, archive := m.Folder("inbox"), m.Folder("archive")
	ids := fill(inbox, 1)
	_, link := c.round(deltaPath(m, archive))
	old := str(c.want("/users/"+m.ID()+"/messages/"+esc(ids[0])).body, "id")
	m.Move(ids[0], archive)
	kept, _ := c.round(link, immutable)
	changed, _ := c.round(link)
	if len(kept) == 0 || str(kept[0], "id") != ids[0] {
		t.Errorf("immutable: %v", kept)
	}
	if len(changed) == 0 || str(changed[0], "id") == old || str(changed[0], "id") == ids[0] {
		t.Errorf("default: %v", changed)
	}
}

// Statement 31: the order has nothing to do with dates, comes from the seed, and
// is by date where that is asked for.
func TestStatement31_Order(t *testing.T) {
	t.Parallel()
	order := func(seed int64, query string) []string {
		c, m := withBox(t, graphsim.Options{Seed: seed})
		fill(m.Folder("inbox"), 60)
		items, _ := c.round(deltaPath(m, m.Folder("inbox"))+"?$select=receivedDateTime"+query, "odata.maxpagesize=20")
		return pluck(items, "receivedDateTime")
	}
	a := order(1, "")
	if slices.IsSorted(a) || slices.IsSortedFunc(a, descending) || len(a) != 60 {
		t.Error("the order is that of the dates")
	}
	if !slices.Equal(a, order(1, "")) || slices.Equal(a, order(2, "")) {
		t.Error("the order does not come from the seed")
	}
	if b := order(1, "&$orderby=receivedDateTime%20desc"); !slices.IsSortedFunc(b, descending) || len(b) != 60 {
		t.Errorf("ordered: %v", b)
	}
}

func descending(a, b string) int { return strings.Compare(b, a) }

// Statement 34: a reset kills every link of the mailbox, under way or finished,
// and none of another one.
func TestStatement34_ResetMailbox(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	other := c.tenant.AddUser(graphsim.User{})
	fill(m.Folder("inbox"), 30)
	fill(other.Folder("inbox"), 3)
	underWay := c.want(deltaPath(m, m.Folder("inbox"))).next()
	_, finished := c.round(deltaPath(m, m.Folder("sentitems")))
	_, tree := c.round("/users/" + m.ID() + "/mailFolders/delta")
	_, foreign := c.round(deltaPath(other, other.Folder("inbox")))
	_, users := c.round("/users/delta")
	m.ResetTokens()
	for _, link := range []string{underWay, finished, tree} {
		c.refused(c.get(link), 410, "SyncStateNotFound")
	}
	c.round(foreign)
	c.round(users)
	if items, _ := c.round(deltaPath(m, m.Folder("inbox"))); len(items) != 30 {
		t.Errorf("after the reset: %d items", len(items))
	}
}

// Statement 42: an item attachment expands with all that is in it, level by
// level, by itself or with its message; nested ids are empty.
func TestStatement42_FiveLevels(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	id := m.Folder("inbox").Add(graphsim.Odd(graphsim.Deep))
	path := "/users/" + m.ID() + "/messages/" + esc(id)
	list := c.want(path + "/attachments").items()
	if len(list) != 1 || list[0]["item"] != nil {
		t.Fatalf("listed: %v", list)
	}
	const expand = "$expand=microsoft.graph.itemattachment/item"
	one := c.want(path + "/attachments/" + esc(str(list[0], "id")) + "?" + expand).body
	whole, _ := c.want(path + "?$expand=attachments(" + expand + ")").body["attachments"].([]any)
	if len(whole) != 1 {
		t.Fatalf("with the message: %v", whole)
	}
	for how, a := range map[string]map[string]any{"alone": one, "with its message": whole[0].(map[string]any)} {
		levels := 0
		for a != nil {
			item, ok := a["item"].(map[string]any)
			if !ok || item["id"] != "" || str(item, "subject") == "" {
				t.Errorf("%s: item %v", how, a)
				break
			}
			levels++
			a = nil
			nested, _ := item["attachments"].([]any)
			for _, v := range nested {
				n, _ := v.(map[string]any)
				switch str(n, "@odata.type") {
				case "#microsoft.graph.itemAttachment":
					a = n
				case "#microsoft.graph.fileAttachment":
					if str(n, "contentBytes") == "" {
						t.Errorf("%s: a nested file without its bytes: %v", how, n)
					}
				}
				if n["id"] != "" {
					t.Errorf("%s: a nested attachment with an id: %v", how, n)
				}
			}
		}
		if levels != 5 {
			t.Errorf("%s: %d levels, want 5", how, levels)
		}
	}
}

// Statement 43: what has moved under a default id or is deleted is not found,
// what is corrupt is so however often it is asked for, though it is listed.
func TestStatement43_MovedDeletedCorrupt(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	ids := fill(inbox, 3)
	base := "/users/" + m.ID() + "/messages/"
	old := str(c.want(base+esc(ids[0])).body, "id")
	m.Move(ids[0], m.Folder("archive"))
	for _, tail := range []string{"", "/$value", "/attachments"} {
		c.refused(c.get(base+esc(old)+tail), 404, "ErrorItemNotFound")
	}
	c.want(base+esc(ids[0]), immutable)
	m.Delete(ids[1])
	c.refused(c.get(base+esc(ids[1]), immutable), 404, "ErrorItemNotFound")
	m.Corrupt(ids[2], true)
	for range 3 {
		for _, tail := range []string{"", "?$select=subject", "/$value", "/attachments"} {
			c.refused(c.get(base+esc(ids[2])+tail, immutable), 500, "ErrorCorruptData")
		}
	}
	if items, _ := c.round(deltaPath(m, inbox)+"?$select=id,changeKey", immutable); !slices.Contains(pluck(items, "id"), ids[2]) {
		t.Error("delta does not name the corrupt message")
	}
	m.Corrupt(ids[2], false)
	c.want(base + esc(ids[2]))
}

// An attachment that cannot be opened is listed, and refused for good.
func TestBrokenAttachment(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	path := "/users/" + m.ID() + "/messages/" + esc(m.Folder("inbox").Add(graphsim.Odd(graphsim.Unopenable))) + "/attachments"
	list := c.want(path + "?$select=id,name").items()
	if len(list) != 2 {
		t.Fatalf("listed: %v", list)
	}
	const code = "ErrorCannotOpenFileAttachment"
	c.refused(c.get(path), 500, code)
	c.refused(c.get(path+"/"+esc(str(list[0], "id"))), 500, code)
	c.refused(c.get(path+"/"+esc(str(list[0], "id"))+"/$value"), 500, code)
	if r := c.want(path + "/" + esc(str(list[1], "id")) + "/$value"); string(r.raw) != "good" {
		t.Errorf("the other one: %q", r.raw)
	}
}

// Statement 52: the record tells what a test asks of a client: how many at a
// time, after which pause, and where its token went.
func TestStatement52_TokensThatStray(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	stranger := serve(t, graphsim.Options{Seed: 9})
	foreign := strings.TrimSuffix(strings.TrimPrefix(stranger.server.GraphURL, "https://"), "/v1.0")
	own := strings.TrimSuffix(strings.TrimPrefix(c.server.GraphURL, "https://"), "/v1.0")
	fill(m.Folder("inbox"), 15)
	c.tenant.ForgetRequests()
	stranger.tenant.ForgetRequests()
	c.tenant.SetLinkHost(foreign)
	link := c.want(deltaPath(m, m.Folder("inbox"))).next()
	if !strings.HasPrefix(link, "https://"+foreign+"/v1.0/") {
		t.Fatalf("link %s", link)
	}
	c.http.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true //nolint:gosec // the other server has a certificate of its own
	c.http.CloseIdleConnections()
	c.get(link)
	c.tenant.SetLinkHost("")
	if got := c.tenant.Requests(); len(got) != 1 || got[0].Host != own || !got[0].Authorized || got[0].App == "" {
		t.Errorf("at home: %+v", got)
	}
	got := stranger.tenant.Requests()
	if len(got) != 1 || got[0].Host != foreign || !got[0].Authorized || got[0].App != "" || got[0].Status != 401 {
		t.Errorf("abroad: %+v", got)
	}
	stranger.do(http.MethodGet, stranger.server.GraphURL+"/users", nil, nil)
	if got = stranger.tenant.Requests(); got[1].Authorized {
		t.Errorf("without a token: %+v", got[1])
	}
	c.tenant.Inject(graphsim.Fault{Status: 429, RetryAfter: 17, Times: 1})
	c.get("/users/" + m.ID() + "/messages")
	all := c.tenant.Requests()
	if last := all[len(all)-1]; last.RetryAfter.Seconds() != 17 || last.Mailbox != m.ID() || last.InFlight != 1 || last.Ended.IsZero() {
		t.Errorf("a throttled request: %+v", last)
	}
}
