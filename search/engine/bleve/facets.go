package bleve

import (
	"cmp"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/search/engine"
)

// tally counts the values of a facet over what a search found.
type tally struct {
	table  *valueTable
	counts []int // by the value's number
}

// add counts documents of a segment, given as a list and as a set.
func (t *tally) add(p *part, f engine.Facet, table *valueTable, docs []uint32, set *roaring.Bitmap) error {
	col, err := p.cols.facet(p.segment, f, table)
	if err != nil {
		return fmt.Errorf("count %s: %w", f, err)
	}
	t.table = table
	if n := len(table.all()); n > len(t.counts) {
		t.counts = append(t.counts, make([]int, n-len(t.counts))...)
	}
	for value, docs := range col.sets {
		t.counts[value] += int(set.AndCardinality(docs))
	}
	if col.of != nil {
		for _, doc := range docs {
			t.counts[col.of[doc]]++
		}
	}
	return nil
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
