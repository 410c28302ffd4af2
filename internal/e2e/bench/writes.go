package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// written is what a program wrote into a folder.
type written struct {
	segments, bolt int64
	commits        int   // times that root.bolt had changed
	added          int64 // what the folder has grown by
}

// files watches the folder of an index, some hundred times a second: of a file that
// is written once the most bytes that it had, of root.bolt the pages that changed.
type files struct {
	dir    string
	before int64
	stop   chan struct{}
	done   sync.WaitGroup

	mu      sync.Mutex
	sizes   map[string]int64 // by name, none of which is used twice
	root    []byte
	bolt    int64
	commits int
	changed time.Time
	failed  error
}

const (
	filesEvery = 4 * time.Millisecond
	boltPage   = 4096
	filesRest  = 5 * time.Second // without a write: the folder has come to rest
)

func watchFiles(dir string) (*files, error) {
	before, err := diskUsage(dir)
	if err != nil {
		return nil, err
	}
	f := &files{dir: dir, before: before, stop: make(chan struct{}), sizes: map[string]int64{}, changed: time.Now()}
	f.look()
	for p := range f.sizes {
		f.sizes[p] = -1 // there already: nothing of it counts
	}
	f.bolt, f.commits = 0, 0
	f.done.Go(func() {
		tick := time.NewTicker(filesEvery)
		defer tick.Stop()
		for {
			select {
			case <-f.stop:
				return
			case <-tick.C:
				f.look()
			}
		}
	})
	return f, nil
}

func (f *files) look() {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := filepath.WalkDir(f.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // files come and go
		}
		if d.Name() == "root.bolt" {
			return f.lookAtRoot(p)
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // it is gone
		}
		if had, there := f.sizes[p]; strings.HasSuffix(p, ".zap") && (!there || had >= 0 && info.Size() > had) {
			f.sizes[p], f.changed = info.Size(), time.Now()
		}
		return nil
	})
	if err != nil {
		f.failed = err
	}
}

func (f *files) lookAtRoot(path string) error {
	now, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("look at root.bolt: %w", err)
	}
	pages := 0
	for at := 0; at < len(now); at += boltPage {
		end := min(at+boltPage, len(now))
		if end > len(f.root) || !bytes.Equal(now[at:end], f.root[at:end]) {
			pages++
		}
	}
	if pages > 0 {
		f.bolt += int64(pages) * boltPage
		f.commits++
		f.changed = time.Now()
	}
	f.root = now
	return nil
}

// settle waits until nothing is written any more and tells what was.
func (f *files) settle(patience time.Duration) (w written, err error) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		f.mu.Lock()
		rest := time.Since(f.changed)
		f.mu.Unlock()
		if rest > filesRest {
			break
		}
	}
	close(f.stop)
	f.done.Wait()
	after, err := diskUsage(f.dir)
	for _, size := range f.sizes {
		w.segments += max(0, size)
	}
	w.bolt, w.commits, w.added = f.bolt, f.commits, after-f.before
	if err == nil {
		err = f.failed
	}
	return w, err
}
