package e2e

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// TestEnron syncs the 41 Enron mailboxes of the corpora, killed again and again
// on the way, and finds exactly what a plain scan of the files finds; then everything happens to the mailboxes that
// happens to mailboxes, and after the next round the search shows exactly that.
// In the end the index is made anew with the tenant switched off.
func TestEnron(t *testing.T) {
	dir := corpus(t, "enron")
	ctx := context.Background()
	all := scanTree(t, dir)
	queries := drawQueries(all, 50, 20)

	tenant := graphsim.New(graphsim.Options{Seed: 7})
	if err := tenant.LoadEML(os.DirFS(dir), "enron.example", 0); err != nil {
		t.Fatal(err)
	}
	s := newSite(t, tenant)
	rnd := rand.New(rand.NewPCG(8, 9))
	for range kills(t) / 2 {
		killIn(t, s.command("--once"), rnd, 100*time.Millisecond, 2500*time.Millisecond)
	}
	must(t, s.command("--once"))
	at, ids := s.inStore(ctx)
	agree(t, "after the first sync", inTenant(tenant.Mailboxes()), at)

	paths := pathsByKey(tenant)
	if len(paths) != len(all) {
		t.Fatalf("the tenant has %d messages of %d files", len(paths), len(all))
	}
	r := serve(t, s.offline("--listen", "127.0.0.1:0"))
	first := ask(r, queries, "+") // as they are: the scan knows no other forms
	for i, q := range queries {
		sameAsScan(t, q, all, first[i], ids, paths)
	}
	searchShows(t, r, at, ids)
	r.stop()

	change(t, tenant)
	must(t, s.command("--once"))
	at, ids = s.inStore(ctx)
	agree(t, "after the changes", inTenant(present(tenant)), at)
	r = serve(t, s.offline("--listen", "127.0.0.1:0"))
	searchShows(t, r, at, ids)
	if n := len(r.ids(`subject:"moved there and back"`, nil)); n != 1 {
		t.Errorf("the message that went away and came back is found %d times", n)
	}
	if n := len(r.ids("quarrymarker", nil)); n != 3 {
		t.Errorf("%d of 3 new messages are found", n)
	}
	if n := len(r.ids(`in:"Renamed by the test"`, nil)); n == 0 {
		t.Error("a renamed folder is not found by its new name")
	}
	before := ask(r, queries, "")
	r.stop()

	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		killIn(t, s.offline("--reindex"), rnd, 100*time.Millisecond, 8*time.Second)
	}
	must(t, s.offline("--reindex"))
	r = serve(t, s.offline("--listen", "127.0.0.1:0"))
	after := ask(r, queries, "")
	for i, q := range queries {
		if !maps.Equal(before[i], after[i]) {
			t.Errorf("%q: %d hits before the reindex, %d after, or others", strings.Join(q, " "), len(before[i]), len(after[i]))
		}
	}
}

// pathsByKey maps each message to the file it was made from.
func pathsByKey(tenant *graphsim.Tenant) map[string]string {
	paths := map[string]string{}
	for _, m := range tenant.Mailboxes() {
		for _, f := range m.Folders() {
			for _, key := range f.Messages() {
				if msg, ok := m.Message(key); ok {
					paths[key] = filepath.ToSlash(msg.Path)
				}
			}
		}
	}
	return paths
}

func ask(r *running, queries [][]string, word string) []map[string]bool {
	var answers []map[string]bool
	for _, q := range queries {
		text := word + q[0]
		if len(q) > 1 {
			text = `"` + strings.Join(q, " ") + `"`
		}
		answers = append(answers, r.ids(text, nil))
	}
	return answers
}

