package bleve

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// maxLimit is how many hits a page can have.
const maxLimit = 10_000

// defaultFacetSize is how many buckets a facet has where the request does not
// say.
const defaultFacetSize = 1000

// Search answers a request. It gives up when ctx ends.
func (e *Engine) Search(ctx context.Context, r engine.Request) (engine.Result, error) {
	done, err := e.use()
	if err != nil {
		return engine.Result{}, err
	}
	defer done()
	if r.Sort == "" {
		r.Sort = engine.Relevance
	}
	r.Limit = min(max(r.Limit, 0), maxLimit)
	if r.FacetSize <= 0 {
		r.FacetSize = defaultFacetSize
	}
	s := &search{request: r, facets: map[engine.Facet]map[string]int{}}
	if s.from, err = parseCursor(r); err != nil {
		return engine.Result{}, err
	}
	for _, f := range r.Facets {
		if _, ok := facetField(f); !ok {
			return engine.Result{}, fmt.Errorf("search: no facet %q", f)
		}
		s.facets[f] = map[string]int{}
	}
	if r.Scope.Empty() {
		return s.result("")
	}
	if s.plan, err = planOf(r.Query, r.Scope); err != nil {
		return engine.Result{}, err
	}
	snapshot, pin, err := e.acquire(s)
	if err != nil {
		return engine.Result{}, err
	}
	defer snapshot.Close()
	if err := s.run(ctx, e, snapshot); err != nil {
		return engine.Result{}, err
	}
	return s.result(pin)
}

// acquire gives the snapshot to search in: for a further page by relevance the
// one that the page before was taken from, as long as it is kept, since scores
// change with every message that comes in; the newest one otherwise.
func (e *Engine) acquire(s *search) (*scorch.IndexSnapshot, string, error) {
	relevance := s.request.Sort == engine.Relevance
	if relevance && s.from != nil {
		if snapshot := e.pins.find(s.from.Pin); snapshot != nil {
			return snapshot, s.from.Pin, nil
		}
	}
	snapshot, err := e.snapshot()
	if err != nil {
		return nil, "", err
	}
	pin := ""
	if relevance && s.request.Limit > 0 {
		pin = e.pins.add(snapshot)
	}
	return snapshot, pin, nil
}

// search is a request being answered.
type search struct {
	request engine.Request
	plan    *plan
	from    *cursor // nil for the first page

	total  int
	best   []hit // a heap, the last of them first; one more than the limit
	facets map[engine.Facet]map[string]int
}

// hit is a document found, with what it is ordered by.
type hit struct {
	id    mail.MessageID
	score float64
	key   int64 // the date, turned so that a greater one comes first; 0 by relevance
}

// before orders hits: greater keys first, then greater ids.
func before(a, b hit) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.key, a.key), cmp.Compare(b.id, a.id))
}

// run searches in a snapshot.
func (s *search) run(ctx context.Context, e *Engine, snapshot *scorch.IndexSnapshot) error {
	budget := e.expansions
	var parts []*part
	for _, seg := range snapshot.Segments() {
		cols, err := e.columns.of(seg)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		parts = append(parts, newPart(ctx, seg, cols, &budget))
	}
	var rank *scoring
	if s.request.Sort == engine.Relevance && len(s.plan.scores) > 0 && s.request.Limit > 0 {
		var err error
		if rank, err = newScoring(s.plan.scores, parts); err != nil {
			return err
		}
	}
	for _, p := range parts {
		if err := s.part(p, rank); err != nil {
			return err
		}
	}
	return nil
}

