package graph

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
)

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func onMessages(_, path string) bool { return strings.Contains(path, "messages/delta") }

// What passes by itself costs a try and nothing else.
func TestPassingFaultsAreTriedAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault graphsim.Fault
	}{
		{"a proxy's page", graphsim.Fault{Status: 502, HTML: true}},
		{"a proxy's page as success", graphsim.Fault{Status: 200, HTML: true}},
		{"half an answer", graphsim.Fault{Truncate: true}},
		{"half an object", graphsim.Fault{Status: 200, Body: `{"value":[{"id":"a"`}},
		{"no body", graphsim.Fault{Status: 200, Body: ""}},
		{"server error", graphsim.Fault{Status: 500, Body: `{"error":{"code":"ErrorInternalServerTransientError","message":"x"}}`}},
		{"unavailable, no body", graphsim.Fault{Status: 503}},
		{"timeout", graphsim.Fault{Status: 504, Body: `{"error":{"code":"UnknownError","message":""}}`}},
		{"throttled without a time", graphsim.Fault{Status: 429, Body: `{"error":{"code":"ApplicationThrottled","message":"x"}}`}},
		{"cut connection", graphsim.Fault{Drop: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, tenant, box := simulate(t, graphsim.Options{})
			inbox := box.Folder("inbox")
			fill(inbox, 3)
			tt.fault.Match, tt.fault.Times = onMessages, 2
			tenant.Inject(tt.fault)
			if got, _ := readRound(t, c, box.ID(), inbox.ID(), source.Cursor{}); len(got) != 3 {
				t.Errorf("%d messages read", len(got))
			}
		})
	}
}

// What does not pass comes back after a bounded number of tries, with the
// class that tells what to do.
func TestLastingFaultsComeBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault graphsim.Fault
		class source.Class
		sent  int
	}{
		{"server error", graphsim.Fault{Status: 500}, source.Transient, 6},
		{"throttled", graphsim.Fault{Status: 429}, source.Throttled, 6},
		{"half an answer", graphsim.Fault{Truncate: true}, source.Transient, 6},
		{"mailbox on the move", graphsim.Fault{Status: 503, Body: `{"error":{"code":"ErrorMailboxMoveInProgress","message":"x"}}`}, source.Throttled, 1},
		{"expired", graphsim.Fault{Status: 410, Body: `{"error":{"code":"SyncStateNotFound","message":"x"}}`}, source.Expired, 1},
		{"expired, inner code", graphsim.Fault{Status: 400, Body: `{"error":{"code":"BadRequest","message":"x","innererror":{"code":"resyncRequired"}}}`}, source.Expired, 1},
		{"mangled", graphsim.Fault{Status: 400, Body: `{"error":{"code":"BadRequest","message":"Badly formed token."}}`}, source.Expired, 1},
		{"denied", graphsim.Fault{Status: 403, Body: `{"error":{"code":"ErrorAccessDenied","message":"x"}}`}, source.Denied, 1},
		{"no folder", graphsim.Fault{Status: 404, Body: `{"error":{"code":"ErrorSyncFolderNotFound","message":"x"}}`}, source.NotFound, 1},
		{"unlicensed", graphsim.Fault{Status: 404, Body: `{"error":{"code":"MailboxNotEnabledForRESTAPI","message":"x"}}`}, source.MailboxUnavailable, 1},
		{"odd request", graphsim.Fault{Status: 400, Body: `{"error":{"code":"ErrorInvalidUrlQuery","message":"x"}}`}, source.Permanent, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, tenant, box := simulate(t, graphsim.Options{})
			tt.fault.Match = onMessages
			tenant.Inject(tt.fault)
			_, err := c.Messages(testContext(t), box.ID(), box.Folder("inbox").ID(), source.Cursor{})
			wantClass(t, err, tt.class)
			sent := 0
			for _, r := range tenant.Requests() {
				if onMessages(r.Method, r.Path) {
					sent++
				}
			}
			if sent != tt.sent {
				t.Errorf("sent %d times, want %d", sent, tt.sent)
			}
		})
	}
}

