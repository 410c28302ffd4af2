package bleve

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The place that seek finds is the one that looking at each document finds.
func TestSeek(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var docs []uint32
		for d := rnd.Uint32N(4); len(docs) < rnd.IntN(200); d += 1 + rnd.Uint32N(1+rnd.Uint32N(50)) {
			docs = append(docs, d)
		}
		at, doc := rnd.IntN(len(docs)+1), rnd.Uint32N(3000)
		want := at
		for want < len(docs) && docs[want] < doc {
			want++
		}
		if got := seek(docs, at, doc); got != want {
			t.Fatalf("%d from place %d on in %v: %d, want %d", doc, at, docs, got, want)
		}
	}
}

// Of very many words the rarest make up the scores; what people type keeps all.
func TestRarestWordsMakeUpScores(t *testing.T) {
	t.Parallel()
	kept := func(spread ...float64) (list []int) {
		g := &scoring{weight: slices.Repeat([]float64{1}, len(spread))}
		g.keepRarest(spread)
		for i, w := range g.weight {
			if w != 0 {
				list = append(list, i)
			}
		}
		return list
	}
	if n := len(kept(slices.Repeat([]float64{maxSpread}, sureScorers)...)); n != sureScorers {
		t.Errorf("of %d usual words %d count", sureScorers, n)
	}
	words := append(slices.Repeat([]float64{maxSpread}, 50), slices.Repeat([]float64{10}, 100)...)
	if got := kept(words...); len(got) != 100 || got[0] != 50 {
		t.Errorf("of 50 usual words and 100 rare ones %v count", got)
	}
	if n := len(kept(slices.Repeat([]float64{1}, 3*maxScorers)...)); n != maxScorers {
		t.Errorf("of very many rare words %d count", n)
	}
}
