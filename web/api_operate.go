package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/operate"
)

// maxBody bounds what a program may send with a request.
const maxBody = 64 << 10

// readBody reads a request's JSON object. Its type has to be named: a form of
// another site's page cannot do that.
func readBody(c echo.Context, into any) error {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return problem{
			Type: problemType("bad-content-type"), Title: "The body has to be JSON", Status: http.StatusUnsupportedMediaType,
			Detail: "Send it with Content-Type: application/json.",
		}
	}
	d := json.NewDecoder(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more than one value")
		}
	}
	if err != nil {
		return badParameter("body", "it has to be one JSON object with the fields that the description names: %v", bodyFault(err))
	}
	return nil
}

// bodyFault words a fault of the body without repeating what was sent.
func bodyFault(err error) string {
	var (
		kind *json.UnmarshalTypeError
		size *http.MaxBytesError
	)
	switch {
	case errors.As(err, &kind):
		return kind.Field + " is of another type"
	case errors.As(err, &size):
		return "it is larger than 64 KiB"
	}
	return "it cannot be read"
}

// problemEntryJSON is a line of GET /problems.
type problemEntryJSON struct {
	ID        int64          `json:"id"`
	Mailbox   mailboxRefJSON `json:"mailbox"`
	Folder    folderRefJSON  `json:"folder"`
	Message   string         `json:"message"`
	Kind      string         `json:"kind"`
	Key       string         `json:"key"`
	Part      string         `json:"part"`
	Reason    string         `json:"reason"`
	Code      string         `json:"code"`
	Permanent bool           `json:"permanent"`
	Attempts  int            `json:"attempts"`
	First     *time.Time     `json:"first"`
	Last      *time.Time     `json:"last"`
	Next      *time.Time     `json:"next"`
}

type problemsJSON struct {
	Total      int                `json:"total"`
	Problems   []problemEntryJSON `json:"problems"`
	NextCursor string             `json:"next_cursor"`
}

func (s *server) apiProblems(c echo.Context) error {
	p := readAPIParams(c, "mailbox", "kind", "limit", "cursor")
	q := operate.ProblemQuery{
		Mailbox: p.values.Get("mailbox"), Kind: p.values.Get("kind"),
		Limit: p.count("limit", 100, operate.MaxProblems), After: p.number("cursor"),
	}
	if p.fault != nil {
		return p.fault
	}
	page, err := s.desk.Problems(c.Request().Context(), principal(c), q)
	if err != nil {
		return err
	}
	out := problemsJSON{Total: page.Total, Problems: make([]problemEntryJSON, 0, len(page.Problems))}
	if page.Next != 0 {
		out.NextCursor = strconv.FormatInt(page.Next, 10)
	}
	for _, f := range page.Problems {
		out.Problems = append(out.Problems, problemEntryOf(f))
	}
	return writeJSON(c, out)
}

func problemEntryOf(f operate.Problem) problemEntryJSON {
	out := problemEntryJSON{
		ID: f.ID, Mailbox: mailboxJSONOf(f.Mailbox), Folder: folderJSONOf(f.Folder),
		Kind: f.Kind, Key: f.Key, Part: f.Part, Reason: f.Reason, Code: f.Code, Permanent: f.Permanent,
		Attempts: f.Attempts, First: moment(f.First), Last: moment(f.Last), Next: moment(f.Next),
	}
	if f.Message != 0 {
		out.Message = f.Message.String()
	}
	return out
}

func mailboxJSONOf(m operate.MailboxRef) mailboxRefJSON {
	if m.ID == 0 {
		return mailboxRefJSON{}
	}
	return mailboxRefJSON{m.ID.String(), m.Address, m.Name}
}

func folderJSONOf(f operate.FolderRef) folderRefJSON {
	if f.ID == 0 {
		return folderRefJSON{}
	}
	return folderRefJSON{f.ID.String(), f.Path}
}

