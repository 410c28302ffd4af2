package graphsim_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

func batchStep(id, url string, depends ...string) map[string]any {
	return map[string]any{"id": id, "method": "GET", "url": url, "dependsOn": depends}
}

func (c *client) postBatch(body []byte, h http.Header) reply {
	c.t.Helper()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Authorization", "Bearer "+c.token)
	return c.do(http.MethodPost, c.server.GraphURL+"/$batch", body, h)
}

func batchBody(t *testing.T, steps ...map[string]any) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"requests": steps})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// batch sends steps and gives their answers by id. A body that is a string is
// in raw, decoded.
func (c *client) batch(steps ...map[string]any) map[string]reply {
	c.t.Helper()
	r := c.postBatch(batchBody(c.t, steps...), nil)
	if r.status != http.StatusOK {
		c.t.Fatalf("batch: %d %s", r.status, r.raw)
	}
	out := make(map[string]reply)
	answers, _ := r.body["responses"].([]any)
	for _, a := range answers {
		a := a.(map[string]any)
		status, _ := a["status"].(float64)
		one := reply{status: int(status), header: http.Header{}}
		headers, _ := a["headers"].(map[string]any)
		for name, v := range headers {
			one.header.Set(name, v.(string))
		}
		switch body := a["body"].(type) {
		case map[string]any:
			one.body = body
		case string:
			one.raw, _ = base64.StdEncoding.DecodeString(body)
		}
		out[str(a, "id")] = one
	}
	if len(out) != len(steps) {
		c.t.Fatalf("%d answers to %d requests", len(out), len(steps))
	}
	return out
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

// A batch holds twenty requests at most, packed or not, and answers each with
// its own status, headers and body, in an order of its own.
func TestStatement49_BatchAnswersEachRequest(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	message := letter()
	message.Attachments = []graphsim.Attachment{{Name: "a.bin", ContentType: "application/octet-stream", Content: []byte("\x00bytes\xff")}}
	id := inbox.Add(message)
	attachments := c.want("/users/"+m.ID()+"/messages/"+esc(id)+"/attachments?$select=id", immutable).items()
	var steps []map[string]any
	for i := range 20 {
		steps = append(steps, batchStep(strconv.Itoa(i), "/users/"+m.ID()+"/mailFolders/"+[]string{"inbox", "clutter"}[i%2]))
	}
	steps[0] = batchStep("0", "/users/"+m.ID()+"/messages/"+esc(id)+"?$select=id")
	steps[0]["headers"] = map[string]string{"Prefer": immutable + ", odata.maxpagesize=3"}
	steps[2] = batchStep("2", "users/"+m.ID()+"/messages/"+esc(id)+"/attachments/"+esc(str(attachments[0], "id"))+"/$value")
	steps[4] = batchStep("4", "/users?$select=id")
	check := func(got map[string]reply) {
		t.Helper()
		if str(got["0"].body, "id") != id || got["0"].header.Get("Preference-Applied") == "" {
			t.Errorf("headers of a request: %+v", got["0"])
		}
		c.refused(got["1"], 404, "ErrorItemNotFound")
		if string(got["2"].raw) != "\x00bytes\xff" || got["2"].header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("bytes: %+v", got["2"])
		}
		if got["4"].header.Get("X-Ms-Resource-Unit") != "1" {
			t.Errorf("the directory's headers: %v", got["4"].header)
		}
		if got["6"].status != 200 || str(got["6"].body, "id") != inbox.ID() {
			t.Errorf("a folder: %+v", got["6"])
		}
	}
	check(c.batch(steps...))
	body := batchBody(t, steps...)
	r := c.postBatch(zipped(body), http.Header{"Content-Encoding": {"gzip"}})
	if answers, _ := r.body["responses"].([]any); r.status != 200 || len(answers) != 20 {
		t.Errorf("a packed batch: %d %s", r.status, r.raw)
	}
	var order []string
	answers, _ := r.body["responses"].([]any)
	for _, a := range answers {
		order = append(order, str(a.(map[string]any), "id"))
	}
	if slices.IsSortedFunc(order, func(a, b string) int { x, _ := strconv.Atoi(a); y, _ := strconv.Atoi(b); return x - y }) {
		t.Error("the answers come in the order of the requests")
	}
	c.refused(c.postBatch(body, http.Header{"Content-Encoding": {"gzip"}}), 400, "BadRequest")
	c.refused(c.postBatch(batchBody(t, append(steps, batchStep("20", "/users"))...), nil), 400, "BadRequest")
}

