package graphsim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"mailquarry/internal/graphsim"
)

// direct answers requests without a network, for fuzzing and benchmarks.
type direct struct {
	tenant *graphsim.Tenant
	token  string
}

func newDirect(tb testing.TB, o graphsim.Options) *direct {
	tb.Helper()
	if o.Now == nil {
		o.Now = at
	}
	d := &direct{tenant: graphsim.New(o)}
	o = d.tenant.Options()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {o.ClientID}, "client_secret": {o.ClientSecret},
		"scope": {"https://graph.microsoft.com/.default"},
	}
	r := httptest.NewRequest(http.MethodPost, "https://127.0.0.1/"+o.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	w := httptest.NewRecorder()
	d.tenant.ServeHTTP(w, r)
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || body.Token == "" {
		tb.Fatalf("no token: %s", w.Body)
	}
	d.token = body.Token
	return d
}

// get asks for a link or a path below /v1.0 and gives status and body.
func (d *direct) get(link string) (int, []byte) {
	u, err := url.Parse(link)
	if err != nil {
		return 0, nil
	}
	u.Scheme, u.Host = "https", "127.0.0.1"
	if !strings.HasPrefix(u.Path, "/v1.0/") {
		u.Path, u.RawPath = "/v1.0"+u.Path, ""
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL, r.Host = u, u.Host
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Prefer", immutable+", odata.maxpagesize=50")
	w := httptest.NewRecorder()
	d.tenant.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// Any file becomes a message that is served as valid JSON in UTF-8.
func FuzzLoadEML(f *testing.F) {
	f.Add([]byte("From: a@b\r\nSubject: =?koi8-r?b?8NLJ18XU?=\r\n\r\n\xff\xfe"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html; charset=iso-2022-jp\nContent-Transfer-Encoding: base64\n\n!!!\n--x\nContent-Type: message/rfc822\n\nSubject: in\n\nx\n--x--"))
	f.Add([]byte("To: \"a, b\" <x@y>, =?utf-8?q?=ff?= z@w\nDate: 32 Foo 99999\n\nx"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := newDirect(t, graphsim.Options{})
		if err := d.tenant.LoadEML(fstest.MapFS{"a/inbox/1.eml": {Data: raw}}, "x.example", 0); err != nil {
			t.Fatal(err)
		}
		m := d.tenant.Mailboxes()[0]
		for _, what := range []string{"mailFolders/inbox/messages/delta", "messages?$select=uniqueBody,internetMessageHeaders&$expand=attachments"} {
			status, body := d.get("/users/" + m.ID() + "/" + what)
			if status != 200 || !json.Valid(body) || !utf8.Valid(body) {
				t.Fatalf("%s: %d, valid JSON %v", what, status, json.Valid(body))
			}
		}
		if status, _ := d.get("/users/" + m.ID() + "/messages/" + m.Folder("inbox").Messages()[0] + "/$value"); status != 200 {
			t.Fatalf("$value: %d", status)
		}
	})
}

// No path or query makes the server panic, or answer with something that is
// no status.
func FuzzRequests(f *testing.F) {
	f.Add("/users/x/mailFolders('inbox')/messages/delta()", "$select=id&$skiptoken=e30.AAAA")
	f.Add("/users/anna@x.example/mailFolders/inbox/messages/delta", "$deltatoken=x")
	f.Add("/users/anna@x.example/messages", "$filter=receivedDateTime ge 2020-01-01T00:00:00Z&$top=-1")
	f.Add("/users('')//('')/%zz", "%zz")
	f.Fuzz(func(t *testing.T, path, query string) {
		d := newDirect(t, graphsim.Options{})
		m := d.tenant.AddUser(graphsim.User{Address: "anna@x.example"})
		fill(m.Folder("inbox"), 3)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Scheme: "https", Host: "127.0.0.1", Path: "/v1.0" + path, RawQuery: query}
		r.Header.Set("Authorization", "Bearer "+d.token)
		w := httptest.NewRecorder()
		d.tenant.ServeHTTP(w, r)
		if w.Code < 200 || w.Code > 599 {
			t.Fatalf("status %d", w.Code)
		}
	})
}
