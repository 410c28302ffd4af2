package extract

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// crew is a number of workers of one class.
type crew struct {
	pool  *Pool
	class class
	told  sync.Once
	idle  time.Duration // after which a worker is ended; 0: never
	rest  *time.Timer   // then workers are looked through

	// seats holds an entry for each document that a worker may have or have
	// before it.
	seats chan struct{}
	mu    sync.Mutex // guards seated of the desks
	desks []*desk
}

// desk is where a worker sits, and the next one when that has ended.
type desk struct {
	seated int // documents that are here

	mu sync.Mutex
	w  *process // nil: not running
}

// fullIdle is how long a worker with PDFium waits for the next document.
const fullIdle = time.Minute

// newCrew makes a crew of n workers, each of which has so many documents at a
// time: the one that it reads, and those that are sent to it meanwhile, so that
// it need not wait for the next.
func (p *Pool) newCrew(kind class, n, each int, idle time.Duration) *crew {
	c := &crew{pool: p, class: kind, seats: make(chan struct{}, n*each), idle: idle}
	for range n {
		c.desks = append(c.desks, &desk{})
	}
	c.rest = time.AfterFunc(time.Hour, c.sweep)
	c.rest.Stop()
	return c
}

// sweep ends the workers that had nothing to do for a while.
func (c *crew) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.desks {
		if k.seated == 0 {
			k.empty(func(w *process) bool { return time.Since(w.used) >= c.idle })
		}
	}
}

// close waits for the documents that are being read, and ends the workers.
func (c *crew) close() {
	c.rest.Stop()
	for range cap(c.seats) {
		c.seats <- struct{}{}
	}
	for _, k := range c.desks {
		k.empty(func(*process) bool { return true })
	}
}

// sit gives a document a place with the worker that has the fewest.
func (c *crew) sit(ctx context.Context) (*desk, error) {
	select {
	case <-c.pool.closing:
		return nil, ErrClosed
	default:
	}
	select {
	case c.seats <- struct{}{}:
	case <-c.pool.closing:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k := slices.MinFunc(c.desks, func(a, b *desk) int { return a.seated - b.seated })
	k.seated++
	return k, nil
}

func (c *crew) leave(k *desk) {
	c.mu.Lock()
	k.seated--
	c.mu.Unlock()
	<-c.seats
	if c.idle > 0 {
		c.rest.Reset(c.idle)
	}
}

// take gives the worker that sits here, which it starts if there is none.
func (k *desk) take(start func() (*process, error)) (*process, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.w == nil || k.w.spent.Load() {
		w, err := start()
		if err != nil {
			return nil, err
		}
		k.w = w
	}
	k.w.users++
	return k.w, nil
}

// give gives a worker back. One that is not to be used again ends when the last
// has given it back.
func (k *desk) give(w *process) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w.used = time.Now()
	w.users--
	if w.spent.Load() {
		if k.w == w {
			k.w = nil
		}
		if w.users == 0 {
			w.stop()
		}
	}
}

// empty ends the worker if that is wanted. Nobody may be using it.
func (k *desk) empty(wanted func(*process) bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.w != nil && wanted(k.w) {
		k.w.stop()
		k.w = nil
	}
}

// extract has a worker read the document. A worker that dies may have been worn
// out by a document before, so a fresh one gets a second try.
func (c *crew) extract(ctx context.Context, d Doc, foreign bool) (reply, error) {
	k, err := c.sit(ctx)
	if err != nil {
		return reply{}, err
	}
	defer c.leave(k)
	var took time.Duration
	for try := 1; ; {
		w, err := k.take(c.start)
		if err != nil {
			return reply{}, err
		}
		re, err := c.attempt(ctx, w, d, job{Foreign: foreign, Careful: try > 1})
		why := Ending("")
		if errors.Is(err, errDied) {
			w.stop()
			why = w.ending()
		}
		k.give(w)
		took += re.took
		re.took = took
		switch {
		case errors.Is(err, errBefore):
			continue
		case !errors.Is(err, errDied):
			return re, err
		}
		c.pool.counts.end(why)
		c.pool.o.Logger.Warn("an extraction worker ended", "class", string(c.class), "cause", string(why), "size", d.Size, "try", try)
		if try == 2 {
			re.answer = answer{State: Failed, Reason: why.words(), Made: c.pool.unread, Doubt: re.atRisk}
			return re, nil
		}
		try++
	}
}

