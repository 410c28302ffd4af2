package web

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/access"
	"mailquarry/search"
)

// statusPage is what the status page shows.
type statusPage struct {
	frame
	Lead      string
	Figures   []figure
	Mailboxes []mailboxView
}

type figure struct{ Label, Value string }

// mailboxView is how far one mailbox is.
type mailboxView struct {
	ID       string
	Name     string
	Address  string
	Indexed  string
	Expected string
	Value    int
	Max      int
	State    string
	Tone     string // good, bad or ""
	Error    string
	Folders  []folderView
}

type folderView struct {
	Path    string
	Source  string
	Stored  string
	Indexed string
	Failed  string
	Last    when
	Error   string
}

// syncView tells on the search page that the sync has not ended.
type syncView struct {
	Text  string
	Value int
	Max   int
}

// syncCache keeps the answer for a moment, because every search asks.
type syncCache struct {
	mu   sync.Mutex
	who  string
	at   time.Time
	view *syncView
}

// syncAge is how old the notice of a running sync may be.
const syncAge = 2 * time.Second

func (s *server) statusPage(c echo.Context) error {
	status, err := s.service.Status(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	return s.pages.render(c, "status", s.pages.statusPage(status))
}

func (p *pages) statusPage(st search.Status) statusPage {
	page := statusPage{frame: frame{Title: "Status", Page: "status"}}
	running, failing := 0, 0
	for _, m := range st.Mailboxes {
		if stillRunning(m) {
			running++
		}
		if m.State == search.StateFailing {
			failing++
		}
		page.Mailboxes = append(page.Mailboxes, p.mailboxView(m))
	}
	switch {
	case len(st.Mailboxes) == 0:
		page.Lead = "Nothing has been fetched yet."
	case running > 0:
		page.Lead = fmt.Sprintf("The first sync is under way: %s of %s to go. What has arrived can be searched already.",
			number(running), plural(len(st.Mailboxes), "mailbox", "mailboxes"))
	case failing > 0:
		page.Lead = fmt.Sprintf("%s could not be synced the last time; it is tried again at the next round.", plural(failing, "mailbox", "mailboxes"))
	default:
		page.Lead = "All mailboxes are synced; changes are fetched at regular intervals."
	}
	// The source's own count comes with the folders and may be older than the
	// messages; what is held must have been there.
	page.Figures = []figure{
		{"At the source", number(max(st.Totals.Source, st.Totals.Stored))},
		{"Stored", number(st.Totals.Stored)},
		{"Searchable", number(st.Totals.Indexed)},
		{"Failed", number(st.Totals.Failed)},
	}
	return page
}

func (p *pages) mailboxView(m search.MailboxStatus) mailboxView {
	expected := max(m.Source, m.Stored)
	v := mailboxView{
		ID: m.Mailbox.ID.String(), Name: mailboxName(m.Mailbox), Address: m.Mailbox.Address,
		Indexed: number(m.Indexed), Expected: number(expected),
		Value: min(m.Indexed, expected), Max: max(expected, 1),
	}
	if expected == 0 && m.State == search.StateSynced {
		v.Value = 1
	}
	v.State, v.Tone = stateOfMailbox(m.State)
	v.Error = m.LastError
	if v.Error == "" {
		v.Error = m.Reason
	}
	for _, f := range m.Folders {
		v.Folders = append(v.Folders, folderView{
			Path: f.Folder.Path, Source: number(max(f.Source, f.Stored)), Stored: number(f.Stored),
			Indexed: number(f.Indexed), Failed: number(f.Failed), Last: p.when(f.LastSuccess), Error: f.LastError,
		})
	}
	return v
}

// stateOfMailbox words a state for people.
func stateOfMailbox(state string) (text, tone string) {
	switch state {
	case search.StateWaiting:
		return "Waiting", ""
	case search.StateSyncing:
		return "Syncing…", ""
	case search.StateSynced:
		return "Up to date", "good"
	case search.StateFailing:
		return "Failing", "bad"
	case search.StateSkipped:
		return "Left out", ""
	case "unavailable":
		return "Unavailable", "bad"
	case "denied":
		return "No access", "bad"
	}
	return state, ""
}

func stillRunning(m search.MailboxStatus) bool {
	return m.State == search.StateWaiting || m.State == search.StateSyncing
}

// syncNotice tells how far a first sync is that has not ended, nil when all
// have. A search is answered even where this cannot be told.
func (s *server) syncNotice(ctx context.Context, who access.Principal) *syncView {
	cache := &s.pages.sync
	cache.mu.Lock()
	defer cache.mu.Unlock()
	now := s.pages.now()
	if cache.who == who.Name() && now.Sub(cache.at) < syncAge && !cache.at.IsZero() {
		return cache.view
	}
	status, err := s.service.Status(ctx, who)
	if err != nil {
		s.log.WarnContext(ctx, "read status for the search page", "err", err)
		return nil
	}
	cache.who, cache.at, cache.view = who.Name(), now, syncViewOf(status)
	return cache.view
}

func syncViewOf(st search.Status) *syncView {
	running := false
	for _, m := range st.Mailboxes {
		running = running || stillRunning(m)
	}
	if !running {
		return nil
	}
	expected := max(st.Totals.Source, st.Totals.Stored)
	if expected == 0 {
		return &syncView{Text: "it is finding out what there is"}
	}
	return &syncView{
		Text:  number(st.Totals.Indexed) + " of " + plural(expected, "message", "messages") + " so far",
		Value: min(st.Totals.Indexed, expected), Max: expected,
	}
}
