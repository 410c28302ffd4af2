package mailhtml

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// webAddress is an address as people type it into text. Brackets, quotes and
// the punctuation of the sentence around it are left to linkEnd.
var webAddress = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"'\x60{}|\\^\x00-\x20]{3,900}`)

// Text makes a safe HTML document of a plain text, in the same style as
// Sanitize does, with its web addresses made into links.
func Text(text string) string {
	if len(text) > maxInput {
		text = strings.ToValidUTF8(text[:maxInput], "") + "\n\n[The message is longer than what is shown here.]"
	}
	text = visible(strings.ReplaceAll(text, "\r\n", "\n"))
	var b strings.Builder
	b.WriteString(`<div class="text">`)
	last := 0
	for _, at := range webAddress.FindAllStringIndex(text, maxTags) {
		from := at[0]
		to := from + linkEnd(text[from:at[1]])
		href, ok := cleanLink(text[from:to])
		if !ok {
			continue
		}
		b.WriteString(html.EscapeString(text[last:from]))
		b.WriteString(`<a href="` + html.EscapeString(href) + `" rel="noopener noreferrer" target="_blank">`)
		b.WriteString(html.EscapeString(text[from:to]) + "</a>")
		last = to
	}
	b.WriteString(html.EscapeString(text[last:]) + "</div>")
	return document(b.String(), "", false)
}

// linkEnd leaves the punctuation that follows an address out of it, and a
// closing bracket that was not opened within.
func linkEnd(address string) int {
	end := len(address)
	for end > 0 {
		switch c := address[end-1]; {
		case strings.IndexByte(".,;:!?*_~", c) >= 0:
		case c == ')' && strings.Count(address[:end], "(") < strings.Count(address[:end], ")"):
		case c == ']' && strings.Count(address[:end], "[") < strings.Count(address[:end], "]"):
		default:
			return end
		}
		end--
	}
	return end
}
