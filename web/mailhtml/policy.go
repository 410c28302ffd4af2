package mailhtml

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// elements may stay in a mail.
var elements = []string{
	"a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br",
	"caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em",
	"figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
	"ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span",
	"strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u",
	"ul", "var", "wbr",
}

var (
	lengthValue = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,2})?(px|%)?$`)
	smallNumber = regexp.MustCompile(`^[0-9]{1,3}$`)
	colourValue = regexp.MustCompile(`^(?i:#?[0-9a-f]{3,8}|[a-z]{3,20})$`)
	alignValue  = regexp.MustCompile(`^(?i:left|right|center|justify|top|middle|bottom|baseline|char)$`)
	dirValue    = regexp.MustCompile(`^(?i:ltr|rtl|auto)$`)
	langValue   = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$`)
	fontValue   = regexp.MustCompile(`^[\pL\pN ,'"_-]{1,100}$`)
	fontSize    = regexp.MustCompile(`^[+-]?[0-9]{1,2}$`)
	listType    = regexp.MustCompile(`^(?i:[1ai]|disc|circle|square)$`)
	timeValue   = regexp.MustCompile(`^[0-9T:. Z+-]{4,40}$`)
	dataImage   = regexp.MustCompile(`^image/(png|jpeg|gif|webp);base64,`)
)

// newPolicy is the second sieve. It lists what may pass; what tidy makes of
// styles, links and pictures afterwards is narrower still.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(elements...)
	p.AllowNoAttrs().OnElements(elements...)

	p.AllowAttrs("dir").Matching(dirValue).Globally()
	p.AllowAttrs("lang").Matching(langValue).Globally()
	p.AllowAttrs("title", "style").Globally()

	cells := []string{"table", "thead", "tbody", "tfoot", "tr", "td", "th", "col", "colgroup"}
	p.AllowAttrs("align", "valign").Matching(alignValue).OnElements(append(cells,
		"div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "caption")...)
	p.AllowAttrs("width", "height").Matching(lengthValue).OnElements(append(cells, "img", "hr")...)
	p.AllowAttrs("bgcolor").Matching(colourValue).OnElements(cells...)
	p.AllowAttrs("border", "cellpadding", "cellspacing").Matching(smallNumber).OnElements("table")
	p.AllowAttrs("colspan", "rowspan", "span").Matching(smallNumber).OnElements("td", "th", "col", "colgroup")
	p.AllowAttrs("nowrap").OnElements("td", "th")
	p.AllowAttrs("color").Matching(colourValue).OnElements("font")
	p.AllowAttrs("face").Matching(fontValue).OnElements("font")
	p.AllowAttrs("size").Matching(fontSize).OnElements("font")
	p.AllowAttrs("start").Matching(smallNumber).OnElements("ol")
	p.AllowAttrs("type").Matching(listType).OnElements("ol", "ul", "li")
	p.AllowAttrs("datetime").Matching(timeValue).OnElements("time")
	p.AllowAttrs("alt", "src").OnElements("img")
	p.AllowAttrs("href").OnElements("a")

	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowURLSchemes("http", "https", "mailto", "tel", "cid")
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool {
		return dataImage.MatchString(u.Opaque) && !strings.ContainsAny(u.Opaque, "<>")
	})
	return p
}
