package indexer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Generations keeps the indexes of a data folder: each in a folder of its own,
// with a file CURRENT that names the one in use. A new index is built beside
// the old one and takes its place by the renaming of one small file, so that
// there is a whole index at every moment.
//
//	DATA/index/CURRENT     "g000003\n"
//	DATA/index/g000003/    the index in use
//	DATA/index/g000004/    being built, or left by an interrupted build
type Generations struct{ dir string }

// OpenGenerations opens the index folder of the data folder, making it when it
// is absent.
func OpenGenerations(data string) (*Generations, error) {
	g := &Generations{dir: filepath.Join(data, "index")}
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the index folder: %w", err)
	}
	return g, nil
}

// Current is the folder of the index in use, "" when there is none yet.
func (g *Generations) Current() (string, error) {
	b, err := os.ReadFile(filepath.Join(g.dir, "CURRENT"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find the index in use: %w", err)
	}
	name := strings.TrimSpace(string(b))
	if !isGeneration(name) {
		return "", nil
	}
	return filepath.Join(g.dir, name), nil
}

// Create names a folder for a new index; it does not exist yet.
func (g *Generations) Create() (string, error) {
	names, err := g.names()
	if err != nil {
		return "", err
	}
	last := 0
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(name, "g%d", &n); err == nil {
			last = max(last, n)
		}
	}
	return filepath.Join(g.dir, fmt.Sprintf("g%06d", last+1)), nil
}

// Promote makes the index in dir the one in use, durably.
func (g *Generations) Promote(dir string) error {
	tmp := filepath.Join(g.dir, "CURRENT.new")
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("swap the index: %w", err)
	}
	_, err = fmt.Fprintln(f, filepath.Base(dir))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, filepath.Join(g.dir, "CURRENT"))
	}
	if err == nil {
		err = syncDir(g.dir)
	}
	if err != nil {
		return fmt.Errorf("swap the index: %w", err)
	}
	return nil
}

// Clean removes every index but the one in use.
func (g *Generations) Clean() error {
	current, err := g.Current()
	if err != nil {
		return err
	}
	names, err := g.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if dir := filepath.Join(g.dir, name); dir != current {
			if err := os.RemoveAll(dir); err != nil {
				return fmt.Errorf("remove an old index: %w", err)
			}
		}
	}
	return nil
}

func (g *Generations) names() ([]string, error) {
	entries, err := os.ReadDir(g.dir)
	if err != nil {
		return nil, fmt.Errorf("list the indexes: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && isGeneration(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func isGeneration(name string) bool {
	return len(name) == 7 && name[0] == 'g' && strings.Trim(name[1:], "0123456789") == ""
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
