package web

import (
	"html/template"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// renderedPages are all pages with sample data, by a name for messages.
func renderedPages(t *testing.T) map[string]string {
	t.Helper()
	p := samplePages(t)
	params := readParams(url.Values{"q": {"granite from:"}, "mailbox": {"1"}, "year": {"2024"}, "after": {"2020-02-01"}})
	r := sampleResults()
	full := p.searchPage(params, r)
	full.Facets, full.Chips = facetViews(params, r.Facets), chips(params, r.Facets)
	full.Sync = syncViewOf(sampleStatus())
	none := r
	none.Hits, none.Total, none.Next = nil, 0, ""
	empty := p.searchPage(params, none)
	empty.Chips = full.Chips
	file := fileOf(40, sampleMessage().Attachments[0])
	data := map[string]struct {
		page string
		data any
	}{
		"search":     {"search", full},
		"no hits":    {"search", empty},
		"no mail":    {"search", p.searchPage(readParams(nil), none)},
		"message":    {"message", p.messagePage(sampleMessage(), params)},
		"attachment": {"attachment", attachmentPage{frame: frame{Title: file.Name, Page: "attachment"}, File: file, Extracted: "<i>text</i>"}},
		"status":     {"status", sampleStatusPage(p)},
		"help":       {"help", newHelpPage()},
		"error":      {"error", errorPage{frame: frame{Title: "Not <found>", Page: "error"}, Detail: "<script>x</script>"}},
	}
	out := map[string]string{}
	for name, d := range data {
		b, err := p.execute(d.page, d.data)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}

// The pages forbid themselves everything that is inline, so a page that holds
// it would look broken.
func TestPagesObeyTheirOwnPolicy(t *testing.T) {
	t.Parallel()
	for name, page := range renderedPages(t) {
		tree, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		for n := range tree.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
				t.Errorf("%s: there is an inline %s", name, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%s: %s has the attribute %s=%q", name, n.Data, a.Key, a.Val)
				}
				if a.Key == "id" {
					if ids[a.Val] {
						t.Errorf("%s: the id %s is given twice", name, a.Val)
					}
					ids[a.Val] = true
				}
				if slices.Contains([]string{"src", "href", "action"}, a.Key) && strings.Contains(a.Val, "//") {
					t.Errorf("%s: %s leads to another server: %s", name, n.Data, a.Val)
				}
			}
		}
	}
}

// What comes out of mail stays text on our pages.
func TestPagesEscapeMail(t *testing.T) {
	t.Parallel()
	for name, page := range renderedPages(t) {
		for _, bad := range []string{"<b>final", "<script>alert", "<script>x", "<i>text", "<found>"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: %s is markup", name, bad)
			}
		}
	}
}

func TestSearchPageShows(t *testing.T) {
	t.Parallel()
	pages := renderedPages(t)
	for page, texts := range map[string][]string{
		"search": {
			"1,204 messages", "Renewal of the <mark>granite</mark> supply", "in <b><bdi>offer-2026-&lt;b&gt;final", "Inbox/Suppliers",
			`<span class="here">from:</span>`, "1,180 of 2,011 messages so far", "Mailbox: Eva Lindström", "Since: 2020-02-01",
			`<input type="hidden" name="mailbox" value="1">`, `rel="next"`, "4 more", `dir="auto"`, "佐藤 美咲",
			"Also in the mailboxes of Jonas Weber, Priya &lt;Raman&gt;", "Sent Items", "1 more copy",
			"7 messages in this conversation", `href="/?q=thread%3A%22AAQk%3D%22&amp;sort=oldest"`,
		},
		"no hits": {"Nothing found", "Search without filters"},
		"no mail": {"There is no mail here yet"},
		"message": {
			"marek@quarryworks.example", "/api/v1/messages/14/html", `sandbox="allow-popups allow-popups-to-escape-sandbox"`,
			"Text not read — no extractor for this &lt;format&gt;", "A link to a file in the cloud", "/api/v1/messages/14/attachments/0", "/message/14/attachments/0",
		},
		"status": {
			"1 of 3 mailboxes to go", "280 of 1,000", "access is denied", "1,180 of 2,011 messages can be searched", "<dd>7 min</dd>",
			"Paused", "ErrorMailboxMoveInProgress", "until", "<dd>12</dd>", "A message", "The answer is &lt;malformed&gt;", "when asked",
			"3 messages are not accounted for", "The in-place archive cannot be reached by this API", "Not in scope: search folder",
			"2 of 9 folders compared", "Case 17", `action="/status/holds/end" method="post"`, "No tenant",
			"The service tells of changes in 3 of 4 mailboxes by itself.", "The service asks to wait with 1 mailbox",
			"3.3 messages per second, about 35 s left", "1,210 requests since the start, 3 of them refused",
		},
		"help": {"after:2025-01", "hasattachment:", "/?q=invoic%2A"},
	} {
		for _, text := range texts {
			if !strings.Contains(pages[page], text) {
				t.Errorf("%s does not show %q", page, text)
			}
		}
	}
	if strings.Contains(pages["message"], "logo.png") {
		t.Error("a picture within the text is listed as an attachment")
	}
}

