package bleve

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/internal/access"
	"mailquarry/search/engine"
)

// Similar lists terms that differ from one by at most distance letters (0, 1 or 2), and
// the term itself, with in how many messages of the scope each stands: the most
// frequent first. A term that stands only outside of the scope is not told of.
func (e *Engine) Similar(ctx context.Context, scope access.Scope, term string, distance, limit int) (terms []engine.TermCount, err error) {
	if scope.Empty() || term == "" {
		return nil, nil
	}
	counts := map[string]int{}
	err = e.reading("look for similar words", func(snapshot *scorch.IndexSnapshot) error {
		return e.similar(ctx, snapshot, scope, term, distance, counts)
	})
	if err != nil {
		return nil, err
	}
	for t, n := range counts {
		terms = append(terms, engine.TermCount{Term: t, Count: n})
	}
	slices.SortFunc(terms, func(a, b engine.TermCount) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Term, b.Term)) })
	return terms[:min(limit, len(terms))], nil
}

// similar counts the terms that are like one, in a scope.
func (e *Engine) similar(ctx context.Context, snapshot *scorch.IndexSnapshot, scope access.Scope, term string, distance int, counts map[string]int) error {
	seen, err := planOf(nil, scope)
	if err != nil {
		return err
	}
	w, err := e.whole(ctx, snapshot, seen)
	if err != nil {
		return err
	}
	count := countOf(term)
	if distance > 0 {
		m, err := fuzzyOf(fieldText, term, distance)
		if err != nil {
			return err
		}
		count = m.countIn
	}
	for _, p := range w.parts {
		live, err := matchLive(p, seen.match, nil)
		if err != nil {
			return err
		}
		if err := count(p, live, counts); err != nil {
			return err
		}
	}
	return nil
}

// countOf counts one term in some documents of a segment.
func countOf(term string) func(*part, *roaring.Bitmap, map[string]int) error {
	return func(p *part, docs *roaring.Bitmap, counts map[string]int) error {
		found, err := p.lookup(fieldText, term)
		if err != nil || found.docs == nil {
			return err
		}
		if n := int(found.docs.AndCardinality(docs)); n > 0 {
			counts[term] += n
		}
		return nil
	}
}

// countIn counts the terms in some documents of a segment.
func (m *fuzzyMatcher) countIn(p *part, docs *roaring.Bitmap, counts map[string]int) error {
	dict, err := p.dictionary(m.field)
	if err != nil {
		return err
	}
	it := dict.AutomatonIterator(m.fits, []byte(m.prefix), after(m.prefix))
	lists, ok := it.(postingsIterator)
	if !ok {
		return fmt.Errorf("dictionary of type %T gives no postings: %w", dict, engine.ErrDamaged)
	}
	for {
		entry, err := it.Next()
		if err != nil {
			return fmt.Errorf("read dictionary of %s: %w", m.field, err)
		}
		if entry == nil {
			return p.done()
		}
		list, err := lists.Postings()
		if err != nil {
			return fmt.Errorf("read postings: %w", err)
		}
		if found := bitmapOf(list); found != nil {
			if n := int(found.AndCardinality(docs)); n > 0 {
				counts[entry.Term] += n
			}
		}
	}
}

// postingsIterator gives the postings of the present term.
type postingsIterator interface {
	Postings() (segment.PostingsList, error)
}
