package indexer_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/indexer"
	"mailquarry/search/engine/bleve/segment"
)

// gibberish gives words that nobody else has, as many as fill a size.
func gibberish(rng *rand.Rand, size int) (text, word string) {
	var b strings.Builder
	for b.Len() < size {
		word = fmt.Sprintf("zq%016x", rng.Uint64())
		b.WriteString(word + " ")
	}
	return b.String(), word
}

// packed reads what the database holds of all content and texts, as it lies in
// the file.
func (s *store) packed(more ...string) [][]byte {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, "archive", "log.db")+"?_pragma=query_only(1)")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	var all [][]byte
	for _, q := range append(more, "SELECT payload FROM content", "SELECT text FROM text") {
		rows, err := db.QueryContext(s.ctx, q)
		if err != nil {
			s.t.Fatal(err)
		}
		for rows.Next() {
			var b []byte
			if err := rows.Scan(&b); err != nil {
				s.t.Fatal(err)
			}
			all = append(all, b)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil { //nolint:sqlclosecheck // in a loop
			s.t.Fatal(err)
		}
	}
	return all
}

// windows cuts packed bytes into pieces, most of which lie in the file in one.
func windows(all [][]byte) [][]byte {
	const width, stride = 24, 100
	var out [][]byte
	for _, b := range all {
		for i := 64; i+width <= len(b); i += stride {
			out = append(out, b[i:i+width])
		}
	}
	return out
}

// inFiles gives those of the pieces that stand in the files of a folder.
func inFiles(t *testing.T, dir string, pieces [][]byte) [][]byte {
	t.Helper()
	found := make([]bool, len(pieces))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		for i, p := range pieces {
			found[i] = found[i] || bytes.Contains(b, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var there [][]byte
	for i, p := range pieces {
		if found[i] {
			there = append(there, p)
		}
	}
	return there
}

// inIndex tells whether a segment's file below the index's folder, in use or
// not, has the word.
func inIndex(t *testing.T, dir, word string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "store", "*.zap"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		s, err := segment.Plugin{}.Open(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		dict, err := s.Dictionary("text")
		if err != nil {
			t.Fatal(err)
		}
		has, err := dict.Contains([]byte(word))
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		if has {
			return true
		}
	}
	return false
}

// What was purged stands nowhere on the disk any more: not in the database's
// file or log, however large it was, not among the attachments, and not in the
// index.
func TestPurgedMailIsGoneFromTheDisk(t *testing.T) {
	t.Parallel()
	r := indexer.Retention{}
	s := newRetained(t, r)
	indexDir := filepath.Join(t.TempDir(), "index")
	s.index = s.openIndex(indexDir)
	s.builder = indexer.NewBuilder(s.archive, s.extract, s.index, indexer.BuildOptions{})
	anna := s.user("anna")
	rng := rand.New(rand.NewPCG(11, 12))
	var gone, words []string
	for i, size := range []int{300, 3_000, 20_000, 60_000, 100_000, 400_000} {
		body, inBody := gibberish(rng, size)
		file, inFile := gibberish(rng, size)
		m := letterWith(fmt.Sprint("secret ", i), textFile(fmt.Sprintf("zqfile%d.txt", i), file))
		m.Text = body
		gone = append(gone, anna.Folder("inbox").Add(m))
		words = append(words, inBody, inFile)
	}
	s.round()
	pieces := inFiles(t, filepath.Join(s.dir, "archive"), windows(s.packed()))
	plain := [][]byte{[]byte("zqfile0.txt"), []byte(words[1]), []byte(words[11])}
	if len(pieces) < 5000 {
		t.Fatalf("%d pieces are on the disk to begin with: nothing is tested", len(pieces))
	}
	if got := inFiles(t, filepath.Join(s.dir, "archive"), plain); len(got) != len(plain) || !inIndex(t, indexDir, words[0]) {
		t.Fatal("what is looked for is not on the disk to begin with: nothing is tested")
	}
	for i := range 50 { // mail that stays
		anna.Folder("inbox").Add(letter(fmt.Sprint("stays ", i), fmt.Sprint("walnut ", i)))
	}
	s.round()
	for _, id := range gone {
		anna.Delete(id)
	}
	s.round()
	s.clock = s.clock.Add(time.Hour)
	if res := s.purge(r); res.Purged != len(gone) {
		t.Fatalf("the purge came to %+v", res)
	}
	live := bytes.Join(s.packed("SELECT payload FROM folder WHERE payload IS NOT NULL"), []byte{0})
	pieces = slices.DeleteFunc(pieces, func(p []byte) bool { return bytes.Contains(live, p) }) // what other messages have too
	if got := inFiles(t, s.dir, pieces); len(got) > 0 {
		t.Errorf("%d of %d pieces of purged content are still on the disk, such as %q", len(got), len(pieces), got[0])
	}
	if got := inFiles(t, s.dir, plain); len(got) > 0 {
		t.Errorf("of purged attachments %q are still on the disk", got)
	}
	for _, w := range words {
		if inIndex(t, indexDir, w) {
			t.Errorf("a purged word is still in the index's files")
		}
	}
	if got := s.hits(r, "walnut"); len(got) != 50 {
		t.Errorf("%d of the 50 messages that stay are found", len(got))
	}
	s.agree(anna)
}
