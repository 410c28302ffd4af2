package bleve

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/engine"
)

// expander is a word of a query that stands for several terms: a prefix, a pattern,
// a misspelling.
type expander struct {
	field  string
	prefix string            // what the terms begin with
	accept func(string) bool // nil: all of those
	fits   segment.Automaton // nil: all of those; it skips what cannot fit
	name   string            // as it is said in a query
}

// The limits of expansion: how many terms all words of a query may stand for, over
// all segments, and how many are looked at. What goes beyond is cut, the rarest terms
// first, and said.
const (
	maxExpansions = 60_000
	maxLooks      = 1_000_000
)

// budget is what is left of the limits of a search, and what has been cut.
type budget struct {
	terms, looks int
	capped       []string
}

func (b *budget) cap(name string) {
	if !slices.Contains(b.capped, name) {
		b.capped = append(b.capped, name)
	}
}

func (*expander) cost() int { return 4 }

// match gives the documents of all terms.
func (m *expander) match(p *part, _ *roaring.Bitmap) (*roaring.Bitmap, error) {
	if sum := p.expanded[m]; sum != nil {
		return sum, nil
	}
	set := newDense(len(p.cols.ids))
	err := m.each(p, func(list segment.PostingsList) error { return set.add(list) })
	if err != nil {
		return nil, err
	}
	sum := set.bitmap()
	p.expanded[m] = sum
	return sum, nil
}

// forms are the postings of all terms.
func (m *expander) forms(p *part) ([]form, error) {
	var all []form
	err := m.each(p, func(list segment.PostingsList) error {
		if docs := bitmapOf(list); docs != nil {
			all = append(all, form{postings{list, docs}, docs, 1})
		}
		return nil
	})
	return all, err
}

// each calls f for the terms' postings. As long as they are within the limits that is
// in one walk over the dictionary; else the most frequent ones are picked first.
func (m *expander) each(p *part, f func(segment.PostingsList) error) error {
	dict, err := p.dictionary(m.field)
	if err != nil {
		return err
	}
	var chosen map[string]bool
	if n := dict.Cardinality(); n > p.budget.terms {
		counted, err := m.count(p, dict)
		if err != nil {
			return err
		}
		if len(counted) > p.budget.terms {
			p.budget.cap(m.name)
			slices.SortStableFunc(counted, func(a, b termCount) int { return cmp.Compare(b.docs, a.docs) })
			counted = counted[:p.budget.terms]
			chosen = make(map[string]bool, len(counted))
			for _, c := range counted {
				chosen[c.term] = true
			}
		}
	}
	return m.walk(p, dict, func(term string, _ uint64, it postingsIterator) error {
		if chosen != nil && !chosen[term] {
			return nil
		}
		p.budget.terms--
		list, err := it.Postings()
		if err != nil {
			return fmt.Errorf("read postings: %w", err)
		}
		return f(list)
	})
}

type termCount struct {
	term string
	docs uint64
}

// count lists the terms.
func (m *expander) count(p *part, dict segment.TermDictionary) ([]termCount, error) {
	var list []termCount
	looks := p.budget.looks
	err := m.walk(p, dict, func(term string, docs uint64, _ postingsIterator) error {
		list = append(list, termCount{term, docs})
		return nil
	})
	p.budget.looks = looks // the walk that reads them counts
	return list, err
}

// postingsIterator gives the postings of the present term.
type postingsIterator interface {
	Postings() (segment.PostingsList, error)
}

func (m *expander) walk(p *part, dict segment.TermDictionary, f func(term string, docs uint64, it postingsIterator) error) error {
	it := dict.AutomatonIterator(m.fits, []byte(m.prefix), after(m.prefix))
	lists, ok := it.(postingsIterator)
	if !ok {
		return fmt.Errorf("dictionary of type %T gives no postings: %w", dict, engine.ErrDamaged)
	}
	for i := 0; ; i++ {
		entry, err := it.Next()
		if err != nil {
			return fmt.Errorf("read dictionary of %s: %w", m.field, err)
		}
		if entry == nil {
			return nil
		}
		if i%1024 == 0 {
			if err := p.done(); err != nil {
				return err
			}
		}
		if p.budget.looks--; p.budget.looks < 0 {
			p.budget.cap(m.name)
			return nil
		}
		if m.accept != nil && !m.accept(entry.Term) {
			continue
		}
		if err := f(entry.Term, entry.Count, lists); err != nil {
			return err
		}
	}
}

// dense is a set of a segment's documents, quick to add to.
type dense struct {
	words []uint64
	buf   []uint32
}

func newDense(docs int) *dense { return &dense{words: make([]uint64, (docs+63)/64)} }

func (d *dense) add(list segment.PostingsList) error {
	l, ok := list.(interface{ AppendDocs(to []uint32) []uint32 })
	if !ok {
		return fmt.Errorf("postings of type %T: %w", list, engine.ErrDamaged)
	}
	d.buf = l.AppendDocs(d.buf[:0])
	for _, doc := range d.buf {
		if i := int(doc / 64); i < len(d.words) {
			d.words[i] |= 1 << (doc % 64)
		}
	}
	return nil
}

func (d *dense) bitmap() *roaring.Bitmap {
	d.buf = d.buf[:0]
	for i, w := range d.words {
		for ; w != 0; w &= w - 1 {
			d.buf = append(d.buf, uint32(i*64+bits.TrailingZeros64(w)))
		}
	}
	set := roaring.New()
	set.AddMany(d.buf)
	return set
}
