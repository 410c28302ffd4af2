package extract

import (
	"bytes"
	"io"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestHeldTexts promises that no more texts are held than workers and what is sent ahead to them,
// however many callers wait for PDFium's reading of what ours doubts.
func TestHeldTexts(t *testing.T) {
	t.Parallel()
	p := New(Options{Workers: 1, CacheDir: t.TempDir(), Timeout: time.Minute})
	t.Cleanup(p.Close)
	p.full.seats <- struct{}{} // PDFium is busy for as long as this test is
	defer func() { <-p.full.seats }()
	const callers = 12
	var opened atomic.Int32
	doubted := "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\nnothing more"
	doc := Doc{Name: "a.pdf", Size: -1, Open: func() (io.ReadCloser, error) {
		opened.Add(1)
		return io.NopCloser(strings.NewReader(doubted)), nil
	}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() { _, _ = p.Extract(t.Context(), doc) })
		}
		wg.Wait()
	}()
	const most = 3 // one for each worker of the two classes, and one ahead
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end) && int(opened.Load()) < most; time.Sleep(5 * time.Millisecond) {
	}
	// Nothing keeps the others now but the bound: a free worker reads this one in
	// a few milliseconds.
	time.Sleep(300 * time.Millisecond)
	if n := int(opened.Load()); n != most {
		t.Errorf("%d documents are held, want %d", n, most)
	}
	p.closeOnce.Do(func() { close(p.closing) })
	<-done
	p.light.close()
}

// TestManyLarge promises that the memory of the process that asks does not
// grow with the number of large documents that wait.
func TestManyLarge(t *testing.T) {
	p := New(Options{Workers: 2, Timeout: time.Minute})
	t.Cleanup(p.Close)
	raw := bytes.Repeat([]byte("a word and another one\n"), 24<<20/23)
	var most atomic.Uint64
	stop := make(chan struct{})
	var watch sync.WaitGroup
	before := heap()
	watch.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				most.Store(max(most.Load(), heap()))
			}
		}
	})
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			re, err := p.Extract(t.Context(), Doc{Name: "a.txt", Size: int64(len(raw)), Open: func() (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(raw)), nil
			}})
			if err != nil || len(re.Text) < defaultMaxText/2 {
				t.Errorf("%s (%s), %d bytes, %v", re.State, re.Reason, len(re.Text), err)
			}
		})
	}
	wg.Wait()
	close(stop)
	watch.Wait()
	// Two workers' texts, each grown by copying, and as much again not collected
	// yet; 24 of them would take 384 MB at the least.
	if got := most.Load() - min(before, most.Load()); got > 240<<20 {
		t.Errorf("%d MB more than before", got>>20)
	}
}

func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
