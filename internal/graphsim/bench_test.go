package graphsim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"mailquarry/internal/graphsim"
)

// BenchmarkDeltaPage is a page of 50 messages of 3 KB that lie in files.
func BenchmarkDeltaPage(b *testing.B) {
	tree := fstest.MapFS{}
	body := strings.Repeat("Some words that a message holds, line by line.\r\n", 64)
	for i := range 1000 {
		tree[fmt.Sprintf("anna/inbox/%d.eml", i)] = &fstest.MapFile{Data: []byte("From: Bo <bo@x.example>\r\nTo: anna@x.example, carl@x.example\r\nDate: Mon, 02 Mar 2026 10:00:00 +0100\r\nSubject: a subject\r\nMessage-ID: <1@x>\r\n\r\n" + body)}
	}
	d := newDirect(b, graphsim.Options{Quirks: graphsim.Quirks{Generations: -1}})
	if err := d.tenant.LoadEML(tree, "x.example", 0); err != nil {
		b.Fatal(err)
	}
	m := d.tenant.Mailboxes()[0]
	first := "/users/" + m.ID() + "/mailFolders/inbox/messages/delta"
	link := first
	for b.Loop() {
		status, page := d.get(link)
		if status != 200 {
			b.Fatalf("%d %s", status, page)
		}
		var p struct {
			Next string `json:"@odata.nextLink"`
		}
		head, _, _ := bytes.Cut(page, []byte(`,"value"`))
		if err := json.Unmarshal(append(head, '}'), &p); err != nil {
			b.Fatal(err)
		}
		if link = p.Next; link == "" {
			link = first
		}
	}
}
