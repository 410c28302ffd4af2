package bleve

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/engine"
)

// facetColumn holds the values of a facet as their numbers in valueTable. Where
// a document has at most one value, of is by document that value, 0 for none;
// where it may have more, those of a document stand in list, from its entry in
// starts up to the next one.
type facetColumn struct {
	once   sync.Once
	err    error
	of     []uint32
	starts []uint32
	list   []uint32
	totals []valueCount // over all documents of the segment, deleted ones too
}

type valueCount struct {
	value uint32
	count int
}

// valueTable numbers the values of a facet from 1, the same in all segments, so
// that counting compares no strings. A value stays in it as long as the index
// is open.
type valueTable struct {
	mu     sync.RWMutex
	number map[string]uint32
	values []string // values[0] is of no document
	high   *heights // by the tree asked for last
}

// of gives the number of a value.
func (t *valueTable) of(value string) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.number[value]; ok {
		return n
	}
	n := uint32(len(t.values))
	t.number[value] = n
	t.values = append(t.values, value)
	return n
}

// find gives the number of a value that is there, 0 otherwise.
func (t *valueTable) find(value string) uint32 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.number[value]
}

// all gives the values by number.
func (t *valueTable) all() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.values
}

// columnName is the column that hits are sorted by with engine.BySender.
const columnName engine.Facet = "\x00name"

// facetTerms tells where the values of a facet stand: as the terms of a field
// that begin with prefix, the value being what follows it. Those of FacetSize have
// no field.
func facetTerms(f engine.Facet) (field, prefix string, ok bool) {
	switch f {
	case engine.FacetMailbox:
		return fieldMailbox, "", true
	case engine.FacetFolder:
		return fieldFolder, "", true
	case engine.FacetSender:
		return fieldSender, "", true
	case engine.FacetRecipient:
		return fieldPeople, "", true
	case engine.FacetDomain:
		return fieldKey, engine.KeyDomain + keySeparator, true
	case engine.FacetYear:
		return fieldYear, "", true
	case engine.FacetMonth:
		return fieldMonth, "", true
	case engine.FacetType:
		return fieldType, "", true
	case engine.FacetCategory:
		return fieldCategory, "", true
	case engine.FacetLang:
		return fieldLang, "", true
	case engine.FacetState:
		return fieldState, "", true
	case engine.FacetSize:
		return "", "", true
	case columnName:
		return fieldName, "", true
	}
	return "", "", false
}

// isFacet tells the facets that can be counted and filtered by.
func isFacet(f engine.Facet) bool {
	_, _, ok := facetTerms(f)
	return ok && f != columnName
}

func allColumns() []engine.Facet { return append(engine.Facets(), columnName) }

// several tells the facets of which a document can have more than one value.
func several(f engine.Facet) bool {
	switch f {
	case engine.FacetType, engine.FacetState, engine.FacetRecipient, engine.FacetCategory, engine.FacetDomain:
		return true
	}
	return false
}

// facet gives the values of a facet in a part.
func (p *part) facet(f engine.Facet) (*facetColumn, *valueTable, error) {
	table := p.whole.columns.values[f]
	if zone := p.whole.zone; isZoned(f, zone) {
		return p.cols.zonedColumn(f, zone, table), table, nil
	}
	col := p.cols.facets[f]
	col.once.Do(func() {
		col.err = fmt.Errorf("read %s: %w", f, engine.ErrDamaged) // should it panic
		col.err = col.load(p, f, table)
	})
	if col.err != nil {
		return nil, nil, fmt.Errorf("read the values of %s: %w", f, col.err)
	}
	return col, table, nil
}

func (c *facetColumn) load(p *part, f engine.Facet, table *valueTable) error {
	if f == engine.FacetSize {
		c.loadSizes(p.cols.sizes, table)
		return nil
	}
	field, prefix, ok := facetTerms(f)
	if !ok {
		return fmt.Errorf("no facet %q", f)
	}
	n := int(p.segment.Count())
	var pairs []docValue
	single := !several(f)
	if single {
		c.of = make([]uint32, n)
	}
	err := eachFacetTerm(p.segment, field, prefix, func(term string, docs *roaring.Bitmap) {
		value := table.of(term)
		c.totals = append(c.totals, valueCount{value, int(docs.GetCardinality())})
		for it := docs.Iterator(); it.HasNext(); {
			if doc := it.Next(); single {
				c.of[doc] = value
			} else {
				pairs = append(pairs, docValue{doc, value})
			}
		}
	})
	if err == nil && !single {
		c.starts, c.list = byDocument(n, pairs)
	}
	return err
}

