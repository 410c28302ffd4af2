package bleve

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"mailquarry/search/engine"
)

// maxLimit is how many hits a page can have.
const maxLimit = 10_000

// maxFilters is how many filters a request can have.
const maxFilters = 100

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
	e.searching.Add(1)
	defer e.searching.Add(-1)
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
	if s.from != nil {
		h := s.from.hit()
		s.after = &h
	}
	if err := s.prepare(); err != nil {
		return engine.Result{}, err
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

// Searching tells whether a search is under way.
func (e *Engine) Searching() bool { return e.searching.Load() > 0 }

// prepare looks at the facets that the request names.
func (s *search) prepare() error {
	if len(s.request.Filters) > maxFilters {
		return fmt.Errorf("search: %d filters: %w", len(s.request.Filters), engine.ErrTooComplex)
	}
	for _, f := range s.request.Facets {
		if !isFacet(f) {
			return fmt.Errorf("search: no facet %q", f)
		}
		s.facets[f] = &tally{}
		if f == engine.FacetFolder {
			s.facets[f].tree = s.request.Tree
		}
	}
	for _, f := range s.request.Filters {
		if !isFacet(f.Facet) {
			return fmt.Errorf("search: no facet %q", f.Facet)
		}
		s.filters = append(s.filters, filterIn(s.request.Zone, f))
		if t := s.facets[f.Facet]; t != nil {
			t.choose(f.Values)
		}
	}
	return nil
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

// acquire gives the snapshot to search in: for a further page the one that the page
// before was taken from, as long as it is kept, where what comes in changes what was
// there: scores, or which message stands for others. The newest one otherwise.
func (e *Engine) acquire(s *search) (*scorch.IndexSnapshot, string, error) {
	pinned := s.request.Sort == engine.Relevance || s.request.Collapse || s.request.Group
	if pinned && s.from != nil {
		if snapshot := e.pins.find(s.from.Pin); snapshot != nil {
			return snapshot, s.from.Pin, nil
		}
	}
	snapshot, err := e.snapshot()
	if err != nil {
		return nil, "", err
	}
	pin := ""
	if pinned && s.request.Limit > 0 {
		pin = e.pins.add(snapshot)
	}
	return snapshot, pin, nil
}

// search is a request being answered.
type search struct {
	request engine.Request
	plan    *plan
	filters []matcher // as the request's
	from    *cursor   // nil for the first page

	total  int
	capped []string
	after  *hit         // where the page before ended; nil for the first page
	best   *top[hit]    // one more than the limit
	plain  *top[hit]    // the documents that are looked at twice, where groups are hits; nil otherwise
	scores []float64    // by the slots of groups; nil when there are none
	hits   []engine.Hit // the page
	last   hit          // the last one of the page
	deep   bool         // it is not among those that were looked at twice
	more   bool         // that come after the page
	facets map[engine.Facet]*tally
}

// run searches in a snapshot.
func (s *search) run(ctx context.Context, e *Engine, snapshot *scorch.IndexSnapshot) error {
	w, err := e.whole(ctx, snapshot, s.plan)
	if err != nil {
		return err
	}
	w.zone = s.request.Zone
	if s.request.Sort == engine.Relevance && s.request.Limit > 0 {
		if s.plan.scores, err = fewPlaced(s.plan.scores, w.parts); err != nil {
			return err
		}
		w.counting = countingFor(s.plan.match, s.plan.scores)
	}
	without := map[engine.Facet]bool{}
	for _, f := range s.request.Filters {
		if s.facets[f.Facet] != nil {
			without[f.Facet] = true
		}
	}
	views, err := s.views(w, without)
	if err != nil {
		return err
	}
	grouped, copies, err := s.grouping(w)
	if err != nil {
		return err
	}
	if grouped != nil {
		for _, v := range views {
			v.groupBy(grouped)
		}
	}
	found := views[""]
	s.total = found.total()
	if err := s.page(ctx, w, found, copies); err != nil {
		return err
	}
	for f, t := range s.facets {
		v := found
		if without[f] {
			v = views[f]
		}
		if err := t.count(w, f, v); err != nil {
			return fmt.Errorf("count %s: %w", f, err)
		}
	}
	s.capped = w.limits.capped
	return nil
}

// grouping gives what counts as one hit, and copies; nil for what was not asked for.
func (s *search) grouping(w *whole) (grouped, copies *groups, err error) {
	if s.request.Collapse {
		if copies, err = w.groups(ofCopies); err != nil {
			return nil, nil, err
		}
	}
	if !s.request.Group {
		return copies, copies, nil
	}
	grouped, err = w.groups(ofThreads)
	return grouped, copies, err
}

// page takes the best hits and says of each what else there is.
func (s *search) page(ctx context.Context, w *whole, found *view, copies *groups) error {
	if s.request.Limit == 0 || s.total == 0 {
		return nil
	}
	var rank *scoring
	if s.request.Sort == engine.Relevance && len(s.plan.scores) > 0 {
		var err error
		if rank, err = newScoring(s.plan.scores, w.parts); err != nil {
			return err
		}
	}
	var leans *leaning
	if rank != nil {
		var err error
		if leans, err = s.leaningOf(w, found); err != nil {
			return err
		}
	}
	best, err := s.ranked(ctx, w, found, rank, leans)
	if err != nil {
		return err
	}
	if s.more = len(best) > s.request.Limit; s.more {
		best = best[:s.request.Limit]
	}
	var threads *conversations
	if s.request.Group {
		if threads, err = s.conversationsOf(w, found, copies, best); err != nil {
			return err
		}
	}
	for _, h := range best {
		out := engine.Hit{ID: h.id, Score: h.score}
		var err error
		if s.request.Explain {
			if out.Why, err = s.explain(rank, leans, h); err != nil {
				return err
			}
		}
		if copies != nil {
			if out.Copies, err = s.copies(w, copies, h); err != nil {
				return err
			}
		}
		if threads != nil {
			threads.of(h, &out)
		}
		s.hits, s.last = append(s.hits, out), h
	}
	return nil
}

// ranked gives the hits of the page and one more. The best of all are looked at twice
// (rescore.go): they come before the others, whose order is that of the first look.
// These are documents also where groups are the hits, so that groups stand in the
// order in which their best documents would stand alone.
func (s *search) ranked(ctx context.Context, w *whole, found *view, rank *scoring, l *leaning) ([]hit, error) {
	var again *closeness
	if rank != nil && (s.from == nil || !s.from.Deep) {
		again = closenessOf(rank)
	}
	after := s.after
	if again != nil {
		s.after, s.best = nil, newTop(rescored+s.request.Limit+1, before)
		if found.groups != nil {
			s.plain = newTop(rescored, before)
		}
	}
	if err := s.collect(w, found, rank, l); err != nil {
		return nil, err
	}
	best := s.best.sorted()
	if again == nil {
		s.deep = s.from != nil && s.from.Deep
		return best, nil
	}
	top := best[:min(rescored, len(best))]
	if s.plain != nil {
		top = s.plain.sorted()
	}
	if err := s.lookAgain(ctx, w, again, l, top); err != nil {
		return nil, err
	}
	if s.plain != nil {
		best, top = found.groups.represented(top, best)
	}
	if after != nil {
		n := 0
		for n < len(top) && before(top[n], *after) <= 0 {
			n++
		}
		best, top = best[n:], top[n:]
	}
	s.deep = len(top) < s.request.Limit
	return best[:min(len(best), s.request.Limit+1)], nil
}

// result makes the answer of what was found.
func (s *search) result(pin string) (engine.Result, error) {
	r := engine.Result{Total: s.total, Hits: s.hits, Capped: s.capped, Facets: map[engine.Facet][]engine.Bucket{}}
	if s.more {
		next, err := nextCursor(s.request, s.last, s.deep, pin)
		if err != nil {
			return engine.Result{}, err
		}
		r.Next = next
	}
	for f, t := range s.facets {
		r.Facets[f] = t.buckets(s.request.FacetSize)
	}
	return r, nil
}
