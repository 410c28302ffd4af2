package main

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// drawQueries takes words, pairs of words and phrases from the bodies of the
// mail itself, the same for the same files: half single words over all
// frequencies, a quarter pairs, a quarter phrases.
func drawQueries(tree string, n int) ([]string, error) {
	rnd := rand.New(rand.NewPCG(5, 6))
	df := map[string]int{}
	var runs [][]string
	files := 0
	err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		if rnd.IntN(10) > 0 {
			return nil
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		_, body, _ := strings.Cut(string(raw), "\n\n")
		words := strings.FieldsFunc(strings.ToLower(body), func(r rune) bool { return r > 127 || !unicode.IsLetter(r) })
		seen := map[string]bool{}
		for _, w := range words {
			if !seen[w] && plain(w) {
				seen[w] = true
				df[w]++
			}
		}
		runs = append(runs, words)
		return nil
	})
	if err != nil {
		return nil, err
	}
	classes := make([][]string, 4)
	for w, n := range df {
		switch {
		case n <= 1:
			classes[0] = append(classes[0], w)
		case n <= 20:
			classes[1] = append(classes[1], w)
		case n <= 300:
			classes[2] = append(classes[2], w)
		default:
			classes[3] = append(classes[3], w)
		}
	}
	for _, c := range classes {
		slices.Sort(c)
	}
	pick := func(class int) string {
		for len(classes[class]) == 0 { // a small corpus has no frequent words
			class--
		}
		return classes[class][rnd.IntN(len(classes[class]))]
	}
	var queries []string
	for i := range n / 2 {
		queries = append(queries, pick(i%4))
	}
	for i := range n / 4 {
		queries = append(queries, pick(2+i%2)+" "+pick(2))
	}
	for len(queries) < n {
		run := runs[rnd.IntN(len(runs))]
		if len(run) < 4 {
			continue
		}
		at, size := rnd.IntN(len(run)-3), 2+rnd.IntN(2)
		if phrase := run[at : at+size]; !slices.ContainsFunc(phrase, func(w string) bool { return !plain(w) }) {
			queries = append(queries, `"`+strings.Join(phrase, " ")+`"`)
		}
	}
	return queries, nil
}

// plain words mean the same to every program.
func plain(w string) bool {
	return len(w) > 1 && len(w) < 20 && !slices.Contains([]string{"and", "or", "not", "near", "adj", "xor", "to", "from", "date"}, w)
}
