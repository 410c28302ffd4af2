package extract

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options set up a Pool. The zero value of each field chooses its default.
type Options struct {
	// WorkerCommand is the command line of this binary in worker mode, where it
	// calls Worker with the kind that is added as the last argument. The default
	// is the running executable with the argument "extract-worker".
	WorkerCommand []string
	Workers       int // processes at once; default: half the processors, at most 4
	// Timeout is how long a document may be in a worker, and Processor how much
	// processor time it may take there: the former is generous, since a busy
	// machine is no fault of the document's. Defaults: a minute, and 15 s.
	Timeout   time.Duration
	Processor time.Duration
	MaxInput  int64 // bytes of a document; default 100 MiB
	MaxText   int   // bytes of its text; default 16 MiB
	// CacheDir is a folder of this program's own where compiled PDFium is kept;
	// it is made when missing, for the owner only. Empty: PDFs are read without
	// PDFium.
	CacheDir string
	// OCR recognises the text of pictures in documents that ask for it; nil: they
	// are said to have no text layer.
	OCR    *OCR
	Logger *slog.Logger // default: none
}

// Pool extracts texts in worker processes that are started when first needed:
// no byte of a document is parsed in this process. It may be used by several
// goroutines.
type Pool struct {
	o      Options
	light  *crew
	full   *crew         // nil: PDFium is not to be had
	ocr    *crew         // one worker, which waits for its pictures; nil: they are not recognised
	unread string        // Result.Made of a document that killed its worker
	inside chan struct{} // holds an entry for each document that is read, or waits for its second reading
	counts counts

	closing   chan struct{}
	closeOnce sync.Once
}

var _ Extractor = (*Pool)(nil)

// ErrClosed is the error of a Pool that was closed.
var ErrClosed = errors.New("the extractor is closed")

