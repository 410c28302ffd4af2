package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
)

// question is one thing to look for, which each program is asked in its own
// language. Its words are plain ones, so that all programs mean the same by them.
type question struct {
	class         string
	words         []string // of a phrase in their order; of a prefix its letters
	from          string   // a word of the sender's address
	mailbox       string
	after, before time.Time // at or after, and before: beginnings of days in UTC
}

// The classes of questions.
const (
	rare          = "rare"
	mid           = "mid"
	common        = "common"
	and2          = "and2"
	and3          = "and3"
	phrase        = "phrase"
	prefix        = "prefix"
	inRange       = "range"
	fromTerm      = "from"
	inMailbox     = "mailbox"
	fuzzy         = "fuzzy"
	readableShare = 5 // one of so many files is read to draw from
)

func classes() []string {
	return []string{rare, mid, common, and2, and3, phrase, prefix, inRange, fromTerm, inMailbox, fuzzy}
}

// letter is a message to draw questions from.
type letter struct {
	words   []string // of its body, in their order
	from    string   // the last word of the sender's local part; "" where it has none
	mailbox string
	at      time.Time
}

// drawer draws questions from letters, the same ones for the same mail and seed.
type drawer struct {
	rnd     *rand.Rand
	letters []letter
	seen    map[string]int // in how many letters a word stands
	bands   map[string][]string
}

// newDrawer reads a share of the mail that the seed chooses.
func newDrawer(tree string, seed uint64) (*drawer, error) {
	d := &drawer{rnd: rand.New(rand.NewPCG(seed, 11)), seen: map[string]int{}, bands: map[string][]string{}}
	err := filepath.WalkDir(tree, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || d.rnd.IntN(readableShare) > 0 {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(tree, p)
		if err == nil {
			d.add(raw, rel)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(d.letters) == 0 {
		return nil, fmt.Errorf("there is no mail in %s", tree)
	}
	for w, n := range d.seen {
		share := float64(n) / float64(len(d.letters))
		switch {
		case n == 1:
			d.bands[rare] = append(d.bands[rare], w)
		case share >= 0.002 && share < 0.02:
			d.bands[mid] = append(d.bands[mid], w)
		case share > 1.0/6:
			d.bands[common] = append(d.bands[common], w)
		}
	}
	for _, b := range d.bands {
		slices.Sort(b)
	}
	return d, nil
}

func (d *drawer) add(raw []byte, rel string) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return // a few files are no mail
	}
	_, body, _ := bytes.Cut(raw, []byte("\n\n"))
	l := letter{words: wordsOf(string(body))}
	l.mailbox, _, _ = strings.Cut(filepath.ToSlash(rel), "/")
	if at, err := m.Header.Date(); err == nil {
		l.at = at.UTC()
	}
	if from, err := netmail.ParseAddress(m.Header.Get("From")); err == nil {
		local, _, _ := strings.Cut(strings.ToLower(from.Address), "@")
		if last := local[strings.LastIndexAny(local, "._-")+1:]; plainLetters(last) && len(last) > 3 {
			l.from = last
		}
	}
	once := map[string]bool{}
	for _, w := range l.words {
		if !once[w] && plain(w) {
			once[w] = true
			d.seen[w]++
		}
	}
	d.letters = append(d.letters, l)
}

func wordsOf(body string) []string {
	return strings.FieldsFunc(strings.ToLower(body), func(r rune) bool { return r > 127 || !unicode.IsLetter(r) })
}

func plainLetters(w string) bool {
	return !strings.ContainsFunc(w, func(r rune) bool { return r < 'a' || r > 'z' })
}

// draw gives n questions of each class.
func (d *drawer) draw(n int) []question {
	var all []question
	for _, class := range classes() {
		for range n {
			all = append(all, d.one(class))
		}
	}
	return all
}

func (d *drawer) one(class string) question {
	for range 10_000 {
		if q, ok := d.try(class); ok {
			q.class = class
			return q
		}
	}
	return question{class: class, words: []string{"mail"}} // of a handful of mails
}

func (d *drawer) try(class string) (q question, ok bool) {
	l := d.letters[d.rnd.IntN(len(d.letters))]
	switch class {
	case rare, mid, common:
		q.words, ok = d.pick(d.bands[class], 1)
	case and2:
		q.words, ok = d.pick(d.frequent(l, 0.001, 0.1), 2)
	case and3:
		q.words, ok = d.pick(d.frequent(l, 0.001, 0.1), 3)
	case phrase:
		n := 2 + d.rnd.IntN(3)
		if len(l.words) < n {
			return q, false
		}
		at := d.rnd.IntN(len(l.words) - n + 1)
		q.words = l.words[at : at+n]
		ok = !slices.ContainsFunc(q.words, func(w string) bool { return !plain(w) })
	case prefix:
		if q.words, ok = d.pick(d.bands[mid], 1); ok && len(q.words[0]) > 5 {
			q.words[0] = q.words[0][:3+d.rnd.IntN(2)]
			return q, true
		}
		return q, false
	case inRange:
		if l.at.Year() < 1998 || l.at.Year() > 2002 { // clocks that went wrong
			return q, false
		}
		q.words, ok = d.pick(d.frequent(l, 0.001, 0.1), 1)
		q.after = time.Date(l.at.Year(), l.at.Month(), l.at.Day()-d.rnd.IntN(30), 0, 0, 0, 0, time.UTC)
		q.before = q.after.AddDate(0, 0, 31+d.rnd.IntN(90))
	case fromTerm:
		q.from = l.from
		q.words, ok = d.pick(d.frequent(l, 0.001, 0.1), 1)
		ok = ok && q.from != ""
	case inMailbox:
		q.mailbox = l.mailbox
		q.words, ok = d.pick(d.frequent(l, 0.001, 0.1), 1)
	case fuzzy:
		if q.words, ok = d.pick(d.bands[mid], 1); ok && len(q.words[0]) > 5 {
			at := 1 + d.rnd.IntN(len(q.words[0])-1)
			q.words[0] = q.words[0][:at] + q.words[0][at+1:]
			return q, true
		}
		return q, false
	}
	return q, ok
}

// pick takes n different words, if there are so many.
func (d *drawer) pick(words []string, n int) ([]string, bool) {
	var picked []string
	for range 20 {
		if len(words) == 0 || len(picked) == n {
			break
		}
		if w := words[d.rnd.IntN(len(words))]; !slices.Contains(picked, w) {
			picked = append(picked, w)
		}
	}
	return picked, len(picked) == n
}

// frequent are the words of a letter that stand in such a share of all.
func (d *drawer) frequent(l letter, least, most float64) []string {
	var found []string
	for _, w := range l.words {
		if share := float64(d.seen[w]) / float64(len(d.letters)); share >= least && share <= most {
			found = append(found, w)
		}
	}
	return found
}
