package bleve

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	ours "mailquarry/search/engine/bleve/segment"
)

// placer tells where in a message something stands.
type placer interface {
	// candidates gives the documents in which it may stand; some of them, within
	// those given (all when nil), do.
	candidates(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error)
	// choose looks up what is read in some documents. After that, open may be asked by
	// several goroutines for some of them.
	choose(p *part, docs *roaring.Bitmap) error
	// open makes its places in some documents ready to be asked for.
	open(p *part, docs *roaring.Bitmap) (places, error)
}

// places gives the stretches where something stands in a document, in order of their
// beginning. Documents are asked for in order; the answer is valid until the next call.
type places interface {
	in(doc uint32) ([]stretch, error)
}

// stretch is from the position of its first word to that of its last.
type stretch struct{ from, to uint32 }

// placeMatcher matches the documents in which something stands somewhere.
type placeMatcher struct{ what placer }

func (*placeMatcher) cost() int { return 8 }

// match reads positions only of the documents that may fit. What a word stands for that
// stands for many is not looked up first: all of that is read anyway.
func (m *placeMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	look := m.what.candidates
	z, zoned := m.what.(*zonePlacer)
	many := zoned && z.manyOf() != nil
	if many {
		look = z.having
	}
	docs, err := look(p, within)
	if err != nil || docs == nil {
		return nil, err
	}
	if p.deleted != nil {
		docs = roaring.AndNot(docs, p.deleted)
	}
	if docs.IsEmpty() {
		return nil, nil
	}
	var result *counted
	if many {
		result, err = z.some(p, z.manyOf(), docs)
	} else {
		result, err = m.count(p, docs)
	}
	if err != nil {
		return nil, err
	}
	p.placed[m] = result
	set := roaring.New()
	set.AddMany(result.docs)
	return set, nil
}

// count looks in each of some documents.
func (m *placeMatcher) count(p *part, docs *roaring.Bitmap) (*counted, error) {
	if err := m.what.choose(p, docs); err != nil {
		return nil, err
	}
	return countIn(p, docs, func(docs *roaring.Bitmap) (func(doc uint32) (int, error), error) {
		where, err := m.what.open(p, docs)
		if err != nil {
			return nil, err
		}
		return func(doc uint32) (int, error) {
			found, err := where.in(doc)
			return len(found), err
		}, nil
	})
}

// leastDocs is how many documents' places are worth a goroutine.
const leastDocs = 2048

