package bleve

import (
	"cmp"
	"slices"

	"mailquarry/search/engine"
)

// tally counts the values of a facet over what a search found. A value counts once
// for a group of documents that are one hit, however many of them have it.
type tally struct {
	tree   *engine.Tree // nil for a facet whose values do not lie in each other
	table  *valueTable
	counts []int // by the value's number
	within []int // likewise, with what lies in the value; nil without a tree
	above  *heights
	chosen []string // values that are told of however few have them
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
	if t.tree != nil {
		t.above = t.table.heights(t.tree)
	}
	t.counts = make([]int, len(t.table.all()))
	for i := range w.parts {
		if set := v.alone(i); set != nil {
			cols[i].count(set, t.counts)
		}
	}
	if t.above != nil { // a document lies in one folder
		t.within = make([]int, len(t.counts))
		for value, n := range t.counts {
			t.within[value] += n
			for _, over := range t.above.of(uint32(value)) {
				if n > 0 {
					t.within[over] += n
				}
			}
		}
	}
	if v.groups == nil {
		return nil
	}
	if !v.everyTwin() {
		countGroups(v, cols, t.counts, nil)
		if t.above != nil {
			countGroups(v, cols, t.within, t.above)
		}
		return nil
	}
	counts, within := v.groups.totals(zonedFacet{f, zoneName(f, w.zone)}, t.tree, len(t.counts), func(counts []int, tree bool) {
		if tree {
			countGroups(v, cols, counts, t.above)
			return
		}
		countGroups(v, cols, counts, nil)
	})
	addTo(t.counts, counts)
	addTo(t.within, within)
	return nil
}

// addTo adds counts that another search may have made, when there were more values in
// newer mail: those are of no message here.
func addTo(counts, more []int) {
	for value, n := range more[:min(len(more), len(counts))] {
		counts[value] += n
	}
}

// countGroups adds to counts, by value, the groups that have it or, with heights, a
// value that lies in it.
func countGroups(v *view, cols []*facetColumn, counts []int, above *heights) {
	seen := make([]uint32, len(counts)) // by value: the last group that has it, and 1
	var buf [1]uint32
	for slot := v.twins.next(0); slot >= 0; slot = v.twins.next(slot + 1) {
		at, group := v.groups.members[slot], v.groups.group[slot]+1
		one := func(value uint32) {
			if seen[value] != group {
				seen[value] = group
				counts[value]++
			}
		}
		for _, value := range cols[at.part].values(at.doc, &buf) {
			one(value)
			if above == nil {
				continue
			}
			for _, over := range above.of(value) {
				one(over)
			}
		}
	}
}

// heights are the numbers of the values that lie above others by a tree. They are not
// changed.
type heights struct {
	tree  *engine.Tree
	above [][]uint32 // by value
}

// heights gives those of a tree. They are kept as long as the tree is the same and no
// value is new.
func (t *valueTable) heights(tree *engine.Tree) *heights {
	t.mu.RLock()
	h := t.high
	fits := h != nil && h.tree == tree && len(h.above) == len(t.values)
	t.mu.RUnlock()
	if fits {
		return h
	}
	for _, above := range tree.Above {
		for _, value := range above {
			t.of(value) // so that there is a count for it
		}
	}
	values := t.all()
	h = &heights{tree: tree, above: make([][]uint32, len(values))}
	for number, value := range values {
		for _, over := range tree.Above[value] {
			if n := t.find(over); n > 0 && int(n) < len(values) {
				h.above[number] = append(h.above[number], n)
			}
		}
	}
	t.mu.Lock()
	t.high = h
	t.mu.Unlock()
	return h
}

// of gives the numbers of the values above one.
func (h *heights) of(value uint32) []uint32 {
	if int(value) >= len(h.above) {
		return nil
	}
	return h.above[value]
}

// bucket is a value with what it is ordered by.
type bucket struct {
	engine.Bucket
	height int
}

func compareBuckets(a, b bucket) int {
	return cmp.Or(
		cmp.Compare(b.Within, a.Within), cmp.Compare(a.height, b.height),
		cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value),
	)
}

// buckets gives the values with the largest counts, those of equal count by
// value; behind them those chosen that are not among them.
func (t *tally) buckets(size int) []engine.Bucket {
	if t.table == nil {
		return []engine.Bucket{}
	}
	best, values := newTop(size, compareBuckets), t.table.all()
	for number := range t.counts {
		if b := t.bucket(values, number); b.Count+b.Within > 0 && number > 0 {
			best.add(b)
		}
	}
	listed := best.sorted()
	known := map[string]bool{}
	for _, b := range listed {
		known[b.Value] = true
	}
	var chosen []bucket
	for _, value := range t.chosen {
		number := int(t.table.find(value))
		if known[value] || number == 0 || number >= len(t.counts) {
			continue
		}
		known[value] = true
		if b := t.bucket(values, number); b.Count+b.Within > 0 {
			chosen = append(chosen, b)
		}
	}
	slices.SortFunc(chosen, compareBuckets)
	out := make([]engine.Bucket, 0, len(listed)+len(chosen))
	for _, b := range slices.Concat(listed, chosen) {
		out = append(out, b.Bucket)
	}
	return out
}

// bucket makes the bucket of the value with a number.
func (t *tally) bucket(values []string, number int) bucket {
	b := bucket{Bucket: engine.Bucket{Value: values[number], Count: t.counts[number]}}
	if t.within != nil {
		b.Within, b.height = t.within[number], len(t.above.of(uint32(number)))
	}
	return b
}

// choose notes the values of a filter, but for folders that lie in others of them: a
// folder may be chosen with all that lies in it.
func (t *tally) choose(values []string) {
	all := map[string]bool{}
	for _, v := range values {
		all[v] = true
	}
	for _, v := range values {
		if t.tree == nil || !slices.ContainsFunc(t.tree.Above[v], func(over string) bool { return all[over] }) {
			t.chosen = append(t.chosen, v)
		}
	}
}
