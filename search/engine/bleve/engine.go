package bleve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	upstream "github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"mailquarry/search/engine"
)

// Version is the version of the documents and fields. An index of another
// version is refused with engine.ErrMismatch and has to be rebuilt. Version 2
// marks messages that are gone at their source, version 3 the states of
// attachments' texts; version 4 tells the author's words from others, has the
// language, and segments of our own; version 5 has marks, copies, conversations, the
// kinds of recipients and zones; version 6 has more words, scans as a state of their
// own, states by kind, and each attachment's size once; version 7 has the body before all else.
const Version = 7

// Options says how an index is opened.
type Options struct {
	// ArchiveID names the archive that the index is derived from. An index that
	// was made from another archive is refused.
	ArchiveID string
	// Bulk is for building a new index: batches are written by several
	// goroutines, Apply returns before its batch is durable, and the checkpoint
	// moves only with Flush, Merge and Close.
	Bulk bool
	// Together is for how long a batch may wait, about, to be made durable with those
	// that follow, which saves most of what single messages have written. Apply then
	// returns when the batch can be found; Checkpoint tells what is durable, and Flush
	// and Close wait for it. Zero: Apply returns when its batch is durable.
	Together time.Duration
	// Logger takes what happens in the background; nil discards it.
	Logger *slog.Logger
}

// Engine is an open index. Its methods may be called at the same time; batches
// are applied in the order in which Apply is called.
type Engine struct {
	dir    string
	log    *slog.Logger
	index  upstream.Index
	scorch *scorch.Scorch
	failed chan struct{} // closed when a background routine of the index died
	fault  chan error    // holds the last fault that a background routine met and tries again

	writing sync.Mutex // held while a batch is applied
	bulk    *bulk      // nil without Options.Bulk
	grouped *grouped   // nil without Options.Together

	open    sync.RWMutex // held for reading while the index is used
	closed  bool
	columns *columnCache
	pins    pins

	expansions int // terms that the prefixes of a query may stand for, over all segments

	searching atomic.Int64 // how many searches are under way
}

var (
	_ engine.Writer   = (*Engine)(nil)
	_ engine.Reader   = (*Engine)(nil)
	_ engine.Expunger = (*Engine)(nil)
)

var (
	errClosed = errors.New("the index is closed")
	errDead   = errors.New("the index stopped working in the background and has to be opened again")
)

// use keeps the index open until the function it returns is called.
func (e *Engine) use() (done func(), err error) {
	e.open.RLock()
	if e.closed {
		e.open.RUnlock()
		return nil, errClosed
	}
	return e.open.RUnlock, nil
}

// Close waits for the searches and batches that are under way and closes the
// index. Closing twice does nothing.
func (e *Engine) Close() error {
	flushed := e.Flush(context.Background())
	if errors.Is(flushed, errClosed) {
		return nil
	}
	e.open.Lock()
	defer e.open.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.pins.clear()
	forgetIndex(e.dir)
	if err := e.index.Close(); err != nil {
		return errors.Join(flushed, fmt.Errorf("close index %s: %w", e.dir, err))
	}
	return flushed
}

// snapshot gives the state of the index after the last batch. It has to be
// closed.
func (e *Engine) snapshot() (*scorch.IndexSnapshot, error) {
	r, err := e.scorch.Reader()
	if err != nil {
		return nil, fmt.Errorf("read index %s: %w", e.dir, err)
	}
	s, ok := r.(*scorch.IndexSnapshot)
	if !ok || s == nil {
		return nil, fmt.Errorf("read index %s: %w", e.dir, errClosed)
	}
	return s, nil
}

// Count tells how many documents the index holds.
func (e *Engine) Count(context.Context) (int, error) {
	done, err := e.use()
	if err != nil {
		return 0, err
	}
	defer done()
	s, err := e.snapshot()
	if err != nil {
		return 0, err
	}
	defer s.Close()
	n, err := s.DocCount()
	if err != nil {
		return 0, fmt.Errorf("count documents of %s: %w", e.dir, err)
	}
	return int(n), nil
}
