package web

import (
	"github.com/labstack/echo/v4"

	"mailquarry/internal/access"
)

// policy tells who may have what a route serves.
type policy string

const (
	// open routes reach no mail: health, styles, the API's description.
	open policy = "open"
	// mailRead routes reach mail, within the scope of whoever asks.
	mailRead policy = "mail.read"
)

// route is a line of the table of what is served. A GET route answers HEAD too.
type route struct {
	Method  string
	Path    string // as Echo writes it: /messages/:id
	Handler echo.HandlerFunc
	Policy  policy
}

// routes is the table of everything that is served.
func (s *server) routes() []route {
	return append(s.apiRoutes(), s.pageRoutes()...)
}

func (s *server) apiRoutes() []route { return nil }

// principal is who asks. Until sign-in exists that is whoever reaches the
// server, which listens on loopback only.
func principal(echo.Context) access.Principal { return access.Operator() }
