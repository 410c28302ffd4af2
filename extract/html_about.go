package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// aboutHTML gives what a page's head says of it: its title, who wrote it, and
// what of. Only the beginning of a page is looked at.
func aboutHTML(src string) (said []string) {
	const most, values = 64 << 10, 20
	z := html.NewTokenizer(strings.NewReader(src[:min(len(src), most)]))
	for len(said) < values {
		switch z.Next() {
		case html.ErrorToken:
			return said
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch a := atom.Lookup(name); {
			case a == atom.Title:
				if z.Next() == html.TextToken {
					said = append(said, string(z.Text()))
				}
			case a == atom.Meta && more:
				said = append(said, metaHTML(z))
			case a == atom.Body || a == atom.Svg:
				return said
			}
		}
	}
	return said
}

// metaHTML gives what an element says of the page, if that is meant for people.
func metaHTML(z *html.Tokenizer) (content string) {
	const attributes = 20
	named := false
	for range attributes {
		key, value, more := z.TagAttr()
		switch string(key) {
		case "name":
			switch strings.ToLower(string(value)) {
			case "author", "description", "keywords", "subject", "dc.title", "dc.creator", "dc.subject", "dc.description":
				named = true
			}
		case "content":
			content = string(value)
		}
		if !more {
			break
		}
	}
	if !named {
		return ""
	}
	return content[:min(len(content), maxProperty)]
}
