package bleve

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// part is a segment of the snapshot that a search looks at.
type part struct {
	whole   *whole
	number  int    // among the parts of the whole
	id      uint64 // of the segment
	ctx     context.Context
	segment segment.Segment
	deleted *roaring.Bitmap // may be nil
	cols    *columns
	budget  *budget
	dicts   map[string]segment.TermDictionary
	looked  map[fieldTerm]postings
	found   map[*phraseMatcher]*counted // what phrases counted in this segment
	placed  map[*placeMatcher]*counted
	chosen  map[*wordPlacer]chosen // what is read of them in the documents looked at last

	usual     []string                   // languages of many documents of the index
	speaking  map[string]*roaring.Bitmap // by language
	forms     map[*inflectMatcher][]form
	inflected map[*inflectMatcher]*roaring.Bitmap
	expanded  map[*expander]*roaring.Bitmap
}

type fieldTerm struct{ field, term string }

// dictionary gives the terms of a field.
func (p *part) dictionary(field string) (segment.TermDictionary, error) {
	if d := p.dicts[field]; d != nil {
		return d, nil
	}
	d, err := p.segment.Dictionary(field)
	if err != nil {
		return nil, fmt.Errorf("read dictionary of %s: %w", field, err)
	}
	p.dicts[field] = d
	return d, nil
}

// lookup gives the postings of a term, nil docs when there are none. Deleted
// documents are among them.
func (p *part) lookup(field, term string) (postings, error) {
	key := fieldTerm{field, term}
	if found, ok := p.looked[key]; ok {
		return found, nil
	}
	dict, err := p.dictionary(field)
	if err != nil {
		return postings{}, err
	}
	found, err := lookup(dict, term)
	if err == nil {
		p.looked[key] = found
	}
	return found, err
}

func newPart(ctx context.Context, s *scorch.SegmentSnapshot, cols *columns) *part {
	return &part{
		id: s.Id(), ctx: ctx, segment: s.Segment(), deleted: s.Deleted(), cols: cols,
		dicts: map[string]segment.TermDictionary{}, looked: map[fieldTerm]postings{}, found: map[*phraseMatcher]*counted{},
		placed: map[*placeMatcher]*counted{}, chosen: map[*wordPlacer]chosen{}, expanded: map[*expander]*roaring.Bitmap{},
		forms: map[*inflectMatcher][]form{}, speaking: map[string]*roaring.Bitmap{}, inflected: map[*inflectMatcher]*roaring.Bitmap{},
	}
}

// all gives every document.
func (p *part) all() *roaring.Bitmap {
	b := roaring.New()
	b.AddRange(0, uint64(len(p.cols.ids)))
	return b
}

// done tells whether the search's time is over.
func (p *part) done() error {
	if err := p.ctx.Err(); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// matcher is a condition. match gives the documents of a segment that fulfil
// it; documents outside of within (all when nil) may be missing from the answer,
// and are never in it where that saves work: a caller intersects. Deleted
// documents may be in it. The answer is not to be changed; nil is none.
type matcher interface {
	match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error)
	// cost orders the conditions of an and: cheap ones first.
	cost() int
}

type (
	allMatcher  struct{}
	noneMatcher struct{}
	// termMatcher matches any of some terms.
	termMatcher struct {
		field string
		terms []string
	}
	// dateMatcher matches dates from (inclusive) to (exclusive), in seconds.
	dateMatcher struct {
		from, to int64
		sent     bool // when it was sent, rather than the date
	}
	// sizeMatcher matches sizes from (inclusive) to (exclusive), in bytes.
	sizeMatcher struct{ from, to int64 }
	andMatcher  struct{ all []matcher }
	orMatcher   struct{ any []matcher }
	notMatcher  struct{ not matcher }
)

func (allMatcher) cost() int     { return 0 }
func (noneMatcher) cost() int    { return 0 }
func (*termMatcher) cost() int   { return 1 }
func (*andMatcher) cost() int    { return 2 }
func (*orMatcher) cost() int     { return 3 }
func (*notMatcher) cost() int    { return 5 }
func (*dateMatcher) cost() int   { return 6 }
func (*sizeMatcher) cost() int   { return 6 }
func (*phraseMatcher) cost() int { return 7 }

func (allMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if within != nil {
		return within, nil
	}
	return p.all(), nil
}

func (noneMatcher) match(*part, *roaring.Bitmap) (*roaring.Bitmap, error) { return nil, nil }

func (m *termMatcher) match(p *part, _ *roaring.Bitmap) (*roaring.Bitmap, error) {
	var sets []*roaring.Bitmap
	for _, t := range m.terms {
		found, err := p.lookup(m.field, t)
		if err != nil {
			return nil, err
		}
		if found.docs != nil {
			sets = append(sets, found.docs)
		}
	}
	return union(sets), nil
}

func union(sets []*roaring.Bitmap) *roaring.Bitmap {
	switch len(sets) {
	case 0:
		return nil
	case 1:
		return sets[0]
	default:
		return roaring.FastOr(sets...)
	}
}

func (m *dateMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	return p.where(within, func(doc uint32) bool {
		date := p.cols.dates[doc]
		if m.sent {
			date = p.cols.sentAt(doc)
		}
		return date != noDate && m.from <= date && date < m.to
	}), nil
}

func (m *sizeMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	return p.where(within, func(doc uint32) bool { return m.from <= p.cols.sizes[doc] && p.cols.sizes[doc] < m.to }), nil
}

// where gives the documents, of those within, that fulfil a condition.
func (p *part) where(within *roaring.Bitmap, holds func(doc uint32) bool) *roaring.Bitmap {
	var docs []uint32
	if within == nil {
		for doc := range uint32(len(p.cols.ids)) {
			if holds(doc) {
				docs = append(docs, doc)
			}
		}
	} else {
		for it := within.Iterator(); it.HasNext(); {
			if doc := it.Next(); holds(doc) {
				docs = append(docs, doc)
			}
		}
	}
	sum := roaring.New()
	sum.AddMany(docs)
	return sum
}

// forms is the term itself.
func (m *termMatcher) forms(p *part) ([]form, error) {
	var all []form
	for _, t := range m.terms {
		found, err := p.lookup(m.field, t)
		if err != nil {
			return nil, err
		}
		if found.docs != nil {
			all = append(all, form{found, found.docs, 1})
		}
	}
	return all, nil
}

func (m *andMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	for _, c := range m.all {
		found, err := c.match(p, within)
		if err != nil || found == nil {
			return nil, err
		}
		if within != nil && within != found {
			found = roaring.And(within, found)
		}
		if found.IsEmpty() {
			return nil, nil
		}
		within = found
	}
	return within, nil
}

func (m *notMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if within == nil {
		within = p.all()
	}
	found, err := m.not.match(p, within)
	if err != nil || found == nil {
		return within, err
	}
	return roaring.AndNot(within, found), nil
}
