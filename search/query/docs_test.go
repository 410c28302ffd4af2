package query

import (
	"os"
	"strings"
	"testing"
)

// The docs tell of every way of writing and every field just what the help page
// tells, and of nothing that there is not.
func TestDocs(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/query-language.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, table := range []string{syntaxTable(), fieldsTable()} {
		if !strings.Contains(text, "\n"+table+"\n") {
			t.Errorf("docs/query-language.md has to hold this table:\n%s", table)
		}
	}
}

func syntaxTable() string {
	var b strings.Builder
	b.WriteString("| write | or | to find |\n|---|---|---|\n")
	for _, s := range Syntax() {
		b.WriteString("| `" + s.Example + "` | " + codes(s.Aliases, "") + " | " + s.Meaning + " |\n")
	}
	return b.String()
}

func fieldsTable() string {
	var b strings.Builder
	b.WriteString("| field | or | finds | example |\n|---|---|---|---|\n")
	for _, f := range Fields() {
		b.WriteString("| `" + f.Name + ":` | " + codes(f.Aliases, ":") + " | " + f.Meaning + " | `" + f.Example + "` |\n")
	}
	return b.String()
}

func codes(all []string, end string) string {
	quoted := make([]string, len(all))
	for i, s := range all {
		quoted[i] = "`" + s + end + "`"
	}
	return strings.Join(quoted, ", ")
}

// What is shown to people works as it stands there, and the other ways of writing it
// mean the same.
func TestSyntaxIsParsed(t *testing.T) {
	t.Parallel()
	for _, s := range Syntax() {
		want, warnings := parsed(s.Example, berlin(t))
		if want == nil || len(warnings) > 0 || s.Meaning == "" {
			t.Errorf("%s gives %v, %v", s.Example, want, warnings)
		}
		for _, a := range s.Aliases {
			if got, warnings := parsed(a, berlin(t)); printed(got) != printed(want) || len(warnings) > 0 {
				t.Errorf("%s gives %v, %v; %s gives %v", a, got, warnings, s.Example, want)
			}
		}
	}
}

// A field that takes one of a few values takes each of them, and its meaning names
// them all.
func TestValuesAreKnown(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		for _, v := range f.Values {
			if p := Parse(f.Name+":"+v, berlin(t)); len(p.Warnings) > 0 || p.Node == nil && p.Sort == "" {
				t.Errorf("%s:%s gives %v, %v", f.Name, v, p.Node, p.Warnings)
			}
			if !strings.Contains(f.Meaning, v) {
				t.Errorf("%s: its meaning does not name %s", f.Name, v)
			}
		}
	}
}
