package analysis

import (
	"slices"
	"testing"
)

// TestWritten promises that a word is told by its accents, in whatever form they come, and
// that what folding leaves as it is is not told again.
func TestWritten(t *testing.T) {
	t.Parallel()
	const text = "Résumé re\u0301sume\u0301 resume MÜLLER Straße 会议 Ёлка ёлка Привет œuvre"
	var got []string
	for tok := range Tokens(text) {
		got = append(got, Written(text, tok))
	}
	want := []string{"résumé", "résumé", "", "müller", "straße", "", "", "ёлка", "ёлка", "", "œuvre"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
