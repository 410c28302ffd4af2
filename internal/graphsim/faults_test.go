package graphsim_test

import (
	"net/http"
	"strings"
	"testing"

	"mailquarry/internal/graphsim"
)

// Every answer has Graph's headers, every error its envelope.
func TestStatement50_Envelope(t *testing.T) {
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

func TestStatement52_Record(t *testing.T) {
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
