package extract

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHarmless promises that of what a worker writes only valid UTF-8 without
// control characters comes through, wherever in it the rest stands, and all of
// that.
func TestHarmless(t *testing.T) {
	t.Parallel()
	parts := []string{"plain words, and more of them. ", "\n", "\t", "é", "漢字", "\x00", "\x1f", "\x7f", "\x80", "\xff", "\u0085", "~", " ", "\x1b[0m", "\xe2\x82"}
	for i := range 20_000 {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		var in strings.Builder
		for range r.IntN(12) {
			p := parts[r.IntN(len(parts))]
			in.WriteString(p[r.IntN(len(p)):])
		}
		if got, want := harmless(in.String()), slowlyHarmless(in.String()); got != want {
			t.Fatalf("%q: %q, want %q", in.String(), got, want)
		}
	}
}

func slowlyHarmless(s string) string {
	var b strings.Builder
	broken := false
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		wrong := r == utf8.RuneError && size == 1
		if wrong && !broken || !wrong && (r == '\n' || r == '\t' || !invisible(r)) {
			b.WriteRune(r)
		}
		broken = wrong
	}
	return b.String()
}
