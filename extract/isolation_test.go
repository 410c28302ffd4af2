package extract_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mailquarry/extract"
)

// sample reads the documents of the corpora that are no larger than most
// attachments.
func sample(t testing.TB) (names []string, docs [][]byte) {
	dir := corpora(t)
	for _, part := range []string{"office", "pdf", "outlook"} {
		root, err := filepath.EvalSymlinks(filepath.Join(dir, part))
		if err != nil {
			continue
		}
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir
			}
			if d.IsDir() {
				return nil
			}
			b, err := mapped(path)
			if err == nil && len(b) > 0 && len(b) < 5<<20 {
				names, docs = append(names, filepath.Base(path)), append(docs, b)
			}
			return nil
		})
	}
	if len(docs) == 0 {
		t.Skip("corpora are absent: run make corpora")
	}
	return names, docs
}

// mapped is a file's bytes outside of the heap: on it, they would have the
// collector of this process wait for far more garbage than that of a worker.
func mapped(path string) ([]byte, error) {
	if runtime.GOOS != "linux" {
		return os.ReadFile(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return nil, err
	}
	return syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_PRIVATE)
}

// TestIsolationChangesNothing promises the same text through a worker as without
// one, wherever the document does not end its reader.
func TestIsolationChangesNothing(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 20*time.Second)
	names, docs := sample(t)
	for i := 0; i < len(docs); i += 23 {
		got, err := pool.Extract(t.Context(), bytesDoc(names[i], "", docs[i]))
		if err != nil {
			t.Fatal(err)
		}
		if got.State == extract.Timeout || got.State == extract.Failed {
			continue // what runs away in a worker would take the test along
		}
		if want := extract.InProcess(names[i], "", docs[i]); got.Text != want.Text || got.State != want.State || len(got.Places) != len(want.Places) {
			t.Errorf("%s: %s, %d bytes and %d places through a worker, %s, %d and %d without", names[i],
				got.State, len(got.Text), len(got.Places), want.State, len(want.Text), len(want.Places))
		}
	}
}

// BenchmarkIsolation compares workers with the same work in this process: the
// same documents, as many readers at once, the collector set alike and with as
// much to leave alone, the workers warm. Documents that a worker does not survive
// are left out of both. Each round has both take turns; what is told is the median
// over the rounds, of the time on the wall and of the processor time of all
// processes. The former tells more on a machine with nothing else to do, the
// latter on any other. In "fed" there is always another document to be read, as
// there is for the indexer; in "alone" each is asked for when the one before is
// done.
func BenchmarkIsolation(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(extract.WorkerGC))
	ballast := make([]byte, extract.WorkerBallast)
	defer runtime.KeepAlive(&ballast)
	for _, workers := range []int{1, 2} {
		for asks, callers := range map[string]int{"alone": workers, "fed": 2 * workers} {
			b.Run(fmt.Sprintf("light-%d-%s", workers, asks), func(b *testing.B) {
				pool := extract.New(extract.Options{Workers: workers, Timeout: 5 * time.Second})
				b.Cleanup(pool.Close)
				compareIsolation(b, comparison{workers, callers, pool, pool.Extract, extract.Here(), func(string) bool { return true }})
			})
			b.Run(fmt.Sprintf("shipped-%d-%s", workers, asks), func(b *testing.B) {
				pool, inProcess := extract.Shipped(b, compiled(b), workers)
				compareIsolation(b, comparison{workers, callers, pool, pool.Extract, inProcess, func(string) bool { return true }})
			})
		}
	}
	b.Run("full-1", func(b *testing.B) {
		pool, worker, inProcess := extract.Full(b, compiled(b))
		compareIsolation(b, comparison{1, 1, pool, worker, inProcess, func(name string) bool { return strings.HasSuffix(name, ".pdf") }})
	})
}

type comparison struct {
	workers, callers int
	pool             *extract.Pool
	isolated         func(context.Context, extract.Doc) (extract.Result, error)
	inProcess        func(name, contentType string, raw []byte) extract.Result
	wanted           func(name string) bool
}

func compareIsolation(b *testing.B, c comparison) {
	names, docs := sample(b)
	sets := map[string][]int{}
	for i := range docs {
		if !c.wanted(names[i]) {
			continue
		}
		r, err := c.isolated(b.Context(), bytesDoc(names[i], "", docs[i]))
		if err != nil {
			b.Fatal(err)
		}
		if r.State == extract.Timeout || r.State == extract.Failed {
			continue
		}
		size := "small"
		if len(docs[i]) >= 32<<10 {
			size = "large"
		}
		sets[size], sets["all"] = append(sets[size], i), append(sets["all"], i)
	}
	wall, cost := map[string][]float64{}, map[string][]float64{}
	for b.Loop() {
		for set, which := range sets {
			before := c.pool.ProcessorTime()
			in := each(which, c.workers, func(i int) { c.inProcess(names[i], "", docs[i]) })
			between := c.pool.ProcessorTime()
			out := each(which, c.callers, func(i int) {
				if _, err := c.isolated(b.Context(), bytesDoc(names[i], "", docs[i])); err != nil {
					b.Error(err)
				}
			})
			after := c.pool.ProcessorTime()
			wall[set] = append(wall[set], out.Seconds()/in.Seconds())
			cost[set] = append(cost[set], (after-between).Seconds()/(between-before).Seconds())
		}
	}
	for _, set := range []string{"small", "large", "all"} {
		fmt.Printf("%s %-5s %5d documents: workers / in process: time %.3f of %.2f, processor time %.3f of %.2f\n",
			b.Name(), set, len(sets[set]), median(wall[set]), slices.Sorted(slices.Values(wall[set])), median(cost[set]), slices.Sorted(slices.Values(cost[set])))
		b.ReportMetric(median(wall[set]), set+"/time")
		b.ReportMetric(median(cost[set]), set+"/processor")
	}
}

// each does the work for all, some at once, and tells how long it took.
func each(all []int, atOnce int, work func(int)) time.Duration {
	start := time.Now()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(all) {
					return
				}
				work(all[n])
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return (of[(len(of)-1)/2] + of[len(of)/2]) / 2
}
