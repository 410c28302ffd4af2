package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/access"
	"mailquarry/search"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// hitsPerPage is how many results a page lists.
const hitsPerPage = 30

// searchPage is what the search page shows.
type searchPage struct {
	frame
	Failed     string // why there is no answer
	Warnings   []warningView
	Better     *link // another spelling
	Sync       *syncView
	Total      string
	Took       string
	Sorts      []link
	Views      []link // what counts as one result
	Chips      []chipView
	Hits       []hitView
	Facets     []facetView
	Next       string
	First      string
	Filtered   bool
	Unfiltered string
}

// link is a link of a group of which one may be the current one.
type link struct {
	Label   string
	URL     string
	Current bool
}

// chipView is a filter in force; its link removes it.
type chipView struct {
	Kind  string
	Label string
	URL   string
}

// warningView is a part of the query that was not understood.
type warningView struct {
	Message               string
	Before, Marked, After string
}

// hitView is a result.
type hitView struct {
	ID     string
	URL    string
	Unread bool
	person
	Subject     template.HTML
	Date        when
	Body        []template.HTML
	Attachments []fileSnippet
	Mailbox     string
	Folder      string
	Files       string
	Gone        string // that it is deleted at its source
	Also        alsoView
	Thread      threadView
}

type fileSnippet struct {
	Name      template.HTML // marked where the match is in it
	Fragments []template.HTML
}

func (s *server) searchPage(c echo.Context) error {
	ctx, who := c.Request().Context(), principal(c)
	params := readParams(c.QueryParams())
	results, err := s.service.Search(ctx, who, searchRequest(params, s.pages.zone))
	if errors.Is(err, engine.ErrCursor) {
		// The index has been rebuilt since the page was made: begin again.
		params = params.first()
		results, err = s.service.Search(ctx, who, searchRequest(params, s.pages.zone))
	}
	page := s.pages.searchPage(params, results)
	var wrong *search.RequestError
	switch {
	case errors.Is(err, engine.ErrTooComplex):
		page.Failed = "This search would cost more than the server allows. Try fewer or longer words."
	case errors.As(err, &wrong):
		page.Failed = fmt.Sprintf("The search cannot be run: %s.", wrong.Reason)
	case err != nil:
		return err
	default:
		counts := maps.Clone(results.Facets)
		if err := s.nameChosen(ctx, who, params, counts); err != nil {
			return err
		}
		page.Facets = facetViews(params, counts)
		page.Chips = chips(params, counts)
	}
	page.Sync = s.syncNotice(ctx, who)
	return s.pages.render(c, "search", page)
}

// searchRequest says to the service what the address asks for.
func searchRequest(p searchParams, zone *time.Location) search.Request {
	after, before := p.dates(zone)
	return search.Request{
		Text:          p.Text,
		Filters:       p.Chosen,
		EachCopy:      p.EachCopy,
		Match:         search.MatchAuto,
		Conversations: p.Grouped,
		After:         after,
		Before:        before,
		Sort:          p.order(),
		Limit:         hitsPerPage,
		Cursor:        p.Cursor,
		Facets:        engine.Facets(),
		FacetSize:     bucketsAsked,
		Location:      zone,
	}
}

// nameChosen adds the mailboxes and folders that are chosen and hold no hit, so
// that the page can call them by their names.
func (s *server) nameChosen(ctx context.Context, who access.Principal, p searchParams, counts map[engine.Facet][]search.Bucket) error {
	missing := false
	for _, f := range []engine.Facet{engine.FacetMailbox, engine.FacetFolder} {
		for _, value := range p.Chosen[f] {
			missing = missing || !hasBucket(counts[f], strings.TrimSuffix(value, search.Within))
		}
	}
	if !missing {
		return nil
	}
	boxes, err := s.service.Mailboxes(ctx, who)
	if err != nil {
		return fmt.Errorf("name the filters: %w", err)
	}
	add := func(f engine.Facet, b search.Bucket) {
		chosen := slices.Contains(p.Chosen[f], b.Value) || slices.Contains(p.Chosen[f], b.Value+search.Within)
		if chosen && !hasBucket(counts[f], b.Value) {
			counts[f] = append(slices.Clone(counts[f]), b)
		}
	}
	for _, box := range boxes {
		name := mailboxName(search.MailboxRef{Address: box.Address, Name: box.Name})
		add(engine.FacetMailbox, search.Bucket{Value: box.ID.String(), Label: name})
		for folders := box.Folders; len(folders) > 0; {
			folder := folders[0]
			add(engine.FacetFolder, search.Bucket{Value: folder.ID.String(), Label: folder.Path, Mailbox: name})
			folders = append(slices.Clone(folder.Folders), folders[1:]...)
		}
	}
	return nil
}