// countIn counts in each of some documents, several ranges of them side by side. open gives
// for a range what counts in each of its documents, which it is asked for in order.
func countIn(p *part, docs *roaring.Bitmap, open func(docs *roaring.Bitmap) (func(doc uint32) (int, error), error)) (*counted, error) {
	list := docs.ToArray()
	pieces := ranges(len(list), leastDocs)
	results := make([]counted, len(pieces))
	err := sideBySide(len(pieces), func(i int) error {
		list, some := list[pieces[i][0]:pieces[i][1]], docs
		if len(pieces) > 1 {
			some = roaring.New()
			some.AddMany(list)
		}
		count, err := open(some)
		if err != nil {
			return err
		}
		for n, doc := range list {
			if n%1024 == 0 {
				if err := p.done(); err != nil {
					return err
				}
			}
			found, err := count(doc)
			if err != nil {
				return err
			}
			if found > 0 {
				results[i].docs = append(results[i].docs, doc)
				results[i].freqs = append(results[i].freqs, uint32(found))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(results) == 1 {
		return &results[0], nil
	}
	sum := &counted{}
	for _, r := range results {
		sum.docs, sum.freqs = append(sum.docs, r.docs...), append(sum.freqs, r.freqs...)
	}
	return sum, nil
}

// wordPlacer tells where the forms of a word stand.
type wordPlacer struct{ word formed }

// formed is a word that stands for terms.
type formed interface {
	matcher
	forms(p *part) ([]form, error)
}

// candidates looks up no word that stands in most documents several times over: that
// takes as long as reading its places.
func (w *wordPlacer) candidates(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if m, ok := w.word.(*expander); ok && p.expanded[m] == nil {
		broad, err := m.broad(p)
		if err != nil {
			return nil, err
		}
		if broad && within == nil {
			return p.all(), nil
		}
		if broad {
			return within, nil
		}
	}
	docs, err := w.word.match(p, within)
	if err != nil || docs == nil || within == nil {
		return docs, err
	}
	return roaring.And(docs, within), nil
}

// chosen is what is read of a word: the one form that it has, or what has been gathered of
// several or of the terms that it stands for.
type chosen struct {
	one      *form
	gathered []*gathered
}

func (w *wordPlacer) choose(p *part, docs *roaring.Bitmap) error {
	what, err := w.choice(p, docs)
	if err == nil {
		p.chosen[w] = what
	}
	return err
}

func (w *wordPlacer) choice(p *part, docs *roaring.Bitmap) (c chosen, err error) {
	if m, ok := w.word.(*expander); ok {
		marks, lists, err := m.placed(p, docs)
		if err != nil {
			return c, err
		}
		c.gathered, err = gatherMarks(p, marks, lists, docs)
		return c, err
	}
	forms, err := w.word.forms(p)
	if err != nil {
		return c, err
	}
	if len(forms) == 1 {
		c.one = &forms[0]
		return c, nil
	}
	c.gathered, err = gatherForms(p, forms, docs)
	return c, err
}

func (w *wordPlacer) open(p *part, docs *roaring.Bitmap) (places, error) {
	c, ok := p.chosen[w]
	if !ok {
		var err error
		if c, err = w.choice(p, docs); err != nil {
			return nil, err
		}
	}
	switch {
	case c.one == nil:
		return &wordPlaces{gathered: c.gathered}, nil
	case !ok: // few documents, for the second look
		return &wordPlaces{it: c.one.places(docs)}, nil
	default:
		return placesOfOne(*c.one, docs), nil
	}
}

// placed chooses the terms whose places are read: the most frequent ones that fit, where
// all have more than may be read.
func (m *expander) placed(p *part, docs *roaring.Bitmap) ([]ours.Mark, markedTerms, error) {
	marks, lists, err := m.lists(p)
	if err != nil {
		return nil, nil, err
	}
	marks = frequentFirst(marks)
	met := make([]int, len(marks)) // how many of docs they have
	wanted := denseOf(docs, len(p.cols.ids))
	pieces := ranges(len(marks), leastMarks)
	err = sideBySide(len(pieces), func(i int) error {
		if err := p.done(); err != nil {
			return err
		}
		own := &dense{words: wanted.words}
		for j := pieces[i][0]; j < pieces[i][1]; j++ {
			var err error
			if met[j], err = own.meet(lists, marks[j]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	left, kept := p.budget.placed(p), marks[:0]
	for i, at := range marks {
		switch {
		case met[i] == 0:
			continue
		case left == 0:
			p.budget.cap(m.name)
			return kept, lists, nil
		case met[i] > left: // one of fewer documents may still fit
			p.budget.cap(m.name)
			continue
		}
		left -= met[i]
		kept = append(kept, at)
	}
	return kept, lists, nil
}

// meet tells how many of a term's documents are in the set.
func (d *dense) meet(lists markedTerms, at ours.Mark) (int, error) {
	var err error
	if d.buf, err = lists.AppendWithin(at, d.words, d.buf[:0]); err != nil {
		return 0, fmt.Errorf("read postings: %w", err)
	}
	return len(d.buf), nil
}

// nearPlacer tells where things stand of which each is near the one before it.
type nearPlacer struct {
	all      []placer
	distance uint32 // 1 is next to it
	ordered  bool   // it is behind the one before it
}

func (n *nearPlacer) candidates(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	for _, one := range n.all {
		docs, err := one.candidates(p, within)
		if err != nil || docs == nil || docs.IsEmpty() {
			return nil, err
		}
		within = docs
	}
	return within, nil
}

func (n *nearPlacer) choose(p *part, docs *roaring.Bitmap) error {
	for _, one := range n.all {
		if err := one.choose(p, docs); err != nil {
			return err
		}
	}
	return nil
}

func (n *nearPlacer) open(p *part, docs *roaring.Bitmap) (places, error) {
	out := &nearPlaces{near: n}
	for _, one := range n.all {
		where, err := one.open(p, docs)
		if err != nil {
			return nil, err
		}
		out.all = append(out.all, where)
	}
	return out, nil
}

type nearPlaces struct {
	near         *nearPlacer
	all          []places
	chains, next []stretch // the last link of each chain is what the next one has to be near
	first, begin []uint32  // where each chain begins
	latest       []uint32  // where the last of it and those before it begins
	out          []stretch
}

// in follows chains from the first thing to the last. A chain is known by its last link
// and where it begins; where several chains share the last link, the shortest stands
// for all.
func (n *nearPlaces) in(doc uint32) ([]stretch, error) {
	n.out = n.out[:0]
	for i, where := range n.all {
		found, err := where.in(doc)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		n.next, n.begin = n.next[:0], n.begin[:0]
		if i == 0 {
			for _, s := range found {
				n.next, n.begin = append(n.next, s), append(n.begin, s.from)
			}
		} else {
			n.follow(found)
		}
		if len(n.next) == 0 {
			return nil, nil
		}
		n.chains, n.next = n.next, n.chains
		n.first, n.begin = n.begin, n.first
	}
	for i, s := range n.chains {
		n.out = append(n.out, stretch{min(s.from, n.first[i]), max(s.to, n.first[i])})
	}
	return n.out, nil
}

// follow adds to the chains what is near their last links. Of the chains near a stretch,
// those that end last mostly begin last: looking from there, it stops where none of those
// before can begin later.
func (n *nearPlaces) follow(found []stretch) {
	n.latest = n.latest[:0]
	for j, first := range n.first {
		if j > 0 {
			first = max(first, n.latest[j-1])
		}
		n.latest = append(n.latest, first)
	}
	low, high := 0, 0
	for _, s := range found {
		reach := n.near.distance
		for low < len(n.chains) && n.chains[low].to+reach < s.from {
			low++ // out of reach for all that come after, too
		}
		for high < len(n.chains) && n.chains[high].from <= s.to+reach {
			high++
		}
		for high > 0 && n.chains[high-1].from > s.to+reach {
			high--
		}
		best := -1
		for j := high - 1; j >= low && (best < 0 || n.latest[j] > n.first[best]); j-- {
			c := n.chains[j]
			behind := s.from > c.to && s.from-c.to <= reach
			before := c.from > s.to && c.from-s.to <= reach && !n.near.ordered
			if (behind || before) && (best < 0 || n.first[j] > n.first[best]) {
				best = j
			}
		}
		if best >= 0 {
			n.next, n.begin = append(n.next, s), append(n.begin, n.first[best])
		}
	}
}
