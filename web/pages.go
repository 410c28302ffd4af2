package web

import "github.com/labstack/echo/v4"

// pages holds what the HTML pages share.
type pages struct{}

func newPages(Options) *pages { return &pages{} }

func (s *server) pageRoutes() []route { return nil }

// pageError shows a problem to a person.
func (s *server) pageError(c echo.Context, p problem) error {
	return c.String(p.Status, p.Title+"\n"+p.Detail+"\n")
}
