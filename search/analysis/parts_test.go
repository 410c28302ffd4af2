package analysis

import (
	"slices"
	"strings"
	"testing"
)

// Names that programmers and file systems write in one piece have parts; words, names of
// people and what machines encode have none.
func TestParts(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"getUserName":              "get user name",
		"MailQuarry":               "mail quarry",
		"QuarterlyReport2024Final": "quarterly report 2024 final",
		"PDFReader":                "pdf reader",
		"parseHTML":                "parse html",
		"iPhone":                   "phone",
		"Report":                   "",
		"REPORT":                   "",
		"report2024":               "",
		"LaTeX":                    "",
		"aGVsbG8gd29ybGQhIQ":       "",
		"ÜberSicht":                "",
		"":                         "",
		strings.Repeat("Word", 20): "",
	} {
		var parts []string
		text := "x " + word + " y"
		for token := range Tokens(text) {
			if text[token.Start:token.End] != word {
				continue
			}
			for p := range Parts(text, token) {
				if p.Pos != token.Pos || !strings.EqualFold(text[p.Start:p.End], p.Term) {
					t.Errorf("%s: part %+v", word, p)
				}
				parts = append(parts, p.Term)
			}
		}
		if !slices.Equal(parts, strings.Fields(want)) {
			t.Errorf("%s: %q, want %q", word, parts, want)
		}
	}
}
