package graphsim_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// Every answer has Graph's headers, every error its envelope.
func TestEnvelope(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	base := c.server.GraphURL + "/users/" + m.ID()
	for _, path := range []string{"", "/mailFolders", "/mailFolders/nonsense", "/nonsense", "/messages/delta"} {
		h := http.Header{"Authorization": {"Bearer " + c.token}, "Client-Request-Id": {`a"b`}}
		r := c.do(http.MethodGet, base+path, nil, h)
		if r.header.Get("request-id") == "" || r.header.Get("client-request-id") != `a"b` || r.header.Get("Date") == "" ||
			!strings.Contains(r.header.Get("x-ms-ags-diagnostic"), "ServerInfo") {
			t.Errorf("%s: headers %v", path, r.header)
		}
		if r.status == 200 {
			continue
		}
		e, _ := r.body["error"].(map[string]any)
		inner, _ := e["innerError"].(map[string]any)
		if str(e, "code") == "" || str(inner, "request-id") != r.header.Get("request-id") || str(inner, "client-request-id") != `a"b` || str(inner, "date") == "" {
			t.Errorf("%s: envelope %s", path, r.raw)
		}
	}
	if r := c.get("/nonsense"); r.status != 400 {
		t.Errorf("unknown segment: %d", r.status)
	}
	if r := c.do(http.MethodDelete, base, nil, http.Header{"Authorization": {"Bearer " + c.token}}); r.status != 405 {
		t.Errorf("DELETE: %d", r.status)
	}
}

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	c.tenant.ForgetRequests()
	path := "/users/" + m.ID() + "/mailFolders/inbox?$select=id"
	c.want(path, immutable, "odata.maxpagesize=5")
	c.do(http.MethodGet, c.server.GraphURL+"/users", nil, nil)
	got := c.tenant.Requests()
	if len(got) != 2 {
		t.Fatalf("%d requests", len(got))
	}
	q := got[0]
	if q.Path != "/v1.0"+path || q.Method != "GET" || len(q.Prefer) != 2 || q.App != c.tenant.Options().ClientID || q.Status != 200 ||
		q.InFlight != 1 || q.Mailbox != m.ID() || !q.Time.Equal(at()) {
		t.Errorf("recorded %+v", q)
	}
	if got[1].App != "" || got[1].Status != 401 || got[1].Mailbox != "" {
		t.Errorf("recorded %+v", got[1])
	}
}

// The fifth request at a time on one mailbox is refused; other mailboxes are
// unaffected.
func TestConcurrencyLimit(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	other := c.tenant.AddUser(graphsim.User{})
	entered := make(chan struct{}, 8)
	c.tenant.Inject(graphsim.Fault{Delay: time.Minute, Match: func(_, path string) bool {
		slow := strings.HasSuffix(path, "/sentitems")
		if slow {
			entered <- struct{}{}
		}
		return slow
	}})
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.GraphURL+"/users/"+m.ID()+"/mailFolders/sentitems", nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Authorization", "Bearer "+c.token)
			if resp, err := c.http.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		})
	}
	for range 4 {
		<-entered
	}
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	r := c.get(path)
	c.refused(r, 429, "ApplicationThrottled")
	if r.header.Get("Retry-After") == "" || !strings.Contains(r.message(), "MailboxConcurrency") {
		t.Errorf("429: %v %s", r.header, r.raw)
	}
	c.want("/users/" + other.ID() + "/mailFolders/inbox")
	stop()
	wg.Wait()
	for deadline := time.Now().Add(10 * time.Second); c.get(path).status != 200; {
		if time.Now().After(deadline) {
			t.Fatal("the mailbox is still refused")
		}
	}
}

