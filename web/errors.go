package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/operate"
	"mailquarry/search"
	"mailquarry/search/engine"
)

// problem is an RFC 9457 problem document.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Parameter string `json:"parameter,omitempty"` // the query parameter at fault
}

// Error lets handlers return a problem.
func (p problem) Error() string { return p.Title + ": " + p.Detail }

// problemType makes the name of a kind of problem. It never changes once
// published: clients tell problems apart by it.
func problemType(kind string) string { return "urn:mailquarry:problem:" + kind }

// badParameter says which parameter is at fault and what is allowed.
func badParameter(name, format string, args ...any) problem {
	return problem{
		Type: problemType("bad-parameter"), Title: "A parameter cannot be used", Status: http.StatusBadRequest,
		Detail: name + ": " + fmt.Sprintf(format, args...), Parameter: name,
	}
}

// problemOf is the table of errors and what the outside is told of them.
// Whatever is not in it is a fault of ours, of which nothing is told.
func problemOf(err error) problem {
	var (
		p       problem
		request *search.RequestError
		asked   *operate.RequestError
		he      *echo.HTTPError
	)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &request):
		return badParameter(request.Field, "%s", request.Reason)
	case errors.As(err, &asked):
		return badParameter(asked.Field, "%s", asked.Reason)
	case errors.Is(err, operate.ErrForbidden), errors.Is(err, operate.ErrNotFound), errors.Is(err, operate.ErrBusy), errors.Is(err, operate.ErrNoSource):
		return operateProblem(err)
	case errors.Is(err, engine.ErrCursor):
		return problem{
			problemType("bad-cursor"), "The cursor does not belong to this search", http.StatusBadRequest,
			"cursor: use it with the same parameters as the page it came with, or leave it out to begin anew", "cursor",
		}
	case errors.Is(err, engine.ErrTooComplex):
		return problem{
			problemType("too-complex"), "The query is too complex", http.StatusBadRequest,
			"q: it would cost more than the server allows; use fewer or longer words", "q",
		}
	case errors.Is(err, search.ErrNotFound):
		return problem{
			Type: problemType("not-found"), Title: "Not found", Status: http.StatusNotFound,
			Detail: "There is no such message or attachment.",
		}
	case errors.Is(err, search.ErrNoBytes):
		return problem{
			Type: problemType("not-held"), Title: "The attachment is not held", Status: http.StatusNotFound,
			Detail: "Only the description of this attachment is here. Its state tells why.",
		}
	case errors.Is(err, engine.ErrMismatch), errors.Is(err, engine.ErrDamaged):
		return problem{
			Type: problemType("index-unavailable"), Title: "The index cannot be used", Status: http.StatusServiceUnavailable,
			Detail: "It has to be built anew: stop the server and run mailquarry --reindex.",
		}
	case errors.Is(err, context.DeadlineExceeded):
		return problem{
			Type: problemType("timeout"), Title: "The request took too long", Status: http.StatusGatewayTimeout,
			Detail: "It was given up. Try again, or search for something narrower.",
		}
	case errors.Is(err, context.Canceled):
		return problem{
			Type: problemType("cancelled"), Title: "The request was given up", Status: http.StatusServiceUnavailable,
			Detail: "The client went away or the server is stopping.",
		}
	case errors.As(err, &he) && he.Code < http.StatusInternalServerError:
		return httpProblem(he.Code)
	default:
		return httpProblem(http.StatusInternalServerError)
	}
}

// operateProblem tells why the desk refused.
func operateProblem(err error) problem {
	switch {
	case errors.Is(err, operate.ErrForbidden):
		return problem{
			Type: problemType("forbidden"), Title: "Only operators may do this", Status: http.StatusForbidden,
			Detail: "It is for those who run this server.",
		}
	case errors.Is(err, operate.ErrNotFound):
		return problem{
			Type: problemType("not-found"), Title: "Not found", Status: http.StatusNotFound,
			Detail: "There is no such thing, or no longer.",
		}
	case errors.Is(err, operate.ErrBusy):
		return problem{
			Type: problemType("busy"), Title: "A pass is running already", Status: http.StatusConflict,
			Detail: "Wait until it has ended; GET /api/v1/coverage tells how far it is.",
		}
	default:
		return problem{
			Type: problemType("no-source"), Title: "No tenant is set", Status: http.StatusConflict,
			Detail: "There is nothing to compare with: start the server with the tenant's settings.",
		}
	}
}

// httpProblem says no more than the status itself.
func httpProblem(status int) problem {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	switch status {
	case http.StatusNotFound:
		p.Detail = "There is nothing at this address."
	case http.StatusMethodNotAllowed:
		p.Detail = "That method is not possible here."
	case http.StatusInternalServerError:
		p.Detail = "Something went wrong in the server. Its log says more."
	default:
		p.Detail = "The request cannot be answered."
	}
	return p
}

// handleError answers a request that a handler gave up, as a problem document
// to programs and as a page to people.
func (s *server) handleError(err error, c echo.Context) {
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		s.log.Error("a request failed", "route", routeOf(c), "error", err)
	}
	if c.Response().Committed {
		return
	}
	path := c.Request().URL.Path
	if !strings.HasPrefix(path, "/api/") && path != "/healthz" && path != "/readyz" && path != "/metrics" {
		err = s.pageError(c, p)
	} else {
		err = writeProblem(c, p)
	}
	if err != nil {
		s.log.Debug("an answer could not be sent", "route", routeOf(c), "error", err)
	}
}

func writeProblem(c echo.Context, p problem) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	apiHeaders(c)
	c.Response().Header().Del(echo.HeaderContentDisposition)
	return c.Blob(p.Status, "application/problem+json", body)
}
