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
	live   liveWords
	words  float64 // in the text of all documents
	facets map[engine.Facet]*facetColumn
	ties   map[tie]*tieColumn

	zoned zonedColumns

	zoning   sync.Once
	zones    zoneColumn
	zonesErr error

	speaking   sync.Once
	spoken     *tongues
	tonguesErr error

	lengthy longWords
}

// columnCache holds the columns of the segments that are in use, by the
// segment's id.
type columnCache struct {
	mu     sync.Mutex
	by     map[uint64]*columns
	values map[engine.Facet]*valueTable
	ties   map[tie]*digestTable
	groups []*groupsOf // of the snapshots searched last, the latest at the end
}

func newColumnCache() *columnCache {
	c := &columnCache{by: map[uint64]*columns{}, values: map[engine.Facet]*valueTable{}, ties: map[tie]*digestTable{}}
	for _, f := range allColumns() {
		c.values[f] = &valueTable{number: map[string]uint32{}, values: []string{""}}
	}
	for _, t := range allTies() {
		c.ties[t] = &digestTable{digests: []uint64{0}}
	}
	return c
}

// of gives the columns of a segment.
func (c *columnCache) of(s *scorch.SegmentSnapshot) (*columns, error) {
	c.mu.Lock()
	cols := c.by[s.Id()]
	if cols == nil {
		cols = &columns{facets: map[engine.Facet]*facetColumn{}, ties: map[tie]*tieColumn{}}
		for _, f := range allColumns() {
			cols.facets[f] = &facetColumn{}
		}
		for _, t := range allTies() {
			cols.ties[t] = &tieColumn{}
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

// liveWords are the words in the text of a segment's documents without the deleted
// ones. Of a segment more and more are deleted: it is kept for as many as there are.
type liveWords struct {
	mu      sync.Mutex
	deleted uint64
	words   float64
}

func (c *columns) liveWords(s segment.Segment, deleted *roaring.Bitmap) float64 {
	lengths, ok := s.(interface{ Lengths(field string) []byte })
	if !ok || deleted == nil || deleted.IsEmpty() {
		return c.words
	}
	c.live.mu.Lock()
	defer c.live.mu.Unlock()
	if n := deleted.GetCardinality(); n != c.live.deleted {
		steps := lengths.Lengths(fieldText)
		c.live.deleted, c.live.words = n, c.words
		for it := deleted.Iterator(); it.HasNext(); {
			if doc := int(it.Next()); doc < len(steps) {
				c.live.words -= lengthOf(int(steps[doc]))
			}
		}
	}
	return c.live.words
}

// sentAt is when a message was sent; noDate when that is not known.
func (c *columns) sentAt(doc uint32) int64 {
	if at, other := c.sent[doc]; other {
		return at
	}
	return c.dates[doc]
}
