package query

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// FoldKey gives a mark's value (see Key) the form in which it is indexed and
// asked for: lower case, composed, without blanks around it.
func FoldKey(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
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
