package bleve

import (
	"fmt"
	"math/bits"

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
	size := dict.Cardinality()
	g := p.budget.grant(m, p, size)
	if g.keep == nil {
		g.keep = &sieve{}
		if size > g.terms {
			if g.keep, err = m.sieve(p, dict, g); err != nil {
				return err
			}
		}
	}
	keep := *g.keep
	used := grant{}
	used.looks, err = m.walk(p, dict, g.looks, func(docs uint64, it postingsIterator) error {
		if !keep.passes(docs) {
			return nil
		}
		used.terms++
		list, err := it.Postings()
		if err != nil {
			return fmt.Errorf("read postings: %w", err)
		}
		return f(list)
	})
	p.budget.giveBack(g, used)
	return err
}

// sieve lets the most frequent terms pass: those of more than floor documents, and the
// first ties of those of just as many.
type sieve struct {
	floor uint64
	ties  int
}

// maxFloor is from how many documents on terms count as equally frequent.
const maxFloor = 1 << 12

func (s *sieve) passes(docs uint64) bool {
	docs = min(docs, maxFloor)
	if docs == s.floor {
		s.ties--
		return s.ties >= 0
	}
	return docs > s.floor
}

// sieve counts the terms to tell which of them are within a grant.
func (m *expander) sieve(p *part, dict segment.TermDictionary, g *grant) (*sieve, error) {
	var by [maxFloor + 1]int // terms by how many documents they have
	total := 0
	_, err := m.walk(p, dict, g.looks, func(docs uint64, _ postingsIterator) error {
		by[min(docs, maxFloor)]++
		total++
		return nil
	})
	if err != nil || total <= g.terms {
		return &sieve{}, err
	}
	p.budget.cap(m.name)
	floor, left := maxFloor, g.terms
	for floor > 1 && by[floor] <= left {
		left -= by[floor]
		floor--
	}
	return &sieve{floor: uint64(floor), ties: left}, nil
}

// postingsIterator gives the postings of the present term.
type postingsIterator interface {
	Postings() (segment.PostingsList, error)
}

// walk calls f for the terms, of which it looks at no more than some, and tells how
// many it has looked at.
func (m *expander) walk(p *part, dict segment.TermDictionary, most int, f func(docs uint64, it postingsIterator) error) (int, error) {
	it := dict.AutomatonIterator(m.fits, []byte(m.prefix), after(m.prefix))
	lists, ok := it.(postingsIterator)
	if !ok {
		return 0, fmt.Errorf("dictionary of type %T gives no postings: %w", dict, engine.ErrDamaged)
	}
	for i := 0; ; i++ {
		entry, err := it.Next()
		if err != nil {
			return i, fmt.Errorf("read dictionary of %s: %w", m.field, err)
		}
		if entry == nil {
			return i, nil
		}
		if i%1024 == 0 {
			if err := p.done(); err != nil {
				return i, err
			}
		}
		if i == most {
			p.budget.cap(m.name)
			return i, nil
		}
		if m.accept != nil && !m.accept(entry.Term) {
			continue
		}
		if err := f(entry.Count, lists); err != nil {
			return i, err
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