// New makes a Pool. It starts no process yet.
func New(o Options) *Pool {
	if len(o.WorkerCommand) == 0 {
		exe, err := os.Executable()
		if err != nil {
			exe = os.Args[0]
		}
		o.WorkerCommand = []string{exe, workerArgument}
	}
	if o.Workers <= 0 {
		o.Workers = max(1, min(4, runtime.NumCPU()/2))
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.Processor <= 0 {
		o.Processor = 15 * time.Second
	}
	if o.MaxInput <= 0 {
		o.MaxInput = 100 << 20
	}
	if o.MaxText <= 0 {
		o.MaxText = defaultMaxText
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Pool{o: o, closing: make(chan struct{}), unread: newRegistry().made(map[string]bool{whole: true})}
	p.counts.reset()
	p.light = p.newCrew(light, o.Workers, 0)
	if o.CacheDir != "" {
		p.full = p.newCrew(full, (o.Workers+1)/2, fullIdle)
	}
	switch {
	case o.OCR != nil && o.CacheDir != "":
		p.ocr = p.newCrew(full, 1, fullIdle) // PDFium shows pages
	case o.OCR != nil:
		p.ocr = p.newCrew(light, 1, fullIdle)
	}
	p.inside = make(chan struct{}, o.Workers+(o.Workers+1)/2)
	return p
}

// Close ends the workers once their present documents are done or timed out.
// Extract fails afterwards.
func (p *Pool) Close() {
	p.closeOnce.Do(func() {
		close(p.closing)
		p.light.close()
		if p.full != nil {
			p.full.close()
		}
		if p.ocr != nil {
			p.ocr.close()
		}
	})
}

// Extract implements Extractor.
func (p *Pool) Extract(ctx context.Context, d Doc) (Result, error) {
	re, err := p.read(ctx, d)
	if err != nil {
		return Result{}, err
	}
	if re.recognised > 0 {
		re.Made += p.o.OCR.made()
	}
	res := finish(re)
	p.counts.document(res.State, re.took)
	return res, nil
}

// read has the document read by a light worker, and by a full one where that
// may read more.
func (p *Pool) read(ctx context.Context, d Doc) (reply, error) {
	if err := ctx.Err(); err != nil {
		return reply{}, err
	}
	if d.OCR && p.ocr != nil {
		return p.ocr.extract(ctx, d, false)
	}
	// The text of a first reading is held until the second is done: without this,
	// any number of them could wait.
	select {
	case p.inside <- struct{}{}:
		defer func() { <-p.inside }()
	case <-p.closing:
		return reply{}, ErrClosed
	case <-ctx.Done():
		return reply{}, ctx.Err()
	}
	re, err := p.light.extract(ctx, d, false)
	if err != nil || p.full == nil || !re.Doubt {
		return re, err
	}
	p.counts.doubt()
	first := re.took
	re, err = p.second(ctx, d, re)
	if re.took != first { // it is of the second worker
		re.took += first
	}
	return re, err
}

// second has a full worker read what the light one's reader doubts, and gives
// the better reply.
func (p *Pool) second(ctx context.Context, d Doc, first reply) (reply, error) {
	re, err := p.full.extract(ctx, d, first.atRisk)
	var broken *readError
	switch {
	case ctx.Err() != nil:
		return reply{}, ctx.Err()
	case errors.Is(err, ErrClosed), errors.As(err, &broken):
		return reply{}, err
	case err != nil:
		p.o.Logger.Warn("no extraction worker with PDFium", "error", err)
		first.Made += missedPDFium
		return first, nil
	case (re.State == Failed || re.State == Timeout) && re.text.Len() <= first.text.Len():
		return first, nil
	}
	return re, nil
}

// crew is a number of workers of one class.
type crew struct {
	pool  *Pool
	class class
	told  sync.Once
	slots chan *process // one entry per worker; nil: not running
	idle  time.Duration // after which a worker is ended; 0: never
	rest  *time.Timer   // then workers are looked through
}

// fullIdle is how long a worker with PDFium waits for the next document.
const fullIdle = time.Minute

func (p *Pool) newCrew(kind class, n int, idle time.Duration) *crew {
	c := &crew{pool: p, class: kind, slots: make(chan *process, n), idle: idle}
	for range n {
		c.slots <- nil
	}
	c.rest = time.AfterFunc(time.Hour, c.sweep)
	c.rest.Stop()
	return c
}

// sweep ends the workers that had nothing to do for a while.
func (c *crew) sweep() {
	for range cap(c.slots) {
		select {
		case w := <-c.slots:
			if w != nil && time.Since(w.used) >= c.idle {
				w.stop()
				w = nil
			}
			c.slots <- w
		default:
			return // the others are at work, and call for another look
		}
	}
}

func (c *crew) close() {
	c.rest.Stop()
	for range cap(c.slots) {
		if w := <-c.slots; w != nil {
			w.stop()
		}
	}
}

// extract has a worker read the document. A worker that dies may have been worn
// out by a document before, so a fresh one gets a second try.
func (c *crew) extract(ctx context.Context, d Doc, foreign bool) (re reply, err error) {
	w, err := c.acquire(ctx)
	if err != nil {
		return reply{}, err
	}
	began := time.Now()
	defer func() {
		re.took = time.Since(began)
		c.release(w)
	}()
	for try := 1; ; try++ {
		if w == nil {
			if w, err = c.start(); err != nil {
				return reply{}, err
			}
		}
		re, err := c.attempt(ctx, w, d, job{Foreign: foreign, Careful: try > 1})
		if !errors.Is(err, errDied) {
			return re, err
		}
		w.stop()
		why := w.ending()
		w = nil
		c.pool.counts.end(why)
		c.pool.o.Logger.Warn("an extraction worker ended", "class", string(c.class), "cause", string(why), "size", d.Size, "try", try)
		if try == 2 {
			re.answer = answer{State: Failed, Reason: why.words(), Made: c.pool.unread, Doubt: re.atRisk}
			return re, nil
		}
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
	most := allowance{time: o.Timeout, processor: o.Processor}
	var see func(pictureHead, []byte) (string, error)
	if j.OCR = d.OCR && o.OCR != nil; j.OCR {
		// The worker waits while its pictures are recognised.
		most = allowance{time: o.Timeout + maxScans*ocrTime, processor: 4 * o.Processor}
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
		re.answer = answer{State: Timeout, Reason: fmt.Sprintf("used %v of processor time, which is the limit", o.Processor), Made: c.pool.unread, Doubt: re.atRisk}
		return re, nil
	case errors.Is(err, errTime):
		c.pool.counts.end(EndedTime)
		re.answer = answer{State: Timeout, Reason: fmt.Sprintf("not done within %v, which is the limit", o.Timeout), Made: c.pool.unread, Doubt: re.atRisk}
		return re, nil
	}
	return re, err
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
	w, err := startProcess(append(slices.Clone(c.pool.o.WorkerCommand), string(c.class)), dir, c.pool.o.Processor)
	if err == nil {
		c.pool.counts.start()
		c.told.Do(func() { c.tell(w.hello) })
	}
	return w, err
}

// tell logs what keeps a worker in its bounds, and louder if something does not.
func (c *crew) tell(h hello) {
	o := &c.pool.o
	level, attrs := slog.LevelInfo, []slog.Attr{
		slog.String("class", string(c.class)), slog.String("in_force", strings.Join(h.InForce, ", ")),
		slog.Duration("time", o.Timeout), slog.Duration("processor_time", o.Processor),
		slog.Int64("input", o.MaxInput), slog.Int("text", o.MaxText),
	}
	if len(h.Lacking) > 0 {
		level, attrs = slog.LevelWarn, append(attrs, slog.String("lacking", strings.Join(h.Lacking, ", ")))
	}
	o.Logger.LogAttrs(context.Background(), level, "extraction workers are confined", attrs...)
}

func (c *crew) acquire(ctx context.Context) (*process, error) {
	select {
	case <-c.pool.closing:
		return nil, ErrClosed
	default:
	}
	select {
	case w := <-c.slots:
		return w, nil
	case <-c.pool.closing:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *crew) release(w *process) {
	if w != nil && w.spent {
		w.stop()
		w = nil
	}
	if w != nil {
		w.used = time.Now()
	}
	c.slots <- w
	if c.idle > 0 {
		c.rest.Reset(c.idle)
	}
}

// finish makes the Result of what a worker wrote, holding it to the contract
// whoever wrote it.
func finish(re reply) Result {
	res := Result{
		State: re.State, Reason: harmless(re.Reason[:min(len(re.Reason), 200)]), Type: harmless(re.Type[:min(len(re.Type), 40)]),
		Made: harmless(re.Made[:min(len(re.Made), 1000)]), Text: strings.TrimRight(re.text.String(), " \n\t"), Places: re.places,
	}
	for len(res.Places) > 0 && res.Places[len(res.Places)-1].Offset >= len(res.Text) {
		res.Places = res.Places[:len(res.Places)-1]
	}
	seen(&res, re)
	if res.State == OK && res.Text == "" {
		res.State, res.Reason = Empty, "there is no text in it"
	}
	return res
}

// seen says of a document what became of its pictures, unless there is worse to
// say of it.
func seen(res *Result, re reply) {
	switch {
	case res.State != OK && res.State != Empty, re.recognised+re.unrecognised == 0:
	case re.unrecognised > 0 && res.Text == "":
		res.State, res.Reason = Failed, "its pictures could not be recognised (OCR)"
	case re.unrecognised > 0:
		res.State, res.Reason = Partial, fmt.Sprintf("%d of its pictures could not be recognised (OCR)", re.unrecognised)
	case res.Text == "":
		res.State, res.Reason = Empty, "no text was recognised in it (OCR)"
	case re.recognised == 1:
		res.State, res.Reason = OK, "the text of a picture was recognised (OCR)"
	default:
		res.State, res.Reason = OK, fmt.Sprintf("text of %d pictures was recognised (OCR)", re.recognised)
	}
}
