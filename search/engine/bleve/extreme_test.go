//go:build unix

package bleve

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// BenchmarkExtreme asks what stands for many words or looks at many positions, on the
// Enron mail.
func BenchmarkExtreme(b *testing.B) {
	docs, _ := corpus(b)
	e := build(b, filepath.Join(b.TempDir(), "index"), docs, false)
	defer e.Close()
	for _, c := range extremes(docs) {
		b.Run(c.name, func(b *testing.B) {
			r := engine.Request{Scope: access.Operator().Scope(nil), Query: c.node, Limit: 20}
			var times []time.Duration
			var found engine.Result
			var err error
			spent := cpuTime(b)
			for b.Loop() {
				start := time.Now()
				if found, err = e.Search(b.Context(), r); err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(start))
			}
			spent = cpuTime(b) - spent
			slices.Sort(times)
			b.ReportMetric(float64(spent.Microseconds())/1000/float64(len(times)), "ms-cpu")
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "ms-p95")
			b.ReportMetric(float64(found.Total), "hits")
			b.ReportMetric(float64(len(found.Capped)), "capped")
		})
	}
}

// cpuTime is what the process has computed, which other work on the machine leaves alone.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

type extreme struct {
	name string
	node query.Node
}

func extremes(docs []engine.Document) []extreme {
	var list []extreme
	for _, s := range []string{
		"*a*", "*a* *e*", "*e* *a*", "a*", "?*", "a* OR b* OR c* OR d*", "con* OR com* OR pro*", "-*a*",
		"body:*a*", "body:e*", "quoted:*a*", "body:the", "quoted:the", `body:"of the"`, "attachment:the",
		"a* NEAR/5 b*", "the NEAR/1000 of", "the NEAR of NEAR to NEAR a", `"of the a*"`,
		"meeting~", "meeting~2", "the~2", "subject:/.*a.*/", "from:/.*@.*/", "recipients:/.*@enron.com/",
	} {
		p := query.Parse(s, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		list = append(list, extreme{s, p.Node})
	}
	seen := map[string]bool{}
	var words []string
	for i := 0; i < len(docs) && len(words) < 900; i += 7 {
		for t := range analysis.Tokens(docs[i].Body) {
			if len(t.Term) > 3 && !seen[t.Term] && len(words) < 900 {
				seen[t.Term] = true
				words = append(words, t.Term)
			}
		}
	}
	var plain, fuzzy, starred, quoted query.Or
	for _, w := range words {
		plain.Nodes = append(plain.Nodes, query.Word{Text: w})
		fuzzy.Nodes = append(fuzzy.Nodes, query.Word{Text: w, Fuzzy: 2})
		starred.Nodes = append(starred.Nodes, query.Wildcard{Pattern: "*" + w[:2] + "*"})
		quoted.Nodes = append(quoted.Nodes, query.Word{Field: query.Body, Text: w})
	}
	n := len(words)
	return append(list,
		extreme{fmt.Sprintf("%d words", n), plain}, extreme{fmt.Sprintf("%d misspelled", n), fuzzy},
		extreme{fmt.Sprintf("%d wildcards", n), starred}, extreme{fmt.Sprintf("%d in bodies", n), quoted},
		extreme{"long misspelled", query.Word{Text: strings.Repeat("abcdefgh", 30), Fuzzy: 2}},
		extreme{"hostile expression", query.Regexp{Field: query.Recipients, Pattern: strings.Repeat("(.*a.*b?)", 40)}},
	)
}
