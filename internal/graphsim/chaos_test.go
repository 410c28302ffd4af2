package graphsim_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// stormy is chaos with much of everything.
func stormy(seed int64) graphsim.ChaosOptions {
	return graphsim.ChaosOptions{
		Seed: seed, Rate: 0.3, BurstRate: 0.02, MoveRate: 0.005, ResetRate: 0.02, ExpireRate: 0.01,
	}
}

// swift are the default weights less the faults that take time.
func swift() map[string]float64 {
	w := graphsim.DefaultWeights()
	delete(w, "slow")
	delete(w, "late")
	return w
}

// What goes wrong depends on the seed, the path and its number, not on the
// order in which paths are asked.
func TestChaosDerivesFromTheSeed(t *testing.T) {
	t.Parallel()
	paths := []string{"/users", "/users/delta", "/users?$select=id"}
	run := func(seed int64, order []int) string {
		d := newDirect(t, graphsim.Options{})
		o := stormy(seed)
		o.Rate, o.ExpireRate = 0.5, -1
		d.tenant.Chaos(o)
		got := make([][]string, len(paths))
		for range 50 {
			for _, i := range order {
				_, _ = d.get(paths[i])
				all := d.tenant.Requests()
				got[i] = append(got[i], all[len(all)-1].Fault)
			}
		}
		return fmt.Sprint(got[0], got[1])
	}
	first := run(1, []int{0, 1})
	if first != run(1, []int{0, 1}) || first != run(1, []int{1, 0}) {
		t.Error("the same requests do not meet the same faults")
	}
	if first == run(2, []int{0, 1}) {
		t.Error("another seed makes no difference")
	}
}

// Requests fail at the rate that was set, in all the ways that have a weight
// and in no other, and never too often in a row.
func TestChaosKeepsToItsOptions(t *testing.T) {
	t.Parallel()
	d := newDirect(t, graphsim.Options{})
	m := d.tenant.AddUser(graphsim.User{})
	d.tenant.Chaos(graphsim.ChaosOptions{
		Rate: 0.4, MaxRow: 2, Weights: map[string]float64{"500": 3, "504": 1, "410": 1, "503-stale": 1, "no such fault": 9},
		BurstRate: -1, MoveRate: -1, ResetRate: -1, ExpireRate: -1,
	})
	count := map[int]int{}
	row, longest := 0, 0
	for range 2000 {
		status, _ := d.get("/users/" + m.ID())
		count[status]++
		if row++; status == 200 {
			row = 0
		}
		longest = max(longest, row)
	}
	if longest != 2 {
		t.Errorf("%d failures in a row, want 2", longest)
	}
	// Two in a row at most lets through a little more than the rate says.
	if failed := 2000 - count[200]; failed < 600 || failed > 850 {
		t.Errorf("%d of 2000 requests failed at a rate of 0.4", failed)
	}
	if count[410] != 0 || len(count) != 3 || count[500] < 2*count[504] || count[504] == 0 {
		t.Errorf("by weights of 3 to 1: %v", count)
	}
	d.tenant.Calm()
	for range 100 {
		if status, _ := d.get("/users/" + m.ID()); status != 200 {
			t.Fatalf("after the calm: %d", status)
		}
	}
}

// All default faults happen, and none of those that lie about what exists.
func TestChaosHappensInAllWays(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Recorded: -1})
	fill(m.Folder("inbox"), 5)
	o := stormy(3)
	o.Rate, o.Weights = 0.9, swift()
	c.tenant.Chaos(o)
	path := c.server.GraphURL + "/users/" + m.ID() + "/mailFolders/inbox/messages/delta"
	for range 1500 {
		c.signInAgain()
		_, _ = c.try(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + c.token}})
	}
	got := c.tenant.Troubles()
	for name := range graphsim.DefaultWeights() {
		if got[name] == 0 && o.Weights[name] > 0 {
			t.Errorf("%s never happened", name)
		}
		delete(got, name)
		if _, ok := graphsim.NamedFault(name); !ok || strings.HasPrefix(name, "403") || strings.HasPrefix(name, "404") {
			t.Errorf("%s has a weight", name)
		}
	}
	for _, name := range []string{"burst", "move", "503-moving", "tokens dead", "tokens expired"} {
		if got[name] == 0 {
			t.Errorf("%q never happened", name)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("these happened too: %v", slices.Collect(maps.Keys(got)))
	}
}

