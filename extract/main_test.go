package extract_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailquarry/extract"
)

// TestMain lets the test binary be the worker, as the product's binary is.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "extract-worker" {
		if err := extract.Worker(context.Background(), os.Args[2], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "stdin" { // started as Tesseract is
		fmt.Print("it ", escape())
		os.Exit(0)
	}
	if len(os.Args) > 3 && os.Args[1] == "measured-worker" {
		measuredWorker(os.Args[2], os.Args[3])
		os.Exit(0)
	}
	if len(os.Args) > 4 && os.Args[1] == "bad-worker" {
		badWorker(os.Args[2], os.Args[3])
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(filepath.Join(os.TempDir(), fmt.Sprintf("mailquarry-test-%d", os.Getpid())))
	os.Exit(code)
}

// badWorker does what a worker never should, once it has read some of a
// document. In a mode that ends with "once" it does so only when the file named
// flag does not exist yet, and is a good worker afterwards.
func badWorker(mode, flag string) {
	if strings.HasSuffix(mode, "-once") {
		if _, err := os.Stat(flag); err == nil {
			_ = extract.Worker(context.Background(), os.Args[4], os.Stdin, os.Stdout)
			os.Exit(0)
		}
		_ = os.WriteFile(flag, nil, 0o600)
	}
	if mode == "fuse" {
		_ = extract.Worker(context.Background(), os.Args[4], os.Stdin, fuse{})
		return
	}
	fmt.Print("H\x00\x00\x00\x02{}")
	_, _ = os.Stdin.Read(make([]byte, 10))
	switch strings.TrimSuffix(mode, "-once") {
	case "die":
	case "garbage":
		fmt.Print(strings.Repeat("garbage", 1000))
	case "huge":
		fmt.Print("T\xff\xff\xff\xff")
	case "flood":
		for {
			if _, err := fmt.Print("T\x00\x00\x80\x00" + strings.Repeat("x", 0x8000)); err != nil {
				return
			}
		}
	case "state":
		fmt.Print("R\x00\x00\x00\x0f{\"state\":\"odd\"}")
	case "dirty":
		answer := `{"state":"ok","reason":"a\u0000b"}`
		fmt.Printf("T\x00\x00\x00\x09a\x00b\xff\x07\x1b[0mR\x00\x00\x00%c%s", len(answer), answer)
	case "greedy":
		_ = extract.Worker(context.Background(), os.Args[4], strings.NewReader(""), io.Discard) // sets its limits and ends
		var held [][]byte
		for range 1024 {
			held = append(held, bytes.Repeat([]byte{1}, 1<<20))
		}
		answer := `{"state":"ok"}`
		fmt.Printf("R\x00\x00\x00%c%s", len(answer)*len(held)/1024, answer)
	case "escape":
		_ = extract.Worker(context.Background(), os.Args[4], strings.NewReader(""), io.Discard) // confines itself and ends
		said := escape()
		fmt.Printf("T\x00\x00\x00%c%s", len(said), said)
		answer := `{"state":"ok"}`
		fmt.Printf("R\x00\x00\x00%c%s", len(answer), answer)
	case "hang":
		time.Sleep(time.Minute)
	case "burn":
		for range 3 {
			go func() {
				for {
					runtime.Gosched()
				}
			}()
		}
		time.Sleep(time.Minute)
	case "wait":
		time.Sleep(2 * time.Second)
		answer := `{"state":"ok"}`
		fmt.Printf("T\x00\x00\x00\x01xR\x00\x00\x00%c%s", len(answer), answer)
	case "deep":
		_ = extract.Worker(context.Background(), os.Args[4], strings.NewReader(""), io.Discard) // sets its limits and ends
		fmt.Print(deeper(1))
	}
}

// fuse is a worker's stdout that ends or hangs the process at a text that says so.
// It ends at a picture, too.
type fuse struct{}

func (fuse) Write(b []byte) (int, error) {
	switch {
	case bytes.Contains(b, []byte("ends here")), bytes.Contains(b, []byte(`{"w":`)): // or at a picture
		os.Exit(1)
	case bytes.Contains(b, []byte("hangs here")):
		time.Sleep(time.Minute)
	}
	return os.Stdout.Write(b)
}

// deeper needs more stack than there is.
func deeper(n int) int {
	if n < 0 {
		return 0
	}
	var room [1 << 10]int
	room[n%len(room)] = n
	return deeper(n+1) + room[(n*7)%len(room)]
}

// escape tries what a document that has taken a worker over would try, and tells
// what came of it.
func escape() string {
	var got []string
	if _, err := os.ReadFile("/etc/passwd"); err == nil {
		got = append(got, "read a file")
	}
	if err := os.WriteFile(os.TempDir()+"/mailquarry-escape", nil, 0o600); err == nil {
		got = append(got, "wrote a file")
	}
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		_ = l.Close()
		got = append(got, "made a socket")
	}
	if err := exec.Command("/bin/true").Run(); err == nil {
		got = append(got, "started a program")
	}
	if err := syscall.Kill(os.Getppid(), 0); err == nil {
		got = append(got, "could signal its parent")
	}
	got = append(got, escapeFurther()...)
	if len(got) == 0 {
		return "nothing"
	}
	return strings.Join(got, ", ")
}

// newFullPool makes a pool that has PDFium besides.
func newFullPool(t testing.TB, timeout time.Duration) *extract.Pool {
	t.Helper()
	p := extract.New(extract.Options{Timeout: timeout, Workers: 2, CacheDir: compiled(t)})
	t.Cleanup(p.Close)
	return p
}

// compiledOnce has PDFium compiled once for all tests: that takes seconds, and
// many at once would take them all.
var compiledOnce sync.Once

// compiled is the folder of compiled PDFium.
func compiled(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("mailquarry-test-%d", os.Getpid()))
	compiledOnce.Do(func() {
		p := extract.New(extract.Options{Timeout: time.Minute, Workers: 1, CacheDir: dir})
		defer p.Close()
		// What our own reader cannot unpack is left to PDFium.
		doc := pdfFile(catalog, pages, page, stream("/Filter /Unknown", "abc"), font)
		if _, err := p.Extract(t.Context(), bytesDoc("a.pdf", "", doc)); err != nil {
			t.Fatal(err)
		}
		if made, err := os.ReadDir(dir); err != nil || len(made) == 0 {
			t.Fatalf("PDFium was not asked: %v", err)
		}
	})
	return dir
}

// newPool makes a pool whose workers are this test binary.
func newPool(t testing.TB, timeout time.Duration) *extract.Pool {
	t.Helper()
	p := extract.New(extract.Options{Timeout: timeout, Workers: 2})
	t.Cleanup(p.Close)
	return p
}