// retryJSON is what POST /problems/retry takes.
type retryJSON struct {
	IDs     []int64 `json:"ids"`
	Mailbox string  `json:"mailbox"`
	All     bool    `json:"all"`
}

// retriedJSON is what it answers.
type retriedJSON struct {
	Problems int  `json:"problems"`
	Now      bool `json:"now"`
}

func (s *server) apiRetry(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	var in retryJSON
	if err := readBody(c, &in); err != nil {
		return err
	}
	done, err := s.desk.Retry(c.Request().Context(), principal(c), operate.RetryRequest(in))
	if err != nil {
		return err
	}
	return writeJSON(c, retriedJSON(done))
}

type holdJSON struct {
	ID      int64           `json:"id"`
	Mailbox *mailboxRefJSON `json:"mailbox"`
	Query   string          `json:"query"`
	Reason  string          `json:"reason"`
	By      string          `json:"by"`
	Since   *time.Time      `json:"since"`
}

// newHoldJSON is what POST /holds takes.
type newHoldJSON struct {
	Mailbox string `json:"mailbox"`
	Query   string `json:"query"`
	Reason  string `json:"reason"`
}

func (s *server) apiHolds(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	holds, err := s.desk.Holds(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	out := struct {
		Holds []holdJSON `json:"holds"`
	}{make([]holdJSON, 0, len(holds))}
	for _, h := range holds {
		out.Holds = append(out.Holds, holdOf(h))
	}
	return writeJSON(c, out)
}

func (s *server) apiNewHold(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	var in newHoldJSON
	if err := readBody(c, &in); err != nil {
		return err
	}
	h, err := s.desk.Hold(c.Request().Context(), principal(c), operate.HoldRequest(in))
	if err != nil {
		return err
	}
	return writeJSONAs(c, http.StatusCreated, holdOf(h))
}

func (s *server) apiEndHold(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return operate.ErrNotFound
	}
	if err := s.desk.Release(c.Request().Context(), principal(c), id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func holdOf(h operate.Hold) holdJSON {
	out := holdJSON{ID: h.ID, Query: h.Query, Reason: h.Reason, By: h.By, Since: moment(h.Since)}
	if h.Mailbox != nil {
		ref := mailboxJSONOf(*h.Mailbox)
		out.Mailbox = &ref
	}
	return out
}

// liveJSON is how the sync of a mailbox, or of all, goes at this moment.
type liveJSON struct {
	State       string     `json:"state"`
	Done        int        `json:"done"`
	ToDo        int        `json:"to_do"`
	Rate        float64    `json:"rate"`
	SecondsLeft *int64     `json:"seconds_left"`
	PausedUntil *time.Time `json:"paused_until"`
	PauseReason string     `json:"pause_reason"`
	NextPoll    *time.Time `json:"next_poll"`
	Requests    int64      `json:"requests"`
	Throttled   int64      `json:"throttled"`
}

func liveOf(p operate.Progress) *liveJSON {
	out := &liveJSON{
		State: p.State, Done: p.Done, ToDo: p.ToDo, Rate: p.Rate, PausedUntil: moment(p.PausedUntil), PauseReason: p.PauseReason,
		NextPoll: moment(p.NextPoll), Requests: p.Requests, Throttled: p.Throttled,
	}
	if p.Left > 0 {
		left := int64(p.Left.Round(time.Second) / time.Second)
		out.SecondsLeft = &left
	}
	return out
}

// count reads a number of things from 1 to most.
func (p *params) count(name string, usual, most int) int {
	s := p.values.Get(name)
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		p.fail(name, "it has to be a whole number from 1 to %d", most)
	}
	return n
}

// number reads a cursor that is a number.
func (p *params) number(name string) int64 {
	s := p.values.Get(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		p.fail(name, "it has to be what next_cursor was")
	}
	return n
}

// addresses is a list without its empty strings.
func addresses(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
}