// signInAgain gets a token, however often that takes.
func (c *client) signInAgain() {
	for range 50 {
		r, err := c.try(http.MethodPost, c.server.Authority+c.tenant.Options().TenantID+"/oauth2/v2.0/token",
			[]byte(c.credentials().Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
		if token, ok := r.body["access_token"].(string); err == nil && ok {
			c.token = token
			return
		}
	}
	c.t.Fatal("no token")
}

// persist asks until it is answered, as a patient client does.
func (c *client) persist(path string) (reply, bool) {
	for range 200 {
		r, err := c.try(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + c.token}, "Prefer": {"odata.maxpagesize=7"}})
		switch {
		case err != nil:
		case r.status == http.StatusUnauthorized:
			c.signInAgain()
		case r.status == http.StatusGone:
			return r, false
		case r.status == http.StatusOK:
			return r, true
		}
	}
	c.t.Fatal("no progress")
	return reply{}, false
}

// A client that tries again, signs in again and begins again gets everything,
// though the clock stands still.
func TestChaosLetsProgressBe(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{Quirks: graphsim.Quirks{RequestLimit: -1}})
	want := fill(m.Folder("inbox"), 500)
	o := stormy(5)
	o.Weights = swift()
	c.tenant.Chaos(o)
	start := c.server.GraphURL + "/users/" + m.ID() + "/mailFolders/inbox/messages/delta"
	got := map[string]bool{}
	for path := start; ; {
		r, ok := c.persist(path)
		if !ok {
			path, got = start, map[string]bool{}
			continue
		}
		for _, it := range r.items() {
			got[str(it, "subject")] = true
		}
		if r.delta() != "" {
			break
		}
		path = r.next()
	}
	if len(got) < len(want) {
		t.Errorf("%d of %d messages came through; gone wrong: %v", len(got), len(want), c.tenant.Troubles())
	}
	if len(c.tenant.Troubles()) < 5 {
		t.Errorf("little went wrong: %v", c.tenant.Troubles())
	}
}

// A burst throttles one mailbox, says for how long, and ends then.
func TestChaosBursts(t *testing.T) {
	t.Parallel()
	now := newWatch()
	c, m := withBox(t, graphsim.Options{Now: now.read})
	other := c.tenant.AddUser(graphsim.User{})
	c.tenant.Chaos(graphsim.ChaosOptions{Rate: -1, MoveRate: -1, ExpireRate: -1, BurstRate: 0.05, BurstFor: 5 * time.Second})
	path := "/users/" + m.ID() + "/mailFolders/inbox"
	first := c.get(path)
	for n := 0; first.status == 200 && n < 500; n++ {
		first = c.get(path)
	}
	c.refused(first, 429, "ApplicationThrottled")
	if first.header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q, want 5", first.header.Get("Retry-After"))
	}
	now.advance(3 * time.Second)
	if r := c.get(path); r.status != 429 || r.header.Get("Retry-After") != "2" {
		t.Errorf("later in the burst: %d %v", r.status, r.header)
	}
	c.want("/users")
	if r := c.get("/users/" + other.ID() + "/mailFolders"); r.status != 200 {
		t.Errorf("another mailbox: %d", r.status)
	}
	if c.tenant.Troubles()["burst"] == 0 {
		t.Error("the burst is not told")
	}
	last := c.tenant.Requests()
	if q := last[len(last)-3]; q.Fault != "burst" || q.RetryAfter != 2*time.Second || q.Kind != graphsim.Folders {
		t.Errorf("recorded: %+v", q)
	}
	now.advance(2 * time.Second)
	c.tenant.Chaos(graphsim.ChaosOptions{Rate: -1, MoveRate: -1, ExpireRate: -1, BurstRate: -1})
	c.want(path)
}

