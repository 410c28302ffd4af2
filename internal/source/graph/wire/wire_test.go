package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// What Graph's answers mean. Codes count in any letter case, and the inner ones
// as the outer.
func TestJudge(t *testing.T) {
	t.Parallel()
	coded := func(code string) string { return `{"error":{"code":"` + code + `","message":"x"}}` }
	innerCode := func(code string) string {
		return `{"error":{"code":"x","message":"y","innererror":{"code":"` + code + `"}}}`
	}
	for _, tt := range []struct {
		about  Area
		status int
		body   string
		class  source.Class
		flags  string // again, pause, shrink, stale
	}{
		{Content, 410, coded("SyncStateNotFound"), source.Expired, ""},
		{Content, 410, coded("resyncRequired"), source.Expired, ""},
		{Content, 410, "", source.Expired, ""},
		{Content, 400, innerCode("syncStateInvalid"), source.Expired, ""},
		{Directory, 400, coded("Directory_ResyncRequired"), source.Expired, ""},
		{Content, 400, `{"error":{"code":"ErrorInvalidUrlQuery","message":"Badly formed token."}}`, source.Expired, ""},
		{Content, 400, coded("ErrorInvalidIdMalformed"), source.Permanent, ""},
		{Content, 404, coded("ErrorItemNotFound"), source.NotFound, ""},
		{Content, 404, coded("MailboxNotEnabledForRESTAPI"), source.MailboxUnavailable, ""},
		{Mailbox, 404, "", source.MailboxUnavailable, ""},
		{Mailbox, 404, coded("Request_ResourceNotFound"), source.MailboxUnavailable, ""},
		{Directory, 404, coded("Request_ResourceNotFound"), source.NotFound, ""},
		{Content, 403, coded("ErrorAccessDenied"), source.Denied, "stale"},
		{Directory, 403, coded("Authorization_RequestDenied"), source.Forbidden, "stale"},
		{Content, 403, coded("ErrorQuotaExceeded"), source.Transient, ""},
		{Content, 401, coded("InvalidAuthenticationToken"), source.Unauthenticated, "stale"},
		{Content, 429, coded("ApplicationThrottled"), source.Throttled, "again pause"},
		{Content, 429, "", source.Throttled, "again pause"},
		{Content, 509, "", source.Throttled, "again pause"},
		{Content, 503, "", source.Transient, "again pause"},
		{Content, 503, coded("ErrorServerBusy"), source.Throttled, "again pause"},
		{Content, 503, coded("ErrorMailboxMoveInProgress"), source.Transient, ""},
		{Content, 504, coded("UnknownError"), source.Transient, "again shrink"},
		{Content, 504, "<html>", source.Transient, "again shrink"},
		{Content, 502, "<html>", source.Transient, "again"},
		{Content, 500, coded("ErrorInternalServerError"), source.Transient, "again"},
		{Content, 500, coded("ErrorCorruptData"), source.Permanent, ""},
		{Content, 302, "", source.Unreachable, ""},
	} {
		v := Judge(tt.about, tt.status, []byte(tt.body))
		var flags []string
		for _, f := range []struct {
			on   bool
			name string
		}{{v.Again, "again"}, {v.Pause, "pause"}, {v.Shrink, "shrink"}, {v.Stale, "stale"}} {
			if f.on {
				flags = append(flags, f.name)
			}
		}
		if got := strings.Join(flags, " "); v.Err.Class != tt.class || got != tt.flags || v.Err.Status != tt.status {
			t.Errorf("status %d %s about %d: class %d, %q; want class %d, %q", tt.status, tt.body, tt.about, v.Err.Class, got, tt.class, tt.flags)
		}
	}
}

