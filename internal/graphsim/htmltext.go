package graphsim

import (
	"strings"

	"golang.org/x/net/html"
)

// htmlText gives the text of an HTML body, a line for each block.
func htmlText(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	skip := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			if skip == "" {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch tag := string(name); tag {
			case "script", "style", "title":
				skip = tag
			case "br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote":
				b.WriteByte('\n')
			case "td", "th":
				b.WriteByte('\t')
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == skip {
				skip = ""
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}