func hasBucket(buckets []search.Bucket, value string) bool {
	return slices.ContainsFunc(buckets, func(b search.Bucket) bool { return b.Value == value })
}

// searchPage lays out the results; the facets are added by the caller.
func (p *pages) searchPage(params searchParams, r search.Results) searchPage {
	page := searchPage{
		frame: frame{
			Title: params.Text, Page: "search", Text: params.Text, State: params.state(),
			Focus: !params.filtered(),
		},
		Total:    total(params, r.Total),
		Took:     took(r.Took),
		Filtered: params.filtered(),
	}
	bare := params.first()
	bare.Chosen, bare.After, bare.Before = nil, "", ""
	page.Unfiltered = bare.url()
	if r.Match == search.MatchAny {
		page.Warnings = append(page.Warnings, warningView{Message: "No message has all of these words. These have some of them, those with more first."})
	}
	if r.DidYouMean != "" {
		better := params.first()
		better.Text = r.DidYouMean
		page.Better = &link{Label: r.DidYouMean, URL: better.url()}
	}
	for _, w := range r.Warnings {
		page.Warnings = append(page.Warnings, warning(params.Text, w))
	}
	for _, o := range []struct {
		sort  engine.Sort
		label string
	}{
		{engine.Relevance, "Best match"},
		{engine.Newest, "Newest"},
		{engine.Oldest, "Oldest"},
		{engine.Largest, "Largest"},
		{engine.BySender, "Sender"},
	} {
		if o.sort == engine.Relevance && params.Text == "" {
			continue
		}
		sorted := params.first()
		sorted.Sort = o.sort
		page.Sorts = append(page.Sorts, link{o.label, sorted.url(), cmp.Or(r.Sort, params.order()) == o.sort})
	}
	page.Views = views(params)
	for _, h := range r.Hits {
		page.Hits = append(page.Hits, p.hit(params, h))
	}
	if r.Next != "" {
		next := params
		next.Cursor = r.Next
		page.Next = next.url()
	}
	if params.Cursor != "" {
		page.First = params.first().url()
	}
	return page
}

func (p *pages) hit(params searchParams, h search.Hit) hitView {
	v := hitView{
		ID: h.ID.String(), URL: at("/message/"+h.ID.String(), params),
		Unread: !h.IsRead, person: personOf(h.From), Date: p.when(h.Date),
		Mailbox: mailboxName(h.Mailbox), Folder: h.Folder.Path, Gone: goneWords(h.GoneAt),
		Subject: "(no subject)",
	}
	for i, s := range h.Snippets.Subject {
		if i == 0 {
			v.Subject = ""
		}
		v.Subject += snippet(s)
	}
	v.Body = snippets(h.Snippets.Body)
	for _, a := range h.Snippets.Attachments {
		v.Attachments = append(v.Attachments, fileSnippetOf(a))
	}
	files := 0
	for _, a := range h.Attachments {
		if shownAsFile(a) {
			files++
		}
	}
	if files > 0 {
		v.Files = plural(files, "attachment", "attachments")
	}
	v.Also, v.Thread = alsoOf(params, h), p.thread(params, h)
	return v
}

// fileSnippetOf shows what matched in an attachment. Where that is its name,
// the service's fragment is the name once more, with the marks.
func fileSnippetOf(a search.AttachmentSnippet) fileSnippet {
	if len(a.Fragments) == 1 && unmarked(a.Fragments[0]) == a.Name {
		return fileSnippet{Name: snippet(a.Fragments[0])}
	}
	v := fileSnippet{escaped(honest(a.Name)), snippets(a.Fragments)}
	for i := range v.Fragments {
		if i < len(a.Places) && a.Places[i] != "" {
			v.Fragments[i] = `<span class="where">` + escaped(honest(a.Places[i])) + `</span> ` + v.Fragments[i]
		}
	}
	return v
}

func snippets(in []string) []template.HTML {
	var out []template.HTML
	for _, s := range in {
		out = append(out, snippet(s))
	}
	return out
}

func mailboxName(m search.MailboxRef) string { return m.Label() }

// warning shows a warning with its place in the text.
func warning(text string, w query.Warning) warningView {
	v := warningView{Message: w.Message}
	if 0 <= w.From && w.From < w.To && w.To <= len(text) {
		v.Before, v.Marked, v.After = text[:w.From], text[w.From:w.To], text[w.To:]
	}
	return v
}

// took writes how long a search lasted.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "under 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
