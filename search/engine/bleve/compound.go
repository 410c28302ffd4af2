package bleve

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/search/analysis"
)

// Compounds of a word are found by the words that the index has itself: one is a word
// that has a form of the word in it, and whose rest is one more word of the index, or two.

// compoundWeight is what a compound counts beside the word that was asked for.
const compoundWeight = 0.25

// compoundShare is the share of the messages of known language that a language needs for
// compounds to be looked for in it: below, the language of most of them is mistaken.
const compoundShare = 0.005

// The limits of looking for compounds: how many words of a query are looked for within
// others, how many terms of a segment are found by one, the most frequent first, and how
// many are looked at for that.
const (
	maxWithin        = 24
	maxCompounds     = 500
	maxHangul        = 5_000
	maxLongerLookups = 5_000
)

// compounding lists the languages in which compounds are looked for.
func compounding(parts []*part) ([]string, error) {
	all, err := languagesOf(parts, compoundShare)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l string) bool { return !slices.Contains(analysis.Compounding(), l) }), nil
}

// compounds lists the terms of a segment that are compounds of the word.
func (m *inflectMatcher) compounds(p *part) ([]form, error) {
	if analysis.Hangul(m.term) {
		return m.hangul(p)
	}
	by := map[string][]string{} // languages by word
	for _, l := range p.whole.compounding {
		within := analysis.CompoundPart(l, m.term)
		docs, err := p.in(l)
		if err != nil {
			return nil, err
		}
		if within == "" || docs == nil {
			continue
		}
		if m.whole {
			if m.tell {
				p.budget.cap(m.term)
			}
			return nil, nil
		}
		words, err := p.cols.lengthy.having(p, fieldTerm{m.field, compound}, within)
		if err != nil {
			return nil, err
		}
		if len(words) > maxLongerLookups {
			p.budget.cap(m.term)
			words = words[:maxLongerLookups]
		}
		known := p.whole.knows(l)
		for _, w := range words {
			if w != m.term && !isForm(l, w, m.term) && analysis.IsCompound(l, w, m.term, known) {
				by[w] = append(by[w], l)
			}
		}
	}
	return m.mostFrequent(p, by)
}

func isForm(lang, word, term string) bool {
	return analysis.Stem(lang, word) == analysis.Stem(lang, term)
}

// hangul lists the terms of a segment that have a Korean word within them, in whatever
// language the message is.
func (m *inflectMatcher) hangul(p *part) ([]form, error) {
	words, err := p.cols.lengthy.having(p, fieldTerm{m.field, hangul}, m.term)
	if err != nil {
		return nil, err
	}
	var found []form
	for _, word := range words {
		if word == m.term {
			continue
		}
		at, err := p.lookup(m.field, word)
		if err != nil {
			return nil, err
		}
		weight := compoundWeight
		if strings.HasPrefix(word, m.term) { // a particle behind it, as a rule
			weight = formWeight
		}
		if at.docs != nil {
			found = append(found, form{at, at.docs, weight})
		}
	}
	return m.within(p, found, maxHangul), nil
}

// within keeps so many of the forms, the most frequent ones.
func (m *inflectMatcher) within(p *part, found []form, most int) []form {
	if len(found) <= most {
		return found
	}
	p.budget.cap(m.term)
	slices.SortStableFunc(found, func(a, b form) int { return cmp.Compare(b.docs.GetCardinality(), a.docs.GetCardinality()) })
	return found[:most]
}

// mostFrequent looks up words that are compounds in some languages.
func (m *inflectMatcher) mostFrequent(p *part, by map[string][]string) ([]form, error) {
	var found []form
	for _, word := range slices.Sorted(maps.Keys(by)) {
		at, err := p.lookup(m.field, word)
		if err != nil {
			return nil, err
		}
		if at.docs == nil {
			continue
		}
		var docs []*roaring.Bitmap
		for _, l := range by[word] {
			in, err := p.in(l)
			if err != nil {
				return nil, err
			}
			docs = append(docs, in)
		}
		if docs := roaring.And(at.docs, union(docs)); !docs.IsEmpty() {
			found = append(found, form{at, docs, compoundWeight})
		}
	}
	return m.within(p, found, maxCompounds), nil
}

