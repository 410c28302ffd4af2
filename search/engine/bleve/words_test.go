package bleve

import (
	"fmt"
	"strings"
	"testing"

	"mailquarry/search/engine"
)

// TestPlaces has every word of a long message stand at its own position, so that
// phrases are found at its end as at its beginning.
func TestPlaces(t *testing.T) {
	t.Parallel()
	const words = 20_000
	var body strings.Builder
	for i := range words {
		fmt.Fprintf(&body, "common w%d ", i)
	}
	d := documentOf(&engine.Document{ID: 1, Mailbox: 1, Body: body.String()})
	for _, f := range d.fields {
		if f.name != fieldText {
			continue
		}
		if n := len(f.terms["common"].Locations); n != words {
			t.Fatalf("the common word stands in %d places, not %d", n, words)
		}
		for i, at := range f.terms["common"].Locations {
			next := f.terms[fmt.Sprintf("w%d", i)].Locations
			if at.Position != 2*i || len(next) != 1 || next[0].Position != 2*i+1 {
				t.Fatalf("word %d stands at %d, the one behind it at %v", 2*i, at.Position, next)
			}
		}
		return
	}
	t.Fatal("there is no text")
}
