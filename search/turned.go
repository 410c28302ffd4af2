package search

import (
	"slices"
	"strings"
	"unicode"

	"mailquarry/search/query"
)

// maxTurned is how many words a name has at most that is looked for in the other order.
const maxTurned = 4

// turnedName gives the name of a person in the other order: Kenneth Lay is Lay, Kenneth
// where an organisation sorts its people. "" for what is no name, or in another field.
func turnedName(f query.Field, text string) string {
	switch f {
	case query.From, query.To, query.Cc, query.Bcc, query.Recipients, query.Participants:
	default:
		return ""
	}
	last, first, comma := strings.Cut(text, ",")
	words := strings.Fields(last)
	if comma {
		words = append(strings.Fields(first), words...)
	} else if n := len(words); n > 1 {
		words = slices.Insert(words[:n-1:n-1], 0, words[n-1])
	}
	if len(words) < 2 || len(words) > maxTurned || comma && (strings.TrimSpace(last) == "" || strings.TrimSpace(first) == "") ||
		slices.ContainsFunc(words, func(w string) bool { return strings.IndexFunc(w, notInName) >= 0 }) {
		return ""
	}
	return strings.Join(words, " ")
}

func notInName(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("-.'\u2019", r)
}