// part searches in one segment.
func (s *search) part(p *part, rank *scoring) error {
	if err := p.done(); err != nil {
		return err
	}
	found, err := s.plan.match.match(p, nil)
	if err != nil || found == nil {
		return err
	}
	if p.deleted != nil {
		found = roaring.AndNot(found, p.deleted)
	}
	n := int(found.GetCardinality())
	if s.total += n; n == 0 {
		return nil
	}
	if s.request.Limit == 0 && len(s.request.Facets) == 0 {
		return nil
	}
	docs := found.ToArray()
	var scores []float64
	if rank != nil {
		if scores, err = rank.score(p, docs, found); err != nil {
			return err
		}
	}
	if s.request.Limit > 0 {
		s.collect(p, docs, scores)
	}
	return s.count(p, docs, found)
}

// collect keeps the best documents of a segment.
func (s *search) collect(p *part, docs []uint32, scores []float64) {
	for i, doc := range docs {
		h := hit{id: p.cols.ids[doc]}
		switch s.request.Sort {
		case engine.Newest:
			h.key = p.cols.dates[doc]
		case engine.Oldest:
			if h.key = math.MinInt64; p.cols.dates[doc] != noDate {
				h.key = -p.cols.dates[doc]
			}
		default:
			if scores != nil {
				h.score = scores[i]
			}
		}
		if len(s.best) > s.request.Limit && before(h, s.best[0]) >= 0 {
			continue
		}
		if s.from != nil && before(h, s.from.hit()) <= 0 {
			continue
		}
		s.push(h)
	}
}

// push adds a hit to the heap and drops the last one when there are more than
// the page and the one hit that tells of a next page.
func (s *search) push(h hit) {
	if len(s.best) <= s.request.Limit {
		s.best = append(s.best, h)
		for i := len(s.best) - 1; i > 0; {
			up := (i - 1) / 2
			if before(s.best[i], s.best[up]) <= 0 {
				break
			}
			s.best[i], s.best[up] = s.best[up], s.best[i]
			i = up
		}
		return
	}
	s.best[0] = h
	for i := 0; ; {
		last := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < len(s.best) && before(s.best[down], s.best[last]) > 0 {
				last = down
			}
		}
		if last == i {
			return
		}
		s.best[i], s.best[last] = s.best[last], s.best[i]
		i = last
	}
}

// count adds a segment's documents to the facets.
func (s *search) count(p *part, docs []uint32, set *roaring.Bitmap) error {
	for _, f := range s.request.Facets {
		col, err := p.cols.facet(p.segment, f)
		if err != nil {
			return fmt.Errorf("count %s: %w", f, err)
		}
		sum := s.facets[f]
		for i, docs := range col.sets {
			if n := set.AndCardinality(docs); n > 0 {
				sum[col.values[i]] += int(n)
			}
		}
		if col.of == nil {
			continue
		}
		counts := make([]int, len(col.values)+1)
		for _, doc := range docs {
			counts[col.of[doc]]++
		}
		for i, n := range counts[1:] {
			if n > 0 {
				sum[col.values[i]] += n
			}
		}
	}
	return nil
}

// result makes the answer of what was found.
func (s *search) result(pin string) (engine.Result, error) {
	slices.SortFunc(s.best, before)
	r := engine.Result{Total: s.total, Facets: map[engine.Facet][]engine.Bucket{}}
	if len(s.best) > s.request.Limit {
		s.best = s.best[:s.request.Limit]
		next, err := nextCursor(s.request, s.best[len(s.best)-1], pin)
		if err != nil {
			return engine.Result{}, err
		}
		r.Next = next
	}
	for _, h := range s.best {
		r.Hits = append(r.Hits, engine.Hit{ID: h.id, Score: h.score})
	}
	for f, counts := range s.facets {
		r.Facets[f] = buckets(counts, s.request.FacetSize)
	}
	return r, nil
}

// buckets orders the values of a facet: the largest first, then by value.
func buckets(counts map[string]int, size int) []engine.Bucket {
	list := make([]engine.Bucket, 0, len(counts))
	for v, n := range counts {
		list = append(list, engine.Bucket{Value: v, Count: n})
	}
	slices.SortFunc(list, func(a, b engine.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return list[:min(len(list), size)]
}
