package extract

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Parent and worker speak in frames: one byte of kind, the payload's length as
// a big-endian uint32, the payload. A worker begins with hello. A job is start,
// data..., end; the answer is text and place..., result. The parent takes what a
// worker writes as hostile.
const (
	frameStart   byte = 'S' // JSON of a job
	frameData    byte = 'D' // a piece of the document
	frameEnd     byte = 'E' // the document is complete
	frameHello   byte = 'H' // JSON of a hello
	frameText    byte = 'T' // a piece of text, cut between characters
	framePlace   byte = 'P' // JSON of the path at which the text that follows stands
	frameRisk    byte = 'Q' // "1": a full worker may fare better if this one ends now; "0": not any more
	framePicture byte = 'I' // JSON of a pictureHead; its pixels follow as data
	frameResult  byte = 'R' // JSON of an answer; ends it
)

// maxFrame bounds a frame's payload, so that a length is never trusted with an
// allocation.
const maxFrame = 256 << 10

var errFrame = errors.New("not a frame")

// hello is what a worker says of itself.
type hello struct {
	InForce []string `json:"in_force"` // what the kernel keeps it from
	Lacking []string `json:"lacking"`  // what this kernel cannot
}

// job opens a request.
type job struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"` // a hint, -1 when unknown
	MaxSize     int64  `json:"max_size"`
	Limits      limits `json:"limits"`
	OCR         bool   `json:"ocr,omitempty"`
	// Foreign leaves to PDFium what our own PDF reader crashed on.
	Foreign bool `json:"foreign,omitempty"`
	// Careful has the worker write everything at once: the one before died of
	// this document, or of one before it.
	Careful bool `json:"careful,omitempty"`
}

// pictureHead announces a picture in grey, a byte a pixel.
type pictureHead struct {
	W int `json:"w"`
	H int `json:"h"`
}

func (p pictureHead) fits() bool {
	return p.W > 0 && p.H > 0 && p.W <= maxPictureRow && p.H <= maxPictureRow && p.W*p.H <= maxPicture
}

// answer closes a reply; the text came before it.
type answer struct {
	State  State  `json:"state"`
	Reason string `json:"reason"`
	Type   string `json:"type"`
	Made   string `json:"made"`
	// Doubt tells that a worker of the other class may read more.
	Doubt bool `json:"doubt"`
	// Spent asks the parent to start a new worker for the next document: this
	// one has grown or its parser failed in a way that may have left traces.
	Spent bool `json:"spent"`
}

func writeFrame(w io.Writer, kind byte, payload []byte) error {
	if len(payload) > maxFrame {
		return fmt.Errorf("frame of %d bytes: %w", len(payload), errFrame)
	}
	var head [5]byte
	head[0] = kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(payload)))
	if _, err := w.Write(head[:]); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	if _, err := w.Write(payload); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

// readHead reads what precedes a frame's payload: its kind and length. io.EOF
// means that the stream ended between frames.
func readHead(r io.Reader) (kind byte, length int, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return 0, 0, io.EOF
		}
		return 0, 0, fmt.Errorf("read frame: %w", err)
	}
	switch head[0] {
	case frameStart, frameData, frameEnd, frameHello, frameText, framePlace, frameRisk, framePicture, frameResult:
	default:
		return 0, 0, fmt.Errorf("frame of kind %d: %w", head[0], errFrame)
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, 0, fmt.Errorf("frame of %d bytes: %w", n, errFrame)
	}
	return head[0], int(n), nil
}

// readFrame reads a frame into buf, which it grows as needed. io.EOF means that
// the stream ended between frames.
func readFrame(r io.Reader, buf []byte) (kind byte, payload []byte, err error) {
	kind, n, err := readHead(r)
	if err != nil {
		return 0, nil, err
	}
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return 0, nil, fmt.Errorf("read frame: %w", err)
	}
	return kind, buf, nil
}

// writeChunks writes data as frames of the given kind. Text is cut between
// characters.
func writeChunks(w io.Writer, kind byte, data []byte) error {
	for len(data) > 0 {
		n := min(len(data), maxFrame)
		for back := 0; kind == frameText && n < len(data) && back < utf8.UTFMax && !utf8.RuneStart(data[n]); back++ {
			n--
		}
		if err := writeFrame(w, kind, data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
