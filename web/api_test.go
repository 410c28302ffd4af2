package web

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// TestSearchAnswer: a program finds in a search's answer what the issue of the
// API promises, by those names.
func TestSearchAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	res := s.get("/api/v1/search?q=terms&facets=mailbox,folder")
	var got struct {
		Query struct {
			Text, Parsed string
			Warnings     []any
		}
		Total int
		Hits  []struct {
			ID       string
			Mailbox  struct{ ID, Address, Name string }
			Folder   struct{ ID, Path string }
			Date     string
			From     mail.Address
			To       []mail.Address
			Snippets struct {
				Subject, Body []string
				Attachments   []struct {
					Index     int
					Name      string
					Fragments []string
				}
			}
		}
		Facets map[string]struct {
			Buckets []struct {
				Value, Label string
				Count        int
			}
		}
	}
	must(t, json.Unmarshal([]byte(res.body), &got))
	if got.Total != 1 || len(got.Hits) != 1 || got.Query.Text != "terms" || got.Query.Parsed != "terms" || got.Query.Warnings == nil {
		t.Fatalf("answer: %s", res.body)
	}
	h := got.Hits[0]
	if h.ID != s.ids["plain"].String() || h.Mailbox.Address != "eva@contoso.example" || h.Folder.Path != "Inbox" || h.Date != "2025-03-04T09:15:00Z" {
		t.Errorf("hit: %+v", h)
	}
	if h.Snippets.Body[0] != "Please sign the renewal &lt;now&gt;." {
		t.Errorf("body: %q", h.Snippets.Body)
	}
	if a := h.Snippets.Attachments; len(a) != 1 || a[0].Index != 1 || a[0].Fragments[0] != "%PDF renewal <mark>terms</mark>" {
		t.Errorf("attachments: %+v", a)
	}
	if b := got.Facets["mailbox"].Buckets; len(b) != 1 || b[0].Label != "Eva Novak" || b[0].Value != s.box.String() || b[0].Count != 1 {
		t.Errorf("facets: %+v", got.Facets)
	}
	if !strings.Contains(res.body, "<mark>") || strings.Contains(res.body, `:null,"cc"`) {
		t.Errorf("marks are escaped or lists are null: %s", res.body)
	}
}

// TestBadParameters: a parameter that cannot be used is named, with what is
// allowed, and nothing is guessed.
func TestBadParameters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for query, want := range map[string]string{
		"limit=0":                         "limit",
		"limit=101":                       "limit",
		"limit=ten":                       "limit",
		"limit=1&limit=2":                 "limit",
		"sort=length":                     "sort",
		"size=5":                          "size",
		"copies=two":                      "copies",
		"group=sender":                    "group",
		"facets=mailbox,box":              "facets",
		"after=yesterday":                 "after",
		"after=2025-02-30":                "after",
		"before=2025-1-1":                 "before",
		"tz=Mars/Phobos":                  "tz",
		"tz=Local":                        "tz",
		"tz=../../etc/passwd":             "tz",
		"mailbox=No+Body":                 "mailbox",
		"folder=In/box":                   "folder",
		"cursor=abc":                      "cursor",
		"foo=1":                           "foo",
		"Q=x":                             "Q",
		"q=%ff":                           "q",
		"q=a;b":                           "query string",
		"q=%zz":                           "query string",
		"q=" + strings.Repeat("a", 65537): "q",
		strings.Repeat("mailbox=a&", 101): "mailbox",
		strings.Repeat("x", 200) + "=1":   "query string",
		"q=" + url.QueryEscape("\u202e") + "&z=%00": "z",
	} {
		res := s.get("/api/v1/search?" + query)
		var p problem
		must(t, json.Unmarshal([]byte(res.body), &p))
		if res.StatusCode != http.StatusBadRequest || p.Parameter != want || !strings.HasPrefix(p.Detail, want+": ") || p.Status != 400 {
			t.Errorf("%.60s: %d %s, want a problem with %s", query, res.StatusCode, res.body, want)
		}
		if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%.60s: content type %s", query, got)
		}
	}
	if res := s.get("/api/v1/search?q=&mailbox=&folder=&after=&before=&sort=&limit=&cursor=&facets="); res.StatusCode != http.StatusOK {
		t.Errorf("empty parameters: %d %s", res.StatusCode, res.body)
	}
}

