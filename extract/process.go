package extract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// process is a running worker as its parent sees it.
type process struct {
	cmd   *exec.Cmd
	pipes []*os.File
	meter *meter
	words lastWords
	hello hello
	ended sync.Once

	sending sync.Mutex // guards what a document is sent with, and last
	in      *bufio.Writer
	piece   []byte        // of a document, on its way
	last    chan struct{} // closed when all of the answer to the document sent last is there

	// These are of the document whose answer comes next.
	out   *bufio.Reader
	frame []byte // that came last
	jobs  int

	spent atomic.Bool // not to be given another document
	users int         // documents that it has; guarded by its desk, as is used
	used  time.Time   // when it last ended a document
}

// maxJobs is after how many documents a worker is replaced, whatever it says.
const maxJobs = 5000

// startProcess starts a worker. It gets nothing of the parent's environment:
// what parses hostile bytes has no business with secrets.
func startProcess(argv []string, cacheDir string, most time.Duration) (*process, error) {
	p := &process{cmd: exec.Command(argv[0], argv[1:]...), piece: make([]byte, maxFrame), last: make(chan struct{})}
	close(p.last)
	p.cmd.Env = []string{"GOMAXPROCS=2", "GOTRACEBACK=none"}
	if cacheDir != "" {
		p.cmd.Env = append(p.cmd.Env, cacheVariable+"="+cacheDir)
	}
	p.cmd.SysProcAttr = childAttributes()
	p.cmd.WaitDelay = time.Second
	p.cmd.Stderr = &p.words
	if err := p.start(); err != nil {
		return nil, fmt.Errorf("start extraction worker: %w", err)
	}
	if err := p.greet(); err != nil {
		p.stop()
		return nil, fmt.Errorf("start extraction worker: %w", err)
	}
	p.meter = newMeter(p.cmd.Process)
	limitLife(p.cmd.Process.Pid, p.meter.born+processorLife+2*most)
	return p, nil
}

// start starts the worker between two pipes.
func (p *process) start() error {
	from, stdin, err := pipe()
	if err != nil {
		return err
	}
	defer from.Close()
	stdout, to, err := pipe()
	if err != nil {
		_ = stdin.Close()
		return err
	}
	defer to.Close()
	p.cmd.Stdin, p.cmd.Stdout = from, to
	if err := p.cmd.Start(); err != nil {
		_, _ = stdin.Close(), stdout.Close()
		return err
	}
	p.pipes = []*os.File{stdin, stdout}
	p.in, p.out = bufio.NewWriterSize(stdin, 64<<10), bufio.NewReaderSize(stdout, 64<<10)
	return nil
}

// lastWords keeps the beginning of what a worker says to stderr, where the
// runtime tells what it ends of.
type lastWords struct{ said []byte }

// maxWords is how much of it is kept.
const maxWords = 4 << 10

// Write implements io.Writer.
func (l *lastWords) Write(b []byte) (int, error) {
	l.said = append(l.said, b[:min(len(b), maxWords-len(l.said))]...)
	return len(b), nil
}

// ending tells why the worker ended by itself. It is asked once the worker was
// stopped.
func (p *process) ending() Ending {
	switch {
	case bytes.Contains(p.words.said, []byte("out of memory")), bytes.Contains(p.words.said, []byte("cannot allocate memory")):
		return EndedMemory
	case bytes.Contains(p.words.said, []byte("stack exceeds")), bytes.Contains(p.words.said, []byte("stack overflow")):
		return EndedStack
	}
	return EndedCrash
}

// startTime is how long a worker may take until it says that it is there.
const startTime = time.Minute

// greet reads what the worker says of itself.
func (p *process) greet() error {
	late := time.AfterFunc(startTime, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	kind, payload, err := readFrame(p.out, nil)
	if err != nil || kind != frameHello {
		return errDied
	}
	if err := json.Unmarshal(payload, &p.hello); err != nil {
		return errDied
	}
	return nil
}

// stop ends the worker and waits for it.
func (p *process) stop() {
	p.ended.Do(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // killed: its error says only that
		for _, f := range p.pipes {
			_ = f.Close()
		}
	})
}

