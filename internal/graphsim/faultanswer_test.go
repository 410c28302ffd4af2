package graphsim_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// spoiled is what a client sees of an answer: as much as came of it.
type spoiled struct {
	status int
	header http.Header
	raw    []byte
	err    error // of the request, or of reading the body
	took   time.Duration
}

func (c *client) see(ctx context.Context, path string) spoiled {
	c.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	// A connection of its own: on a used one the transport tries again by itself.
	c.http.CloseIdleConnections()
	start := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return spoiled{err: err, took: time.Since(start)}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return spoiled{resp.StatusCode, resp.Header, raw, err, time.Since(start)}
}

func (s spoiled) code() string {
	var body struct {
		Error struct {
			Code  string
			Inner struct{ Code string } `json:"innerError"`
		}
	}
	_ = json.Unmarshal(s.raw, &body)
	if body.Error.Inner.Code != "" {
		return body.Error.Inner.Code
	}
	return body.Error.Code
}

// Every fault of the catalogue shows to a client as what it is called.
func TestStatement47_FaultsOfTheCatalogue(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	fill(m.Folder("inbox"), 30)
	path := c.server.GraphURL + "/users/" + m.ID() + "/mailFolders/inbox/messages/delta"
	good := c.see(context.Background(), path)
	is := func(status int, code string) func(spoiled) bool {
		return func(s spoiled) bool { return s.err == nil && s.status == status && s.code() == code }
	}
	after := func(value string, f func(spoiled) bool) func(spoiled) bool {
		return func(s spoiled) bool { return f(s) && s.header.Get("Retry-After") == value }
	}
	in := func(d time.Duration) string { return at().Add(d).Format(http.TimeFormat) }
	broken := func(s spoiled) bool { return s.err != nil && len(s.raw) < len(good.raw) }
	checks := map[string]func(spoiled) bool{
		"429":             after("1", is(429, "ApplicationThrottled")),
		"429-bare":        after("", is(429, "ApplicationThrottled")),
		"429-date":        after(in(2*time.Second), is(429, "ApplicationThrottled")),
		"503":             after("", is(503, "ServiceUnavailable")),
		"503-retry-after": after("1", is(503, "ErrorServerBusy")),
		"503-date":        after(in(2*time.Second), is(503, "ErrorServerBusy")),
		"503-empty":       func(s spoiled) bool { return s.status == 503 && len(s.raw) == 0 && s.header.Get("Content-Type") == "" },
		"503-busy":        is(503, "ErrorServerBusy"),
		"503-store":       is(503, "ErrorMailboxStoreUnavailable"),
		"503-moving":      is(503, "ErrorMailboxMoveInProgress"),
		"503-stale":       is(503, "MailboxInfoStale"),
		"504":             is(504, "UnknownError"),
		"502-html": func(s spoiled) bool {
			return s.status == 502 && strings.Contains(s.header.Get("Content-Type"), "html") && len(s.raw) > 0
		},
		"500":           is(500, "ErrorInternalServerError"),
		"500-transient": is(500, "ErrorInternalServerTransientError"),
		"500-empty":     func(s spoiled) bool { return s.status == 500 && len(s.raw) == 0 },
		"509":           is(509, "ActivityLimitReached"),
		"drop":          func(s spoiled) bool { return s.err != nil && s.status == 0 && !errors.Is(s.err, syscall.ECONNRESET) },
		"reset":         func(s spoiled) bool { return s.status == 0 && errors.Is(s.err, syscall.ECONNRESET) },
		"reset-body":    broken,
		"cut":           func(s spoiled) bool { return broken(s) && len(s.raw) > 0 && errors.Is(s.err, io.ErrUnexpectedEOF) },
		"slow":          func(s spoiled) bool { return s.err == nil && wrongItems(s.raw) == 0 && s.took >= 300*time.Millisecond },
		"late":          func(s spoiled) bool { return s.err == nil && wrongItems(s.raw) == 0 && s.took >= 300*time.Millisecond },
		"stall": func(s spoiled) bool {
			return s.status == 200 && errors.Is(s.err, context.DeadlineExceeded) && len(s.raw) > 0
		},
		"malformed":  func(s spoiled) bool { return s.err == nil && s.status == 200 && len(s.raw) > 0 && !json.Valid(s.raw) },
		"wrong-type": func(s spoiled) bool { return wrongItems(s.raw) == 1 },
		"gzip":       func(s spoiled) bool { return s.err == nil && wrongItems(s.raw) == 0 && json.Valid(s.raw) },
		"400-token":  is(400, "BadRequest"),
		"401": func(s spoiled) bool {
			return is(401, "InvalidAuthenticationToken")(s) && s.header.Get("Www-Authenticate") == ""
		},
		"401-claims": func(s spoiled) bool { return is(401, "InvalidAuthenticationToken")(s) && challenged(s.header) },
		"403":        is(403, "ErrorAccessDenied"),
		"403-raop": func(s spoiled) bool {
			return is(403, "ErrorAccessDenied")(s) && bytes.Contains(s.raw, []byte("[RAOP]"))
		},
		"403-quota":          is(403, "ErrorQuotaExceeded"),
		"403-authentication": is(403, "AuthenticationError"),
		"404":                is(404, "ErrorItemNotFound"),
		"404-folder":         is(404, "ErrorFolderNotFound"),
		"404-sync-folder":    is(404, "ErrorSyncFolderNotFound"),
		"404-user":           is(404, "ErrorInvalidUser"),
		"404-inactive":       is(404, "MailboxNotEnabledForRESTAPI"),
		"404-empty":          func(s spoiled) bool { return s.status == 404 && len(s.raw) == 0 },
		"410":                is(410, "SyncStateNotFound"),
		"410-lower":          is(410, "syncStateNotFound"),
		"410-invalid":        is(410, "SyncStateInvalid"),
		"410-resync":         is(410, "ResyncRequired"),
		"410-resync-lower":   is(410, "resyncRequired"),
		"410-directory":      is(410, "Directory_ResyncRequired"),
		"410-inner":          is(410, "SyncStateNotFound"),
		"410-location": func(s spoiled) bool {
			return is(410, "SyncStateNotFound")(s) && s.header.Get("Location") == path+"?$deltatoken="
		},
		"410-empty": func(s spoiled) bool { return s.status == 410 && len(s.raw) == 0 },
	}
	for _, name := range graphsim.FaultNames() {
		check := checks[name]
		if check == nil {
			t.Errorf("%s has no check", name)
			continue
		}
		f, _ := graphsim.NamedFault(name)
		f.Match, f.Times = graphsim.OfKind(graphsim.MessageDelta), 1
		c.tenant.Inject(f)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		if f.Stall > 0 {
			ctx, cancel = context.WithTimeout(context.Background(), time.Second)
		}
		if s := c.see(ctx, path); !check(s) {
			t.Errorf("%s shows as %d %v, error %v, after %s: %.300s", name, s.status, s.header, s.err, s.took, s.raw)
		}
		cancel()
		if s := c.see(context.Background(), path); s.err != nil || s.status != 200 || wrongItems(s.raw) != 0 {
			t.Errorf("after %s: %d %v", name, s.status, s.err)
		}
		if c.tenant.Troubles()[name] != 1 {
			t.Errorf("%s is not counted", name)
		}
	}
}

