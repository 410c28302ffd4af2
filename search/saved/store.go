package saved

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailquarry/search/query"
)

// The limits of what is kept.
const (
	MaxName     = 100 // bytes
	MaxSearches = 1000
	maxFile     = 64 << 10 // bytes
)

// Search is a query under a name.
type Search struct {
	Name  string `json:"name"`
	Query string `json:"query"`
}

// NameError says why something cannot be kept under a name, or at all.
type NameError struct{ Reason string }

// Error gives the reason.
func (e *NameError) Error() string { return e.Reason }

// Store is a folder of saved searches. It need not exist until something is kept.
type Store struct{ dir string }

// At gives the store in a folder.
func At(dir string) *Store { return &Store{dir: dir} }

// Get finds a search by its name, in any case of letters.
func (s *Store) Get(name string) (found Search, ok bool, err error) {
	found, err = s.read(s.file(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Search{}, false, nil
	case err != nil:
		return Search{}, false, fmt.Errorf("read a saved search: %w", err)
	}
	return found, true, nil
}

// List gives all searches, by name.
func (s *Store) List() ([]Search, error) {
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	list := make([]Search, 0, len(files))
	for _, f := range files {
		found, err := s.read(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed just now
		}
		if err != nil {
			return nil, fmt.Errorf("read a saved search: %w", err)
		}
		list = append(list, found)
	}
	slices.SortFunc(list, func(a, b Search) int {
		return cmp.Or(cmp.Compare(query.FoldKey(a.Name), query.FoldKey(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}

// Put keeps a search, in the place of one of the same name. A NameError says what
// is wrong with it.
func (s *Store) Put(name, text string) error {
	name, text = strings.TrimSpace(name), strings.TrimSpace(text)
	if err := acceptable(name, text); err != nil {
		return err
	}
	file := s.file(name)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		all, err := s.files()
		if err != nil {
			return err
		}
		if len(all) >= MaxSearches {
			return &NameError{fmt.Sprintf("there are %d saved searches already; remove some first", len(all))}
		}
	}
	b, err := json.Marshal(Search{Name: name, Query: text})
	if err != nil {
		return fmt.Errorf("save the search: %w", err)
	}
	if err := s.write(file, b); err != nil {
		return fmt.Errorf("save the search: %w", err)
	}
	return nil
}

func acceptable(name, text string) error {
	odd := func(r rune) bool { return r == '"' || !unicode.IsPrint(r) }
	switch {
	case name == "":
		return &NameError{"the search needs a name"}
	case len(name) > MaxName:
		return &NameError{fmt.Sprintf("the name is longer than %d bytes", MaxName)}
	case !utf8.ValidString(name) || strings.ContainsFunc(name, odd):
		return &NameError{"the name may hold letters, digits, signs and blanks, but no quotes and nothing invisible"}
	case text == "":
		return &NameError{"the search is empty"}
	case len(text) > query.MaxLength:
		return &NameError{fmt.Sprintf("the search is longer than %d bytes", query.MaxLength)}
	case !utf8.ValidString(text):
		return &NameError{"the search is not valid UTF-8"}
	}
	return nil
}

// Remove drops a search and tells whether there was one of that name.
func (s *Store) Remove(name string) (bool, error) {
	err := os.Remove(s.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("remove a saved search: %w", err)
	}
	return true, nil
}

// file is where a search is kept. Names may hold what file names must not.
func (s *Store) file(name string) string {
	sum := sha256.Sum256([]byte(query.FoldKey(name)))
	return filepath.Join(s.dir, strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))+suffix)
}

const suffix = ".json"

func (s *Store) files() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the saved searches: %w", err)
	}
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), suffix) {
			files = append(files, filepath.Join(s.dir, e.Name()))
		}
	}
	return files, nil
}

func (s *Store) read(file string) (found Search, err error) {
	f, err := os.Open(file)
	if err != nil {
		return Search{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return Search{}, err
	}
	if err := json.Unmarshal(b, &found); err != nil || acceptable(found.Name, found.Query) != nil {
		return Search{}, fmt.Errorf("%s holds no saved search; remove the file", file)
	}
	return found, nil
}

// write replaces a file as a whole, so that nobody reads half of it.
func (s *Store) write(file string, b []byte) (err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, "new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
