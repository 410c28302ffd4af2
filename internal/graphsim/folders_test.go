package graphsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailquarry/internal/graphsim"
)

// listAll pages through a plain listing.
func (c *client) listAll(path string) []map[string]any {
	c.t.Helper()
	var all []map[string]any
	for path != "" {
		r := c.want(path)
		all = append(all, r.items()...)
		path = r.next()
	}
	return all
}

func TestStatement15_FolderListing(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	base := "/users/" + m.ID() + "/mailFolders"
	before := len(c.listAll(base))
	var parent *graphsim.Folder
	for i := range 15 {
		parent = m.AddFolder(nil, fmt.Sprintf("Folder %d", i))
	}
	for i := range 12 {
		m.AddFolder(parent, fmt.Sprintf("Child %d", i))
	}
	secret := m.AddFolder(nil, "Hidden one")
	secret.SetHidden(true)
	if n := len(c.want(base).items()); n != 10 {
		t.Errorf("the first page holds %d, want 10", n)
	}
	if got := c.listAll(base); len(got) != before+15 {
		t.Errorf("%d folders, want %d: only direct children that are not hidden", len(got), before+15)
	}
	if got := pluck(c.listAll(base+"?includeHiddenFolders=true&$top=100"), "id"); len(got) != before+16 || !slices.Contains(got, secret.ID()) {
		t.Errorf("with hidden ones %d", len(got))
	}
	children := base + "/" + esc(parent.ID()) + "/childFolders"
	if n := len(c.want(children).items()); n != 10 {
		t.Errorf("the first page of children holds %d", n)
	}
	if n := len(c.listAll(children)); n != 12 {
		t.Errorf("%d children, want 12", n)
	}
	if got := c.want(base + "/" + esc(parent.ID())).body["childFolderCount"]; got != 12.0 {
		t.Errorf("childFolderCount %v", got)
	}
}

// Well-known names resolve in any case, whatever the folders are called, and
// what they are is not told in v1.0.
func TestStatement16_WellKnownFolders(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	m := c.tenant.AddUser(graphsim.User{Locale: "de-DE"})
	base := "/users/" + m.ID() + "/mailFolders/"
	for _, n := range []string{"inbox", "Inbox", "INBOX"} {
		r := c.want(base + n)
		if str(r.body, "displayName") != "Posteingang" || str(r.body, "id") != m.Folder("inbox").ID() {
			t.Errorf("%s: %s", n, r.raw)
		}
		if _, has := r.body["wellKnownName"]; has {
			t.Error("wellKnownName is beta only")
		}
	}
	for _, n := range []string{"sentitems", "drafts", "deleteditems", "junkemail", "archive", "outbox", "msgfolderroot", "searchfolders", "recoverableitemsdeletions", "syncissues"} {
		c.want(base + n + "?$select=id")
	}
	c.refused(c.get(base+"clutter"), 404, "ErrorItemNotFound")
	c.refused(c.get(base+"scheduled"), 404, "ErrorItemNotFound")
	c.refused(c.get(base+"AAMkNonsense"), 400, "ErrorInvalidIdMalformed")
	c.refused(c.get(base+"inbox?$select=wellKnownName"), 400, "RequestBroker--ParseUri")
	other := c.tenant.AddUser(graphsim.User{})
	c.refused(c.get(base+esc(other.Folder("inbox").ID())), 404, "ErrorItemNotFound")
	m.Folder("archive").Remove()
	c.refused(c.get(base+"archive"), 404, "ErrorItemNotFound")
}

func TestStatement18_FoldersDelta(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	a := m.AddFolder(nil, "A")
	b := m.AddFolder(a, "A/B 🚀")
	s := m.AddSearchFolder("Unread")
	path := "/users/" + m.ID() + "/mailFolders/delta"
	items, link := c.round(path, "odata.maxpagesize=3")
	byID := map[string]map[string]any{}
	for _, f := range items {
		byID[str(f, "id")] = f
	}
	if byID[m.Folder("msgfolderroot").ID()] == nil || str(byID[b.ID()], "parentFolderId") != a.ID() {
		t.Errorf("the tree is not given flat, root included: %v", pluck(items, "displayName"))
	}
	if byID[m.Folder("recoverableitemsdeletions").ID()] != nil {
		t.Error("folders beside the root are listed")
	}
	if str(byID[s.ID()], "@odata.type") != "#microsoft.graph.mailSearchFolder" {
		t.Errorf("search folder: %v", byID[s.ID()])
	}
	poll := func() []map[string]any {
		t.Helper()
		var got []map[string]any
		got, link = c.round(link)
		return got
	}
	if got := poll(); len(got) != 0 {
		t.Errorf("no change: %v", got)
	}
	m.Folder("inbox").Add(graphsim.Message{})
	if got := poll(); len(got) != 0 {
		t.Errorf("new mail is no change of the tree: %v", got)
	}
	b.Rename("C")
	if got := poll(); len(got) != 1 || str(got[0], "displayName") != "C" || str(got[0], "id") != b.ID() {
		t.Errorf("rename: %v", got)
	}
	b.MoveTo(nil)
	if got := poll(); len(got) != 1 || str(got[0], "parentFolderId") != m.Folder("msgfolderroot").ID() {
		t.Errorf("move: %v", got)
	}
	b.MoveTo(a)
	a.Remove()
	if got := poll(); len(got) != 2 || !removed(got[0]) || !removed(got[1]) {
		t.Errorf("removal of a folder with a child: %v", got)
	}
	for _, q := range []string{"$top=5", "$filter=x", "$orderby=x", "$search=x"} {
		r := c.get(path + "?" + q)
		c.refused(r, 400, "ErrorInvalidUrlQuery")
		if name, _, _ := strings.Cut(q, "="); !strings.Contains(r.message(), name) {
			t.Errorf("%s: %s", q, r.message())
		}
	}
}

func TestStatement19_FolderNames(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	for locale, inbox := range map[string]string{"en-GB": "Inbox", "ja-JP": "受信トレイ", "fr-CA": "Boîte de réception", "xx": "Inbox"} {
		m := c.tenant.AddUser(graphsim.User{Locale: locale})
		if got := m.Folder("inbox").Name(); got != inbox {
			t.Errorf("%s: inbox is called %q", locale, got)
		}
	}
	m := c.tenant.AddUser(graphsim.User{})
	same1, same2 := m.AddFolder(m.Folder("inbox"), "Same"), m.AddFolder(m.Folder("archive"), "Same")
	if same1.ID() == same2.ID() || !strings.HasSuffix(same1.ID(), "=") {
		t.Errorf("ids %q %q", same1.ID(), same2.ID())
	}
}
