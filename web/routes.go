package web

import (
	"net/http"

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
	// operating routes tell how the sync goes, and steer it; the desk answers
	// none but operators.
	operating policy = "operate"
)

// route is a line of the table of what is served. A GET route answers HEAD too.
type route struct {
	Method  string
	Path    string // as Echo writes it: /messages/:id
	Handler echo.HandlerFunc
	Policy  policy
}

// apiPrefix begins the path of everything that programs use.
const apiPrefix = "/api/v1"

// downloadPath is the one route whose answers may take long.
const downloadPath = apiPrefix + "/messages/:id/attachments/:n"

// routes is the table of everything that is served.
func (s *server) routes() []route {
	return append(s.apiRoutes(), s.pageRoutes()...)
}

func (s *server) apiRoutes() []route {
	return []route{
		{http.MethodGet, apiPrefix + "/search", s.apiSearch, mailRead},
		{http.MethodGet, apiPrefix + "/complete", s.apiComplete, mailRead},
		{http.MethodGet, apiPrefix + "/messages/:id", s.apiMessage, mailRead},
		{http.MethodGet, apiPrefix + "/messages/:id/html", s.apiHTML, mailRead},
		{http.MethodGet, downloadPath, s.apiAttachment, mailRead},
		{http.MethodGet, downloadPath + "/text", s.apiAttachmentText, mailRead},
		{http.MethodGet, apiPrefix + "/mailboxes", s.apiMailboxes, mailRead},
		{http.MethodGet, apiPrefix + "/status", s.apiStatus, mailRead},
		{http.MethodGet, apiPrefix + "/problems", s.apiProblems, operating},
		{http.MethodPost, apiPrefix + "/problems/retry", s.apiRetry, operating},
		{http.MethodGet, apiPrefix + "/coverage", s.apiCoverage, operating},
		{http.MethodGet, apiPrefix + "/coverage/pass", s.apiPass, operating},
		{http.MethodPost, apiPrefix + "/coverage", s.apiNewPass, operating},
		{http.MethodGet, apiPrefix + "/holds", s.apiHolds, operating},
		{http.MethodPost, apiPrefix + "/holds", s.apiNewHold, operating},
		{http.MethodDelete, apiPrefix + "/holds/:id", s.apiEndHold, operating},
		{http.MethodGet, apiPrefix + "/openapi.json", s.apiDescription, open},
		{http.MethodGet, "/metrics", s.metrics, operating},
		{http.MethodGet, "/healthz", s.healthz, open},
		{http.MethodGet, "/readyz", s.readyz, open},
	}
}

// principal is who asks. Until sign-in exists that is whoever reaches the
// server, which listens on loopback only.
func principal(echo.Context) access.Principal { return access.Operator() }
