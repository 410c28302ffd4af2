package graphsim_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// watch is a clock that a test turns.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func newWatch() *watch { return &watch{now: at()} }

func (w *watch) read() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// hold keeps n requests on a path waiting until the test calls the function it
// gives back, which also waits for their end.
func (c *client) hold(path string, n int) (release func()) {
	c.t.Helper()
	entered, free := make(chan struct{}, n), make(chan struct{})
	c.tenant.Inject(graphsim.Fault{Times: n, Match: func(_, p string) bool {
		return strings.HasSuffix(p, path+"?held")
	}, Block: func() {
		entered <- struct{}{}
		<-free
	}})
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if r := c.get(path + "?held"); r.status != http.StatusOK {
				c.t.Errorf("a held request: %d %s", r.status, r.raw)
			}
		})
	}
	for range n {
		<-entered
	}
	return sync.OnceFunc(func() { close(free); wg.Wait() })
}

// The fifth request at a time on one mailbox is refused, also when it is part
// of a batch; other mailboxes are unaffected.
func TestStatement44_FourRequestsAtATimePerMailbox(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	other := c.tenant.AddUser(graphsim.User{})
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	release := c.hold("/users/"+m.ID()+"/mailFolders/sentitems", 4)
	defer release()
	r := c.get(path)
	c.refused(r, 429, "ApplicationThrottled")
	if r.header.Get("Retry-After") == "" || !strings.Contains(r.message(), "MailboxConcurrency") {
		t.Errorf("429: %v %s", r.header, r.raw)
	}
	c.want("/users/" + other.ID() + "/mailFolders/inbox")
	got := c.batch(batchStep("mine", path), batchStep("theirs", "/users/"+other.ID()+"/mailFolders/inbox"), batchStep("nobody's", "/users"))
	for id, want := range map[string]int{"mine": 429, "theirs": 200, "nobody's": 200} {
		if got[id].status != want {
			t.Errorf("in a batch, %s: %d, want %d", id, got[id].status, want)
		}
	}
	if got["mine"].header.Get("Retry-After") == "" {
		t.Errorf("a throttled request in a batch names no time: %v", got["mine"].header)
	}
	release()
	c.want(path)
}

// Requests in a batch count while they run, for those outside it as well.
func TestStatement44_BatchedRequestsOccupyTheMailbox(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	entered, free := make(chan struct{}, 4), make(chan struct{})
	c.tenant.Inject(graphsim.Fault{Place: graphsim.InBatch, Times: 4, Block: func() {
		entered <- struct{}{}
		<-free
	}})
	done := make(chan map[string]reply)
	go func() {
		done <- c.batch(batchStep("1", path), batchStep("2", path), batchStep("3", path), batchStep("4", path))
	}()
	for range 4 {
		<-entered
	}
	c.refused(c.get(path), 429, "ApplicationThrottled")
	close(free)
	for id, r := range <-done {
		if r.status != 200 {
			t.Errorf("step %s: %d", id, r.status)
		}
	}
	c.want(path)
}

// More requests on a mailbox in ten minutes than the limit are refused until
// the window has slid on; refused ones count, and so do those in batches.
func TestStatement45_TenThousandRequestsInTenMinutes(t *testing.T) {
	t.Parallel()
	now := newWatch()
	d := newDirect(t, graphsim.Options{Now: now.read})
	m, other := d.tenant.AddUser(graphsim.User{}), d.tenant.AddUser(graphsim.User{})
	path := "/users/" + m.ID() + "/mailFolders/inbox?$select=id"
	ask := func(n, want int) {
		t.Helper()
		for i := range n {
			if status, body := d.get(path); status != want {
				t.Fatalf("request %d: %d, want %d (%s)", i+1, status, want, body)
			}
		}
	}
	ask(10_000, 200)
	now.advance(5 * time.Minute)
	ask(1, 429)
	if status, _ := d.get("/users/" + other.ID() + "/mailFolders/inbox"); status != 200 {
		t.Errorf("another mailbox: %d", status)
	}
	now.advance(4*time.Minute + 59*time.Second)
	ask(1, 429)
	now.advance(2 * time.Second) // the first ten thousand are out of the window, two refused ones are in it
	ask(9_998, 200)
	ask(1, 429)
}

func TestStatement45_BatchedRequestsCount(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{RequestLimit: 10}})
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	var steps []map[string]any
	for i := range 9 {
		steps = append(steps, batchStep(strconv.Itoa(i), path))
	}
	for id, r := range c.batch(steps...) {
		if r.status != 200 {
			t.Errorf("step %s: %d", id, r.status)
		}
	}
	c.want(path)
	r := c.get(path)
	c.refused(r, 429, "ApplicationThrottled")
	if r.header.Get("Retry-After") == "" || !strings.Contains(r.message(), "RequestRate") {
		t.Errorf("429: %v %s", r.header, r.raw)
	}
}

