package bleve

import (
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// manyDocuments are scored in ranges, side by side, with a place for each document of a
// range: all postings of a word are added up as they are read, whether or not the search
// has found their documents, and nobody looks for the places of those that it has.
const manyDocuments = 4096

// ready is what a scorer adds up in a part.
type ready struct {
	scorer  int
	forms   []readyForm     // of a word
	alone   bool            // it has one form, and that counts in full
	same    *roaring.Bitmap // documents that get the same each
	counted *counted        // of a phrase, or of what stands in places
	lengths []byte          // length steps by document
}

// readyForm is a form with how it is read: picking few of a list's postings is quicker than
// going over all.
type readyForm struct {
	form
	list frequencyList // nil: pick
	some []uint32      // the documents that count, where these are not all of the list's
}

// frequencyList gives frequencies by the chunk.
type frequencyList interface {
	Frequencies(from, to uint32, f func(docs, freqs []uint32)) error
}

// scoreMany is score for many documents.
func (g *scoring) scoreMany(p *part, docs []uint32, set *roaring.Bitmap) ([]float64, error) {
	var all []ready
	for i := range g.scores {
		if err := p.done(); err != nil {
			return nil, err
		}
		if g.weight[i] == 0 {
			continue
		}
		r, err := g.ready(i, p, set)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	scores := make([]float64, len(docs))
	pieces := ranges(len(docs), manyDocuments)
	err := sideBySide(len(pieces), func(i int) error {
		from, to := pieces[i][0], pieces[i][1]
		r := newScoreRange(g, docs[from:to], set, len(pieces) > 1)
		for j := range all {
			if err := p.done(); err != nil {
				return err
			}
			if err := r.add(&all[j]); err != nil {
				return err
			}
		}
		for at, doc := range r.docs {
			scores[from+at] = r.sums[doc-r.from]
		}
		return nil
	})
	return scores, err
}

// ready looks up what a scorer adds up.
func (g *scoring) ready(i int, p *part, set *roaring.Bitmap) (r ready, err error) {
	s := &g.scores[i]
	r.scorer = i
	switch {
	case s.many != nil:
		r.same, err = s.many.match(p, set)
		return r, err
	case s.phrase != nil:
		r.counted, err = countedBy(p, s.phrase, set)
		return r, err
	case s.place != nil:
		r.counted, err = countedBy(p, s.place, set)
		return r, err
	}
	forms, err := s.formed().forms(p)
	if err != nil {
		return r, err
	}
	if lengths, ok := p.segment.(interface{ Lengths(field string) []byte }); ok {
		r.lengths = lengths.Lengths(s.field)
	}
	r.alone = len(forms) == 1 && forms[0].weight == 1 && forms[0].docs == forms[0].found.docs
	for _, f := range forms {
		both := f.docs.AndCardinality(set)
		if both == 0 {
			continue
		}
		one := readyForm{form: f}
		all := f.found.docs.GetCardinality()
		if list, ok := f.found.list.(frequencyList); ok && both >= all/2 && int(f.found.docs.Maximum()) < len(r.lengths) {
			one.list = list
			if f.docs != f.found.docs && f.docs.GetCardinality() < all {
				one.some = f.docs.ToArray()
			}
		}
		r.forms = append(r.forms, one)
	}
	return r, nil
}

// countedBy is what a matcher of places has counted, which it does where it is no part of
// the condition.
func countedBy(p *part, m matcher, set *roaring.Bitmap) (*counted, error) {
	if found := p.countedOf(m); found != nil {
		return found, nil
	}
	_, err := m.match(p, set)
	return p.countedOf(m), err
}

// scoreRange adds up the scores of a range of documents.
type scoreRange struct {
	g       *scoring
	docs    []uint32
	set     *roaring.Bitmap // docs
	from    uint32          // the first of docs
	to      uint32          // behind the last
	sums    []float64       // by document, from the first on
	freqs   []float64       // likewise: of the word that is added; 0 between words
	touched []uint32        // documents with a frequency
}

func newScoreRange(g *scoring, docs []uint32, set *roaring.Bitmap, some bool) *scoreRange {
	r := &scoreRange{g: g, docs: docs, set: set, from: docs[0], to: docs[len(docs)-1] + 1}
	if some {
		r.set = roaring.New()
		r.set.AddMany(docs)
	}
	r.sums, r.freqs = make([]float64, r.to-r.from), make([]float64, r.to-r.from)
	return r
}

func (r *scoreRange) add(one *ready) error {
	weight := r.g.weight[one.scorer]
	switch {
	case one.same != nil:
		for it := roaring.And(one.same, r.set).Iterator(); it.HasNext(); {
			r.sums[it.Next()-r.from] += weight
		}
		return nil
	case one.counted != nil:
		at, _ := slices.BinarySearch(one.counted.docs, r.from)
		for ; at < len(one.counted.docs) && one.counted.docs[at] < r.to; at++ {
			r.sums[one.counted.docs[at]-r.from] += weight * r.g.bm25(float64(one.counted.freqs[at]), r.g.k)
		}
		return nil
	case len(one.forms) == 0:
		return nil
	}
	table := r.g.tables[r.g.scores[one.scorer].field]
	for i := range one.forms {
		if one.alone && one.forms[i].list != nil {
			return one.forms[i].each(r.from, r.to, func(doc uint32, freq float64) {
				r.sums[doc-r.from] += weight * r.g.bm25(freq, table[min(one.lengths[doc], maxStep)])
			})
		}
		if err := r.form(&one.forms[i]); err != nil {
			return err
		}
	}
	for _, doc := range r.touched {
		at := doc - r.from
		r.sums[at] += weight * r.g.bm25(r.freqs[at], table[min(one.lengths[doc], maxStep)])
		r.freqs[at] = 0
	}
	r.touched = r.touched[:0]
	return nil
}

// form adds the frequencies of a form to those of its word.
func (r *scoreRange) form(f *readyForm) error {
	add := func(doc uint32, freq float64) {
		at := doc - r.from
		if r.freqs[at] == 0 {
			r.touched = append(r.touched, doc)
		}
		r.freqs[at] += f.weight * freq
	}
	if f.list == nil {
		return eachFrequency(f.found, f.docs, r.docs, r.set, func(at int, freq float64, _ int) { add(r.docs[at], freq) })
	}
	return f.each(r.from, r.to, add)
}

// each calls add for the documents of a range in which the form counts.
func (f *readyForm) each(from, to uint32, add func(doc uint32, freq float64)) error {
	some := f.some
	if some != nil {
		at, _ := slices.BinarySearch(some, from)
		some = some[at:]
	}
	err := f.list.Frequencies(from, to, func(docs, freqs []uint32) {
		for i, doc := range docs {
			if f.some != nil {
				for len(some) > 0 && some[0] < doc {
					some = some[1:]
				}
				if len(some) == 0 || some[0] != doc {
					continue
				}
			}
			add(doc, frequencies[freqs[i]&15])
		}
	})
	if err != nil {
		return fmt.Errorf("read frequencies: %w", err)
	}
	return nil
}
