package graphsim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// fill adds n messages, an hour apart, and gives their immutable ids.
func fill(f *graphsim.Folder, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = f.Add(graphsim.Message{Subject: fmt.Sprintf("message %d", i), Received: at().Add(time.Duration(i) * time.Hour), Text: "text"})
	}
	return ids
}

func deltaPath(m *graphsim.Mailbox, f *graphsim.Folder) string {
	return "/users/" + m.ID() + "/mailFolders/" + esc(f.ID()) + "/messages/delta"
}

func TestStatement20_Spellings(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	fill(inbox, 3)
	id := inbox.ID()
	u := "/users/" + m.ID()
	for _, path := range []string{
		u + "/mailFolders/" + id + "/messages/delta",
		u + "/mailFolders/" + strings.ReplaceAll(id, "=", "%3D") + "/messages/delta()",
		u + "/mailFolders/" + strings.ReplaceAll(id, "=", "%3d") + "/messages/microsoft.graph.delta",
		u + "/mailfolders/" + id + "/Messages/microsoft.graph.delta()",
		u + "/mailFolders('" + id + "')/messages/delta",
		"/users('" + m.ID() + "')/mailFolders('" + esc(id) + "')/messages/delta()",
		"/users/" + m.User().Address + "/mailFolders/inbox/messages/delta()",
		u + "/mailFolders/Inbox/messages/delta?%24select=subject",
	} {
		if items, _ := c.round(path); len(items) != 3 {
			t.Errorf("%s: %d items", path, len(items))
		}
	}
	r := c.get(u + "/messages/delta")
	c.refused(r, 400, "BadRequest")
	if !strings.Contains(r.message(), "Change tracking is not supported") {
		t.Errorf("message %q", r.message())
	}
}

// The options of the first request hold for the whole chain of links, whatever
// is put on a link; headers do not.
func TestStatement21_OptionsAreFrozen(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{Generations: -1}})
	inbox := m.Folder("inbox")
	fill(inbox, 25)
	first := c.want(deltaPath(m, inbox) + "?$select=subject")
	again := c.want(first.next() + "&$select=from&$top=3&$filter=nonsense")
	for _, it := range again.items() {
		if it["subject"] == nil || it["from"] != nil {
			t.Fatalf("options on a link took effect: %v", it)
		}
	}
	if n := len(c.want(first.next(), "odata.maxpagesize=4").items()); n != 4 {
		t.Errorf("a page size in the header gave %d items, want 4", n)
	}
	a := c.want(first.next()).items()
	b := c.want(first.next(), immutable).items()
	if len(a) == 0 || len(a) != len(b) || str(a[0], "id") == str(b[0], "id") || str(a[0], "subject") != str(b[0], "subject") {
		t.Error("one link must serve either id format, as the header asks")
	}
}

func TestStatement22_Pages(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{EmptyPages: true}})
	inbox := m.Folder("inbox")
	want := fill(inbox, 200)
	var got []string
	empty, short := 0, 0
	path := deltaPath(m, inbox) + "?$select=id"
	if n := len(c.want(path).items()); n > 10 {
		t.Errorf("default page of %d", n)
	}
	for done := false; !done; {
		r := c.want(path, "odata.maxpagesize=7", immutable)
		n := len(r.items())
		got = append(got, pluck(r.items(), "id")...)
		path = r.next()
		done = r.delta() != ""
		switch {
		case done != (path == ""):
			t.Fatal("a page needs exactly one link")
		case n > 7:
			t.Fatalf("a page of %d, want at most 7", n)
		case done:
		case n == 0:
			empty++
		case n < 7:
			short++
		}
		if !strings.Contains(r.header.Get("Preference-Applied"), "odata.track-changes") {
			t.Errorf("Preference-Applied %q", r.header.Get("Preference-Applied"))
		}
	}
	if empty == 0 || short == 0 {
		t.Errorf("%d empty and %d short pages, want some of both", empty, short)
	}
	if slices.Equal(got, want) {
		t.Error("the order is not shuffled")
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d items for %d messages", len(got), len(want))
	}
}

func TestStatement23_LinksAreOpaque(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	fill(inbox, 25)
	path := deltaPath(m, inbox)
	r := c.want(path)
	u, err := url.Parse(r.next())
	if err != nil || !strings.HasPrefix(c.server.GraphURL, "https://"+u.Host) {
		t.Fatalf("link %q", r.next())
	}
	if strings.HasSuffix(u.Path, strings.TrimSuffix(path, "/delta")) || !strings.Contains(u.Path, "mailFolders('") {
		t.Errorf("the link's path should differ from the request's: %s", u.Path)
	}
	token := u.Query().Get("$skiptoken")
	if len(token) < 300 || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		t.Errorf("token of %d characters: %s", len(token), token)
	}
	_, link := c.round(path)
	if !strings.Contains(link, "$deltatoken=") {
		t.Errorf("delta link %q", link)
	}
}

