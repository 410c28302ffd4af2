package analysis

import (
	"strings"
	"sync"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
)

// snowball are the languages whose stems are those of the Snowball project. It
// takes words as they are written; what folding has taken from an ending, and
// cannot be meant otherwise, is put back before.
var snowball = map[string]func(string) string{
	"ar": withoutPrefix(by(arabic.Stem, nil)),
	"da": by(danish.Stem, nil),
	"de": by(german.Stem, nil),
	"en": by(english.Stem, nil),
	"es": by(spanish.Stem, []string{"cion", "ción", "sion", "sión", "gia", "gía", "ria", "ría", "aran", "arán", "eran", "erán", "iran", "irán"}),
	"fi": by(finnish.Stem, nil),
	"fr": by(french.Stem, []string{"ees", "é", "ee", "é", "erent", "èrent", "ye", "yé", "yes", "yés"}),
	"hu": by(hungarian.Stem, nil),
	"it": by(italian.Stem, []string{"ita", "ità", "era", "erà", "ira", "irà"}),
	"nl": by(dutch.Stem, nil),
	"pt": by(portuguese.Stem, []string{"cao", "ção", "coes", "ção", "oes", "ão", "ao", "ão"}),
	"ro": by(romanian.Stem, []string{"tia", "ţia", "tii", "ţii", "tiei", "ţiei", "tie", "ţie", "ti", "ţi"}),
	"ru": by(russian.Stem, nil),
}

// arabicPrefixes are what stands before a word without being another word: the
// article, alone and behind and, by, for, like.
var arabicPrefixes = []string{"ال", "وال", "بال", "فال", "كال", "لل", "و"}

// by makes a stemmer of Snowball's. restore are endings in pairs: as they are when
// folded, and as they are written.
func by(stem func(*snowballstem.Env) bool, restore []string) func(string) string {
	pool := sync.Pool{New: func() any { return snowballstem.NewEnv("") }}
	return func(term string) string {
		for i := 0; i < len(restore); i += 2 {
			if short, ok := strings.CutSuffix(term, restore[i]); ok {
				term = short + restore[i+1]
				break
			}
		}
		env, ok := pool.Get().(*snowballstem.Env)
		if !ok {
			return term
		}
		env.SetCurrent(term)
		stem(env)
		out := env.Current()
		pool.Put(env)
		return fold(out)
	}
}

// withoutPrefix takes off what stands before an Arabic word.
func withoutPrefix(stem func(string) string) func(string) string {
	const least = 2 * 3 // bytes of three letters
	return func(term string) string {
		longest := ""
		for _, p := range arabicPrefixes {
			if strings.HasPrefix(term, p) && len(p) > len(longest) && len(term)-len(p) >= least {
				longest = p
			}
		}
		return stem(term[len(longest):])
	}
}
