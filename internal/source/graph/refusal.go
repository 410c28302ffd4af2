package graph

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"time"

	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// maxRefusal bounds the body of an error answer.
const maxRefusal = 1 << 20

// refusal tells what an answer that is no success means.
func refusal(q call, a *answer) *failure {
	body, _ := io.ReadAll(io.LimitReader(a, maxRefusal))
	f := judge(q.area, a.resp.StatusCode, body)
	f.err.RetryAfter = max(f.err.RetryAfter, wire.RetryAfter(a.resp.Header, time.Now()))
	return f
}

// judge turns status and body into an error and what to do about it.
func judge(about area, status int, body []byte) *failure {
	v := wire.Judge(about, status, body)
	return &failure{err: v.Err, again: v.Again, pause: v.Pause, shrink: v.Shrink, stale: v.Stale}
}

// broken tells what an error means that came instead of an answer.
func (c *Client) broken(err error) *failure {
	if e := asSource(err); e != nil {
		again := e.Class == source.Transient || e.Class == source.Throttled || e.Class == source.Unreachable
		return &failure{err: e, again: again && !hopeless(e), pause: e.Class == source.Throttled || e.RetryAfter > 0}
	}
	e := unreachable(c.base.Host, err)
	return &failure{err: e, again: !hopeless(e)}
}

// hopeless tells whether a network error is one that a second try meets again.
func hopeless(err error) bool {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	return errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &invalid) || errors.As(err, &verify)
}

// unreachable makes the source's error of a network error. Of a *url.Error only
// the cause is kept: its URL holds ids.
func unreachable(host string, err error) *source.Error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	e := &source.Error{
		Class: source.Unreachable, Message: "cannot reach " + host + ": " + wire.OneLine(err.Error()), Err: err,
		Advice: "check this machine's network, name resolution, firewall and HTTPS_PROXY",
	}
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case hopeless(err):
		e.Advice = "the certificate of " + host + " is not trusted: put its authority's certificate into a file and set SSL_CERT_FILE to it"
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
	case errors.Is(err, context.Canceled):
		// Our own doing: the answer's headers or body stood still.
		e.Class, e.Message = source.Transient, host+" stopped answering"
	default:
		// The host is there, and broke off.
		e.Class, e.Message, e.Advice = source.Transient, host+" broke off: "+wire.OneLine(err.Error()), ""
	}
	return e
}