// in gives the documents that are taken to be in a language; nil when there are none.
func (p *part) in(language string) (*roaring.Bitmap, error) {
	if docs, ok := p.speaking[language]; ok {
		return docs, nil
	}
	languages, err := p.cols.tongues(p.segment)
	if err != nil {
		return nil, err
	}
	docs := languages.docs([]string{language}, p.usual)
	p.speaking[language] = docs
	return docs, nil
}

// knows tells which words some message has that is in a language.
func (w *whole) knows(language string) func(word string) bool {
	return func(word string) bool {
		key := fieldTerm{language, word}
		known, asked := w.known[key]
		if asked {
			return known
		}
		for _, p := range w.parts {
			if known = p.has(language, word); known {
				break
			}
		}
		w.known[key] = known
		return known
	}
}

// has tells whether a word stands in a message of the segment that is in a language. What
// cannot be read is not there: reading on finds the damage.
func (p *part) has(language, word string) bool {
	found, err := p.lookup(fieldText, word)
	if err != nil || found.docs == nil {
		return false
	}
	docs, err := p.in(language)
	if err != nil || docs == nil {
		return false
	}
	if p.deleted == nil {
		return docs.Intersects(found.docs)
	}
	return !roaring.AndNot(roaring.And(docs, found.docs), p.deleted).IsEmpty()
}

// leastCompound is the length in bytes of the shortest compounds, and longestCompound
// that of the longest.
const (
	leastCompound   = 7
	longestCompound = 48
)

// The kinds of words that are looked for within others.
const (
	compound = "compound"
	hangul   = "hangul"
)

// longWords are the terms of a segment that may have a word within them, by field and
// kind, in one piece of memory each, so that all that have it are found quickly. They are
// read when they are first needed.
type longWords struct {
	mu sync.Mutex
	by map[fieldTerm][]byte // each with a line feed before it and one at the end
}

// having lists the words of a kind that have something within them.
func (l *longWords) having(p *part, of fieldTerm, within string) ([]string, error) {
	l.mu.Lock()
	all, read := l.by[of]
	l.mu.Unlock()
	if !read {
		var err error
		if all, err = longWordsOf(p, of); err != nil {
			return nil, err
		}
		l.mu.Lock()
		if l.by == nil {
			l.by = map[fieldTerm][]byte{}
		}
		l.by[of] = all
		l.mu.Unlock()
	}
	var found []string
	for at := 0; ; {
		i := bytes.Index(all[at:], []byte(within))
		if i < 0 {
			return found, nil
		}
		i += at
		end := i + bytes.IndexByte(all[i:], '\n')
		found = append(found, string(all[bytes.LastIndexByte(all[:i], '\n')+1:end]))
		at = end
	}
}

func longWordsOf(p *part, of fieldTerm) ([]byte, error) {
	field, fits := of.field, analysis.Hangul
	if of.term == compound {
		fits = func(t string) bool {
			return len(t) >= leastCompound && len(t) <= longestCompound && !strings.ContainsAny(t, "0123456789")
		}
	}
	dict, err := p.dictionary(field)
	if err != nil {
		return nil, err
	}
	it := dict.AutomatonIterator(nil, nil, nil)
	all := []byte{'\n'}
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := p.done(); err != nil {
				return nil, err
			}
		}
		entry, err := it.Next()
		if err != nil {
			return nil, fmt.Errorf("read dictionary of %s: %w", field, err)
		}
		if entry == nil {
			return slices.Clip(all), nil
		}
		if fits(entry.Term) {
			all = append(append(all, entry.Term...), '\n')
		}
	}
}
