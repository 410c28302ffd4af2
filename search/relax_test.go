package search

import (
	"testing"
	"time"

	"mailquarry/search/query"
)

// A question in a person's words finds what has some of them: what says nothing is left
// out, and what is asked for with a field or a sign stays asked for.
func TestRelaxed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"where is the renewal offer of contoso": "(where OR renewal OR offer OR contoso)",
		"renewal offer from:eva -draft":         "(from:eva AND -draft AND (renewal OR offer))",
		`renewal offer "net 30" in:inbox`:       `("net 30" AND in:"inbox" AND (renewal OR offer))`,
		"the who":                               "(the OR who)",
		"+the offer":                            "(+the OR offer)",
		"wo ist die Rechnung von der Firma":     "(wo OR Rechnung OR Firma)",
		"renewal":                               "renewal",
		"renewal OR offer":                      "(renewal OR offer)",
		"from:eva to:bob":                       "(from:eva AND to:bob)",
	} {
		if got, _ := relaxed(query.Parse(in, time.Time{}).Node, in); got.String() != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
