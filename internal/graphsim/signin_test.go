package graphsim_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"mailquarry/internal/graphsim"
)

// Statement 1: a wrong secret and an expired one have their codes, and refuse
// nothing but the token.
func TestStatement01_WrongAndExpiredSecrets(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	endpoint := c.tokenURL(c.tenant.Options().TenantID)
	wrong := c.credentials()
	wrong.Set("client_secret", "not this one")
	wantSignInError(t, c.post(endpoint, wrong), 401, "invalid_client", 7000215)
	c.tenant.ExpireSecret(true)
	wantSignInError(t, c.post(endpoint, c.credentials()), 401, "invalid_client", 7000222)
	wantSignInError(t, c.post(endpoint, wrong), 401, "invalid_client", 7000215)
	c.want("/users") // the token from before
	for _, member := range []string{"error_description", "timestamp", "trace_id", "correlation_id", "error_uri"} {
		if r := c.post(endpoint, wrong); str(r.body, member) == "" {
			t.Errorf("the error has no %s: %s", member, r.raw)
		}
	}
	c.tenant.ExpireSecret(false)
	c.signIn("")
}

// Statement 2.
func TestStatement02_UnknownClientAndTenant(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	form := c.credentials()
	form.Set("client_id", "00000000-1111-4222-8333-444444444444")
	wantSignInError(t, c.post(c.tokenURL(c.tenant.Options().TenantDomain), form), 400, "unauthorized_client", 700016)
	for _, tenant := range []string{"fabrikam.onmicrosoft.com", "99999999-1111-4222-8333-444444444444"} {
		wantSignInError(t, c.post(c.tokenURL(tenant), c.credentials()), 400, "invalid_request", 90002)
		wantSignInError(t, c.get(c.server.Authority+tenant+"/v2.0/.well-known/openid-configuration"), 400, "invalid_request", 90002)
	}
}

// An application can be disabled; sources differ in the status.
func TestDisabledApp(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{})
	endpoint := c.tokenURL(c.tenant.Options().TenantID)
	for _, status := range []int{400, 401} {
		c.tenant.DisableApp(status)
		wantSignInError(t, c.post(endpoint, c.credentials()), status, "unauthorized_client", 7000112)
	}
	c.tenant.DisableApp(0)
	c.signIn("")
}

// detour sends what is meant for the public sign-in service to the tenant.
type detour struct {
	base http.RoundTripper
	host string
}

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.URL.Host == "login.microsoftonline.com" {
		r.URL.Host, r.Host = d.host, d.host
	}
	return d.base.RoundTrip(r)
}

// library gives what the sign-in library needs to reach the tenant.
func (c *client) library() azcore.ClientOptions {
	u, err := url.Parse(c.server.Authority)
	if err != nil {
		c.t.Fatal(err)
	}
	return azcore.ClientOptions{
		Transport: &http.Client{Transport: detour{base: c.http.Transport, host: u.Host}},
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: c.server.Authority, Services: map[cloud.ServiceName]cloud.ServiceConfiguration{}},
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}

// signsInOnce checks that a second token comes from the library's cache.
func (c *client) signsInOnce(cred azcore.TokenCredential) {
	c.t.Helper()
	ask := func(cae bool) {
		c.t.Helper()
		token, err := cred.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}, EnableCAE: cae})
		if err != nil {
			c.t.Fatal(err)
		}
		c.token = token.Token
		c.want("/users")
		c.tenant.ForgetRequests()
	}
	ask(true)
	token := c.token
	got, err := cred.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}, EnableCAE: true})
	if err != nil || got.Token != token {
		c.t.Errorf("the second token differs from the first: %v", err)
	}
	if n := len(c.tenant.Requests()); n != 0 {
		c.t.Errorf("the second token took %d requests, want none", n)
	}
}

// Statement 3: the real sign-in library, with its discovery, is content, and
// then keeps its token.
func TestStatement03_TheLibraryKeepsItsToken(t *testing.T) {
	t.Parallel()
	c := serve(t, graphsim.Options{Now: time.Now})
	o := c.tenant.Options()
	for _, tenant := range []string{o.TenantID, o.TenantDomain} {
		cred, err := azidentity.NewClientSecretCredential(tenant, o.ClientID, o.ClientSecret, &azidentity.ClientSecretCredentialOptions{ClientOptions: c.library()})
		if err != nil {
			t.Fatal(err)
		}
		c.tenant.ForgetRequests()
		c.signsInOnce(cred)
	}
}

// Statement 4: what the real library sends is accepted, extra scopes, CP1
// claims, and an assertion signed with PS256.
func TestStatement04_TheLibrarySignsInByCertificate(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
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
	c := serve(t, graphsim.Options{Now: time.Now, Certificate: cert})
	o := c.tenant.Options()
	cred, err := azidentity.NewClientCertificateCredential(o.TenantID, o.ClientID, []*x509.Certificate{cert}, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: c.library()})
	if err != nil {
		t.Fatal(err)
	}
	c.signsInOnce(cred)
	form := c.credentials()
	form.Set("scope", "https://graph.microsoft.com/.default openid offline_access profile")
	form.Set("claims", `{"access_token":{"xms_cc":{"values":["CP1"]}}}`)
	if r := c.post(c.tokenURL(o.TenantID), form); r.status != 200 || !strings.HasPrefix(str(r.body, "token_type"), "Bearer") {
		t.Errorf("extra scopes: %d %s", r.status, r.raw)
	}
}
