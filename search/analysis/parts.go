package analysis

import "iter"

// The bounds of words that are taken apart: what is longer, or has shorter parts on the
// average, was written by a machine.
const (
	maxParted = 48 // bytes
	twoParts  = 5  // bytes
)

// Parts yields the parts of a word of s that capitals within it show, as in getUserName,
// QuarterlyReport2024 and PDFReader: those of two characters at least, all of them at the
// word's own position. Only ASCII is looked at.
func Parts(s string, t Token) iter.Seq[Token] {
	word := s[t.Start:t.End]
	return func(yield func(Token) bool) {
		if !hasHump(word) || len(word) > maxParted || (humps(word)+1)*twoParts > 2*len(word) {
			return
		}
		for start := 0; start < len(word); {
			end := start + 1
			for end < len(word) && !isHump(word, end) {
				end++
			}
			part := Token{Term: fold(word[start:end]), Start: t.Start + start, End: t.Start + end, Pos: t.Pos}
			if end-start > 1 && !yield(part) {
				return
			}
			start = end
		}
	}
}

// hasHump tells whether a word of ASCII has a capital behind a small letter, or several
// capitals before one.
func hasHump(word string) bool {
	found := false
	for i := range len(word) {
		if word[i] >= 0x80 {
			return false
		}
		found = found || i > 0 && isUpper(word[i]) && isHump(word, i)
	}
	return found
}

// humps counts where the parts of a word begin, but the first.
func humps(word string) int {
	n := 0
	for i := 1; i < len(word); i++ {
		if isHump(word, i) {
			n++
		}
	}
	return n
}

// isHump tells whether a part begins at a byte behind the first: with a capital behind
// anything else, with the last of several capitals before a small letter, and with digits
// behind letters or letters behind digits.
func isHump(word string, i int) bool {
	c, before := word[i], word[i-1]
	switch {
	case isDigit(c) || isDigit(before):
		return isDigit(c) != isDigit(before)
	case isUpper(c) && isUpper(before):
		return i+1 < len(word) && isLower(word[i+1])
	}
	return isUpper(c)
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