// Of a batch's answers each that can be read is, whatever those beside it are.
func TestParseBatch(t *testing.T) {
	t.Parallel()
	got, err := ParseBatch([]byte(`{"responses":[null,7,{"id":3,"status":200},{"id":"1","status":"200"},{"id":"x","status":200},
		{"id":"2","status":429,"headers":{"retry-after":"7","x":["y"]},"body":{"error":{}}},{"id":"0","status":200,"headers":{"Retry-After":5},"body":"Zm9v"}]}`))
	if err != nil || len(got) != 2 {
		t.Fatalf("answers %+v, error %v", got, err)
	}
	if a := got[0]; a.ID != 2 || a.Status != 429 || RetryAfter(a.Header, time.Now()) != 7*time.Second {
		t.Errorf("answer %+v", a)
	}
	if a := got[1]; a.ID != 0 || RetryAfter(a.Header, time.Now()) != 5*time.Second {
		t.Errorf("answer %+v", a)
	}
	if b, ok := PartBytes(mail.ItemPart, got[1].Body); !ok || string(b) != "foo" {
		t.Errorf("body %q", b)
	}
	for _, raw := range []string{``, `null`, `[]`, `{}`, `{"responses":"none"}`, `{"responses":null}`} {
		if _, err := ParseBatch([]byte(raw)); source.ClassOf(err) != source.Transient {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// Whatever an error answer holds, it is judged on one line, and never as
// something that the sync does not know what to do about.
func FuzzJudge(f *testing.F) {
	for _, s := range []string{
		`{"error":{"code":"ErrorItemNotFound","message":"a\nb anna@contoso.example","innerError":{"code":"y","innerError":null}}}`,
		`{"error":"invalid","error_description":"y"}`, `<html></html>`, `null`, `{"error":{"code":7}}`,
		`{"error":{"code":"UnknownError","message":"\ud800"}}`,
	} {
		f.Add(s, 404)
	}
	f.Fuzz(func(t *testing.T, body string, status int) {
		for _, about := range []Area{Directory, Mailbox, Content} {
			v := Judge(about, status, []byte(body))
			if v.Err.Class == source.Unknown || v.Err.Status != status {
				t.Fatalf("%+v", v.Err)
			}
			for _, s := range []string{v.Err.Message, v.Err.Code} {
				if strings.ContainsAny(s, "\n\r@") || !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxMessage+3 {
					t.Fatalf("text %q", s)
				}
			}
		}
	})
}

// Whatever a page holds, each item of it is either read or reported.
func FuzzPage(f *testing.F) {
	for _, s := range []string{
		`{"value":[{"id":"a","mail":null,"proxyAddresses":["SMTP:a@b"]},null],"@odata.nextLink":"https://graph.microsoft.com/x"}`,
		`{"value":[{"id":"a","@removed":{"reason":"deleted"},"size":1,"isInline":true}],"@odata.deltaLink":"y"}`,
		`{"value":[{"@odata.type":"#microsoft.graph.itemAttachment","id":"s","contentId":"<x>","size":-1,"contentBytes":"Zm9v"}]}`,
		`{"value":[{"id":"a","@removed":null},{"id":"b","@removed":7},[],{"id":{}}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ParsePage(body)
		if err != nil {
			if source.ClassOf(err) != source.Transient {
				t.Fatal(err)
			}
			return
		}
		for _, raw := range p.Value {
			fields, id, reason := Fields(raw)
			if (id == "") == (reason == "") {
				t.Fatalf("%s: id %q, reason %q", raw, id, reason)
			}
			if gone, _ := Removed(fields); gone && !Has(fields, "@removed") {
				t.Fatalf("%s is gone", raw)
			}
			if m, why := ParseUser(raw); why != reason || m.Key != id || m.Purged && !m.Gone {
				t.Fatalf("%s: user %+v, reason %q", raw, m, why)
			}
			PartialUser(raw)
			part, why := ParsePart(raw)
			if why != reason || part.Key != id || part.Size < 0 {
				t.Fatalf("%s: attachment %+v, reason %q", raw, part, why)
			}
			PartBytes(part.Kind, raw)
		}
	})
}

// Whatever a batch's answer holds, what is taken from it are answers.
func FuzzParseBatch(f *testing.F) {
	f.Add([]byte(`{"responses":[{"id":"0","status":200,"headers":{"Retry-After":"1"},"body":{"id":"a"}},{"id":"1","status":429}]}`))
	f.Add([]byte(`{"responses":[{"id":"-1","status":0},{"id":"99999999999999999999","status":200},null]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		answers, err := ParseBatch(raw)
		if err != nil && source.ClassOf(err) != source.Transient {
			t.Fatal(err)
		}
		for _, a := range answers {
			if a.Status < 100 || a.Status > 999 || len(a.Body) > 0 && !json.Valid(a.Body) {
				t.Fatalf("answer %+v", a)
			}
			if d := RetryAfter(a.Header, time.Unix(0, 0)); d < 0 || d > maxRetryAfter {
				t.Fatalf("retry after %s", d)
			}
		}
	})
}

// Whatever a Retry-After says, the pause is within bounds.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"1", "0.5", "-1", "1e9", "NaN", "Inf", "Mon, 02 Jan 2006 15:04:05 GMT", ""} {
		f.Add(s, "Mon, 02 Jan 2006 15:00:05 GMT")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		if d := RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, time.Unix(1_000_000, 0)); d < 0 || d > maxRetryAfter {
			t.Fatalf("retry after %s", d)
		}
	})
}

func TestRetryAfterForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0.5": 500 * time.Millisecond, "-3": 0, "soon": 0, "1e300": maxRetryAfter, "NaN": 0,
		now.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):       0,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {in}}, now); got != want {
			t.Errorf("Retry-After %q: %s, want %s", in, got, want)
		}
	}
}

func TestErrorTextsHoldNoAddress(t *testing.T) {
	t.Parallel()
	body := fmt.Sprintf(`{"error":{"code":"ErrorInvalidUser","message":"The requested user 'anna@contoso.example'\nis invalid. %s"}}`, strings.Repeat("x", 1000))
	e := Judge(Mailbox, 404, []byte(body)).Err
	if strings.Contains(e.Message, "anna") || strings.Contains(e.Message, "\n") || len(e.Message) > maxMessage+10 {
		t.Errorf("message %q", e.Message)
	}
}
