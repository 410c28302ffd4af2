package mailtext

import (
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// What a clue weighs: a known word, a typical part of a word, a letter of a
// language's own, and a letter that a language has not.
const (
	wordWeight   = 1.0
	nameWeight   = 0.5 // one with a capital, which may be a name
	partWeight   = 0.45
	letterWeight = 0.5
	pairWeight   = 0.25
	pairSmooth   = 0.5
	foreign      = -2.0
	longestPart  = 6 // characters
)

// What is needed to tell a language: points, as a share of what a word gives that
// only one of the script's languages has, and the share of the points that the
// language is ahead of the next by.
const (
	minPoints = 0.6
	minLead   = 0.02
)

// A text of fewer letters than that tells a language by words that are known,
// and one that is well ahead: a wrong language costs more than none.
const (
	fewLetters  = 40
	fewLead     = 0.3
	sureLead    = 0.6 // for a language most of the words are not known in
	manyTongues = 10
)

// After so many words the text is not read on when the second has less than that
// share of the first's points.
const (
	enoughWords = 25
	farAhead    = 0.4
)

// weighted are the tongues that a clue speaks for, by index, and how much it
// says: more when fewer share it.
type weighted struct {
	in     []int
	weight float64
}

// family are the tongues of a script, and what tells them apart.
type family struct {
	codes   []string
	words   map[string]weighted
	heads   map[string]weighted // beginnings
	tails   map[string]weighted
	middles map[string]weighted
	letters map[rune]weighted
	pairs   map[[2]rune][]float64 // how much two letters in a row speak for each tongue

	// What is known of ASCII's letters without a look into the maps.
	asciiPairs   [128 * 128][]float64
	asciiLetters bool // one of them is a tongue's own
	headKeys     partKeys
	tailKeys     partKeys
	middleKeys   partKeys
}

// partKeys tell by the two characters at the known end of a part how many bytes the
// parts with them have, as bits, so that few are looked up. Characters share places.
type partKeys [1 << 12]uint8

func partKey(a, b byte) int { return int(a&63)<<6 | int(b&63) }

// has tells whether a part of so many bytes may be known. Of those with one byte
// only, a and b are the same.
func (k *partKeys) has(a, b byte, size int) bool {
	if size == 1 {
		b = a
	}
	return k[partKey(a, b)]&(1<<min(size-1, 7)) != 0
}

func (k *partKeys) add(a, b byte, size int) {
	if size == 1 {
		b = a
	}
	k[partKey(a, b)] |= 1 << min(size-1, 7)
}

// tongues gives the families by script, made once: they are read only.
var tongues = sync.OnceValue(func() map[script]*family {
	return map[script]*family{
		scriptLatin:      newFamily(latinTongues()),
		scriptCyrillic:   newFamily(cyrillicTongues()),
		scriptArabic:     newFamily(arabicTongues()),
		scriptDevanagari: newFamily(devanagariTongues()),
	}
})

func newFamily(all []tongue) *family {
	f := &family{
		words: map[string]weighted{}, heads: map[string]weighted{}, tails: map[string]weighted{},
		middles: map[string]weighted{}, letters: map[rune]weighted{},
	}
	for i, t := range all {
		f.codes = append(f.codes, t.code)
		for _, w := range strings.Fields(t.words) {
			add(f.words, w, i)
		}
		for _, p := range strings.Fields(t.parts) {
			bare := strings.Trim(p, "-")
			switch {
			case strings.HasPrefix(p, "-") && strings.HasSuffix(p, "-"):
				add(f.middles, bare, i)
			case strings.HasPrefix(p, "-"):
				add(f.tails, bare, i)
			default:
				add(f.heads, bare, i)
			}
		}
		for _, r := range t.letters {
			add(f.letters, r, i)
		}
	}
	n := len(all)
	weigh(f.words, n)
	weigh(f.heads, n)
	weigh(f.tails, n)
	weigh(f.middles, n)
	weigh(f.letters, n)
	f.pair(all)
	f.index()
	return f
}

// index fills what saves looking into the maps.
func (f *family) index() {
	for p, v := range f.pairs {
		if p[0] < utf8.RuneSelf && p[1] < utf8.RuneSelf {
			f.asciiPairs[p[0]<<7|p[1]] = v
		}
	}
	for r := range f.letters {
		f.asciiLetters = f.asciiLetters || r < utf8.RuneSelf
	}
	for p := range f.heads {
		f.headKeys.add(p[0], p[min(1, len(p)-1)], len(p))
	}
	for p := range f.middles {
		f.middleKeys.add(p[0], p[min(1, len(p)-1)], len(p))
	}
	for p := range f.tails {
		f.tailKeys.add(p[len(p)-1], p[max(0, len(p)-2)], len(p))
	}
}

// pair learns from the words which letters follow each other in which tongue.
func (f *family) pair(all []tongue) {
	f.pairs = map[[2]rune][]float64{}
	total := make([]float64, len(all))
	for i, t := range all {
		for _, w := range strings.Fields(t.words) {
			eachPair(w, func(p [2]rune) {
				if f.pairs[p] == nil {
					f.pairs[p] = make([]float64, len(all))
				}
				f.pairs[p][i]++
				total[i]++
			})
		}
	}
	for _, c := range f.pairs {
		mean := 0.0
		for i := range c {
			c[i] = math.Log((c[i] + pairSmooth) / (total[i] + pairSmooth*float64(len(f.pairs))))
			mean += c[i] / float64(len(c))
		}
		for i := range c {
			c[i] -= mean
		}
	}
}

// eachPair gives the pairs of letters of a word, its ends among them.
func eachPair(word string, do func([2]rune)) {
	last := ' '
	for _, r := range word {
		do([2]rune{last, r})
		last = r
	}
	do([2]rune{last, ' '})
}

func add[K comparable](m map[K]weighted, k K, i int) {
	w := m[k]
	if !slices.Contains(w.in, i) {
		w.in = append(w.in, i)
	}
	m[k] = w
}

func weigh[K comparable](m map[K]weighted, n int) {
	for k, w := range m {
		w.weight = math.Log(float64(n+1) / float64(len(w.in)))
		m[k] = w
	}
}

// best tells the language of words with so many letters in all, "" when none stands out. It reads no further
// once one is far ahead.
func (f *family) best(words []string, letters int) string {
	points := make([]float64, len(f.codes))
	known := make([]int, len(f.codes))
	for i, w := range words {
		if i > 0 && i%enoughWords == 0 {
			if first, second := leaders(points); points[second] < farAhead*points[first] {
				break
			}
		}
		f.score(w, points)
		for _, t := range f.words[strings.TrimSuffix(w, " ")].in {
			known[t]++
		}
	}
	first, second := leaders(points)
	lead := points[first] - points[second]
	if points[first] < minPoints*math.Log(float64(len(points)+1)) || lead < minLead*points[first] {
		return ""
	}
	if letters < fewLetters && len(f.codes) > manyTongues {
		// What few words are spelled like says little where many languages share a script.
		most := known[first]*5 >= len(words)*2
		if lead < leadFor(letters)*points[first] || !most && lead < sureLead*points[first] {
			return ""
		}
	}
	return f.codes[first]
}

// leadFor is the lead that a text of so few letters must give a language.
func leadFor(letters int) float64 {
	return minLead + fewLead*float64(fewLetters-letters)/fewLetters
}

// leaders are the two with the most points.
func leaders(points []float64) (first, second int) {
	first, second = 0, 1
	if points[second] > points[first] {
		first, second = second, first
	}
	for i := 2; i < len(points); i++ {
		switch {
		case points[i] > points[first]:
			first, second = i, first
		case points[i] > points[second]:
			second = i
		}
	}
	return first, second
}

// score adds what a word says.
func (f *family) score(word string, points []float64) {
	give := func(w weighted, factor float64) {
		for _, i := range w.in {
			points[i] += w.weight * factor
		}
	}
	word, capital := strings.CutSuffix(word, " ")
	if capital {
		give(f.words[word], nameWeight)
	} else {
		give(f.words[word], wordWeight)
	}
	ascii := isASCII(word)
	for _, r := range word {
		if ascii && !f.asciiLetters {
			break
		}
		l, known := f.letters[r]
		if !known {
			continue
		}
		give(l, letterWeight)
		for i := range points {
			if !slices.Contains(l.in, i) {
				points[i] += foreign
			}
		}
	}
	if len(word) < 4 || len(word) > 60 || capital {
		return
	}
	for n, at := 1, 0; n <= longestPart; n++ {
		_, size := utf8.DecodeRuneInString(word[at:])
		if at += size; at >= len(word) {
			break
		}
		if f.headKeys.has(word[0], word[1], at) {
			give(f.heads[word[:at]], partWeight)
		}
	}
	for n, at := 1, len(word); n <= longestPart; n++ {
		_, size := utf8.DecodeLastRuneInString(word[:at])
		if at -= size; at <= 0 {
			break
		}
		if f.tailKeys.has(word[len(word)-1], word[len(word)-2], len(word)-at) {
			give(f.tails[word[at:]], partWeight)
		}
	}
	f.middle(word, give)
	if ascii {
		last := byte(' ')
		for i := range len(word) + 1 {
			c := byte(' ')
			if i < len(word) {
				c = word[i]
			}
			for t, v := range f.asciiPairs[int(last)<<7|int(c)] {
				points[t] += v * pairWeight
			}
			last = c
		}
		return
	}
	eachPair(word, func(p [2]rune) {
		for i, v := range f.pairs[p] {
			points[i] += v * pairWeight
		}
	})
}

// middle looks for parts anywhere in a word.
func (f *family) middle(word string, give func(weighted, float64)) {
	for i := range word {
		at := i
		for range 5 {
			if at >= len(word) {
				break
			}
			_, size := utf8.DecodeRuneInString(word[at:])
			at += size
			if f.middleKeys.has(word[i], word[min(i+1, len(word)-1)], at-i) {
				give(f.middles[word[i:at]], partWeight)
			}
		}
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