// TestForeignCursor: a cursor of one search is refused by another.
func TestForeignCursor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var page struct {
		Next string `json:"next_cursor"`
	}
	must(t, json.Unmarshal([]byte(s.get("/api/v1/search?limit=1&sort=newest").body), &page))
	if res := s.get("/api/v1/search?limit=1&sort=newest&cursor=" + url.QueryEscape(page.Next)); res.StatusCode != http.StatusOK || page.Next == "" {
		t.Errorf("its own cursor %q: %d %s", page.Next, res.StatusCode, res.body)
	}
	res := s.get("/api/v1/search?limit=1&sort=newest&q=lease&cursor=" + url.QueryEscape(page.Next))
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "bad-cursor") {
		t.Errorf("a foreign cursor: %d %s", res.StatusCode, res.body)
	}
}

// TestSafeHeaders: every answer, whatever became of the request, tells the
// browser to keep to itself what it got.
func TestSafeHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.ids["html"].String()
	paths := []string{
		"/", "/status", "/help", "/nowhere", "/message/" + id, "/message/zzzzz", "/api/nowhere", "/api/v1/search", "/api/v1/search?limit=x",
		"/api/v1/messages/" + id, "/api/v1/messages/" + id + "/html", "/api/v1/messages/" + id + "/attachments/0", "/api/v1/openapi.json", "/healthz",
	}
	for _, path := range paths {
		for _, res := range []answer{s.get(path), s.do(http.MethodHead, path), s.do(http.MethodPost, path), s.get(path, "Host", "a.example:8080")} {
			h := res.Header
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s %s (%d): %s is %q", res.Request.Method, path, res.StatusCode, name, got)
				}
			}
			csp := h.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors") || strings.Contains(csp, "script-src 'unsafe") {
				t.Errorf("%s %s (%d): policy %q", res.Request.Method, path, res.StatusCode, csp)
			}
			if strings.HasPrefix(path, "/api/") && !strings.Contains(csp, "sandbox") {
				t.Errorf("%s %s (%d): the API's policy is %q", res.Request.Method, path, res.StatusCode, csp)
			}
		}
	}
}

// TestHosts: the server answers to names of this machine only, so that no
// stranger's page reaches it by a name of its own.
func TestHosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST:1": true, "127.0.0.1": true, "127.0.0.1:8080": true,
		"[::1]": true, "[::1]:8080": true, "127.8.8.8:1": true,
		"": false, "evil.example": false, "localhost.evil.example": false, "127.0.0.1.evil.example:8080": false,
		"10.0.0.1": false, "[::]:8080": false, "0.0.0.0:8080": false, "localhost@evil.example": false, "[::1%25eth0]:1": false, "[fe80::1]": false,
	} {
		if got := loopbackHost(host); got != want {
			t.Errorf("%q is let in: %v", host, got)
		}
	}
}

// TestMethods: GET and HEAD only, and other sites cannot even try to change
// anything.
func TestMethods(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	head := s.do(http.MethodHead, "/api/v1/mailboxes")
	if head.StatusCode != http.StatusOK || head.body != "" || head.Header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %d %q", head.StatusCode, head.body)
	}
	post := s.do(http.MethodPost, "/api/v1/search")
	if post.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(post.Header.Get("Allow"), "GET") {
		t.Errorf("POST: %d, Allow %q", post.StatusCode, post.Header.Get("Allow"))
	}
	cross := s.do(http.MethodPost, "/api/v1/search", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if cross.StatusCode != http.StatusForbidden {
		t.Errorf("POST from another site: %d", cross.StatusCode)
	}
	for _, r := range s.server.routes() {
		if r.Method != http.MethodGet && r.Policy != operating {
			t.Errorf("%s %s can change something and is not for operators alone", r.Method, r.Path)
		}
		if r.Policy != open && r.Policy != mailRead && r.Policy != operating {
			t.Errorf("%s %s has no policy", r.Method, r.Path)
		}
	}
}

