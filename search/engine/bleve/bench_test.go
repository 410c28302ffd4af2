//go:build unix

package bleve

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/engine/bleve/segment"
	"mailquarry/search/query"
)

// corpus reads the Enron mailboxes as documents: one mailbox a user, one folder
// a folder.
func corpus(b *testing.B) (docs []engine.Document, size int64) {
	b.Helper()
	root, err := filepath.Abs("../../../corpora/enron")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(root); err != nil {
		b.Skip("corpora are absent: run make corpora")
	}
	boxes, folders := map[string]mail.MailboxID{}, map[string]mail.FolderID{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			return nil //nolint:nilerr // a few files are no mail
		}
		body, err := io.ReadAll(m.Body)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		box, folder := strings.SplitN(rel, string(filepath.Separator), 2)[0], filepath.Dir(rel)
		if boxes[box] == 0 {
			boxes[box] = mail.MailboxID(len(boxes) + 1)
		}
		if folders[folder] == 0 {
			folders[folder] = mail.FolderID(len(folders) + 1)
		}
		size += int64(len(raw))
		doc := engine.Document{
			ID: mail.MessageID(len(docs) + 1), Mailbox: boxes[box], Folder: folders[folder], Size: int64(len(raw)),
			Subject: m.Header.Get("Subject"), Body: strings.ToValidUTF8(string(body), " "),
			From: addresses(m, "From"), To: addresses(m, "To"), Cc: addresses(m, "Cc"),
		}
		if at, err := m.Header.Date(); err == nil {
			doc.Date = at.UTC()
		}
		withTies(&doc)
		docs = append(docs, doc)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return docs, size
}

// withTies has a document say what it is a copy of and which conversation it belongs to:
// the mails have ids of their own in every mailbox, and no references.
func withTies(d *engine.Document) {
	sum := sha256.Sum256([]byte(d.Subject + d.Date.String() + d.Body))
	d.Copy = fmt.Sprintf("%x", sum[:15])
	d.Threads = []string{engine.MessageThread(d.Copy)}
	base := strings.ToLower(d.Subject)
	for _, answer := range []string{"re:", "fw:", "fwd:", "re:"} {
		base = strings.TrimSpace(strings.TrimPrefix(base, answer))
	}
	if len(base) > 10 {
		d.Threads = append(d.Threads, engine.SubjectThread(base))
	}
	if len(d.From) > 0 {
		_, domain, _ := strings.Cut(strings.ToLower(d.From[0].Address), "@")
		d.Keys = append(d.Keys, engine.Key{Name: engine.KeyDomain, Value: domain})
	}
}

func addresses(m *netmail.Message, header string) []mail.Address {
	list, err := m.Header.AddressList(header)
	if err != nil {
		return nil
	}
	out := make([]mail.Address, len(list))
	for i, a := range list {
		out[i] = mail.Address{Name: a.Name, Address: a.Address}
	}
	return out
}

func build(b *testing.B, dir string, docs []engine.Document, bulk bool) *Engine {
	b.Helper()
	e, err := Open(dir, Options{ArchiveID: "bench", Bulk: bulk})
	if err != nil {
		b.Fatal(err)
	}
	n := uint64(0)
	for batch := range slices.Chunk(docs, 2000) {
		n++
		if err := e.Apply(b.Context(), engine.Batch{Put: batch, Upto: n}); err != nil {
			b.Fatal(err)
		}
	}
	if err := e.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	return e
}

// BenchmarkIndex builds an index of the corpus in batches of 2,000, one after
// the other and as a bulk build, merges it to one segment, and tells its size as
// a share of the mail. ns/op and MB/s have the merge in them.
func BenchmarkIndex(b *testing.B) {
	docs, size := corpus(b)
	for _, bulk := range []bool{false, true} {
		b.Run(fmt.Sprintf("bulk=%t", bulk), func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				dir := filepath.Join(b.TempDir(), "index")
				start, cpu := time.Now(), cpuSeconds(b)
				e := build(b, dir, docs, bulk)
				b.ReportMetric(float64(len(docs))/time.Since(start).Seconds(), "msgs/s-unmerged")
				if err := e.Merge(b.Context()); err != nil {
					b.Fatal(err)
				}
				if err := e.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(diskSize(b, dir))/float64(size), "index/mail")
				b.ReportMetric(cpuSeconds(b)-cpu, "cpu-s")
			}
			b.ReportMetric(float64(len(docs)), "msgs")
		})
	}
}

// cpuSeconds is the processor time that this process has taken so far.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func diskSize(b *testing.B, dir string) (total int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return total
}