// wrongItems counts the items of a page whose fields have a type that Graph
// does not give them; -1 for a body that is no page.
func wrongItems(raw []byte) int {
	var page struct{ Value []json.RawMessage }
	if json.Unmarshal(raw, &page) != nil || len(page.Value) == 0 {
		return -1
	}
	n := 0
	for _, item := range page.Value {
		var m struct {
			ID, Subject string
			IsRead      bool
		}
		if json.Unmarshal(item, &m) != nil {
			n++
		}
	}
	return n
}

func challenged(h http.Header) bool {
	_, claims, ok := strings.Cut(h.Get("Www-Authenticate"), `error="insufficient_claims", claims="`)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(claims, `"`))
	return ok && err == nil && json.Valid(raw)
}

// An endpoint fails in its own words.
func TestStatement47_FaultsInTheWordsOfTheEndpoint(t *testing.T) {
	t.Parallel()
	c, _ := withBox(t, graphsim.Options{})
	for name, want := range map[string]string{"429": "TooManyRequests", "403": "Authorization_RequestDenied", "404": "Request_ResourceNotFound"} {
		f, _ := graphsim.NamedFault(name)
		f.Match, f.Times = graphsim.OfKind(graphsim.Users), 1
		c.tenant.Inject(f)
		r := c.get("/users")
		c.refused(r, f.Status, want)
		if name == "429" && r.header.Get("x-ms-throttle-information") == "" {
			t.Errorf("the directory throttles without its headers: %v", r.header)
		}
	}
	for name, want := range map[string]float64{"429": 90055, "503": 90055, "401": 7000215, "404": 90023} {
		f, _ := graphsim.NamedFault(name)
		f.Match, f.Times = graphsim.OfKind(graphsim.Tokens), 1
		c.tenant.Inject(f)
		r := c.post(c.server.Authority+c.tenant.Options().TenantID+"/oauth2/v2.0/token", url.Values{})
		codes, _ := r.body["error_codes"].([]any)
		if r.status != f.Status || len(codes) != 1 || codes[0] != want {
			t.Errorf("token, %s: %d %s", name, r.status, r.raw)
		}
		if name == "429" && r.header.Get("Retry-After") != "1" {
			t.Errorf("token, 429: %v", r.header)
		}
	}
}