// TestDownload: an attachment is always saved as a file, under a name that is
// safe, and never shown or run.
func TestDownload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	base := "/api/v1/messages/" + s.ids["plain"].String() + "/attachments/"
	res := s.get(base + "0")
	if res.body != "<script>alert(1)</script> renewal" || res.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("bytes %q as %s", res.body, res.Header.Get("Content-Type"))
	}
	kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || params["filename"] != "eviltxt.exeX_ y" {
		t.Errorf("%q: %s %v %v", res.Header.Get("Content-Disposition"), kind, params, err)
	}
	if pdf := s.get(base+"1", "Range", "bytes=1-3"); pdf.StatusCode != http.StatusPartialContent || pdf.body != "PDF" || pdf.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("a range: %d %q", pdf.StatusCode, pdf.body)
	}
	if text := s.get(base+"0/text", "Accept", "text/html,*/*;q=0.8"); !strings.HasPrefix(text.Header.Get("Content-Type"), "text/plain") || text.body != "<script>alert(1)</script> renewal" {
		t.Errorf("text: %s %q", text.Header.Get("Content-Type"), text.body)
	}
	if res := s.get(base + "2"); res.StatusCode != http.StatusNotFound || !strings.Contains(res.body, "not-held") || res.Header.Get("Content-Disposition") != "" {
		t.Errorf("an attachment that is not held: %d %s", res.StatusCode, res.body)
	}
	for _, n := range []string{"-1", "+1", "01", "1e0", "x", "99999999999999999999"} {
		if res := s.get(base + n); res.StatusCode != http.StatusNotFound {
			t.Errorf("attachment %s: %d", n, res.StatusCode)
		}
	}
}

func TestDownloadNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a    search.Attachment
		want string
	}{
		{search.Attachment{Name: "plan.pdf"}, "plan.pdf"},
		{search.Attachment{Name: "Übersicht 会议.docx"}, "Übersicht 会议.docx"},
		{search.Attachment{Name: "../../etc/passwd"}, "passwd"},
		{search.Attachment{Name: `C:\a\b.txt`}, "b.txt"},
		{search.Attachment{Name: "gpj.\u202eexe"}, "gpj.exe"},
		{search.Attachment{Name: "a\r\nSet-Cookie: b"}, "aSet-Cookie_ b"},
		{search.Attachment{Name: "...", Index: 4}, "attachment-4"},
		{search.Attachment{Index: 2}, "attachment-2"},
		{search.Attachment{Name: "Re: offer", Kind: mail.ItemPart}, "Re_ offer.eml"},
		{search.Attachment{Name: strings.Repeat("é", 400) + ".pdf"}, strings.Repeat("é", 146) + ".pdf"},
		{search.Attachment{Name: "a." + strings.Repeat("b", 400)}, "a." + strings.Repeat("b", 148)},
	} {
		if got := downloadName(tt.a); got != tt.want {
			t.Errorf("%+q: %+q, want %+q", tt.a.Name, got, tt.want)
		}
		if mime.FormatMediaType("attachment", map[string]string{"filename": downloadName(tt.a)}) == "" {
			t.Errorf("%+q gives no header", tt.a.Name)
		}
	}
}

