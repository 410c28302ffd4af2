package search_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/source"
)

// enron stores and indexes the Enron mails, a mailbox for each user.
func enron(b *testing.B) *world {
	b.Helper()
	root := filepath.Join("..", "corpora", "enron")
	users, err := os.ReadDir(root)
	if err != nil {
		b.Skip("corpora are absent: run make corpora")
	}
	w := newWorld(b)
	for _, user := range users {
		var upserts []archive.Upsert
		check(b, filepath.WalkDir(filepath.Join(root, user.Name()), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			upserts = append(upserts, archive.Upsert{Key: path, Format: source.RFC822, Payload: raw, PartsKnown: true})
			return err
		}))
		address := user.Name() + "@enron.com"
		w.mailbox(address, user.Name(), "Inbox")
		for some := range slices.Chunk(upserts, 2000) {
			_, err := w.archive.CommitMessages(b.Context(), archive.MessageCommit{
				Mailbox: w.boxes[address], Folder: w.folders[address+":Inbox"], Upserts: some, KeepCursor: true,
			})
			check(b, err)
		}
	}
	w.index()
	w.later()
	return w
}

// BenchmarkComplete types queries letter by letter, and asks for suggestions at each.
func BenchmarkComplete(b *testing.B) {
	w := enron(b)
	n, err := w.engine.Count(b.Context())
	check(b, err)
	var took []time.Duration
	ask := func(text string) {
		start := time.Now()
		_, err := w.service.Complete(b.Context(), access.Operator(), text, len(text), 10)
		check(b, err)
		took = append(took, time.Since(start))
	}
	ask("from:")
	first := took[0]
	took = nil
	queries := strings.Split("from:jeff.dasovich|to:kate|cc:steve|with:vince kaminski|meeting tomorrow|gas daily report|in:inbox|mailbox:dasovich|subject:weekly report|"+
		"phillip allen lunch|from:enron.com|has:attachment|unread|california power crisis|john smith|lang:en", "|")
	for b.Loop() {
		for _, q := range queries {
			for i := 1; i <= len(q); i++ {
				ask(q[:i])
			}
		}
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
	b.ReportMetric(float64(n), "messages")
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.95), "p95-ms")
	b.ReportMetric(at(1), "max-ms")
}