// readError marks a fault of the document's own reader, which says nothing
// about the document.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }
func (e *readError) Unwrap() error { return e.err }

// errDied tells that the worker ended, or spoke nonsense, before its answer.
var errDied = errors.New("the extraction worker ended")

// errBefore tells that the worker ended, or is not to be used any more, before
// it came to the document.
var errBefore = errors.New("the extraction worker ended at the document before")

// turn is a document's place in the line before a worker.
type turn struct {
	first chan struct{} // closed when the answers to those before have come
	done  chan struct{} // to be closed when the answer to this one has
	stop  func() error  // of the meter, which runs from when it is the first
	sent  error
}

// run sends one document and reads the answer. The worker may be at another
// document still: then this one waits in the pipe, so that the worker has it at
// once. When ctx ends, or the document has taken all that it may since it is the
// first in line, the process is killed, and the text that came before is still in
// the reply. The error says why it was killed.
func (p *process) run(ctx context.Context, j job, doc io.Reader, most allowance, see func(pictureHead, []byte) (string, error)) (re reply, err error) {
	t := p.sendNext(ctx, j, doc, most)
	select {
	case <-t.first:
		defer close(t.done)
	case <-ctx.Done():
		p.spent.Store(true) // what it will say of this document is for nobody
		go func() {
			<-t.first
			_ = t.stop()
			close(t.done)
		}()
		return reply{}, ctx.Err()
	}
	began := time.Now()
	if p.spent.Load() {
		_ = t.stop()
		return reply{}, errBefore
	}
	p.jobs++
	if err = t.sent; err == nil {
		re, err = p.receive(j.Limits.Text, see)
	}
	killed := t.stop()
	if err != nil || killed != nil || re.Spent || p.jobs >= maxJobs || p.meter.worn() {
		p.spent.Store(true)
	}
	if killed != nil && errors.Is(err, errDied) {
		err = killed
	}
	re.took = time.Since(began)
	return re, err
}

// sendNext sends the document after those that were sent. A worker that takes
// nothing any more keeps it waiting until the meter, which starts when it is the
// first in line, ends that.
func (p *process) sendNext(ctx context.Context, j job, doc io.Reader, most allowance) *turn {
	p.sending.Lock()
	defer p.sending.Unlock()
	t := &turn{first: make(chan struct{}), done: make(chan struct{})}
	before := p.last
	p.last = t.done
	begin := func() {
		t.stop = p.meter.start(ctx, most)
		close(t.first)
	}
	select {
	case <-before: // nobody is
		begin()
	default:
		go func() {
			<-before
			begin()
		}()
	}
	if t.sent = errDied; !p.spent.Load() {
		t.sent = p.send(j, doc)
	}
	return t
}

func (p *process) send(j job, doc io.Reader) error {
	head, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("send document to worker: %w", err)
	}
	if err := writeFrame(p.in, frameStart, head); err != nil {
		return errDied
	}
	doc = io.LimitReader(doc, j.MaxSize+1) // one more tells the worker that it is over
	for {
		n, readErr := io.ReadFull(doc, p.piece)
		if n > 0 {
			if err := writeFrame(p.in, frameData, p.piece[:n]); err != nil {
				return errDied
			}
		}
		if errors.Is(readErr, io.EOF) || errors.Is(readErr, io.ErrUnexpectedEOF) {
			break
		}
		if readErr != nil {
			return &readError{fmt.Errorf("read document: %w", readErr)}
		}
	}
	if writeFrame(p.in, frameEnd, nil) != nil || p.in.Flush() != nil {
		return errDied
	}
	return nil
}

