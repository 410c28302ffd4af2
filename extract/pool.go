package extract

import (
	"context"
	"errors"
	"fmt"
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
	o       Options
	light   *crew
	full    *crew // nil: PDFium is not to be had
	ocr     *crew // one worker, which waits for its pictures; nil: they are not recognised
	toldOCR sync.Once
	unread  string        // Result.Made of a document that killed its worker
	inside  chan struct{} // holds an entry for each document that is read, or waits for its second reading
	counts  counts

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
	p.light = p.newCrew(light, o.Workers, 2, 0)
	if o.CacheDir != "" {
		p.full = p.newCrew(full, (o.Workers+1)/2, 1, fullIdle)
	}
	switch {
	case o.OCR != nil && o.CacheDir != "":
		p.ocr = p.newCrew(full, 1, 1, fullIdle) // PDFium shows pages
	case o.OCR != nil:
		p.ocr = p.newCrew(light, 1, 1, fullIdle)
	}
	p.inside = make(chan struct{}, 2*o.Workers+(o.Workers+1)/2)
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
		return p.recognise(ctx, d)
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

// recognise has the text of pictures read, too. Where that comes to no end, what
// stands in the document besides is not lost by it.
func (p *Pool) recognise(ctx context.Context, d Doc) (reply, error) {
	p.toldOCR.Do(func() { p.tellOCR(ctx) })
	re, err := p.ocr.extract(ctx, d, false)
	var broken *readError
	switch {
	case ctx.Err() != nil, errors.Is(err, ErrClosed), errors.As(err, &broken):
		return re, err
	case err != nil:
		p.o.Logger.Warn("no extraction worker that hands on pictures to be recognised", "error", err)
		d.OCR = false
		return p.read(ctx, d)
	case re.State != Timeout && re.State != Failed:
		return re, nil
	}
	d.OCR = false
	plain, err := p.read(ctx, d)
	if err == nil && !AwaitsOCR(plain.Made) {
		plain.took += re.took
		return plain, nil // there are no pictures in it
	}
	if err != nil || plain.text.Len() == 0 || plain.text.Len() < re.text.Len() {
		return re, err
	}
	plain.Made = strings.ReplaceAll(plain.Made, noOCRName+"/", ocrName+"/") // it was tried
	if plain.State == OK {
		plain.State = Partial
	}
	plain.Reason = "its pictures were not recognised (OCR): " + re.Reason
	plain.took += re.took
	return plain, nil
}

// tellOCR logs what keeps the recognition of pictures in its bounds, and louder if
// something does not.
func (p *Pool) tellOCR(ctx context.Context) {
	says, err := p.o.OCR.bounds(ctx, p.o.WorkerCommand)
	if err != nil {
		p.o.Logger.Warn("the recognition of pictures cannot be started", "error", err)
		return
	}
	logBounds(p.o.Logger, "the recognition of pictures is confined", says, slog.String("program", p.o.OCR.String()))
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
		first.Made += fmt.Sprintf(" %s/%d", pdfiumName, pdfiumVersion) // a later one may fare better
		return first, nil
	}
	return re, nil
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
	case res.State.fault(), re.recognised+re.unrecognised == 0:
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