// The directory counts resource units and tells so; Outlook does neither.
func TestStatement46_DirectoryCountsResourceUnits(t *testing.T) {
	t.Parallel()
	now := newWatch()
	c, m := withBox(t, graphsim.Options{Now: now.read, Quirks: graphsim.Quirks{ResourceUnits: 10}})
	for path, want := range map[string]string{
		"/users": "2", "/users?$select=id": "1", "/users?$top=5": "1", "/users?$select=id&$top=5": "1",
		"/users/" + m.ID(): "1", "/users/" + m.ID() + "?$select=id": "1", "/users/" + m.ID() + "?$expand=manager": "2",
		"/users/delta": "2",
	} {
		now.advance(time.Minute)
		r := c.get(path)
		if got := r.header.Get("x-ms-resource-unit"); got != want {
			t.Errorf("%s costs %q, want %s (%d)", path, got, want, r.status)
		}
		if s := r.header.Get("x-ms-throttle-limit-percentage"); s != "" {
			t.Errorf("%s: a share of %s below 0.8", path, s)
		}
	}
	now.advance(time.Minute)
	for _, want := range []string{"", "", "", "0.8", "1.0"} {
		if got := c.want("/users").header.Get("x-ms-throttle-limit-percentage"); got != want {
			t.Errorf("share used: %q, want %q", got, want)
		}
	}
	r := c.get("/users")
	c.refused(r, 429, "TooManyRequests")
	o := c.tenant.Options()
	if r.header.Get("x-ms-throttle-scope") != "Tenant_Application/ReadWrite/"+o.ClientID+"/"+o.TenantID ||
		r.header.Get("x-ms-throttle-information") != "ResourceUnitLimitExceeded" || r.header.Get("Retry-After") == "" {
		t.Errorf("headers of a refusal: %v", r.header)
	}
	mail := c.want("/users/" + m.ID() + "/mailFolders/inbox")
	for name := range mail.header {
		if strings.HasPrefix(strings.ToLower(name), "x-ms-throttle") || strings.EqualFold(name, "x-ms-resource-unit") {
			t.Errorf("Outlook tells %s", name)
		}
	}
	now.advance(2 * time.Second) // a fifth of the units is back
	c.want("/users")
	c.refused(c.get("/users"), 429, "TooManyRequests")
}

// By itself the measure depends on the size of the tenant.
func TestStatement46_LargerTenantsMayAskMore(t *testing.T) {
	t.Parallel()
	for users, units := range map[int]int{1: 3500, 50: 5000, 501: 8000} {
		d := newDirect(t, graphsim.Options{})
		for range users {
			d.tenant.AddUser(graphsim.User{})
		}
		n := 0
		for status := 200; status == 200; n++ {
			status, _ = d.get(fmt.Sprintf("/users/%s", d.tenant.Mailboxes()[0].ID()))
		}
		if n-1 != units {
			t.Errorf("%d users: %d units, want %d", users, n-1, units)
		}
	}
}

func TestStatement48_MovingMailbox(t *testing.T) {
	t.Parallel()
	now := newWatch()
	c, m := withBox(t, graphsim.Options{Now: now.read})
	other := c.tenant.AddUser(graphsim.User{})
	fill(m.Folder("inbox"), 3)
	delta := "/users/" + m.ID() + "/mailFolders/inbox/messages/delta"
	_, link := c.round(delta)
	m.Moving(30 * time.Minute)
	for range 100 {
		c.refused(c.get("/users/"+m.ID()+"/mailFolders"), 503, "ErrorMailboxMoveInProgress")
	}
	c.refused(c.get(link), 503, "ErrorMailboxMoveInProgress")
	c.want("/users/" + other.ID() + "/mailFolders")
	c.want("/users")
	now.advance(29 * time.Minute)
	c.refused(c.get(delta), 503, "ErrorMailboxMoveInProgress")
	now.advance(time.Minute)
	c.want("/users/" + m.ID() + "/mailFolders")
	c.refused(c.get(link), 410, "SyncStateNotFound")
	if items, _ := c.round(delta); len(items) != 3 {
		t.Errorf("%d messages after the move", len(items))
	}
	if got := c.tenant.Troubles()["503-moving"]; got != 102 {
		t.Errorf("%d refusals are told, want 102", got)
	}
}
