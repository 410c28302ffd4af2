package bleve

import (
	"fmt"
	"math"
	"strconv"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// noDate is the date of a message that has none.
const noDate = math.MinInt64

// columns are what every search asks of the documents of a segment, as arrays
// by document number. A segment never changes, so its columns are read once
// and kept as long as the segment is in use.
type columns struct {
	once   sync.Once
	err    error
	ids    []mail.MessageID
	dates  []int64          // seconds; noDate when there is none
	sent   map[uint32]int64 // where it is not the date
	sizes  []int64
	words  float64 // in the text of all documents
	facets map[engine.Facet]*facetColumn

	speaking   sync.Once
	spoken     *tongues
	tonguesErr error
}

// facetColumn holds the values of a facet as their numbers in valueTable. Where
// a document has at most one value, of is by document that value, 0 for none;
// where it may have more, sets is by value the documents that have it.
type facetColumn struct {
	once sync.Once
	err  error
	of   []uint32
	sets map[uint32]*roaring.Bitmap
}

// valueTable numbers the values of a facet from 1, the same in all segments, so
// that counting compares no strings. A value stays in it as long as the index
// is open.
type valueTable struct {
	mu     sync.RWMutex
	number map[string]uint32
	values []string // values[0] is of no document
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

// all gives the values by number.
func (t *valueTable) all() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.values
}

// facetField gives the field behind a facet.
func facetField(f engine.Facet) (field string, ok bool) {
	switch f {
	case engine.FacetMailbox:
		return fieldMailbox, true
	case engine.FacetFolder:
		return fieldFolder, true
	case engine.FacetSender:
		return fieldSender, true
	case engine.FacetYear:
		return fieldYear, true
	case engine.FacetType:
		return fieldType, true
	case engine.FacetLang:
		return fieldLang, true
	case engine.FacetState:
		return fieldState, true
	}
	return "", false
}

func allFacets() []engine.Facet { return append(engine.Facets(), engine.FacetState) }

// columnCache holds the columns of the segments that are in use, by the
// segment's id.
type columnCache struct {
	mu     sync.Mutex
	by     map[uint64]*columns
	values map[engine.Facet]*valueTable
}

func newColumnCache() *columnCache {
	c := &columnCache{by: map[uint64]*columns{}, values: map[engine.Facet]*valueTable{}}
	for _, f := range allFacets() {
		c.values[f] = &valueTable{number: map[string]uint32{}, values: []string{""}}
	}
	return c
}

// of gives the columns of a segment.
func (c *columnCache) of(s *scorch.SegmentSnapshot) (*columns, error) {
	c.mu.Lock()
	cols := c.by[s.Id()]
	if cols == nil {
		cols = &columns{facets: map[engine.Facet]*facetColumn{}}
		for _, f := range allFacets() {
			cols.facets[f] = &facetColumn{}
		}
		c.by[s.Id()] = cols
	}
	c.mu.Unlock()
	cols.once.Do(func() { cols.err = cols.load(s.Segment()) })
	return cols, cols.err
}

// keep forgets the columns of all segments but those of the snapshots.
func (c *columnCache) keep(snapshots ...*scorch.IndexSnapshot) {
	used := map[uint64]bool{}
	for _, s := range snapshots {
		for _, seg := range s.Segments() {
			used[seg.Id()] = true
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range c.by {
		if !used[id] {
			delete(c.by, id)
		}
	}
}

// valueSegment gives the values of a field, document by document.
type valueSegment interface {
	EachValue(field string, f func(doc uint32, value []byte) error) error
}

func (c *columns) load(s segment.Segment) error {
	n := int(s.Count())
	c.ids, c.dates, c.sizes, c.sent = make([]mail.MessageID, n), make([]int64, n), make([]int64, n), map[uint32]int64{}
	values, ok := s.(valueSegment)
	if !ok {
		return fmt.Errorf("segment of type %T has no values: %w", s, engine.ErrDamaged)
	}
	for doc := range c.dates {
		c.dates[doc] = noDate
	}
	number := func(set func(doc uint32, n int64)) func(doc uint32, value []byte) error {
		return func(doc uint32, value []byte) error {
			n, err := strconv.ParseInt(string(value), 36, 64)
			if err != nil {
				return fmt.Errorf("%w (%w)", err, engine.ErrDamaged)
			}
			set(doc, n)
			return nil
		}
	}
	for _, field := range []struct {
		name string
		read func(doc uint32, value []byte) error
	}{
		{fieldID, func(doc uint32, value []byte) (err error) {
			if c.ids[doc], err = mail.ParseMessageID(string(value)); err != nil {
				return fmt.Errorf("%w (%w)", err, engine.ErrDamaged)
			}
			return nil
		}},
		{fieldDate, number(func(doc uint32, n int64) { c.dates[doc] = n })},
		{fieldSize, number(func(doc uint32, n int64) { c.sizes[doc] = n })},
		{fieldSent, func(doc uint32, value []byte) error {
			if string(value) == "-" {
				c.sent[doc] = noDate
				return nil
			}
			return number(func(doc uint32, n int64) { c.sent[doc] = n })(doc, value)
		}},
	} {
		if err := values.EachValue(field.name, field.read); err != nil {
			return fmt.Errorf("read %s of documents: %w", field.name, err)
		}
	}
	lengths, ok := s.(interface{ Lengths(field string) []byte })
	if !ok {
		return fmt.Errorf("segment of type %T has no lengths: %w", s, engine.ErrDamaged)
	}
	for _, step := range lengths.Lengths(fieldText) {
		c.words += lengthOf(int(step))
	}
	return nil
}

// sentAt is when a message was sent; noDate when that is not known.
func (c *columns) sentAt(doc uint32) int64 {
	if at, other := c.sent[doc]; other {
		return at
	}
	return c.dates[doc]
}

// facet gives the values of a facet, with numbers of the table.
func (c *columns) facet(s segment.Segment, f engine.Facet, table *valueTable) (*facetColumn, error) {
	col := c.facets[f]
	col.once.Do(func() { col.err = col.load(s, f, table) })
	return col, col.err
}

func (c *facetColumn) load(s segment.Segment, f engine.Facet, table *valueTable) error {
	field, ok := facetField(f)
	if !ok {
		return fmt.Errorf("no facet %q", f)
	}
	single := f != engine.FacetType && f != engine.FacetState
	if single {
		c.of = make([]uint32, s.Count())
	} else {
		c.sets = map[uint32]*roaring.Bitmap{}
	}
	return eachTerm(s, field, nil, nil, func(term string, docs *roaring.Bitmap) error {
		value := table.of(term)
		if !single {
			c.sets[value] = docs.Clone() // it is a piece of the segment's file
			return nil
		}
		for it := docs.Iterator(); it.HasNext(); {
			c.of[it.Next()] = value
		}
		return nil
	})
}
