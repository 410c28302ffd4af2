package graphsim_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

func (c *client) tokenURL(tenant string) string {
	return c.server.Authority + tenant + "/oauth2/v2.0/token"
}

// wantSignInError checks a token endpoint's refusal.
func wantSignInError(t *testing.T, r reply, status int, code string, number float64) {
	t.Helper()
	if r.status != status || r.body["error"] != code || !reflect.DeepEqual(r.body["error_codes"], []any{number}) {
		t.Errorf("answered %d %v %v, want %d %s %v", r.status, r.body["error"], r.body["error_codes"], status, code, number)
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	tenant := c.tenant.Options().TenantID
	cases := []struct {
		name   string
		tenant string
		form   func(url.Values)
		status int
		code   string
		number float64
	}{
		{"wrong secret", tenant, func(f url.Values) { f.Set("client_secret", "x") }, 401, "invalid_client", 7000215},
		{"no secret", tenant, func(f url.Values) { f.Del("client_secret") }, 401, "invalid_client", 7000218},
		{"unknown app", tenant, func(f url.Values) { f.Set("client_id", "x") }, 400, "unauthorized_client", 700016},
		{"bad scope", tenant, func(f url.Values) { f.Set("scope", "Mail.Read") }, 400, "invalid_scope", 1002012},
		{"unknown tenant", "fabrikam.onmicrosoft.com", func(url.Values) {}, 400, "invalid_request", 90002},
		{"malformed tenant", "x", func(url.Values) {}, 400, "invalid_request", 900023},
		{"unregistered certificate", tenant, func(f url.Values) { f.Set("client_assertion", "a.b.c") }, 401, "invalid_client", 700027},
	}
	for _, tc := range cases {
		form := c.credentials()
		tc.form(form)
		t.Run(tc.name, func(t *testing.T) {
			wantSignInError(t, c.post(c.tokenURL(tc.tenant), form), tc.status, tc.code, tc.number)
		})
	}
	c.tenant.ExpireSecret(true)
	wantSignInError(t, c.post(c.tokenURL(tenant), c.credentials()), 401, "invalid_client", 7000222)
	c.tenant.ExpireSecret(false)
	c.signIn("")
}

// A sign-in library finds what it asks for, by tenant id and by domain.
func TestStatement03_Discovery(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	for _, tenant := range []string{c.tenant.Options().TenantID, c.tenant.Options().TenantDomain} {
		r := c.get(c.server.Authority + tenant + "/v2.0/.well-known/openid-configuration?")
		if got := r.body["token_endpoint"]; got != c.tokenURL(tenant) {
			t.Errorf("token_endpoint %v", got)
		}
		if r.body["authorization_endpoint"] == nil || r.body["issuer"] == nil {
			t.Errorf("missing members: %s", r.raw)
		}
	}
	r := c.get(c.server.Authority + "common/discovery/instance?api-version=1.1&authorization_endpoint=" + url.QueryEscape("https://h.example/t/oauth2/v2.0/authorize"))
	if r.status != 200 || !strings.HasSuffix(str(r.body, "tenant_discovery_endpoint"), "/t/v2.0/.well-known/openid-configuration") || r.body["metadata"] == nil {
		t.Errorf("discovery: %d %s", r.status, r.raw)
	}
	bad := c.get(c.server.Authority + "fabrikam.onmicrosoft.com/v2.0/.well-known/openid-configuration")
	wantSignInError(t, bad, 400, "invalid_request", 90002)
}

// A registered certificate signs in with PS256; another key does not.
func TestStatement04_ClientAssertions(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	c := serve(t, graphsim.Options{Certificate: cert})
	endpoint := c.tokenURL(c.tenant.Options().TenantID)
	post := func(signer *rsa.PrivateKey, audience string, exp time.Time) reply {
		form := c.credentials()
		form.Del("client_secret")
		form.Set("claims", `{"access_token":{"xms_cc":{"values":["CP1"]}}}`)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion(t, signer, cert, c.tenant.Options().ClientID, audience, exp))
		return c.post(endpoint, form)
	}
	if r := post(key, endpoint, at().Add(10*time.Minute)); r.status != 200 || r.body["expires_in"].(float64) < 300 {
		t.Errorf("a good assertion: %d %s", r.status, r.raw)
	}
	wantSignInError(t, post(other, endpoint, at().Add(10*time.Minute)), 401, "invalid_client", 700027)
	wantSignInError(t, post(key, "https://elsewhere.example/token", at().Add(10*time.Minute)), 401, "invalid_client", 700027)
	wantSignInError(t, post(key, endpoint, at().Add(-time.Hour)), 401, "invalid_client", 700027)
}

