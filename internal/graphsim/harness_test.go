package graphsim_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// client is a plain HTTP client of a running tenant.
type client struct {
	t      *testing.T
	tenant *graphsim.Tenant
	server *graphsim.Server
	http   *http.Client
	token  string
}

// reply is an answer, with its body parsed if it is JSON.
type reply struct {
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

const immutable = `IdType="ImmutableId"`

// at is the time that the tests' clocks show.
func at() time.Time { return time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) }

// serve starts a tenant and signs in.
func serve(t *testing.T, o graphsim.Options) *client {
	t.Helper()
	if o.Now == nil {
		o.Now = at
	}
	tenant := graphsim.New(o)
	server, err := tenant.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(server.CertPEM) {
		t.Fatal("the server's CA certificate cannot be read")
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	t.Cleanup(tr.CloseIdleConnections)
	c := &client{t: t, tenant: tenant, server: server, http: &http.Client{Transport: tr}}
	c.signIn("")
	return c
}

// withBox is serve with one user.
func withBox(t *testing.T, o graphsim.Options) (*client, *graphsim.Mailbox) {
	t.Helper()
	c := serve(t, o)
	return c, c.tenant.AddUser(graphsim.User{Address: "anna@contoso.example", DisplayName: "Anna Arendt"})
}

func (c *client) signIn(claims string) {
	c.t.Helper()
	form := c.credentials()
	if claims != "" {
		form.Set("claims", claims)
	}
	r := c.post(c.server.Authority+c.tenant.Options().TenantID+"/oauth2/v2.0/token", form)
	token, ok := r.body["access_token"].(string)
	if !ok {
		c.t.Fatalf("no token: %d %s", r.status, r.raw)
	}
	c.token = token
}

func (c *client) credentials() url.Values {
	o := c.tenant.Options()
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {o.ClientID}, "client_secret": {o.ClientSecret},
		"scope": {"https://graph.microsoft.com/.default openid offline_access profile"},
	}
}

func (c *client) post(url string, form url.Values) reply {
	c.t.Helper()
	return c.do(http.MethodPost, url, []byte(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

// get asks Graph for a path below /v1.0, or for a whole link. Prefers are
// Prefer header lines.
func (c *client) get(path string, prefers ...string) reply {
	c.t.Helper()
	if !strings.HasPrefix(path, "https://") {
		path = c.server.GraphURL + path
	}
	h := http.Header{"Authorization": {"Bearer " + c.token}}
	for _, p := range prefers {
		h.Add("Prefer", p)
	}
	return c.do(http.MethodGet, path, nil, h)
}

func (c *client) do(method, url string, body []byte, h http.Header) reply {
	c.t.Helper()
	r, err := c.try(method, url, body, h)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c *client) try(method, url string, body []byte, h http.Header) (reply, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for k, v := range h {
		req.Header[k] = v
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}
	r := reply{status: resp.StatusCode, header: resp.Header, raw: raw}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(raw, &r.body); err != nil {
			return reply{}, err
		}
	}
	return r, nil
}

// want is get that fails the test unless the answer is 200.
func (c *client) want(path string, prefers ...string) reply {
	c.t.Helper()
	r := c.get(path, prefers...)
	if r.status != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s", path, r.status, r.raw)
	}
	return r
}

// refused checks an error answer.
func (c *client) refused(r reply, status int, code string) {
	c.t.Helper()
	if r.status != status || r.code() != code {
		c.t.Errorf("answered %d %q, want %d %q (%s)", r.status, r.code(), status, code, r.raw)
	}
}

func (r reply) code() string {
	e, _ := r.body["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}

func (r reply) message() string {
	e, _ := r.body["error"].(map[string]any)
	s, _ := e["message"].(string)
	return s
}

// items gives the objects of a collection.
func (r reply) items() []map[string]any {
	list, _ := r.body["value"].([]any)
	out := make([]map[string]any, 0, len(list))
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
}

func (r reply) next() string  { s, _ := r.body["@odata.nextLink"].(string); return s }
func (r reply) delta() string { s, _ := r.body["@odata.deltaLink"].(string); return s }

// round follows a delta round to its end.
func (c *client) round(path string, prefers ...string) (items []map[string]any, deltaLink string) {
	c.t.Helper()
	for range 10000 {
		r := c.want(path, prefers...)
		items = append(items, r.items()...)
		if (r.next() == "") == (r.delta() == "") {
			c.t.Fatalf("a page must have exactly one link: %s", r.raw)
		}
		if r.delta() != "" {
			return items, r.delta()
		}
		path = r.next()
	}
	c.t.Fatal("the round has no end")
	return nil, ""
}

func esc(id string) string { return url.PathEscape(id) }

// str reads a string member.
func str(m map[string]any, name string) string { s, _ := m[name].(string); return s }

// removed tells whether an item is a removal.
func removed(m map[string]any) bool { return m["@removed"] != nil }

// pluck gives one string member of each item.
func pluck(items []map[string]any, name string) []string {
	out := make([]string, 0, len(items))
	for _, m := range items {
		out = append(out, str(m, name))
	}
	return out
}