func sameAsScan(t *testing.T, q []string, all []scanned, found map[string]bool, ids, paths map[string]string) {
	t.Helper()
	got := map[string]bool{}
	for id := range found {
		got[paths[ids[id]]] = true
	}
	var missing, extra []string
	want := map[string]bool{}
	for _, m := range all {
		if m.matches(q) {
			want[m.path] = true
			if !got[m.path] {
				missing = append(missing, m.path)
			}
		}
	}
	for p := range got {
		if !want[p] {
			extra = append(extra, p)
		}
	}
	slices.Sort(extra)
	if len(missing)+len(extra) > 0 {
		t.Errorf("%q: the scan finds %d files; %d of them are missing (such as %v), %d are found besides (such as %v)",
			strings.Join(q, " "), len(want), len(missing), missing[:min(3, len(missing))], len(extra), extra[:min(3, len(extra))])
	}
}

// gone are the mailboxes whose user the test removes.
const goneUser = "arora-h"

func present(tenant *graphsim.Tenant) []*graphsim.Mailbox {
	return slices.DeleteFunc(slices.Clone(tenant.Mailboxes()), func(m *graphsim.Mailbox) bool {
		return strings.HasPrefix(m.User().Address, goneUser+"@")
	})
}

// change does to the mailboxes what people and administrators do.
func change(t *testing.T, tenant *graphsim.Tenant) {
	t.Helper()
	boxes := present(tenant)
	message := func(subject string) graphsim.Message {
		return graphsim.Message{
			Subject: subject, Text: "quarrymarker: written by the test", Received: time.Now(),
			From: graphsim.Address{Name: "Test", Address: "test@enron.example"},
			To:   []graphsim.Address{{Address: "all@enron.example"}},
		}
	}
	for i, m := range boxes[:12] {
		changeMailbox(t, m, i)
	}
	m := boxes[0]
	m.Folder("inbox").Add(message("one"))
	m.Folder("sentitems").Add(message("two"))
	back := biggest(m).Messages()[0]
	m.Edit(back, func(msg *graphsim.Message) { msg.Subject = "moved there and back" })
	from := biggest(m)
	m.Move(back, m.Folder("inbox"))
	m.Move(back, from)

	boxes[13].ResetTokens()
	newcomer := tenant.AddUser(graphsim.User{Address: "newcomer@enron.example", DisplayName: "New Comer"})
	newcomer.Folder("inbox").Add(message("three"))
	for _, m := range tenant.Mailboxes() {
		if strings.HasPrefix(m.User().Address, goneUser+"@") {
			m.Remove()
		}
	}
}

func biggest(m *graphsim.Mailbox) *graphsim.Folder {
	folders := m.Folders()
	return slices.MaxFunc(folders, func(a, b *graphsim.Folder) int { return len(a.Messages()) - len(b.Messages()) })
}

// changeMailbox moves, deletes, marks and edits messages, renames, moves and
// removes folders, and expires links.
func changeMailbox(t *testing.T, m *graphsim.Mailbox, i int) {
	t.Helper()
	from := biggest(m)
	ids := from.Messages()
	if len(ids) < 20 {
		t.Fatalf("mailbox %d is too small for this test", i)
	}
	for _, id := range ids[1:4] {
		m.Move(id, m.Folder("deleteditems"))
	}
	for _, id := range ids[4:8] {
		m.Delete(id)
	}
	for _, id := range ids[8:11] {
		m.SetRead(id, i%2 == 0)
	}
	m.Edit(ids[11], func(msg *graphsim.Message) { msg.Categories = []string{"Red category"} })
	// There and back between two rounds.
	m.Move(ids[12], m.Folder("inbox"))
	m.Move(ids[12], from)
	fresh := m.AddFolder(nil, "Made by the test")
	m.Move(ids[13], fresh)
	var own []*graphsim.Folder
	for _, f := range m.Folders() {
		if f != from && f != fresh && len(f.Messages()) > 0 && f != m.Folder("inbox") && f != m.Folder("deleteditems") && f != m.Folder("sentitems") {
			own = append(own, f)
		}
	}
	switch {
	case i%3 == 0:
		from.ExpireTokens()
	case len(own) > 2:
		own[0].Rename("Renamed by the test")
		own[1].MoveTo(fresh)
		own[2].Remove()
	}
}
