package query

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func berlin(t testing.TB) time.Time {
	t.Helper()
	loc := time.FixedZone("CET", 3600)
	return time.Date(2026, 11, 22, 22, 0, 0, 0, loc)
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", "<nil>"},
		{"  ", "<nil>"},
		{"tax", "tax"},
		{"tax 2024", "(tax AND 2024)"},
		{"tax AND 2024", "(tax AND 2024)"},
		{"a b OR c d", "((a AND b) OR (c AND d))"},
		{"a (b OR c)", "(a AND (b OR c))"},
		{"((a) (b c))", "(a AND b AND c)"},
		{"{invoice receipt} paid", "((invoice OR receipt) AND paid)"},
		{"and or not", "(and AND or AND not)"},
		{"-newsletter", "-newsletter"},
		{"NOT a b", "(-a AND b)"},
		{"-(a OR b) -\"c d\"", `(-(a OR b) AND -"c d")`},
		{"well-known", "well-known"},
		{`"net 30"`, `"net 30"`},
		{"“net 30” «x»", `("net 30" AND "x")`},
		{"invoic*", "invoic*"},
		{"from:contoso.com", "from:contoso.com"},
		{"From:Eva SENDER:eva", "(from:Eva AND from:eva)"},
		{"subject: offer", "subject:offer"},
		{"subject:(renewal OR \"new offer\" up*)", `(subject:renewal OR (subject:"new offer" AND subject:up*))`},
		{"from:(a to:b)", "(from:a AND to:b)"},
		{"from:-a", "from:-a"},
		{"recipients:eva title:x attachmentnames:bid*", "(recipients:eva AND subject:x AND filename:bid*)"},
		{`in:inbox folder:"Inbox/Legal" label:x`, `(in:"inbox" AND in:"Inbox/Legal" AND in:"x")`},
		{"in:(a OR b)", `(in:"a" OR in:"b")`},
		{"mailbox:eva@contoso.com owner:x user:y", `(mailbox:"eva@contoso.com" AND mailbox:"x" AND mailbox:"y")`},
		{"has:attachment hasattachment:no", "(has:attachment AND -has:attachment)"},
		{"is:gone -IS:Gone", "(is:gone AND -is:gone)"},
		{"after:2025-01-31 before:2025", "(after:2025-01-31 AND before:2025-01-01)"},
		{"since:2025-02 until:today", "(after:2025-02-01 AND before:2026-11-22)"},
		{"after:2025-01-31T08:30:00Z", "after:2025-01-31T09:30:00+01:00"},
		{"http://example.org/x?y=(z)", "(http://example.org/x?y= AND z)"},
		{"10:30 mailto:eva@contoso.com", "(10:30 AND mailto:eva@contoso.com)"},
		{"eva@contoso.com 会议", "(eva@contoso.com AND 会议)"},
	} {
		t.Run(c.in, func(t *testing.T) {
			t.Parallel()
			n, warnings := Parse(c.in, berlin(t))
			if got := printed(n); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if len(warnings) > 0 {
				t.Errorf("warnings: %v", warnings)
			}
		})
	}
}

func printed(n Node) string {
	if n == nil {
		return "<nil>"
	}
	return n.String()
}

