package graphsim

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// subscriptionLife is the longest that Graph grants for messages.
	subscriptionLife = 10_080 * time.Minute
	maxClientState   = 128
	// handshakeTime is how long the validation of an address may take.
	handshakeTime = 10 * time.Second
	deliverTime   = 3 * time.Second
	maxDelivered  = 100 // notifications in one call
)

// subscriptions are the tenant's subscriptions, and the calls that are due.
type subscriptions struct {
	count atomic.Int32 // of all: who changes a message asks nothing else when there is none

	mu      sync.Mutex
	byID    map[string]*subscription
	made    uint64
	outbox  []notice
	sending bool
	deaf    bool // nothing is told
}

// subscription is one that a client made.
type subscription struct {
	id, state      string
	box            *Mailbox
	folder         *Folder // nil for the whole mailbox
	resource       string  // as the client wrote it
	kinds          []string
	url, lifecycle string
	immutable      bool
	tls            string
	until          time.Time
}

// notice is a notification that waits to be sent.
type notice struct {
	url  string
	item map[string]any
}

// Subscription is what there is of a subscription, for tests.
type Subscription struct {
	ID, Mailbox, URL, ClientState string
	Until                         time.Time
}

// Subscriptions lists those that have not run out, by id.
func (t *Tenant) Subscriptions() []Subscription {
	t.subs.mu.Lock()
	defer t.subs.mu.Unlock()
	var out []Subscription
	for _, s := range t.subs.byID {
		if s.until.After(t.o.Now()) {
			out = append(out, Subscription{ID: s.id, Mailbox: s.box.id, URL: s.url, ClientState: s.state, Until: s.until})
		}
	}
	slices.SortFunc(out, func(a, b Subscription) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Lifecycle tells a subscription's owner of an event: missed,
// reauthorizationRequired, or subscriptionRemoved, which also ends the
// subscription.
func (t *Tenant) Lifecycle(id, event string) {
	t.subs.mu.Lock()
	defer t.subs.mu.Unlock()
	s := t.subs.byID[id]
	if s == nil {
		return
	}
	if event == "subscriptionRemoved" {
		t.subs.remove(id)
	}
	if s.lifecycle == "" {
		return
	}
	t.notify(s.lifecycle, map[string]any{
		"lifecycleEvent": event, "subscriptionId": s.id, "subscriptionExpirationDateTime": stamp(s.until),
		"clientState": s.state, "tenantId": t.o.TenantID, "resource": s.resource,
	})
}

// MuteNotifications makes the tenant tell of nothing, as it does at times, or
// ends that.
func (t *Tenant) MuteNotifications(on bool) {
	t.subs.mu.Lock()
	defer t.subs.mu.Unlock()
	t.subs.deaf = on
}

// remove ends a subscription. Mu is held.
func (s *subscriptions) remove(id string) {
	if s.byID[id] != nil {
		delete(s.byID, id)
		s.count.Add(-1)
	}
}

// find gives a subscription that has not run out. Mu is held.
func (s *subscriptions) find(id string, now time.Time) *subscription {
	sub := s.byID[id]
	if sub != nil && !sub.until.After(now) {
		s.remove(id)
		return nil
	}
	return sub
}

// tell has the owners of subscriptions called about an item. The mailbox's lock
// is held.
func (t *Tenant) tell(f *Folder, it *item, k eventKind) {
	if t.subs.count.Load() == 0 {
		return
	}
	kind := "updated"
	switch k {
	case eventArrived, eventArrivedOlder:
		kind = "created"
	case eventLeft:
		kind = "deleted"
	}
	t.subs.mu.Lock()
	defer t.subs.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(t.subs.byID)) {
		s := t.subs.find(id, t.o.Now())
		if s == nil || s.box != f.box || s.folder != nil && s.folder != f || !slices.Contains(s.kinds, kind) {
			continue
		}
		key := it.id(s.immutable, 0)
		path := "Users/" + s.box.id + "/Messages/" + key
		t.notify(s.url, map[string]any{
			"subscriptionId": s.id, "subscriptionExpirationDateTime": stamp(s.until), "changeType": kind,
			"clientState": s.state, "tenantId": t.o.TenantID, "resource": path,
			"resourceData": map[string]any{
				"@odata.type": "#Microsoft.Graph.Message", "@odata.id": path, "@odata.etag": `W/"` + it.changeKey() + `"`, "id": key,
			},
		})
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// notify puts a notification into the outbox. Mu is held.
func (t *Tenant) notify(url string, item map[string]any) {
	if t.subs.deaf {
		return
	}
	t.subs.outbox = append(t.subs.outbox, notice{url, item})
	if !t.subs.sending {
		t.subs.sending = true
		go t.deliver()
	}
}

// deliver empties the outbox. What is not taken is not sent again: the real
// service tries for hours, and then loses it too.
func (t *Tenant) deliver() {
	for {
		t.subs.mu.Lock()
		if len(t.subs.outbox) == 0 {
			t.subs.sending = false
			t.subs.mu.Unlock()
			return
		}
		to := t.subs.outbox[0].url
		var items []map[string]any
		t.subs.outbox = slices.DeleteFunc(t.subs.outbox, func(c notice) bool {
			mine := c.url == to && len(items) < maxDelivered
			if mine {
				items = append(items, c.item)
			}
			return mine
		})
		t.subs.mu.Unlock()
		body, err := json.Marshal(map[string]any{"value": items})
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), deliverTime)
		_, _, _ = t.callOut(ctx, to, "application/json; charset=utf-8", body) //nolint:bodyclose // callOut closes it; a listener that is away misses it
		cancel()
	}
}

// callOut posts to a client's address.
func (t *Tenant) callOut(ctx context.Context, to, contentType string, body []byte) (answer *http.Response, text string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("Content-Type", contentType)
	out := t.o.Outbound
	if out == nil {
		out = http.DefaultClient
	}
	resp, err := out.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp, string(b), err
}

// subscribed answers what is below /subscriptions.
func (c *call) subscribed(path []string) (answer, *apiError) {
	if err := c.allowed(roleMail); err != nil {
		return answer{}, err
	}
	switch {
	case len(path) == 0 && c.method == http.MethodPost:
		return c.subscribe()
	case len(path) == 0 && c.method == http.MethodGet:
		return c.listSubscriptions()
	case len(path) == 1 && (c.method == http.MethodGet || c.method == http.MethodPatch || c.method == http.MethodDelete),
		len(path) == 2 && fixed(path[1]) == "reauthorize" && c.method == http.MethodPost:
		return c.oneSubscription(path[0])
	}
	return answer{}, fail(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
}

func invalidSubscription(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "ValidationError", format, args...)
}

// askedSubscription is the body of a request about a subscription.
type askedSubscription struct {
	ChangeType   string `json:"changeType"`
	URL          string `json:"notificationUrl"`
	LifecycleURL string `json:"lifecycleNotificationUrl"`
	Resource     string `json:"resource"`
	Until        string `json:"expirationDateTime"`
	ClientState  string `json:"clientState"`
	TLS          string `json:"latestSupportedTlsVersion"`
}

func (c *call) subscribe() (answer, *apiError) {
	var a askedSubscription
	if json.Unmarshal(c.body, &a) != nil {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload.")
	}
	s, err := c.newSubscription(a)
	if err != nil {
		return answer{}, err
	}
	for _, to := range []string{s.url, s.lifecycle} {
		if to != "" && !c.handshake(to) {
			return answer{}, invalidSubscription("Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.")
		}
	}
	subs := &c.t.subs
	subs.mu.Lock()
	defer subs.mu.Unlock()
	subs.made++
	s.id = guid(c.t.seed, 400, subs.made)
	if subs.byID == nil {
		subs.byID = make(map[string]*subscription)
	}
	subs.byID[s.id] = s
	subs.count.Add(1)
	return c.showSubscription(http.StatusCreated, s), nil
}

// newSubscription checks what a client wants.
func (c *call) newSubscription(a askedSubscription) (*subscription, *apiError) {
	s := &subscription{
		url: a.URL, lifecycle: a.LifecycleURL, state: a.ClientState, resource: a.Resource,
		immutable: c.prefer.immutable, tls: a.TLS,
	}
	for kind := range strings.SplitSeq(a.ChangeType, ",") {
		kind = strings.TrimSpace(kind)
		if !slices.Contains([]string{"created", "updated", "deleted"}, kind) {
			return nil, invalidSubscription("Invalid value %q for ChangeType.", kind)
		}
		s.kinds = append(s.kinds, kind)
	}
	if len(a.ClientState) > maxClientState {
		return nil, invalidSubscription("ClientState exceeds the maximum length of %d.", maxClientState)
	}
	for i, to := range []string{a.URL, a.LifecycleURL} {
		u, err := url.Parse(to)
		if i == 1 && to == "" {
			continue
		}
		if err != nil || u.Scheme != "https" || u.Host == "" {
			return nil, invalidSubscription("NotificationUrl must be a valid https address.")
		}
	}
	var err *apiError
	if s.until, err = c.expiry(a.Until); err != nil {
		return nil, err
	}
	s.box, s.folder, err = c.watched(a.Resource)
	return s, err
}

// expiry reads until when a subscription is to last.
func (c *call) expiry(asked string) (time.Time, *apiError) {
	until, err := time.Parse(time.RFC3339, asked)
	now := c.t.o.Now()
	switch {
	case err != nil:
		return until, invalidSubscription("ExpirationDateTime is missing or malformed.")
	case !until.After(now):
		return until, invalidSubscription("ExpirationDateTime is in the past.")
	case until.Sub(now) > subscriptionLife:
		return until, invalidSubscription("Subscription expiration can only be %d minutes in the future.", int(subscriptionLife.Minutes()))
	}
	return until, nil
}

// watched finds the mailbox, and the folder if one is named, of a resource. An
// apostrophe in an address breaks it, as at the real service.
func (c *call) watched(resource string) (*Mailbox, *Folder, *apiError) {
	odd := invalidSubscription("Resource %q is not supported.", resource)
	path := strings.Split(strings.Trim(resource, "/"), "/")
	folder := ""
	if len(path) == 4 && fixed(path[2]) != "messages" {
		folder = strings.Trim(strings.TrimPrefix(strings.TrimSuffix(path[2], ")"), "mailFolders("), "'")
		path = slices.Delete(path, 2, 3)
	}
	if len(path) == 5 && fixed(path[2]) == "mailfolders" {
		folder = path[3]
		path = slices.Delete(path, 2, 4)
	}
	if len(path) != 3 || fixed(path[0]) != "users" || fixed(path[2]) != "messages" || strings.Contains(path[1], "'") {
		return nil, nil, odd
	}
	m, err := c.open(path[1])
	if err != nil {
		return nil, nil, err
	}
	if err := c.throttle(m); err != nil || folder == "" {
		return m, nil, err
	}
	f, err := m.findFolder(folder, false)
	return m, f, err
}

// handshake asks an address whether it wants to be called.
func (c *call) handshake(to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	token := "Validation: Testing client application reachability for subscription Request-Id: " + c.t.requestID()
	q := u.Query()
	q.Set("validationToken", token)
	u.RawQuery = q.Encode()
	ctx, cancel := context.WithTimeout(c.ctx, handshakeTime)
	defer cancel()
	resp, text, err := c.t.callOut(ctx, u.String(), "text/plain; charset=utf-8", nil) //nolint:bodyclose // callOut closes it
	if err != nil || resp.StatusCode != http.StatusOK {
		return false
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return kind == "text/plain" && text == token
}

func (c *call) listSubscriptions() (answer, *apiError) {
	subs := &c.t.subs
	subs.mu.Lock()
	defer subs.mu.Unlock()
	list := []map[string]any{}
	for id := range subs.byID {
		if s := subs.find(id, c.t.o.Now()); s != nil {
			list = append(list, c.describe(s))
		}
	}
	slices.SortFunc(list, func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	return subscriptionAnswer(http.StatusOK, map[string]any{
		"@odata.context": "https://" + c.host + "/v1.0/$metadata#subscriptions", "value": list,
	}), nil
}

// oneSubscription shows, renews, authorises again or ends a subscription.
func (c *call) oneSubscription(id string) (answer, *apiError) {
	subs := &c.t.subs
	subs.mu.Lock()
	defer subs.mu.Unlock()
	s := subs.find(id, c.t.o.Now())
	if s == nil {
		return answer{}, fail(http.StatusNotFound, "ResourceNotFound", "The object was not found.")
	}
	switch c.method {
	case http.MethodDelete:
		subs.remove(id)
		return answer{status: http.StatusNoContent}, nil
	case http.MethodPost:
		return answer{status: http.StatusNoContent}, nil
	case http.MethodPatch:
		var a askedSubscription
		if json.Unmarshal(c.body, &a) != nil {
			return answer{}, fail(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload.")
		}
		until, err := c.expiry(a.Until)
		if err != nil {
			return answer{}, err
		}
		s.until = until
	}
	return c.showSubscription(http.StatusOK, s), nil
}

func (c *call) describe(s *subscription) map[string]any {
	return map[string]any{
		"id": s.id, "resource": s.resource, "applicationId": c.t.o.ClientID, "changeType": strings.Join(s.kinds, ","),
		"clientState": s.state, "notificationUrl": s.url, "lifecycleNotificationUrl": nullable(s.lifecycle),
		"notificationQueryOptions": nil, "expirationDateTime": stamp(s.until), "creatorId": guid(c.t.seed, 5),
		"includeResourceData": nil, "latestSupportedTlsVersion": cmp.Or(s.tls, "v1_2"),
		"encryptionCertificate": nil, "encryptionCertificateId": nil, "notificationUrlAppId": nil,
	}
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (c *call) showSubscription(status int, s *subscription) answer {
	out := c.describe(s)
	out["@odata.context"] = "https://" + c.host + "/v1.0/$metadata#subscriptions/$entity"
	return subscriptionAnswer(status, out)
}

func subscriptionAnswer(status int, v any) answer {
	a := marshalAnswer(status, v)
	a.set("Content-Type", jsonType)
	a.set("OData-Version", "4.0")
	return a
}
