package graph

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	kauth "github.com/microsoft/kiota-authentication-azure-go"
	khttp "github.com/microsoft/kiota-http-go"
	"golang.org/x/sync/semaphore"

	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"mailquarry/internal/source"
)

// Client reads one tenant. It may be used by several goroutines.
type Client struct {
	base    *url.URL
	cred    *credential
	adapter abs.RequestAdapter
	log     *slog.Logger

	perMailbox int
	tries      int           // how often a request is sent before its error comes back
	backoff    time.Duration // bound of the first wait between two tries
	stall      time.Duration // how long an answer's body may stand still

	everywhere *semaphore.Weighted // bounds the requests in flight on all mailboxes
	meter      meter
	counts     counts
	unordered  atomic.Bool // Graph refuses to order a delta stream
	headerless atomic.Bool // Graph refuses to give header fields in one

	mu       sync.Mutex
	gates    map[string]*gate
	trees    map[string]*tree
	warnings []string
	tenant   string // as the last Check's token named it
}

// maxInFlight bounds the requests in flight on all mailboxes together; no mailbox
// can take more than its own few of them. The directory, which has no such limit
// of its own, gets a few too.
const (
	maxInFlight    = 64
	directorySlots = 4
)

var _ interface {
	source.Source
	source.Items
	source.Lister
	source.Directory
	source.Pacer
} = (*Client)(nil)

// New makes a client. It reads the certificate but does not use the network:
// see Check.
func New(cfg Config) (*Client, error) {
	s, err := cfg.settle(time.Now())
	if err != nil {
		return nil, err
	}
	c := &Client{
		base: s.base, log: cfg.Logger, perMailbox: cfg.MaxPerMailbox,
		tries: 6, backoff: cmp.Or(cfg.Backoff, time.Second), stall: 90 * time.Second,
		everywhere: semaphore.NewWeighted(maxInFlight),
		gates:      map[string]*gate{}, trees: map[string]*tree{},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.perMailbox <= 0 {
		c.perMailbox = defaultPerMailbox
	}
	wire := transport(cfg.RootCAs)
	c.cred, err = newCredential(s, &witness{&http.Client{Transport: wire, Timeout: time.Minute}})
	if err != nil {
		return nil, err
	}
	c.adapter, err = newAdapter(s, c.cred, wire)
	return c, err
}

func transport(roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   20 * time.Second,
		ResponseHeaderTimeout: 3 * time.Minute, // Graph itself gives up on a page before that
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          128,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		// One connection carries many mailboxes: a dead one is found by asking.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// newAdapter builds the SDK's adapter with its middleware named one by one: the
// default list comes in random order, retries on its own without knowing the
// other requests on the mailbox, and ends every body after 100 seconds.
func newAdapter(s *settings, cred *credential, wire http.RoundTripper) (abs.RequestAdapter, error) {
	auth, err := kauth.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(cred, []string{s.scope}, []string{s.base.Hostname()})
	if err != nil {
		return nil, fmt.Errorf("prepare authentication: %w", err)
	}
	options := core.GraphClientOptions{GraphServiceLibraryVersion: "1.89.0"}
	client := &http.Client{
		Transport: khttp.NewCustomTransportWithParentTransport(wire,
			core.NewGraphTelemetryHandler(&options), khttp.NewParametersNameDecodingHandler()),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	adapter, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(auth, options, nil, nil, client)
	if err != nil {
		return nil, fmt.Errorf("prepare the Graph adapter: %w", err)
	}
	adapter.SetBaseUrl(s.base.String())
	return adapter, nil
}

// users starts a request. A builder belongs to one call: it writes to its own
// map while it is used.
func (c *Client) users() *users.UsersRequestBuilder {
	return users.NewUsersRequestBuilderInternal(map[string]string{"baseurl": c.base.String()}, c.adapter)
}

func (c *Client) user(id string) *users.UserItemRequestBuilder { return c.users().ByUserId(id) }

func (c *Client) gate(mailbox string) *gate {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.gates[mailbox]
	if g == nil {
		slots := c.perMailbox
		if mailbox == "" {
			slots = directorySlots
		}
		g = newGate(slots, mailbox != "", c.backoff)
		c.gates[mailbox] = g
	}
	return g
}
