package bleve

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	ours "mailquarry/search/engine/bleve/segment"
)

// The other forms of a word are among the terms that begin like it. In the languages that
// many messages are in, they are looked for in the dictionary. Where mail is in one
// language, it is in some twenty others too by mistake: for those, the terms of the few
// messages in them are kept, so that not every term is stemmed in each.

// word is a term with its stems.
type word struct {
	term        string
	usual, rare []wordIn // in languages that many and that few messages are in
}

// wordIn is the word in a language.
type wordIn struct {
	language   string
	stem       string
	beginnings []string // each form has one
}

func newWord(term string, languages *tongues, usual []string) *word {
	w := &word{term: term}
	for _, l := range languages.list {
		b := analysis.Beginnings(l.code, term)
		if len(b) == 0 {
			continue
		}
		in := wordIn{l.code, analysis.Stem(l.code, term), b}
		if l.rare && !slices.Contains(usual, l.code) {
			w.rare = append(w.rare, in)
		} else {
			w.usual = append(w.usual, in)
		}
	}
	return w
}

// formOf is a term that is a form of a word in some languages.
type formOf struct {
	term string
	as   []string
}

// eachForm calls f for the terms of a segment that are another form of a word in some
// languages. It leaves out languages in which no document has the term.
func eachForm(p *part, field, term string, languages *tongues, f func(found postings, as []string)) error {
	dict, err := p.dictionary(field)
	if err != nil {
		return err
	}
	usual := slices.Sorted(slices.Values(p.usual))
	forms, err := languages.known.get(knownWord{field, term, strings.Join(usual, " ")}, func() ([]formOf, error) {
		return newWord(term, languages, usual).forms(p, field, dict, languages)
	})
	if err != nil {
		return err
	}
	for _, form := range forms {
		found, err := lookup(dict, form.term)
		if err != nil {
			return err
		}
		if found.docs != nil {
			f(found, form.as)
		}
	}
	return p.done()
}

// forms lists the terms of a segment that are another form of the word.
func (w *word) forms(p *part, field string, dict segment.TermDictionary, languages *tongues) ([]formOf, error) {
	forms, err := w.inDictionary(dict)
	if err != nil {
		return nil, fmt.Errorf("read dictionary of %s: %w", field, err)
	}
	if len(w.rare) == 0 {
		return forms, nil
	}
	words, err := languages.rare.words(p, field)
	if err != nil {
		return nil, err
	}
	return merged(append(forms, w.among(words)...)), nil
}

// knownForms are the forms of words that were looked for in a segment: who searches looks
// at the next page, chooses of a facet, adds a word, and the words stay the same.
type knownForms struct {
	mu sync.Mutex
	by map[knownWord][]formOf
}

type knownWord struct{ field, term, usual string }

// maxKnown is how many words' forms are kept of a segment.
const maxKnown = 2000

func (k *knownForms) get(of knownWord, look func() ([]formOf, error)) ([]formOf, error) {
	k.mu.Lock()
	forms, known := k.by[of]
	k.mu.Unlock()
	if known {
		return forms, nil
	}
	forms, err := look()
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil || len(k.by) >= maxKnown {
		k.by = map[knownWord][]formOf{}
	}
	k.by[of] = forms
	return forms, nil
}

// inDictionary looks for forms in usual languages.
func (w *word) inDictionary(dict segment.TermDictionary) (forms []formOf, err error) {
	left := maxCandidates
	for _, b := range beginnings(w.usual) {
		it, ok := dict.AutomatonIterator(nil, []byte(b), after(b)).(termWalk)
		if !ok {
			return nil, fmt.Errorf("dictionary of type %T gives no terms: %w", dict, engine.ErrDamaged)
		}
		for ; left > 0; left-- {
			term, _, err := it.NextTerm()
			if err != nil {
				return nil, err
			}
			if term == nil {
				break
			}
			text := string(term)
			if as := w.formIn(w.usual, text); len(as) > 0 {
				forms = append(forms, formOf{text, as})
			}
		}
	}
	return forms, nil
}

type termWalk interface {
	NextTerm() ([]byte, ours.Mark, error)
}

// among looks for forms in rare languages, among sorted terms.
func (w *word) among(terms []string) (forms []formOf) {
	left := maxCandidates
	for _, b := range beginnings(w.rare) {
		at, _ := slices.BinarySearch(terms, b)
		for ; at < len(terms) && left > 0 && strings.HasPrefix(terms[at], b); at, left = at+1, left-1 {
			if as := w.formIn(w.rare, terms[at]); len(as) > 0 {
				forms = append(forms, formOf{terms[at], as})
			}
		}
	}
	return forms
}