// TestHeaderFieldsAreDispensable: a Graph that gives no header fields in a stream
// still gives the mail, and is asked for them once.
func TestHeaderFieldsAreDispensable(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	box.Folder("inbox").Add(graphsim.Message{Subject: "kept"})
	asked := func(path string) bool { return strings.Contains(path, "internetMessageHeaders") }
	tenant.Inject(graphsim.Fault{
		Match:  func(method, path string) bool { return onMessages(method, path) && asked(path) },
		Status: 400, Body: `{"error":{"code":"RequestBroker--ParseUri","message":"Could not find a property named 'internetMessageHeaders'."}}`,
	})
	for range 2 {
		p, err := c.Messages(testContext(t), box.ID(), box.Folder("inbox").ID(), source.Cursor{})
		if err != nil || len(p.Changes) != 1 {
			t.Fatalf("%d messages, %v", len(p.Changes), err)
		}
	}
	n := 0
	for _, r := range tenant.Requests() {
		if onMessages(r.Method, r.Path) {
			n++
		}
	}
	if n != 4 {
		t.Errorf("asked %d times: with all, without the order, without the fields, and once more without them", n)
	}
}

// A page that Graph cannot make in time is asked for smaller, and larger again
// when that goes well.
func TestPageShrinksAndGrows(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	inbox := box.Folder("inbox")
	tenant.Inject(graphsim.Fault{Match: onMessages, Times: 3, Status: 504, Body: `{"error":{"code":"UnknownError","message":""}}`})
	readRound(t, c, box.ID(), inbox.ID(), source.Cursor{})
	if got := c.gate(box.ID()).page.size(); got != 6 {
		t.Errorf("page of %d after three timeouts, want 6", got)
	}
	g := &newGate(1, true, time.Second).page
	for range 10 {
		g.shrink()
	}
	if g.size() != 1 {
		t.Errorf("page of %d, want %d", g.size(), 1)
	}
	for range 100 {
		g.grow()
	}
	if g.size() != maxPage {
		t.Errorf("page of %d, want %d", g.size(), maxPage)
	}
}

// Graph allows four requests at a time on a mailbox: however many ask, no fifth
// is sent, and other mailboxes do not wait for it.
func TestAtMostFourInFlightPerMailbox(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	other := tenant.AddUser(graphsim.User{Address: "bo@contoso.example"})
	tenant.Inject(graphsim.Fault{Delay: 5 * time.Millisecond})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			m := box
			if i%3 == 0 {
				m = other
			}
			if _, err := c.Probe(testContext(t), m.ID()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	most := 0
	for _, r := range tenant.Requests() {
		if r.Mailbox == "" {
			continue
		}
		most = max(most, r.InFlight)
		if r.InFlight > 4 || r.Status == 429 {
			t.Fatalf("%d in flight, answered %d", r.InFlight, r.Status)
		}
	}
	if most < 2 {
		t.Errorf("only %d in flight: nothing was sent at the same time", most)
	}
}

// Nothing more is sent to a mailbox before the time that Graph asked for is
// over; other mailboxes go on.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	other := tenant.AddUser(graphsim.User{Address: "bo@contoso.example"})
	inbox := box.Folder("inbox")
	if _, err := c.Probe(testContext(t), other.ID()); err != nil {
		t.Fatal(err)
	}
	tenant.Inject(graphsim.Fault{Match: onMessages, Times: 1, Status: 429, RetryAfter: 2})
	throttled := make(chan struct{})
	go func() {
		defer close(throttled)
		if _, err := c.Messages(testContext(t), box.ID(), inbox.ID(), source.Cursor{}); err != nil {
			t.Error(err)
		}
	}()
	for deadline := time.Now().Add(testWait); c.gate(box.ID()).delay(time.Now(), 1) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the mailbox was never paused")
		}
		time.Sleep(time.Millisecond)
	}
	if _, err := c.Probe(testContext(t), other.ID()); err != nil {
		t.Error(err)
	}
	if _, err := locate(testContext(t), c, box.ID(), "no-such"); err == nil {
		t.Error("a message was located that does not exist")
	}
	<-throttled
	var refused time.Time
	others := 0
	for _, r := range tenant.Requests() {
		switch {
		case r.Status == 429:
			refused = r.Time
		case refused.IsZero():
		case r.Mailbox == other.ID() && r.Time.Sub(refused) < 1900*time.Millisecond:
			others++
		case r.Mailbox == box.ID() && r.Time.Sub(refused) < 1900*time.Millisecond:
			t.Errorf("sent %s after the refusal: %s", r.Time.Sub(refused), r.Path)
		}
	}
	if refused.IsZero() || others == 0 {
		t.Errorf("refused at %s, %d requests of another mailbox meanwhile", refused, others)
	}
}

