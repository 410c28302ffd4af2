package query

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FoldKey gives a mark's value (see Key) the form in which it is indexed and
// asked for: lower case, composed, without blanks around it.
func FoldKey(s string) string {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return foldKey(s)
		}
	}
	return s // as nearly all of them come
}

func foldKey(s string) string {
	s = strings.ToLower(s)
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	return s
}

// CopyKey is what all copies of a message have in common: its Message-ID without
// angle brackets, in lower case.
func CopyKey(messageID string) string {
	return FoldKey(strings.Trim(messageID, "<> \t\r\n"))
}
