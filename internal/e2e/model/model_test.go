package model

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/extract"
)

const (
	// perWorld is how many steps happen to one tenant.
	perWorld = 100
	// share is how many steps a run makes of which none are asked for.
	share = 1200
	// atATime is how many worlds run beside each other. Most of their time is
	// waiting for what a Retry-After asks.
	atATime = 16
)

// TestModel does thousands of things to mailboxes and finds store and index
// equal to the tenant after each round.
func TestModel(t *testing.T) {
	pool := extract.New(extract.Options{})
	defer pool.Close()
	steps, seed := number(t, "MAILQUARRY_STEPS", share), number(t, "MAILQUARRY_SEED", 0)
	perWorld := min(steps, number(t, "MAILQUARRY_WORLD", perWorld))
	if seed != 0 {
		live(t, pool, uint64(seed), perWorld)
		return
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var sum stats
	slots := make(chan struct{}, atATime)
	for n := range (steps + perWorld - 1) / perWorld {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			s := live(t, pool, uint64(n+1), perWorld)
			mu.Lock()
			defer mu.Unlock()
			sum.steps += s.steps
			sum.rounds += s.rounds
			sum.faults += s.faults
			sum.extra += s.extra
		})
	}
	wg.Wait()
	t.Logf("%d steps, %d rounds, %d faults; %d rounds more than one were needed after faults", sum.steps, sum.rounds, sum.faults, sum.extra)
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// live runs one world, and makes a failure as small as it can be made.
func live(t *testing.T, pool *extract.Pool, seed uint64, steps int) stats {
	t.Helper()
	s, trace, err := attempt(t, pool, seed, steps, func(int) bool { return true })
	if err == nil {
		return s
	}
	t.Errorf("seed %d: %v\nrepeat: MAILQUARRY_SEED=%d MAILQUARRY_WORLD=%d go test ./internal/e2e/model -run TestModel -v\n%s",
		seed, err, seed, steps, strings.Join(last(trace, 60), "\n"))
	if os.Getenv("MAILQUARRY_SEED") != "" {
		shrink(t, pool, seed, steps)
	}
	return s
}

func last(lines []string, n int) []string { return lines[max(0, len(lines)-n):] }

func attempt(t *testing.T, pool *extract.Pool, seed uint64, steps int, keep func(int) bool) (stats, []string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp(t.TempDir(), "world")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := newWorld(ctx, seed, dir, pool)
	if err != nil {
		t.Fatal(err)
	}
	err = w.run(steps, keep)
	if cerr := w.mirror.Close(); err == nil {
		err = cerr
	}
	return w.stats, w.trace, err
}

// shrinkFor bounds the search for a smaller failure.
const shrinkFor = 3 * time.Minute

// shrink leaves out steps as long as the world still fails, ever fewer at a
// time, and prints what is left.
func shrink(t *testing.T, pool *extract.Pool, seed uint64, steps int) {
	t.Helper()
	skipped := map[int]bool{}
	keep := func(n int) bool { return !skipped[n] }
	var trace []string
	began := time.Now()
	for size := steps / 2; size > 0 && time.Since(began) < shrinkFor; size /= 2 {
		for from := 0; from < steps && time.Since(began) < shrinkFor; from += size {
			var tried []int
			for n := from; n < min(from+size, steps); n++ {
				if !skipped[n] {
					skipped[n] = true
					tried = append(tried, n)
				}
			}
			if len(tried) == 0 {
				continue
			}
			if _, tr, err := attempt(t, pool, seed, steps, keep); err != nil {
				trace = tr
				continue
			}
			for _, n := range tried {
				delete(skipped, n)
			}
		}
	}
	t.Logf("with %d steps of %d it still fails:\n%s", steps-len(skipped), steps, strings.Join(trace, "\n"))
}
