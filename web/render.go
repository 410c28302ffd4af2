package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed templates
var templateFiles embed.FS

// pageNames are the pages; each has a template of its name.
func pageNames() []string {
	return []string{"search", "message", "attachment", "status", "help", "error"}
}

// frame is what the layout needs; every page's struct embeds it.
type frame struct {
	Title string  // of the page, before the product's name; "" for none
	Page  string  // tells the modules what to start
	Text  string  // what stands in the search box
	State []field // the filters that a new search keeps
	Focus bool    // the search box has the focus at first
}

// field is a hidden field of the search form.
type field struct{ Name, Value string }

// parseTemplates makes one template per page, each with the layout.
func parseTemplates(a *assets) (map[string]*template.Template, error) {
	funcs := template.FuncMap{"asset": a.path, "modules": a.modules}
	shared, err := template.New("").Funcs(funcs).ParseFS(templateFiles, "templates/layout.html", "templates/icons.html")
	if err != nil {
		return nil, fmt.Errorf("parse the layout: %w", err)
	}
	byPage := map[string]*template.Template{}
	for _, name := range pageNames() {
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("parse the page %s: %w", name, err)
		}
		byPage[name] = t
	}
	return byPage, nil
}

// execute renders a page completely, so that a fault never leaves half of one
// with a status that says all is well.
func (p *pages) execute(name string, data any) ([]byte, error) {
	if p.fault != nil {
		return nil, p.fault
	}
	t, ok := p.templates[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %s", name)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", data); err != nil {
		return nil, fmt.Errorf("render the page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// render answers with a page.
func (p *pages) render(c echo.Context, name string, data any) error {
	body, err := p.execute(name, data)
	if err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, body)
}
