package extract_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailquarry/extract"
)

// TestInProcessCost reads the documents that a list names in this process, for the
// benchmark in internal/e2e/bench/extraction, which cannot: it writes what that
// took to a file.
func TestInProcessCost(t *testing.T) {
	list := os.Getenv("MAILQUARRY_IN_PROCESS")
	if list == "" {
		t.Skip("make bench-extract runs this")
	}
	b, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	before, start := processorTime(t), time.Now()
	for path := range strings.SplitSeq(string(b), "\n") {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		extract.InProcess(filepath.Base(path), "", raw)
	}
	took := map[string]time.Duration{"Wall": time.Since(start), "CPU": processorTime(t) - before}
	out, err := json.Marshal(took)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("MAILQUARRY_IN_PROCESS_RESULT"), out, 0o600); err != nil {
		t.Fatal(err)
	}
}

func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
