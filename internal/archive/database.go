package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// dataSource says how to open the database. FULL makes a commit in WAL mode
// survive a power cut. secure_delete overwrites what is deleted, so that purged
// mail cannot be read from the file; FAST would leave the pages of long payloads
// as they are.
func dataSource(path string, pragmas ...string) string {
	v := url.Values{"_pragma": append([]string{"busy_timeout(30000)", "foreign_keys(1)"}, pragmas...)}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: v.Encode()}).String()
}

// writer is the one connection that writes, with its statements.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	turn  chan struct{} // holds a token while nobody writes
	stmts map[string]*sql.Stmt
	// closed is guarded by turn.
	closed bool
}

func openWriter(ctx context.Context, path string) (*writer, error) {
	db, err := sql.Open("sqlite", dataSource(path,
		"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)",
		"journal_size_limit(67108864)", "cache_size(-32768)", "secure_delete(ON)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open log.db: %w", err), db.Close())
	}
	w := &writer{db: db, conn: conn, turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}}
	w.turn <- struct{}{}
	return w, nil
}

func (w *writer) close() error {
	<-w.turn
	defer func() { w.turn <- struct{}{} }()
	if w.closed {
		return nil
	}
	w.closed = true
	errs := make([]error, 0, len(w.stmts)+2)
	for _, s := range w.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
}

// txn is a write transaction. Its context is not cancelled: a transaction is
// short, and stopping between statements is enough.
type txn struct {
	ctx    context.Context
	w      *writer
	head   Seq
	lastID int64
	moved  bool // head or lastID
}

// write runs fn in a transaction, which is committed when fn gives no error and
// otherwise leaves no trace.
func (a *Archive) write(ctx context.Context, fn func(*txn) error) error {
	select {
	case <-a.w.turn:
		defer func() { a.w.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if a.w.closed {
		return errClosed
	}
	t := &txn{ctx: context.WithoutCancel(ctx), w: a.w}
	if err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return explain(err)
	}
	err := t.run(fn)
	if err == nil {
		err = t.exec("COMMIT")
	}
	if err != nil {
		// After some errors SQLite has rolled back by itself, and this one fails.
		_ = t.exec("ROLLBACK")
		return explain(err)
	}
	if t.moved {
		a.head.Store(uint64(t.head))
	}
	return nil
}

func (t *txn) run(fn func(*txn) error) error {
	if err := t.row("SELECT seq, message FROM clock").Scan(&t.head, &t.lastID); err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	if err := fn(t); err != nil || !t.moved {
		return err
	}
	return t.exec("UPDATE clock SET seq = ?, message = ?", t.head, t.lastID)
}

// tick gives the next Seq.
func (t *txn) tick() Seq {
	t.head++
	t.moved = true
	return t.head
}

func (t *txn) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.w.stmts[query]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, err
	}
	t.w.stmts[query] = s
	return s, nil
}

func (t *txn) exec(query string, args ...any) error {
	_, err := t.count(query, args...)
	return err
}

// count runs a statement and tells how many rows it changed.
func (t *txn) count(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// scanner is a row, or the error that came in its place.
type scanner struct {
	row *sql.Row
	err error
}

// Scan reads the row. sql.ErrNoRows when there is none.
func (s scanner) Scan(dest ...any) error {
	if s.err != nil {
		return s.err
	}
	return s.row.Scan(dest...)
}

func (t *txn) row(query string, args ...any) scanner {
	s, err := t.stmt(query)
	if err != nil {
		return scanner{err: err}
	}
	return scanner{row: s.QueryRowContext(t.ctx, args...)}
}

func (t *txn) rows(query string, args ...any) (*sql.Rows, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(t.ctx, args...)
}

// list reads a query's only column.
func list[T any](t *txn, query string, args ...any) ([]T, error) {
	rows, err := t.rows(query, args...)
	if err != nil {
		return nil, err
	}
	var out []T
	err = drain(rows, func(rows *sql.Rows) error {
		var v T
		err := rows.Scan(&v)
		out = append(out, v)
		return err
	})
	return out, err
}

// reader is the pool of connections that only read, with their statements.
type reader struct {
	db    *sql.DB
	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

const (
	readConnections = 8
	// A connection's caches take some 10 MB.
	readIdle = 15 * time.Second
)

func openReader(path string) (*reader, error) {
	db, err := sql.Open("sqlite", dataSource(path, "query_only(1)", "cache_size(-4096)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readConnections)
	db.SetMaxIdleConns(readConnections)
	db.SetConnMaxIdleTime(readIdle)
	return &reader{db: db, stmts: map[string]*sql.Stmt{}}, nil
}

func (r *reader) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	errs := make([]error, 0, len(r.stmts)+1)
	for _, s := range r.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, r.db.Close())...)
}

func (r *reader) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.stmts[query]; ok {
		return s, nil
	}
	s, err := r.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	r.stmts[query] = s
	return s, nil
}

func (r *reader) row(ctx context.Context, query string, args ...any) scanner {
	s, err := r.stmt(ctx, query)
	if err != nil {
		return scanner{err: err}
	}
	return scanner{row: s.QueryRowContext(ctx, args...)}
}

// each runs a query and hands its rows to fn.
func (r *reader) each(ctx context.Context, fn func(*sql.Rows) error, query string, args ...any) error {
	s, err := r.stmt(ctx, query)
	if err != nil {
		return err
	}
	return eachRow(ctx, s, fn, args...)
}

func eachRow(ctx context.Context, s *sql.Stmt, fn func(*sql.Rows) error, args ...any) error {
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return drain(rows, fn)
}

func drain(rows *sql.Rows, fn func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// snapshot is a view of the database in which nothing changes.
type snapshot struct {
	ctx context.Context
	r   *reader
	tx  *sql.Tx
}

// snapshot runs fn on one state of the database.
func (r *reader) snapshot(ctx context.Context, fn func(snapshot) error) error {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	err = fn(snapshot{ctx: ctx, r: r, tx: tx})
	// Nothing was written: rolling back is how a snapshot ends.
	if rerr := tx.Rollback(); err == nil && !errors.Is(rerr, sql.ErrTxDone) {
		err = rerr
	}
	return err
}

func (s snapshot) each(fn func(*sql.Rows) error, query string, args ...any) error {
	st, err := s.r.stmt(s.ctx, query)
	if err != nil {
		return err
	}
	return eachRow(s.ctx, s.tx.StmtContext(s.ctx, st), fn, args...)
}

// in runs a query that ends in "IN (" for values of any number, some at a time.
// The lists have few lengths, so that the statements are few: a short list is
// filled up with its last value, which selects nothing new.
func (s snapshot) in(fn func(*sql.Rows) error, query string, first []any, values []any) error {
	for len(values) > 0 {
		size := 256
		for _, n := range []int{1, 16, 64} {
			if len(values) <= n {
				size = n
				break
			}
		}
		n := min(size, len(values))
		args := append(append(make([]any, 0, len(first)+size), first...), values[:n]...)
		for i := n; i < size; i++ {
			args = append(args, values[n-1])
		}
		if err := s.each(fn, query+strings.Repeat("?,", size-1)+"?)", args...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}
