package extract_test

import (
	"io/fs"
	"os"
	"path/filepath"
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
			if err != nil || d.IsDir() {
				return nil
			}
			b, err := os.ReadFile(path)
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

// BenchmarkIsolation compares a worker with the same work in this process, one
// document after the other. Documents that a worker does not survive are left
// out of both.
func BenchmarkIsolation(b *testing.B) {
	pool := extract.New(extract.Options{Workers: 1, Timeout: 5 * time.Second})
	b.Cleanup(pool.Close)
	names, docs := sample(b)
	var keep []int
	size := int64(0)
	for i := range docs {
		r, err := pool.Extract(b.Context(), bytesDoc(names[i], "", docs[i]))
		if err != nil {
			b.Fatal(err)
		}
		if r.State != extract.Timeout && r.State != extract.Failed {
			keep, size = append(keep, i), size+int64(len(docs[i]))
		}
	}
	b.Logf("%d documents, %d MB", len(keep), size>>20)
	b.Run("in-process", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			for _, i := range keep {
				extract.InProcess(names[i], "", docs[i])
			}
		}
	})
	b.Run("workers", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			for _, i := range keep {
				if _, err := pool.Extract(b.Context(), bytesDoc(names[i], "", docs[i])); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
