package extract_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mailquarry/extract"
)

var update = flag.Bool("update", false, "write the golden files")

// TestHTMLGolden promises a text that reads like the page looks.
func TestHTMLGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/html/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := extract.HTML(string(src)) + "\n"
			golden := strings.TrimSuffix(file, ".html") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("text (-want +got):\n%s", d)
			}
		})
	}
}

// TestHTMLRules covers single rules where a golden file would hide the reason.
func TestHTMLRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"inline elements part no words", "<b>sp</b>lit <span>w</span><span>ord</span>", "split word"},
		{"soft hyphens and zero-width spaces vanish", "a&shy;b&#8203;c\uFEFFd", "abcd"},
		{"joiners that make letters stay", "می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"},
		{"script with a tag in it", `<script>if (a<b) "</p>"</script>x`, "x"},
		{"style unclosed", "a<style>p{}", "a"},
		{"svg with a text", "a<svg><text>b</text></svg>c", "ac"},
		{"nested template", "<template><template>a</template>b</template>c", "c"},
		{"link equal to its text", `<a href="https://A.example/x/">https://a.example/x</a>`, "https://a.example/x"},
		{"link in the middle", `see <a href="https://a.example">here</a>!`, "see here (https://a.example)!"},
		{"link around a picture without text", `<a href="https://a.example"><img src=x></a>b`, "b"},
		{"data and javascript targets", `<a href="data:text/html,x">a</a> <a href=" javascript:x">b</a>`, "a b"},
		{"numbered list", "<ol><li>a<li>b</ol>", "1. a\n2. b"},
		{"nested list", "<ul><li>a<ul><li>b</ul><li>c</ul>", "• a\n  • b\n• c"},
		{"empty cells keep their columns", "<table><tr><td>a<td><td>c</table>", "a\t\tc"},
		{"right to left", "<p dir=rtl>שלום עולם</p>", "שלום עולם"},
		{"fields of a form", `<input value=a><input placeholder=b><input type=submit value="c d"><input type=hidden value=x><input type=checkbox value=x aria-label=e>f`, "a b c d e f"},
		{"choices of a form", "<select><optgroup label=a><option>b<option selected>c</select>d", "a\nb\nc d"},
		{"controls part words", "<img alt=a><textarea>b</textarea><button>c</button>d<video>e</video><object>f</object>", "a b c d e f"},
		{"targets without text", `<form action="https://a.example/f"><area href="https://b.example" alt=b><iframe src="https://c.example">x</iframe><img title=d>`, "(https://a.example/f) b (https://b.example) (https://c.example) d"},
		{"filtered link", `<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd&amp;data=05%7C02&amp;reserved=0">here</a>`, "here (https://a.example/b?c=d)"},
		{"filtered link with its text", `<a href="https://nam.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F&data=x">https://a.example</a>`, "https://a.example"},
		{"plain text", "just text\nof two lines", "just text of two lines"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, extract.HTML(c.in)); d != "" {
				t.Errorf("text (-want +got):\n%s", d)
			}
		})
	}
}

// TestHTMLHostile promises that no page takes long.
func TestHTMLHostile(t *testing.T) {
	t.Parallel()
	const n = 300000
	for name, src := range map[string]string{
		"nested divs":     strings.Repeat("<div>", n) + "x",
		"nested tables":   strings.Repeat("<table><tr><td>", n) + "x",
		"nested lists":    strings.Repeat("<ul><li>", n) + "x",
		"open quotes":     strings.Repeat(`<a href="`, n),
		"open comments":   strings.Repeat("<!--", n),
		"entities":        strings.Repeat("&", n) + strings.Repeat("&#", n),
		"many attributes": "<p " + strings.Repeat("a=b ", n) + ">x",
		"angle brackets":  strings.Repeat("<", n),
		"open scripts":    strings.Repeat("<script><!--", n),
		"links":           strings.Repeat("<a href=http://a.example>b", n/4),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			extract.HTML(src)
			if d := time.Since(start); d > time.Minute {
				t.Errorf("took %v", d)
			}
		})
	}
}

// checkText holds a text to what extract.Result promises.
func checkText(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatal("not UTF-8")
	}
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			t.Fatalf("control character %U", r)
		}
	}
}

// FuzzHTML holds the reader to clean text and no panic.
func FuzzHTML(f *testing.F) {
	f.Add("<p>a<table><tr><td>b</td></tr></table><ul><li>c</ul><a href=http://x>d</a>")
	f.Add("<head><script></script><body>&amp;&#0;\x80")
	f.Add("<svg><template></svg><pre>\n a</pre>")
	f.Fuzz(func(t *testing.T, src string) { checkText(t, extract.HTML(src)) })
}