// Which requests a fault is for: by mailbox, number, chance and time.
func TestStatement47_WhichRequestsFail(t *testing.T) {
	t.Parallel()
	now := newWatch()
	c, m := withBox(t, graphsim.Options{Now: now.read})
	other := c.tenant.AddUser(graphsim.User{})
	mine, theirs := "/users/"+m.ID()+"/mailFolders/inbox", "/users/"+other.ID()+"/mailFolders/inbox"
	statuses := func(n int, path string) (out []int) {
		for range n {
			out = append(out, c.get(path).status)
		}
		return out
	}
	same := func(what string, got []int, want ...int) {
		t.Helper()
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", what, got, want)
				return
			}
		}
	}
	inject := func(f graphsim.Fault) {
		c.tenant.ClearFaults()
		f.Status = 500
		c.tenant.Inject(f)
	}
	inject(graphsim.Fault{Mailbox: "Anna@contoso.example", After: 1, Times: 2})
	same("another mailbox", statuses(3, theirs), 200, 200, 200)
	same("no mailbox", statuses(1, "/users"), 200)
	same("after one, twice", statuses(5, mine), 200, 500, 500, 200, 200)
	inject(graphsim.Fault{For: time.Minute})
	same("for a minute", statuses(3, mine), 500, 500, 500)
	now.advance(time.Minute)
	same("a minute later", statuses(1, mine), 200)

	c.tenant.ForgetRequests()
	inject(graphsim.Fault{Chance: 0.3})
	var failed, again int
	for range 200 {
		if c.get(mine).status == 500 {
			failed++
		}
	}
	if failed < 35 || failed > 90 {
		t.Errorf("a chance of 0.3 made %d of 200 fail", failed)
	}
	for _, r := range c.tenant.Requests() {
		if r.Fault == "500" && r.Status == 500 {
			again++
		}
	}
	if again != failed {
		t.Errorf("%d failures recorded of %d", again, failed)
	}
}

// A chance is one of the seed: the same requests fail in every run.
func TestStatement47_FaultsDeriveFromTheSeed(t *testing.T) {
	t.Parallel()
	run := func(seed int64) string {
		d := newDirect(t, graphsim.Options{Seed: seed})
		m := d.tenant.AddUser(graphsim.User{})
		d.tenant.Inject(graphsim.Fault{Status: 500, Chance: 0.5})
		var out strings.Builder
		for range 64 {
			status, _ := d.get("/users/" + m.ID() + "/mailFolders/inbox")
			out.WriteByte(byte(status / 100))
		}
		return out.String()
	}
	first, again, other := run(1), run(1), run(2)
	if first != again || first == other {
		t.Error("chances do not follow the seed")
	}
}

// Pages above a set size are too much for the mailbox server.
func TestStatement47_LargePagesTimeOut(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{PageLimit: 50}})
	base := "/users/" + m.ID()
	for path, pages := range map[string][2]string{
		"/mailFolders/inbox/messages/delta": {"odata.maxpagesize=51", "odata.maxpagesize=50"},
		"/messages":                         {"odata.maxpagesize=100", "odata.maxpagesize=5"},
		"/messages?$top=60":                 {"", ""},
	} {
		r := c.get(base+path, pages[0])
		c.refused(r, 504, "UnknownError")
		if r.message() != "" {
			t.Errorf("504 says %q", r.message())
		}
		if pages[1] != "" {
			c.want(base+path, pages[1])
		}
	}
	c.want(base+"/mailFolders?$top=60", "odata.maxpagesize=500")
}

// An answer can be packed though nobody asked for it.
func TestStatement47_GzipUnasked(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	f, _ := graphsim.NamedFault("gzip")
	c.tenant.Inject(f)
	h := http.Header{"Authorization": {"Bearer " + c.token}, "Accept-Encoding": {"identity"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.server.GraphURL+"/users/"+m.ID(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = h
	resp, err := c.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	z, err := gzip.NewReader(resp.Body)
	if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v %v", err, resp.Header)
	}
	if raw, err := io.ReadAll(z); err != nil || !json.Valid(raw) {
		t.Errorf("%v %s", err, raw)
	}
}
