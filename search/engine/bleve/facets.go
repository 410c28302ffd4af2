package bleve

import (
	"cmp"

	"mailquarry/search/engine"
)

// tally counts the values of a facet over what a search found. A value counts once
// for a group of documents that are one hit, however many of them have it.
type tally struct {
	table  *valueTable
	counts []int // by the value's number
}

// count counts what a view of a search has.
func (t *tally) count(w *whole, f engine.Facet, v *view) error {
	cols := make([]*facetColumn, len(w.parts))
	for i, p := range w.parts {
		if err := p.done(); err != nil {
			return err
		}
		var err error
		if cols[i], t.table, err = p.facet(f); err != nil {
			return err
		}
	}
	if t.table == nil {
		return nil
	}
	t.counts = make([]int, len(t.table.all()))
	for i := range w.parts {
		if set := v.alone(i); set != nil {
			cols[i].count(set, t.counts)
		}
	}
	if v.groups == nil {
		return nil
	}
	if !v.everyTwin() {
		countGroups(v, cols, t.counts)
		return nil
	}
	for value, n := range v.groups.totals(f, func(counts []int) { countGroups(v, cols, counts) }, len(t.counts)) {
		t.counts[value] += n
	}
	return nil
}

// countGroups adds to counts, by value, the groups that have it.
func countGroups(v *view, cols []*facetColumn, counts []int) {
	seen := make([]uint32, len(counts)) // by value: the last group that has it, and 1
	var buf [1]uint32
	for slot := v.twins.next(0); slot >= 0; slot = v.twins.next(slot + 1) {
		at, group := v.groups.members[slot], v.groups.group[slot]+1
		for _, value := range cols[at.part].values(at.doc, &buf) {
			if seen[value] != group {
				seen[value] = group
				counts[value]++
			}
		}
	}
}

// buckets gives the values with the largest counts, those of equal count by
// value.
func (t *tally) buckets(size int) []engine.Bucket {
	best := newTop(size, func(a, b engine.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	if t.table != nil {
		values := t.table.all()
		for number, n := range t.counts {
			if n > 0 && number > 0 {
				best.add(engine.Bucket{Value: values[number], Count: n})
			}
		}
	}
	return best.sorted()
}
