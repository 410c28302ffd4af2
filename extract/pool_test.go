package extract_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/extract"
)

func badPool(t *testing.T, mode string) *extract.Pool {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Only the worker that hangs is waited for to its limit. The others have to
	// come to their own end on a machine with much else to do.
	limit := 45 * time.Second
	if mode == "hang" {
		limit = 2 * time.Second
	}
	p := extract.New(extract.Options{
		WorkerCommand: []string{exe, "bad-worker", mode, filepath.Join(t.TempDir(), "flag")},
		Workers:       1, Timeout: limit, MaxText: 1 << 20,
	})
	t.Cleanup(p.Close)
	return p
}

// TestBadWorker promises that whatever a taken-over worker does, only its own
// document suffers, and what it writes is held to the contract.
func TestBadWorker(t *testing.T) {
	t.Parallel()
	wants := map[string]extract.State{
		"die": extract.Failed, "garbage": extract.Failed, "huge": extract.Failed, "flood": extract.Failed,
		"state": extract.Failed, "greedy": extract.Failed, "hang": extract.Timeout, "dirty": extract.OK,
		// A worker worn out by an earlier document is no fault of this one.
		"die-once": extract.OK, "garbage-once": extract.OK,
	}
	if runtime.GOOS != "linux" {
		delete(wants, "greedy") // only there the kernel can be asked to say no
	}
	for mode, want := range wants {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			pool := badPool(t, mode)
			start := time.Now()
			got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", onePage("BT /F 10 Tf (x) Tj ET")))
			if err != nil {
				t.Fatal(err)
			}
			if got.State != want {
				t.Errorf("%s (%s), want %s", got.State, got.Reason, want)
			}
			if d := time.Since(start); d > 2*time.Minute {
				t.Errorf("took %v", d)
			}
			checkText(t, got.Text)
			checkText(t, got.Reason)
			if strings.HasSuffix(mode, "-once") && got.Text != "x" {
				t.Errorf("text %q", got.Text)
			}
		})
	}
}

// TestConfined promises that whoever takes a worker over is left alone with the
// document: no file, no network, no program, no other process.
func TestConfined(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux confines a process by itself")
	}
	got, err := badPool(t, "escape").Extract(t.Context(), bytesDoc("a.pdf", "", onePage("BT /F 10 Tf (x) Tj ET")))
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "nothing" {
		t.Errorf("a worker %s (%s)", got.Text, got.State)
	}
}

// TestWhy promises the state and the reason of what a worker came to its end by,
// and that waiting costs nothing of the processor time.
func TestWhy(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what another process has used, and keeps one from memory")
	}
	for _, c := range []struct {
		mode            string
		time, processor time.Duration
		state           extract.State
		reason          string
	}{
		{"burn", 2 * time.Minute, time.Second, extract.Timeout, "used 1s of processor time, which is the limit"},
		{"hang", time.Second, time.Minute, extract.Timeout, "not done within 1s, which is the limit"},
		{"wait", time.Minute, time.Second, extract.OK, ""},
		{"greedy", time.Minute, time.Minute, extract.Failed, "the parser ran out of memory"},
		{"deep", time.Minute, time.Minute, extract.Failed, "the parser ran out of stack"},
		{"die", time.Minute, time.Minute, extract.Failed, "the parser crashed"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			t.Parallel()
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			pool := extract.New(extract.Options{
				WorkerCommand: []string{exe, "bad-worker", c.mode, ""}, Workers: 1, Timeout: c.time, Processor: c.processor,
			})
			t.Cleanup(pool.Close)
			start := time.Now()
			got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", onePage("")))
			if err != nil || got.State != c.state || got.Reason != c.reason {
				t.Errorf("%s (%s), %v, want %s (%s)", got.State, got.Reason, err, c.state, c.reason)
			}
			if d := time.Since(start); d > 50*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

// TestInForceTold promises an administrator a line in the log that says what
// keeps workers in their bounds, once.
func TestInForceTold(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux confines a process by itself")
	}
	var log bytes.Buffer
	pool := extract.New(extract.Options{Workers: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	t.Cleanup(pool.Close)
	for range 2 {
		if _, err := pool.Extract(t.Context(), bytesDoc("a.txt", "", []byte("x"))); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"512 MB of memory", "32 open files", "landlock", "no network, no other process", "seccomp", "processor_time=15s", "time=1m0s", "input=", "text="} {
		if strings.Count(log.String(), part) != 1 {
			t.Errorf("%q is not there once: %s", part, &log)
		}
	}
	if hasLandlock() && strings.Contains(log.String(), "lacking=") {
		t.Errorf("this kernel has it all: %s", &log)
	}
}

// TestNoWorker promises an error, not a verdict on the document, when no worker
// can be started.
func TestNoWorker(t *testing.T) {
	t.Parallel()
	pool := extract.New(extract.Options{WorkerCommand: []string{filepath.Join(t.TempDir(), "absent")}})
	t.Cleanup(pool.Close)
	for range 10 {
		if _, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", onePage(""))); err == nil {
			t.Fatal("no error")
		}
	}
}

// TestCancel promises that a stopped sync does not wait for a document.
func TestCancel(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pool := extract.New(extract.Options{WorkerCommand: []string{exe, "bad-worker", "hang", ""}, Workers: 1, Timeout: time.Minute})
	t.Cleanup(pool.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = pool.Extract(ctx, bytesDoc("a.pdf", "", onePage("")))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("took %v", d)
	}
}

// TestManyAtOnce promises each caller its own document's text.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 20*time.Second)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			want := strings.Repeat("w", i+1)
			got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", onePage("BT /F 10 Tf ("+want+") Tj ET")))
			if err != nil || got.Text != want {
				t.Errorf("%d: %+v, %v", i, got, err)
			}
		}()
	}
	wg.Wait()
}

// TestClosed wants a clear error after Close, which may be called twice.
func TestClosed(t *testing.T) {
	t.Parallel()
	pool := extract.New(extract.Options{})
	pool.Close()
	pool.Close()
	if _, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", onePage(""))); !errors.Is(err, extract.ErrClosed) {
		t.Errorf("error %v", err)
	}
}
