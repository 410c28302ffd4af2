package web

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"mailquarry/search/query"
)

// helpPage is what the help page shows.
type helpPage struct {
	frame
	Syntax []example
	Fields []fieldHelp
}

type example struct{ Example, Meaning, URL string }

type fieldHelp struct {
	Name    string
	Aliases []string
	Meaning string
	Example string
	URL     string
}

func (s *server) helpPage(c echo.Context) error {
	return s.pages.render(c, "help", newHelpPage())
}

// newHelpPage shows the query language; its tables are the parser's own.
func newHelpPage() helpPage {
	page := helpPage{frame: frame{Title: "Help", Page: "help"}}
	for _, s := range query.Syntax() {
		page.Syntax = append(page.Syntax, example{s.Example, s.Meaning, queryURL(s.Example)})
	}
	for _, f := range query.Fields() {
		page.Fields = append(page.Fields, fieldHelp{f.Name, f.Aliases, f.Meaning, f.Example, queryURL(f.Example)})
	}
	return page
}

func queryURL(text string) string {
	return "/?" + url.Values{"q": {text}}.Encode()
}
