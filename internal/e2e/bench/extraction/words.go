package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// bag counts the words of a text: NFKC, lower case, a word that a hyphen divides
// at the end of a line as one. Of scripts that set no spaces between words, where
// a line may end anywhere, each letter is taken for a word.
func bag(s string) map[string]int {
	s = strings.ReplaceAll(strings.ToLower(norm.NFKC.String(s)), "-\n", "")
	words, start := map[string]int{}, -1
	end := func(at int) {
		if start >= 0 {
			words[s[start:at]]++
		}
		start = -1
	}
	for i, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) && unicode.IsLetter(r):
			end(i)
			words[string(r)]++
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			end(i)
		case start < 0:
			start = i
		}
	}
	end(len(s))
	return words
}

// lettered gives the distinct words that have a letter.
func lettered(words map[string]int) map[string]int {
	out := map[string]int{}
	for w := range words {
		if strings.IndexFunc(w, unicode.IsLetter) >= 0 {
			out[w] = 1
		}
	}
	return out
}

func size(words map[string]int) (n int) {
	for _, c := range words {
		n += c
	}
	return n
}

// share tells how much of the words the others have, and some that they lack.
func share(words, others map[string]int) (float64, []string) {
	n, hit := 0, 0
	var lacking []string
	for w, c := range words {
		n, hit = n+c, hit+min(c, others[w])
		if others[w] < c && len(lacking) < 8 {
			lacking = append(lacking, w)
		}
	}
	if n == 0 {
		return 1, nil
	}
	return float64(hit) / float64(n), lacking
}

// alike tells how much two bags have in common of what either has.
func alike(a, b map[string]int) float64 {
	both := 0
	for w, c := range a {
		both += min(c, b[w])
	}
	if all := size(a) + size(b) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 1
}
