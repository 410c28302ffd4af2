package extract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// The bounds a worker sets on itself.
const (
	workerMemory    = 512 << 20 // bytes of data, enforced by the kernel
	workerSoft      = 384 << 20 // from here on the collector works harder
	workerStack     = 64 << 20  // a deeper recursion ends the process
	workerFullAfter = 128 << 20 // bytes had from the system after which it is replaced
)

// Worker is the child's side: it reads documents from stdin and writes their
// texts to stdout until stdin ends. It limits the process it runs in for good,
// so it must be all that the process does.
func Worker(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	debug.SetMaxStack(workerStack)
	debug.SetMemoryLimit(workerSoft)
	if err := limitSelf(workerMemory); err != nil {
		return err
	}
	in := bufio.NewReaderSize(stdin, 64<<10)
	out := bufio.NewWriterSize(stdout, 64<<10)
	for ctx.Err() == nil {
		j, doc, tooLarge, err := receiveJob(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive document: %w", err)
		}
		a := answer{State: TooLarge, Reason: "larger than the size limit"}
		if !tooLarge {
			a = work(j, doc, out)
		}
		if err := reply(out, a); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func reply(out *bufio.Writer, a answer) error {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	a.Spent = a.Spent || m.Sys > workerFullAfter
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	if err := writeFrame(out, frameResult, b); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	return nil
}

// receiveJob reads one request whole. A document over its limit is read to the
// end and dropped.
func receiveJob(in io.Reader) (j job, doc []byte, tooLarge bool, err error) {
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
	var b bytes.Buffer
	if j.Size > 0 && j.Size <= j.MaxSize {
		b.Grow(int(j.Size) + bytes.MinRead)
	}
	var buf []byte
	for {
		kind, payload, err = readFrame(in, buf)
		if err != nil {
			return j, nil, false, fmt.Errorf("read document: %w", err)
		}
		switch kind {
		case frameEnd:
			return j, b.Bytes(), tooLarge, nil
		case frameData:
			buf = payload[:0]
			if int64(b.Len()+len(payload)) > j.MaxSize {
				tooLarge = true
				continue
			}
			b.Write(payload)
		default:
			return j, nil, false, errFrame
		}
	}
}

// work extracts one document, writing its text piece by piece, so that the
// parent has the first part of it even if this process does not come to an end.
func work(j job, doc []byte, out *bufio.Writer) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{State: Failed, Reason: "the parser failed on this document", Spent: true}
		}
	}()
	if j.Type != typePDF {
		return answer{State: Unsupported, Reason: "no extractor for this format"}
	}
	left := j.MaxText
	written := false
	emit := func(text string) error {
		if text == "" {
			return nil
		}
		t := normal(text, left-2)
		if t.text != "" {
			if written {
				t.text = "\n\n" + t.text
			}
			written = true
			left -= len(t.text)
		}
		if err := writeChunks(out, frameText, []byte(t.text)); err != nil {
			return err
		}
		if t.cut {
			return errFull
		}
		return out.Flush()
	}
	return pdfText(doc, emit)
}

// errFull tells a format's reader that the text has reached its limit.
var errFull = errors.New("text limit reached")
