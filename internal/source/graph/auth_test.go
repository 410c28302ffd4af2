package graph

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

// A person who misconfigures the application is told in one line what to do,
// and the line holds no secret.
func TestConfigErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	noKey := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(noKey, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := Config{TenantID: "t", ClientID: "c", ClientSecret: "s3cr3t"}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no tenant", func(c *Config) { c.TenantID = " " }, "AZURE_TENANT_ID"},
		{"tenant of odd characters", func(c *Config) { c.TenantID = "a/b" }, "tenant"},
		{"no client", func(c *Config) { c.ClientID = "" }, "AZURE_CLIENT_ID"},
		{"no credential", func(c *Config) { c.ClientSecret = "" }, "AZURE_CLIENT_CERTIFICATE_PATH"},
		{"plain http", func(c *Config) { c.GraphURL = "http://graph.microsoft.com/v1.0" }, "https"},
		{"plain authority", func(c *Config) { c.AuthorityHost = "http://login.microsoftonline.com" }, "https"},
		{"unknown cloud without authority", func(c *Config) { c.GraphURL = "https://graph.example.net" }, "AZURE_AUTHORITY_HOST"},
		{"no such certificate", func(c *Config) { c.CertificatePath = noKey + "x" }, "certificate"},
		{"unreadable certificate", func(c *Config) { c.CertificatePath = noKey }, "PEM"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			tt.change(&cfg)
			_, err := New(cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one that names %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("error %q", err)
			}
		})
	}
}

// Each national cloud has its own authority and asks for its own Graph's token.
func TestCloudFollowsFromGraphURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ graph, authority, base, wantAuthority, scope string }{
		{"", "", "https://graph.microsoft.com/v1.0", "login.microsoftonline.com", "https://graph.microsoft.com/.default"},
		{"https://graph.microsoft.us/v1.0/", "", "https://graph.microsoft.us/v1.0", "login.microsoftonline.us", "https://graph.microsoft.us/.default"},
		{"https://dod-graph.microsoft.us", "", "https://dod-graph.microsoft.us/v1.0", "login.microsoftonline.us", "https://dod-graph.microsoft.us/.default"},
		{"https://microsoftgraph.chinacloudapi.cn", "", "https://microsoftgraph.chinacloudapi.cn/v1.0", "login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default"},
		{"https://127.0.0.1:8443/v1.0", "https://127.0.0.1:8443/", "https://127.0.0.1:8443/v1.0", "127.0.0.1:8443", "https://graph.microsoft.com/.default"},
	} {
		s, err := Config{TenantID: "t", ClientID: "c", ClientSecret: "s", GraphURL: tt.graph, AuthorityHost: tt.authority}.settle(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if s.base.String() != tt.base || s.authority.Host != tt.wantAuthority || s.scope != tt.scope {
			t.Errorf("%q: base %s, authority %s, scope %s", tt.graph, s.base, s.authority.Host, s.scope)
		}
	}
}

func TestCheckPassesWithAllPermissions(t *testing.T) {
	t.Parallel()
	c, _, _ := simulate(t, graphsim.Options{})
	if err := c.Check(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("warnings %q", w)
	}
}

// Whoever set up the application wrongly is told which setting is wrong.
func TestCheckNamesTheWrongSetting(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config func(*Config)
		tenant func(*graphsim.Tenant)
		code   string
		advice string
	}{
		{name: "secret", config: func(c *Config) { c.ClientSecret = "wrong~secret" }, code: "AADSTS7000215", advice: "AZURE_CLIENT_SECRET"},
		{name: "expired secret", tenant: func(s *graphsim.Tenant) { s.ExpireSecret(true) }, code: "AADSTS7000222", advice: "expired"},
		{name: "tenant", config: func(c *Config) { c.TenantID = "nobody.onmicrosoft.com" }, code: "AADSTS90002", advice: "AZURE_TENANT_ID"},
		{name: "client", config: func(c *Config) { c.ClientID = "00000000-1111-2222-3333-444444444444" }, code: "AADSTS700016", advice: "AZURE_CLIENT_ID"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tenant := graphsim.New(graphsim.Options{})
			cfg := configFor(t, tenant)
			if tt.config != nil {
				tt.config(&cfg)
			}
			if tt.tenant != nil {
				tt.tenant(tenant)
			}
			err := clientFor(t, cfg).Check(testContext(t))
			e := wantClass(t, err, source.Unauthenticated)
			if e.Code != tt.code || !strings.Contains(e.Advice, tt.advice) {
				t.Errorf("code %s, advice %q", e.Code, e.Advice)
			}
			if s := err.Error(); strings.Contains(s, "\n") || strings.Contains(s, "wrong~secret") {
				t.Errorf("error %q", s)
			}
		})
	}
}

