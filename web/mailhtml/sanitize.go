package mailhtml

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The limits on one message.
const (
	maxInput      = 4 << 20 // bytes of HTML read; the rest is cut off
	maxTags       = 50_000  // start tags kept
	maxAttrs      = 64      // attributes per tag; a tag with more is dropped
	maxFormatting = 12      // formatting elements open at once: each is repeated in every paragraph
	maxDepth      = 256     // elements open at once, not counting those that HTML closes by itself
	maxRounds     = 6       // passes until nothing changes any more
	maxGrowth     = 8 << 20 // bytes by which parsing may make it longer, since it repeats formatting elements
	maxImages     = 5 << 20 // bytes of pictures in all
	maxAlt        = 300     // bytes of a picture's replacement text
)

// cutNote ends a message of which only the beginning is shown.
const cutNote = "<p>[The message is longer than what is shown here.]</p>"

// Inline gives the bytes of the message part with a Content-ID, as cid: links
// name it, and its declared content type.
type Inline = func(cid string) (contentType string, data []byte, ok bool)

// Sanitize makes a complete, safe HTML document of a mail's HTML. Pictures
// whose source is cid: are put in place from inline, which may be nil, as far
// as they are PNG, JPEG, GIF or WebP and 5 MiB in all suffice; all others
// leave their replacement text. Sanitising the outcome again does not change
// it.
func Sanitize(source string, inline Inline) string {
	cut := false
	if len(source) > maxInput {
		source, cut = strings.ToValidUTF8(source[:maxInput], ""), true
	}
	// A document already sanitised comes back here in tests only, but the end
	// must be where it was: trailing white space moves into the body.
	body, dir := clean(source)
	if cut {
		body += cutNote
	}
	nodes, err := parseBody(body)
	if err != nil {
		return document(plain(source), dir, false)
	}
	t := tidier{pictures: &pictures{inline: inline, left: maxImages}}
	nodes = t.all(nodes)
	return document(strings.TrimSpace(render(nodes)), dir, t.coloured)
}

// clean passes the source through all sieves until it no longer changes. What
// never settles, or cannot be parsed within the limits, is reduced to text.
func clean(source string) (body, dir string) {
	policy := newPolicy()
	body = source
	for range maxRounds {
		pruned, found := prune(body)
		if dir == "" {
			dir = found
		}
		nodes, err := parseBody(policy.Sanitize(pruned))
		if err != nil {
			return plain(source), dir
		}
		var t tidier
		next := strings.TrimSpace(render(t.all(nodes)))
		if next == body {
			return body, dir
		}
		if len(next) > len(source)+maxGrowth {
			return plain(source), dir
		}
		body = next
	}
	return plain(source), dir
}

// parseBody parses what stands inside a body element.
func parseBody(s string) ([]*html.Node, error) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	return html.ParseFragment(strings.NewReader(s), context)
}

func render(nodes []*html.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		// A strings.Builder never fails, and a tree made by the parser holds
		// nothing that cannot be rendered.
		_ = html.Render(&b, n)
	}
	return b.String()
}

// plain keeps the text of HTML that is too twisted to be kept as HTML.
func plain(source string) string {
	pruned, _ := prune(source)
	z := html.NewTokenizer(strings.NewReader(pruned))
	var b strings.Builder
	for {
		switch z.Next() {
		case html.ErrorToken:
			return paragraphs(b.String())
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if !inline[string(name)] {
				b.WriteByte('\n')
			}
		}
	}
}

// paragraphs writes each line that holds anything as a paragraph.
func paragraphs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		if line != "" {
			b.WriteString("<p>" + html.EscapeString(line) + "</p>")
		}
	}
	return b.String()
}
