package bleve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/analysis"
)

// inflectMatcher matches a term and the other forms of its word. What is another
// form depends on a message's language; a message whose language is not known is
// taken to be in any of those that many messages are in.
type inflectMatcher struct{ field, term string }

// form is a term with the documents in which it counts as a form of the word; they
// are some of those that have it.
type form struct {
	found  postings
	docs   *roaring.Bitmap
	weight float64 // what it counts beside the form that was asked for
}

// maxForms is how many terms of a segment can be forms of one word, and maxCandidates
// how many are looked at for that: a stem of three letters begins thousands of words.
const (
	maxForms      = 200
	maxCandidates = 20_000
)

// usualShare is the share of the messages of known language that a language needs
// for messages of unknown language to be looked at as being in it.
const usualShare = 0.1

func (*inflectMatcher) cost() int { return 2 }

func (m *inflectMatcher) match(p *part, _ *roaring.Bitmap) (*roaring.Bitmap, error) {
	if sum, ok := p.inflected[m]; ok {
		return sum, nil
	}
	forms, err := m.forms(p)
	if err != nil {
		return nil, err
	}
	var sets []*roaring.Bitmap
	for _, f := range forms {
		sets = append(sets, f.docs)
	}
	sum := union(sets)
	p.inflected[m] = sum
	return sum, nil
}

// forms lists the forms of the word that the segment has, the one that was asked for
// first.
func (m *inflectMatcher) forms(p *part) ([]form, error) {
	if found, ok := p.forms[m]; ok {
		return found, nil
	}
	languages, err := p.cols.tongues(p.segment)
	if err != nil {
		return nil, err
	}
	w := word{term: m.term}
	for _, l := range languages.list {
		w.add(l.code)
	}
	var forms []form
	exact, err := p.lookup(m.field, m.term)
	if err != nil {
		return nil, err
	}
	if exact.docs != nil {
		forms = append(forms, form{exact, exact.docs, 1})
	}
	err = w.eachCandidate(p, m.field, func(found postings, as []string) {
		if docs := roaring.And(found.docs, languages.docs(as, p.usual)); !docs.IsEmpty() && len(forms) < maxForms {
			forms = append(forms, form{found, docs, formWeight})
		}
	})
	if err != nil {
		return nil, err
	}
	p.forms[m] = forms
	return forms, nil
}

// word is a term with its stems.
type word struct {
	term       string
	languages  []string
	stems      []string // by language
	beginnings []string
}

func (w *word) add(language string) {
	b := analysis.Beginnings(language, w.term)
	if len(b) == 0 {
		return
	}
	w.languages = append(w.languages, language)
	w.stems = append(w.stems, analysis.Stem(language, w.term))
	w.beginnings = append(w.beginnings, b...)
}

// eachCandidate calls f for the terms that are another form of the word in some
// languages.
func (w *word) eachCandidate(p *part, field string, f func(found postings, as []string)) error {
	dict, err := p.dictionary(field)
	if err != nil {
		return err
	}
	slices.Sort(w.beginnings)
	last, left := "", maxCandidates
	for _, b := range w.beginnings {
		if last != "" && strings.HasPrefix(b, last) {
			continue // read already
		}
		last = b
		it := dict.AutomatonIterator(nil, []byte(b), after(b))
		for ; left > 0; left-- {
			entry, err := it.Next()
			if err != nil {
				return fmt.Errorf("read dictionary of %s: %w", field, err)
			}
			if entry == nil {
				break
			}
			as := w.formIn(entry.Term)
			if len(as) == 0 {
				continue
			}
			found, err := lookup(dict, entry.Term)
			if err != nil {
				return err
			}
			if found.docs != nil {
				f(found, as)
			}
		}
	}
	return p.done()
}

// formIn lists the languages in which a term is another form of the word.
func (w *word) formIn(term string) []string {
	if term == w.term {
		return nil
	}
	var as []string
	for i, l := range w.languages {
		if analysis.Stem(l, term) == w.stems[i] {
			as = append(as, l)
		}
	}
	return as
}

// tongues are the documents of a segment by language.
type tongues struct {
	list    []tongue
	unknown *roaring.Bitmap
}

type tongue struct {
	code string
	docs *roaring.Bitmap
}

// tongues reads the languages of a segment, once.
func (c *columns) tongues(s segment.Segment) (*tongues, error) {
	c.speaking.Do(func() {
		t := &tongues{unknown: roaring.New()}
		t.unknown.AddRange(0, uint64(len(c.ids)))
		c.tonguesErr = eachTerm(s, fieldLang, nil, nil, func(term string, docs *roaring.Bitmap) error {
			t.list = append(t.list, tongue{term, docs.Clone()})
			t.unknown.AndNot(docs)
			return nil
		})
		c.spoken = t
	})
	return c.spoken, c.tonguesErr
}

// docs are the documents in some languages, with those of unknown language when one
// of them is a usual one.
func (t *tongues) docs(languages, usual []string) *roaring.Bitmap {
	var sets []*roaring.Bitmap
	for _, l := range t.list {
		if slices.Contains(languages, l.code) {
			sets = append(sets, l.docs)
		}
	}
	if slices.ContainsFunc(languages, func(l string) bool { return slices.Contains(usual, l) }) {
		sets = append(sets, t.unknown)
	}
	return union(sets)
}

// usualLanguages are those of many documents of an index.
func usualLanguages(parts []*part) ([]string, error) {
	counts, total := map[string]uint64{}, uint64(0)
	for _, p := range parts {
		t, err := p.cols.tongues(p.segment)
		if err != nil {
			return nil, err
		}
		for _, l := range t.list {
			n := l.docs.GetCardinality()
			if p.deleted != nil {
				n -= l.docs.AndCardinality(p.deleted)
			}
			counts[l.code] += n
			total += n
		}
	}
	var usual []string
	for code, n := range counts {
		if n > 0 && float64(n) >= usualShare*float64(total) {
			usual = append(usual, code)
		}
	}
	return usual, nil
}
