package bleve

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/engine"
	ours "mailquarry/search/engine/bleve/segment"
)

// expander is a word of a query that stands for several terms: a prefix, a pattern,
// a misspelling.
type expander struct {
	field  string
	prefix string            // what the terms begin with
	accept func([]byte) bool // nil: all of those
	fits   segment.Automaton // nil: all of those; it skips what cannot fit
	name   string            // as it is said in a query
}

func (*expander) cost() int { return 4 }

// match gives the documents of all terms.
func (m *expander) match(p *part, _ *roaring.Bitmap) (*roaring.Bitmap, error) {
	if sum := p.expanded[m]; sum != nil {
		return sum, nil
	}
	marks, lists, err := m.lists(p)
	if err != nil {
		return nil, err
	}
	set, err := unionOf(p, marks, lists)
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

// each calls f for the terms' postings.
func (m *expander) each(p *part, f func(segment.PostingsList) error) error {
	marks, lists, err := m.lists(p)
	if err != nil {
		return err
	}
	for i, at := range marks {
		if i%1024 == 0 {
			if err := p.done(); err != nil {
				return err
			}
		}
		list, err := lists.PostingsAt(at)
		if err != nil {
			return fmt.Errorf("read postings: %w", err)
		}
		if err := f(list); err != nil {
			return err
		}
	}
	return nil
}

// among calls f for the postings of the terms that some document of a set has, nil for all.
func (m *expander) among(p *part, docs *roaring.Bitmap, f func(postings)) error {
	marks, lists, err := m.lists(p)
	if err != nil {
		return err
	}
	var wanted *dense
	if docs != nil {
		wanted = denseOf(docs, len(p.cols.ids))
	}
	for i, at := range marks {
		if i%1024 == 0 {
			if err := p.done(); err != nil {
				return err
			}
		}
		if wanted != nil {
			met, err := wanted.meet(lists, at)
			if err != nil {
				return err
			}
			if met == 0 {
				continue
			}
		}
		list, err := lists.PostingsAt(at)
		if err != nil {
			return fmt.Errorf("read postings: %w", err)
		}
		if docs := bitmapOf(list); docs != nil {
			f(postings{list, docs})
		}
	}
	return nil
}

// markedTerms is a dictionary that gives the postings of terms by where they are.
type markedTerms interface {
	segment.TermDictionary
	PostingsAt(at ours.Mark) (segment.PostingsList, error)
	AddDocs(at ours.Mark, set []uint64) error
	AppendWithin(at ours.Mark, set []uint64, to []uint32) ([]uint32, error)
	PlacesAt(at ours.Mark, from uint32, set []uint64, f func(doc uint32, at []uint32)) error
	Pieces(n int) [][]byte
}

func marked(dict segment.TermDictionary) (markedTerms, error) {
	lists, ok := dict.(markedTerms)
	if !ok {
		return nil, fmt.Errorf("dictionary of type %T gives no postings: %w", dict, engine.ErrDamaged)
	}
	return lists, nil
}

// lists tells where the terms' postings are, and what gives them.
func (m *expander) lists(p *part) ([]ours.Mark, markedTerms, error) {
	dict, err := p.dictionary(m.field)
	if err != nil {
		return nil, nil, err
	}
	lists, err := marked(dict)
	if err != nil {
		return nil, nil, err
	}
	marks, err := m.marks(p, lists)
	return marks, lists, err
}

// frequentFirst orders terms by how many documents they have, those of most first.
func frequentFirst(marks []ours.Mark) []ours.Mark {
	order := make([]uint64, len(marks)) // numbers are sorted quicker than marks
	for i, at := range marks {
		order[i] = uint64(math.MaxUint32-at.Docs())<<32 | uint64(i)
	}
	slices.Sort(order)
	sorted := make([]ours.Mark, len(marks))
	for i, n := range order {
		sorted[i] = marks[uint32(n)]
	}
	return sorted
}

// leastMarks is how many terms' postings are worth a goroutine.
const leastMarks = 500

// unionOf is the documents of any of some terms.
func unionOf(p *part, marks []ours.Mark, lists markedTerms) (*dense, error) {
	pieces := ranges(len(marks), leastMarks)
	sets := make([]*dense, len(pieces))
	err := sideBySide(len(pieces), func(i int) error {
		if err := p.done(); err != nil {
			return err
		}
		sets[i] = newDense(len(p.cols.ids))
		for _, at := range marks[pieces[i][0]:pieces[i][1]] {
			if err := lists.AddDocs(at, sets[i].words); err != nil {
				return fmt.Errorf("read postings: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, other := range sets[1:] {
		for i, w := range other.words {
			sets[0].words[i] |= w
		}
	}
	return sets[0], nil
}

// marks tells where the terms' postings are: of the most frequent terms, where there are
// more than may be.
func (m *expander) marks(p *part, dict markedTerms) ([]ours.Mark, error) {
	g := p.budget.grant(m, p, dict.Cardinality())
	if g.settled {
		return g.marks, nil
	}
	marks, looks, err := m.walk(p, dict, g.looks)
	if err != nil {
		return nil, err
	}
	if len(marks) > g.terms {
		p.budget.cap(m.name)
		marks = mostFrequent(marks, g.terms)
	}
	g.marks = slices.Clip(marks)
	p.budget.giveBack(g, len(marks), looks)
	return g.marks, nil
}

// broad tells whether the terms are in more documents than there are, each counted by
// term and several times over.
func (m *expander) broad(p *part) (bool, error) {
	marks, _, err := m.lists(p)
	if err != nil {
		return false, err
	}
	sum, enough := 0, 4*len(p.cols.ids)
	for _, at := range marks {
		if sum += at.Docs(); sum > enough {
			return true, nil
		}
	}
	return false, nil
}

// maxFloor is from how many documents on terms count as equally frequent.
const maxFloor = 1 << 12

// mostFrequent keeps so many of the terms, in their order.
func mostFrequent(marks []ours.Mark, terms int) []ours.Mark {
	var by [maxFloor + 1]int // terms by how many documents they have
	for _, at := range marks {
		by[min(at.Docs(), maxFloor)]++
	}
	floor, ties := maxFloor, terms
	for floor > 1 && by[floor] <= ties {
		ties -= by[floor]
		floor--
	}
	kept := make([]ours.Mark, 0, terms)
	for _, at := range marks {
		docs := min(at.Docs(), maxFloor)
		if docs == floor {
			ties--
		}
		if docs > floor || docs == floor && ties >= 0 {
			kept = append(kept, at)
		}
	}
	return kept
}

// leastTerms is how many terms of a dictionary are worth a goroutine.
const leastTerms = 5_000

// walk finds the terms, of which it looks at no more than some, and tells how many it has
// looked at. All of a large dictionary is looked through in pieces.
func (m *expander) walk(p *part, dict markedTerms, most int) ([]ours.Mark, int, error) {
	if n := dict.Cardinality(); m.prefix != "" || m.fits != nil || n > most {
		return m.walkIn(p, dict, []byte(m.prefix), after(m.prefix), most)
	}
	cuts := dict.Pieces(len(ranges(dict.Cardinality(), leastTerms)))
	found := make([][]ours.Mark, len(cuts)+1)
	looks := make([]int, len(found))
	err := sideBySide(len(found), func(i int) (err error) {
		var from, to []byte
		if i > 0 {
			from = cuts[i-1]
		}
		if i < len(cuts) {
			to = cuts[i]
		}
		found[i], looks[i], err = m.walkIn(p, dict, from, to, most)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	sum := 0
	for _, n := range looks {
		sum += n
	}
	return slices.Concat(found...), sum, nil
}

// walkIn finds the terms in a piece of the dictionary.
func (m *expander) walkIn(p *part, dict markedTerms, from, to []byte, most int) ([]ours.Mark, int, error) {
	it, ok := dict.AutomatonIterator(m.fits, from, to).(termWalk)
	if !ok {
		return nil, 0, fmt.Errorf("dictionary of type %T gives no terms: %w", dict, engine.ErrDamaged)
	}
	var marks []ours.Mark
	for i := 0; ; i++ {
		term, at, err := it.NextTerm()
		if err != nil {
			return nil, i, fmt.Errorf("read dictionary of %s: %w", m.field, err)
		}
		if term == nil {
			return marks, i, nil
		}
		if i%1024 == 0 {
			if err := p.done(); err != nil {
				return nil, i, err
			}
		}
		if i == most {
			p.budget.cap(m.name)
			return marks, i, nil
		}
		if m.accept == nil || m.accept(term) {
			marks = append(marks, at)
		}
	}
}

// dense is a set of a segment's documents, quick to add to.
type dense struct {
	words []uint64
	buf   []uint32
}

func newDense(docs int) *dense { return &dense{words: make([]uint64, (docs+63)/64)} }

// denseOf makes a set of some of a segment's documents.
func denseOf(set *roaring.Bitmap, docs int) *dense {
	d := newDense(docs)
	for it := set.Iterator(); it.HasNext(); {
		d.set(it.Next())
	}
	return d
}

func (d *dense) set(doc uint32) {
	if i := int(doc / 64); i < len(d.words) {
		d.words[i] |= 1 << (doc % 64)
	}
}

func (d *dense) clear(doc uint32) { d.words[doc/64] &^= 1 << (doc % 64) }

func (d *dense) count() int {
	n := 0
	for _, w := range d.words {
		n += bits.OnesCount64(w)
	}
	return n
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