func TestSnippetLetsOnlyMarksThrough(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]template.HTML{
		"a <mark>b</mark> &amp; c":                    "a <mark>b</mark> &amp; c",
		"<script>x</script>":                          "&lt;script&gt;x&lt;/script&gt;",
		"<mark>open":                                  "<mark>open</mark>",
		"</mark>a<mark>b<mark>c</mark>":               "&lt;/mark&gt;a<mark>b&lt;mark&gt;c</mark>",
		"<mark onclick=x>a</mark>":                    "&lt;mark onclick=x&gt;a&lt;/mark&gt;",
		"&lt;mark&gt;a":                               "&lt;mark&gt;a",
		"&lt;img onerror=x&gt;<mark>&lt;b&gt;</mark>": "&lt;img onerror=x&gt;<mark>&lt;b&gt;</mark>",
		"": "",
	} {
		if got := snippet(in); got != want {
			t.Errorf("snippet(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAttachmentFoundByItsNameShowsItOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   search.AttachmentSnippet
		want fileSnippet
	}{
		{search.AttachmentSnippet{Name: "a & b.pdf", Fragments: []string{"a &amp; <mark>b</mark>.pdf"}}, fileSnippet{Name: "a &amp; <mark>b</mark>.pdf"}},
		{
			search.AttachmentSnippet{Name: "c.zip", Fragments: []string{"the <mark>b</mark> …"}, Places: []string{"page 3 of <d>.pdf"}},
			fileSnippet{Name: "c.zip", Fragments: []template.HTML{`<span class="where">page 3 of &lt;d&gt;.pdf</span> the <mark>b</mark> …`}},
		},
		{search.AttachmentSnippet{Name: "<b>.pdf", Fragments: []string{"the <mark>b</mark> …"}}, fileSnippet{Name: "&lt;b&gt;.pdf", Fragments: []template.HTML{"the <mark>b</mark> …"}}},
	} {
		if diff := cmp.Diff(tt.want, fileSnippetOf(tt.in)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSearchAddresses(t *testing.T) {
	t.Parallel()
	p := readParams(url.Values{
		"q": {"  tea  "}, "mailbox": {"1", "2", "1", ""}, "year": {"2024"}, "after": {"2024-03-05"}, "before": {"soon"},
		"sort": {"sideways"}, "cursor": {"c"}, "unknown": {"x"}, "group": {"conversation"}, "copies": {"each"},
	})
	if got, want := p.url(), "/?after=2024-03-05&copies=each&cursor=c&group=conversation&mailbox=1&mailbox=2&q=tea&year=2024"; got != want {
		t.Errorf("read and written: %s, want %s", got, want)
	}
	p.Grouped, p.EachCopy = false, false
	for _, tt := range []struct {
		facet       engine.Facet
		value, want string
	}{
		{engine.FacetMailbox, "1", "/?after=2024-03-05&mailbox=2&q=tea&year=2024"},
		{engine.FacetMailbox, "3", "/?after=2024-03-05&mailbox=1&mailbox=2&mailbox=3&q=tea&year=2024"},
		{engine.FacetYear, "2025", "/?after=2024-03-05&mailbox=1&mailbox=2&q=tea&year=2024&year=2025"},
		{engine.FacetYear, "2024", "/?after=2024-03-05&mailbox=1&mailbox=2&q=tea"},
		{engine.FacetSize, "1m-10m", "/?after=2024-03-05&mailbox=1&mailbox=2&q=tea&size=1m-10m&year=2024"},
	} {
		if got := p.toggle(tt.facet, tt.value).url(); got != tt.want {
			t.Errorf("toggle %s %s: %s, want %s", tt.facet, tt.value, got, tt.want)
		}
	}
	for _, v := range views(p) {
		if want := map[string]string{"Conversations": "group=conversation", "Every copy": "copies=each"}[v.Label]; v.Current || !strings.Contains(v.URL, want) || strings.Contains(v.URL, "cursor") {
			t.Errorf("the switch %+v does not lead to %q", v, want)
		}
	}
	if readParams(nil).order() != engine.Newest || readParams(url.Values{"q": {"a"}}).order() != engine.Relevance {
		t.Error("without words the newest come first, with words the best")
	}
}

func TestTimesAreShort(t *testing.T) {
	t.Parallel()
	p := samplePages(t)
	for in, want := range map[string]string{
		"2026-11-22T08:05:00Z": "08:05",
		"2026-11-21T23:59:00Z": "Sat 23:59",
		"2026-11-16T00:00:00Z": "Mon 00:00",
		"2026-11-15T12:00:00Z": "15 Nov",
		"2025-12-31T12:00:00Z": "31 Dec 2025",
		"2027-01-01T12:00:00Z": "1 Jan 2027",
	} {
		at, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.when(at).Short; got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	if got := p.when(time.Time{}); got != (when{}) {
		t.Errorf("an unknown time is shown as %v", got)
	}
}

func TestPeopleAndNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[mail.Address]string{
		{Name: "Eva Lindström"}:         "Eva Lindström EL",
		{Name: "jean-paul de la Cour"}:  "jean-paul de la Cour JC",
		{Address: "info@a.example"}:     "info@a.example I",
		{Name: "佐藤 美咲"}:                 "佐藤 美咲 佐",
		{Name: "Aoi Morikawa (森川 葵)"}:   "Aoi Morikawa (森川 葵) AM",
		{}:                              "No sender NS",
		{Name: "  ", Address: "7@a.b"}:  "7@a.b ?",
		{Name: "Éva", Address: "e@a.b"}: "Éva É",
	} {
		p := personOf(in)
		if got := p.Sender + " " + p.Initials; got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %s", n, got)
		}
	}
	for n, want := range map[int64]string{-1: "", 0: "", 12: "12 B", 1023: "1023 B", 2048: "2 KB", 1536 << 10: "1.5 MB", 30 << 20: "30 MB"} {
		if got := byteSize(n); got != want {
			t.Errorf("byteSize(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestAssetsAreKeptForEverUnderTheirVersion(t *testing.T) {
	t.Parallel()
	a := samplePages(t).assets
	at, err := a.path("js/app.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, accept    string
		status          int
		cache, encoding string
	}{
		{at, "br, gzip", 200, "public, max-age=31536000, immutable", "gzip"},
		{at, "gzip;q=0", 200, "public, max-age=31536000, immutable", ""},
		{at, "", 200, "public, max-age=31536000, immutable", ""},
		{"/static/0000000000000000/js/app.js", "", 200, "no-cache", ""},
		{"/static/" + a.version + "/js/none.js", "", 404, "no-store", ""},
		{"/static/" + a.version + "/../pages.go", "", 404, "no-store", ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = tt.path
		r.Header.Set("Accept-Encoding", tt.accept)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		got := []any{w.Code, w.Header().Get("Cache-Control"), w.Header().Get("Content-Encoding")}
		if diff := cmp.Diff([]any{tt.status, tt.cache, tt.encoding}, got); diff != "" {
			t.Errorf("%s (%s): %s", tt.path, tt.accept, diff)
		}
	}
	if _, err := a.path("js/none.js"); err == nil {
		t.Error("a page may refer to an asset that does not exist")
	}
}

// The policy of the pages requires that no script turns text into markup or
// code; a browser without Trusted Types would not notice.
func TestModulesNeverMakeMarkupOfText(t *testing.T) {
	t.Parallel()
	sink := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\b|new Function|setHTML|createContextualFragment|set(Timeout|Interval)\(['"]|await import\(`)
	imported := regexp.MustCompile(`(?m)^import .* from '\./([a-z]+\.js)';$`)
	err := fs.WalkDir(staticFiles, "static/js", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(staticFiles, name)
		if err != nil {
			return err
		}
		if found := sink.Find(b); found != nil {
			t.Errorf("%s uses %s", name, found)
		}
		for _, m := range imported.FindAllSubmatch(b, -1) {
			if _, err := fs.Stat(staticFiles, path.Join("static/js", string(m[1]))); err != nil {
				t.Errorf("%s imports %s: %v", name, m[1], err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSpansAndRates(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		time.Millisecond: "1 s", 35 * time.Second: "35 s", 400 * time.Second: "7 min", 90 * time.Minute: "1 h 30 min",
		11 * time.Hour: "11 h", 100 * time.Hour: "4 days",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%s) = %s, want %s", d, got, want)
		}
	}
	for r, want := range map[float64]string{0.25: "0.2", 9.96: "10.0", 12.4: "12", 1234.5: "1,235"} {
		if got := rate(r); got != want {
			t.Errorf("rate(%g) = %s, want %s", r, got, want)
		}
	}
}