// eachFacetTerm calls f for the terms of a field that begin with prefix, without it.
func eachFacetTerm(s segment.Segment, field, prefix string, f func(term string, docs *roaring.Bitmap)) error {
	var start, end []byte
	if prefix != "" {
		start, end = []byte(prefix), after(prefix)
	}
	return eachTerm(s, field, start, end, func(term string, docs *roaring.Bitmap) error {
		f(strings.TrimPrefix(term, prefix), docs)
		return nil
	})
}

func (c *facetColumn) loadSizes(sizes []int64, table *valueTable) {
	c.of = make([]uint32, len(sizes))
	counts := map[uint32]int{}
	for doc, size := range sizes {
		value := table.of(engine.SizeBand(size))
		c.of[doc] = value
		counts[value]++
	}
	for value, n := range counts {
		c.totals = append(c.totals, valueCount{value, n})
	}
}

type docValue struct{ doc, value uint32 }

// byDocument arranges values by document: those of a document stand in list, from
// starts[doc] to starts[doc+1].
func byDocument(n int, pairs []docValue) (starts, list []uint32) {
	starts, list = make([]uint32, n+1), make([]uint32, len(pairs))
	for _, p := range pairs {
		starts[p.doc+1]++
	}
	for doc := range n {
		starts[doc+1] += starts[doc]
	}
	next := slices.Clone(starts[:n])
	for _, p := range pairs {
		list[next[p.doc]] = p.value
		next[p.doc]++
	}
	return starts, list
}

// count adds to counts, by value, the documents of a set.
func (c *facetColumn) count(set *roaring.Bitmap, counts []int) {
	if n := c.documents(); set.GetCardinality() <= uint64(n)/2 {
		c.add(set, counts, 1)
		return
	}
	// Of most documents the others are counted, and taken from the totals.
	for _, t := range c.totals {
		counts[t.value] += t.count
	}
	c.add(roaring.Flip(set, 0, uint64(c.documents())), counts, -1)
}

func (c *facetColumn) documents() int {
	if c.of != nil {
		return len(c.of)
	}
	return len(c.starts) - 1
}

func (c *facetColumn) add(set *roaring.Bitmap, counts []int, by int) {
	eachChunk(set, func(docs []uint32) {
		if c.of != nil {
			for _, doc := range docs {
				counts[c.of[doc]] += by
			}
			return
		}
		for _, doc := range docs {
			for _, value := range c.list[c.starts[doc]:c.starts[doc+1]] {
				counts[value] += by
			}
		}
	})
}

// values gives those of a document; buf is used for them.
func (c *facetColumn) values(doc uint32, buf *[1]uint32) []uint32 {
	if c.of != nil {
		buf[0] = c.of[doc]
		return buf[:]
	}
	return c.list[c.starts[doc]:c.starts[doc+1]]
}

// eachChunk calls f for the documents of a set in order, many at a time.
func eachChunk(set *roaring.Bitmap, f func(docs []uint32)) {
	var buf [1024]uint32
	for it := set.ManyIterator(); ; {
		n := it.NextMany(buf[:])
		if n == 0 {
			return
		}
		f(buf[:n])
	}
}

// valueMatcher matches by a facet's column, where no terms tell: sizes by their bands,
// dates by the years and months of a zone.
type valueMatcher struct {
	facet  engine.Facet
	values []string
}

func (*valueMatcher) cost() int { return 6 }

func (m *valueMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	col, table, err := p.facet(m.facet)
	if err != nil {
		return nil, err
	}
	names := table.all()
	wanted := make([]bool, len(names))
	for i, name := range names {
		wanted[i] = i > 0 && slices.Contains(m.values, name)
	}
	return p.where(within, func(doc uint32) bool { return wanted[col.of[doc]] }), nil
}
