package archive

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"mailquarry/internal/source"
)

// enron reads up to n messages of the Enron corpus.
func enron(tb testing.TB, n int) [][]byte {
	tb.Helper()
	root, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			tb.Fatal("there is no go.mod above")
		}
		root = filepath.Dir(root)
	}
	dir := filepath.Join(root, "corpora", "enron")
	if _, err := os.Stat(dir); err != nil {
		tb.Skip("corpora are absent: run make corpora")
	}
	var out [][]byte
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if len(out) == n {
			return fs.SkipAll
		}
		b, err := os.ReadFile(path)
		out = append(out, b)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func upserts(mails [][]byte, size int) [][]Upsert {
	var pages [][]Upsert
	for i, m := range mails {
		if i%size == 0 {
			pages = append(pages, nil)
		}
		key := fmt.Sprintf("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A%064d", i)
		pages[len(pages)-1] = append(pages[len(pages)-1],
			Upsert{Key: key, Format: source.RFC822, Payload: m, PartsKnown: true, Stamp: "CQAAABYAAAC"})
	}
	return pages
}

func BenchmarkCommitMessages(b *testing.B) {
	mails := enron(b, 5000)
	total := 0
	for _, m := range mails {
		total += len(m)
	}
	for _, size := range []int{50, 500} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			pages := upserts(mails, size)
			var stored int64
			for b.Loop() {
				b.StopTimer()
				a, err := Open(b.Context(), b.TempDir())
				check(b, err)
				box, f := newFolders(b, a, "inbox")
				b.StartTimer()
				for _, p := range pages {
					_, err := a.CommitMessages(b.Context(), MessageCommit{
						Mailbox: box, Folder: f[0], Upserts: p, Cursor: source.Cursor{Link: "x"},
					})
					check(b, err)
				}
				b.StopTimer()
				check(b, a.r.row(b.Context(), "SELECT sum(length(payload)) FROM content").Scan(&stored))
				check(b, a.Close())
				b.StartTimer()
			}
			b.ReportMetric(float64(len(mails)*b.N)/b.Elapsed().Seconds(), "messages/s")
			b.ReportMetric(float64(stored)/float64(total), "packed/byte")
		})
	}
}

func BenchmarkReplay(b *testing.B) {
	a, pages, c := filled(b)
	for b.Loop() {
		for _, p := range pages {
			c.Upserts = p
			_, err := a.CommitMessages(b.Context(), c)
			check(b, err)
		}
	}
	b.ReportMetric(float64(5000*b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkSince(b *testing.B) {
	a, _, _ := filled(b)
	n := 0
	for b.Loop() {
		for _, err := range a.Since(b.Context(), 0) {
			check(b, err)
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkStatus(b *testing.B) {
	a, _, _ := filled(b)
	for b.Loop() {
		_, err := a.Status(b.Context(), 2500)
		check(b, err)
	}
}

// filled is an archive with 5000 messages.
func filled(b *testing.B) (*Archive, [][]Upsert, MessageCommit) {
	b.Helper()
	pages := upserts(enron(b, 5000), 500)
	a := openTest(b)
	box, f := newFolders(b, a, "inbox")
	c := MessageCommit{Mailbox: box, Folder: f[0], KeepCursor: true}
	for _, p := range pages {
		c.Upserts = p
		_, err := a.CommitMessages(b.Context(), c)
		check(b, err)
	}
	return a, pages, c
}
