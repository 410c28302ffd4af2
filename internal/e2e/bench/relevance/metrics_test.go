package main

import (
	"math"
	"testing"
)

// The figures are what the definitions give by hand.
func TestMetrics(t *testing.T) {
	t.Parallel()
	grades := map[string]float64{"a": 2, "b": 1, "c": 1, "x": 0}
	q := query{grades: grades, except: map[string]bool{"gone": true}}
	var s scores
	s.add(q, []string{"gone", "x", "b", "b", "a"}) // b at 2, a at 3
	gain := 1/math.Log2(3) + 2/math.Log2(4)
	ideal := 2 + 1/math.Log2(3) + 1/math.Log2(4)
	for name, c := range map[string]struct{ got, want float64 }{
		"nDCG": {s.ndcg, gain / ideal}, "MRR": {s.mrr, 0.5}, "recall": {s.recall, 2.0 / 3},
		"cut": {ndcg(grades, []string{"x", "a"}, 1), 0}, "nothing": {ndcg(nil, []string{"x"}, 10), 0},
	} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, c.got, c.want)
		}
	}
}
