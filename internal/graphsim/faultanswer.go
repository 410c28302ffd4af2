package graphsim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// label is the fault's name in the record.
func (f *Fault) label() string {
	switch {
	case f.Name != "":
		return f.Name
	case f.Status != 0:
		return strconv.Itoa(f.Status)
	case f.Drop:
		return "drop"
	case f.Reset:
		return "reset"
	case f.Truncate:
		return "cut"
	}
	return "delay"
}

// silent tells that no answer is sent at all.
func (f *Fault) silent() bool {
	return f != nil && f.Status == 0 && (f.Drop || f.Reset && !f.Truncate)
}

// answer gives what a request is answered under a fault. Real finds the real
// answer.
func (t *Tenant) answer(f *Fault, q asked, host string, real func() answer) answer {
	if f != nil && q.inBatch {
		f = f.withoutConnection()
	}
	switch {
	case f == nil:
		return real()
	case f.silent():
		return answer{}
	case f.Status != 0:
		return t.own(f, q, host)
	}
	a := real()
	if a.status < http.StatusMultipleChoices && strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		if f.Malformed {
			a.body = malform(a.body)
			if q.inBatch { // the batch itself stays whole
				a.set("Content-Type", "text/plain")
			}
		}
		if f.WrongType {
			a.body = wrongType(a.body, mix(t.seed, q.key, q.number))
		}
	}
	return a
}

// withoutConnection is the fault as it shows inside a batch.
func (f *Fault) withoutConnection() *Fault {
	out := *f
	out.Drop, out.Reset, out.Truncate, out.Stall = false, false, false, 0
	if f.Status != 0 {
		return &out
	}
	switch {
	case f.Drop, f.Reset, f.Truncate:
		out.Status, out.Code = http.StatusBadGateway, "UnknownError"
	case f.Stall > 0:
		out.Status, out.Code = http.StatusGatewayTimeout, "UnknownError"
	}
	return &out
}

// own is a fault's own answer.
func (t *Tenant) own(f *Fault, q asked, host string) answer {
	a := t.ownBody(f, q)
	a.status = f.Status
	for name := range f.Header {
		a.set(name, f.Header.Get(name))
	}
	if f.RetryAfter > 0 {
		after := strconv.Itoa(f.RetryAfter)
		if f.RetryDate {
			after = t.o.Now().Add(time.Duration(f.RetryAfter) * time.Second).UTC().Format(http.TimeFormat)
		}
		a.set("Retry-After", after)
	}
	if f.Challenge {
		e := errRevoked(`{"access_token":{"nbf":{"essential":true,"value":"` + strconv.FormatInt(t.o.Now().Unix(), 10) + `"}}}`)
		a.set("Www-Authenticate", e.header.Get("Www-Authenticate"))
	}
	if f.Location {
		path, _, _ := strings.Cut(q.path, "?")
		a.set("Location", "https://"+host+path+"?$deltatoken=")
	}
	if f.adapt && q.kind == Users && f.Status == http.StatusTooManyRequests {
		t.throttleHeaders(&a)
	}
	return a
}

// ownBody writes the body: the given one, a gateway's page, an error in the
// form of the endpoint, or nothing.
func (t *Tenant) ownBody(f *Fault, q asked) answer {
	a := answer{header: make(http.Header)}
	switch {
	case f.HTML:
		a.body = []byte(f.Body)
		if f.Body == "" {
			a.body = []byte("<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>")
		}
		a.set("Content-Type", "text/html")
	case f.Body != "":
		a.body = []byte(f.Body)
		a.set("Content-Type", jsonType)
		if q.inBatch && !json.Valid(a.body) {
			a.set("Content-Type", "text/plain")
		}
	case f.adapt && q.kind == Tokens && f.Code != "":
		return t.signInFault(f.Status)
	case f.Code != "":
		e := fail(f.Status, f.Code, "%s", f.Message)
		if f.adapt && (q.kind == Users || q.kind == Groups) {
			e.code, e.message = identityForm(e.code, e.message)
		}
		a = t.failure(e)
		if f.InnerCode != "" {
			a.body = []byte(strings.Replace(string(a.body), `"innerError":{`, `"innerError":{"code":"`+f.InnerCode+`",`, 1))
		}
	}
	return a
}

// identityForm gives the directory's words for an error of Outlook's.
func identityForm(code, message string) (string, string) {
	switch code {
	case "ApplicationThrottled":
		return "TooManyRequests", "Too many requests from this application. Please try again later."
	case "ErrorAccessDenied":
		return "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
	case "ErrorItemNotFound":
		return "Request_ResourceNotFound", "Resource does not exist or one of its queried reference-property objects are not present."
	}
	return code, message
}

// signInFault is the token endpoint's error of a status.
func (t *Tenant) signInFault(status int) answer {
	switch {
	case status == http.StatusUnauthorized:
		return t.signInError(status, "invalid_client", 7000215, "AADSTS7000215: Invalid client secret provided.")
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		return t.signInError(status, "temporarily_unavailable", 90055, "AADSTS90055: The server is too busy to handle the request.")
	}
	return t.signInError(status, "invalid_request", 90023, "AADSTS90023: The request is not valid.")
}

// errRevoked asks for a token that was requested with these claims.
func errRevoked(claims string) *apiError {
	e := errToken("Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")
	e.header.Set("Www-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="`+
		base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	return e
}
