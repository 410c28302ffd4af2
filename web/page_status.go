package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/access"
	"mailquarry/internal/operate"
	"mailquarry/search"
)

// statusPage is what the status page shows.
type statusPage struct {
	frame
	Lead      string
	Said      string // what the form that was just sent did
	Bar       barView
	Figures   []figure
	Pauses    string // how many mailboxes the service asks to wait for
	Requests  string
	Notified  string // of how many mailboxes the service tells changes by itself
	Filter    string // by which the mailboxes are chosen
	Many      bool   // there are more mailboxes than fit on the page
	Mailboxes []mailboxView
	Others    string // mailboxes that are not shown
	Texts     textsView
	Problems  problemsView
	Coverage  coverageView
	Holds     holdsView
}

type figure struct{ Label, Value string }

// barView is a bar with what it says.
type barView struct {
	Text  string
	Value int
	Max   int // 0 for no bar
}

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
	Tone     string // good, warn, bad or ""
	More     string // about the sync at this moment
	Error    string
	Next     when
	Pause    when
	Problems string
	Folders  []folderView
	rank     int // those that need a look first
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

// mailboxesShown is how many mailboxes a section of the page lists. The page is
// asked for every other second; a filter finds the others.
const mailboxesShown = 50

func (s *server) statusPage(c echo.Context) error {
	page, err := s.statusOf(c)
	if err != nil {
		return err
	}
	return s.pages.render(c, "status", page)
}

// statusOf gathers what the status page shows.
func (s *server) statusOf(c echo.Context) (statusPage, error) {
	ctx, who := c.Request().Context(), principal(c)
	status, err := s.service.Status(ctx, who)
	if err != nil {
		return statusPage{}, err
	}
	live, err := s.desk.Live(ctx, who)
	if err != nil {
		return statusPage{}, err
	}
	after := problemCursor(c)
	problems, err := s.desk.Problems(ctx, who, operate.ProblemQuery{Limit: problemsShown, After: after})
	if err != nil {
		return statusPage{}, err
	}
	coverage, err := s.desk.Coverage(ctx, who, nil)
	if err != nil {
		return statusPage{}, err
	}
	filter := strings.TrimSpace(c.QueryParam("mailbox"))
	shown, others := s.pages.coverageShown(coverage, filter)
	if err := s.desk.Detail(ctx, who, shown); err != nil {
		return statusPage{}, err
	}
	holds, err := s.desk.Holds(ctx, who)
	if err != nil {
		return statusPage{}, err
	}
	page := s.pages.statusPage(status, live, filter)
	page.Said = said(c.QueryParam("said"))
	page.Problems = s.pages.problemsView(problems, after)
	page.Coverage = s.pages.coverageView(coverage, shown, others)
	page.Holds = s.pages.holdsView(holds)
	return page, nil
}

func (p *pages) statusPage(st search.Status, live operate.Live, filter string) statusPage {
	page := statusPage{frame: frame{Title: "Status", Page: "status"}, Filter: filter, Many: len(st.Mailboxes) > mailboxesShown || filter != ""}
	page.Lead = leadOf(st)
	var all []mailboxView
	paused := 0
	for _, m := range st.Mailboxes {
		now, running := live.Mailboxes[m.Mailbox.ID]
		if running && now.PausedUntil.After(p.now()) {
			paused++
		}
		if matches(m.Mailbox, filter) {
			all = append(all, p.mailboxView(m, now, live.Troubled[m.Mailbox.ID]))
		}
	}
	if len(all) > mailboxesShown {
		slices.SortStableFunc(all, func(a, b mailboxView) int { return cmp.Compare(a.rank, b.rank) })
		page.Others = plural(len(all)-mailboxesShown, "more mailbox is", "more mailboxes are") + " not shown."
		all = all[:mailboxesShown]
	}
	page.Mailboxes = all
	page.Texts = textsOf(st.Texts)
	page.Bar, page.Figures = overview(st, live)
	if paused > 0 {
		page.Pauses = "The service asks to wait with " + plural(paused, "mailbox", "mailboxes") + "; the others go on."
	}
	if live.Running && live.Total.Requests > 0 {
		page.Requests = plural(int(live.Total.Requests), "request", "requests") + " since the start, " + number(int(live.Total.Throttled)) + " of them refused because there were too many."
	}
	if n := live.Notifications; n != nil {
		page.Notified = "The service tells of changes in " + number(n.Subscribed) + " of " + plural(n.Mailboxes, "mailbox", "mailboxes") + " by itself."
	}
	return page
}

