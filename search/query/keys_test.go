package query

import "testing"

func TestCopiesHaveOneKey(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a1@Example.com", "<A1@example.com>", " <a1@EXAMPLE.com> "} {
		if got := CopyKey(id); got != "a1@example.com" {
			t.Errorf("%q has the key %q", id, got)
		}
	}
	if FoldKey("U\u0308ber") != FoldKey("\u00dcBER") {
		t.Error("two spellings of a letter are two values")
	}
}