// A pause longer than the caller has time for comes back at once, with its
// length.
func TestPauseBeyondDeadlineComesBack(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	tenant.Inject(graphsim.Fault{Match: onMessages, Status: 429, RetryAfter: 300})
	began := time.Now()
	for range 2 {
		_, err := c.Messages(testContext(t), box.ID(), box.Folder("inbox").ID(), source.Cursor{})
		if e := wantClass(t, err, source.Throttled); e.RetryAfter < 250*time.Second {
			t.Errorf("retry after %s", e.RetryAfter)
		}
	}
	if took := time.Since(began); took > testWait/2 {
		t.Errorf("took %s", took)
	}
}

// Stopping the program does not wait for Graph, wherever the request is.
func TestCancellationReturnsPromptly(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]graphsim.Fault{
		"in a pause":  {Match: onMessages, Status: 429, RetryAfter: 3},
		"on the wire": {Match: onMessages, Delay: testWait},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, tenant, box := simulate(t, graphsim.Options{})
			tenant.Inject(fault)
			ctx, cancel := context.WithCancel(context.Background())
			defer time.AfterFunc(200*time.Millisecond, cancel).Stop()
			began := time.Now()
			_, err := c.Messages(ctx, box.ID(), box.Folder("inbox").ID(), source.Cursor{})
			if !errors.Is(err, context.Canceled) || time.Since(began) > time.Minute {
				t.Errorf("error %v after %s", err, time.Since(began))
			}
			if name == "on the wire" {
				tenant.ClearFaults()
			}
		})
	}
}

// An answer that stands still is given up, however long its body may take.
func TestStandstillIsGivenUp(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	release := make(chan struct{})
	c, _ := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			_, _ = io.WriteString(w, `{"id":`)
			w.(http.Flusher).Flush()
			<-release
			return
		}
		_, _ = io.WriteString(w, `{"id":"m","parentFolderId":"f"}`)
	})
	defer close(release)
	c.stall = 100 * time.Millisecond
	if f, err := locate(testContext(t), c, "u", "m"); err != nil || f != "f" {
		t.Errorf("folder %q, error %v", f, err)
	}
}

// A full mailbox refuses change tracking; it is listed instead.
func TestFullMailboxIsListed(t *testing.T) {
	t.Parallel()
	c, _, box := simulate(t, graphsim.Options{})
	inbox := box.Folder("inbox")
	fill(inbox, 120)
	_, next := readRound(t, c, box.ID(), inbox.ID(), source.Cursor{})
	box.SetOverQuota(true)
	_, err := c.Messages(testContext(t), box.ID(), inbox.ID(), next)
	if e := wantClass(t, err, source.Transient); e.Advice == "" {
		t.Error("no advice")
	}
	got, end := readRound(t, c, box.ID(), inbox.ID(), source.Cursor{})
	seen := map[string]bool{}
	for _, ch := range got {
		seen[ch.Key] = true
	}
	if len(seen) != 120 || end.Link != "" {
		t.Errorf("%d messages listed, cursor %+v", len(seen), end)
	}
}

// A very long pause does not hold up whoever could read other mailboxes.
func TestLongPauseComesBack(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{})
	tenant.Inject(graphsim.Fault{Match: onMessages, Status: 503, RetryAfter: 3000})
	for range 2 {
		_, err := c.Messages(context.Background(), box.ID(), box.Folder("inbox").ID(), source.Cursor{})
		if e := asSource(err); e == nil || e.RetryAfter < 2900*time.Second {
			t.Fatalf("error %v", err)
		}
	}
	if n := len(tenant.Requests()); n > 4 {
		t.Errorf("%d requests sent", n)
	}
}