// reply is what a worker wrote, made harmless.
type reply struct {
	answer
	atRisk bool // in what another class may read
	took   time.Duration
	text   strings.Builder
	places []Place

	recognised, unrecognised int // pictures
	seen                     int // bytes of text that they gave
}

func (p *process) receive(maxText int, see func(pictureHead, []byte) (string, error)) (re reply, err error) {
	for {
		kind, payload, err := readFrame(p.out, p.frame)
		if err != nil {
			return re, errDied
		}
		p.frame = payload[:0]
		switch kind {
		case frameText:
			writeHarmless(&re.text, payload)
			if re.text.Len()-re.seen > maxText+maxFrame {
				return re, errDied
			}
		case framePlace:
			var path []Step
			if json.Unmarshal(payload, &path) != nil || len(path) > maxPathSteps || len(re.places) >= maxPlaces {
				return re, errDied
			}
			for i := range path {
				path[i].Name = harmless(path[i].Name)
			}
			re.places = append(re.places, Place{Offset: re.text.Len(), Path: path})
		case frameRisk:
			re.atRisk = string(payload) == "1"
		case framePicture:
			var head pictureHead
			if see == nil || json.Unmarshal(payload, &head) != nil || !head.fits() || re.recognised+re.unrecognised >= maxPictures {
				return re, errDied
			}
			if err := p.picture(&re, head, see); err != nil {
				return re, err
			}
		case frameResult:
			if err := json.Unmarshal(payload, &re.answer); err != nil || !re.State.valid() {
				return re, errDied
			}
			return re, nil
		default:
			return re, errDied
		}
	}
}

// picture takes a picture's pixels and puts its text where the reply has come to.
func (p *process) picture(re *reply, head pictureHead, see func(pictureHead, []byte) (string, error)) error {
	gray := make([]byte, 0, head.W*head.H)
	for len(gray) < head.W*head.H {
		kind, payload, err := readFrame(p.out, p.frame)
		if err != nil || kind != frameData || len(payload) == 0 || len(payload) > head.W*head.H-len(gray) {
			return errDied
		}
		p.frame = payload[:0]
		gray = append(gray, payload...)
	}
	text, err := see(head, gray)
	if err != nil {
		re.unrecognised++
	} else {
		re.recognised++
	}
	if text = strings.TrimSpace(harmless(normal(text, min(ocrText, maxSeenText-re.seen)).text)); text != "" {
		re.text.WriteString(text + "\n\n")
		re.seen += len(text) + 2
	}
	return nil
}

// harmless is text that can be stored and shown: valid UTF-8 without control
// characters.
func harmless(s string) string {
	var b strings.Builder
	writeHarmless(&b, []byte(s))
	return b.String()
}

// writeHarmless writes the harmless form of text, copying what needs no change
// in one piece: nearly all of it.
func writeHarmless(to *strings.Builder, b []byte) {
	broken := false // the bytes before are no UTF-8; one sign stands for all of them
	begin := 0
	for i := 0; i < len(b); {
		for len(b)-i >= 8 && printable(binary.LittleEndian.Uint64(b[i:])) {
			i, broken = i+8, false
		}
		if i == len(b) {
			break
		}
		if c := b[i]; c >= ' ' && c < 0x7f || c == '\n' || c == '\t' {
			i, broken = i+1, false
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		wrong := r == utf8.RuneError && size == 1
		if !wrong && !invisible(r) {
			i, broken = i+size, false
			continue
		}
		to.Write(b[begin:i])
		if wrong && !broken {
			to.WriteRune(utf8.RuneError)
		}
		i, broken = i+size, wrong
		begin = i
	}
	to.Write(b[begin:])
}

// printable tells whether eight bytes are ASCII from the space to the tilde. It
// may say no of a few that are.
func printable(w uint64) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	// A byte below the space borrows from its top bit, one above the tilde has it
	// or carries into it.
	return (w|(w-' '*ones)|(w+ones))&tops == 0
}