// Tokens that were issued before are challenged; one asked for afterwards is good.
func TestExpireTokens(t *testing.T) {
	t.Parallel()
	c, _ := withBox(t, graphsim.Options{})
	c.want("/users")
	c.tenant.ExpireTokens()
	r := c.get("/users")
	c.refused(r, 401, "InvalidAuthenticationToken")
	if !challenged(r.header) {
		t.Errorf("no challenge: %v", r.header)
	}
	c.signIn("")
	c.want("/users")
}

// Mail arrives, is marked, moved and deleted, the same way from the same seed.
func TestArrive(t *testing.T) {
	t.Parallel()
	run := func() (map[string]int, []int) {
		tenant := graphsim.New(graphsim.Options{Seed: 9, Now: at})
		if tenant.Arrive(1) != "" {
			t.Error("something arrived in a tenant without mail")
		}
		a, b := tenant.AddUser(graphsim.User{}), tenant.AddUser(graphsim.User{})
		fill(a.Folder("sentitems"), 20)
		did, total := map[string]int{}, []int{}
		for n := range uint64(300) {
			did[tenant.Arrive(n)]++
		}
		for _, m := range []*graphsim.Mailbox{a, b} {
			for _, f := range m.Folders() {
				total = append(total, len(f.Messages()))
			}
		}
		return did, total
	}
	did, total := run()
	if did["arrived"] < 200 || did["marked"] == 0 || did["moved"] == 0 || did["deleted"] == 0 || len(did) > 4 {
		t.Errorf("happened: %v", did)
	}
	sum := 0
	for _, n := range total {
		sum += n
	}
	if sum != 20+did["arrived"]-did["deleted"] {
		t.Errorf("%d messages after %v", sum, did)
	}
	if again, totals := run(); !maps.Equal(did, again) || !slices.Equal(total, totals) {
		t.Error("another run makes other things happen")
	}
}

// Under chaos rounds give items again, and pages are short or empty; the state
// at the end is that of the mailbox all the same.
func TestChaosOddPages(t *testing.T) {
	t.Parallel()
	c, m := withBox(t, graphsim.Options{})
	inbox := m.Folder("inbox")
	ids := fill(inbox, 60)
	quiet := graphsim.ChaosOptions{Rate: -1, BurstRate: -1, MoveRate: -1, ResetRate: -1, ExpireRate: -1, ReplayRate: 1, ShortRate: 0.4}
	c.tenant.Chaos(quiet)
	path, odd := "/users/"+m.ID()+"/mailFolders/inbox/messages/delta", 0
	seen := map[string]bool{}
	link := ""
	for r := c.want(path, "odata.maxpagesize=4"); ; r = c.want(r.next(), "odata.maxpagesize=4") {
		if n := len(r.items()); r.next() != "" && n < 4 {
			odd++
		}
		for _, it := range r.items() {
			seen[str(it, "id")] = true
		}
		if link = r.delta(); link != "" {
			break
		}
	}
	if odd == 0 || len(seen) != 60 {
		t.Errorf("%d odd pages, %d of 60 messages", odd, len(seen))
	}
	touch := func(n int) int {
		for _, id := range ids[:n] {
			m.Edit(id, func(msg *graphsim.Message) { msg.Subject += "!" })
		}
		items, next := c.round(link)
		link = next
		return len(items)
	}
	read := func() int { touch(40); return touch(1) }
	if n := read(); n < 2 {
		t.Errorf("a round of one change gives %d items, want those before again", n)
	}
	c.tenant.Calm()
	if n := read(); n != 1 {
		t.Errorf("after the calm a round of one change gives %d items", n)
	}
}