// More requests on a mailbox than the limit are refused until the window has
// slid on; refused ones count too.
func TestRequestLimit(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := at()
	advance := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	c, m := withBox(t, graphsim.Options{
		Now:    func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		Quirks: graphsim.Quirks{RequestLimit: 20},
	})
	other := c.tenant.AddUser(graphsim.User{})
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	for range 20 {
		c.want(path)
	}
	advance(5 * time.Minute)
	c.refused(c.get(path), 429, "ApplicationThrottled")
	c.want("/users/" + other.ID() + "/mailFolders/inbox")
	advance(5*time.Minute + time.Second)
	for range 19 { // the refused one counts
		c.want(path)
	}
	c.refused(c.get(path), 429, "ApplicationThrottled")
	if n := c.tenant.Options().Quirks.RequestLimit; n != 20 || graphsim.New(graphsim.Options{}).Options().Quirks.RequestLimit != 10000 {
		t.Errorf("limits %d", n)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	fill(m.Folder("inbox"), 50)
	path := "/users/" + m.ID() + "/messages"
	match := func(_, p string) bool { return strings.HasPrefix(p, "/v1.0"+path) }
	inject := func(f graphsim.Fault) {
		f.Match, f.Times = match, 1
		c.tenant.Inject(f)
	}
	try := func() (reply, error) {
		return c.try(http.MethodGet, c.server.GraphURL+path, nil, http.Header{"Authorization": {"Bearer " + c.token}})
	}
	inject(graphsim.Fault{Status: 503, RetryAfter: 7})
	if r := c.get(path); r.status != 503 || len(r.raw) != 0 || r.header.Get("Retry-After") != "7" {
		t.Errorf("503: %d %q %v", r.status, r.raw, r.header)
	}
	inject(graphsim.Fault{Status: 502, HTML: true})
	if r := c.get(path); r.status != 502 || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
		t.Errorf("502: %d %v", r.status, r.header)
	}
	inject(graphsim.Fault{Status: 500, Body: `{"error":{"code":"ErrorCorruptData","message":"x"}}`})
	c.refused(c.get(path), 500, "ErrorCorruptData")
	inject(graphsim.Fault{Drop: true})
	if _, err := try(); err == nil {
		t.Error("the connection was not cut")
	}
	inject(graphsim.Fault{Truncate: true})
	if _, err := try(); err == nil {
		t.Error("the answer was not cut")
	}
	c.want(path) // each was for one time
	c.tenant.Inject(graphsim.Fault{Match: match, Status: 504})
	for range 3 {
		if r := c.get(path); r.status != 504 {
			t.Errorf("a fault without a number of times: %d", r.status)
		}
	}
	c.tenant.ClearFaults()
	c.want(path)
}

func TestBatch(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	id := inbox.Add(letter())
	post := func(n int, encode func([]byte) []byte, h http.Header) reply {
		var steps []map[string]any
		for i := range n {
			steps = append(steps, map[string]any{"id": fmt.Sprint(i), "method": "GET", "url": "/users/" + m.ID() + "/mailFolders/" + []string{"inbox", "clutter"}[i%2]})
		}
		steps[0]["url"] = "/users/" + m.ID() + "/messages/" + esc(id) + "?$select=id"
		steps[0]["headers"] = map[string]string{"Prefer": immutable + ", odata.maxpagesize=3"}
		body, err := json.Marshal(map[string]any{"requests": steps})
		if err != nil {
			t.Fatal(err)
		}
		h.Set("Authorization", "Bearer "+c.token)
		return c.do(http.MethodPost, c.server.GraphURL+"/$batch", encode(body), h)
	}
	plain := func(b []byte) []byte { return b }
	zip := func(b []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = z.Write(b)
		_ = z.Close()
		return out.Bytes()
	}
	for _, r := range []reply{post(20, plain, http.Header{}), post(20, zip, http.Header{"Content-Encoding": {"gzip"}})} {
		answers, _ := r.body["responses"].([]any)
		if r.status != 200 || len(answers) != 20 {
			t.Fatalf("batch: %d %s", r.status, r.raw)
		}
		for _, a := range answers {
			a := a.(map[string]any)
			body := a["body"].(map[string]any)
			switch n := str(a, "id"); {
			case n == "0" && str(body, "id") != id:
				t.Errorf("headers of a step are obeyed: %v", a)
			case n == "1" && (a["status"] != 404.0 || body["error"] == nil):
				t.Errorf("a failing step: %v", a)
			case n == "2" && str(body, "id") != inbox.ID():
				t.Errorf("a step: %v", a)
			}
		}
	}
	if r := post(21, plain, http.Header{}); r.status != 400 {
		t.Errorf("21 steps: %d", r.status)
	}
	if r := post(2, plain, http.Header{"Content-Encoding": {"gzip"}}); r.status != 400 {
		t.Errorf("a plain body called gzip: %d", r.status)
	}
}

// Two runs from one seed answer byte for byte alike.
func TestSameSeedSameAnswers(t *testing.T) {
	t.Parallel()
	run := func(seed int64) []byte {
		c, m := withBox(t, graphsim.Options{Seed: seed})
		inbox := m.Folder("inbox")
		fill(inbox, 30)
		m.Move(inbox.Messages()[3], m.Folder("archive"))
		var all []byte
		path := deltaPath(m, inbox)
		for path != "" {
			r := c.want(path, "odata.maxpagesize=7")
			all = append(all, r.raw...)
			all = append(all, r.header.Get("request-id")...)
			path = r.next()
		}
		all = append(all, c.want("/users").raw...)
		return bytes.ReplaceAll(all, []byte(strings.TrimSuffix(c.server.GraphURL, "/v1.0")), nil)
	}
	a, b, other := run(5), run(5), run(6)
	if !bytes.Equal(a, b) {
		t.Error("the answers differ")
	}
	if bytes.Equal(a, other) {
		t.Error("another seed gives the same answers")
	}
}
