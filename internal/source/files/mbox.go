package files

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// mbox reads the messages of an mbox file one after another, holding one at a
// time. A message starts at a From_ line at the beginning of the file or after
// an empty line; to survive writers that did not quote "From " in bodies, such
// a line must also carry a date (or nothing at all, as Thunderbird writes it).
type mbox struct {
	r    *bufio.Reader
	max  int
	from []byte // the From_ line of the message to come
	buf  []byte
	eof  bool
	n    int // messages so far
}

// newMbox reads from r messages of at most max bytes.
func newMbox(r io.Reader, max int) *mbox {
	return &mbox{r: bufio.NewReaderSize(r, 256<<10), max: max}
}

// next gives the next message and the time in its From_ line, or io.EOF. The
// bytes are the caller's. After an error with ErrTooLarge the next call goes on
// behind the message.
func (m *mbox) next() ([]byte, time.Time, error) {
	if m.from == nil && !m.eof {
		if err := m.start(); err != nil {
			return nil, time.Time{}, err
		}
	}
	if m.eof {
		return nil, time.Time{}, io.EOF
	}
	m.n++
	received, _ := fromLine(m.from)
	tooLarge, err := m.body()
	if err != nil {
		return nil, received, err
	}
	if tooLarge {
		return nil, received, fmt.Errorf("message %d of the mbox: %w", m.n, ErrTooLarge)
	}
	return bytes.Clone(m.buf), received, nil
}

// start reads up to the first From_ line, which may follow empty lines only.
func (m *mbox) start() error {
	for {
		line, err := m.line()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			m.eof = true
			return io.EOF
		}
		if blank(line) {
			continue
		}
		if !bytes.HasPrefix(line, fromSpace) {
			m.eof = true
			return ErrNotMail
		}
		m.from = bytes.Clone(line)
		return m.rest(line)
	}
}

var fromSpace = []byte("From ")

// body reads into m.buf up to the next From_ line or the end.
func (m *mbox) body() (tooLarge bool, err error) {
	m.buf = m.buf[:0]
	if cap(m.buf) > 4<<20 {
		m.buf = nil // one huge message must not stay in memory for the rest
	}
	atStart, afterBlank := true, false
	for {
		line, err := m.line()
		if err != nil {
			return tooLarge, err
		}
		if len(line) == 0 {
			m.eof = true
			m.trim()
			return tooLarge, nil
		}
		if atStart && afterBlank && separator(line) {
			m.from = append(m.from[:0], line...)
			m.trim()
			return tooLarge, m.rest(line)
		}
		if atStart {
			line = unquote(line)
			afterBlank = blank(line)
		}
		atStart = line[len(line)-1] == '\n'
		if len(m.buf)+len(line) > m.max {
			tooLarge = true
			m.buf = m.buf[:0]
		}
		if !tooLarge {
			m.buf = append(m.buf, line...)
		}
	}
}

// line gives the next line with its end, or a piece of a very long one; empty
// at the end of the file.
func (m *mbox) line() ([]byte, error) {
	line, err := m.r.ReadSlice('\n')
	if err == nil || errors.Is(err, bufio.ErrBufferFull) || errors.Is(err, io.EOF) {
		return line, nil
	}
	m.eof = true
	return nil, fmt.Errorf("read mbox: %w", err)
}

// rest drops what is left of an overlong From_ line.
func (m *mbox) rest(line []byte) error {
	for len(line) > 0 && line[len(line)-1] != '\n' {
		var err error
		if line, err = m.line(); err != nil {
			return err
		}
	}
	return nil
}

// trim takes away the empty line that mbox puts behind each message.
func (m *mbox) trim() {
	switch b := m.buf; {
	case bytes.HasSuffix(b, []byte("\n\r\n")):
		m.buf = b[:len(b)-2]
	case bytes.HasSuffix(b, []byte("\n\n")):
		m.buf = b[:len(b)-1]
	case len(b) == 1 && b[0] == '\n', string(b) == "\r\n":
		m.buf = b[:0]
	}
}

// unquote takes one ">" from a quoted From_ line (mboxrd; what mboxo wrote
// comes out right too, except for lines that were quotations to begin with).
func unquote(line []byte) []byte {
	if line[0] != '>' {
		return line
	}
	if bytes.HasPrefix(bytes.TrimLeft(line, ">"), fromSpace) {
		return line[1:]
	}
	return line
}

func blank(line []byte) bool {
	return len(line) == 1 && line[0] == '\n' || len(line) == 2 && line[0] == '\r' && line[1] == '\n'
}

// separator tells whether the line starts a message.
func separator(line []byte) bool {
	if !bytes.HasPrefix(line, fromSpace) {
		return false
	}
	if len(bytes.TrimSpace(line[len(fromSpace):])) == 0 {
		return true
	}
	_, ok := fromLine(line)
	return ok
}
