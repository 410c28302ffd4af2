package faults

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
)

// kinds are the requests that a sync is made of.
func kinds() []graphsim.Kind {
	return []graphsim.Kind{
		graphsim.Tokens, graphsim.Users, graphsim.Settings, graphsim.Folders, graphsim.FolderDelta,
		graphsim.MessageDelta, graphsim.MessageGet, graphsim.AttachmentList, graphsim.AttachmentBytes, graphsim.Batch,
	}
}

// matrix names the faults. Times is how many requests in a row each hits.
func matrix() []struct {
	name  string
	times int
} {
	return []struct {
		name  string
		times int
	}{
		{"429", 2},
		{"429-bare", 2},
		{"429-date", 1},
		{"503", 2},
		{"503-empty", 2},
		{"503-retry-after", 2},
		{"503-moving", 1},
		{"504", 3},
		{"502-html", 2},
		{"500", 8},
		{"509", 1},
		{"drop", 2},
		{"reset", 8},
		{"reset-body", 2},
		{"cut", 3},
		{"slow", 3},
		{"stall", 2},
		{"gzip", 2},
		{"malformed", 3},
		{"wrong-type", 2},
		{"401", 1},
		{"401-claims", 1},
		{"403", 2},
		{"403-quota", 2},
		{"404", 2},
		{"410", 2},
		{"410-location", 1},
	}
}

// atATime is how many cases run beside each other. Nearly all of a case is
// waiting for what a Retry-After asks.
const atATime = 32

// TestMatrix lets each fault hit each kind of request, in a first sync and in
// one that finds changes. Afterwards the rounds go on without it, and store and
// index have to hold just what the tenant holds: nothing lost, nothing twice,
// nothing deleted that is there.
func TestMatrix(t *testing.T) {
	pool := extract.New(extract.Options{})
	defer pool.Close()
	only := os.Getenv("MAILQUARRY_FAULT")
	var wg sync.WaitGroup
	ran := 0
	slots := make(chan struct{}, atATime)
	for i, f := range matrix() {
		for j, kind := range kinds() {
			name := fmt.Sprintf("%s/%s", kind, f.name)
			if only != "" && !strings.Contains(name, only) {
				continue
			}
			ran++
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				t.Run(name, func(t *testing.T) { hit(t, pool, int64(100*i+j), kind, f.name, f.times) })
			})
		}
	}
	wg.Wait()
	if ran == 0 {
		t.Fatalf("no case is named like MAILQUARRY_FAULT=%s", only)
	}
}

// hit runs one case.
func hit(t *testing.T, pool *extract.Pool, seed int64, kind graphsim.Kind, name string, times int) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := newScene(seed)
	m, err := mirror.New(ctx, s.tenant, mirror.Options{
		Dir: t.TempDir(), Now: s.clock.now, Extract: pool,
		Pull: indexer.PullOptions{Patience: 4 * time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	r := &run{T: t, ctx: ctx, scene: s, m: m, kind: kind, fault: name, times: times}
	r.phase("the first sync")
	s.change()
	s.clock.jump(25 * time.Hour) // every mailbox is probed again, and the token is too old
	r.phase("the sync of the changes")
	if r.asked == 0 {
		t.Errorf("no requests of kind %s were made: this case tests nothing", kind)
	}
	if hits := s.tenant.Troubles()[name]; hits == 0 {
		t.Error("the fault did not happen: this case tests nothing")
	}
}

// run is one case under way.
type run struct {
	*testing.T
	*scene
	ctx   context.Context
	m     *mirror.Mirror
	kind  graphsim.Kind
	fault string
	times int
	asked int // requests of the kind
}

// rounds is how many of them a sync may need after a fault to be complete.
const rounds = 4

// phase syncs under the fault and then without it, until all is equal.
func (r *run) phase(what string) {
	r.Helper()
	f, ok := graphsim.NamedFault(r.fault)
	if !ok {
		r.Fatalf("no fault is called %q", r.fault)
	}
	f.Match, f.Times = graphsim.OfKind(r.kind), r.times
	if f.Stall > 0 {
		f.Stall = 300 * time.Millisecond
	}
	r.tenant.Inject(f)
	var trace []string
	for n := range rounds {
		r.tenant.ForgetRequests()
		result, err := r.m.Round(r.ctx)
		trace = append(trace, fmt.Sprintf("round %d: %+v, %v", n+1, result, err))
		trace = append(trace, r.m.Troubles(r.ctx)...)
		r.obeyed(what)
		if n > 0 || err == nil {
			diff, derr := r.m.Differences(r.ctx, mirror.Want{Boxes: r.boxes})
			if derr != nil {
				r.Fatal(derr)
			}
			if len(diff) == 0 {
				return
			}
			trace = append(trace, diff...)
		}
		r.tenant.ClearFaults()
		// What was refused for good is asked for once a week.
		r.clock.jump([]time.Duration{25 * time.Hour, 9 * 24 * time.Hour}[min(n, 1)])
		if err := r.m.Connect(); err != nil {
			r.Fatal(err)
		}
	}
	r.Errorf("%s did not end equal to the tenant:\n%s", what, strings.Join(trace, "\n"))
}

// obeyed checks the requests of one round.
func (r *run) obeyed(what string) {
	r.Helper()
	requests := r.tenant.Requests()
	for _, q := range requests {
		if q.Kind == r.kind {
			r.asked++
		}
	}
	for _, broken := range mirror.Rules(requests) {
		r.Errorf("%s: %s", what, broken)
	}
}