func assertion(t *testing.T, key *rsa.PrivateKey, cert *x509.Certificate, app, audience string, exp time.Time) string {
	t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	thumb := sha256.Sum256(cert.Raw)
	text := part(map[string]any{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(thumb[:])}) + "." +
		part(map[string]any{"aud": audience, "iss": app, "sub": app, "jti": "1", "exp": exp.Unix()})
	digest := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// No data leaves without a valid token of this tenant.
func TestStatement05_NoDataWithoutAToken(t *testing.T) {
	t.Parallel()
	clock := at()
	c := serve(t, graphsim.Options{Seed: 1, Now: func() time.Time { return clock }})
	c.tenant.AddUser(graphsim.User{Address: "secret.person@contoso.example"})
	// Of one seed, so that only the tenant in the token differs.
	stranger := serve(t, graphsim.Options{Seed: 1, TenantID: "11111111-2222-4333-8444-555555555555"})
	good := c.token
	check := func(name, authorization, message string) {
		t.Helper()
		h := http.Header{}
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		r := c.do(http.MethodGet, c.server.GraphURL+"/users", nil, h)
		c.refused(r, 401, "InvalidAuthenticationToken")
		if !strings.Contains(r.message(), message) || strings.Contains(string(r.raw), "secret.person") {
			t.Errorf("%s: %s", name, r.raw)
		}
	}
	check("none", "", "empty")
	check("basic", "Basic eDp5", "empty")
	check("malformed", "Bearer nonsense", "IDX14100")
	check("tampered", "Bearer "+good[:len(good)-6]+"AAAAAA", "signature")
	check("foreign", "Bearer "+stranger.token, "issuer")
	clock = clock.Add(2 * time.Hour)
	check("expired", "Bearer "+good, "expired")
}

// Permissions are those in the token: each endpoint asks for its own, and a
// removed one is missed only in later tokens.
func TestStatement06_RolesAreThoseInTheToken(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	paths := map[string]struct{ role, code string }{
		"/users":                                {"User.Read.All", "Authorization_RequestDenied"},
		"/users/delta":                          {"User.Read.All", "Authorization_RequestDenied"},
		"/users/" + m.ID() + "/mailFolders":     {"Mail.Read", "ErrorAccessDenied"},
		"/users/" + m.ID() + "/messages":        {"Mail.Read", "ErrorAccessDenied"},
		"/users/" + m.ID() + "/mailboxSettings": {"MailboxSettings.Read", "ErrorAccessDenied"},
	}
	for path, p := range paths {
		c.tenant.SetRoles(p.role)
		c.signIn("")
		c.want(path)
		others := []string{}
		for _, r := range []string{"User.Read.All", "Mail.Read", "MailboxSettings.Read"} {
			if r != p.role {
				others = append(others, r)
			}
		}
		c.tenant.SetRoles(others...)
		c.want(path) // the old token still has the role
		c.signIn("")
		c.refused(c.get(path), 403, p.code)
	}
}

// A claims challenge is satisfied only by a token asked for with the claims.
func TestStatement07_ClaimsChallenge(t *testing.T) {
	t.Parallel()
	c, _ := withBox(t, graphsim.Options{})
	claims := `{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}`
	c.tenant.RequireClaims(claims)
	r := c.get("/users")
	c.refused(r, 401, "InvalidAuthenticationToken")
	_, after, ok := strings.Cut(r.header.Get("WWW-Authenticate"), `claims="`)
	b, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(after, `"`))
	if !ok || err != nil || string(b) != claims {
		t.Fatalf("challenge %q", r.header.Get("WWW-Authenticate"))
	}
	c.signIn("")
	c.refused(c.get("/users"), 401, "InvalidAuthenticationToken")
	c.signIn(`{"access_token":{"nbf":{"essential":true,"value":"1700000000"},"xms_cc":{"values":["CP1"]}}}`)
	c.want("/users")
}

// A mailbox outside the application's scope is refused, its neighbour is not.
func TestStatement08_RefusedMailbox(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	other := c.tenant.AddUser(graphsim.User{})
	m.Refuse(true)
	r := c.get("/users/" + m.ID() + "/mailFolders/inbox")
	c.refused(r, 403, "ErrorAccessDenied")
	if !strings.Contains(r.message(), "[RAOP]") {
		t.Errorf("message %q", r.message())
	}
	c.want("/users/" + other.ID() + "/mailFolders/inbox")
	c.want("/users/" + m.ID())
	m.Refuse(false)
	c.want("/users/" + m.ID() + "/mailFolders/inbox")
}
