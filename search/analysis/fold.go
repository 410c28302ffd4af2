package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold gives the term of a word.
func fold(word string) string {
	if r, size := utf8.DecodeRuneInString(word); size == len(word) && folded(r) {
		return word
	}
	if term, ok := foldByTable(word); ok {
		return term
	}
	return foldAny(word)
}

// folded tells whether r is a letter that folding leaves as it is: an
// ideograph or a kana.
func folded(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FA
}

// foldedLetters is by rune, up to Cyrillic and Armenian, what foldAny makes of
// a letter or digit. Others have no entry: they may combine with their
// neighbours.
var foldedLetters = func() (table [0x590]string) {
	for r := range rune(len(table)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			table[r] = foldAny(string(r))
		}
	}
	return table
}()

// foldByTable folds a word letter by letter, if all of it is in the table.
func foldByTable(word string) (string, bool) {
	var buf [MaxTerm + 8]byte
	term := buf[:0]
	for _, r := range word {
		if int(r) >= len(foldedLetters) || foldedLetters[r] == "" {
			return "", false
		}
		term = append(term, foldedLetters[r]...)
		if len(term) > MaxTerm {
			break
		}
	}
	return cut(string(term)), true
}

// foldAny folds by the rule. The word is cut before it is normalised, well
// behind the length that a term may have, so that a run of a million letters
// costs no more than a long word.
func foldAny(word string) string {
	const plenty = 16 * MaxTerm
	if len(word) > plenty {
		n := plenty
		for !utf8.RuneStart(word[n]) {
			n--
		}
		word = word[:n]
	}
	var b strings.Builder
	b.Grow(len(word))
	before := rune(0)
	for _, r := range norm.NFKD.String(word) {
		r = unicode.ToLower(r)
		if dropped(r) && !ownLetter(before, r) {
			continue
		}
		before = r
		if s, ok := spelled(r); ok {
			b.WriteString(s)
			continue
		}
		b.WriteRune(r)
	}
	return cut(norm.NFC.String(b.String()))
}

// dropped tells whether r takes no part in comparing words: diacritics of the
// Latin, Greek and Cyrillic scripts, Arabic vowel signs and Hebrew points, the
// tatweel, and what a compatibility form leaves that is no part of a word. The
// vowel signs of Thai and the scripts of India are letters to their readers.
func dropped(r rune) bool {
	if r < utf8.RuneSelf {
		return !asciiWord[r]
	}
	switch {
	case 0x0300 <= r && r <= 0x036F, 0x1AB0 <= r && r <= 0x1AFF, 0x1DC0 <= r && r <= 0x1DFF,
		0x20D0 <= r && r <= 0x20FF, 0xFE20 <= r && r <= 0xFE2F: // combining diacritics
		return true
	case 0xFE00 <= r && r <= 0xFE0F: // variation selectors
		return true
	case 0x0591 <= r && r <= 0x05C7 && unicode.IsMark(r): // Hebrew points
		return true
	case r == 0x0640, 0x0610 <= r && r <= 0x061A, 0x064B <= r && r <= 0x065F, r == 0x0670,
		0x06D6 <= r && r <= 0x06ED && unicode.IsMark(r): // tatweel, harakat, Koranic signs
		return true
	}
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}

// ownLetter tells whether a letter with a mark is another letter to its readers,
// who do not leave the mark out: й, ў and ї.
func ownLetter(letter, mark rune) bool {
	const breve, diaeresis = 0x0306, 0x0308
	return mark == breve && (letter == 'и' || letter == 'у') || mark == diaeresis && letter == 'і'
}

// spelled gives the plain spelling of a letter that does not decompose.
func spelled(r rune) (string, bool) {
	switch r {
	case 'ß':
		return "ss", true
	case 'æ':
		return "ae", true
	case 'œ':
		return "oe", true
	case 'ø':
		return "o", true
	case 'đ', 'ð':
		return "d", true
	case 'ł':
		return "l", true
	case 'þ':
		return "th", true
	case 'ħ':
		return "h", true
	case 'ı':
		return "i", true
	case 'ς':
		return "σ", true
	}
	return "", false
}
