package web

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/operate"
	"mailquarry/search"
)

// requestTime is how long a request may take before it is given up. Downloads
// are not bound by it.
const requestTime = 10 * time.Second

// Options is what the handler works with.
type Options struct {
	Service *search.Service
	Desk    *operate.Desk
	Logger  *slog.Logger // nil is silent
	Version string       // of the product
	// Ready tells why the server cannot answer searches; nil is ready.
	Ready func() error
	// Extraction tells what was extracted since the start; nil where nothing is.
	Extraction func() Extraction
}

// Extraction is what the extraction of texts has done since the start, for
// /metrics.
type Extraction struct {
	Documents map[string]int           // by state
	Time      map[string]time.Duration // by state
	Doubted   int                      // documents that were read a second time, by PDFium
	Started   int                      // worker processes
	Ended     map[string]int           // workers lost over a document, by cause
}

// server holds what the handlers share.
type server struct {
	service *search.Service
	desk    *operate.Desk
	log     *slog.Logger
	version string
	ready   func() error
	extract func() Extraction
	pages   *pages
	time    time.Duration // that a request may take
}

// New makes the handler of the page and the API.
func New(o Options) http.Handler { return newServer(o).handler() }

func newServer(o Options) *server {
	s := &server{
		service: o.Service, desk: o.Desk, log: o.Logger, version: o.Version, ready: o.Ready,
		extract: o.Extraction, pages: newPages(o), time: requestTime,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// handler puts the table of routes into Echo.
func (s *server) handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(quiet{})
	// Otherwise any client could name the address that it seems to come from.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.handleError
	e.Use(s.logAccess, s.recoverPanic, secureHeaders, checkHost, checkOrigin(), s.limitTime)
	for _, r := range s.routes() {
		e.Add(r.Method, r.Path, r.Handler)
		if r.Method == http.MethodGet {
			e.Add(http.MethodHead, r.Path, r.Handler)
		}
	}
	return e
}

// quiet swallows Echo's own log: what there is to say is in ours.
type quiet struct{}

func (quiet) Write(p []byte) (int, error) { return len(p), nil }