func TestStatement49_BatchRefusals(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	for name, body := range map[string][]byte{
		"no JSON":                 []byte("{"),
		"no id":                   []byte(`{"requests":[{"method":"GET","url":"/users"}]}`),
		"no url":                  []byte(`{"requests":[{"method":"GET","id":"1"}]}`),
		"null":                    []byte(`{"requests":[null]}`),
		"an id twice":             batchBody(t, batchStep("1", path), batchStep("1", path)),
		"waits for nothing known": batchBody(t, batchStep("1", path, "2")),
		"waits for itself":        batchBody(t, batchStep("1", path, "1")),
		"a ring":                  batchBody(t, batchStep("1", path, "2"), batchStep("2", path, "1")),
	} {
		if r := c.postBatch(body, nil); r.status != 400 || r.code() != "BadRequest" {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	nested := batchStep("nested", "/$batch")
	nested["method"] = "POST"
	got := c.batch(batchStep("whole", c.server.GraphURL+path), nested, batchStep("foreign", "//evil.example/users"))
	for id, r := range got {
		c.refused(r, 400, "BadRequest")
		if t.Failed() {
			t.Log(id)
		}
	}
	write := batchStep("1", path)
	write["method"] = "DELETE"
	if r := c.batch(write)["1"]; r.status != 405 {
		t.Errorf("DELETE in a batch: %d", r.status)
	}
}

// A request that depends on one that failed is not tried.
func TestStatement49_BatchDependencies(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	path, absent := "/users/"+m.ID()+"/mailFolders/inbox", "/users/"+m.ID()+"/mailFolders/clutter"
	c.tenant.ForgetRequests()
	got := c.batch(
		batchStep("a", path), batchStep("b", path, "a"), batchStep("no", absent, "b"),
		batchStep("c", path, "b", "no"), batchStep("d", path, "c"),
	)
	for id, want := range map[string]int{"a": 200, "b": 200, "no": 404, "c": 424, "d": 424} {
		if got[id].status != want {
			t.Errorf("%s: %d, want %d", id, got[id].status, want)
		}
	}
	c.refused(got["d"], 424, "FailedDependency")
	var asked []string
	for _, r := range c.tenant.Requests() {
		if r.InBatch {
			asked = append(asked, strings.TrimPrefix(r.Path, "/v1.0"))
		}
	}
	if !slices.Equal(asked, []string{path, path, absent}) {
		t.Errorf("asked in this order: %v", asked)
	}
}

// A batch with more than four requests on a mailbox runs four at a time; as a
// greedy one, it loses the others.
func TestStatement49_BatchKeepsToFourAtATime(t *testing.T) {
	t.Parallel()
	for _, greedy := range []bool{false, true} {
		c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{GreedyBatch: greedy}})
		other := c.tenant.AddUser(graphsim.User{})
		var steps []map[string]any
		for i := range 10 {
			steps = append(steps, batchStep(strconv.Itoa(i), "/users/"+m.ID()+"/mailFolders/inbox"),
				batchStep("other"+strconv.Itoa(i), "/users/"+other.ID()+"/mailFolders/inbox"))
		}
		c.tenant.ForgetRequests()
		refused := 0
		for id, r := range c.batch(steps...) {
			switch {
			case r.status == 429 && r.header.Get("Retry-After") != "":
				refused++
			case r.status != 200:
				t.Errorf("step %s: %d", id, r.status)
			}
		}
		if want := map[bool]int{false: 0, true: 12}[greedy]; refused != want {
			t.Errorf("greedy %v: %d refused, want %d", greedy, refused, want)
		}
		peak, sub := 0, 0
		for _, r := range c.tenant.Requests() {
			if r.InBatch {
				sub++
				peak = max(peak, r.InFlight)
			}
		}
		if want := map[bool]int{false: 4, true: 10}[greedy]; peak != want || sub != 20 {
			t.Errorf("greedy %v: at most %d at a time, want %d; %d recorded", greedy, peak, want, sub)
		}
	}
}

