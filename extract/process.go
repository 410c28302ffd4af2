package extract

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// process is a running worker as its parent sees it.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	hello hello
	jobs  int
	spent bool
	used  time.Time // when it last ended a document
}

// maxJobs is after how many documents a worker is replaced, whatever it says.
const maxJobs = 500

// startProcess starts a worker. It gets nothing of the parent's environment:
// what parses hostile bytes has no business with secrets.
func startProcess(argv []string, cacheDir string) (*process, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = []string{"GOMAXPROCS=2", "GOTRACEBACK=none"}
	if cacheDir != "" {
		cmd.Env = append(cmd.Env, cacheVariable+"="+cacheDir)
	}
	cmd.SysProcAttr = childAttributes()
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start extraction worker: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start extraction worker: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start extraction worker: %w", err)
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 64<<10)}
	if err := p.greet(); err != nil {
		p.stop()
		return nil, fmt.Errorf("start extraction worker: %w", err)
	}
	return p, nil
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
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // killed: its error says only that
}

// readError marks a fault of the document's own reader, which says nothing
// about the document.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }
func (e *readError) Unwrap() error { return e.err }

// errDied tells that the worker ended, or spoke nonsense, before its answer.
var errDied = errors.New("the extraction worker ended")

// run sends one document and reads the answer. When ctx ends the process is
// killed, and the text that came before is still in the reply.
func (p *process) run(ctx context.Context, j job, doc io.Reader) (reply, error) {
	stop := context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() })
	defer stop()
	p.jobs++
	if err := p.send(j, doc); err != nil {
		p.spent = true
		return reply{}, err
	}
	re, err := p.receive(j.Limits.Text)
	if err != nil || re.Spent || p.jobs >= maxJobs {
		p.spent = true
	}
	return re, err
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
	buf := make([]byte, maxFrame)
	for {
		n, readErr := io.ReadFull(doc, buf)
		if n > 0 {
			if err := writeFrame(p.in, frameData, buf[:n]); err != nil {
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
	if err := writeFrame(p.in, frameEnd, nil); err != nil {
		return errDied
	}
	return nil
}

// reply is what a worker wrote, made harmless.
type reply struct {
	answer
	atRisk bool // in what another class may read
	text   strings.Builder
	places []Place
}

func (p *process) receive(maxText int) (re reply, err error) {
	var buf []byte
	for {
		kind, payload, err := readFrame(p.out, buf)
		if err != nil {
			return re, errDied
		}
		buf = payload[:0]
		switch kind {
		case frameText:
			re.text.WriteString(harmless(payload))
			if re.text.Len() > maxText+maxFrame {
				return re, errDied
			}
		case framePlace:
			var path []Step
			if json.Unmarshal(payload, &path) != nil || len(path) > maxPathSteps || len(re.places) >= maxPlaces {
				return re, errDied
			}
			for i := range path {
				path[i].Name = harmless([]byte(path[i].Name))
			}
			re.places = append(re.places, Place{Offset: re.text.Len(), Path: path})
		case frameRisk:
			re.atRisk = string(payload) == "1"
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

// harmless is text that can be stored and shown: valid UTF-8 without control
// characters.
func harmless(b []byte) string {
	return strings.Map(printable, strings.ToValidUTF8(string(b), "\uFFFD"))
}

func printable(r rune) rune {
	if invisible(r) {
		return -1
	}
	return r
}
