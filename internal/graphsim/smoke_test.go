package graphsim_test

import (
	"fmt"
	"testing"

	"mailquarry/internal/graphsim"
)

// A client that pages through everything sees each user, folder and message
// once.
func TestWholeTenantIsReadable(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	sub := m.AddFolder(m.Folder("inbox"), "Projekte/2026 🚀")
	want := map[string]bool{}
	for i := range 57 {
		id := sub.Add(graphsim.Message{
			Subject: fmt.Sprintf("message %d", i), From: graphsim.Address{Name: "Bo", Address: "bo@contoso.example"},
			HTML: "<p>Hello</p>", Attachments: []graphsim.Attachment{{Name: "a.txt", ContentType: "text/plain", Content: []byte("attached")}},
		})
		want[id] = true
	}
	users, _ := c.round("/users/delta()?$select=id,mail,userType")
	if len(users) != 1 || str(users[0], "mail") != "anna@contoso.example" {
		t.Fatalf("users: %v", users)
	}
	base := "/users/" + str(users[0], "id")
	c.want(base + "/mailboxSettings")
	folders, _ := c.round(base+"/mailFolders/delta()", immutable)
	found := ""
	for _, f := range folders {
		if str(f, "displayName") == "Projekte/2026 🚀" {
			found = str(f, "id")
		}
	}
	if found != sub.ID() {
		t.Fatalf("the folder is not listed among %d", len(folders))
	}
	items, _ := c.round(base+"/mailFolders/"+esc(found)+"/messages/delta()?$select=id,subject,body,internetMessageHeaders", immutable, "odata.maxpagesize=20")
	if len(items) != len(want) {
		t.Fatalf("%d messages, want %d", len(items), len(want))
	}
	for _, it := range items {
		if !want[str(it, "id")] {
			t.Fatalf("unknown or repeated message %v", it)
		}
		delete(want, str(it, "id"))
	}
	one := base + "/messages/" + esc(str(items[0], "id"))
	if got := str(c.want(one, immutable).body, "subject"); got != str(items[0], "subject") {
		t.Errorf("subject %q", got)
	}
	parts := c.want(one+"/attachments?$select=id,name,size", immutable).items()
	if len(parts) != 1 {
		t.Fatalf("attachments: %v", parts)
	}
	if got := string(c.want(one + "/attachments/" + esc(str(parts[0], "id")) + "/$value").raw); got != "attached" {
		t.Errorf("attachment bytes %q", got)
	}
}
