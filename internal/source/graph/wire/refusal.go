package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"mailquarry/internal/source"
)

// Area is what a request is about; it decides what a refusal means.
type Area int

// The areas.
const (
	Directory Area = iota // the tenant's users and groups
	Mailbox               // one mailbox as a whole
	Content               // something in a mailbox: a folder, a message, an attachment
)

// Verdict is what a refusal means, and what to do about it.
type Verdict struct {
	Err    *source.Error
	Again  bool // another try may help
	Pause  bool // the whole mailbox should wait before it
	Shrink bool // a smaller page may help
	Stale  bool // a new token may help
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

// Judge turns status and body into an error and what to do about it.
func Judge(about Area, status int, body []byte) *Verdict {
	var envelope struct {
		Error complaint `json:"error"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		envelope.Error = complaint{}
	}
	e := &source.Error{
		Class: source.Permanent, Status: status,
		Code: OneLine(envelope.Error.Code), Message: OneLine(envelope.Error.Message),
	}
	if e.Message == "" {
		e.Message = http.StatusText(status)
	}
	v := &Verdict{Err: e}
	for _, code := range envelope.Error.codes() {
		if byCode(v, about, status, code) {
			return v
		}
	}
	byStatus(v, about, status, strings.ToLower(envelope.Error.Message))
	return v
}

// byCode judges what Graph's codes make certain, and tells whether it did.
func byCode(v *Verdict, about Area, status int, code string) bool {
	e := v.Err
	switch code {
	case "syncstatenotfound", "syncstateinvalid", "resyncrequired", "directory_resyncrequired", "errorinvalidsyncstatedata":
		e.Class = source.Expired
	case "authorization_requestdenied":
		e.Class, v.Stale = source.Forbidden, true
		e.Advice = Grant([]string{"User.Read.All"})
	case "errorquotaexceeded":
		e.Class = source.Transient
		e.Advice = "the mailbox is full, so Graph cannot note what was read: make room in it"
	case "mailboxnotenabledforrestapi", "errorinvaliduser", "errornonexistentmailbox", "resourcenotfound":
		e.Class = source.MailboxUnavailable
	case "request_resourcenotfound":
		e.Class = source.MailboxUnavailable
		if about == Directory {
			e.Class = source.NotFound
		}
	case "authenticationerror":
		if about == Directory {
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
		e.Class, v.Again, v.Shrink = source.Transient, true, true
	case "applicationthrottled", "toomanyrequests", "errortoomanyrequests", "request_throttledtemporarily", "errorserverbusy":
		e.Class, v.Again, v.Pause = source.Throttled, true, true
	default:
		return false
	}
	return true
}

func byStatus(v *Verdict, about Area, status int, message string) {
	e := v.Err
	switch {
	case status == http.StatusGone:
		e.Class = source.Expired
	case status == http.StatusBadRequest && strings.Contains(message, "badly formed token"):
		// The one refusal of a link that has no code of its own.
		e.Class = source.Expired
	case status == http.StatusUnauthorized:
		e.Class, v.Stale = source.Unauthenticated, true
		e.Advice = "Graph refuses the token: check that AZURE_AUTHORITY_HOST and MAILQUARRY_GRAPH_URL belong to the same cloud"
	case status == http.StatusForbidden && strings.Contains(message, "roles claim"):
		e.Class, v.Stale = source.Forbidden, true
		e.Advice = Grant([]string{"User.Read.All", "Mail.Read"})
	case status == http.StatusForbidden && about == Directory:
		e.Class, v.Stale = source.Forbidden, true
		e.Advice = Grant([]string{"User.Read.All"})
	case status == http.StatusForbidden:
		e.Class, v.Stale = source.Denied, true
		e.Advice = "the application may not read this mailbox: grant it Mail.Read with admin consent, and look for an application access policy that leaves the mailbox out"
	case status == http.StatusNotFound && about == Mailbox:
		e.Class = source.MailboxUnavailable
	case status == http.StatusNotFound:
		e.Class = source.NotFound
	case status == http.StatusTooManyRequests, status == 509:
		e.Class, v.Again, v.Pause = source.Throttled, true, true
	case status == http.StatusServiceUnavailable:
		e.Class, v.Again, v.Pause = source.Transient, true, true
	case status == http.StatusGatewayTimeout:
		e.Class, v.Again, v.Shrink = source.Transient, true, true
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		e.Class, v.Again = source.Transient, true
	case status/100 == 3:
		e.Class = source.Unreachable
		e.Advice = "the Graph address answers with a redirect: check MAILQUARRY_GRAPH_URL"
	}
}

// Grant tells an administrator to grant these permissions.
func Grant(names []string) string {
	what := "permission"
	if len(names) > 1 {
		what = "permissions"
	}
	return fmt.Sprintf("add the application %s %s of Microsoft Graph to the app registration and grant admin consent", what, strings.Join(names, ", "))
}
