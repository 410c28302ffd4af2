package web

import (
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"mailquarry/search"
)

// Options is what the handler works with.
type Options struct {
	Service *search.Service
	Logger  *slog.Logger // nil is silent
	Version string       // of the product, shown on the page and in the API's description
	// Ready tells why the server cannot answer searches; nil is ready.
	Ready func() error
}

// server holds what the handlers share.
type server struct {
	service *search.Service
	log     *slog.Logger
	version string
	ready   func() error
	pages   *pages
}

// New makes the handler of the page and the API.
func New(o Options) http.Handler {
	s := &server{service: o.Service, log: o.Logger, version: o.Version, ready: o.Ready}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.pages = newPages(o)
	e := echo.New()
	for _, r := range s.routes() {
		e.Add(r.Method, r.Path, r.Handler)
	}
	return e
}
