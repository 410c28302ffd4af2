package indexer_test

import (
	"os"
	"path/filepath"
	"testing"

	"mailquarry/indexer"
)

// CURRENT names the index in use; anything else in it names none, and never
// something outside the index folder.
func TestGenerations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, current string
		dirs          []string
		use, next     string
	}{
		{name: "new", next: "g000001"},
		{name: "in use", current: "g000003\n", dirs: []string{"g000003"}, use: "g000003", next: "g000004"},
		{name: "beside an interrupted build", current: "g000003\n", dirs: []string{"g000003", "g000007"}, use: "g000003", next: "g000008"},
		{name: "no newline", current: "g000003", dirs: []string{"g000003"}, use: "g000003", next: "g000004"},
		{name: "empty", current: "", dirs: []string{"g000003"}, next: "g000004"},
		{name: "zeros", current: "\x00\x00\x00\x00\x00\x00\x00\x00", dirs: []string{"g000003"}, next: "g000004"},
		{name: "words", current: "the third", next: "g000001"},
		{name: "path", current: "../archive", next: "g000001"},
		{name: "path of the right length", current: "../g001", next: "g000001"},
		{name: "sign", current: "g-00003", next: "g000001"},
		{name: "two lines", current: "g000003\ng000004\n", dirs: []string{"g000003"}, next: "g000004"},
		{name: "foreign folders", dirs: []string{"g1", "backup", "g00000x"}, next: "g000001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			g := generations(t, data)
			for _, d := range c.dirs {
				writeFile(t, filepath.Join(data, "index", d, "root.bolt"), "x")
			}
			if c.name != "new" && c.name != "foreign folders" {
				writeFile(t, filepath.Join(data, "index", "CURRENT"), c.current)
			}
			want := ""
			if c.use != "" {
				want = filepath.Join(data, "index", c.use)
			}
			if got, err := g.Current(); err != nil || got != want {
				t.Errorf("in use is %q (%v), want %q", got, err, want)
			}
			next, err := g.Create()
			if err != nil || next != filepath.Join(data, "index", c.next) {
				t.Errorf("next is %q (%v), want %s", next, err, c.next)
			}
			if _, err := os.Stat(next); !os.IsNotExist(err) {
				t.Errorf("the new index is there already: %v", err)
			}
		})
	}
}

// The index put in use is so after a restart, and cleaning removes the others
// but nothing that is not an index.
func TestPromoteAndClean(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	g := generations(t, data)
	for _, d := range []string{"g000001", "g000002", "g000003", "backup"} {
		writeFile(t, filepath.Join(data, "index", d, "root.bolt"), "x")
	}
	for _, name := range []string{"g000001", "g000002"} {
		dir := filepath.Join(data, "index", name)
		if err := g.Promote(dir); err != nil {
			t.Fatal(err)
		}
		if got, err := generations(t, data).Current(); err != nil || got != dir {
			t.Errorf("in use is %q (%v), want %q", got, err, dir)
		}
	}
	if err := g.Clean(); err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{"g000001": false, "g000002": true, "g000003": false, "backup": true} {
		if _, err := os.Stat(filepath.Join(data, "index", name)); (err == nil) != there {
			t.Errorf("%s: %v, want there: %v", name, err, there)
		}
	}
}

func generations(t *testing.T, data string) *indexer.Generations {
	t.Helper()
	g, err := indexer.OpenGenerations(data)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
