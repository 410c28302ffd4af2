package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Search finds messages that p may see. A query that is not understood in part
// is run as far as it is, with warnings. A RequestError, engine.ErrCursor or
// engine.ErrTooComplex tells that the request itself is at fault.
func (s *Service) Search(ctx context.Context, p access.Principal, r Request) (Results, error) {
	start := time.Now()
	if r.Limit < 0 || r.Limit > MaxLimit {
		return Results{}, &RequestError{Field: "limit", Reason: fmt.Sprintf("it has to be from 0 to %d", MaxLimit)}
	}
	if r.FacetSize < 0 || r.FacetSize > MaxFacetSize {
		return Results{}, &RequestError{Field: "facet_size", Reason: fmt.Sprintf("it has to be from 0 to %d", MaxFacetSize)}
	}
	n, err := s.names.names(ctx, fresh)
	if err != nil {
		return Results{}, err
	}
	loc := r.Location
	if loc == nil {
		loc = time.UTC
	}
	parsed := query.Parse(r.Text, s.now().In(loc))
	node := parsed.Node
	res := Results{Text: r.Text, Warnings: parsed.Warnings}
	if parsed.Sort != "" { // what is typed says more than what is set
		r.Sort = engine.Sort(parsed.Sort)
	}
	if node != nil {
		res.Parsed = node.String()
	}
	scope := n.scope(p)
	if node != nil {
		rs := resolver{names: n, scope: scope, own: p.Owns(), saved: &expansion{get: s.saved, now: s.now().In(loc)}}
		node = rs.resolve(node)
		if err := rs.saved.err; err != nil {
			return Results{}, fmt.Errorf("read a saved search: %w", err)
		}
		res.Warnings = append(res.Warnings, rs.warnings...)
		slices.SortStableFunc(res.Warnings, func(a, b query.Warning) int { return cmp.Compare(a.From, b.From) })
	}
	filters, err := n.filters(r, scope)
	if err != nil {
		return Results{}, err
	}
	ask := func(node query.Node) (engine.Result, error) {
		return s.engine.Search(ctx, engine.Request{
			Scope: scope, Query: n.withoutExcluded(between(node, r.After, r.Before)), Filters: filters,
			Collapse: !r.EachCopy && n.several(scope), Group: r.Conversations, Sort: r.Sort, Limit: r.Limit, Cursor: r.Cursor,
			Facets: r.Facets, FacetSize: cmp.Or(r.FacetSize, DefaultFacetSize), Texts: s.reader(n, scope),
		})
	}
	res.Match = MatchAll
	either, relaxes := relaxed(node, r.Text)
	if r.Match == MatchAny {
		node, res.Match = either, MatchAny
	}
	found, err := ask(node)
	if r.Match == MatchAuto && relaxes && (err == nil && found.Total == 0 || errors.Is(err, engine.ErrCursor)) {
		// A cursor may be of the other search.
		if some, fault := ask(either); fault != nil {
			err = fault
		} else if some.Total > 0 {
			node, res.Match, found, err = either, MatchAny, some, nil
		}
	}
	if err != nil {
		return Results{}, fmt.Errorf("search: %w", err)
	}
	if r.Cursor == "" && (found.Total == 0 || res.Match == MatchAny && r.Match == MatchAuto) {
		if res.DidYouMean, err = s.didYouMean(ctx, scope, r.Text, parsed.Node); err != nil {
			return Results{}, err
		}
	}
	res.Total, res.Next, res.Sort = found.Total, found.Next, cmp.Or(r.Sort, engine.Relevance)
	for _, word := range found.Capped {
		res.Warnings = append(res.Warnings, query.Warning{
			Message: fmt.Sprintf("%s stands for too many words; the most frequent of them are searched", word), To: len(r.Text),
		})
	}
	if res.Hits, err = s.hits(ctx, n, scope, found.Hits, newMatcher(query.Positive(node))); err != nil {
		return Results{}, err
	}
	if res.Facets, err = s.facets(ctx, n, found.Facets); err != nil {
		return Results{}, err
	}
	res.Took = time.Since(start)
	return res, nil
}

// facets gives the buckets their labels.
func (s *Service) facets(ctx context.Context, n *names, found map[engine.Facet][]engine.Bucket) (map[engine.Facet][]Bucket, error) {
	var folders []mail.FolderID
	for _, b := range found[engine.FacetFolder] {
		if id, err := mail.ParseFolderID(b.Value); err == nil {
			folders = append(folders, id)
		}
	}
	n, err := s.knowing(ctx, n, folders)
	if err != nil {
		return nil, err
	}
	all := map[engine.Facet][]Bucket{}
	for f, buckets := range found {
		out := make([]Bucket, 0, len(buckets))
		for _, b := range buckets {
			out = append(out, n.bucket(f, b))
		}
		all[f] = out
	}
	return all, nil
}

func (n *names) bucket(f engine.Facet, b engine.Bucket) Bucket {
	out := Bucket{Value: b.Value, Label: b.Value, Count: b.Count}
	switch f {
	case engine.FacetMailbox:
		if id, err := mail.ParseMailboxID(b.Value); err == nil {
			out.Label = n.mailboxLabel(id)
		}
	case engine.FacetFolder:
		id, err := mail.ParseFolderID(b.Value)
		if f := n.folder[id]; err == nil && f != nil {
			out.Label = joinPath(f.Path)
			out.Mailbox = n.mailboxLabel(f.Mailbox)
		}
	default:
		out.Label = FacetLabel(f, b.Value)
	}
	return out
}

// FacetLabel is what people read of a facet's value, as far as the value alone tells:
// not for mailboxes and folders.
func FacetLabel(f engine.Facet, value string) string {
	switch f {
	case engine.FacetMonth:
		if at, err := time.Parse("2006-01", value); err == nil {
			return at.Format("January 2006")
		}
	case engine.FacetSize:
		return sizeLabel(value)
	case engine.FacetLang:
		if tag, err := language.Parse(value); err == nil {
			return display.English.Languages().Name(tag)
		}
	}
	return value
}

// knowing gives names that hold the folders too, if they exist: n, or newer ones.
func (s *Service) knowing(ctx context.Context, n *names, folders []mail.FolderID) (*names, error) {
	if n.knows(folders) {
		return n, nil
	}
	return s.names.names(ctx, fresh/10)
}
