package graph

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"mailquarry/internal/source/graph/wire"
)

// Config says which tenant to read and as whom.
type Config struct {
	TenantID            string // a GUID or a domain of the tenant
	ClientID            string // the application (client) id
	ClientSecret        string
	CertificatePath     string // PEM or PFX with the private key; preferred to the secret
	CertificatePassword string
	AuthorityHost       string // "" is the one that belongs to GraphURL's cloud
	GraphURL            string // "" is https://graph.microsoft.com/v1.0
	// DisableInstanceDiscovery keeps the token library from asking Microsoft
	// about the authority; private clouds and simulators need it.
	DisableInstanceDiscovery bool
	RootCAs                  *x509.CertPool // nil is the system's pool
	Logger                   *slog.Logger   // nil logs nothing
	MaxPerMailbox            int            // requests in flight per mailbox; 4 when 0
	Backoff                  time.Duration  // bound of the first wait between two tries, which doubles; 1 s when 0
}

// Graph allows an application four requests at a time on one mailbox.
const defaultPerMailbox = 4

// realm is what the national clouds differ in.
type realm struct{ graphHost, authority string }

func realms() []realm {
	return []realm{
		{"graph.microsoft.com", cloud.AzurePublic.ActiveDirectoryAuthorityHost},
		{"graph.microsoft.us", cloud.AzureGovernment.ActiveDirectoryAuthorityHost},
		{"dod-graph.microsoft.us", cloud.AzureGovernment.ActiveDirectoryAuthorityHost},
		{"microsoftgraph.chinacloudapi.cn", cloud.AzureChina.ActiveDirectoryAuthorityHost},
	}
}

// settings is a Config that has been checked and completed.
type settings struct {
	base      *url.URL // such as https://graph.microsoft.com/v1.0
	authority *url.URL
	scope     string
	mint      func(azcore.ClientOptions) (azcore.TokenCredential, error)
}

func (c Config) settle(now time.Time) (*settings, error) {
	if strings.TrimSpace(c.TenantID) == "" {
		return nil, errors.New("no tenant id: set AZURE_TENANT_ID to the directory (tenant) id")
	}
	if strings.TrimSpace(c.ClientID) == "" {
		return nil, errors.New("no client id: set AZURE_CLIENT_ID to the application (client) id")
	}
	s := &settings{}
	if err := s.locate(c.GraphURL, c.AuthorityHost); err != nil {
		return nil, err
	}
	var err error
	if c.CertificatePath != "" {
		s.mint, err = c.certificate(now)
	} else {
		s.mint, err = c.secret()
	}
	return s, err
}

// locate finds the cloud. A Graph host that is in no cloud gets no default
// authority: a token made for Microsoft's Graph must not go to a mistyped host.
func (s *settings) locate(graphURL, authorityHost string) error {
	if graphURL == "" {
		graphURL = "https://graph.microsoft.com/v1.0"
	}
	base, err := secureURL(graphURL)
	if err != nil {
		return fmt.Errorf("the Graph address %q %w: set MAILQUARRY_GRAPH_URL to one such as https://graph.microsoft.com/v1.0", graphURL, err)
	}
	if base.Path = strings.TrimRight(base.Path, "/"); base.Path == "" {
		base.Path = "/v1.0"
	}
	s.base = base
	home := realms()[0]
	known := false
	for _, r := range realms() {
		if strings.EqualFold(base.Host, r.graphHost) {
			home, known = r, true
		}
	}
	switch {
	case authorityHost == "" && !known:
		return fmt.Errorf("%s is no Graph host of Microsoft's: set AZURE_AUTHORITY_HOST to the authority that issues its tokens", base.Host)
	case authorityHost == "":
		authorityHost = home.authority
	}
	if s.authority, err = secureURL(authorityHost); err != nil {
		return fmt.Errorf("the authority %q %w: set AZURE_AUTHORITY_HOST to one such as https://login.microsoftonline.com/", authorityHost, err)
	}
	if !known {
		for _, r := range realms() {
			if a, err := url.Parse(r.authority); err == nil && strings.EqualFold(a.Host, s.authority.Host) {
				home = r
				break
			}
		}
	}
	s.scope = "https://" + home.graphHost + "/.default"
	return nil
}

func secureURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("is not a URL")
	case u.Scheme != "https":
		return nil, errors.New("does not begin with https://")
	case u.Hostname() == "":
		return nil, errors.New("names no host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("holds more than scheme, host and path")
	}
	return u, nil
}

type minter = func(azcore.ClientOptions) (azcore.TokenCredential, error)

func (c Config) secret() (minter, error) {
	secret := strings.TrimSpace(c.ClientSecret)
	if secret == "" {
		return nil, errors.New("no credential: set AZURE_CLIENT_CERTIFICATE_PATH to a certificate with its key, or AZURE_CLIENT_SECRET to a client secret's value")
	}
	return func(o azcore.ClientOptions) (azcore.TokenCredential, error) {
		cred, err := azidentity.NewClientSecretCredential(c.TenantID, c.ClientID, secret, &azidentity.ClientSecretCredentialOptions{
			ClientOptions: o, DisableInstanceDiscovery: c.DisableInstanceDiscovery,
		})
		if err != nil {
			return nil, fmt.Errorf("prepare the client secret: %w", err)
		}
		return cred, nil
	}, nil
}

func (c Config) certificate(now time.Time) (minter, error) {
	data, err := os.ReadFile(c.CertificatePath)
	if err != nil {
		return nil, fmt.Errorf("read the client certificate: %w", err)
	}
	certs, key, err := azidentity.ParseCertificates(data, []byte(c.CertificatePassword))
	if err != nil {
		return nil, fmt.Errorf("the client certificate %s cannot be used: give a PEM file with certificate and unencrypted key, or a PFX file with its password: %s",
			c.CertificatePath, wire.OneLine(err.Error()))
	}
	if until := certs[0].NotAfter; now.After(until) {
		return nil, fmt.Errorf("the client certificate %s expired on %s: register a new one on the application", c.CertificatePath, until.Format(time.DateOnly))
	}
	return func(o azcore.ClientOptions) (azcore.TokenCredential, error) {
		cred, err := azidentity.NewClientCertificateCredential(c.TenantID, c.ClientID, certs, key, &azidentity.ClientCertificateCredentialOptions{
			ClientOptions: o, DisableInstanceDiscovery: c.DisableInstanceDiscovery,
		})
		if err != nil {
			return nil, fmt.Errorf("prepare the client certificate: %w", err)
		}
		return cred, nil
	}, nil
}

// clientOptions leaves trying again to this package, which tries the whole
// request again: two layers of retries would multiply.
func (s *settings) clientOptions(t policy.Transporter) azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: s.authority.String()},
		Transport: t,
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}