// Faults happen to the requests in a batch as to any other; those of the
// connection show as the gateway's errors.
func TestStatement49_FaultsInsideABatch(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	for name, want := range map[string]int{
		"429": 429, "503-empty": 503, "502-html": 502, "404": 404, "reset": 502, "cut": 502, "reset-body": 502, "drop": 502,
		"stall": 504, "malformed": 200, "wrong-type": 200, "slow": 200, "401-claims": 401,
	} {
		f, ok := graphsim.NamedFault(name)
		if !ok {
			t.Fatal(name)
		}
		f.Match, f.Times, f.Place = graphsim.OfKind(graphsim.Folders), 1, graphsim.InBatch
		if f.Trickle > 0 {
			f.Trickle = time.Millisecond
		}
		c.tenant.Inject(f)
		c.want(path) // only inside a batch
		got := c.batch(batchStep("1", path), batchStep("2", "/users"))
		if got["1"].status != want || got["2"].status != 200 {
			t.Errorf("%s: %d, want %d, and %d beside it", name, got["1"].status, want, got["2"].status)
		}
		if name == "malformed" && got["1"].body != nil {
			t.Errorf("malformed: %v", got["1"].body)
		}
		if name == "wrong-type" && str(got["1"].body, "id") == "" {
			t.Errorf("wrong type: %v", got["1"].body)
		}
		c.tenant.ClearFaults()
	}
	// One for the batch itself, or for those alone, leaves the others alone.
	f, _ := graphsim.NamedFault("503")
	f.Match, f.Times = graphsim.OfKind(graphsim.Batch), 1
	c.tenant.Inject(f)
	c.refused(c.postBatch(batchBody(t, batchStep("1", path)), nil), 503, "ServiceUnavailable")
	f, _ = graphsim.NamedFault("503")
	f.Match, f.Place = graphsim.OfKind(graphsim.Folders), graphsim.Alone
	c.tenant.Inject(f)
	if r := c.batch(batchStep("1", path))["1"]; r.status != 200 {
		t.Errorf("a fault for requests alone: %d in a batch", r.status)
	}
	c.refused(c.get(path), 503, "ServiceUnavailable")
}

// No body of a batch makes the server panic, or answer with what is no JSON.
func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"requests":[{"id":"1","method":"GET","url":"/users?$select=id"},{"id":"2","method":"GET","url":"users/u/messages","dependsOn":["1"],"headers":{"Prefer":"x"}}]}`))
	f.Add([]byte(`{"requests":[null,{"id":"","url":"//x/%zz"}]}`))
	f.Add([]byte(`{"requests":[{"id":"\u0000request\u0000","method":"GET","url":"/users/anna@x.example/mailFolders('inbox')/messages/delta()"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := newDirect(t, graphsim.Options{})
		m := d.tenant.AddUser(graphsim.User{Address: "anna@x.example"})
		fill(m.Folder("inbox"), 3)
		r := httptest.NewRequest(http.MethodPost, "https://127.0.0.1/v1.0/$batch", bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+d.token)
		w := httptest.NewRecorder()
		d.tenant.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		var out struct{ Responses []struct{ Status int } }
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		for _, one := range out.Responses {
			if one.Status < 200 || one.Status > 599 {
				t.Fatalf("%s", w.Body)
			}
		}
	})
}
