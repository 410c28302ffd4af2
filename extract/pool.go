package extract

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Options set up a Pool. The zero value of each field chooses its default.
type Options struct {
	// WorkerCommand is the command line of this binary in worker mode, where it
	// calls Worker. The default is the running executable with the one argument
	// "extract-worker".
	WorkerCommand []string
	Workers       int           // processes at once; default: half the processors, at most 4
	Timeout       time.Duration // for one document in a worker; default 15 s
	MaxInput      int64         // bytes of a document; default 100 MiB
	MaxText       int           // bytes of its text; default 16 MiB
	Logger        *slog.Logger  // default: none
}

// Pool extracts texts: simple formats in this process, the others in worker
// processes that are started when first needed. It may be used by several
// goroutines.
type Pool struct {
	o     Options
	slots chan *process // one entry per worker; nil: not running

	closing   chan struct{}
	closeOnce sync.Once
}

var _ Extractor = (*Pool)(nil)

// ErrClosed is the error of a Pool that was closed.
var ErrClosed = errors.New("the extractor is closed")

// New makes a Pool. It starts no process yet.
func New(o Options) *Pool {
	if o.Workers <= 0 {
		o.Workers = max(1, min(4, runtime.NumCPU()/2))
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
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
	p := &Pool{o: o, slots: make(chan *process, o.Workers), closing: make(chan struct{})}
	for range o.Workers {
		p.slots <- nil
	}
	return p
}

// Close ends the workers once their present documents are done or timed out.
// Extract fails afterwards.
func (p *Pool) Close() {
	p.closeOnce.Do(func() {
		close(p.closing)
		for range p.o.Workers {
			if w := <-p.slots; w != nil {
				w.stop()
			}
		}
	})
}

// Extract implements Extractor.
func (p *Pool) Extract(ctx context.Context, d Doc) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	r, err := d.Open()
	if err != nil {
		return Result{}, fmt.Errorf("open document: %w", err)
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, sniffBytes)
	head, err := in.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return Result{}, fmt.Errorf("read document: %w", err)
	}
	typ := sniff(d.Name, d.ContentType, head)
	switch {
	case len(head) == 0:
		return Result{State: Empty, Reason: "no bytes", Type: typ}, nil
	case typ == typePDF:
		return p.inWorker(ctx, typ, d, in)
	case readable(typ):
		return p.inProcess(typ, d, in)
	}
	return Result{State: Unsupported, Reason: "no extractor for this format", Type: typ}, nil
}

// inProcess reads the formats whose readers cannot hang.
func (p *Pool) inProcess(typ string, d Doc, in io.Reader) (res Result, err error) {
	raw, err := io.ReadAll(io.LimitReader(in, p.o.MaxInput+1))
	if err != nil {
		return Result{}, fmt.Errorf("read document: %w", err)
	}
	cut := int64(len(raw)) > p.o.MaxInput
	if cut {
		raw = raw[:p.o.MaxInput]
	}
	defer func() {
		if r := recover(); r != nil {
			res, err = Result{State: Failed, Reason: "the parser failed on this document", Type: typ}, nil
		}
	}()
	t := readText(typ, d.ContentType, raw, p.o.MaxText)
	return finish(typ, t.text, answer{State: OK}, t.cut || cut), nil
}

// inWorker has a worker read the document. A worker that dies may have been
// worn out by a document before, so a fresh one gets a second try.
func (p *Pool) inWorker(ctx context.Context, typ string, d Doc, first io.Reader) (Result, error) {
	if d.Size > p.o.MaxInput {
		return Result{State: TooLarge, Reason: "larger than the size limit", Type: typ}, nil
	}
	w, err := p.acquire(ctx)
	if err != nil {
		return Result{}, err
	}
	defer func() { p.release(w) }()
	for try := 1; ; try++ {
		if w == nil {
			if w, err = startProcess(p.command()); err != nil {
				return Result{}, err
			}
		}
		res, err := p.attempt(ctx, w, typ, d, first)
		if !errors.Is(err, errDied) {
			return res, err
		}
		p.o.Logger.Warn("an extraction worker ended", "type", typ, "size", d.Size, "try", try)
		if try == 2 {
			return finish(typ, res.Text, answer{State: Failed, Reason: "the parser crashed or ran out of memory"}, false), nil
		}
		w.stop()
		w = nil
		again, err := d.Open()
		if err != nil {
			return Result{}, fmt.Errorf("open document: %w", err)
		}
		defer again.Close()
		first = again
	}
}

// attempt runs one document on one worker. Its error is errDied when the worker
// ended by itself.
func (p *Pool) attempt(ctx context.Context, w *process, typ string, d Doc, in io.Reader) (Result, error) {
	limited, cancel := context.WithTimeout(ctx, p.o.Timeout)
	defer cancel()
	j := job{Type: typ, Size: d.Size, MaxText: p.o.MaxText, MaxSize: p.o.MaxInput}
	text, a, err := w.run(limited, j, in)
	var broken *readError
	switch {
	case err == nil:
		return finish(typ, text, a, false), nil
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	case errors.As(err, &broken):
		return Result{}, err
	case limited.Err() != nil:
		reason := fmt.Sprintf("not done within %v", p.o.Timeout)
		return finish(typ, text, answer{State: Timeout, Reason: reason}, false), nil
	}
	return Result{Text: text}, err
}

func (p *Pool) command() []string {
	if len(p.o.WorkerCommand) > 0 {
		return p.o.WorkerCommand
	}
	exe, err := os.Executable()
	if err != nil {
		exe = os.Args[0]
	}
	return []string{exe, "extract-worker"}
}

func (p *Pool) acquire(ctx context.Context) (*process, error) {
	select {
	case <-p.closing:
		return nil, ErrClosed
	default:
	}
	select {
	case w := <-p.slots:
		return w, nil
	case <-p.closing:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *Pool) release(w *process) {
	if w != nil && w.spent {
		w.stop()
		w = nil
	}
	p.slots <- w
}

// finish makes the Result of what a reader gave, holding it to the contract
// whoever wrote it.
func finish(typ, text string, a answer, cut bool) Result {
	res := Result{State: a.State, Type: typ}
	res.Text = clean(text)
	res.Reason = clean(a.Reason[:min(len(a.Reason), 200)])
	if cut && res.State == OK {
		res.State, res.Reason = TooLarge, "larger than the limits; the first part was read"
	}
	if res.State == OK && res.Text == "" {
		res.State, res.Reason = Empty, "there is no text in it"
	}
	return res
}

func clean(s string) string {
	return strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(s, "\uFFFD")))
}

func printable(r rune) rune {
	if invisible(r) {
		return -1
	}
	return r
}
