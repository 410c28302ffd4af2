package archive

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"mailquarry/internal/source"
)

// Seq numbers the archive's changes to messages. It only grows; each message
// carries the Seq of its latest change. The index records how far it has come.
type Seq uint64

// Archive is the truth on disk. Its methods may be called from several goroutines.
type Archive struct {
	dir     layout
	lock    *os.File
	id      string
	head    atomic.Uint64 // of the last committed transaction
	codec   *codec
	w       *writer
	r       *reader
	closing sync.Once
	closed  error // what closing gave
	// sweep is held for reading from the moment a blob is found or put in its
	// place until its age tells the sweep to leave it alone.
	sweep sync.RWMutex
}

// Open opens the archive in the data folder dir, creating it when the folder is
// empty or absent, and locks the folder against other processes.
func Open(ctx context.Context, dir string) (*Archive, error) {
	a := &Archive{dir: layout{root: dir}}
	if err := a.open(ctx); err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", dir, explain(errors.Join(err, a.Close())))
	}
	return a, nil
}

func (a *Archive) open(ctx context.Context) (err error) {
	if a.lock, err = a.dir.claim(); err != nil {
		return err
	}
	if a.codec, err = newCodec(); err != nil {
		return err
	}
	if a.w, err = openWriter(ctx, a.dir.db()); err != nil {
		return err
	}
	if err := migrate(ctx, a.w.conn); err != nil {
		return err
	}
	if err := syncDir(a.dir.archive()); err != nil {
		return err
	}
	if a.r, err = openReader(a.dir.db()); err != nil {
		return err
	}
	return a.identify(ctx)
}

func (a *Archive) identify(ctx context.Context) error {
	return a.write(ctx, func(t *txn) error {
		a.head.Store(uint64(t.head))
		err := t.row("SELECT value FROM meta WHERE key = 'id'").Scan(&a.id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		a.id = rand.Text()
		return t.exec("INSERT INTO meta (key, value) VALUES ('id', ?)", a.id)
	})
}

// Close waits for the transaction under way and releases the lock. It may be
// called again.
func (a *Archive) Close() error {
	a.closing.Do(func() { a.closed = a.close() })
	return a.closed
}

func (a *Archive) close() error {
	var errs []error
	if a.r != nil {
		errs = append(errs, a.r.close())
	}
	if a.w != nil {
		errs = append(errs, a.w.close())
	}
	if a.codec != nil {
		a.codec.close()
	}
	if a.lock != nil {
		errs = append(errs, unlockFile(a.lock))
	}
	return errors.Join(errs...)
}

// ID is a random identifier made with the archive; the index remembers it.
func (a *Archive) ID() string { return a.id }

// Head is the Seq of the latest change.
func (a *Archive) Head(context.Context) (Seq, error) { return Seq(a.head.Load()), nil }

// stream is where a stream of pages stands: the cursor, whether its round began
// from nothing, and the number of the last round that did.
type stream struct {
	link           string
	complete, full bool
	round          int64
}

func (s stream) cursor() source.Cursor { return source.Cursor{Link: s.link, Complete: s.complete} }

// inFull tells whether the page read next belongs to a full round.
func (s stream) inFull() bool { return s.full && !s.complete || s.complete && s.link == "" }

// advance tells where the stream stands after a page that ends in c, and
// whether that page ended a full round.
func (s stream) advance(c source.Cursor) (after stream, ended bool) {
	after = stream{link: c.Link, complete: c.Complete, full: s.inFull(), round: s.round}
	if s.complete && s.link == "" {
		after.round++
	}
	return after, after.full && after.complete
}