func TestStatement24_RefusedOptions(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	path := deltaPath(m, m.Folder("inbox"))
	for _, q := range []string{
		"$search=x", "$top=5", "$count=true", "$skip=1", "$filter=" + url.QueryEscape("isRead eq true"),
		"$filter=" + url.QueryEscape("receivedDateTime lt 2026-01-01T00:00:00Z"), "$orderby=subject",
	} {
		c.refused(c.get(path+"?"+q), 400, "ErrorInvalidUrlQuery")
	}
	c.refused(c.get(path+"?$select=id,nonsense"), 400, "RequestBroker--ParseUri")
	c.round(path + "?$orderby=" + url.QueryEscape("receivedDateTime desc"))
	lenient, m2 := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{LenientTop: true}})
	lenient.round(deltaPath(m2, m2.Folder("inbox")) + "?$top=5")
}

func TestStatement24_FilterAndOrder(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	ids := fill(inbox, 5100)
	items, _ := c.round(deltaPath(m, inbox)+"?$select=id&$filter="+url.QueryEscape("receivedDateTime ge 2000-01-01T00:00:00Z"), "odata.maxpagesize=1000")
	if len(items) != 5000 {
		t.Errorf("a filtered round gave %d, want the cap of 5000", len(items))
	}
	late := at().Add(5090 * time.Hour).Format(time.RFC3339)
	items, _ = c.round(deltaPath(m, inbox)+"?$select=id&$orderby="+url.QueryEscape("receivedDateTime desc")+"&$filter="+url.QueryEscape("receivedDateTime gt "+late), immutable)
	want := slices.Clone(ids[5091:])
	slices.Reverse(want)
	if !slices.Equal(pluck(items, "id"), want) {
		t.Errorf("%d messages, not the 9 newest in order", len(items))
	}
}

func TestStatement25_LatestEnumerates(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	fill(m.Folder("inbox"), 12)
	if items, _ := c.round(deltaPath(m, m.Folder("inbox")) + "?$deltatoken=latest"); len(items) != 12 {
		t.Errorf("%d items, want all 12", len(items))
	}
}

// Only the newest three generations of a folder's links live.
func TestStatement32_Generations(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{ResyncLocation: true}})
	inbox := m.Folder("inbox")
	fill(inbox, 100)
	r := c.want(deltaPath(m, inbox))
	first := r.next()
	for range 2 {
		r = c.want(r.next())
	}
	c.want(first) // the third newest
	gone := c.get(first)
	c.refused(gone, 410, "SyncStateNotFound")
	if !strings.Contains(gone.message(), "generation=1;[highest=4][4][3][2]") {
		t.Errorf("message %q", gone.message())
	}
	if loc := gone.header.Get("Location"); !strings.HasSuffix(loc, "$deltatoken=") {
		t.Errorf("Location %q", loc)
	} else if items, _ := c.round(loc); len(items) != 100 {
		t.Errorf("from Location: %d items", len(items))
	}
	all, m2 := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{Generations: -1}})
	fill(m2.Folder("inbox"), 100)
	first = all.want(deltaPath(m2, m2.Folder("inbox"))).next()
	for range 6 {
		r := all.want(first)
		if r.header.Get("Location") != "" {
			t.Error("no Location was asked for")
		}
	}
}

func TestStatement33_TokenErrors(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	other := c.tenant.AddUser(graphsim.User{})
	inbox, sent := m.Folder("inbox"), m.Folder("sentitems")
	own := m.AddFolder(nil, "Own")
	_, link := c.round(deltaPath(m, own))
	_, query, _ := strings.Cut(link, "?")
	c.refused(c.get(link[:len(link)-3]+"xyz"), 400, "BadRequest")
	c.refused(c.get(deltaPath(m, inbox)+"?$deltatoken=mangled"), 400, "BadRequest")
	c.refused(c.get(deltaPath(m, sent)+"?"+query), 410, "SyncStateInvalid")
	c.refused(c.get(deltaPath(other, other.Folder("inbox"))+"?"+query), 410, "SyncStateInvalid")
	own.ExpireTokens()
	c.refused(c.get(link), 410, "SyncStateNotFound")
	_, link = c.round(deltaPath(m, own))
	_, inboxLink := c.round(deltaPath(m, inbox))
	_, tree := c.round("/users/" + m.ID() + "/mailFolders/delta")
	_, foreign := c.round(deltaPath(other, other.Folder("inbox")))
	m.ResetTokens()
	for _, l := range []string{link, inboxLink, tree} {
		c.refused(c.get(l), 410, "SyncStateNotFound")
	}
	c.round(foreign)
	_, link = c.round(deltaPath(m, own))
	own.Remove()
	c.refused(c.get(link), 404, "ErrorSyncFolderNotFound")
}

func TestStatement35_OverQuota(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	fill(m.Folder("inbox"), 15)
	m.SetOverQuota(true)
	c.refused(c.get(deltaPath(m, m.Folder("inbox"))), 403, "ErrorQuotaExceeded")
	list := c.listAll("/users/" + m.ID() + "/mailFolders/inbox/messages?$select=id,receivedDateTime&$orderby=" + url.QueryEscape("receivedDateTime desc"))
	dates := pluck(list, "receivedDateTime")
	if len(list) != 15 || !slices.IsSortedFunc(dates, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("listing: %v", dates)
	}
	m.SetOverQuota(false)
	c.round(deltaPath(m, m.Folder("inbox")))
}
