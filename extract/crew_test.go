package extract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/extract"
)

// fusePool has one worker, which comes to its end at documents that say so.
func fusePool(t *testing.T, limit time.Duration) *extract.Pool {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := extract.New(extract.Options{WorkerCommand: []string{exe, "bad-worker", "fuse", ""}, Workers: 1, Timeout: limit})
	t.Cleanup(p.Close)
	return p
}

// TestSentAhead promises that a document which was sent to a worker while it was
// at another is read all the same when that one ends the worker, and that each
// document has its two tries, no more and no less.
func TestSentAhead(t *testing.T) {
	t.Parallel()
	pool := fusePool(t, time.Minute)
	const documents = 30
	deadly := 0
	var wg sync.WaitGroup
	for i := range documents {
		say, want := fmt.Sprintf("this is document %d", i), extract.OK
		if i%5 == 0 {
			deadly++
			say, want = say+" which ends here", extract.Failed
		}
		wg.Go(func() {
			got, err := pool.Extract(t.Context(), bytesDoc("a.txt", "", []byte(say)))
			if err != nil || got.State != want || want == extract.OK && got.Text != say {
				t.Errorf("%s: %s (%s) %q, %v, want %s", say, got.State, got.Reason, got.Text, err, want)
			}
		})
	}
	wg.Wait()
	ended := 0
	for _, n := range pool.Stats().Ended {
		ended += n
	}
	if ended != 2*deadly {
		t.Errorf("workers ended %d times by %d documents, want twice each", ended, deadly)
	}
}

// TestSentAheadWaits promises that waiting behind a document that hangs is not
// held against the next one, and that who does not want to wait need not.
func TestSentAheadWaits(t *testing.T) {
	t.Parallel()
	pool := fusePool(t, 5*time.Second)
	sent, hung := make(chan struct{}), make(chan struct{})
	first := extract.Doc{Name: "a.txt", Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(&told{r: strings.NewReader("it hangs here"), read: sent}), nil
	}}
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(hung)
		got, err := pool.Extract(t.Context(), first)
		if err != nil || got.State != extract.Timeout {
			t.Errorf("%s (%s), %v", got.State, got.Reason, err)
		}
	})
	<-sent
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := pool.Extract(ctx, bytesDoc("b.txt", "", []byte("not wanted"))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	select {
	case <-hung:
		t.Error("it was waited for, though nobody wanted it any more")
	default:
	}
	got, err := pool.Extract(t.Context(), bytesDoc("c.txt", "", []byte("this one is patient")))
	if err != nil || got.State != extract.OK || got.Text != "this one is patient" {
		t.Errorf("%s (%s) %q, %v", got.State, got.Reason, got.Text, err)
	}
	wg.Wait()
}

// told closes read when it is read.
type told struct {
	r    io.Reader
	read chan struct{}
	once sync.Once
}

func (o *told) Read(b []byte) (int, error) {
	o.once.Do(func() { close(o.read) })
	return o.r.Read(b)
}

// TestStuckWhileSent promises that a worker which takes nothing any more is ended
// like one that does not answer, and that a caller who goes does not wait for it.
func TestStuckWhileSent(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("more than a pipe holds "), 1<<18)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pool := extract.New(extract.Options{WorkerCommand: []string{exe, "bad-worker", "hang", ""}, Workers: 1, Timeout: 2 * time.Second})
	t.Cleanup(pool.Close)
	got, err := pool.Extract(t.Context(), bytesDoc("a.txt", "", large))
	if err != nil || got.State != extract.Timeout {
		t.Errorf("%s (%s), %v", got.State, got.Reason, err)
	}
	slow := extract.New(extract.Options{WorkerCommand: []string{exe, "bad-worker", "hang", ""}, Workers: 1, Timeout: time.Minute})
	t.Cleanup(slow.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := slow.Extract(ctx, bytesDoc("a.txt", "", large)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("waited %v", d)
	}
}
