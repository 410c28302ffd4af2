package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestScoresAreTold: --scores tells every part of a score that the API gives, and how
// they make it up.
func TestScoresAreTold(t *testing.T) {
	t.Parallel()
	const answer = `{"total":2,"hits":[{"id":"3f","score":4.2,"why":{"terms":[{"text":"lease","field":"text","weight":1,"rarity":2.5,
		"frequency":5,"length":0.75,"saturation":0.5,"score":3.261}],"near":0.5,"said":0.25,"recent":0.1,"relation":"to me alone",
		"related":0.15,"known":0.05}},{"id":"3g","score":0}]}`
	var a searchAnswer
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := a.scores(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"3f has the score 4.200", "lease", "2.500", "3.261", "+ 0.500 for words near", "+ 0.250 for what the best",
		"x (1 + 0.100 for how recent it is + 0.150 since it is to me alone + 0.050 for its sender)",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "3g") {
		t.Errorf("a message without an explanation is told of:\n%s", out.String())
	}
}
