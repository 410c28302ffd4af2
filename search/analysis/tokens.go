package analysis

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxTerm is the length in bytes at which a term is cut.
const MaxTerm = 64

// Token is a word of a text.
type Token struct {
	Term       string // the folded form, by which words are equal
	Start, End int    // where the word stands in the text, as byte offsets
	Pos        int    // 0 for the first word, 1 for the second, and so on
	Wide       bool   // it has letters outside ASCII, which folding may have changed
}

// Tokens yields the words of s in their order.
func Tokens(s string) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		low := lowerASCII(s)
		pos := 0
		for i := 0; i < len(s); {
			if c := s[i]; c < utf8.RuneSelf && !asciiWord[c] {
				i++
				continue
			}
			start := i
			for i < len(s) && asciiWord[s[i]] {
				i++
			}
			if i == len(s) || s[i] < utf8.RuneSelf {
				if !yield(Token{Term: cut(low[start:i]), Start: start, End: i, Pos: pos}) {
					return
				}
				pos++
				continue
			}
			end := endOfRun(s, i)
			if end == start { // a rune that separates words
				_, size := utf8.DecodeRuneInString(s[i:])
				i += size
				continue
			}
			i = end
			for start < end {
				stop := endOfWord(s[:end], start)
				if term := fold(s[start:stop]); term != "" {
					if !yield(Token{Term: term, Start: start, End: stop, Pos: pos, Wide: true}) {
						return
					}
					pos++
				}
				start = stop
			}
		}
	}
}

// Terms lists the terms of s in their order.
func Terms(s string) []string {
	var terms []string
	for t := range Tokens(s) {
		terms = append(terms, t.Term)
	}
	return terms
}

// asciiWord tells which ASCII bytes are letters or digits. Bytes from 0x80 on
// are false: they need a closer look.
var asciiWord = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true, 'j': true,
	'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true, 's': true, 't': true,
	'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
	'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true, 'G': true, 'H': true, 'I': true, 'J': true,
	'K': true, 'L': true, 'M': true, 'N': true, 'O': true, 'P': true, 'Q': true, 'R': true, 'S': true, 'T': true,
	'U': true, 'V': true, 'W': true, 'X': true, 'Y': true, 'Z': true,
}

// lowerASCII lowers the ASCII letters of s and leaves every byte where it was,
// so that most terms are a piece of one string.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if c := b[j]; 'A' <= c && c <= 'Z' {
					b[j] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// endOfRun gives the end of the run of word runes that i stands in.
func endOfRun(s string, i int) int {
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			if !asciiWord[c] {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !wordRune(r, size) {
			return i
		}
		i += size
	}
	return i
}

func wordRune(r rune, size int) bool {
	if r == utf8.RuneError && size <= 1 {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

// endOfWord gives the end of the word that begins at start in a run.
func endOfWord(run string, start int) int {
	r, size := utf8.DecodeRuneInString(run[start:])
	i := start + size
	if standsAlone(r) {
		for i < len(run) {
			r, size := utf8.DecodeRuneInString(run[i:])
			if !unicode.IsMark(r) && r != halfVoiced && r != halfSemiVoiced {
				break
			}
			i += size
		}
		return i
	}
	for i < len(run) {
		r, size := utf8.DecodeRuneInString(run[i:])
		if standsAlone(r) {
			break
		}
		i += size
	}
	return i
}

// The half-width voicing marks are letters to Unicode; they belong to the kana
// before them.
const (
	halfVoiced     = 'ﾞ'
	halfSemiVoiced = 'ﾟ'
	prolonged      = 'ー' // no script of its own
	halfProlonged  = 'ｰ'
)

// standsAlone tells whether r is a letter of a script written without spaces.
func standsAlone(r rune) bool {
	if r < 0x0E00 {
		return false
	}
	switch r {
	case prolonged, halfProlonged, '々', '〆', '〻':
		return true
	}
	if 0xAC00 <= r && r <= 0xD7A3 || unicode.IsMark(r) {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) && unicode.IsLetter(r)
}

// Unspaced tells whether a text has letters of a script written without spaces, each of
// which is a word.
func Unspaced(s string) bool { return strings.IndexFunc(s, standsAlone) >= 0 }

// cut shortens a term to MaxTerm bytes.
func cut(term string) string {
	if len(term) <= MaxTerm {
		return term
	}
	n := MaxTerm
	for n > 0 && !utf8.RuneStart(term[n]) {
		n--
	}
	return term[:n]
}
