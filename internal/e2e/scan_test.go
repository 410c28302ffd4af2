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
// runs of their own, and a phrase lies within one run. The scan is over Enron's
// mail, which is plain ASCII text without attachments, so that folding of
// accents and the like does not come in.
type scanned struct {
	path string
	runs [][]string
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
		m.runs = append(m.runs, tokens(msg.Header.Get(h)))
	}
	body := msg.Body
	if strings.EqualFold(msg.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return scanned{}, err
	}
	m.runs = append(m.runs, tokens(string(text)))
	return m, nil
}

func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// matches tells whether the words stand next to each other in one run.
func (m scanned) matches(words []string) bool {
	for _, run := range m.runs {
		for i := 0; i+len(words) <= len(run); i++ {
			if slices.Equal(run[i:i+len(words)], words) {
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
