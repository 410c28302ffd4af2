package extract_test

import (
	"hash/fnv"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/extract"
)

// damages are the ways in which a document comes broken.
func damages() map[string]func([]byte, *rand.Rand) []byte {
	return map[string]func([]byte, *rand.Rand) []byte{
		"cut": func(b []byte, random *rand.Rand) []byte { return b[:random.IntN(len(b))] },
		"changed": func(b []byte, random *rand.Rand) []byte {
			b = slices.Clone(b)
			for range 1 + random.IntN(max(4, min(len(b)/1000, 200))) {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			return b
		},
	}
}

// damaged is what came of all documents.
type damaged struct {
	sync.Mutex
	states        map[extract.State]int
	deaths        []string
	bytes         int
	slowest       time.Duration
	slowestIs     string
	documents     int
	overOneSecond int
}

// TestDamage promises a result in bounded time to every file of the corpora that
// was cut, or changed, at random; that readers do not fail on it, and that hardly
// a worker ends. A sample is taken unless MAILQUARRY_DAMAGE says "all"; then
// MAILQUARRY_SEED chooses the places, and MAILQUARRY_KEEP a folder for what fails.
func TestDamage(t *testing.T) {
	t.Parallel()
	all := os.Getenv("MAILQUARRY_DAMAGE") == "all"
	seed, _ := strconv.ParseUint(os.Getenv("MAILQUARRY_SEED"), 10, 64)
	workers := 2
	if all {
		workers = runtime.NumCPU()
	}
	pool := extract.New(extract.Options{Timeout: hostileTimeout, Workers: workers, CacheDir: compiled(t)})
	t.Cleanup(pool.Close)
	sum := damaged{states: map[extract.State]int{}}
	var wg sync.WaitGroup
	files := make(chan string)
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for path := range files {
				sum.file(t, pool, path, seed)
			}
		}()
	}
	start := time.Now()
	for _, path := range damageable(t, all) {
		files <- path
	}
	close(files)
	wg.Wait()
	t.Logf("%d documents, %d MB, in %v; states %v; %d took more than a second, the slowest %v (%s)", sum.documents, sum.bytes>>20,
		time.Since(start).Round(time.Second), sum.states, sum.overOneSecond, sum.slowest.Round(time.Millisecond), sum.slowestIs)
	for _, s := range sum.deaths {
		t.Log("a worker ended twice on " + s)
	}
	if len(sum.deaths) > max(1, sum.documents/2000) {
		t.Errorf("workers ended on %d of %d documents", len(sum.deaths), sum.documents)
	}
}

// damageable lists the files of the corpora; of each folder that is all mail fewer.
func damageable(t *testing.T, all bool) (paths []string) {
	dir := corpora(t)
	for part, stride := range map[string]int{"office": 8, "outlook": 2, "pdf": 8, "mime": 8, "spamassassin": 60, "enron": 800, "lists": 300, "ir": 130} {
		root, err := filepath.EvalSymlinks(filepath.Join(dir, part))
		if err != nil {
			continue
		}
		n := 0
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir
			}
			if !d.Type().IsRegular() {
				return nil
			}
			if n++; all || n%stride == 0 {
				paths = append(paths, path)
			}
			return nil
		})
	}
	slices.Sort(paths)
	return paths
}

// file reads a file in each of its damaged forms.
func (s *damaged) file(t *testing.T, pool *extract.Pool, path string, seed uint64) {
	whole, err := os.ReadFile(path)
	if err != nil || len(whole) == 0 {
		return
	}
	ways := damages()
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(filepath.Base(path) + way))
		doc := ways[way](whole, rand.New(rand.NewPCG(seed, h.Sum64())))
		start := time.Now()
		got, err := pool.Extract(t.Context(), bytesDoc(filepath.Base(path), "", doc))
		took := time.Since(start)
		name := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path) + ", " + way
		bad := false
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
			bad = true
		case took > hostileWait:
			t.Errorf("%s: %s after %v", name, got.State, took)
			bad = true
		case strings.Contains(got.Reason, "parser failed"):
			t.Errorf("%s: %s (%s)", name, got.State, got.Reason)
			bad = true
		}
		s.Lock()
		s.documents, s.bytes = s.documents+1, s.bytes+len(doc)
		s.states[got.State]++
		if took > time.Second {
			s.overOneSecond++
		}
		if took > s.slowest {
			s.slowest, s.slowestIs = took, name
		}
		if strings.HasPrefix(got.Reason, "the parser ") {
			s.deaths = append(s.deaths, name)
			bad = true
		}
		s.Unlock()
		if keep := os.Getenv("MAILQUARRY_KEEP"); bad && keep != "" {
			_ = os.WriteFile(filepath.Join(keep, way+"-"+filepath.Base(path)), doc, 0o600)
		}
	}
}
