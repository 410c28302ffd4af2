package analysis

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The least letters of a part of a compound: of the one that is asked for, and of
// the others.
const (
	leastPart = 4
	leastRest = 3
)

// compounding are the languages that write compounds in one word, with what they put
// between the parts, and the particles that make another word of a word rather than a
// compound of two.
var compounding = map[string]struct{ links, particles []string }{
	"da": {[]string{"s", "e"}, []string{"for", "til", "ved", "med", "ind", "ned", "over", "efter", "under", "gen"}},
	"de": {
		[]string{"s", "es", "en", "n", "er", "e", "ns"},
		[]string{"auf", "aus", "bei", "bar", "ein", "ent", "her", "hin", "mit", "nach", "uber", "unter", "ver", "vor", "weg", "wider", "wieder", "zer", "zuruck", "zum", "zur", "durch", "gegen", "ung", "lich", "keit", "heit", "isch", "ig", "chen", "lein", "schaft"},
	},
	"fi": {[]string{"n", "en"}, nil},
	"nl": {[]string{"s", "en", "e", "n", "er"}, []string{"aan", "bij", "met", "door", "over", "onder", "voor", "ver", "tegen", "uit", "weg", "ing", "heid", "lijk"}},
	"no": {[]string{"s", "e"}, []string{"for", "til", "ved", "med", "inn", "ned", "over", "etter", "under", "het"}},
	"sv": {[]string{"s", "e", "o", "u"}, []string{"for", "till", "vid", "med", "inn", "ned", "over", "efter", "under", "het"}},
}

// dropped at the end of a part before another one: Miete and Mietvertrag, skola and
// skolbok.
var droppedEnds = map[string]string{"de": "e", "sv": "a"}

// Compounding lists the languages that write compounds in one word.
func Compounding() []string {
	var list []string
	for l := range compounding {
		list = append(list, l)
	}
	slices.Sort(list)
	return list
}

// CompoundPart gives what every compound of a language has within it of which a term
// is a part; "" where the term is none or the language makes no compounds.
func CompoundPart(lang, term string) string {
	if _, ok := compounding[lang]; !ok || utf8.RuneCountInString(term) < leastPart || strings.IndexFunc(term, noLetter) >= 0 {
		return ""
	}
	b := Beginnings(lang, term)
	if len(b) == 0 || utf8.RuneCountInString(b[0]) < leastRest {
		return ""
	}
	return b[0]
}

func noLetter(r rune) bool { return !unicode.IsLetter(r) }

// longestEnding is how many bytes a form of a part may have behind what all forms share.
const longestEnding = 6

// IsCompound tells whether a word of a language is made of a form of a term and other
// words, which known knows: Stromrechnung of Rechnung, with Strom before it. Between two
// words there may stand what the language puts there.
func IsCompound(lang, word, term string, known func(string) bool) bool {
	common := CompoundPart(lang, term)
	if common == "" || len(word) > longestStemmed || len(word) < len(common)+leastRest || strings.IndexFunc(word, noLetter) >= 0 {
		return false
	}
	stem := Stem(lang, term)
	for from := 0; ; from++ {
		at := strings.Index(word[from:], common)
		if at < 0 {
			return false
		}
		from += at
		if !goesBefore(lang, word[:from], known) {
			continue
		}
		for to := from + len(common); to <= min(len(word), from+len(common)+longestEnding); to++ {
			if part := word[from:to]; to-from == len(word) || !utf8.RuneStart(next(word, to)) || part != term && Stem(lang, part) != stem {
				continue
			}
			if goesBehind(lang, word[to:], known) {
				return true
			}
		}
	}
}

// next gives the byte at a place, a letter's at the end.
func next(s string, at int) byte {
	if at == len(s) {
		return 'a'
	}
	return s[at]
}

// goesBefore tells whether what stands before a part is a word, or nothing.
func goesBefore(lang, rest string, known func(string) bool) bool {
	if rest == "" || isOther(lang, rest, known) {
		return true
	}
	for _, link := range compounding[lang].links {
		if short, ok := strings.CutSuffix(rest, link); ok && isOther(lang, short, known) {
			return true
		}
	}
	end := droppedEnds[lang]
	return end != "" && isOther(lang, rest+end, known)
}

// goesBehind tells whether what stands behind a part is a word, in a form whose stem is
// one, too, or nothing.
func goesBehind(lang, rest string, known func(string) bool) bool {
	if rest == "" || isOther(lang, rest, known) || isOther(lang, Stem(lang, rest), known) {
		return true
	}
	for _, link := range compounding[lang].links {
		if short, ok := strings.CutPrefix(rest, link); ok && (isOther(lang, short, known) || isOther(lang, Stem(lang, short), known)) {
			return true
		}
	}
	return false
}

func isOther(lang, rest string, known func(string) bool) bool {
	return utf8.RuneCountInString(rest) >= leastRest && !slices.Contains(compounding[lang].particles, rest) && known(rest)
}

// Hangul tells whether a term has syllables of Korean, which writes particles and the
// parts of compounds onto words without a space: what has a term within it is found by it.
func Hangul(term string) bool {
	return strings.IndexFunc(term, func(r rune) bool { return 0xAC00 <= r && r <= 0xD7A3 }) >= 0
}
