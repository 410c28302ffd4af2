package search

import (
	"strings"
	"unicode/utf8"
)

// withoutScheme leaves out of an address of the web what people do not know or care of.
func withoutScheme(s string) string {
	for _, scheme := range []string{"https://", "http://"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			s = s[len(scheme):]
			break
		}
	}
	const www = "www."
	if len(s) > len(www) && strings.EqualFold(s[:len(www)], www) && strings.Contains(s[len(www):], ".") {
		s = s[len(www):]
	}
	return s
}

// isCode tells whether a word is letters and digits, some of both or digits alone, in
// pieces that hyphens and slashes part.
func isCode(s string) bool {
	digits, parted := false, false
	for _, r := range s {
		switch {
		case r == '-' || r == '/' || r == '\u2010' || r == '\u2011':
			parted = true
		case '0' <= r && r <= '9':
			digits = true
		case r >= utf8.RuneSelf || r|0x20 < 'a' || r|0x20 > 'z':
			return false
		}
	}
	return digits && parted
}

// The lengths of IBANs.
const (
	shortestIBAN = 15
	longestIBAN  = 34
)

// isIBAN tells whether a term may be the number of an account: two letters of a country,
// two digits, letters and digits.
func isIBAN(term string) bool {
	if len(term) < shortestIBAN || len(term) > longestIBAN {
		return false
	}
	digits := 0
	for i := range len(term) {
		c := term[i]
		letter, digit := 'a' <= c && c <= 'z', '0' <= c && c <= '9'
		if !letter && !digit || i < 2 && digit || (i == 2 || i == 3) && letter {
			return false
		}
		if digit {
			digits++
		}
	}
	return 2*digits > len(term)
}

// inFours is how IBANs are printed.
func inFours(term string) []string {
	var all []string
	for ; len(term) > 4; term = term[4:] {
		all = append(all, term[:4])
	}
	return append(all, term)
}

// leastGrouped is how many digits a number has, at least, that is looked for in groups of
// three as well.
const leastGrouped = 4

// isYear tells of four digits that are more often a year.
func isYear(s string) bool { return len(s) == 4 && (s[:2] == "19" || s[:2] == "20") }

// otherNumber gives a number with its thousands together where they are apart, and apart
// where they are together, as words; "" for what is no number that is written in two ways.
func otherNumber(s string) string {
	whole, cents := s, ""
	if i := strings.LastIndexAny(s, ".,"); i >= 0 && len(s)-i-1 != 3 {
		whole, cents = s[:i], s[i+1:]
		if len(cents) != 1 && len(cents) != 2 || !areDigits(cents) {
			return ""
		}
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return strings.ContainsRune(".,'\u2019\u00a0\u202f", r) })
	for i, g := range groups {
		if !areDigits(g) || len(groups) > 1 && (i > 0 && len(g) != 3 || i == 0 && len(g) > 3) {
			return ""
		}
	}
	switch {
	case len(groups) > 1:
		whole = strings.Join(groups, "")
	case len(groups) == 1 && groups[0] == whole && whole[0] != '0' && len(whole) <= 12 && len(whole) >= leastGrouped && (cents != "" || !isYear(whole)):
		whole = inThrees(whole)
	default:
		return ""
	}
	return strings.TrimSpace(whole + " " + cents)
}

func areDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func inThrees(digits string) string {
	first := (len(digits)-1)%3 + 1
	out := digits[:first]
	for ; first < len(digits); first += 3 {
		out += " " + digits[first:first+3]
	}
	return out
}
