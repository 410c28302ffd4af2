package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

type healthJSON struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

// healthz tells that the process answers.
func (s *server) healthz(c echo.Context) error {
	return writeJSON(c, healthJSON{"ok", s.version})
}

// readyz tells whether searches can be answered.
func (s *server) readyz(c echo.Context) error {
	if s.ready != nil {
		if err := s.ready(); err != nil {
			s.log.Warn("not ready", "error", err)
			return problem{
				Type: problemType("not-ready"), Title: "Not ready", Status: http.StatusServiceUnavailable,
				Detail: "The index cannot be read at present. The server's log says more.",
			}
		}
	}
	return writeJSON(c, healthJSON{"ready", s.version})
}