// merged puts forms in order and makes one of those of the same term.
func merged(forms []formOf) []formOf {
	slices.SortStableFunc(forms, func(a, b formOf) int { return cmp.Compare(a.term, b.term) })
	out := forms[:0]
	for _, f := range forms {
		if n := len(out); n > 0 && out[n-1].term == f.term {
			out[n-1].as = slices.Concat(out[n-1].as, f.as)
			continue
		}
		out = append(out, f)
	}
	return out
}

// beginnings are those of some languages, sorted, without those that begin with another.
func beginnings(in []wordIn) []string {
	var all, list []string
	for _, l := range in {
		all = append(all, l.beginnings...)
	}
	slices.Sort(all)
	for _, b := range all {
		if len(list) == 0 || !strings.HasPrefix(b, list[len(list)-1]) {
			list = append(list, b)
		}
	}
	return list
}

// formIn lists those of some languages in which a term is another form of the word.
func (w *word) formIn(languages []wordIn, term string) (as []string) {
	if term == w.term {
		return nil
	}
	for i := range languages {
		in := &languages[i]
		begins := slices.ContainsFunc(in.beginnings, func(b string) bool { return strings.HasPrefix(term, b) })
		if begins && analysis.Stem(in.language, term) == in.stem {
			as = append(as, in.language)
		}
	}
	return as
}

// rareShare: one of so many of a segment's documents are in the languages that count as
// rare, all of these together.
const rareShare = 64

// markRare tells the rare languages of a segment with so many documents.
func (t *tongues) markRare(documents int) {
	order := make([]*tongue, len(t.list))
	for i := range t.list {
		order[i] = &t.list[i]
	}
	slices.SortStableFunc(order, func(a, b *tongue) int { return cmp.Compare(a.docs.GetCardinality(), b.docs.GetCardinality()) })
	var sets []*roaring.Bitmap
	for _, l := range order {
		if documents -= rareShare * int(l.docs.GetCardinality()); documents < 0 {
			break
		}
		l.rare = true
		sets = append(sets, l.docs)
	}
	t.rare.docs = union(sets)
}

// rareWords are the terms of a segment's documents in rare languages, by field, in their
// order. They are read when they are first needed.
type rareWords struct {
	docs *roaring.Bitmap
	mu   sync.Mutex
	by   map[string][]string
}

func (r *rareWords) words(p *part, field string) ([]string, error) {
	r.mu.Lock()
	words, read := r.by[field]
	r.mu.Unlock()
	if read {
		return words, nil
	}
	words, err := r.read(p, field)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[string][]string{}
	}
	r.by[field] = words
	return words, nil
}

func (r *rareWords) read(p *part, field string) (words []string, err error) {
	dict, err := p.dictionary(field)
	if err != nil {
		return nil, err
	}
	it, walks := dict.AutomatonIterator(nil, nil, nil).(termWalk)
	lists, opens := dict.(interface {
		PostingsAt(mark ours.Mark) (segment.PostingsList, error)
	})
	if !walks || !opens {
		return nil, fmt.Errorf("dictionary of type %T gives no terms: %w", dict, engine.ErrDamaged)
	}
	in := make(bitset, len(p.cols.ids)/64+1)
	for it := r.docs.Iterator(); it.HasNext(); {
		in.add(int(it.Next()))
	}
	var docs []uint32
	for i := 0; ; i++ {
		if i%1024 == 0 {
			if err := p.done(); err != nil {
				return nil, err
			}
		}
		term, at, err := it.NextTerm()
		if err != nil {
			return nil, fmt.Errorf("read dictionary of %s: %w", field, err)
		}
		if term == nil {
			return slices.Clip(words), nil
		}
		list, err := lists.PostingsAt(at)
		if err != nil {
			return nil, fmt.Errorf("read postings: %w", err)
		}
		found := false
		if short, ok := list.(interface{ AppendDocs(to []uint32) []uint32 }); ok && at.Docs() <= maxShort {
			docs = short.AppendDocs(docs[:0])
			found = slices.ContainsFunc(docs, func(doc uint32) bool { return int(doc) < len(p.cols.ids) && in.has(int(doc)) })
		} else if all := bitmapOf(list); all != nil {
			found = all.Intersects(r.docs)
		}
		if found {
			words = append(words, string(term))
		}
	}
}

// maxShort is how many documents are looked at one by one.
const maxShort = 128
