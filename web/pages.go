package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// pages holds what the HTML pages share.
type pages struct {
	assets    *assets
	templates map[string]*template.Template // by page
	fault     error                         // why no page can be shown: a template in the binary is broken
	now       func() time.Time
	zone      *time.Location // in which pages without a script show times
	sync      syncCache
}

func newPages(Options) *pages {
	p := &pages{now: time.Now, zone: time.Local}
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		p.fault = fmt.Errorf("open the assets: %w", err)
		return p
	}
	if p.assets, p.fault = loadAssets(files); p.fault != nil {
		return p
	}
	p.templates, p.fault = parseTemplates(p.assets)
	return p
}

func (s *server) pageRoutes() []route {
	return []route{
		{http.MethodGet, "/", s.searchPage, mailRead},
		{http.MethodGet, "/message/:id", s.messagePage, mailRead},
		{http.MethodGet, "/message/:id/attachments/:n", s.attachmentPage, mailRead},
		{http.MethodGet, "/status", s.statusPage, operating},
		{http.MethodPost, "/status/retry", s.retryForm, operating},
		{http.MethodPost, "/status/verify", s.verifyForm, operating},
		{http.MethodPost, "/status/holds", s.holdForm, operating},
		{http.MethodPost, "/status/holds/end", s.releaseForm, operating},
		{http.MethodGet, "/help", s.helpPage, open},
		{http.MethodGet, assetPrefix + "*", s.asset, open},
	}
}

func (s *server) asset(c echo.Context) error {
	if s.pages.fault != nil {
		return s.pages.fault
	}
	s.pages.assets.ServeHTTP(c.Response(), c.Request())
	return nil
}

// errorPage is the page that tells of a problem.
type errorPage struct {
	frame
	Detail string
}

// pageError shows a problem to a person.
func (s *server) pageError(c echo.Context, p problem) error {
	body, err := s.pages.execute("error", errorPage{frame: frame{Title: p.Title, Page: "error"}, Detail: p.Detail})
	if err != nil {
		return c.String(p.Status, p.Title+"\n"+p.Detail+"\n")
	}
	return c.HTMLBlob(p.Status, body)
}