// BenchmarkSegment makes segments of documents on one processor.
func BenchmarkSegment(b *testing.B) {
	docs, size := corpus(b)
	b.SetBytes(size)
	for b.Loop() {
		for batch := range slices.Chunk(docs, 2000) {
			made := make([]index.Document, len(batch))
			for i := range batch {
				made[i] = documentOf(&batch[i])
			}
			if _, _, err := (segment.Plugin{}).New(made); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkSearch asks for the first 20 hits with the facets that the page
// shows, on an index as it is after a build without a merge.
func BenchmarkSearch(b *testing.B) {
	docs, _ := corpus(b)
	e := build(b, filepath.Join(b.TempDir(), "index"), docs, false)
	defer e.Close()
	for class, queries := range queriesOf(docs) {
		for _, sort := range []engine.Sort{engine.Relevance, engine.Newest} {
			for _, facets := range [][]engine.Facet{nil, engine.Facets()} {
				name := fmt.Sprintf("%s/%s/facets=%d", class, sort, len(facets))
				b.Run(name, func(b *testing.B) { searchAll(b, e, queries, engine.Request{Sort: sort, Facets: facets}) })
			}
		}
	}
}

// BenchmarkFind asks as the page does, for all mail and for common words: with the
// facets of mailbox and folder or with all, and with copies and conversations as one.
func BenchmarkFind(b *testing.B) {
	docs, _ := corpus(b)
	e := build(b, filepath.Join(b.TempDir(), "index"), docs, false)
	defer e.Close()
	queries := queriesOf(docs)
	for _, class := range []string{"all", "common", "mid"} {
		for _, sort := range []engine.Sort{engine.Newest, engine.Relevance} {
			for _, facets := range [][]engine.Facet{nil, {engine.FacetMailbox, engine.FacetFolder}, engine.Facets()} {
				for _, mode := range []string{"each", "collapsed", "grouped"} {
					r := engine.Request{Sort: sort, Facets: facets, Collapse: mode != "each", Group: mode == "grouped"}
					b.Run(fmt.Sprintf("%s/%s/facets=%d/%s", class, sort, len(facets), mode), func(b *testing.B) { searchAll(b, e, queries[class], r) })
				}
			}
		}
	}
	b.Run("filtered", func(b *testing.B) {
		searchAll(b, e, queries["common"], engine.Request{
			Facets: engine.Facets(), Collapse: true,
			Filters: []engine.Filter{{Facet: engine.FacetYear, Values: []string{"2001"}}, {Facet: engine.FacetMailbox, Values: []string{"1", "2", "3"}}},
		})
	})
}

// BenchmarkGroups makes the groups of a snapshot that was not seen before.
func BenchmarkGroups(b *testing.B) {
	docs, _ := corpus(b)
	e := build(b, filepath.Join(b.TempDir(), "index"), docs, false)
	defer e.Close()
	for _, t := range allTies() {
		b.Run(string(t), func(b *testing.B) {
			for b.Loop() {
				e.columns.mu.Lock()
				e.columns.groups = nil
				e.columns.mu.Unlock()
				if _, err := e.Search(b.Context(), engine.Request{
					Scope: access.Operator().Scope(nil), Query: query.Nothing{}, Collapse: t == ofCopies, Group: t == ofThreads,
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func searchAll(b *testing.B, e *Engine, queries []query.Node, r engine.Request) {
	b.Helper()
	r.Scope, r.Limit, r.FacetSize = access.Operator().Scope(nil), 20, 20
	var times []time.Duration
	total := 0
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		r.Query = queries[i%len(queries)]
		found, err := e.Search(b.Context(), r)
		if err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(start))
		total += found.Total
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "µs-median")
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds()), "µs-p95")
	b.ReportMetric(float64(total)/float64(len(times)), "hits")
}

// queriesOf draws queries of several classes from the corpus.
func queriesOf(docs []engine.Document) map[string][]query.Node {
	df := map[string]int{}
	for i := 0; i < len(docs); i += 10 {
		seen := map[string]bool{}
		for t := range analysis.Tokens(docs[i].Body) {
			if len(t.Term) > 2 && !seen[t.Term] {
				seen[t.Term] = true
				df[t.Term]++
			}
		}
	}
	sample := len(docs) / 10
	pick := func(low, high float64) (words []string) {
		for w, n := range df {
			if f := float64(n) / float64(sample); low <= f && f < high {
				words = append(words, w)
			}
		}
		slices.Sort(words)
		step := max(len(words)/20, 1)
		var some []string
		for i := 0; i < len(words); i += step {
			some = append(some, words[i])
		}
		return some
	}
	q := map[string][]query.Node{"all": {nil}}
	rare, mid, common := pick(0, 0.001), pick(0.01, 0.05), pick(0.15, 0.6)
	for _, w := range rare {
		q["rare"] = append(q["rare"], query.Word{Text: w})
		q["prefix"] = append(q["prefix"], query.Prefix{Text: w[:3]})
	}
	for i, w := range mid {
		q["mid"] = append(q["mid"], query.Word{Text: w})
		q["and"] = append(q["and"], query.And{Nodes: []query.Node{query.Word{Text: w}, query.Word{Text: mid[(i+7)%len(mid)]}}})
		q["from"] = append(q["from"], query.And{Nodes: []query.Node{query.Word{Field: query.From, Text: "john"}, query.Word{Text: w}}})
		q["dates"] = append(q["dates"], query.And{Nodes: []query.Node{query.Word{Text: w}, query.Dates{
			From: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2001, 7, 1, 0, 0, 0, 0, time.UTC),
		}}})
	}
	for _, w := range common {
		q["common"] = append(q["common"], query.Word{Text: w})
	}
	for i := 0; i < len(docs); i += len(docs)/20 + 1 {
		if words := analysis.Terms(docs[i].Body); len(words) > 20 {
			q["phrase"] = append(q["phrase"], query.Phrase{Text: strings.Join(words[10:12], " ")})
		}
	}
	return q
}
