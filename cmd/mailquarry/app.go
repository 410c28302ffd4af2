package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"golang.org/x/sync/errgroup"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/version"
	"mailquarry/search"
	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve"
	"mailquarry/web"
)

// app is an opened data folder with what works on it. This is the one place
// that chooses implementations.
type app struct {
	log         *slog.Logger
	archive     *archive.Archive
	extractor   *extract.Pool
	generations *indexer.Generations
	index       *bleve.Engine
	builder     *indexer.Builder
	wake        chan struct{} // tells the builder that the archive has grown
}

func logger(c *cli, con *console) *slog.Logger {
	level := slog.LevelInfo
	_ = level.UnmarshalText([]byte(c.Log)) // kong has checked it
	o := &slog.HandlerOptions{Level: level}
	if c.LogJSON {
		return slog.New(slog.NewJSONHandler(con.progress, o))
	}
	return slog.New(slog.NewTextHandler(con.progress, o))
}

// openStore opens the data folder without its index.
func openStore(ctx context.Context, data string, log *slog.Logger) (*app, error) {
	a, err := archive.Open(ctx, data)
	if err != nil {
		return nil, fmt.Errorf("open the data folder %s: %w", data, err)
	}
	g, err := indexer.OpenGenerations(data)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return &app{
		log: log, archive: a, generations: g,
		extractor: extract.New(extract.Options{Logger: log}),
		wake:      make(chan struct{}, 1),
	}, nil
}

// openApp opens the data folder with the index in use. An index that is
// missing, damaged or of another version is begun anew: the archive has all it
// takes.
//
// Bulk is for commands that end with a whole index: it builds faster, and what
// is not written out at the end of the command is built again by the next one.
func openApp(ctx context.Context, data string, log *slog.Logger, bulk bool) (*app, error) {
	a, err := openStore(ctx, data, log)
	if err != nil {
		return nil, err
	}
	if err := a.openIndex(bulk); err != nil {
		return nil, errors.Join(fmt.Errorf("open the index in %s: %w", data, err), a.close())
	}
	a.builder = indexer.NewBuilder(a.archive, a.extractor, a.index, indexer.BuildOptions{Logger: log})
	return a, nil
}

func (a *app) openIndex(bulk bool) error {
	if err := a.generations.Clean(); err != nil {
		return err
	}
	dir, err := a.generations.Current()
	if err != nil {
		return err
	}
	if dir != "" {
		a.index, err = a.openEngine(dir, bulk)
		if err == nil {
			return nil
		}
		if !errors.Is(err, engine.ErrDamaged) && !errors.Is(err, engine.ErrMismatch) {
			return err
		}
		a.log.Warn("the index is built anew from the store; searches find only part of the mail until that is done", "reason", err)
	}
	if dir, err = a.generations.Create(); err != nil {
		return err
	}
	if a.index, err = a.openEngine(dir, bulk); err != nil {
		return err
	}
	if err := a.generations.Promote(dir); err != nil {
		return err
	}
	return a.generations.Clean()
}

func (a *app) openEngine(dir string, bulk bool) (*bleve.Engine, error) {
	return bleve.Open(dir, bleve.Options{ArchiveID: a.archive.ID(), Logger: a.log, Bulk: bulk})
}

func (a *app) close() error {
	var errs []error
	if a.index != nil {
		errs = append(errs, a.index.Close())
	}
	a.extractor.Close()
	errs = append(errs, a.archive.Close())
	return errors.Join(errs...)
}

// building runs work with the builder beside it, and then lets the builder take
// the rest.
func (a *app) building(ctx context.Context, work func(context.Context) error) error {
	beside, stop := context.WithCancel(ctx)
	defer stop()
	g, gctx := errgroup.WithContext(beside)
	g.Go(func() error {
		if err := a.builder.Run(gctx, a.wake); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("index the mail: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		defer stop()
		return work(gctx)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := a.builder.Catchup(ctx); err != nil {
		return fmt.Errorf("index the mail: %w", err)
	}
	return nil
}

// committed wakes the builder; it never waits.
func (a *app) committed() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// handler is the page and the API over this data folder.
func (a *app) handler() http.Handler {
	service := search.New(search.Config{
		Archive: a.archive, Engine: a.index, Checkpoint: a.index.Checkpoint, Logger: a.log,
	})
	return web.New(web.Options{
		Service: service, Logger: a.log, Version: version.Number,
		Ready: func() error { _, err := a.index.Checkpoint(context.Background()); return err },
	})
}

func pageAddress(l net.Listener) string { return "http://" + l.Addr().String() + "/" }
