package web

import (
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/mail"
	"mailquarry/search"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// searchJSON answers GET /search.
type searchJSON struct {
	Query      queryJSON                    `json:"query"`
	Sort       engine.Sort                  `json:"sort"`
	Total      int                          `json:"total"`
	TookMS     float64                      `json:"took_ms"`
	Hits       []hitJSON                    `json:"hits"`
	Facets     map[engine.Facet]bucketsJSON `json:"facets"`
	NextCursor string                       `json:"next_cursor"`
}

type queryJSON struct {
	Text     string          `json:"text"`
	Parsed   string          `json:"parsed"`
	Match    search.Match    `json:"match"`
	Better   string          `json:"did_you_mean,omitempty"`
	Warnings []query.Warning `json:"warnings"`
}

type bucketsJSON struct {
	Buckets []bucketJSON `json:"buckets"`
}

type bucketJSON struct {
	Value   string `json:"value"`
	Label   string `json:"label"`
	Mailbox string `json:"mailbox,omitempty"`
	Parent  string `json:"parent,omitempty"`
	Count   int    `json:"count"`
	Within  *int   `json:"within,omitempty"`
}

type mailboxRefJSON struct {
	ID      string `json:"id"`
	Address string `json:"address"`
	Name    string `json:"name"`
}

type folderRefJSON struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

type hitJSON struct {
	ID                string           `json:"id"`
	Mailbox           mailboxRefJSON   `json:"mailbox"`
	Folder            folderRefJSON    `json:"folder"`
	Subject           string           `json:"subject"`
	From              mail.Address     `json:"from"`
	To                []mail.Address   `json:"to"`
	Cc                []mail.Address   `json:"cc"`
	Date              *time.Time       `json:"date"`
	Size              int64            `json:"size"`
	HasAttachments    bool             `json:"has_attachments"`
	IsRead            bool             `json:"is_read"`
	GoneAt            *time.Time       `json:"gone_at"`
	ConversationID    string           `json:"conversation_id"`
	InternetMessageID string           `json:"internet_message_id"`
	Score             float64          `json:"score"`
	Why               *whyJSON         `json:"why,omitempty"`
	Snippets          snippetsJSON     `json:"snippets"`
	Attachments       []attachmentJSON `json:"attachments"`
	Copies            []copyJSON       `json:"copies"`
	CopiesTotal       int              `json:"copies_total"`
	Thread            *threadJSON      `json:"thread"`
}

// copyJSON is another copy of a hit.
type copyJSON struct {
	ID      string         `json:"id"`
	Mailbox mailboxRefJSON `json:"mailbox"`
	Folder  folderRefJSON  `json:"folder"`
}

// threadJSON is a hit's conversation.
type threadJSON struct {
	Total    int                 `json:"total"`
	Found    int                 `json:"found"`
	Messages []threadMessageJSON `json:"messages"`
}

type threadMessageJSON struct {
	ID      string         `json:"id"`
	Mailbox mailboxRefJSON `json:"mailbox"`
	From    mail.Address   `json:"from"`
	Date    *time.Time     `json:"date"`
	IsRead  bool           `json:"is_read"`
	Found   bool           `json:"found"`
}

type snippetsJSON struct {
	Subject     []string                `json:"subject"`
	Body        []string                `json:"body"`
	Attachments []attachmentSnippetJSON `json:"attachments"`
}

type attachmentSnippetJSON struct {
	Index     int      `json:"index"`
	Name      string   `json:"name"`
	Fragments []string `json:"fragments"`
	Places    []string `json:"places"`
}

type attachmentJSON struct {
	Index       int    `json:"index"`
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
	Inline      bool   `json:"inline"`
	State       string `json:"state"`
	Reason      string `json:"reason,omitempty"`
}

func (s *server) apiSearch(c echo.Context) error {
	known := []string{"q", "after", "before", "sort", "limit", "cursor", "facets", "facet_size", "match", "copies", "group", "tz", "explain"}
	for _, f := range engine.Facets() {
		known = append(known, string(f)+"+")
	}
	p := readAPIParams(c, known...)
	zone := p.zone()
	request := search.Request{
		Text: p.text(), Location: zone, Filters: p.filters(), EachCopy: p.oneOf("copies", "one", "each") == "each",
		Match:         search.Match(p.oneOf("match", string(search.MatchAll), string(search.MatchAny), string(search.MatchAuto))),
		Conversations: p.oneOf("group", "message", "conversation") == "conversation",
		After:         p.moment("after", zone), Before: p.moment("before", zone),
		Sort: p.sort(), Limit: p.limit(), Cursor: p.values.Get("cursor"), Facets: p.facets(),
		FacetSize: p.facetSize(), Explain: p.oneOf("explain", "0", "1") == "1",
	}
	if p.fault != nil {
		return p.fault
	}
	results, err := s.service.Search(c.Request().Context(), principal(c), request)
	if err != nil {
		return err
	}
	return writeJSON(c, searchOf(results))
}

func searchOf(r search.Results) searchJSON {
	out := searchJSON{
		Query: queryJSON{Text: r.Text, Parsed: r.Parsed, Match: r.Match, Better: r.DidYouMean, Warnings: list(r.Warnings)},
		Sort:  r.Sort, Total: r.Total, TookMS: float64(r.Took.Microseconds()) / 1000,
		Hits: make([]hitJSON, 0, len(r.Hits)), Facets: map[engine.Facet]bucketsJSON{}, NextCursor: r.Next,
	}
	for _, h := range r.Hits {
		out.Hits = append(out.Hits, hitOf(h))
	}
	for f, buckets := range r.Facets {
		b := bucketsJSON{Buckets: make([]bucketJSON, 0, len(buckets))}
		for _, v := range buckets {
			one := bucketJSON{Value: v.Value, Label: v.Label, Mailbox: v.Mailbox, Parent: v.Parent, Count: v.Count}
			if f == engine.FacetFolder {
				one.Within = &v.Within
			}
			b.Buckets = append(b.Buckets, one)
		}
		out.Facets[f] = b
	}
	return out
}

func hitOf(h search.Hit) hitJSON {
	out := hitJSON{
		ID: h.ID.String(), Mailbox: mailboxRefOf(h.Mailbox), Folder: folderRefOf(h.Folder),
		Subject: h.Subject, From: h.From, To: list(h.To), Cc: list(h.Cc), Date: moment(h.Date), Size: h.Size,
		HasAttachments: h.HasAttachments, IsRead: h.IsRead, GoneAt: moment(h.GoneAt),
		ConversationID: h.ConversationID, InternetMessageID: h.InternetMessageID, Score: h.Score,
		Snippets: snippetsJSON{
			Subject: list(h.Snippets.Subject), Body: list(h.Snippets.Body),
			Attachments: make([]attachmentSnippetJSON, 0, len(h.Snippets.Attachments)),
		},
		Attachments: attachmentsOf(h.Attachments),
		Why:         whyOf(h.Why),
		Copies:      make([]copyJSON, 0, len(h.Copies)), CopiesTotal: h.CopiesTotal,
	}
	for _, c := range h.Copies {
		out.Copies = append(out.Copies, copyJSON{c.ID.String(), mailboxRefOf(c.Mailbox), folderRefOf(c.Folder)})
	}
	if h.Thread.Total > 0 {
		t := threadJSON{Total: h.Thread.Total, Found: h.Thread.Found, Messages: make([]threadMessageJSON, 0, len(h.Thread.Messages))}
		for _, m := range h.Thread.Messages {
			t.Messages = append(t.Messages, threadMessageJSON{m.ID.String(), mailboxRefOf(m.Mailbox), m.From, moment(m.Date), m.IsRead, m.Found})
		}
		out.Thread = &t
	}
	for _, a := range h.Snippets.Attachments {
		out.Snippets.Attachments = append(out.Snippets.Attachments, attachmentSnippetJSON{a.Index, a.Name, list(a.Fragments), list(a.Places)})
	}
	return out
}

func mailboxRefOf(m search.MailboxRef) mailboxRefJSON {
	return mailboxRefJSON{m.ID.String(), m.Address, m.Name}
}

func folderRefOf(f search.FolderRef) folderRefJSON { return folderRefJSON{f.ID.String(), f.Path} }

func attachmentsOf(all []search.Attachment) []attachmentJSON {
	out := make([]attachmentJSON, 0, len(all))
	for _, a := range all {
		out = append(out, attachmentOf(a))
	}
	return out
}

func attachmentOf(a search.Attachment) attachmentJSON {
	return attachmentJSON{a.Index, a.Name, a.ContentType, a.Size, a.Inline, a.State, a.Reason}
}
