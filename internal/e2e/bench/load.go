package main

import (
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"
)

// mixed are questions of all classes, as people type them, taking turns.
func mixed(tree string, seed uint64, perClass int) ([]string, error) {
	d, err := newDrawer(tree, seed)
	if err != nil {
		return nil, fmt.Errorf("draw queries: %w", err)
	}
	drawn := d.draw(perClass)
	queries := make([]string, 0, len(drawn))
	for i := range perClass {
		for class := range len(classes()) {
			queries = append(queries, drawn[class*perClass+i].mailquarry(false))
		}
	}
	return queries, nil
}

// withFacets asks as the search page does: 20 hits and the facets mailbox and folder.
func withFacets(q string) url.Values {
	return url.Values{"q": {q}, "limit": {"20"}, "facets": {"mailbox,folder"}}
}

// spread are the times that searches took.
type spread []time.Duration

func (s spread) at(p int) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return percentile(sorted, p)
}

// load asks so many queries a second, whether or not the answers keep up, until
// stop is closed. An answer's time begins when it was due to be asked.
func (s *serving) load(queries []string, perSecond int, stop <-chan struct{}) (spread, error) {
	var (
		mu     sync.Mutex
		times  spread
		failed error
		asking sync.WaitGroup
	)
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for n := 0; ; n++ {
		var due time.Time
		select {
		case <-stop:
			asking.Wait()
			return times, failed
		case due = <-tick.C:
		}
		asking.Go(func() {
			_, err := s.found(withFacets(queries[n%len(queries)]))
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
				return
			}
			times = append(times, took)
		})
	}
}

// loadFor is load for a time.
func (s *serving) loadFor(queries []string, perSecond int, d time.Duration) (spread, error) {
	stop := make(chan struct{})
	time.AfterFunc(d, func() { close(stop) })
	return s.load(queries, perSecond, stop)
}
