package query

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestPlace promises that it is known what is being written, wherever the caret is: in
// a word, a value, a group or quotes. The caret stands at ^; what a completion takes the
// place of is told between brackets.
func TestPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, field, written, words, whole string }{
		{"^", "", "", "", "[]"},
		{"fro^", "", "fro", "", "[fro]"},
		{"le^ase", "", "le", "", "[lease]"},
		{"tax fro^", "", "fro", "tax", "tax [fro]"},
		{"tax ^", "", "", "tax", "tax []"},
		{"tax ^ice", "", "", "tax", "tax []ice"},
		{"-fro^", "", "fro", "", "-[fro]"},
		{"from:^", "from", "", "", "from:[]"},
		{"from: ^", "from", "", "", "from: []"},
		{"Sender:ev^ x", "from", "ev", "", "Sender:[ev] x"},
		{"from:^eva x", "from", "", "", "from:[eva] x"},
		{"from:tom be^", "", "be", "from:tom", "from:tom [be]"},
		{"from:tom tax be^", "", "be", "from:tom tax", "from:tom tax [be]"},
		{"from:(eva OR an^) x", "from", "an", "", "from:(eva OR [an]) x"},
		{"subject:(lease ren^", "subject", "ren", "lease", "subject:(lease [ren]"},
		{"(from:eva) an^", "", "an", "", "(from:eva) [an]"},
		{`in:"Inbox/Le^`, "in", "Inbox/Le", "", `in:["Inbox/Le]`},
		{`in:"Inbox/Le^gal Team" x`, "in", "Inbox/Le", "", `in:["Inbox/Legal Team"] x`},
		{`in:"Inbox^" x`, "in", "Inbox", "", `in:["Inbox"] x`},
		{`in:"Inbox^ x:"y"`, "in", "Inbox", "", `in:["Inbox] x:"y"`},
		{`in:"Inbox"^`, "", "", "", `in:"Inbox"[]`},
		{`"net 3^`, "", "net 3", "", `["net 3]`},
		{`a "b" c^`, "", "c", "", `a "b" [c]`},
		{"a OR^", "", "OR", "a", "a [OR]"},
		{"a OR b^", "", "b", "", "a OR [b]"},
		{"a NEAR/3 b^", "", "b", "", "a NEAR/3 [b]"},
		{"thread:{from:e^", "from", "e", "", "thread:{from:[e]"},
		{"thread:{ev^", "", "ev", "", "thread:{[ev]"},
		{"from:{a b^", "from", "b", "a", "from:{a [b]"},
		{"nofield:ev^", "", "nofield:ev", "", "[nofield:ev]"},
		{"1 2 3 4 5 6 7 8 9 10^", "", "10", "2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9 [10]"},
		{"büro^straße", "", "büro", "", "[bürostraße]"},
	} {
		at := strings.IndexByte(c.text, '^')
		text := strings.Replace(c.text, "^", "", 1)
		p := PlaceAt(text, at)
		var words []string
		for _, w := range p.Words {
			if text[w.At.From:w.At.To] != w.Text {
				t.Errorf("%s: the word %q is said to be at %q", c.text, w.Text, text[w.At.From:w.At.To])
			}
			words = append(words, w.Text)
		}
		if p.WordsField != "" {
			words[0] = p.WordsField + ":" + words[0]
		}
		whole := text[:p.At.From] + "[" + text[p.At.From:p.At.To] + "]" + text[p.At.To:]
		if p.Field != c.field || p.Text != c.written || strings.Join(words, " ") != c.words || whole != c.whole {
			t.Errorf("%s: %q of field %q behind %q in %s", c.text, p.Text, p.Field, words, whole)
		}
	}
}

// TestWritten promises that a value which is written for somebody means that value.
func TestWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ value, want string }{
		{"eva@contoso.com", "eva@contoso.com"},
		{"Inbox/Legal", "Inbox/Legal"},
		{"Red category", `"Red category"`},
		{"a(b", `"a(b"`},
		{"x*", `"x*"`},
		{"+x", `"+x"`},
		{"/re/", `"/re/"`},
		{"王小明", "王小明"},
		{"a\n b", `"a b"`},
		{`a"b`, ""},
		{"", ""},
		{" ", ""},
		{"\xff", ""},
	} {
		got, ok := Written(c.value)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%q is written %s, %v", c.value, got, ok)
		}
		if !ok {
			continue
		}
		value := strings.Join(strings.Fields(c.value), " ")
		if p := Parse("in:"+got, berlin(t)); p.Node.(Folder).Name != value || len(p.Warnings) > 0 {
			t.Errorf("%q is read back as %+v", c.value, p)
		}
	}
}

// FuzzPlace promises that no text and no caret give a place outside of the text.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{"from:(eva OR an", `in:"a b" c`, "“x” y", "thread:{{a b", "))", "NOT -", "a\xffb"} {
		f.Add(s, len(s)/2)
	}
	f.Fuzz(func(t *testing.T, s string, at int) {
		p := PlaceAt(s, at)
		if p.At.From < 0 || p.At.From > p.At.To || p.At.To > len(s) {
			t.Fatalf("%q at %d: %+v", s, at, p)
		}
		if utf8.ValidString(s) && !utf8.ValidString(s[:p.At.From]+s[p.At.To:]) {
			t.Fatalf("%q at %d: %+v parts a letter", s, at, p)
		}
		for _, w := range p.Words {
			if s[w.At.From:w.At.To] != w.Text || w.At.To > p.At.From {
				t.Fatalf("%q at %d: %+v", s, at, p)
			}
		}
	})
}
