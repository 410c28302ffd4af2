package graph

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// testWait is how long a test's own requests may take before it has failed.
const testWait = 30 * time.Second

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testWait)
	t.Cleanup(cancel)
	return ctx
}

// configFor is what reads a simulated tenant.
func configFor(t *testing.T, tenant *graphsim.Tenant) Config {
	t.Helper()
	server, err := tenant.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(server.CertPEM) {
		t.Fatal("the simulator's CA certificate cannot be read")
	}
	o := tenant.Options()
	return Config{
		TenantID: o.TenantID, ClientID: o.ClientID, ClientSecret: o.ClientSecret,
		AuthorityHost: server.Authority, GraphURL: server.GraphURL,
		DisableInstanceDiscovery: true, RootCAs: pool,
	}
}

// clientFor is a client that does not wait long between tries.
func clientFor(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.backoff = time.Millisecond
	return c
}

// simulate starts a tenant with one mailbox and a client that reads it.
func simulate(t *testing.T, o graphsim.Options) (*Client, *graphsim.Tenant, *graphsim.Mailbox) {
	t.Helper()
	tenant := graphsim.New(o)
	box := tenant.AddUser(graphsim.User{Address: "anna@contoso.example", DisplayName: "Anna Arendt", Aliases: []string{"a.arendt@contoso.example"}})
	return clientFor(t, configFor(t, tenant)), tenant, box
}

func fill(f *graphsim.Folder, n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, f.Add(graphsim.Message{
			Subject: fmt.Sprintf("message %d", i), From: graphsim.Address{Name: "Bo", Address: "bo@contoso.example"}, HTML: "<p>Hello</p>",
		}))
	}
	return ids
}

// readRound reads a folder's stream to the end of the round.
func readRound(t *testing.T, c *Client, box, folder string, since source.Cursor) ([]source.Change, source.Cursor) {
	t.Helper()
	var out []source.Change
	for {
		p, err := c.Messages(testContext(t), box, folder, since)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p.Changes...)
		if since = p.Next; since.Complete {
			return out, since
		}
	}
}

func wantClass(t *testing.T, err error, want source.Class) *source.Error {
	t.Helper()
	e := asSource(err)
	if e == nil || e.Class != want {
		t.Fatalf("error %v of class %d, want class %d", err, source.ClassOf(err), want)
	}
	return e
}

// stub is a Graph whose answers a test writes, with an authority beside it.
func stub(t *testing.T, graph http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	var s *httptest.Server
	s = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "openid-configuration"):
			at := s.URL + strings.TrimSuffix(r.URL.Path, "/v2.0/.well-known/openid-configuration")
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q}`, at+"/v2.0", at+"/oauth2/v2.0/authorize", at+"/oauth2/v2.0/token")
		case strings.HasSuffix(r.URL.Path, "/token"):
			fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":%q}`, fakeToken("User.Read.All", "Mail.Read", "MailboxSettings.Read"))
		default:
			w.Header().Set("Content-Type", "application/json")
			graph(w, r)
		}
	}))
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return clientFor(t, Config{
		TenantID: "contoso.onmicrosoft.com", ClientID: "app", ClientSecret: "secret", AuthorityHost: s.URL, GraphURL: s.URL,
		DisableInstanceDiscovery: true, RootCAs: pool,
	}), s
}

func fakeToken(roles ...string) string {
	claims, _ := json.Marshal(map[string]any{"roles": roles})
	return "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
}

// locate asks for one message.
func locate(ctx context.Context, c *Client, box, message string) (string, error) {
	out, err := c.Locate(ctx, box, []string{message})
	if err != nil {
		return "", err
	}
	return out[0].Folder, out[0].Err
}

// fetch asks for one message.
func fetch(ctx context.Context, c *Client, box, message string) (source.Change, error) {
	out, err := c.Fetch(ctx, box, []string{message})
	if err != nil {
		return source.Change{}, err
	}
	return out[0].Change, out[0].Err
}

// listParts asks for one message's attachments.
func listParts(ctx context.Context, c *Client, box, message string) ([]mail.Part, error) {
	out, err := c.ListParts(ctx, box, []string{message})
	if err != nil {
		return nil, err
	}
	return out[0].Parts, out[0].Err
}
