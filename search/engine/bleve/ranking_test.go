package bleve

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Ranking is as good as usual BM25 on two judged collections. The floors lie
// just below what was measured, so that a change for the worse is seen.
func TestRankingOnJudgedCollections(t *testing.T) {
	t.Parallel()
	for name, floor := range map[string]float64{"cranfield": 0.38, "vaswani-npl": 0.43} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("../../../corpora/ir", name)
			if _, err := os.Stat(dir); err != nil {
				t.Skip("corpora are absent: run make corpora")
			}
			e := openIn(t, filepath.Join(t.TempDir(), "index"))
			names := putCollection(t, e, filepath.Join(dir, "corpus.jsonl"))
			ndcg := meanNDCG(t, e, names, dir)
			t.Logf("nDCG@10 %.3f", ndcg)
			if ndcg < floor {
				t.Errorf("nDCG@10 is %.3f, less than %.3f", ndcg, floor)
			}
		})
	}
}

func eachLine(t *testing.T, path string, f func(line string)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s := bufio.NewScanner(file)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		f(s.Text())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// putCollection indexes a collection and gives its names by message id.
func putCollection(t *testing.T, e *Engine, path string) map[mail.MessageID]string {
	t.Helper()
	names := map[mail.MessageID]string{}
	var docs []engine.Document
	eachLine(t, path, func(line string) {
		var d struct{ ID, Title, Text string }
		if err := json.Unmarshal([]byte(strings.Replace(line, `"_id"`, `"id"`, 1)), &d); err != nil {
			t.Fatal(err)
		}
		id := mail.MessageID(len(docs) + 1)
		names[id] = d.ID
		docs = append(docs, engine.Document{ID: id, Mailbox: 1, Folder: 1, Subject: d.Title, Body: d.Text, Language: "en"})
	})
	for batch := range slices.Chunk(docs, 2000) {
		put(t, e, 1, batch...)
	}
	return names
}

// meanNDCG asks each query as an OR of its words.
func meanNDCG(t *testing.T, e *Engine, names map[mail.MessageID]string, dir string) float64 {
	t.Helper()
	judged := map[string]map[string]float64{}
	eachLine(t, filepath.Join(dir, "qrels.txt"), func(line string) {
		f := strings.Fields(line)
		if judged[f[0]] == nil {
			judged[f[0]] = map[string]float64{}
		}
		grade, err := strconv.ParseFloat(f[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		judged[f[0]][f[2]] = grade
	})
	var sum, n float64
	eachLine(t, filepath.Join(dir, "queries.tsv"), func(line string) {
		id, text, _ := strings.Cut(line, "\t")
		if len(judged[id]) == 0 {
			return
		}
		var or query.Or
		for _, w := range analysis.Terms(text) {
			or.Nodes = append(or.Nodes, query.Word{Text: w})
		}
		res := find(t, e, engine.Request{Query: or, Limit: 10})
		var gain, ideal float64
		for i, h := range res.Hits {
			gain += judged[id][names[h.ID]] / math.Log2(float64(i)+2)
		}
		var grades []float64
		for _, g := range judged[id] {
			grades = append(grades, g)
		}
		slices.Sort(grades)
		slices.Reverse(grades)
		for i, g := range grades[:min(len(grades), 10)] {
			ideal += g / math.Log2(float64(i)+2)
		}
		if ideal > 0 {
			sum += gain / ideal
			n++
		}
	})
	return sum / n
}
