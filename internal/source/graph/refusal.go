package graph

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mailquarry/internal/source"
)

// maxRefusal bounds the body of an error answer.
const maxRefusal = 1 << 20

// refusal tells what an answer that is no success means.
func refusal(q call, a *answer) *failure {
	body, _ := io.ReadAll(io.LimitReader(a, maxRefusal))
	f := judge(q.area, a.resp.StatusCode, body)
	f.err.RetryAfter = max(f.err.RetryAfter, retryAfter(a.resp.Header, time.Now()))
	return f
}

// complaint is the error envelope. Codes nest, and the inner ones say more.
type complaint struct {
	Code    string     `json:"code"`
	Message string     `json:"message"`
	Inner   *complaint `json:"innerError"`
}

// codes gives the codes in lower case: Graph's own spelling varies.
func (c *complaint) codes() []string {
	var out []string
	for depth := 0; c != nil && depth < 8; depth++ {
		if c.Code != "" {
			out = append(out, strings.ToLower(c.Code))
		}
		c = c.Inner
	}
	return out
}

// judge turns status and body into an error and what to do about it.
func judge(about area, status int, body []byte) *failure {
	var envelope struct {
		Error complaint `json:"error"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		envelope.Error = complaint{}
	}
	e := &source.Error{
		Class: source.Permanent, Status: status,
		Code: oneLine(envelope.Error.Code), Message: oneLine(envelope.Error.Message),
	}
	if e.Message == "" {
		e.Message = http.StatusText(status)
	}
	f := &failure{err: e}
	for _, code := range envelope.Error.codes() {
		if byCode(f, about, status, code) {
			return f
		}
	}
	byStatus(f, about, status, strings.ToLower(envelope.Error.Message))
	return f
}

// byCode judges what Graph's codes make certain, and tells whether it did.
func byCode(f *failure, about area, status int, code string) bool {
	e := f.err
	switch code {
	case "syncstatenotfound", "syncstateinvalid", "resyncrequired", "directory_resyncrequired", "errorinvalidsyncstatedata":
		e.Class = source.Expired
	case "authorization_requestdenied":
		e.Class, f.stale = source.Forbidden, true
		e.Advice = grant([]string{"User.Read.All"})
	case "errorquotaexceeded":
		e.Class = source.Transient
		e.Advice = "the mailbox is full, so Graph cannot note what was read: make room in it"
	case "mailboxnotenabledforrestapi", "errorinvaliduser", "errornonexistentmailbox", "resourcenotfound":
		e.Class = source.MailboxUnavailable
	case "request_resourcenotfound":
		e.Class = source.MailboxUnavailable
		if about == directory {
			e.Class = source.NotFound
		}
	case "authenticationerror":
		if about == directory {
			return false
		}
		e.Class = source.MailboxUnavailable
	case "errormailboxmoveinprogress":
		// Takes hours: the breaker sees to it that it is not asked all the time.
		e.Class = source.Transient
		e.Advice = "the mailbox is being moved to another server; the sync goes on when that is done"
	case "errorcorruptdata", "errorinvalidrecipients", "errorcannotopenfileattachment":
		e.Class = source.Permanent
	case "unknownerror":
		if status < 500 {
			return false
		}
		e.Class, f.again, f.shrink = source.Transient, true, true
	case "applicationthrottled", "toomanyrequests", "errortoomanyrequests", "request_throttledtemporarily", "errorserverbusy":
		e.Class, f.again, f.pause = source.Throttled, true, true
	default:
		return false
	}
	return true
}

func byStatus(f *failure, about area, status int, message string) {
	e := f.err
	switch {
	case status == http.StatusGone:
		e.Class = source.Expired
	case status == http.StatusBadRequest && strings.Contains(message, "badly formed token"):
		// The one refusal of a link that has no code of its own.
		e.Class = source.Expired
	case status == http.StatusUnauthorized:
		e.Class, f.stale = source.Unauthenticated, true
		e.Advice = "Graph refuses the token: check that AZURE_AUTHORITY_HOST and MAILQUARRY_GRAPH_URL belong to the same cloud"
	case status == http.StatusForbidden && strings.Contains(message, "roles claim"):
		e.Class, f.stale = source.Forbidden, true
		e.Advice = grant([]string{"User.Read.All", "Mail.Read"})
	case status == http.StatusForbidden && about == directory:
		e.Class, f.stale = source.Forbidden, true
		e.Advice = grant([]string{"User.Read.All"})
	case status == http.StatusForbidden:
		e.Class, f.stale = source.Denied, true
		e.Advice = "the application may not read this mailbox: grant it Mail.Read with admin consent, and look for an application access policy that leaves the mailbox out"
	case status == http.StatusNotFound && about == mailbox:
		e.Class = source.MailboxUnavailable
	case status == http.StatusNotFound:
		e.Class = source.NotFound
	case status == http.StatusTooManyRequests, status == 509:
		e.Class, f.again, f.pause = source.Throttled, true, true
	case status == http.StatusServiceUnavailable:
		e.Class, f.again, f.pause = source.Transient, true, true
	case status == http.StatusGatewayTimeout:
		e.Class, f.again, f.shrink = source.Transient, true, true
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		e.Class, f.again = source.Transient, true
	case status/100 == 3:
		e.Class = source.Unreachable
		e.Advice = "the Graph address answers with a redirect: check MAILQUARRY_GRAPH_URL"
	}
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
		Class: source.Unreachable, Message: "cannot reach " + host + ": " + oneLine(err.Error()), Err: err,
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
		e.Class, e.Message, e.Advice = source.Transient, host+" broke off: "+oneLine(err.Error()), ""
	}
	return e
}

// maxRetryAfter bounds what is believed of a Retry-After.
const maxRetryAfter = time.Hour

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 {
		return time.Duration(min(s, maxRetryAfter.Seconds()) * float64(time.Second))
	}
	if t, err := http.ParseTime(v); err == nil {
		// The date is one of the server's clock, and so is this header.
		if there, err := http.ParseTime(h.Get("Date")); err == nil {
			now = there
		}
		return max(0, min(t.Sub(now), maxRetryAfter))
	}
	return 0
}

// maxMessage bounds what is kept of a stranger's error text.
const maxMessage = 300

// oneLine puts an error text on one line, bounded, and takes out what may be
// somebody's address: error texts are logged.
func oneLine(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if strings.Contains(w, "@") {
			words[i] = "(address)"
		}
	}
	s = strings.ToValidUTF8(strings.Join(words, " "), "")
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage]) + "..."
	}
	return s
}
