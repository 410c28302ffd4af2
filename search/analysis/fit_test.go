package analysis

import (
	"strings"
	"testing"
)

// TestFit promises that a text is told to be searched whole only if the words of
// all texts up to its end are.
func TestFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		most  int
		texts []string
		want  int
	}{
		{0, nil, 0},
		{5, []string{"a b", "c d e"}, 2},
		{4, []string{"a b", "c d e"}, 1},
		{1, []string{"a b", "c d e"}, 0},
		{3, []string{"a b", "", " , ", "c"}, 4},
		{2, []string{"a b", "", " , ", "c"}, 3},
		{3, []string{strings.Repeat("long", 100), "two three"}, 2},
		{0, []string{"", "..."}, 2},
	} {
		if got := Fit(c.most, c.texts...); got != c.want {
			t.Errorf("%d words of %q: %d are whole, want %d", c.most, c.texts, got, c.want)
		}
	}
}