// What is wrong in a query is named with its place, and the rest is run.
func TestParseWarns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want string
		at       []string // the places that are warned of
	}{
		{`tax "net 30`, `(tax AND "net 30")`, []string{`"net 30`}},
		{`"`, "<nil>", []string{`"`, `"`}},
		{`""`, "<nil>", []string{`""`}},
		{"(a b", "(a AND b)", []string{"("}},
		{"((a)", "a", []string{"("}},
		{"a) b", "(a AND b)", []string{")"}},
		{"{a b", "(a OR b)", []string{"{"}},
		{"OR a", "a", []string{"OR"}},
		{"a OR", "a", []string{"OR"}},
		{"a OR OR b", "(a OR b)", []string{"OR"}},
		{"a AND", "a", []string{"AND"}},
		{"NOT", "<nil>", []string{"NOT"}},
		{"a NOT OR b", "(a OR b)", []string{"NOT"}},
		{"()", "<nil>", nil},
		{"* a", "a", []string{"*"}},
		{"a*b", "a*b", []string{"a*b"}},
		{"a & b", "(a AND b)", []string{"&"}},
		{"colour:red x", "(colour:red AND x)", []string{"colour:"}},
		{"from: ", "<nil>", []string{"from:"}},
		{"(from:) a", "a", []string{"from:"}},
		{"after:soon a", "a", []string{"soon"}},
		{"after:2025-02-30", "<nil>", []string{"2025-02-30"}},
		{"before:\"\" a", "a", []string{`""`}},
		{"has:wings a", "a", []string{"wings"}},
		{`in:"" a`, "a", []string{`""`}},
		{"is:lost a", "a", []string{"lost"}},
	} {
		t.Run(c.in, func(t *testing.T) {
			t.Parallel()
			n, warnings := Parse(c.in, berlin(t))
			if got := printed(n); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			var at []string
			for _, w := range warnings {
				at = append(at, c.in[w.From:w.To])
				if w.Message == "" {
					t.Error("empty message")
				}
			}
			if d := cmp.Diff(c.at, at); d != "" {
				t.Errorf("places: %s\n%v", d, warnings)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"length":   strings.Repeat("ä ", 3000),
		"brackets": strings.Repeat("(", 2000) + "a",
		"minus":    strings.Repeat("-", 4000) + "a",
		"fields":   strings.Repeat("from:(", 600) + "a",
		"words":    strings.Repeat("a ", 2000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, warnings := Parse(in, berlin(t))
			if len(warnings) == 0 {
				t.Error("no warning")
			}
			if d, c := size(n); d > 2*MaxDepth+2 || c > MaxNodes {
				t.Errorf("depth %d, %d nodes", d, c)
			}
		})
	}
}

// size gives the depth and the number of leaves.
func size(n Node) (depth, leaves int) {
	var below []Node
	switch n := n.(type) {
	case nil:
		return 0, 0
	case And:
		below = n.Nodes
	case Or:
		below = n.Nodes
	case Not:
		below = []Node{n.Node}
	default:
		return 1, 1
	}
	for _, m := range below {
		d, l := size(m)
		depth, leaves = max(depth, d), leaves+l
	}
	return depth + 1, leaves
}

// Every field of the table parses by its name and all its aliases.
func TestFieldsAreParsed(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		want, warnings := Parse(f.Example, berlin(t))
		if want == nil || len(warnings) > 0 {
			t.Errorf("%s: the example gives %v, %v", f.Name, want, warnings)
		}
		if _, value, _ := strings.Cut(f.Example, ":"); value == "" || f.Meaning == "" || f.Kind == "" {
			t.Errorf("%s: incomplete", f.Name)
		}
		for _, a := range f.Aliases {
			got, warnings := Parse(strings.Replace(f.Example, f.Name+":", a+":", 1), berlin(t))
			if printed(got) != printed(want) || len(warnings) > 0 {
				t.Errorf("%s gives %v, %v; %s gives %v", a, got, warnings, f.Name, want)
			}
		}
	}
}

func TestPositive(t *testing.T) {
	t.Parallel()
	n, _ := Parse(`a -b (c OR -"d e" OR subject:f*) -(g -h) "i j" in:x`, berlin(t))
	var got []string
	for _, p := range Positive(n) {
		got = append(got, p.String())
	}
	if d := cmp.Diff([]string{"a", "c", "subject:f*", "h", `"i j"`}, got); d != "" {
		t.Error(d)
	}
}

// FuzzParse: parsing ends, warnings point into the text, and what a tree prints
// is read as the same tree.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`a b OR -c`, `subject:("x y" z*)`, `in:"a/b" {a b} )`, `((`, `after:2025-01 before:x`, `"`, `--a`, `NOT NOT a`,
		`foo:bar from:subject:x`, `a**`, `“x" y”`, `- x`, `from: OR`, `after:2025-01-31T08:30:00+05:30`, "\xff\"", `hasattachment:no`, `-is:gone`,
	} {
		f.Add(s)
	}
	now := berlin(f)
	f.Fuzz(func(t *testing.T, s string) {
		n, warnings := Parse(s, now)
		for _, w := range warnings {
			if w.From < 0 || w.From > w.To || w.To > len(s) {
				t.Fatalf("%q: warning %+v", s, w)
			}
		}
		if n == nil || strings.Count(s, "(")+strings.Count(s, "-")+strings.Count(s, "NOT") > MaxDepth/2 {
			return
		}
		text := n.String()
		if len(text) > MaxLength {
			return
		}
		again, _ := Parse(text, now)
		if printed(again) != text || !cmp.Equal(n, again) {
			t.Fatalf("%q is %q, which is read as %q\n%s", s, text, printed(again), cmp.Diff(n, again))
		}
	})
}

// What became of an attachment's text can be asked for, and prints as a query
// that asks the same.
func TestTextStates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"state:encrypted": "(state:encrypted)", "state:failed/pdf": "(state:failed/pdf)", "lang:de": "(lang:de)", "Language:FR": "(lang:fr)", "STATE:Failed": "(state:failed)", "has:unindexed": "has:unindexed", "-has:unindexed": "-has:unindexed",
	} {
		n, warnings := Parse(text, time.Now())
		if got := n.String(); got != want || len(warnings) > 0 {
			t.Errorf("%s parses to %s (%v), want %s", text, got, warnings, want)
		}
	}
	if _, warnings := Parse("state:odd", time.Now()); len(warnings) != 1 {
		t.Errorf("an unknown state: %+v", warnings)
	}
}
