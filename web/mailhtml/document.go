package mailhtml

import "strings"

// Styles of the document. A message that sets colours of its own was written
// for white paper and gets it; all others follow the reader's scheme.
const (
	styleCommon = `html{-webkit-text-size-adjust:100%}` +
		`body{margin:0;padding:20px 24px;font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}` +
		`body>:first-child,body>div:first-child>:first-child{margin-top:0}img{max-width:100%;height:auto}table{max-width:100%}pre,.text{white-space:pre-wrap}` +
		`blockquote{margin:.8em 0;padding-inline-start:1em;border-inline-start:3px solid}` +
		`@media(max-width:600px){body{padding:16px}}` +
		`@media print{body{padding:0}}`
	stylePaper = `:root{color-scheme:light}body{color:#1f2328;background:#fff}a{color:#0b57c4}blockquote{border-color:#d5d9e0}`
	styleBoth  = stylePaper +
		`@media(prefers-color-scheme:dark){:root{color-scheme:dark}body{color:#dfe3ea;background:#171a21}a{color:#8ab4ff}blockquote{border-color:#3a4150}}`
)

// document sets a body into a page of its own.
func document(body, dir string, coloured bool) string {
	scheme, style := "light dark", styleBoth
	if coloured {
		scheme, style = "light", stylePaper
	}
	if dir == "" {
		dir = "auto"
	}
	var b strings.Builder
	b.Grow(len(body) + 2048)
	b.WriteString(`<!doctype html><html><head><meta charset="utf-8">`)
	b.WriteString(`<meta name="viewport" content="width=device-width, initial-scale=1">`)
	b.WriteString(`<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="` + scheme + `">`)
	b.WriteString(`<title>Message</title><style>` + styleCommon + style + `</style></head><body dir="` + dir + `">`)
	b.WriteString(body)
	b.WriteString("</body></html>\n")
	return b.String()
}
