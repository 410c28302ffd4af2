package extract

import (
	"slices"
	"testing"
)

// TestTokenStrings promises that the strings of a binary formula are found as far as it is
// understood, and that it comes to an end wherever that is.
func TestTokenStrings(t *testing.T) {
	t.Parallel()
	text := []byte{tokenString, 2, 0, 'a', 'b'}
	for name, c := range map[string]struct {
		formula []byte
		want    []string
	}{
		"nothing":                  {nil, nil},
		"a string":                 {text, []string{"ab"}},
		"an unknown token behind":  {append(slices.Clone(text), 0x00), []string{"ab"}},
		"an unknown token between": {slices.Concat(text, []byte{0x00}, text), []string{"ab"}},
		"an unknown token alone":   {[]byte{0x3F}, nil},
		"a token that is cut":      {append(slices.Clone(text), 0x3A), []string{"ab"}},
	} {
		if got := tokenStrings(c.formula, biff8, 0); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
