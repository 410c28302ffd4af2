package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/source"
)

// What is sent for a subscription is what Graph wants: the user by id, both
// addresses, immutable ids, and less than a week.
func TestSubscriptionRequests(t *testing.T) {
	t.Parallel()
	var seen []string
	var body map[string]string
	c, _ := stub(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.URL.Path)
		if prefer := strings.Join(r.Header.Values("Prefer"), ","); !strings.Contains(prefer, `IdType="ImmutableId"`) {
			t.Errorf("Prefer: %s", prefer)
		}
		raw, _ := io.ReadAll(r.Body)
		body = nil
		if err := json.Unmarshal(raw, &body); err != nil && r.Method != http.MethodDelete {
			t.Errorf("%s: body %q: %v", r.Method, raw, err)
		}
		switch r.Method {
		case http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"id":"s/1","expirationDateTime":%q}`, body["expirationDateTime"])
		case http.MethodPatch:
			fmt.Fprintf(w, `{"id":"s/1","expirationDateTime":"2030-01-02T03:04:05.5Z"}`)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
	until := time.Date(2029, 2, 3, 4, 5, 6, 0, time.FixedZone("", 3600))
	sub, err := c.Subscribe(testContext(t), "user-1", source.Wanted{URL: "https://mail.example/hook", State: "st", Until: until})
	if err != nil {
		t.Fatal(err)
	}
	if want := (source.Subscription{ID: "s/1", Mailbox: "user-1", Until: until.UTC()}); sub.ID != want.ID || sub.Mailbox != want.Mailbox || !sub.Until.Equal(want.Until) {
		t.Errorf("got %+v, want %+v", sub, want)
	}
	for name, want := range map[string]string{
		"changeType": "created,updated,deleted", "notificationUrl": "https://mail.example/hook", "lifecycleNotificationUrl": "https://mail.example/hook",
		"resource": "/users/user-1/messages", "clientState": "st", "expirationDateTime": "2029-02-03T03:05:06Z", "latestSupportedTlsVersion": "v1_2",
	} {
		if body[name] != want {
			t.Errorf("%s is %q, want %q", name, body[name], want)
		}
	}
	renewed, err := c.Renew(testContext(t), sub, until.Add(time.Hour))
	if err != nil || len(body) != 1 || body["expirationDateTime"] != "2029-02-03T04:05:06Z" {
		t.Errorf("renewed with %v: %v", body, err)
	}
	if renewed.Mailbox != "user-1" || renewed.Until.Year() != 2030 {
		t.Errorf("renewed %+v", renewed)
	}
	if err := c.Unsubscribe(testContext(t), renewed); err != nil {
		t.Error(err)
	}
	if want := []string{"POST /v1.0/subscriptions", "PATCH /v1.0/subscriptions/s/1", "DELETE /v1.0/subscriptions/s/1"}; !slices.Equal(seen, want) {
		t.Errorf("requests %q, want %q", seen, want)
	}
}

// A refusal says whether to make a new subscription, and what a person can do;
// and none is sent twice in a row, since it may have been carried out.
func TestSubscriptionRefusals(t *testing.T) {
	t.Parallel()
	status, code, requests := 0, "", 0
	c, _ := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"code":%q,"message":"Subscription validation request failed."}}`, code)
	})
	sub := source.Subscription{ID: "x", Mailbox: "u"}
	status, code = 404, "ResourceNotFound"
	_, err := c.Renew(testContext(t), sub, time.Now())
	wantClass(t, err, source.NotFound)
	if err := c.Unsubscribe(testContext(t), sub); err != nil {
		t.Errorf("ending a subscription that is not there: %v", err)
	}
	status, code = 400, "ValidationError"
	_, err = c.Subscribe(testContext(t), "u", source.Wanted{})
	if e := wantClass(t, err, source.Permanent); !strings.Contains(e.Advice, "internet") {
		t.Errorf("advice %q", e.Advice)
	}
	status, code, requests = 500, "", 0
	_, err = c.Subscribe(testContext(t), "u", source.Wanted{})
	if wantClass(t, err, source.Transient); requests != 1 {
		t.Errorf("sent %d times", requests)
	}
	status, code = 429, "ApplicationThrottled"
	_, err = c.Subscribe(testContext(t), "u2", source.Wanted{})
	if e := wantClass(t, err, source.Throttled); e.RetryAfter != 7*time.Second {
		t.Errorf("to wait %s", e.RetryAfter)
	}
}

// Only what is subscribed at our own address is listed, whoever else runs under
// the application's name, over all pages.
func TestListsSubscriptionsAtAnAddress(t *testing.T) {
	t.Parallel()
	var base string
	c, address := stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skiptoken") == "" {
			fmt.Fprintf(w, `{"value":[{"id":"s-1","resource":"/users/anna/messages","notificationUrl":"https://mail.example/hook"},
				{"id":"s-2","resource":"/users/anna/messages","notificationUrl":"https://other.example/hook"}],
				"@odata.nextLink":"%s/v1.0/subscriptions?$skiptoken=x"}`, base)
			return
		}
		fmt.Fprint(w, `{"value":[{"id":"s-3","resource":"users/ben/messages","notificationUrl":"https://mail.example/hook"},{"resource":"no id"}]}`)
	})
	base = address.URL
	got, err := c.Subscriptions(testContext(t), "https://mail.example/hook")
	want := []source.Subscription{{ID: "s-1", Mailbox: "anna"}, {ID: "s-3", Mailbox: "ben"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}
