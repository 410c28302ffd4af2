package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/mailtext"
)

// set is a collection of mail with queries. A document is known by its Message-ID
// without angle brackets.
type set struct {
	name    string
	tree    string
	size    int
	queries []query
}

// eachMail reads the messages of a tree.
func eachMail(tree string, f func(m mail.Message, text string) error) error {
	return filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		m, _ := decode.Message(source.RFC822, raw) // what can be read of a damaged one
		text, _ := mailtext.Read(m.Body.Content, m.Body.Type == mail.HTML, m.Subject)
		return f(m, text)
	})
}

func eachLine(path string, f func(fields []string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if err := f(strings.FieldsFunc(lines.Text(), func(r rune) bool { return r == '\t' })); err != nil {
			return err
		}
	}
	return lines.Err()
}

// qrels reads TREC's judgements: query, 0, document, grade.
func qrels(path string, name func(doc string) string) (map[string]map[string]float64, error) {
	out := map[string]map[string]float64{}
	err := eachLine(path, func(line []string) error {
		f := strings.Fields(strings.Join(line, " "))
		if len(f) != 4 {
			return fmt.Errorf("%s: %q is no judgement", path, line)
		}
		grade, err := strconv.ParseFloat(f[3], 64)
		if err != nil {
			return err
		}
		if out[f[0]] == nil {
			out[f[0]] = map[string]float64{}
		}
		out[f[0]][name(f[2])] = grade
		return nil
	})
	return out, err
}

func (s *set) count() error {
	return filepath.WalkDir(s.tree, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			s.size++
		}
		return err
	})
}

// judged is a collection of which each document is a mail.
func judged(corpus, name string) (*set, error) {
	dir := filepath.Join(corpus, "ir", name)
	s := &set{name: name, tree: filepath.Join(dir, "eml")}
	grades, err := qrels(filepath.Join(dir, "qrels.txt"), func(doc string) string { return doc + "@" + name + ".ir.invalid" })
	if err != nil {
		return nil, err
	}
	err = eachLine(filepath.Join(dir, "queries.tsv"), func(f []string) error {
		if len(grades[f[0]]) > 0 {
			s.queries = append(s.queries, query{text: f[1], grades: grades[f[0]]})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, s.count()
}

// closes are patches, whose subject should find the report of the fault they close.
func closes(corpus string) (*set, error) {
	dir := filepath.Join(corpus, "ir", "lkml-closes-raid")
	s := &set{name: "lkml-closes-raid", tree: filepath.Join(corpus, "lists", "linux-raid.vger.kernel.org")}
	grades, err := qrels(filepath.Join(dir, "qrels.txt"), func(doc string) string { return doc })
	if err != nil {
		return nil, err
	}
	except := map[string]map[string]bool{}
	err = eachLine(filepath.Join(dir, "exclude.tsv"), func(f []string) error {
		if except[f[0]] == nil {
			except[f[0]] = map[string]bool{}
		}
		except[f[0]][f[1]] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachLine(filepath.Join(dir, "queries.tsv"), func(f []string) error {
		if len(grades[f[0]]) > 0 {
			s.queries = append(s.queries, query{text: f[2], grades: grades[f[0]], except: except[f[0]]})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, s.count()
}

// knownItems are messages of the Enron mail that somebody remembers some words of: two
// or three telling words of what was written and one of the subject, a third of the
// time the sender's last name, and a quarter of the time one word in another number.
// Telling words stand in 3 to 2,000 messages. All with the same subject, sender and
// time are what was meant.
func knownItems(corpus string, n int) (*set, error) {
	s := &set{name: "enron-known-items", tree: filepath.Join(corpus, "enron")}
	type item struct {
		id, key       string
		subject, body []string
		sender        string
	}
	var items []item
	df := map[string]int{}
	same := map[string][]string{}
	err := eachMail(s.tree, func(m mail.Message, text string) error {
		s.size++
		it := item{id: m.InternetMessageID, key: m.Subject + "\x00" + m.From.Address + "\x00" + m.Date().String()}
		_, spans := mailtext.Read(text, false, m.Subject)
		it.subject, it.body = words(m.Subject), words(mailtext.Part(text, spans, mailtext.Own))
		if name := strings.Fields(strings.ReplaceAll(m.From.Name, ",", " ")); len(name) > 0 {
			it.sender = strings.ToLower(name[len(name)-1])
		}
		for _, w := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(it.subject, it.body)))) {
			df[w]++
		}
		same[it.key] = append(same[it.key], it.id)
		if len(it.body) >= 20 && len(it.body) <= 500 {
			items = append(items, it)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(2026, 11))
	telling := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(w string) bool { return df[w] < 3 || df[w] > 2000 || len(w) < 4 })
	}
	for len(s.queries) < n {
		it := items[rnd.IntN(len(items))]
		subject, body := telling(it.subject), telling(it.body)
		if len(body) < 3 {
			continue
		}
		var remembered []string
		if len(subject) > 0 {
			remembered = append(remembered, subject[rnd.IntN(len(subject))])
		}
		for range 2 + rnd.IntN(2) {
			remembered = append(remembered, body[rnd.IntN(len(body))])
		}
		if rnd.IntN(4) == 0 {
			i := rnd.IntN(len(remembered))
			remembered[i] = otherNumber(remembered[i])
		}
		if it.sender != "" && rnd.IntN(3) == 0 {
			remembered = append(remembered, it.sender)
		}
		grades := map[string]float64{}
		for _, id := range same[it.key] {
			grades[id] = 1
		}
		s.queries = append(s.queries, query{text: strings.Join(remembered, " "), grades: grades})
	}
	return s, nil
}

func otherNumber(w string) string {
	if short, ok := strings.CutSuffix(w, "s"); ok && !strings.HasSuffix(short, "s") {
		return short
	}
	return w + "s"
}

// words are the words of letters alone, in lower case.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) })
}
