package analysis

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Written is a token of a text with its accents, in lower case and composed, by which it is told from
// others that are folded to the same term: résumé from resume. It is "" for one that
// folding leaves as it is.
func Written(text string, t Token) string {
	word := text[t.Start:t.End]
	if !t.Wide || word == t.Term || len(word) > 2*MaxTerm {
		return ""
	}
	written := strings.ToLower(norm.NFC.String(word))
	if written == t.Term || len(written) > MaxTerm {
		return ""
	}
	return written
}