// attempt runs one document on one worker. Its error is errDied when the worker
// ended by itself.
func (c *crew) attempt(ctx context.Context, w *process, d Doc, j job) (reply, error) {
	in, err := d.Open()
	if err != nil {
		return reply{}, fmt.Errorf("open document: %w", err)
	}
	defer in.Close()
	o := &c.pool.o
	j.Name, j.ContentType, j.Size, j.MaxSize, j.Limits = d.Name, d.ContentType, d.Size, o.MaxInput, defaultLimits()
	j.Limits.Text = o.MaxText
	most := c.allowance()
	var see func(pictureHead, []byte) (string, error)
	if j.OCR = d.OCR && o.OCR != nil; j.OCR {
		see = func(h pictureHead, gray []byte) (string, error) {
			return o.OCR.recognise(ctx, o.WorkerCommand, h, gray)
		}
	}
	re, err := w.run(ctx, j, in, most, see)
	var broken *readError
	switch {
	case err == nil:
		re.atRisk = false
		return re, nil
	case ctx.Err() != nil:
		return reply{}, ctx.Err()
	case errors.As(err, &broken):
		return reply{}, err
	case errors.Is(err, errProcessor):
		c.pool.counts.end(EndedProcessor)
		re.answer = answer{State: Timeout, Reason: fmt.Sprintf("used %v of processor time, which is the limit", most.processor), Made: c.pool.unread, Doubt: re.atRisk}
		return re, nil
	case errors.Is(err, errTime):
		c.pool.counts.end(EndedTime)
		re.answer = answer{State: Timeout, Reason: fmt.Sprintf("not done within %v, which is the limit", most.time), Made: c.pool.unread, Doubt: re.atRisk}
		return re, nil
	}
	return re, err
}

// allowance is what a document may take of a worker. One that waits while pictures
// are recognised needs more of both.
func (c *crew) allowance() allowance {
	o := &c.pool.o
	if c == c.pool.ocr {
		return allowance{time: o.Timeout + maxScans*ocrTime, processor: 4 * o.Processor}
	}
	return allowance{time: o.Timeout, processor: o.Processor}
}

// start starts a worker. What the kernel keeps it from is logged once.
func (c *crew) start() (*process, error) {
	dir := ""
	if c.class == full {
		dir = c.pool.o.CacheDir
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of compiled PDFium: %w", err)
		}
		// What lies in it is run as code.
		if err := os.Chmod(dir, 0o700); err != nil {
			return nil, fmt.Errorf("keep the folder of compiled PDFium to its owner: %w", err)
		}
	}
	w, err := startProcess(append(slices.Clone(c.pool.o.WorkerCommand), string(c.class)), dir, c.allowance().processor)
	if err == nil {
		c.pool.counts.start()
		c.told.Do(func() { c.tell(w.hello) })
	}
	return w, err
}

// tell logs what keeps a worker in its bounds, and louder if something does not.
func (c *crew) tell(h hello) {
	o, most := &c.pool.o, c.allowance()
	logBounds(o.Logger, "extraction workers are confined", h, slog.String("class", string(c.class)), slog.Bool("ocr", c == c.pool.ocr),
		slog.Duration("time", most.time), slog.Duration("processor_time", most.processor), slog.Int64("input", o.MaxInput), slog.Int("text", o.MaxText))
}

// logBounds logs what a process says of itself.
func logBounds(to *slog.Logger, message string, h hello, attrs ...slog.Attr) {
	level := slog.LevelInfo
	attrs = append(attrs, slog.String("in_force", strings.Join(h.InForce, ", ")))
	if len(h.Lacking) > 0 {
		level, attrs = slog.LevelWarn, append(attrs, slog.String("lacking", strings.Join(h.Lacking, ", ")))
	}
	to.LogAttrs(context.Background(), level, message, attrs...)
}
