package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// readAhead is the size up to which a file is read before its turn: it bounds
// the memory of files read and not yet consumed.
const readAhead = 256 << 10

// fill reads a batch's files.
func fill(b *batch) {
	for i := range b.entries {
		if e := &b.entries[i]; e.kind != kindError && e.kind != kindMbox {
			e.read(false)
		}
	}
	close(b.done)
}

// read reads the entry's file, unless it is big and whole is false. What is
// found to be an mbox is left to the consumer.
func (e *entry) read(whole bool) {
	if err := e.tryRead(whole); err != nil {
		e.kind, e.raw = kindError, nil
		e.err = fmt.Errorf("read %s: %w", e.path, unwrapPath(err))
	}
}

func (e *entry) tryRead(whole bool) error {
	file, err := os.Open(e.path)
	if err != nil {
		return err
	}
	defer file.Close() // only read from: nothing can be lost
	st, err := file.Stat()
	if err != nil {
		return err
	}
	size := st.Size()
	var head []byte
	if e.kind == kindUnknown {
		if head, err = e.settle(file, size); err != nil || e.kind != kindMessage {
			return err
		}
	}
	if size > MaxMessage {
		return ErrTooLarge
	}
	if e.lazy = size > readAhead && !whole; e.lazy {
		return nil
	}
	// One byte more than the size: a file that fills it has grown meanwhile.
	buf := make([]byte, size+1)
	n := copy(buf, head)
	m, err := io.ReadFull(file, buf[n:])
	if n += m; err == nil {
		return errors.New("the file changed while it was read")
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	e.raw = afterFromLine(buf[:n:n])
	return nil
}

// settle finds out the kind of a file whose name told nothing.
func (e *entry) settle(file io.Reader, size int64) ([]byte, error) {
	head := make([]byte, min(size, sniffLen))
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	e.kind = sniff(head)
	if e.kind == kindOther && e.named {
		return nil, ErrNotMail
	}
	if e.kind == kindMbox {
		e.mailbox, e.folder = e.asMbox.mailbox, e.asMbox.folder
	}
	return head, nil
}

// afterFromLine drops the From_ line that some archives leave before a message.
func afterFromLine(raw []byte) []byte {
	if !bytes.HasPrefix(raw, fromSpace) {
		return raw
	}
	if i := bytes.IndexByte(raw, '\n'); i >= 0 && separator(raw[:i+1]) {
		return raw[i+1:]
	}
	return raw
}
