package bleve

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/internal/access"
	"mailquarry/search/engine"
)

// Similar lists terms that differ from one by at most distance letters (1 or 2), and
// the term itself, with in how many messages of the scope each stands: the most
// frequent first. A term that stands only outside of the scope is not told of.
func (e *Engine) Similar(ctx context.Context, scope access.Scope, term string, distance, limit int) (terms []engine.TermCount, err error) {
	if scope.Empty() || term == "" {
		return nil, nil
	}
	done, err := e.use()
	if err != nil {
		return nil, err
	}
	defer done()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil { // as in Search: a file was cut while it is open
			err = fmt.Errorf("look for similar words: %w (%v)", engine.ErrDamaged, r)
		}
	}()
	snapshot, err := e.snapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	seen, err := planOf(nil, scope)
	if err != nil {
		return nil, err
	}
	w, err := e.whole(ctx, snapshot, seen)
	if err != nil {
		return nil, err
	}
	m, err := fuzzyOf(fieldText, term, distance)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, p := range w.parts {
		live, err := matchLive(p, seen.match, nil)
		if err != nil {
			return nil, err
		}
		if err := m.countIn(p, live, counts); err != nil {
			return nil, err
		}
	}
	for t, n := range counts {
		terms = append(terms, engine.TermCount{Term: t, Count: n})
	}
	slices.SortFunc(terms, func(a, b engine.TermCount) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Term, b.Term)) })
	return terms[:min(limit, len(terms))], nil
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
