package notify

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/internal/source"
)

// wakes collects the mailboxes that were woken.
type wakes struct {
	mu   sync.Mutex
	keys []string
	hit  chan struct{}
}

func (w *wakes) wake(keys ...string) {
	w.mu.Lock()
	w.keys = append(w.keys, keys...)
	w.mu.Unlock()
	if w.hit != nil {
		w.hit <- struct{}{}
	}
}

func (w *wakes) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.keys
	w.keys = nil
	slices.Sort(out)
	return out
}

// with is a notifier that knows these mailboxes, each with the subscription
// "sub-KEY".
func with(w *wakes, keys ...string) *Notifier {
	n := New(Options{Wake: w.wake})
	for _, k := range keys {
		b := &box{key: k}
		n.boxes[strings.ToLower(k)] = b
		n.settled(b, source.Subscription{ID: "sub-" + k, Mailbox: k, Until: time.Now().Add(time.Hour)})
	}
	return n
}

func post(t *testing.T, h http.Handler, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, target, strings.NewReader(body)))
	return rec
}

func note(n *Notifier, mailbox, more string) string {
	return fmt.Sprintf(`{"subscriptionId":%q,"clientState":%q,"changeType":"created","resource":"Users/%s/Messages/AAA="%s}`,
		"sub-"+mailbox, n.secret(mailbox), mailbox, more)
}

// Graph subscribes an address only after the token that it sent came back
// decoded, as plain text.
func TestHandshake(t *testing.T) {
	t.Parallel()
	h := with(&wakes{}).Handler()
	const token = "Validation: Testing client application reachability <b>+%é"
	rec := post(t, h, "/hook?validationToken="+url.QueryEscape(token), "")
	if rec.Code != http.StatusOK || rec.Body.String() != token {
		t.Errorf("%d %q", rec.Code, rec.Body)
	}
	if ct := rec.Header().Get("Content-Type"); !strings.HasPrefix(ct, "text/plain") || rec.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", rec.Header())
	}
	for _, odd := range []string{"", strings.Repeat("x", maxToken+1)} {
		if rec := post(t, h, "/hook?validationToken="+odd, ""); rec.Code != http.StatusBadRequest {
			t.Errorf("a token of %d bytes: %d", len(odd), rec.Code)
		}
	}
}

// A call wakes the mailboxes it names, once each, whatever the case of their
// ids; what does not hold the mailbox's own secret wakes nobody, and is
// answered like any other.
func TestOnlyTheSourceWakes(t *testing.T) {
	t.Parallel()
	w := &wakes{}
	n := with(w, "aa-1", "bb-2", "cc-3")
	h := n.Handler()
	call := func(items ...string) string {
		return `{"odd":[1],"value":[` + strings.Join(items, ",") + `],"more":{}}`
	}
	for _, tt := range []struct {
		name, body string
		want       []string
	}{
		{"two mailboxes", call(note(n, "aa-1", ""), note(n, "bb-2", ""), note(n, "aa-1", "")), []string{"aa-1", "bb-2"}},
		{"no secret", call(`{"subscriptionId":"sub-cc-3","resource":"Users/cc-3/Messages/A"}`), nil},
		{"another's secret", call(strings.Replace(note(n, "aa-1", ""), "sub-aa-1", "sub-cc-3", 1)), nil},
		{"unknown mailbox", call(strings.ReplaceAll(note(n, "cc-3", ""), "cc-3", "dd-4")), nil},
		{"written wrong", call(`{"subscriptionId":5}`, `null`, `"x"`), nil},
		{"before the subscription's answer", call(strings.Replace(note(n, "cc-3", ""), "sub-cc-3", "sub-new", 1)), []string{"cc-3"}},
	} {
		if rec := post(t, h, "/hook", tt.body); rec.Code != http.StatusAccepted {
			t.Errorf("%s: %d", tt.name, rec.Code)
		}
		if got := w.take(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: woke %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Strangers cannot make the handler read much, and get nothing out of it.
func TestBounds(t *testing.T) {
	t.Parallel()
	h := with(&wakes{}).Handler()
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"no JSON", "hello", http.StatusBadRequest},
		{"cut", `{"value":[{"subscriptionId":"x"`, http.StatusBadRequest},
		{"no list", `{"value":{}}`, http.StatusBadRequest},
		{"empty", ``, http.StatusBadRequest},
		{"nothing", `{}`, http.StatusAccepted},
		{"large", `{"value":[{"resource":"` + strings.Repeat("x", maxBody) + `"}]}`, http.StatusRequestEntityTooLarge},
		{"many", `{"value":[` + strings.Repeat("{},", maxItems) + `{}]}`, http.StatusRequestEntityTooLarge},
	} {
		if rec := post(t, h, "/", tt.body); rec.Code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, rec.Code, tt.want)
		}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/?validationToken=x", nil))
	if rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", rec.Code)
	}
}

// Calls that stand still do not hold up more than their share of memory.
func TestManySlowCalls(t *testing.T) {
	t.Parallel()
	w := &wakes{}
	s := httptest.NewServer(with(w, "aa-1").Handler())
	t.Cleanup(s.Close)
	started := make(chan struct{}, maxCalls)
	for range maxCalls {
		r, hold := io.Pipe()
		t.Cleanup(func() { _ = hold.Close() })
		go func() {
			resp, err := http.Post(s.URL, "application/json", r)
			if err == nil {
				_ = resp.Body.Close()
			}
		}()
		go func() {
			_, _ = io.WriteString(hold, `{"value":[`)
			started <- struct{}{}
		}()
	}
	for range maxCalls {
		<-started
	}
	deadline := time.Now().Add(time.Minute)
	for {
		resp, err := http.Post(s.URL, "application/json", strings.NewReader(`{"value":[]}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("with %d calls standing still another is answered %d", maxCalls, resp.StatusCode)
		}
	}
}

// The source has its answer before anything is done about the call: it drops
// listeners that are slow.
func TestAnswersFirst(t *testing.T) {
	t.Parallel()
	answered := make(chan struct{})
	woken := make(chan bool, 1)
	n := with(&wakes{}, "aa-1")
	n.o.Wake = func(...string) {
		select {
		case <-answered:
			woken <- true
		case <-time.After(time.Minute):
			woken <- false
		}
	}
	s := httptest.NewServer(n.Handler())
	t.Cleanup(s.Close)
	resp, err := http.Post(s.URL, "application/json", strings.NewReader(`{"value":[`+note(n, "aa-1", "")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("status %d", resp.StatusCode)
	}
	close(answered)
	if !<-woken {
		t.Error("the wake came before the answer")
	}
}

// FuzzReadItems: whatever is sent, the reader ends, and within its bounds.
func FuzzReadItems(f *testing.F) {
	f.Add(`{"value":[{"subscriptionId":"a","clientState":"b","resource":"Users/x/Messages/y"}]}`)
	f.Add(`{"value":[null,[],{"lifecycleEvent":{}}]}`)
	f.Add(`{"value":[{}],"value":[{}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		items, err := readItems(strings.NewReader(body))
		if err == nil && len(items) > maxItems {
			t.Errorf("%d items", len(items))
		}
		for _, it := range items {
			mailboxOf(it.Resource)
		}
	})
}
