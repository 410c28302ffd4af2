package extract

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestFrames promises that what is written is read, piece by piece.
func TestFrames(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	data := []byte(strings.Repeat("x", 3*maxFrame+5))
	if err := writeChunks(&b, frameData, data); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for {
		kind, payload, err := readFrame(&b, nil)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || kind != frameData {
			t.Fatalf("kind %q, %v", kind, err)
		}
		got = append(got, payload...)
	}
	if !bytes.Equal(got, data) {
		t.Error("not the same bytes")
	}
	if err := writeFrame(&b, frameData, data); !errors.Is(err, errFrame) {
		t.Errorf("an overlong frame: %v", err)
	}
}

// FuzzReadFrame holds the reader to its limits on hostile streams.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("T\x00\x00\x00\x02abR\x00\x00\x00\x00"))
	f.Add([]byte("T\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		for {
			_, payload, err := readFrame(r, nil)
			if err != nil {
				return
			}
			if len(payload) > len(stream) {
				t.Fatal("more than was sent")
			}
		}
	})
}

// FuzzReceiveJob holds the worker's side to an error or a document.
func FuzzReceiveJob(f *testing.F) {
	f.Add([]byte("S\x00\x00\x00\x02{}D\x00\x00\x00\x01xE\x00\x00\x00\x00"))
	f.Add([]byte("S\x00\x00\x00\x1a{\"size\":9e9,\"max_size\":9e9}E\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		_, doc, _, err := receiveJob(bytes.NewReader(stream), nil)
		if err == nil && len(doc) > len(stream) {
			t.Fatal("more than was sent")
		}
	})
}

// FuzzPDFContent holds the interpreter's lexer and CMap reader to an end.
func FuzzPDFContent(f *testing.F) {
	f.Add([]byte("BT /F 1 Tf [(a) -1 <62>] TJ (\\101\\\n) ' BI /W 1 ID x EI << /A [1] >> BDC"))
	f.Add([]byte("1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FFFFFFFF> <0041> endbfrange"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		p := pdfProgram{lex: pdfLexer{b: content}}
		for range 2*len(content) + 10 {
			if op, _ := p.step(); op == "" {
				readCMap(content)
				return
			}
		}
		panic("more operators than bytes")
	})
}
