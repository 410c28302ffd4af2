package main

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

const (
	idleSearches = 4000
	idleRest     = 30 * time.Second
)

// idle measures what the service has in memory when it has nothing to do.
func (b *bench) idle() (err error) {
	if err := b.filled(); err != nil {
		return err
	}
	queries, err := mixed(b.mail.tree, 21, idleSearches/len(classes()))
	if err != nil {
		return err
	}
	s, err := serve(b.binary, b.data())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	fmt.Printf("\nMemory of the service over %d messages, with nothing to do; the goal is less than 150 MB.\n\n", b.mail.files)
	fmt.Println("| when | resident MB | its own | mapped files |")
	fmt.Println("|---|---|---|---|")
	row := func(when string) error {
		r, err := s.resident()
		if err == nil {
			fmt.Printf("| %s | %.0f | %.0f | %.0f |\n", when, mb(r.all), mb(r.own), mb(r.mapped))
		}
		return err
	}
	time.Sleep(5 * time.Second)
	if err := row("5 s after the start"); err != nil {
		return err
	}
	if err := s.searchAll(queries); err != nil {
		return err
	}
	if err := row(fmt.Sprintf("right after %d mixed searches with facets, %d at a time", len(queries), runtime.NumCPU())); err != nil {
		return err
	}
	time.Sleep(idleRest)
	return row(fmt.Sprintf("after %s of rest", idleRest))
}

// searchAll asks all queries, as many at a time as there are processors.
func (s *serving) searchAll(queries []string) error {
	var asking sync.WaitGroup
	workers := runtime.NumCPU()
	errs := make([]error, workers)
	for w := range workers {
		asking.Go(func() {
			for i := w; i < len(queries) && errs[w] == nil; i += workers {
				_, errs[w] = s.found(withFacets(queries[i]))
			}
		})
	}
	asking.Wait()
	return errors.Join(errs...)
}
