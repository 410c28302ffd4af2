package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/notify"
	"mailquarry/internal/operate"
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
	data        string // the data folder
	archive     *archive.Archive
	extractor   *extract.Pool
	ocr         bool // it recognises text in pictures
	generations *indexer.Generations
	index       engine.Index // nil where there is none
	builder     *indexer.Builder
	room        func(context.Context) error // what the sync waits for before it commits; nil: nothing
	wake        chan struct{}               // tells the builder that the archive has grown
	service     *search.Service
	desk        *operate.Desk

	// What there is with a tenant only.
	puller     *indexer.Puller
	reconciler *indexer.Reconciler
	purger     *indexer.Purger
	settings   settings
	rounded    func(indexer.RoundResult) error // called when every mailbox has had its round
	overdue    chan struct{}                   // tells the purger to look
	notifier   atomic.Pointer[notify.Notifier] // nil without change notifications
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

// compiledDir is the folder in the data folder that holds compiled PDFium. It may
// be removed at any time: it is made again.
const compiledDir = "pdfium"

// openStore opens the data folder without its index.
func openStore(ctx context.Context, data string, log *slog.Logger, ocr *extract.OCR) (*app, error) {
	a, err := archive.Open(ctx, data)
	if err != nil {
		return nil, err // it names the folder
	}
	g, err := indexer.OpenGenerations(data)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return &app{
		log: log, data: data, archive: a, generations: g,
		extractor: extract.New(extract.Options{Logger: log, CacheDir: filepath.Join(data, compiledDir), OCR: ocr}),
		ocr:       ocr != nil,
		wake:      make(chan struct{}, 1),
		overdue:   make(chan struct{}, 1),
	}, nil
}

// openApp opens the data folder with the index in use. An index that is
// missing, damaged or of another version is begun anew: the archive has all it
// takes.
//
// Bulk is for commands that end with a whole index: it builds faster, and what
// is not written out at the end of the command is built again by the next one.
func openApp(ctx context.Context, data string, log *slog.Logger, bulk bool, ocr *extract.OCR) (*app, error) {
	a, err := openStore(ctx, data, log, ocr)
	if err != nil {
		return nil, err
	}
	if err := a.openIndex(bulk); err != nil {
		return nil, errors.Join(fmt.Errorf("open the index in %s: %w", data, err), a.close())
	}
	opts := indexer.BuildOptions{Logger: log, OCR: a.ocr}
	if !bulk { // people search meanwhile, and wait for what has just come
		opts.BatchDocs, opts.Busy = liveBatch, a.index.Searching
	}
	a.builder = indexer.NewBuilder(a.archive, a.extractor, a.index, opts)
	if !bulk {
		a.room = a.builder.Room
	}
	return a, nil
}

// liveBatch is how many messages a batch has at most in a running service: with as many
// as in a bulk build, mail that comes in a flood would be found seconds later.
const liveBatch = 250

// durableWithin is for how long what has come is found before it is on the disk: what a
// kill undoes is taken from the store again.
const durableWithin = 2 * time.Second

// openToLook opens the data folder to answer questions about it. An index that
// cannot be used is left as it is, and counts as one that holds nothing.
func openToLook(ctx context.Context, data string, log *slog.Logger) (*app, error) {
	a, err := openStore(ctx, data, log, nil)
	if err != nil {
		return nil, err
	}
	dir, err := a.generations.Current()
	if err == nil && dir != "" {
		a.index, err = a.openEngine(dir, false)
		if errors.Is(err, engine.ErrDamaged) || errors.Is(err, engine.ErrMismatch) {
			log.Warn("the index cannot be used; the next start builds it anew", "reason", err)
			err = nil
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the index in %s: %w", data, err), a.close())
	}
	a.service = a.newService(settings{})
	desk := operate.Config{Archive: a.archive}
	if a.index != nil {
		desk.CheckQuery = a.checkHold
	}
	a.desk = operate.New(desk)
	return a, nil
}

// needStore refuses a data folder that is absent or empty, in which opening
// would make a store.
func needStore(data string) error {
	files, err := os.ReadDir(data)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(files) == 0 {
		return fmt.Errorf("there is no mail store in %s: check the name given with --data", data)
	}
	return err
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

// openEngine opens an index in a folder, or makes one there: here an implementation is
// chosen.
func (a *app) openEngine(dir string, bulk bool) (engine.Index, error) {
	o := bleve.Options{ArchiveID: a.archive.ID(), Logger: a.log, Bulk: bulk}
	if !bulk {
		o.Together = durableWithin
	}
	e, err := bleve.Open(dir, o)
	if err != nil {
		return nil, err // and no index that holds a nil pointer
	}
	return e, nil
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
func (a *app) committed() { nudge(a.wake) }

func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// found is how far the index is, 0 where there is none.
func (a *app) found(ctx context.Context) (uint64, error) {
	if a.index == nil {
		return 0, nil
	}
	return a.index.Applied(ctx)
}

func (a *app) newService(s settings) *search.Service {
	return search.New(search.Config{
		Archive: a.archive, Engine: a.index, Checkpoint: a.found, Kept: s.retention.Kept,
		Saved: savedText(a.data), SavedNames: savedNames(a.data), Logger: a.log,
	})
}

// ready tells why the index takes no more mail, nil if it does.
func (a *app) ready() error {
	if a.index == nil {
		return nil
	}
	_, err := a.index.Checkpoint(context.Background())
	return err
}

// handler is the page and the API over this data folder.
func (a *app) handler() http.Handler {
	return web.New(web.Options{
		Service: a.service, Desk: a.desk, Logger: a.log, Version: version.Number,
		Ready:      a.ready,
		Extraction: a.extraction,
	})
}

// extraction tells what was extracted since the start, in words of the API.
func (a *app) extraction() web.Extraction {
	st := a.extractor.Stats()
	x := web.Extraction{
		Documents: map[string]int{}, Time: map[string]time.Duration{}, Doubted: st.Doubted, Started: st.Started, Ended: map[string]int{},
	}
	for state, w := range st.Documents {
		x.Documents[string(state)], x.Time[string(state)] = w.Documents, w.Time
	}
	for cause, n := range st.Ended {
		x.Ended[string(cause)] = n
	}
	return x
}

func pageAddress(l net.Listener) string { return "http://" + l.Addr().String() + "/" }
