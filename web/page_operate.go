package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/operate"
)

// problemsShown is how many problems the status page lists at once.
const problemsShown = 50

// problemsView is what was set aside.
type problemsView struct {
	Total    int
	Lead     string
	Problems []problemView
	Next     string // URL of the next page
	First    string // URL of the first page, when this is another
}

type problemView struct {
	ID       int64
	Mailbox  string
	Folder   string
	What     string
	URL      string // of the message when it is stored all the same
	Reason   string
	Code     string
	Attempts string
	Next     when
}

// holdsView is what is held back from removal.
type holdsView struct {
	Holds  []holdView
	Fault  string // why the hold that was asked for cannot be
	What   string // what was asked for, when it cannot be
	Kind   string
	Reason string
}

type holdView struct {
	ID     int64
	What   string
	Kind   string // Mailbox or Search
	URL    string // shows the messages of a search
	Reason string
	By     string
	Since  when
}

// said words what a form did. Only these words are ever shown.
func said(what string) string {
	switch what {
	case "retry":
		return "The problems are tried again now."
	case "retry-later":
		return "The problems are tried again when a sync runs."
	case "verify":
		return "Source, store and index are being compared."
	case "busy":
		return "Source, store and index are being compared already."
	case "no-source":
		return "No tenant is set, so that there is nothing to compare with."
	case "held":
		return "The hold has begun."
	case "released":
		return "The hold has ended."
	}
	return ""
}

func problemCursor(c echo.Context) int64 {
	n, err := strconv.ParseInt(c.QueryParam("problems"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (p *pages) problemsView(page operate.ProblemPage, after int64) problemsView {
	v := problemsView{Total: page.Total, Lead: "Nothing had to be set aside."}
	if page.Total > 0 {
		v.Lead = "What could not be taken is set aside, so that the rest goes on. It is tried again by itself, ever less often."
	}
	if page.Next != 0 {
		v.Next = "/status?problems=" + strconv.FormatInt(page.Next, 10) + "#problems"
	}
	if after > 0 {
		v.First = "/status#problems"
	}
	for _, f := range page.Problems {
		line := problemView{
			ID: f.ID, Mailbox: f.Mailbox.Name, Folder: f.Folder.Path, What: problemKind(f), Reason: honest(f.Reason), Code: honest(f.Code),
			Attempts: plural(f.Attempts, "attempt", "attempts"), Next: p.when(f.Next),
		}
		if line.Mailbox == "" {
			line.Mailbox = f.Mailbox.Address
		}
		if f.Mailbox.ID == 0 {
			line.Mailbox = honest(f.Key)
		}
		if f.Message != 0 {
			line.URL = "/message/" + f.Message.String()
		}
		v.Problems = append(v.Problems, line)
	}
	return v
}

func problemKind(f operate.Problem) string {
	switch f.Kind {
	case "message":
		return "A message"
	case "attachment":
		return "An attachment"
	case "attachments":
		return "The attachments of a message"
	case "page":
		return "A page of a folder"
	case "scope":
		return "A rule of the scope"
	}
	return f.Kind
}

func (p *pages) holdsView(holds []operate.Hold) holdsView {
	v := holdsView{Kind: "mailbox"}
	for _, h := range holds {
		line := holdView{ID: h.ID, Kind: "Search", What: h.Query, Reason: h.Reason, By: h.By, Since: p.when(h.Since)}
		if h.Mailbox != nil {
			line.Kind, line.What = "Mailbox", h.Mailbox.Address
			if line.What == "" {
				line.What = h.Mailbox.Name
			}
		} else {
			line.URL = searchParams{Text: h.Query}.url()
		}
		v.Holds = append(v.Holds, line)
	}
	return v
}

// back leads to the status page after a form has done its work, so that a
// reload does not do it again.
func back(c echo.Context, what, section string) error {
	return c.Redirect(http.StatusSeeOther, "/status?said="+what+"#"+section)
}

// form reads a form of our own pages, within bounds.
func form(c echo.Context) error {
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxBody)
	if err := c.Request().ParseForm(); err != nil {
		return badParameter("form", "it cannot be read")
	}
	return nil
}

func (s *server) retryForm(c echo.Context) error {
	if err := form(c); err != nil {
		return err
	}
	var r operate.RetryRequest
	if id := c.FormValue("id"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return badParameter("id", "it is no problem's number")
		}
		r.IDs = []int64{n}
	} else {
		r.All = true
	}
	done, err := s.desk.Retry(c.Request().Context(), principal(c), r)
	if err != nil {
		return err
	}
	if !done.Now {
		return back(c, "retry-later", "problems")
	}
	return back(c, "retry", "problems")
}

func (s *server) verifyForm(c echo.Context) error {
	if err := form(c); err != nil {
		return err
	}
	_, err := s.desk.Reconcile(c.Request().Context(), principal(c), nil)
	switch {
	case errors.Is(err, operate.ErrBusy):
		return back(c, "busy", "coverage")
	case errors.Is(err, operate.ErrNoSource):
		return back(c, "no-source", "coverage")
	case err != nil:
		return err
	}
	return back(c, "verify", "coverage")
}

func (s *server) holdForm(c echo.Context) error {
	if err := form(c); err != nil {
		return err
	}
	kind, what, reason := c.FormValue("kind"), c.FormValue("what"), c.FormValue("reason")
	r := operate.HoldRequest{Reason: reason}
	if kind == "query" {
		r.Query = what
	} else {
		kind, r.Mailbox = "mailbox", what
	}
	_, err := s.desk.Hold(c.Request().Context(), principal(c), r)
	var refused *operate.RequestError
	if !errors.As(err, &refused) {
		if err != nil {
			return err
		}
		return back(c, "held", "holds")
	}
	page, err := s.statusOf(c)
	if err != nil {
		return err
	}
	page.Holds.Fault, page.Holds.Kind, page.Holds.What, page.Holds.Reason = holdFault(refused), kind, what, reason
	body, err := s.pages.execute("status", page)
	if err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusBadRequest, body)
}

// holdFault words for the form, whose fields have other names than the API's.
func holdFault(e *operate.RequestError) string {
	switch e.Field {
	case "reason":
		return "Reason: " + e.Reason + "."
	case "query":
		return "Search: " + e.Reason + "."
	}
	return "Mailbox: " + e.Reason + "."
}

func (s *server) releaseForm(c echo.Context) error {
	if err := form(c); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err != nil {
		return badParameter("id", "it is no hold's number")
	}
	if err := s.desk.Release(c.Request().Context(), principal(c), id); err != nil {
		return err
	}
	return back(c, "released", "holds")
}
