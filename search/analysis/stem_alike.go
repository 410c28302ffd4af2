package analysis

import (
	"strings"
	"unicode/utf8"
)

// alike are the stems that Snowball and the tables of endings tell apart though they are
// of one word, by language. Each rule is of a change that the language makes before
// its endings, and is as narrow as keeps other words apart.
var alike = map[string][]change{
	"de": {{"firm", "firma", 4, true}, {"them", "thema", 4, true}, {"kont", "konto", 4, true}},
	"es": {{"anos", "ano", 3, true}},
	"fi": {{"uks", "us", 5, false}, {"yks", "ys", 5, false}, {"oks", "os", 5, false}, {"iakas", "iak", 5, false}, {"vuosi", "vuo", 3, true}, {"vuode", "vuo", 3, true}},
	"hr": {{"anak", "ank", 6, false}},
	"it": {{"anno", "ann", 3, true}, {"anni", "ann", 3, true}},
	"nl": {{"z", "s", 3, false}, {"v", "f", 3, false}},
	"pt": {{"anos", "ano", 3, true}},
	"ro": {{"nir", "n", 6, false}},
	"uk": {{"нок", "нк", 6, false}, {"овір", "овор", 7, false}},
}

// change is what becomes of the end of a stem.
type change struct {
	from, to string
	least    int  // letters that the stem has then
	whole    bool // from is all of the stem
}

// likened gives the one of the stems of a word that stands for all of them.
func likened(lang, stem string) string {
	for _, c := range alike[lang] {
		short, ok := strings.CutSuffix(stem, c.from)
		if !ok || c.whole && short != "" {
			continue
		}
		if to := short + c.to; utf8.RuneCountInString(to) >= c.least {
			return to
		}
	}
	return stem
}
