package bleve

import (
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// inflectMatcher matches a term and the other forms of its word. What is another
// form depends on a message's language; a message whose language is not known is
// taken to be in any of those that many messages are in.
type inflectMatcher struct {
	field, term string
	whole, tell bool // compounds of it are not looked for, which is to be told
}

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
	var forms []form
	exact, err := p.lookup(m.field, m.term)
	if err != nil {
		return nil, err
	}
	if exact.docs != nil {
		forms = append(forms, form{exact, exact.docs, 1})
	}
	var in *roaring.Bitmap
	var last []string
	err = eachForm(p, m.field, m.term, languages, func(found postings, as []string) {
		if in == nil || !slices.Equal(as, last) {
			in, last = languages.docs(as, p.usual), as
		}
		if docs := roaring.And(found.docs, in); !docs.IsEmpty() && len(forms) < maxForms {
			forms = append(forms, form{found, docs, formWeight})
		}
	})
	if err != nil {
		return nil, err
	}
	parts, err := m.compounds(p)
	if err != nil {
		return nil, err
	}
	forms = append(forms, parts...)
	p.forms[m] = forms
	return forms, nil
}

// tongues are the documents of a segment by language.
type tongues struct {
	list    []tongue
	unknown *roaring.Bitmap
	rare    rareWords
	known   knownForms
}

type tongue struct {
	code string
	docs *roaring.Bitmap
	wide func() *roaring.Bitmap // with the documents of unknown language
	rare bool                   // few documents are in it
}

// tongues reads the languages of a segment, once.
func (c *columns) tongues(s segment.Segment) (*tongues, error) {
	c.speaking.Do(func() {
		t := &tongues{unknown: roaring.New()}
		t.unknown.AddRange(0, uint64(len(c.ids)))
		c.tonguesErr = eachTerm(s, fieldLang, nil, nil, func(term string, docs *roaring.Bitmap) error {
			own := docs.Clone()
			wide := sync.OnceValue(func() *roaring.Bitmap { return roaring.Or(own, t.unknown) })
			t.list = append(t.list, tongue{code: term, docs: own, wide: wide})
			t.unknown.AndNot(docs)
			return nil
		})
		t.markRare(len(c.ids))
		c.spoken = t
	})
	return c.spoken, c.tonguesErr
}

// docs are the documents in some languages, with those of unknown language when one
// of them is a usual one.
func (t *tongues) docs(languages, usual []string) *roaring.Bitmap {
	var sets []*roaring.Bitmap
	for i := range t.list {
		l := &t.list[i]
		switch {
		case !slices.Contains(languages, l.code):
		case slices.Contains(usual, l.code):
			sets = append(sets, l.wide())
		default:
			sets = append(sets, l.docs)
		}
	}
	return union(sets)
}

// languagesOf are those of at least a share of an index's documents of known language.
func languagesOf(parts []*part, share float64) ([]string, error) {
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
	var found []string
	for code, n := range counts {
		if n > 0 && float64(n) >= share*float64(total) {
			found = append(found, code)
		}
	}
	return found, nil
}
