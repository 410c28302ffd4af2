package web

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/mail"
	"mailquarry/internal/operate"
)

// coverageJSON answers GET and POST /coverage.
type coverageJSON struct {
	At         *time.Time            `json:"at"`
	Proven     bool                  `json:"proven"`
	Totals     countsJSON            `json:"totals"`
	Unverified int                   `json:"unverified"`
	Compared   int                   `json:"compared"`
	Unread     int                   `json:"unread"`
	Mailboxes  []mailboxCoverageJSON `json:"mailboxes"`
	NextCursor string                `json:"next_cursor"`
	Pass       passJSON              `json:"pass"`
}

type countsJSON struct {
	Source      int `json:"source"`
	Stored      int `json:"stored"`
	Indexed     int `json:"indexed"`
	SetAside    int `json:"set_aside"`
	Kept        int `json:"kept"`
	OutOfScope  int `json:"out_of_scope"`
	Missing     int `json:"missing"`
	Surplus     int `json:"surplus"`
	Stale       int `json:"stale"`
	Unindexed   int `json:"unindexed"`
	Repaired    int `json:"repaired"`
	Unexplained int `json:"unexplained"`
}

type mailboxCoverageJSON struct {
	Mailbox     mailboxRefJSON       `json:"mailbox"`
	State       string               `json:"state"`
	Why         string               `json:"why"`
	At          *time.Time           `json:"at"`
	Counts      countsJSON           `json:"counts"`
	Unverified  int                  `json:"unverified"`
	Unreachable []unreachableJSON    `json:"unreachable"`
	Folders     []folderCoverageJSON `json:"folders"`
}

type unreachableJSON struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

type folderCoverageJSON struct {
	Folder folderRefJSON `json:"folder"`
	At     *time.Time    `json:"at"`
	Counts countsJSON    `json:"counts"`
	Why    string        `json:"why"`
	Causes []causeJSON   `json:"causes"`
	Error  string        `json:"error"`
}

type causeJSON struct {
	Reason   string `json:"reason"`
	Code     string `json:"code"`
	Messages int    `json:"messages"`
}

type passJSON struct {
	ID      int64      `json:"id"`
	State   string     `json:"state"`
	Folders int        `json:"folders"`
	Total   int        `json:"total"`
	Started *time.Time `json:"started"`
	Ended   *time.Time `json:"ended"`
	Error   string     `json:"error"`
}

// newPassJSON is what POST /coverage takes.
type newPassJSON struct {
	Mailboxes []string `json:"mailboxes"`
}

func (s *server) apiCoverage(c echo.Context) error {
	p := readAPIParams(c, "mailbox+", "limit", "cursor")
	only, limit, after := p.list("mailbox"), p.count("limit", 100, maxCovered), p.number("cursor")
	if p.fault != nil {
		return p.fault
	}
	ctx, who := c.Request().Context(), principal(c)
	coverage, err := s.desk.Coverage(ctx, who, only)
	if err != nil {
		return err
	}
	var next string
	coverage.Mailboxes, next = coveragePage(coverage.Mailboxes, mail.MailboxID(after), limit)
	if err := s.desk.Detail(ctx, who, coverage.Mailboxes); err != nil {
		return err
	}
	out := coverageOf(coverage)
	out.NextCursor = next
	return writeJSON(c, out)
}

// maxCovered is how many mailboxes, with their folders, one answer may have.
const maxCovered = 500

// coveragePage gives some of the mailboxes by id, and the cursor of the rest.
func coveragePage(all []operate.MailboxCoverage, after mail.MailboxID, limit int) (page []operate.MailboxCoverage, next string) {
	slices.SortFunc(all, func(a, b operate.MailboxCoverage) int { return cmp.Compare(a.Mailbox.ID, b.Mailbox.ID) })
	from := sort.Search(len(all), func(i int) bool { return all[i].Mailbox.ID > after })
	page = all[from:]
	if len(page) > limit {
		page = page[:limit]
		next = strconv.FormatInt(int64(page[limit-1].Mailbox.ID), 10)
	}
	return page, next
}

func (s *server) apiNewPass(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	var in newPassJSON
	if err := readBody(c, &in); err != nil {
		return err
	}
	if len(in.Mailboxes) > maxValues {
		return badParameter("mailboxes", "at most %d are possible; leave it out for all", maxValues)
	}
	pass, err := s.desk.Reconcile(c.Request().Context(), principal(c), addresses(in.Mailboxes))
	if err != nil {
		return err
	}
	return writeJSONAs(c, http.StatusAccepted, passOf(pass))
}

func (s *server) apiPass(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	pass, err := s.desk.Progress(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	return writeJSON(c, passOf(pass))
}

func coverageOf(v operate.Coverage) coverageJSON {
	out := coverageJSON{
		At: moment(v.At), Proven: v.Proven(), Totals: countsJSON(v.Counts), Unverified: v.Unverified, Compared: v.Compared, Unread: v.Unread,
		Mailboxes: make([]mailboxCoverageJSON, 0, len(v.Mailboxes)), Pass: passOf(v.Pass),
	}
	for _, m := range v.Mailboxes {
		out.Mailboxes = append(out.Mailboxes, mailboxCoverageOf(m))
	}
	return out
}

func mailboxCoverageOf(m operate.MailboxCoverage) mailboxCoverageJSON {
	out := mailboxCoverageJSON{
		Mailbox: mailboxJSONOf(m.Mailbox),
		State:   m.State, Why: m.Why, At: moment(m.At), Counts: countsJSON(m.Counts), Unverified: m.Unverified,
		Unreachable: make([]unreachableJSON, 0, len(m.Unreachable)), Folders: make([]folderCoverageJSON, 0, len(m.Folders)),
	}
	for _, u := range m.Unreachable {
		out.Unreachable = append(out.Unreachable, unreachableJSON(u))
	}
	for _, f := range m.Folders {
		line := folderCoverageJSON{
			Folder: folderJSONOf(f.Folder), At: moment(f.At), Counts: countsJSON(f.Counts), Why: f.Why, Error: f.Error,
			Causes: make([]causeJSON, 0, len(f.Causes)),
		}
		for _, cause := range f.Causes {
			line.Causes = append(line.Causes, causeJSON(cause))
		}
		out.Folders = append(out.Folders, line)
	}
	return out
}

func passOf(p operate.Pass) passJSON {
	return passJSON{
		ID: p.ID, State: p.State, Folders: p.Folders, Total: p.Total,
		Started: moment(p.Started), Ended: moment(p.Ended), Error: p.Error,
	}
}
