package analysis

import (
	"slices"
	"strings"
	"testing"
)

// TestJoined promises the words that are written apart and together: numbers in groups,
// names with an apostrophe; and none for dates, amounts and tables.
func TestJoined(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"+49 30 123456":          "4930123456",
		"(030) 12 34 56":         "0301234 030123456",
		"(0211) 55 66 77":        "02115566 0211556677",
		"030/123456":             "030123456",
		"0049-30-123456":         "004930123456",
		"+49 (0)30 123456":       "4930123456",
		"+49 (0) 30/12 34 56":    "49301234 4930123456",
		"713-853-1234":           "7138531234",
		"(713) 853-1234":         "7138531234",
		"713.853.1234":           "7138531234",
		"713 853 1234":           "7138531234",
		"AB-123-4567":            "1234567",
		"INV-2024-0017":          "20240017",
		"01.23.45.67.89":         "0123456789",
		"+49 30 123456 2024 x":   "4930123456 49301234562024",
		"O'Brien":                "obrien",
		"O\u2019Brien":           "obrien",
		"don't":                  "dont",
		"Can\u2019t":             "cant",
		"it's":                   "",
		"l'eau":                  "",
		"rock 'n' roll":          "",
		"O'Briené":               "",
		"2024-01-05":             "",
		"05/10/2001 11:22":       "",
		"05.10.2001":             "",
		"05-10-2001":             "",
		"12 345 678":             "",
		"1,234.50 2,345.60":      "",
		"10 20 30 40 50 60":      "",
		"123-45":                 "",
		"1-2-3-4-5-6-7-8-9-1-2":  "1234567 12345678",
		"030 123456abc":          "",
		strings.Repeat("1-", 40): "1111111 11111111",
	} {
		var got []string
		for tok := range Tokens(text) {
			for j := range Joined(text, tok) {
				if j.Pos != tok.Pos || j.Start != tok.Start || j.End <= tok.End || j.End > len(text) {
					t.Errorf("%s: %+v of %+v", text, j, tok)
				}
				got = append(got, j.Term)
				if isASCII := strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) < 0; isASCII && !MayBeJoined(j.Term, strings.ToLower(text)) {
					t.Errorf("%s is not expected to be joined", j.Term)
				}
			}
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
