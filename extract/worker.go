package extract

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"
	"time"
)

// The bounds a worker sets on itself.
const (
	workerMemory    = 512 << 20 // bytes of data, enforced by the kernel
	fullMemory      = 1 << 30   // the same, where PDFium is
	workerSoft      = 384 << 20 // from here on the collector works harder
	workerStack     = 64 << 20  // a deeper recursion ends the process
	workerGC        = 300       // percent: a document is short-lived, and all of it garbage in the end
	workerBallast   = 16 << 20  // bytes never touched, which have the collector wait for as much garbage per document
	workerFullAfter = 256 << 20 // bytes had from the system after which it is replaced
)

// class is a kind of worker.
type class string

// The classes.
const (
	light class = "light" // all that Go reads; small, and soon started
	full  class = "full"  // with PDFium besides, which costs time and memory to start
)

// Worker is the child's side: it reads documents from stdin and writes their
// texts to stdout until stdin ends. It limits the process it runs in for good,
// so it must be all that the process does. The kind is the last argument of the
// command line that a Pool starts it with.
func Worker(ctx context.Context, kind string, stdin io.Reader, stdout io.Writer) error {
	if class(kind) == ocrClass {
		return becomeOCR(stdout)
	}
	debug.SetMaxStack(workerStack)
	debug.SetMemoryLimit(workerSoft)
	debug.SetGCPercent(workerGC)
	runtime.MemProfileRate = 0 // nobody can ask for the profile
	ballast := make([]byte, workerBallast)
	defer runtime.KeepAlive(&ballast)
	w, err := newWorker(class(kind))
	if err != nil {
		return err
	}
	memory := uint64(workerMemory)
	if class(kind) == full {
		memory = fullMemory
	}
	says, err := confine(class(kind), memory)
	if err != nil {
		return err
	}
	widenPipes(stdin, stdout)
	in := bufio.NewReaderSize(stdin, 64<<10)
	w.out = bufio.NewWriterSize(stdout, 64<<10)
	if err := w.say(frameHello, says); err != nil {
		return err
	}
	for ctx.Err() == nil {
		j, doc, over, err := receiveJob(in, w.doc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive document: %w", err)
		}
		if w.doc = doc[:0]; cap(doc) > keptDocument {
			w.doc = nil
		}
		a := w.work(j, doc)
		if over {
			a.State, a.Reason = TooLarge, "larger than the size limit; the first part was read"
		}
		if err := w.reply(a); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// IsWorker tells whether a command line is one that a Pool starts by default, and
// the kind of worker to be. A program whose own executable is to be the worker,
// such as a test, asks this first and then calls Worker.
func IsWorker(args []string) (kind string, is bool) {
	if len(args) != 3 || args[1] != workerArgument {
		return "", false
	}
	return args[2], true
}

// workerArgument makes this binary a worker.
const workerArgument = "extract-worker"

// worker is what a worker process keeps between documents.
type worker struct {
	registry *registry
	doc      []byte  // room for the next document
	pdfium   *pdfium // in the full class

	mu      sync.Mutex // guards what follows
	out     *bufio.Writer
	pending []byte      // text that is not written yet
	careful bool        // nothing waits
	waits   bool        // something is not sent yet
	late    *time.Timer // then sends it
	set     bool        // late is running
}

// keptDocument bounds the room that is kept, maxRoom what is had on the word of
// somebody else.
const (
	keptDocument = 4 << 20
	maxRoom      = 100 << 20
)

// cacheVariable names the folder of compiled PDFium to a full worker.
const cacheVariable = "MAILQUARRY_WORKER_CACHE"

// How much text is written at once, and how long a reader's text waits at most:
// what was sent is kept if the worker dies.
const (
	textAtOnce = 64 << 10
	textWaits  = 50 * time.Millisecond
)

func newWorker(kind class) (*worker, error) {
	switch kind {
	case light:
		return &worker{registry: newRegistry()}, nil
	case full:
		p, err := newPDFium(os.Getenv(cacheVariable))
		if err != nil {
			return nil, err
		}
		return &worker{registry: newRegistry(), pdfium: p}, nil
	}
	return nil, fmt.Errorf("there is no extraction worker of the kind %q", kind)
}

// room is how much memory a worker may have had to be kept: PDFium's code and the
// machine it runs in take most of it.
func (w *worker) room() uint64 {
	if w.pdfium != nil {
		return 2 * workerFullAfter
	}
	return workerFullAfter
}

// grown tells whether the process has had so much memory that it is not to be
// kept. Unlike runtime.ReadMemStats, this does not stop the program.
func (w *worker) grown() bool {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(s)
	return s[0].Value.Kind() == metrics.KindUint64 && s[0].Value.Uint64() > w.room()
}

func (w *worker) reply(a answer) error {
	a.Spent = a.Spent || w.grown()
	return w.say(frameResult, a)
}

// say writes a frame of JSON, and sends all that was written.
func (w *worker) say(kind byte, what any) error {
	b, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.write(); err != nil {
		return err
	}
	if err := writeFrame(w.out, kind, b); err != nil {
		return err
	}
	return w.send()
}

// work extracts one document, writing its text piece by piece, so that the
// parent has the first part of it even if this process does not come to an end.
func (w *worker) work(j job, doc []byte) answer {
	w.mu.Lock()
	w.careful = j.Careful
	w.mu.Unlock()
	r := newReading(w.registry, j.Limits, w)
	r.pdfium, r.foreign, r.atRisk, r.ocr = w.pdfium, j.Foreign, w.risk, j.OCR
	typ, o := r.document(document{name: j.Name, contentType: j.ContentType, raw: doc})
	return answer{
		State: o.state, Reason: o.reason, Type: typ, Made: w.registry.made(r.used), Doubt: r.doubt,
		Spent: r.panicked,
	}
}

func (w *worker) text(s string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, s...)
	if len(w.pending) >= textAtOnce {
		if err := w.write(); err != nil {
			return err
		}
	}
	return w.soon()
}

// risk tells the parent that this process may not live to say more.
func (w *worker) risk(on bool) {
	says := "0"
	if on {
		says = "1"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if writeFrame(w.out, frameRisk, []byte(says)) == nil {
		_ = w.soon() // a parent that is gone is noticed at the next text
	}
}

func (w *worker) place(path []Step) error {
	b, err := json.Marshal(path)
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.write(); err != nil {
		return err
	}
	if err := writeFrame(w.out, framePlace, b); err != nil {
		return err
	}
	return w.soon()
}

func (w *worker) picture(width, height int, gray []byte) error {
	if err := w.say(framePicture, pictureHead{width, height}); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := writeChunks(w.out, frameData, gray); err != nil {
		return err
	}
	return w.send()
}

// write writes the text that is pending.
func (w *worker) write() error {
	err := writeChunks(w.out, frameText, w.pending)
	w.pending = w.pending[:0]
	return err
}

// soon has what was written sent within textWaits, even if the reader says
// nothing more; most documents are done before.
func (w *worker) soon() error {
	if w.careful {
		if err := w.write(); err != nil {
			return err
		}
		return w.send()
	}
	if w.waits {
		return nil
	}
	w.waits = true
	switch {
	case w.late == nil:
		w.late, w.set = time.AfterFunc(textWaits, w.sendLate), true
	case !w.set:
		w.late.Reset(textWaits)
		w.set = true
	}
	return nil
}

// sendLate sends what has waited long enough. A parent that is gone is noticed
// at the next text.
func (w *worker) sendLate() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.set = false
	if w.waits && w.write() == nil {
		_ = w.send()
	}
}

// send sends what was written.
func (w *worker) send() error {
	w.waits = false // the timer runs on, at most once for nothing
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	return nil
}

// receiveJob reads one request whole, into room if that suffices. Of a document
// over its limit it gives the first part.
func receiveJob(in io.Reader, room []byte) (j job, doc []byte, tooLarge bool, err error) {
	kind, payload, err := readFrame(in, nil)
	if err != nil {
		return j, nil, false, err
	}
	if kind != frameStart {
		return j, nil, false, errFrame
	}
	if err := json.Unmarshal(payload, &j); err != nil {
		return j, nil, false, fmt.Errorf("read job: %w", err)
	}
	doc = room[:0]
	if most := min(j.Size, j.MaxSize, maxRoom); most > 0 {
		doc = slices.Grow(doc, int(most))
	}
	for {
		kind, n, err := readHead(in)
		if err != nil {
			return j, nil, false, fmt.Errorf("read document: %w", err)
		}
		switch kind {
		case frameEnd:
			return j, doc, tooLarge, nil
		case frameData:
			at := len(doc)
			doc = slices.Grow(doc, n)[:at+n]
			if _, err := io.ReadFull(in, doc[at:]); err != nil {
				return j, nil, false, fmt.Errorf("read document: %w", err)
			}
			if int64(len(doc)) > j.MaxSize {
				tooLarge, doc = true, doc[:j.MaxSize]
			}
		default:
			return j, nil, false, errFrame
		}
	}
}
