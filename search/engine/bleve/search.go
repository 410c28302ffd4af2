package bleve

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime/debug"
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
	s := &search{request: r, best: newTop(r.Limit+1, before), facets: map[engine.Facet]*tally{}}
	if s.from, err = parseCursor(r); err != nil {
		return engine.Result{}, err
	}
	for _, f := range r.Facets {
		if _, ok := facetField(f); !ok {
			return engine.Result{}, fmt.Errorf("search: no facet %q", f)
		}
		s.facets[f] = &tally{}
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
	if err := s.guarded(ctx, e, snapshot); err != nil {
		return engine.Result{}, err
	}
	return s.result(pin)
}

// guarded turns what goes wrong in reading a file that was damaged or cut while
// it is open, a panic or a memory fault, into an error.
func (s *search) guarded(ctx context.Context, e *Engine, snapshot *scorch.IndexSnapshot) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			e.log.Error("a search panicked", "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("search: %w (%v)", engine.ErrDamaged, r)
		}
	}()
	return s.run(ctx, e, snapshot)
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
	capped []string
	best   *top[hit] // one more than the limit
	facets map[engine.Facet]*tally
}

// hit is a document found, with what it is ordered by.
type hit struct {
	id    mail.MessageID
	score float64
	key   int64 // the date, turned so that a greater one comes first; 0 by relevance
}

// before orders hits: greater keys first, then greater ids.
func before(a, b hit) int {
	switch { // written out, since it is called for every document found
	case a.score != b.score:
		return cmp.Compare(b.score, a.score)
	case a.key != b.key:
		return cmp.Compare(b.key, a.key)
	default:
		return cmp.Compare(b.id, a.id)
	}
}

// run searches in a snapshot.
func (s *search) run(ctx context.Context, e *Engine, snapshot *scorch.IndexSnapshot) error {
	limits := &budget{terms: e.expansions, looks: maxLooks}
	var parts []*part
	for _, seg := range snapshot.Segments() {
		cols, err := e.columns.of(seg)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		parts = append(parts, newPart(ctx, seg, cols, limits))
	}
	usual, err := usualLanguages(parts)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	for _, p := range parts {
		p.usual = usual
	}
	var rank *scoring
	if s.request.Sort == engine.Relevance && len(s.plan.scores) > 0 && s.request.Limit > 0 {
		if rank, err = newScoring(s.plan.scores, parts); err != nil {
			return err
		}
	}
	for _, p := range slices.Backward(parts) { // the newest first: see collect
		if err := s.part(p, rank, e.columns); err != nil {
			return err
		}
	}
	s.capped = limits.capped
	return nil
}

// part searches in one segment.
func (s *search) part(p *part, rank *scoring, columns *columnCache) error {
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
	for f, t := range s.facets {
		if err := t.add(p, f, columns.values[f], docs, found); err != nil {
			return err
		}
	}
	return nil
}

// collect keeps the best documents of a segment. Later documents mostly have
// greater ids and dates: from the end, most of the others are turned down.
func (s *search) collect(p *part, docs []uint32, scores []float64) {
	for i, doc := range slices.Backward(docs) {
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
		if worst, full := s.best.worst(); full && before(h, worst) > 0 {
			continue
		}
		if s.from == nil || before(h, s.from.hit()) > 0 {
			s.best.add(h)
		}
	}
}

// result makes the answer of what was found.
func (s *search) result(pin string) (engine.Result, error) {
	hits := s.best.sorted()
	r := engine.Result{Total: s.total, Capped: s.capped, Facets: map[engine.Facet][]engine.Bucket{}}
	if len(hits) > s.request.Limit {
		hits = hits[:s.request.Limit]
		if len(hits) > 0 {
			next, err := nextCursor(s.request, hits[len(hits)-1], pin)
			if err != nil {
				return engine.Result{}, err
			}
			r.Next = next
		}
	}
	for _, h := range hits {
		r.Hits = append(r.Hits, engine.Hit{ID: h.id, Score: h.score})
	}
	for f, t := range s.facets {
		r.Facets[f] = t.buckets(s.request.FacetSize)
	}
	return r, nil
}
