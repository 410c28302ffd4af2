package rfc822

import "testing"

// TestGuessIsTheSameEveryTime: the same bytes always give the same text, also
// where two charsets are as likely. Else a reindex would find other words.
func TestGuessIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	for range 2000 {
		if got := Text([]byte("a\xf1o nuevo se\xf1or"), ""); got != "año nuevo señor" {
			t.Fatalf("got %q", got)
		}
	}
}
