package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// credential is a token credential that can be made anew, and whose errors are
// of the source's kind. The library underneath serves a token from its cache
// until it expires, even when Graph has refused it or consent has changed.
type credential struct {
	settings *settings
	wire     policy.Transporter

	mu      sync.Mutex
	inner   azcore.TokenCredential
	renewed time.Time
	pause   time.Time // the authority is not asked before
}

func newCredential(s *settings, wire policy.Transporter) (*credential, error) {
	c := &credential{settings: s, wire: wire}
	err := c.renew(0)
	c.renewed = time.Time{} // the first refusal may renew at once
	return c, err
}

// renew forgets the cached token, unless that was done within the time given.
func (c *credential) renew(unlessWithin time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner != nil && time.Since(c.renewed) < unlessWithin {
		return nil
	}
	inner, err := c.settings.mint(c.settings.clientOptions(c.wire))
	if err != nil {
		return err
	}
	c.inner, c.renewed = inner, time.Now()
	return nil
}

// GetToken implements azcore.TokenCredential.
func (c *credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	inner, left := c.inner, time.Until(c.pause)
	c.mu.Unlock()
	if left > 0 {
		return azcore.AccessToken{}, &source.Error{
			Class: source.Throttled, Message: c.settings.authority.Host + " is not asked before a pause is over", RetryAfter: left,
		}
	}
	seen := &exchange{}
	token, err := inner.GetToken(context.WithValue(ctx, exchangeKey{}, seen), o)
	if err == nil {
		return token, nil
	}
	if ctx.Err() != nil {
		return token, ctx.Err()
	}
	failed := tokenError(c.settings.authority.Host, seen, err)
	if failed.RetryAfter > 0 {
		// Every mailbox needs a token, so that all of them wait.
		c.mu.Lock()
		if until := time.Now().Add(failed.RetryAfter); until.After(c.pause) {
			c.pause = until
		}
		c.mu.Unlock()
	}
	return token, failed
}

// token asks for a token until it comes or another try is of no use.
func (c *Client) token(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	for n := 1; ; n++ {
		token, err := c.cred.GetToken(ctx, o)
		e := asSource(err)
		if err == nil || e == nil || n >= c.tries {
			return token, err
		}
		switch e.Class {
		case source.Transient, source.Throttled:
		default:
			return token, err
		}
		if e.RetryAfter > patience {
			return token, err
		}
		if err := wait(ctx, max(e.RetryAfter, jitter(c.backoff, n))); err != nil {
			return token, err
		}
	}
}

// exchange is what was seen on the wire while a token was asked for. The token
// library keeps neither the cause of a network error nor, in every case, the
// answer.
type exchange struct {
	host   string
	err    error
	status int
	header http.Header
	body   []byte
}

type exchangeKey struct{}

// witness notes the last failure of each token request into its context's
// exchange.
type witness struct{ client *http.Client }

// maxTokenAnswer bounds the answers of the authority.
const maxTokenAnswer = 1 << 20

// Do implements policy.Transporter.
func (w *witness) Do(r *http.Request) (*http.Response, error) {
	seen, _ := r.Context().Value(exchangeKey{}).(*exchange)
	resp, err := w.client.Do(r)
	if seen == nil {
		return resp, err
	}
	if err != nil {
		*seen = exchange{host: r.URL.Host, err: err}
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxTokenAnswer))
	_ = resp.Body.Close()
	if err != nil {
		*seen = exchange{host: r.URL.Host, err: err}
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	*seen = exchange{host: r.URL.Host}
	if resp.StatusCode >= 300 {
		*seen = exchange{host: r.URL.Host, status: resp.StatusCode, header: resp.Header, body: body}
	}
	return resp, nil
}

// tokenError makes the source's error of a failed token request.
func tokenError(authority string, seen *exchange, err error) *source.Error {
	switch {
	case seen.err != nil:
		return unreachable(seen.host, seen.err)
	case seen.status == 0:
		// Nothing failed on the wire: the answer made no sense to the library.
		return &source.Error{
			Class: source.Unauthenticated, Message: fmt.Sprintf("%s gave no token", authority),
			Advice: "check AZURE_TENANT_ID and AZURE_AUTHORITY_HOST", Err: errors.New(wire.OneLine(err.Error())),
		}
	}
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
	}
	broken := json.Unmarshal(seen.body, &answer) != nil
	e := &source.Error{
		Class: source.Unauthenticated, Status: seen.status, Code: wire.OneLine(answer.Error),
		Message: wire.OneLine(answer.Description), RetryAfter: wire.RetryAfter(seen.header, time.Now()),
	}
	for _, code := range answer.Codes {
		e.Code = fmt.Sprintf("AADSTS%d", code)
		e.Message = strings.TrimPrefix(e.Message, e.Code+": ")
		if a := tokenAdvice(code); a != "" {
			e.Advice = a
			return e
		}
	}
	switch {
	case seen.status == http.StatusTooManyRequests:
		e.Class = source.Throttled
	case seen.status >= 500 || answer.Error == "temporarily_unavailable" || broken && len(answer.Codes) == 0:
		e.Class = source.Transient
	}
	if e.Message == "" {
		e.Message = fmt.Sprintf("%s gave no token", seen.host)
	}
	return e
}

// tokenAdvice tells what to do about a code of the authority. The texts that
// come with the codes are localised and change; the numbers do not.
func tokenAdvice(code int) string {
	switch code {
	case 7000215:
		return "set AZURE_CLIENT_SECRET to the client secret's value, not its id, or make a new secret"
	case 7000222:
		return "the client secret has expired: make a new one in the app registration and set AZURE_CLIENT_SECRET to its value"
	case 7000218:
		return "set AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET: the authority got neither a certificate nor a secret"
	case 700027:
		return "upload the certificate to the app registration: the authority does not know the one in AZURE_CLIENT_CERTIFICATE_PATH"
	case 700016:
		return "check AZURE_CLIENT_ID: this tenant has no such application, or its administrator has not consented to it yet"
	case 90002:
		return "check AZURE_TENANT_ID: there is no such tenant in this cloud"
	case 900023:
		return "check AZURE_TENANT_ID: it must be the tenant's id or one of its domains"
	case 7000112:
		return "the application is disabled: enable it under Enterprise applications in the tenant"
	case 1002012:
		return "check MAILQUARRY_GRAPH_URL and AZURE_AUTHORITY_HOST: they belong to different clouds"
	case 500011:
		return "check MAILQUARRY_GRAPH_URL: this tenant does not know that cloud's Graph"
	case 53003:
		return "a Conditional Access policy blocks the application: ask the tenant's administrator to exempt it"
	case 700024:
		return "set this machine's clock: the certificate's assertion is outside its time"
	}
	return ""
}
