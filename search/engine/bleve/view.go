package bleve

import (
	"context"
	"fmt"
	"math/bits"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"mailquarry/search/engine"
)

// whole is a snapshot being searched.
type whole struct {
	parts   []*part
	columns *columnCache
	threads map[*threadMatcher][]*roaring.Bitmap // by part: what they found
	limits  *budget
	zone    *time.Location // of years and months; nil is UTC

	counting map[matcher]bool // which, or a part of which, count for scores

	compounding []string           // the languages whose compounds are looked for
	known       map[fieldTerm]bool // words of these, by language
}

// whole makes a snapshot ready for a search.
func (e *Engine) whole(ctx context.Context, snapshot *scorch.IndexSnapshot, what *plan) (*whole, error) {
	w := &whole{columns: e.columns, threads: map[*threadMatcher][]*roaring.Bitmap{}, known: map[fieldTerm]bool{}}
	for i, seg := range snapshot.Segments() {
		cols, err := e.columns.of(seg)
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		p := newPart(ctx, seg, cols)
		p.whole, p.number = w, i
		w.parts = append(w.parts, p)
	}
	usual, err := languagesOf(w.parts, usualShare)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if w.compounding, err = compounding(w.parts); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if w.limits, err = newBudget(e.expansions, what, w.parts); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	for _, p := range w.parts {
		p.usual, p.budget = usual, w.limits
	}
	return w, nil
}

// view is what a search finds, with all of its filters or without those of one facet.
type view struct {
	found  []*roaring.Bitmap // by part, without deleted documents; nil is none
	groups *groups           // what counts as one; nil when each document does
	twins  bitset            // slots of the documents found that are in groups
	single []*roaring.Bitmap // by part: the others of found
}

// views finds what fulfils the query, by the facet whose filters are left out; that
// with all filters is by "". There is one for each facet in without.
func (s *search) views(w *whole, without map[engine.Facet]bool) (map[engine.Facet]*view, error) {
	all := map[engine.Facet]*view{"": {}}
	for f := range without {
		all[f] = &view{}
	}
	for _, v := range all {
		v.found = make([]*roaring.Bitmap, len(w.parts))
	}
	for i, p := range w.parts {
		if err := p.done(); err != nil {
			return nil, err
		}
		base, err := matchLive(p, s.plan.match, nil)
		if err != nil {
			return nil, err
		}
		if base.IsEmpty() {
			continue
		}
		chosen := make([]*roaring.Bitmap, len(s.filters))
		for j, f := range s.filters {
			if chosen[j], err = f.match(p, base); err != nil {
				return nil, err
			}
		}
		for left, v := range all {
			v.found[i] = s.filtered(base, chosen, left)
		}
	}
	return all, nil
}

// filtered gives what of base is in all of the chosen sets but those of one facet; nil
// is none.
func (s *search) filtered(base *roaring.Bitmap, chosen []*roaring.Bitmap, left engine.Facet) *roaring.Bitmap {
	for j, set := range chosen {
		if s.request.Filters[j].Facet == left {
			continue
		}
		if set == nil {
			return nil
		}
		base = roaring.And(base, set)
	}
	if base.IsEmpty() {
		return nil
	}
	return base
}

// groupBy has the documents of a group count as one.
func (v *view) groupBy(g *groups) {
	v.groups, v.twins = g, make(bitset, (len(g.members)+63)/64)
	v.single = make([]*roaring.Bitmap, len(v.found))
	for i, set := range v.found {
		if set != nil {
			v.single[i] = roaring.AndNot(set, g.twins[i])
			g.mark(i, set, v.twins)
		}
	}
}

// alone gives the documents of a part that are a hit each; nil is none.
func (v *view) alone(part int) *roaring.Bitmap {
	if v.groups != nil {
		return v.single[part]
	}
	return v.found[part]
}

// everyTwin tells whether all members of groups were found.
func (v *view) everyTwin() bool {
	n := 0
	for _, word := range v.twins {
		n += bits.OnesCount64(word)
	}
	return n == len(v.groups.members)
}

// total is the number of hits.
func (v *view) total() int {
	n := 0
	for i := range v.found {
		if set := v.alone(i); set != nil {
			n += int(set.GetCardinality())
		}
	}
	if v.groups == nil {
		return n
	}
	for slot, last := v.twins.next(0), -1; slot >= 0; slot = v.twins.next(slot + 1) {
		if last < 0 || v.groups.group[slot] != v.groups.group[last] {
			n++
		}
		last = slot
	}
	return n
}