func TestExpiredTokens(t *testing.T) {
	t.Parallel()
	c, _, box := simulate(t, graphsim.Options{})
	inbox := box.Folder("inbox")
	fill(inbox, 2)
	_, next := readRound(t, c, box.ID(), inbox.ID(), source.Cursor{})
	inbox.ExpireTokens()
	_, err := c.Messages(testContext(t), box.ID(), inbox.ID(), next)
	wantClass(t, err, source.Expired)
}

// Who has no mailbox and who may not be read are told apart; and neither
// is a fault of the tenant.
func TestProbe(t *testing.T) {
	t.Parallel()
	tenant := graphsim.New(graphsim.Options{})
	for _, code := range []string{"MailboxNotEnabledForRESTAPI", "ResourceNotFound", "ErrorInvalidUser"} {
		tenant.AddUser(graphsim.User{Address: strings.ToLower(code) + "@contoso.example", NoMailbox: code})
	}
	refused := tenant.AddUser(graphsim.User{Address: "ceo@contoso.example"})
	refused.Refuse(true)
	shared := tenant.AddUser(graphsim.User{Address: "info@contoso.example", Purpose: "shared", Disabled: true})
	gone := tenant.AddUser(graphsim.User{Address: "gone@contoso.example"})
	c := clientFor(t, configFor(t, tenant))
	page, err := c.Mailboxes(testContext(t), source.Cursor{})
	if err != nil || len(page.Mailboxes) != 6 {
		t.Fatalf("%d users, error %v", len(page.Mailboxes), err)
	}
	gone.Remove()
	for _, u := range page.Mailboxes {
		m, err := c.Probe(testContext(t), u.Key)
		switch u.Key {
		case shared.ID():
			if err != nil || m.Purpose != "shared" {
				t.Errorf("shared mailbox %+v, error %v", m, err)
			}
		case refused.ID():
			if e := wantClass(t, err, source.Denied); e.Advice == "" {
				t.Error("no advice")
			}
		default:
			wantClass(t, err, source.MailboxUnavailable)
		}
	}
}

// Without the permission for mailbox settings, mailboxes are read all the same.
func TestProbeWithoutSettingsPermission(t *testing.T) {
	t.Parallel()
	c, _, box := simulate(t, graphsim.Options{Roles: []string{"User.Read.All", "Mail.Read"}})
	m, err := c.Probe(testContext(t), box.ID())
	if err != nil || m.Settings != nil || m.Purpose != "" {
		t.Errorf("probed %+v, error %v", m, err)
	}
}

func TestMissingDirectoryPermission(t *testing.T) {
	t.Parallel()
	c, _, _ := simulate(t, graphsim.Options{Roles: []string{"Mail.Read"}})
	_, err := c.Mailboxes(testContext(t), source.Cursor{})
	if e := wantClass(t, err, source.Forbidden); !strings.Contains(e.Advice, "User.Read.All") || !strings.Contains(e.Advice, "consent") {
		t.Errorf("advice %q", e.Advice)
	}
}

// Ten thousand requests in ten minutes are Graph's limit; the client stays
// below and goes on when the window has slid.
func TestWindowHoldsBack(t *testing.T) {
	t.Parallel()
	g := newGate(4, true, time.Second)
	now := time.Unix(1_800_000_000, 0)
	sent := map[int64]int{}
	for second := range int64(1300) {
		at := now.Add(time.Duration(second) * time.Second)
		for range 20 {
			if g.pass(at, 1) {
				sent[second]++
			}
		}
	}
	total := 0
	for _, n := range sent {
		total += n
	}
	for start := range int64(700) {
		sum := 0
		for s := start; s < start+600; s++ {
			sum += sent[s]
		}
		if sum > windowLimit {
			t.Fatalf("%d requests in the ten minutes from second %d", sum, start)
		}
	}
	if total < 2*windowLimit {
		t.Errorf("%d requests in 1,300 seconds: too few", total)
	}
}
