package segment

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestRoom promises that a segment built in the memory of others is the same as one
// that is built alone.
func TestRoom(t *testing.T) {
	t.Parallel()
	shared := newRoom()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		docs := randomDocs(r, int(seed)*1000, 1+r.IntN(300), seed%2 == 0)
		got, err := build(docs, shared)
		if err != nil {
			t.Fatal(err)
		}
		want, err := build(docs, newRoom())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("segment %d of %d bytes differs from the one of %d that is built alone", seed, len(got), len(want))
		}
	}
}
