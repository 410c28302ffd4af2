package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mailquarry/search/engine"
)

// The pages over a real archive and index.

func TestPagesAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plain, html := s.ids["plain"].String(), s.ids["html"].String()
	box := s.box.String()
	for _, tt := range []struct {
		name, path string
		status     int
		shows      []string
		not        []string
	}{
		{"everything, newest first", "/", 200, []string{"3 messages", "Lease renewal", "/message/" + plain, "Eva Novak", "Inbox"}, []string{"Best match"}},
		{"a word", "/?q=renewal", 200, []string{"Lease <mark>renewal</mark>", "Best match", "&lt;now&gt;"}, []string{"<now>"}},
		{"a word in an attachment", "/?q=terms", 200, []string{"1 message<", "scan.pdf", "<mark>terms</mark>"}, nil},
		{"a mailbox", "/?q=renewal&mailbox=" + box, 200, []string{"Mailbox: Eva Novak", `href="/?q=renewal"`}, nil},
		{"a mailbox without hits", "/?q=zebra&mailbox=" + box, 200, []string{"Nothing found", "Mailbox: Eva Novak"}, nil},
		{"a folder without hits", "/?q=zebra&folder=" + s.inbox.String(), 200, []string{"Folder: Inbox"}, nil},
		{"a sender", "/?sender=" + url.QueryEscape("tom@contoso.example"), 200, []string{"2 messages", "From: tom@contoso.example"}, nil},
		{"another sender", "/?sender=nobody@contoso.example", 200, []string{"Nothing found"}, nil},
		{"a year", "/?year=2025", 200, []string{"2 messages"}, nil},
		{"the year before", "/?q=renewal&year=2024", 200, []string{"Nothing found"}, nil},
		{"a stranger's cursor begins again", "/?q=renewal&cursor=nonsense", 200, []string{"Lease"}, []string{"Back to the first"}},
		{"a query half understood", "/?q=" + url.QueryEscape("renewal ("), 200, []string{"note warn", "Lease"}, nil},
		{"values that are none", "/?mailbox=%00&folder=x&after=never&sort=up&cursor=&year=abc&sender=&type=", 200, []string{"</html>"}, nil},
		{"a message", "/message/" + plain + "?q=renewal&mailbox=" + box, 200, []string{
			"Tom Berg", "tom@contoso.example", "Please sign the renewal &lt;now&gt;.", "/api/v1/messages/" + plain + "/html",
			`href="/?mailbox=` + box + `&amp;q=renewal"`, "Not available at the source",
		}, []string{"\u202e", "\r"}},
		{"a message with a picture in it", "/message/" + html, 200, []string{"Lease renewal"}, []string{"pic.png"}},
		{"a message of which nothing is known", "/message/" + s.ids["bare"].String(), 200, []string{"(no subject)", "No sender"}, nil},
		{"an attachment's text", "/message/" + plain + "/attachments/1", 200, []string{"%PDF renewal terms", "/message/" + plain}, nil},
		{"hostile text of an attachment", "/message/" + plain + "/attachments/0", 200, []string{"&lt;script&gt;"}, []string{"<script>alert"}},
		{"no such message", "/message/zzzzz", 404, []string{"<h1>"}, nil},
		{"no message at all", "/message/..%2f", 404, []string{"<h1>"}, nil},
		{"no such attachment", "/message/" + plain + "/attachments/9", 404, []string{"<h1>"}, nil},
		{"no attachment at all", "/message/" + plain + "/attachments/-1", 404, []string{"<h1>"}, nil},
		{"status", "/status", 200, []string{"Eva Novak", "3 of 10", "Inbox"}, nil},
		{"help", "/help", 200, []string{"subject:"}, nil},
		{"nowhere", "/nowhere", 404, []string{"<h1>"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res := s.get(tt.path)
			if res.StatusCode != tt.status {
				t.Fatalf("status %d, want %d:\n%s", res.StatusCode, tt.status, res.body)
			}
			if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
				t.Errorf("content type %s", kind)
			}
			if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "require-trusted-types-for 'script'") || strings.Contains(csp, "unsafe") {
				t.Errorf("policy %s", csp)
			}
			for _, text := range tt.shows {
				if !strings.Contains(res.body, text) {
					t.Errorf("does not show %q", text)
				}
			}
			for _, text := range tt.not {
				if strings.Contains(res.body, text) {
					t.Errorf("shows %q", text)
				}
			}
			if t.Failed() {
				t.Log(res.body)
			}
		})
	}
}

// A facet of which a value is chosen still offers its other values, with what
// they hold beside the choice and not within it.
func TestChosenFacetKeepsItsOtherValues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.get("/?sender=" + url.QueryEscape("nobody@contoso.example")).body
	if !strings.Contains(page, "No messages") {
		t.Errorf("the choice does not narrow the results:\n%s", page)
	}
	tom := `<span class="label" dir="auto">tom@contoso.example</span><span class="count">2</span>`
	if !strings.Contains(page, tom) {
		t.Errorf("the other sender's two messages are not offered:\n%s", page)
	}
}

func TestPagesWhenTheEngineFails(t *testing.T) {
	t.Parallel()
	costly := stuckSite(t, engine.ErrTooComplex).get("/?q=a")
	if costly.StatusCode != http.StatusOK || !strings.Contains(costly.body, "more than the server allows") {
		t.Errorf("a costly query: %d\n%s", costly.StatusCode, costly.body)
	}
	slow := stuckSite(t, nil).get("/?q=a")
	if slow.StatusCode < 500 || !strings.Contains(slow.body, "<h1>") {
		t.Errorf("an engine that hangs: %d\n%s", slow.StatusCode, slow.body)
	}
}

func TestAssetsAreServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.get("/").body
	for rest, n := page, 0; ; n++ {
		_, after, found := strings.Cut(rest, `="/static/`)
		if !found {
			if n < 10 {
				t.Errorf("the page refers to %d assets only", n)
			}
			return
		}
		path, after, _ := strings.Cut(after, `"`)
		rest = after
		res := s.get("/static/" + path)
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %s", path, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
}