// TestDownloadTypes: only types that cannot run anything are told to a browser.
func TestDownloadTypes(t *testing.T) {
	t.Parallel()
	for declared, want := range map[string]string{
		"image/png": "image/png", "IMAGE/JPEG; name=x": "image/jpeg", "application/pdf": "application/pdf",
		"": "application/octet-stream", "text/html": "application/octet-stream", "image/svg+xml": "application/octet-stream",
		"image/png\r\nX: y": "application/octet-stream", "image/png; =": "application/octet-stream", "text/html; =": "application/octet-stream",
		"nonsense": "application/octet-stream",
	} {
		if got := downloadType(search.Attachment{ContentType: declared}); got != want {
			t.Errorf("%q is served as %q, want %q", declared, got, want)
		}
	}
}

// TestMessageHTML: a message's HTML holds nothing that runs or fetches, has its
// own pictures in it, and says so to the browser too.
func TestMessageHTML(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	res := s.get("/api/v1/messages/" + s.ids["html"].String() + "/html")
	for _, bad := range []string{"<script", "onclick", "tracker.example/x.png\"", "cid:"} {
		if strings.Contains(res.body, bad) {
			t.Errorf("%q is in %s", bad, res.body)
		}
	}
	if !strings.Contains(res.body, "data:image/png;base64,") || !strings.Contains(res.body, "Hello") {
		t.Errorf("the picture or the text is missing: %s", res.body)
	}
	csp := res.Header.Get("Content-Security-Policy")
	for _, part := range []string{"sandbox", "default-src 'none'", "img-src data:", "style-src 'unsafe-inline'", "frame-ancestors 'self'"} {
		if !strings.Contains(csp, part) {
			t.Errorf("the policy lacks %s: %s", part, csp)
		}
	}
	if strings.Contains(csp, "allow-scripts") || strings.Contains(csp, "allow-same-origin") {
		t.Errorf("the sandbox is open: %s", csp)
	}
	text := s.get("/api/v1/messages/" + s.ids["plain"].String() + "/html")
	if !strings.Contains(text.body, "renewal &lt;now&gt;") {
		t.Errorf("plain text: %s", text.body)
	}
}

// TestFaultsTellNothing: a fault of ours is a 500 without a word of what went
// wrong, and the server goes on; no fault or query ends up where it does not belong.
func TestFaultsTellNothing(t *testing.T) {
	t.Parallel()
	s := stuckSite(t, engine.ErrTooComplex)
	if res := s.get("/api/v1/search?q=x"); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "too-complex") {
		t.Errorf("a query that costs too much: %d %s", res.StatusCode, res.body)
	}
	if res := s.get("/readyz"); res.StatusCode != http.StatusServiceUnavailable || strings.Contains(res.body, "fire") {
		t.Errorf("readyz: %d %s", res.StatusCode, res.body)
	}
	e := echo.New()
	e.HTTPErrorHandler = s.server.handleError
	e.Use(s.server.logAccess, s.server.recoverPanic)
	e.GET("/api/v1/boom", func(echo.Context) error { panic("canary inside") })
	ts := &site{t: t, log: s.log}
	ts.listen(e)
	for range 2 {
		res := ts.get("/api/v1/boom?q=canary-query")
		if res.StatusCode != http.StatusInternalServerError || strings.Contains(res.body, "canary") {
			t.Errorf("a panic: %d %s", res.StatusCode, res.body)
		}
	}
	if !strings.Contains(s.log.String(), "canary inside") {
		t.Error("the log does not tell what went wrong")
	}
}

// TestLogHoldsNoMail: what people search for and read is nobody's business in
// a log.
func TestLogHoldsNoMail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.ids["plain"].String()
	for _, path := range []string{
		"/api/v1/search?q=canary", "/?q=canary", "/canary", "/api/v1/search?canary=1", "/api/v1/search?q=in:canary",
		"/api/v1/messages/" + id, "/message/" + id, "/api/v1/messages/canary",
	} {
		s.get(path)
	}
	s.do("CANARY", "/")
	log := s.log.String()
	for _, secret := range []string{"canary", "CANARY", "Lease", "contoso", "renewal"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
	if !strings.Contains(log, "route=/api/v1/search") {
		t.Errorf("requests are not logged:\n%s", log)
	}
}
