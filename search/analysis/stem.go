package analysis

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Stem gives what the inflected forms of a term have in common in a language (ISO
// 639-1): two terms are forms of one word when their stems are equal. A stem is no
// word. A term is its own stem where the language is not among Inflected, where the
// term has other characters than letters, and where it is very short.
//
// Terms are folded, so that what a language tells by diacritics alone is one here.
// For some languages the stem is that of the Snowball project, for the others
// it is by the tables of endings in this package, which are of inflection and leave
// alone what makes another word of a word.
func Stem(lang, term string) string {
	if len(term) < 3 || len(term) > longestStemmed || strings.IndexFunc(term, unicode.IsDigit) >= 0 {
		return term
	}
	if s := snowball[lang]; s != nil {
		return likened(lang, s(term))
	}
	if t := tables[lang]; t != nil {
		return likened(lang, t.stem(term))
	}
	return term
}

// longestStemmed is the length in bytes of the longest terms that have a stem: what
// is longer is no word that anybody inflects, and stemming may take long.
const longestStemmed = 48

// Inflected lists the languages for which Stem knows something.
func Inflected() []string {
	var list []string
	for l := range snowball {
		list = append(list, l)
	}
	for l := range tables {
		list = append(list, l)
	}
	slices.Sort(list)
	return list
}

// Beginnings gives beginnings of which each form of a term's stem has one, so that
// they are found in a sorted dictionary without reading all of it. Nil where Stem
// knows nothing of the language.
func Beginnings(lang, term string) []string {
	if snowball[lang] == nil && tables[lang] == nil {
		return nil
	}
	stem := Stem(lang, term)
	// Stems end in letters that forms do not have (study: studi), now and then.
	common := stem
	within := strings.HasPrefix
	if lang == "ar" { // there, also something stands before words
		within = strings.Contains
	}
	for !within(term, common) {
		_, size := utf8.DecodeLastRuneInString(common)
		common = common[:len(common)-size]
	}
	if n := utf8.RuneCountInString(common); n == utf8.RuneCountInString(stem) && n > 4 {
		_, size := utf8.DecodeLastRuneInString(common)
		common = common[:len(common)-size]
	}
	if common == "" {
		return []string{term}
	}
	list := []string{common}
	list = append(list, otherwise(lang, common)...)
	list = append(list, voiced(lang, stem)...)
	if lang == "ar" {
		list = append(list, term)
		for _, article := range arabicPrefixes {
			list = append(list, article+common)
		}
	}
	return list
}

// otherwise gives the beginnings of those forms of a short stem that are not its own.
func otherwise(lang, stem string) []string {
	switch {
	case lang == "en" && strings.HasSuffix(stem, "e"): // make: making
		return []string{stem[:len(stem)-1] + "ing"}
	case lang == "en" && strings.HasSuffix(stem, "i"): // copies: copy
		return []string{stem[:len(stem)-1] + "y"}
	case lang == "nl" && len(stem) > 2 && strings.IndexByte("aeou", stem[len(stem)-2]) >= 0: // bomen: boom
		return []string{stem[:len(stem)-1] + stem[len(stem)-2:]}
	}
	return nil
}

// voiced gives the beginnings of those forms that have another consonant, or another
// vowel, where the stem ends.
func voiced(lang, stem string) []string {
	switch {
	case lang == "nl" && strings.HasSuffix(stem, "s"): // huis: huizen
		return []string{stem[:len(stem)-1] + "z"}
	case lang == "nl" && strings.HasSuffix(stem, "f"): // brief: brieven
		return []string{stem[:len(stem)-1] + "v"}
	case lang == "uk" && strings.HasSuffix(stem, "овор"): // договору: договір
		return []string{strings.TrimSuffix(stem, "ор") + "ір"}
	}
	return nil
}

// table is how a language inflects: by its endings, which are taken off and
// replaced, the longest that fits first, as often as passes says.
type table struct {
	endings map[string]string
	longest int // in bytes
	least   int // letters that have to be left
	passes  int
}

// newTable reads endings, those that are taken off without replacement as words, the
// others as ending=replacement.
func newTable(least, passes int, endings string) *table {
	t := &table{endings: map[string]string{}, least: least, passes: passes}
	for _, e := range strings.Fields(endings) {
		from, to, _ := strings.Cut(e, "=")
		t.endings[from] = to
		t.longest = max(t.longest, len(from))
	}
	return t
}

func (t *table) stem(term string) string {
	for range t.passes {
		shorter, ok := t.shorten(term)
		if !ok {
			break
		}
		term = shorter
	}
	return term
}

func (t *table) shorten(term string) (string, bool) {
	for n := min(t.longest, len(term)-1); n > 0; n-- {
		at := len(term) - n
		to, ok := t.endings[term[at:]]
		if !ok || utf8.RuneCountInString(term[:at]) < t.least {
			continue
		}
		return term[:at] + to, true
	}
	return term, false
}