// A permission granted after a refusal is seen by the next Check: it does not
// look at an old token.
func TestCheckNamesMissingPermissions(t *testing.T) {
	t.Parallel()
	c, tenant, _ := simulate(t, graphsim.Options{Roles: []string{"User.Read.All"}})
	e := wantClass(t, c.Check(testContext(t)), source.Forbidden)
	if !strings.Contains(e.Message, "Mail.Read") || strings.Contains(e.Message, "User.Read.All") || !strings.Contains(e.Advice, "admin consent") {
		t.Errorf("message %q, advice %q", e.Message, e.Advice)
	}
	tenant.SetRoles("Directory.Read.All", "User.Read.All", "Mail.Read")
	if err := c.Check(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if w := strings.Join(c.Warnings(), "\n"); !strings.Contains(w, "MailboxSettings.Read") {
		t.Errorf("warnings %q", w)
	}
}

func TestPermissionsIncludeOthers(t *testing.T) {
	t.Parallel()
	missing, warnings := compare([]string{"directory.read.all", "Mail.ReadWrite", "MailboxSettings.ReadWrite"})
	if len(missing) != 0 || len(warnings) != 0 {
		t.Errorf("missing %q, warnings %q", missing, warnings)
	}
}

// An unreachable authority is named, so that the firewall rule can be found.
func TestUnreachableHostIsNamed(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := closed.Addr().String()
	_ = closed.Close()
	c := clientFor(t, Config{
		TenantID: "t", ClientID: "c", ClientSecret: "s", GraphURL: "https://" + addr, AuthorityHost: "https://" + addr,
		DisableInstanceDiscovery: true,
	})
	if e := wantClass(t, c.Check(testContext(t)), source.Unreachable); !strings.Contains(e.Message, addr) {
		t.Errorf("message %q does not name %s", e.Message, addr)
	}
}

// A server with a certificate of an unknown authority is not talked to, and
// the way out is named.
func TestUntrustedCertificateIsRefused(t *testing.T) {
	t.Parallel()
	cfg := configFor(t, graphsim.New(graphsim.Options{}))
	cfg.RootCAs = x509.NewCertPool()
	if e := wantClass(t, clientFor(t, cfg).Check(testContext(t)), source.Unreachable); !strings.Contains(e.Advice, "SSL_CERT_FILE") {
		t.Errorf("advice %q", e.Advice)
	}
}

// A certificate is used instead of the secret when both are set.
func TestCertificateIsPreferred(t *testing.T) {
	t.Parallel()
	path, cert := writeCertificate(t, time.Now().Add(time.Hour))
	cfg := configFor(t, graphsim.New(graphsim.Options{Certificate: cert}))
	cfg.CertificatePath, cfg.ClientSecret = path, "wrong"
	if err := clientFor(t, cfg).Check(testContext(t)); err != nil {
		t.Fatal(err)
	}
	expired, _ := writeCertificate(t, time.Now().Add(-time.Minute))
	cfg.CertificatePath = expired
	if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("expired certificate: error %v", err)
	}
}

func writeCertificate(t *testing.T, until time.Time) (string, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mailquarry"}, NotBefore: until.Add(-2 * time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	_ = pem.Encode(&out, &pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	path := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, cert
}

// A token that Graph has come to refuse is replaced, not served from the cache
// until it expires.
func TestRefusedTokenIsReplaced(t *testing.T) {
	t.Parallel()
	refused := false
	c, _ := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		if !refused {
			refused = true
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired or is not yet valid."}}`))
			return
		}
		_, _ = w.Write([]byte(`{"id":"m","parentFolderId":"f"}`))
	})
	if f, err := locate(testContext(t), c, "u", "m"); err != nil || f != "f" {
		t.Fatalf("folder %q, error %v", f, err)
	}
}

// A claims challenge (continuous access evaluation) is answered with a token
// asked for with those claims.
func TestClaimsChallengeIsMet(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	if _, err := c.Probe(testContext(t), box.ID()); err != nil {
		t.Fatal(err)
	}
	tenant.RequireClaims(`{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}`)
	if _, err := c.Probe(testContext(t), box.ID()); err != nil {
		t.Fatal(err)
	}
}

// Neither token nor secret, ids or content reach the log.
func TestLogHoldsNoSecretsAndNoIDs(t *testing.T) {
	t.Parallel()
	var out syncBuffer
	tenant := graphsim.New(graphsim.Options{})
	box := tenant.AddUser(graphsim.User{Address: "anna@contoso.example", DisplayName: "Anna Arendt"})
	fill(box.Folder("inbox"), 1)
	cfg := configFor(t, tenant)
	cfg.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := clientFor(t, cfg)
	readRound(t, c, box.ID(), box.Folder("inbox").ID(), source.Cursor{})
	if _, err := locate(testContext(t), c, box.ID(), "no-such-message"); err == nil {
		t.Fatal("a message was located that does not exist")
	}
	log := out.String()
	if !strings.Contains(log, "messages/delta") {
		t.Fatalf("the log does not tell what was asked for: %s", log)
	}
	for _, secret := range []string{cfg.ClientSecret, "Bearer", "eyJ", box.ID(), box.Folder("inbox").ID(), "message 0", "anna@"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
