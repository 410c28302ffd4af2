package main

import (
	"math"
	"slices"
)

// query is a query with what it should find.
type query struct {
	text   string
	grades map[string]float64 // by document; 0 is not relevant
	except map[string]bool    // documents that count for nothing
}

// scores are sums over queries.
type scores struct {
	n                 int
	ndcg, mrr, recall float64
}

func (s *scores) mean(sum float64) float64 { return sum / float64(max(s.n, 1)) }

// add takes in what was found for a query, the best first. Each document counts once.
func (s *scores) add(q query, found []string) {
	var list []string
	seen := map[string]bool{}
	for _, d := range found {
		if !seen[d] && !q.except[d] {
			seen[d] = true
			list = append(list, d)
		}
	}
	s.n++
	s.ndcg += ndcg(q.grades, list, 10)
	s.mrr += reciprocalRank(q.grades, list, 10)
	s.recall += recall(q.grades, list, depth)
}

// ndcg is the discounted gain of the first few, as a share of the best there could be:
// a grade counts by 1/log2(place+1) (Järvelin, Kekäläinen 2002).
func ndcg(grades map[string]float64, found []string, first int) float64 {
	gain := 0.0
	for i, d := range found[:min(first, len(found))] {
		gain += grades[d] / math.Log2(float64(i)+2)
	}
	var best []float64
	for _, g := range grades {
		best = append(best, g)
	}
	slices.Sort(best)
	slices.Reverse(best)
	ideal := 0.0
	for i, g := range best[:min(first, len(best))] {
		ideal += g / math.Log2(float64(i)+2)
	}
	if ideal == 0 {
		return 0
	}
	return gain / ideal
}

// reciprocalRank is one through the place of the first that is relevant.
func reciprocalRank(grades map[string]float64, found []string, first int) float64 {
	for i, d := range found[:min(first, len(found))] {
		if grades[d] > 0 {
			return 1 / float64(i+1)
		}
	}
	return 0
}

// recall is the share of what is relevant that is among the first.
func recall(grades map[string]float64, found []string, first int) float64 {
	hit, all := 0, 0
	for _, g := range grades {
		if g > 0 {
			all++
		}
	}
	for _, d := range found[:min(first, len(found))] {
		if grades[d] > 0 {
			hit++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(hit) / float64(all)
}
