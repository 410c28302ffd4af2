package search

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
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
	// A page goes on with the time of the first one: an age is the same on all of them.
	now, cursor, err := s.moment(r.Cursor)
	if err != nil {
		return Results{}, err
	}
	a := &asking{service: s, viewer: p, request: r, names: n, scope: n.scope(p), zone: loc, now: now.In(loc), cursor: cursor}
	parsed, node, warnings, err := a.read(r.Text)
	if err != nil {
		return Results{}, err
	}
	res := Results{Text: r.Text, Warnings: warnings}
	if parsed.Sort != "" { // what is typed says more than what is set
		r.Sort = engine.Sort(parsed.Sort)
		a.request.Sort = r.Sort
	}
	if parsed.Node != nil {
		res.Parsed = parsed.Node.String()
	}
	if a.filters, err = n.filters(r, a.scope); err != nil {
		return Results{}, err
	}
	if cmp.Or(r.Sort, engine.Relevance) == engine.Relevance && r.Limit > 0 {
		if a.lean, err = s.lean(ctx, n, p, a.scope, r.Cursor != ""); err != nil {
			return Results{}, fmt.Errorf("search: %w", err)
		}
	}
	found, err := a.find(ctx, node)
	if err != nil {
		return Results{}, fmt.Errorf("search: %w", err)
	}
	if res.Match = found.match; found.match == MatchAny {
		node = found.either
	}
	if r.Cursor == "" && found.all <= fewFound {
		if res.DidYouMean, err = a.didYouMean(ctx, parsed.Node, found); err != nil {
			return Results{}, err
		}
	}
	res.Total, res.Sort = found.Total, cmp.Or(r.Sort, engine.Relevance)
	if found.Next != "" {
		res.Next = strconv.FormatInt(now.Unix(), 36) + momentEnd + found.Next
	}
	for _, word := range found.Capped {
		res.Warnings = append(res.Warnings, query.Warning{
			Message: fmt.Sprintf("%s stands for too many words; the most frequent of them are searched", word), To: len(r.Text),
		})
	}
	if res.Hits, err = s.hits(ctx, n, a.scope, found.Hits, newMatcher(query.Positive(inAllSpellings(node)))); err != nil {
		return Results{}, err
	}
	if res.Facets, err = s.facets(ctx, n, found.Facets); err != nil {
		return Results{}, err
	}
	res.Took = time.Since(start)
	return res, nil
}

// momentEnd stands between the time of the first page and the engine's cursor.
const momentEnd = "."

// moment tells at what time, in whole seconds, the first page of a search was asked for,
// and gives the engine's cursor.
func (s *Service) moment(cursor string) (time.Time, string, error) {
	now := s.now()
	if cursor == "" {
		return time.Unix(now.Unix(), 0), "", nil
	}
	first, rest, ok := strings.Cut(cursor, momentEnd)
	at, err := strconv.ParseInt(first, 36, 64)
	if !ok || err != nil || at < 0 || at > now.Unix() {
		return time.Time{}, "", engine.ErrCursor
	}
	return time.Unix(at, 0), rest, nil
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
			out.Within = b.Within
			if above := n.tree.Above[b.Value]; len(above) > 0 {
				out.Parent = above[0]
			}
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
