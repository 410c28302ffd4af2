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
	jobs  int
	spent bool
}

// maxJobs is after how many documents a worker is replaced, whatever it says.
const maxJobs = 500

// startProcess starts a worker. It gets nothing of the parent's environment:
// what parses hostile bytes has no business with secrets.
func startProcess(argv []string) (*process, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=none"}
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
	return &process{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 64<<10)}, nil
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
// killed, and the text that came before is still returned.
func (p *process) run(ctx context.Context, j job, doc io.Reader) (text string, a answer, err error) {
	stop := context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() })
	defer stop()
	p.jobs++
	if err := p.send(j, doc); err != nil {
		p.spent = true
		return "", a, err
	}
	text, a, err = p.receive(j.MaxText)
	if err != nil || a.Spent || p.jobs >= maxJobs {
		p.spent = true
	}
	return text, a, err
}

func (p *process) send(j job, doc io.Reader) error {
	head, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("send document to worker: %w", err)
	}
	if err := writeFrame(p.in, frameStart, head); err != nil {
		return errDied
	}
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

func (p *process) receive(maxText int) (string, answer, error) {
	var text strings.Builder
	var a answer
	var buf []byte
	for {
		kind, payload, err := readFrame(p.out, buf)
		if err != nil {
			return text.String(), a, errDied
		}
		buf = payload[:0]
		switch kind {
		case frameText:
			if text.Len()+len(payload) > maxText+maxFrame {
				return text.String(), a, errDied
			}
			text.Write(payload)
		case frameResult:
			if err := json.Unmarshal(payload, &a); err != nil || !a.State.valid() {
				return text.String(), a, errDied
			}
			return text.String(), a, nil
		default:
			return text.String(), a, errDied
		}
	}
}

func (s State) valid() bool {
	switch s {
	case OK, Empty, Unsupported, Encrypted, TooLarge, Timeout, Failed:
		return true
	}
	return false
}
