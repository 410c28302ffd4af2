package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/search"
	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve"
)

// opened is a data folder with its index, opened in this process.
type opened struct {
	archive *archive.Archive
	index   *bleve.Engine
	service *search.Service
	clock   *stopwatch
}

// stopwatch tells how long the engine took of a search.
type stopwatch struct {
	engine.Reader
	took time.Duration
}

// Search asks the engine and adds up the time.
func (s *stopwatch) Search(ctx context.Context, r engine.Request) (engine.Result, error) {
	start := time.Now()
	res, err := s.Reader.Search(ctx, r)
	s.took += time.Since(start)
	return res, err
}

func openData(ctx context.Context, data string) (*opened, error) {
	a, err := archive.Open(ctx, data)
	if err != nil {
		return nil, err
	}
	o := &opened{archive: a}
	g, err := indexer.OpenGenerations(data)
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	dir, err := g.Current()
	if err == nil && dir == "" {
		err = fmt.Errorf("there is no index in %s: run the part build first", data)
	}
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	if o.index, err = bleve.Open(dir, bleve.Options{ArchiveID: a.ID()}); err != nil {
		return nil, errors.Join(err, o.close())
	}
	o.clock = &stopwatch{Reader: o.index}
	o.service = search.New(search.Config{Archive: a, Engine: o.clock, Checkpoint: o.index.Checkpoint})
	return o, nil
}

func (o *opened) close() error {
	var err error
	if o.index != nil {
		err = o.index.Close()
	}
	return errors.Join(err, o.archive.Close())
}

// ask asks all questions and gives what the whole took, what the engine alone, and what
// the engine took of the first time.
func (o *opened) ask(ctx context.Context, questions []question, exact bool, order engine.Sort) (whole, alone, first []reply, err error) {
	who := access.Operator()
	times := make([][2][]time.Duration, len(questions))
	whole, alone, first = make([]reply, len(questions)), make([]reply, len(questions)), make([]reply, len(questions))
	for round := range rounds + 1 {
		for i, q := range questions {
			o.clock.took = 0
			start := time.Now()
			res, err := o.service.Search(ctx, who, search.Request{Text: q.mailquarry(exact), EachCopy: true, Sort: order, Limit: 20})
			took := time.Since(start)
			if err != nil {
				return nil, nil, nil, fmt.Errorf("%q: %w", q.mailquarry(exact), err)
			}
			if round == 0 { // the first warms the caches, as for the others
				r := reply{known: true, total: res.Total}
				whole[i], alone[i], first[i] = r, r, r
				first[i].took = o.clock.took
				continue
			}
			times[i][0], times[i][1] = append(times[i][0], took), append(times[i][1], o.clock.took)
		}
	}
	for i, t := range times {
		slices.Sort(t[0])
		slices.Sort(t[1])
		whole[i].took, alone[i].took = t[0][rounds/2], t[1][rounds/2]
	}
	return whole, alone, first, nil
}
