package query

import (
	"strings"
	"testing"
)

// TestNothingIsMisreadInSilence promises that what people bring from other languages of
// queries means what it does there, or that a warning names it.
func TestNothingIsMisreadInSilence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ read, warns string }{
		"price near/3 cut":    {"(price NEAR/3 cut)", ""},
		"price Adj/2 cut":     {"(price ADJ/2 cut)", ""},
		"price NEAR(n=5) cut": {"(price NEAR/5 cut)", ""},
		"price near cut":      {"(price AND near AND cut)", ""},
		"isread=no":           {`-(is:"read")`, ""},
		"hasattachment=true":  {"has:attachment", ""},
		"from=eva":            {"from=eva", "write from:eva"},
		`subject="q1"`:        {`(subject= AND "q1")`, "write subject:"},
		"id=77":               {"id=77", ""},
		"a -sort:newest":      {"a", "takes no NOT"},
		"a sort:newest":       {"a", ""},
		"offer !draft":        {"(offer AND !draft)", "write -draft"},
		"offer \u2013draft":   {"(offer AND \u2013draft)", "write -draft"},
		"offer! 3\u20135":     {"(offer! AND 3\u20135)", ""},
		"word~9":              {"word~9", "~1 and ~2"},
		"+from:eva":           {"from:eva", `"+" has no letters`},
		"-+from:eva":          {"-from:eva", `"+" has no letters`},
		`-+"net 30"`:          {`-"net 30"`, `"+" has no letters`},
		`a NOT !"net 30"`:     {`(a AND -"net 30")`, `"!" has no letters`},
		"-+(a b)":             {"-(a AND b)", `"+" has no letters`},
		`(a +)"b"`:            {`(a AND "b")`, `"+" has no letters`},
		`"invoic*"`:           {"invoic*", ""},
		"from:/(/":            {"<nil>", "left out"},
	} {
		n, warnings := parsed(text, berlin(t))
		var all []string
		for _, w := range warnings {
			all = append(all, w.Message)
		}
		if got := strings.Join(all, "; "); printed(n) != want.read || (want.warns == "") != (got == "") || !strings.Contains(got, want.warns) {
			t.Errorf("%s is read as %s with warnings %q, want %s with %q", text, printed(n), got, want.read, want.warns)
		}
	}
}
