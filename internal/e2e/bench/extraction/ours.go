package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"mailquarry/extract"
)

// run is what it took to read some documents, and how each came out.
type run struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes of the largest process
	Lost      int   // documents that a tool could not read this time
	States    map[string]extract.State
}

// pool has another process of this program read the files with workers of the
// measured binary, so that what they take can be told from the rest.
func pool(s settings, files []file, workers int, full bool) (run, error) {
	list, err := writeList(s, files)
	if err != nil {
		return run{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return run{}, err
	}
	out, err := exec.Command(self, "-child", list, "-binary", s.binary, "-work", s.work, "-workers", strconv.Itoa(workers), "-full="+strconv.FormatBool(full)).Output()
	if err != nil {
		return run{}, fmt.Errorf("read with workers: %w", err)
	}
	var r run
	return r, json.Unmarshal(out, &r)
}

// inProcess has the tests of package extract, which alone can, read the files
// without workers.
func inProcess(s settings, files []file) (run, error) {
	list, err := writeList(s, files)
	if err != nil {
		return run{}, err
	}
	program := filepath.Join(s.work, "extract.test")
	if _, err := os.Stat(program); err != nil {
		if out, err := exec.Command("go", "test", "-c", "-o", program, "mailquarry/extract").CombinedOutput(); err != nil {
			return run{}, fmt.Errorf("build the tests of extract: %w: %s", err, out)
		}
	}
	cmd := exec.Command(program, "-test.run", "^TestInProcessCost$")
	result := filepath.Join(s.work, "in-process.json")
	cmd.Env = append(os.Environ(), "MAILQUARRY_IN_PROCESS="+list, "MAILQUARRY_IN_PROCESS_RESULT="+result)
	if out, err := cmd.CombinedOutput(); err != nil {
		return run{}, fmt.Errorf("read in process: %w: %s", err, out)
	}
	b, err := os.ReadFile(result)
	if err != nil {
		return run{}, err
	}
	var r run
	return r, json.Unmarshal(b, &r)
}

func writeList(s settings, files []file) (string, error) {
	var paths []string
	for _, f := range files {
		paths = append(paths, f.path)
	}
	name := filepath.Join(s.work, "list.txt")
	return name, os.WriteFile(name, []byte(strings.Join(paths, "\n")), 0o600)
}

// child reads the listed files and writes a run to standard output.
func child(s settings, list string, workers int, full bool) error {
	b, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	o := extract.Options{Workers: workers, WorkerCommand: []string{s.binary, "extract-worker"}}
	if full {
		o.CacheDir = filepath.Join(s.work, "compiled")
	}
	p := extract.New(o)
	paths := make(chan string)
	r := run{States: map[string]extract.State{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range workers { // have all of them started
		if _, err := p.Extract(context.Background(), extract.Doc{Name: "a.txt", Size: -1, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("text")), nil
		}}); err != nil {
			return err
		}
	}
	before, start := spent(), time.Now()
	for range workers {
		wg.Go(func() {
			for path := range paths {
				res, err := p.Extract(context.Background(), document(path))
				if err != nil {
					res.State = "error"
				}
				mu.Lock()
				r.States[path] = res.State
				mu.Unlock()
			}
		})
	}
	for path := range strings.SplitSeq(string(b), "\n") {
		paths <- path
	}
	close(paths)
	wg.Wait()
	r.Wall = time.Since(start)
	p.Close()
	r.CPU = spent() - before
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		return err
	}
	r.Peak = u.Maxrss * 1024
	return json.NewEncoder(os.Stdout).Encode(r)
}

func document(path string) extract.Doc {
	return extract.Doc{Name: filepath.Base(path), Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// spent is the processor time of this process and of its children that ended.
func spent() time.Duration {
	var sum int64
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += u.Utime.Nano() + u.Stime.Nano()
		}
	}
	return time.Duration(sum)
}
