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

// newHelpPage shows the query language; the fields are the parser's own table.
func newHelpPage() helpPage {
	page := helpPage{frame: frame{Title: "Help", Page: "help"}}
	for _, e := range []example{
		{Example: `invoice march`, Meaning: "Both words, anywhere in a message."},
		{Example: `"net 30 days"`, Meaning: "The words next to each other, in this order."},
		{Example: `invoice OR receipt`, Meaning: "Either word. OR, AND and NOT count only in capitals."},
		{Example: `invoice -draft`, Meaning: "The first word without the second; NOT draft means the same."},
		{Example: `(invoice OR receipt) march`, Meaning: "Parentheses group."},
		{Example: `invoic*`, Meaning: "Words that begin so; * and ? work within a word, too: w?rd, *ness."},
		{Example: `price NEAR/5 cut`, Meaning: "Words at most five words apart, in any order; ADJ/5 in this order."},
		{Example: `+offered`, Meaning: "This very form of a word. Without the sign offer, offers and offered find each other, as it is in the message's language."},
		{Example: `recepit~`, Meaning: "Words that differ by a letter; recepit~2 by two."},
		{Example: `{invoice receipt} paid`, Meaning: "Braces: any of the words."},
		{Example: `from:/bob.*/`, Meaning: "A regular expression, in the subject, the addresses and file names."},
		{Example: `subject:(renewal offer)`, Meaning: "A field before parentheses counts for all inside."},
	} {
		e.URL = queryURL(e.Example)
		page.Syntax = append(page.Syntax, e)
	}
	for _, f := range query.Fields() {
		page.Fields = append(page.Fields, fieldHelp{f.Name, f.Aliases, f.Meaning, f.Example, queryURL(f.Example)})
	}
	return page
}

func queryURL(text string) string {
	return "/?" + url.Values{"q": {text}}.Encode()
}
