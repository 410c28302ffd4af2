package e2e

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/demo"
	"mailquarry/internal/graphsim"
)

// kills is how often a kill test ends the process: 20, or as the soak says.
func kills(t *testing.T) int {
	t.Helper()
	v := os.Getenv("MAILQUARRY_KILLS")
	if v == "" {
		return 20
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatalf("MAILQUARRY_KILLS=%s is not a number", v)
	}
	return n
}

// TestKill ends the process without warning at random moments of the sync, of
// changes and of a reindex. After the last restart the store, the index and the
// tenant agree message for message.
func TestKill(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tenant := graphsim.New(graphsim.Options{Seed: 11})
	company, err := demo.Fill(tenant, 11, time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, tenant)
	rnd := rand.New(rand.NewPCG(3, 4))

	n := kills(t)
	killed := 0
	for i := range n {
		if killIn(t, s.command("--once"), rnd, 40*time.Millisecond, time.Duration(200+100*(i%20))*time.Millisecond) {
			killed++
		}
		for range 5 {
			if _, err := company.Arrive(); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("killed %d of %d syncs before they ended", killed, n)
	if killed < n/4 {
		t.Errorf("only %d of %d syncs were killed: the test kills too late", killed, n)
	}
	must(t, s.command("--once"))
	at, ids := s.inStore(ctx)
	agree(t, "after the kills of the sync", inTenant(tenant.Mailboxes()), at)
	r := serve(t, s.offline("--listen", "127.0.0.1:0"))
	searchShows(t, r, at, ids)
	words := []string{"invoice", "budget", "Vertrag", "facture", "meeting"}
	before := map[string]map[string]bool{}
	for _, w := range words {
		before[w] = r.ids(w, nil)
	}
	r.stop()

	killed = 0
	for range n {
		if killIn(t, s.offline("--reindex"), rnd, 20*time.Millisecond, 700*time.Millisecond) {
			killed++
		}
	}
	t.Logf("killed %d of %d reindexes before they ended", killed, n)
	r = serve(t, s.offline("--listen", "127.0.0.1:0"))
	searchShows(t, r, at, ids)
	r.stop()
	must(t, s.offline("--reindex"))
	r = serve(t, s.offline("--listen", "127.0.0.1:0"))
	searchShows(t, r, at, ids)
	for _, w := range words {
		if after := r.ids(w, nil); !maps.Equal(before[w], after) {
			t.Errorf("%q: %d hits before the reindexes, %d after", w, len(before[w]), len(after))
		}
	}
}

// killIn starts cmd and kills it after a random time between the bounds. It
// tells whether that was before cmd's own end, which then has to be a good one.
func killIn(t *testing.T, cmd *exec.Cmd, rnd *rand.Rand, least, most time.Duration) bool {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(least+time.Duration(rnd.Int64N(int64(most-least))), func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	if err == nil {
		return false
	}
	if !strings.Contains(err.Error(), "killed") {
		t.Fatalf("%s ended badly by itself: %v\n%s", strings.Join(cmd.Args[1:], " "), err, tail(out.String()))
	}
	return true
}
