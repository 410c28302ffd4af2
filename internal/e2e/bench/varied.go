package main

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// keptWords is how many of the most usual words are the same in all copies. Of the
// others half recur in every copy and half are words of that copy only, so that
// the vocabulary grows with the mail, though more slowly.
const keptWords = 3000

// varier makes messages of one copy of the corpus from those of the corpus itself.
type varier struct {
	copy  int // 0 leaves everything as it is
	usual map[string]bool
	other [26]byte // what stands for each letter
}

// usualWords are the words that no copy changes.
func usualWords(d *drawer) map[string]bool {
	type counted struct {
		word string
		n    int
	}
	var all []counted
	for w, n := range d.seen {
		all = append(all, counted{w, n})
	}
	slices.SortFunc(all, func(a, b counted) int { return cmp.Or(b.n-a.n, strings.Compare(a.word, b.word)) })
	usual := map[string]bool{}
	for _, c := range all[:min(keptWords, len(all))] {
		usual[c.word] = true
	}
	return usual
}

// newVarier exchanges vowels for vowels and the other letters among themselves, in
// each copy in another way.
func newVarier(copy int, usual map[string]bool) *varier {
	v := &varier{copy: copy, usual: usual}
	rnd := rand.New(rand.NewPCG(uint64(copy), 17))
	for _, letters := range []string{"aeiou", "bcdfghjklmnpqrstvwxyz"} {
		for i, to := range rnd.Perm(len(letters)) {
			v.other[letters[i]-'a'] = letters[to]
		}
	}
	return v
}

// message gives the copy's own form of a message: other words, other ids, other
// addresses, the same dates.
func (v *varier) message(raw []byte) []byte {
	if v.copy == 0 {
		return raw
	}
	head, body, _ := bytes.Cut(raw, []byte("\n\n"))
	var out bytes.Buffer
	out.Grow(len(raw) + 256)
	for line := range bytes.Lines(append(head, '\n')) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch strings.ToLower(string(name)) {
		case "subject":
			out.Write(name)
			out.WriteByte(':')
			v.words(&out, value)
		case "message-id", "references", "in-reply-to", "from", "to", "cc", "bcc":
			out.Write(bytes.ReplaceAll(line, []byte("@"), fmt.Appendf(nil, ".%d@", v.copy)))
		default:
			out.Write(line)
		}
	}
	out.WriteByte('\n')
	v.words(&out, body)
	return out.Bytes()
}

// words copies a text and changes its words.
func (v *varier) words(out *bytes.Buffer, text []byte) {
	for at := 0; at < len(text); {
		end := at
		for end < len(text) && isLetter(text[end]) {
			end++
		}
		if end == at {
			out.WriteByte(text[at])
			at++
			continue
		}
		v.word(out, text[at:end])
		at = end
	}
}

func (v *varier) word(out *bytes.Buffer, word []byte) {
	lower := string(bytes.ToLower(word))
	h := fnv.New32a()
	_, _ = h.Write([]byte(lower))
	if len(word) < 4 || v.usual[lower] || h.Sum32()%2 == 0 {
		out.Write(word)
		return
	}
	for _, c := range word {
		switch {
		case c >= 'a':
			out.WriteByte(v.other[c-'a'])
		default:
			out.WriteByte(v.other[c-'A'] - 'a' + 'A')
		}
	}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// mailbox is the copy's name of a mailbox.
func (v *varier) mailbox(name string) string {
	if v.copy == 0 {
		return name
	}
	return name + "-" + strconv.Itoa(v.copy)
}

// scatter is a sum of a name, to bring names into an order that means nothing.
func scatter(name string) []byte {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return h.Sum(nil)
}
