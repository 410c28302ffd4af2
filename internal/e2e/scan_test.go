package e2e

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// scanned is what a plain scan of the files knows of one message: its runs of
// text, each a list of tokens. It shares no code with the product.
//
// The tokenisation rule: a token is a maximal run of Unicode letters and
// digits, in lower case. Subject, each of From, To, Cc and Bcc, and the body are
// runs of their own, and a phrase lies within one run. A token with capitals within,
// such as TransPecos, stands for its parts, too (partsOf). The scan is over Enron's
// mail, which is plain ASCII text without attachments, so that folding of
// accents and the like does not come in.
type scanned struct {
	path  string
	runs  [][]string
	parts []map[int][]string // by run and token: what else stands there
}

func scanTree(t *testing.T, dir string) []scanned {
	t.Helper()
	var all []scanned
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		m, err := scanFile(p)
		if err != nil {
			return fmt.Errorf("scan %s: %w", rel, err)
		}
		m.path = filepath.ToSlash(rel)
		all = append(all, m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func scanFile(p string) (scanned, error) {
	raw, err := os.ReadFile(p)
	if err != nil {
		return scanned{}, err
	}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return scanned{}, err
	}
	var m scanned
	for _, h := range []string{"Subject", "From", "To", "Cc", "Bcc"} {
		m.add(msg.Header.Get(h))
	}
	body := msg.Body
	if strings.EqualFold(msg.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return scanned{}, err
	}
	m.add(string(text))
	return m, nil
}

func (m *scanned) add(s string) {
	var run []string
	parts := map[int][]string{}
	for i, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		run = append(run, strings.ToLower(w))
		if p := partsOf(w); p != nil {
			parts[i] = p
		}
	}
	m.runs, m.parts = append(m.runs, run), append(m.parts, parts)
}

var (
	beforeLast = regexp.MustCompile(`([A-Z])([A-Z][a-z])`) // PDFReader
	humps      = regexp.MustCompile(`([a-z])([A-Z])`)
	numbers    = regexp.MustCompile(`([a-zA-Z])([0-9])|([0-9])([a-zA-Z])`)
)

// partsOf takes a word of up to 48 characters apart at its capitals and numbers, where
// it has a capital within and its parts have two and a half characters on the average.
func partsOf(w string) []string {
	split := humps.ReplaceAllString(beforeLast.ReplaceAllString(w, "$1 $2"), "$1 $2")
	for range 2 { // as matches may not overlap
		split = numbers.ReplaceAllString(split, "$1$3 $2$4")
	}
	fields := strings.Fields(split)
	begins := func(f string) bool { return 'A' <= f[0] && f[0] <= 'Z' }
	if len(w) > 48 || 5*len(fields) > 2*len(w) || !slices.ContainsFunc(fields[1:], begins) {
		return nil
	}
	var parts []string
	for _, f := range fields {
		if len(f) > 1 {
			parts = append(parts, strings.ToLower(f))
		}
	}
	return parts
}

// matches tells whether the words stand next to each other in one run.
func (m scanned) matches(words []string) bool {
	for r, run := range m.runs {
		for i := 0; i+len(words) <= len(run); i++ {
			n := 0
			for n < len(words) && (run[i+n] == words[n] || slices.Contains(m.parts[r][i+n], words[n])) {
				n++
			}
			if n == len(words) {
				return true
			}
		}
	}
	return false
}

// drawQueries picks words and phrases of different frequency, the same ones for
// the same seed.
func drawQueries(all []scanned, words, phrases int) [][]string {
	df := map[string]int{}
	for _, m := range all {
		seen := map[string]bool{}
		for _, run := range m.runs {
			for _, w := range run {
				if !seen[w] && len(w) > 1 && len(w) < 30 && w != "and" && w != "or" && w != "not" {
					seen[w] = true
					df[w]++
				}
			}
		}
	}
	// Frequencies from 1 to a fifth of all messages, evenly over the classes.
	bounds := []int{1, 2, 10, 100, 1000, max(1001, len(all)/5)}
	classes := make([][]string, len(bounds)-1)
	for w, n := range df {
		for i := range classes {
			if n >= bounds[i] && n < bounds[i+1] {
				classes[i] = append(classes[i], w)
			}
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	var queries [][]string
	for i, class := range classes {
		slices.Sort(class)
		rnd.Shuffle(len(class), func(a, b int) { class[a], class[b] = class[b], class[a] })
		n := words / len(classes)
		if i < words%len(classes) {
			n++
		}
		for _, w := range class[:min(n, len(class))] {
			queries = append(queries, []string{w})
		}
	}
	for n := 0; n < phrases; {
		m := all[rnd.IntN(len(all))]
		run := m.runs[len(m.runs)-1]
		size := 2 + rnd.IntN(3)
		if len(run) < size {
			continue
		}
		at := rnd.IntN(len(run) - size + 1)
		queries = append(queries, run[at:at+size])
		n++
	}
	return queries
}
