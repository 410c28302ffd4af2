package segment

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestRest: a segment that is given a rest has nothing of its file in this process's
// memory, and is read afterwards as before.
func TestRest(t *testing.T) {
	t.Parallel()
	b, err := build(randomDocs(rand.New(rand.NewPCG(3, 3)), 0, 2000, true), newRoom())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "one.seg")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := openFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := readAll(s.Segment); err != nil {
		t.Fatal(err)
	}
	if kb := mappedIn(t, path); kb == 0 {
		t.Fatal("nothing of the file is in memory after all of it was read")
	}
	if err := s.Rest(); err != nil {
		t.Fatal(err)
	}
	if kb := mappedIn(t, path); kb != 0 {
		t.Errorf("%d kB of the file are in memory", kb)
	}
	if err := readAll(s.Segment); err != nil {
		t.Error(err)
	}
}

// mappedIn tells how much of a file is mapped in, in kilobytes.
func mappedIn(t *testing.T, path string) int {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, of, found := strings.Cut(string(maps), path)
	if !found {
		t.Fatalf("%s is not mapped", path)
	}
	_, rest, _ := strings.Cut(of, "\nRss:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb
}
