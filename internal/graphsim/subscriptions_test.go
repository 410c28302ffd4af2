package graphsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// listener is where a tenant's calls arrive.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	tokens []string
	answer func(w http.ResponseWriter, token string)
	items  chan map[string]any
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{items: make(chan map[string]any, 100)}
	l.answer = func(w http.ResponseWriter, token string) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, token)
	}
	l.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("validationToken") {
			token := r.URL.Query().Get("validationToken")
			l.mu.Lock()
			l.tokens = append(l.tokens, token)
			l.mu.Unlock()
			l.answer(w, token)
			return
		}
		var body struct {
			Value []map[string]any `json:"value"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Errorf("a call that is no JSON: %v", err)
		}
		w.WriteHeader(http.StatusAccepted)
		for _, it := range body.Value {
			l.items <- it
		}
	}))
	t.Cleanup(l.Close)
	return l
}

// next is the next notification.
func (l *listener) next(t *testing.T) map[string]any {
	t.Helper()
	select {
	case it := <-l.items:
		return it
	case <-time.After(time.Minute):
		t.Fatal("nobody called")
		return nil
	}
}

// ask sends a JSON body, nil for none, to a path below /v1.0.
func (c *client) ask(method, path string, body any, prefers ...string) reply {
	c.t.Helper()
	h := http.Header{"Authorization": {"Bearer " + c.token}, "Content-Type": {"application/json"}}
	for _, p := range prefers {
		h.Add("Prefer", p)
	}
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.do(method, c.server.GraphURL+path, b, h)
}

// wish is a subscription's request body, with changes.
func wish(l *listener, box *graphsim.Mailbox, changes map[string]any) map[string]any {
	w := map[string]any{
		"changeType": "created,updated,deleted", "notificationUrl": l.URL + "/hook?a=b", "lifecycleNotificationUrl": l.URL + "/life",
		"resource": "/users/" + box.ID() + "/messages", "expirationDateTime": at().Add(24 * time.Hour).Format(time.RFC3339),
		"clientState": "s+/ecret", "latestSupportedTlsVersion": "v1_2",
	}
	for k, v := range changes {
		w[k] = v
	}
	return w
}

// Statement 51: both addresses are asked with a token that has to come back
// decoded, as plain text, and nothing is subscribed otherwise.
func TestStatement51_Handshake(t *testing.T) {
	t.Parallel()
	l := listen(t)
	c, box := withBox(t, graphsim.Options{Outbound: l.Client()})
	r := c.ask(http.MethodPost, "/subscriptions", wish(l, box, nil))
	if r.status != http.StatusCreated || r.body["id"] == "" || r.body["clientState"] != "s+/ecret" || r.body["applicationId"] != c.tenant.Options().ClientID {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if len(l.tokens) != 2 || !strings.Contains(l.tokens[0], "Validation: ") {
		t.Errorf("tokens %q", l.tokens)
	}
	for name, answer := range map[string]func(http.ResponseWriter, string){
		"another token": func(w http.ResponseWriter, _ string) {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, "hello")
		},
		"still encoded": func(w http.ResponseWriter, s string) {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, strings.ReplaceAll(s, " ", "+"))
		},
		"JSON": func(w http.ResponseWriter, s string) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, s)
		},
		"202": func(w http.ResponseWriter, s string) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusAccepted)
			fmt.Fprint(w, s)
		},
	} {
		l.answer = answer
		r := c.ask(http.MethodPost, "/subscriptions", wish(l, box, nil))
		if code(r) != "ValidationError" || r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	if got := c.tenant.Subscriptions(); len(got) != 1 {
		t.Errorf("%d subscriptions", len(got))
	}
}

func code(r reply) string {
	e, _ := r.body["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}

// Statement 51: what Graph does not grant is refused.
func TestStatement51_Refusals(t *testing.T) {
	t.Parallel()
	l := listen(t)
	c, box := withBox(t, graphsim.Options{Outbound: l.Client()})
	quote := c.tenant.AddUser(graphsim.User{Address: "o'neil@contoso.example"})
	week := at().Add(10_080 * time.Minute)
	for name, tt := range map[string]struct {
		change map[string]any
		status int
	}{
		"a week":              {map[string]any{"expirationDateTime": week.Format(time.RFC3339)}, http.StatusCreated},
		"over a week":         {map[string]any{"expirationDateTime": week.Add(time.Second).Format(time.RFC3339)}, http.StatusBadRequest},
		"over already":        {map[string]any{"expirationDateTime": at().Format(time.RFC3339)}, http.StatusBadRequest},
		"no expiry":           {map[string]any{"expirationDateTime": ""}, http.StatusBadRequest},
		"long state":          {map[string]any{"clientState": strings.Repeat("x", 129)}, http.StatusBadRequest},
		"state of 128":        {map[string]any{"clientState": strings.Repeat("x", 128)}, http.StatusCreated},
		"plain http":          {map[string]any{"notificationUrl": "http://127.0.0.1/"}, http.StatusBadRequest},
		"lifecycle by http":   {map[string]any{"lifecycleNotificationUrl": "http://127.0.0.1/"}, http.StatusBadRequest},
		"odd change":          {map[string]any{"changeType": "created,moved"}, http.StatusBadRequest},
		"one folder":          {map[string]any{"resource": "users/" + box.ID() + "/mailFolders('" + box.Folder("inbox").ID() + "')/messages"}, http.StatusCreated},
		"well-known folder":   {map[string]any{"resource": "/users/" + box.ID() + "/mailFolders/inbox/messages"}, http.StatusCreated},
		"by address":          {map[string]any{"resource": "/users/anna@contoso.example/messages"}, http.StatusCreated},
		"apostrophe":          {map[string]any{"resource": "/users/o'neil@contoso.example/messages"}, http.StatusBadRequest},
		"apostrophe, by id":   {map[string]any{"resource": "/users/" + quote.ID() + "/messages"}, http.StatusCreated},
		"nobody's mailbox":    {map[string]any{"resource": "/users/nobody@contoso.example/messages"}, http.StatusNotFound},
		"something else":      {map[string]any{"resource": "/users/" + box.ID() + "/events"}, http.StatusBadRequest},
		"unreachable address": {map[string]any{"notificationUrl": "https://127.0.0.1:1/"}, http.StatusBadRequest},
	} {
		if r := c.ask(http.MethodPost, "/subscriptions", wish(l, box, tt.change)); r.status != tt.status {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	c.tenant.SetRoles("User.Read.All")
	c.signIn("")
	if r := c.ask(http.MethodPost, "/subscriptions", wish(l, box, nil)); r.status != http.StatusForbidden {
		t.Errorf("without Mail.Read: %d", r.status)
	}
}

// Statement 51: changes are told with the client's state, and ids of the format
// that the subscription was made with.
func TestStatement51_Notifications(t *testing.T) {
	t.Parallel()
	l := listen(t)
	c, box := withBox(t, graphsim.Options{Outbound: l.Client()})
	r := c.ask(http.MethodPost, "/subscriptions", wish(l, box, nil), immutable)
	inbox := box.Folder("inbox")
	id := inbox.Add(graphsim.Message{Subject: "one"})
	it := l.next(t)
	data, _ := it["resourceData"].(map[string]any)
	if it["changeType"] != "created" || it["clientState"] != "s+/ecret" || it["subscriptionId"] != r.body["id"] || it["tenantId"] != c.tenant.Options().TenantID {
		t.Errorf("told %v", it)
	}
	if it["resource"] != "Users/"+box.ID()+"/Messages/"+id || data["id"] != id || data["@odata.type"] != "#Microsoft.Graph.Message" {
		t.Errorf("told %v", it)
	}
	box.Delete(id)
	if it := l.next(t); it["changeType"] != "deleted" {
		t.Errorf("told %v", it)
	}
	c.ask(http.MethodDelete, fmt.Sprint("/subscriptions/", r.body["id"]), nil)
	r = c.ask(http.MethodPost, "/subscriptions", wish(l, box, map[string]any{
		"changeType": "created", "resource": "/users/" + box.ID() + "/mailFolders/sentitems/messages",
	}))
	inbox.Add(graphsim.Message{Subject: "elsewhere"})
	sent := box.Folder("sentitems").Add(graphsim.Message{Subject: "two"})
	it = l.next(t)
	data, _ = it["resourceData"].(map[string]any)
	if it["subscriptionId"] != r.body["id"] || data["id"] == sent {
		t.Errorf("without the Prefer header the id is immutable, or another folder's change is told: %v", it)
	}
	c.tenant.MuteNotifications(true)
	box.Folder("sentitems").Add(graphsim.Message{Subject: "three"})
	c.tenant.MuteNotifications(false)
	box.Folder("sentitems").Add(graphsim.Message{Subject: "four"})
	l.next(t)
	if len(l.items) > 0 {
		t.Error("a mute tenant has told of something")
	}
}

// Statement 51: a subscription ends at its time unless it is renewed, and its
// owner is told of what befalls it.
func TestStatement51_Life(t *testing.T) {
	t.Parallel()
	l := listen(t)
	var mu sync.Mutex
	now := at()
	c, box := withBox(t, graphsim.Options{Outbound: l.Client(), Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	pass := func(d time.Duration) {
		mu.Lock()
		now = now.Add(d)
		mu.Unlock()
		c.signIn("")
	}
	made := c.ask(http.MethodPost, "/subscriptions", wish(l, box, nil))
	path := fmt.Sprint("/subscriptions/", made.body["id"])
	pass(23 * time.Hour)
	later := at().Add(72 * time.Hour).Format(time.RFC3339)
	if r := c.ask(http.MethodPatch, path, map[string]any{"expirationDateTime": later}); r.status != http.StatusOK || !strings.HasPrefix(r.body["expirationDateTime"].(string), later[:19]) {
		t.Fatalf("renew: %d %s", r.status, r.raw)
	}
	if r := c.ask(http.MethodPatch, path, map[string]any{"expirationDateTime": at().Add(9 * 24 * time.Hour).Format(time.RFC3339)}); r.status != http.StatusBadRequest {
		t.Errorf("renewed for too long: %d", r.status)
	}
	if r := c.ask(http.MethodPost, path+"/reauthorize", nil); r.status != http.StatusNoContent {
		t.Errorf("reauthorize: %d", r.status)
	}
	id := made.body["id"].(string)
	for _, event := range []string{"missed", "reauthorizationRequired", "subscriptionRemoved"} {
		c.tenant.Lifecycle(id, event)
		if it := l.next(t); it["lifecycleEvent"] != event || it["clientState"] != "s+/ecret" || it["subscriptionId"] != id {
			t.Errorf("told %v", it)
		}
	}
	if r := c.ask(http.MethodPatch, path, map[string]any{"expirationDateTime": later}); r.status != http.StatusNotFound || code(r) != "ResourceNotFound" {
		t.Errorf("a removed one is renewed: %d", r.status)
	}
	c.ask(http.MethodPost, "/subscriptions", wish(l, box, map[string]any{"expirationDateTime": later}))
	list := func() int { return len(c.ask(http.MethodGet, "/subscriptions", nil).body["value"].([]any)) }
	if n := list(); n != 1 {
		t.Errorf("%d subscriptions", n)
	}
	pass(50 * time.Hour)
	if n := list(); n != 0 {
		t.Errorf("%d subscriptions after their time", n)
	}
	box.Folder("inbox").Add(graphsim.Message{Subject: "late"})
	if len(c.tenant.Subscriptions()) != 0 || len(l.items) > 0 {
		t.Error("one that has run out is told of changes")
	}
}