func leadOf(st search.Status) string {
	running, failing := 0, 0
	for _, m := range st.Mailboxes {
		if stillRunning(m) {
			running++
		}
		if m.State == search.StateFailing {
			failing++
		}
	}
	switch {
	case len(st.Mailboxes) == 0:
		return "Nothing has been fetched yet."
	case running > 0:
		return fmt.Sprintf("The first sync is under way: %s of %s to go. What has arrived can be searched already.",
			number(running), plural(len(st.Mailboxes), "mailbox", "mailboxes"))
	case failing > 0:
		return fmt.Sprintf("%s could not be synced the last time; it is tried again at the next round.", plural(failing, "mailbox", "mailboxes"))
	}
	return "All mailboxes are synced; changes are fetched at regular intervals."
}

// overview is the bar and the figures of all mailboxes together. The source's
// own count comes with the folders and may be older than the messages; what is
// held must have been there.
func overview(st search.Status, live operate.Live) (barView, []figure) {
	expected := max(st.Totals.Source, st.Totals.Stored)
	if live.Running {
		expected = max(live.Total.Done+live.Total.ToDo, st.Totals.Stored)
	}
	all := expected + st.Totals.Kept
	bar := barView{Max: all, Value: min(st.Totals.Indexed, all)}
	if all > 0 {
		bar.Text = number(bar.Value) + " of " + plural(all, "message", "messages") + " can be searched"
	}
	figures := []figure{
		{"At the source", number(expected)},
		{"Stored", number(st.Totals.Stored)},
		{"Searchable", number(st.Totals.Indexed)},
		{"Set aside", number(live.Problems)},
	}
	if st.Totals.Kept > 0 {
		figures = append(figures, figure{"Kept, deleted at the source", number(st.Totals.Kept)})
	}
	if live.Running && live.Total.ToDo > 0 {
		left := "…"
		if live.Total.Left > 0 {
			left = span(live.Total.Left)
		}
		figures = append(figures, figure{"Messages per second", rate(live.Total.Rate)}, figure{"Time left, about", left})
	}
	return bar, figures
}

func matches(m search.MailboxRef, filter string) bool {
	f := strings.ToLower(filter)
	return strings.Contains(strings.ToLower(m.Address), f) || strings.Contains(strings.ToLower(m.Name), f)
}

func (p *pages) mailboxView(m search.MailboxStatus, now operate.Progress, problems int) mailboxView {
	expected := max(m.Source, m.Stored, now.Done+now.ToDo) + m.Kept
	v := mailboxView{
		ID: m.Mailbox.ID.String(), Name: mailboxName(m.Mailbox), Address: m.Mailbox.Address,
		Indexed: number(m.Indexed), Expected: number(expected),
		Value: min(m.Indexed, expected), Max: max(expected, 1),
		Next: p.when(now.NextPoll), rank: 2,
	}
	if expected == 0 && m.State == search.StateSynced {
		v.Value = 1
	}
	v.State, v.Tone = stateOfMailbox(m.State)
	p.addLive(&v, now)
	v.Error = m.LastError
	if v.Error == "" {
		v.Error = m.Reason
	}
	if v.More == "" {
		v.More = v.Error
	}
	if problems > 0 {
		v.Problems = plural(problems, "problem", "problems") + " set aside"
	}
	switch {
	case v.Error != "" || v.Tone == "bad" || v.Tone == "warn":
		v.rank = 0
	case problems > 0 || stillRunning(m):
		v.rank = 1
	}
	for _, f := range m.Folders {
		v.Folders = append(v.Folders, folderView{
			Path: f.Folder.Path, Source: number(max(f.Source, f.Stored)), Stored: number(f.Stored + f.Kept),
			Indexed: number(f.Indexed), Failed: number(f.Failed), Last: p.when(f.LastSuccess), Error: f.LastError,
		})
	}
	return v
}

// addLive tells what the sync does with a mailbox at this moment.
func (p *pages) addLive(v *mailboxView, now operate.Progress) {
	switch {
	case now.PausedUntil.After(p.now()):
		v.Pause = p.when(now.PausedUntil)
		v.State, v.Tone = "Paused", "warn"
		v.More = "The service asks to wait"
		if now.PauseReason != "" {
			v.More += " (" + now.PauseReason + ")"
		}
	case now.State == operate.StateSyncing && now.ToDo > 0:
		v.State, v.Tone = "Syncing…", ""
		if now.Rate >= 0.1 {
			v.More = rate(now.Rate) + " messages per second"
			if now.Left > 0 {
				v.More += ", about " + span(now.Left) + " left"
			}
		}
	}
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
	case "excluded":
		return "Not in scope", ""
	case "removed":
		return "User deleted, kept", "warn"
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
	expected := max(st.Totals.Source, st.Totals.Stored) + st.Totals.Kept
	if expected == 0 {
		return &syncView{Text: "it is finding out what there is"}
	}
	return &syncView{
		Text:  number(st.Totals.Indexed) + " of " + plural(expected, "message", "messages") + " so far",
		Value: min(st.Totals.Indexed, expected), Max: expected,
	}
}
