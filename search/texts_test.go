package search_test

import (
	"slices"
	"strings"
	"testing"

	"mailquarry/extract"
	"mailquarry/internal/access"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// filed stores a letter of Tom's to Eva with these files, and gives its hit.
func filed(t *testing.T, query string, files ...file) (*world, search.Hit) {
	t.Helper()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	w.store(letter{box: eva, folder: "Inbox", key: "m", from: "Tom <tom@contoso.example>", subject: "s", text: "t", files: files})
	w.index()
	res := w.find(search.Request{Text: query})
	if len(res.Hits) != 1 {
		t.Fatalf("%s: %d hits", query, len(res.Hits))
	}
	return w, res.Hits[0]
}

// TestMoreWordsThanAreSearched promises that nobody takes a text for searched that
// is not, not all of it.
func TestMoreWordsThanAreSearched(t *testing.T) {
	t.Parallel()
	half := strings.Repeat("a ", engine.MaxWords/2-10)
	w, hit := filed(t, "has:unindexed", file{name: "a.txt", kind: "text/plain", text: half}, file{name: "b.txt", kind: "text/plain", text: "walnut " + half},
		file{name: "c.txt", kind: "text/plain", text: half + " chestnut"}, file{name: "d.txt", kind: "text/plain", text: "hazelnut"})
	var states []string
	for _, a := range hit.Attachments {
		states = append(states, a.State)
		if a.State == "partial" && !strings.HasPrefix(a.Reason, "only the first 4194304 words") {
			t.Errorf("%s: %q", a.Name, a.Reason)
		}
	}
	if want := []string{"ok", "ok", "partial", "partial"}; !slices.Equal(states, want) {
		t.Errorf("states %q, want %q", states, want)
	}
	for text, want := range map[string]int{"walnut": 1, "chestnut": 0, "state:partial": 1, "state:ok": 1} {
		if n := w.find(search.Request{Text: text}).Total; n != want {
			t.Errorf("%s: %d found, want %d", text, n, want)
		}
	}
	part, err := w.service.PartText(t.Context(), access.Operator(), hit.ID, 3)
	if err != nil || part.State != "partial" {
		t.Errorf("state %q, %v", part.State, err)
	}
}

// TestFarBack promises a snippet of a match wherever in an attachment it stands,
// though nobody waits for that where there are many.
func TestFarBack(t *testing.T) {
	t.Parallel()
	for name, filler := range map[string]string{"plain": "nothing of note is said in this line\n", "accents": "rien à signaler dans cette ligne déjà longue\n"} {
		long := strings.Repeat(filler, 6<<20/len(filler))
		_, hit := filed(t, "walnut", file{name: "a.txt", kind: "text/plain", text: long}, file{name: "b.txt", kind: "text/plain", text: long + "one walnut"})
		if s := hit.Snippets.Attachments; len(s) != 1 || s[0].Name != "b.txt" || !strings.Contains(s[0].Fragments[0], "<mark>walnut</mark>") {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestPicturesWithoutText promises that mail with scans which nobody has read is
// found as such, and mail with a logo is not.
func TestPicturesWithoutText(t *testing.T) {
	t.Parallel()
	w, hit := filed(t, "has:unindexed", file{name: "scan.png", kind: "image/png", text: noText})
	if a := hit.Attachments[0]; a.State != string(extract.NoText) || a.Reason != "no text layer" {
		t.Errorf("%+v", a)
	}
	w.store(letter{box: eva, folder: "Inbox", key: "n", from: "Tom <tom@contoso.example>", subject: "s", text: "t", files: []file{{name: "logo.png", kind: "image/png", text: noText, cid: "logo"}}})
	w.index()
	for text, want := range map[string]int{"has:unindexed": 1, "state:no_text": 1, "state:empty": 1} {
		if n := w.find(search.Request{Text: text}).Total; n != want {
			t.Errorf("%s: %d found, want %d", text, n, want)
		}
	}
}

// TestTypesAreLimited promises counts by type whose number is not for strangers to
// choose.
func TestTypesAreLimited(t *testing.T) {
	t.Parallel()
	w, _ := filed(t, "state:unsupported/other", file{name: "a.x1", text: unknown}, file{name: "b.x2", text: unknown}, file{name: "c.x3", text: "text"})
	status, err := w.service.Status(t.Context(), access.Operator())
	check(t, err)
	want := []search.TextCount{{State: "ok", Type: "text", Messages: 1}, {State: "unsupported", Type: "other", Messages: 1}}
	if !slices.Equal(status.Texts, want) {
		t.Errorf("%+v, want %+v", status.Texts, want)
	}
}
