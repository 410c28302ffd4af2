package graphsim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// statements are what makes the simulator a faithful one. Each has a test of
// its own, called TestStatementNN_Words, or several.
func statements() []string {
	return []string{
		1: "a wrong secret is 401 [7000215], an expired one [7000222]", 2: "an unknown client is 400 [700016], an unknown tenant 400 [90002]",
		3: "discovery is served, and a sign-in library then caches", 4: "extra scopes, CP1 claims, and PS256 assertions are accepted",
		5: "without a good token there is 401 and no data", 6: "roles are enforced, as they stand in the token",
		7: "a claims challenge is met only by a token with the claims", 8: "a mailbox out of scope is 403 [RAOP], others are not",
		9: "/users pages, and serves what is selected", 10: "advanced filters need ConsistencyLevel and $count",
		11: "users/delta tells changes, deletions and restores", 12: "users/delta tokens run out", 13: "users without mailbox have three codes",
		14: "mailboxSettings has the purpose, and a role of its own", 15: "mailFolders lists children, ten at a time",
		16: "well-known names resolve in any case and language", 17: "wellKnownName never appears",
		18: "mailFolders/delta is flat and tells changes", 19: "search folders have their type; names are localised and odd",
		20: "all spellings of delta are one", 21: "options are frozen in the token, headers are not", 22: "maxpagesize is a maximum",
		23: "one opaque link on each page", 24: "unsupported options are 400; the filter caps at 5,000", 25: "$deltatoken=latest enumerates",
		26: "changes of all kinds appear", 27: "a read state appears only if selected, in part", 28: "moves change default ids, not immutable ones",
		29: "A to B to A is lost with immutable ids", 30: "older mail moved in comes twice; replays", 31: "the order is arbitrary",
		32: "three generations live", 33: "mangled and foreign tokens are errors", 34: "a reset ends all tokens of a mailbox",
		35: "over quota only delta is refused", 36: "mail that moves during a round converges", 37: "odd items",
		38: "uniqueBody and headers only by $select; bodyPreview is short", 39: "bodies as text; Prefer in one line or several",
		40: "hasAttachments; the list and its bytes", 41: "$value of files, items, links and messages", 42: "item attachments expand",
		43: "moved, deleted and corrupt messages", 44: "the fifth request at a time is 429", 45: "10,001 requests in ten minutes are too many",
		46: "the directory has resource units", 47: "faults of all kinds", 48: "a mailbox that moves", 49: "$batch", 50: "headers and envelope",
		51: "subscriptions", 52: "all requests are recorded", 53: "a seed and a clock give the same bytes",
	}
}

// TestEveryStatementHasATest reads the tests of the package.
func TestEveryStatementHasATest(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^TestStatement(\d\d)_[A-Z]\w+$`)
	near := regexp.MustCompile(`(?i)^Test_?Statement`)
	list := statements()
	tests := make([]int, len(list))
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !near.MatchString(fn.Name.Name) {
				continue
			}
			m := form.FindStringSubmatch(fn.Name.Name)
			if m == nil {
				t.Errorf("%s: %s should be called TestStatementNN_Words", name, fn.Name.Name)
				continue
			}
			n, err := strconv.Atoi(m[1])
			if err != nil || n < 1 || n >= len(list) {
				t.Errorf("%s: there is no statement %s", name, m[1])
				continue
			}
			tests[n]++
		}
	}
	if len(list) != 54 {
		t.Errorf("%d statements, want 53", len(list)-1)
	}
	for n := 1; n < len(list); n++ {
		if tests[n] == 0 || list[n] == "" {
			t.Errorf("statement %d has no test: %s", n, list[n])
		}
	}
}
