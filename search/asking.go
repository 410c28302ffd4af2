package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailquarry/internal/access"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// asking is a request being answered: who asks, and what is made of the request.
type asking struct {
	service *Service
	viewer  access.Principal
	request Request
	names   *names
	scope   access.Scope
	filters []engine.Filter
	lean    engine.Lean
	zone    *time.Location
	now     time.Time // in zone
	cursor  string    // the engine's
}

// answer is what the engine found.
type answer struct {
	engine.Result
	match  Match
	either query.Node // what any of the words finds
	all    int        // how many have all words; with MatchAny asked for, any
}

// read parses a text and resolves what it names.
func (a *asking) read(text string) (query.Parsed, query.Node, []query.Warning, error) {
	parsed := query.Parse(text, a.now)
	if parsed.Node == nil {
		return parsed, nil, parsed.Warnings, nil
	}
	rs := resolver{names: a.names, scope: a.scope, own: a.viewer.Owns(), saved: &expansion{get: a.service.saved, now: a.now}}
	node := rs.resolve(parsed.Node)
	if err := rs.saved.err; err != nil {
		return parsed, nil, nil, fmt.Errorf("read a saved search: %w", err)
	}
	warnings := append(parsed.Warnings, rs.warnings...)
	slices.SortStableFunc(warnings, func(a, b query.Warning) int { return cmp.Compare(a.From, b.From) })
	return parsed, node, warnings, nil
}

// asked is what the engine is asked for.
func (a *asking) asked(node query.Node) engine.Request {
	r, n := a.request, a.names
	return engine.Request{
		Scope: a.scope, Query: n.withoutExcluded(between(inAllSpellings(node), r.After, r.Before)), Filters: a.filters,
		Collapse: !r.EachCopy && n.several(a.scope), Group: r.Conversations, Shown: n.withoutExcluded(nil), Sort: r.Sort, Limit: r.Limit, Cursor: a.cursor,
		Facets: r.Facets, FacetSize: cmp.Or(r.FacetSize, DefaultFacetSize), Zone: a.zone, Tree: n.tree, Texts: a.service.reader(n, a.scope),
		Lean: a.lean, Explain: r.Explain,
	}
}

// count tells how many hits a query has, with the chosen filters or without.
func (a *asking) count(ctx context.Context, node query.Node, filters []engine.Filter) (int, error) {
	r := a.asked(node)
	r.Filters, r.Limit, r.Facets, r.Cursor = filters, 0, nil, ""
	found, err := a.service.engine.Search(ctx, r)
	return found.Total, err
}

// find searches for what has all words of a query or, as the request says, any of them.
func (a *asking) find(ctx context.Context, node query.Node) (answer, error) {
	either, relaxes := relaxed(node, a.request.Text)
	if a.request.Match == MatchAny {
		found, err := a.service.engine.Search(ctx, a.asked(either))
		return answer{found, MatchAny, either, found.Total}, err
	}
	found, err := a.service.engine.Search(ctx, a.asked(node))
	all := answer{found, MatchAll, either, found.Total}
	switch {
	case a.request.Match != MatchAuto || !relaxes:
		return all, err
	case a.cursor != "" && errors.Is(err, engine.ErrCursor): // it may be of the other search
		found, err = a.service.engine.Search(ctx, a.asked(either))
		return answer{found, MatchAny, either, 0}, err
	case err != nil || a.cursor != "" || found.Total > 0:
		return all, err
	}
	return a.relax(ctx, node, all)
}

// relax finds what has any of the words, where nothing has all. Chosen values of facets
// have no part in that: who chooses one finds what the facet has counted, and sees what
// else there is to choose.
func (a *asking) relax(ctx context.Context, node query.Node, all answer) (answer, error) {
	if len(a.filters) > 0 {
		if n, err := a.count(ctx, node, nil); err != nil || n > 0 {
			return all, err
		}
	}
	found, err := a.service.engine.Search(ctx, a.asked(all.either))
	if err != nil {
		return all, err
	}
	n := found.Total
	if n == 0 && len(a.filters) > 0 {
		if n, err = a.count(ctx, all.either, nil); err != nil {
			return all, err
		}
	}
	if n == 0 {
		return all, nil
	}
	return answer{found, MatchAny, all.either, 0}, nil
}
