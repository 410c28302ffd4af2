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
	places := map[string][]uint32{}
	wordsOf(t, d, fieldText).VisitTokens(func(term string, pos, _ uint32) { places[term] = append(places[term], pos) })
	if n := len(places["common"]); n != words {
		t.Fatalf("the common word stands in %d places, not %d", n, words)
	}
	for i, at := range places["common"] {
		next := places[fmt.Sprintf("w%d", i)]
		if at != uint32(2*i) || len(next) != 1 || next[0] != uint32(2*i+1) {
			t.Fatalf("word %d stands at %d, the one behind it at %v", 2*i, at, next)
		}
	}
}

func wordsOf(t *testing.T, d *document, field string) *wordField {
	t.Helper()
	for _, f := range d.fields {
		if w, ok := f.(*wordField); ok && w.name == field {
			return w
		}
	}
	t.Fatalf("there is no field %s", field)
	return nil
}
