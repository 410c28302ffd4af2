package mailhtml

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tidier is the third sieve. With pictures set it also puts them in place;
// without, cid: and data: sources stay as they are.
type tidier struct {
	pictures *pictures
	coloured bool
}

// all tidies a list of sibling nodes and gives those that stay.
func (t *tidier) all(nodes []*html.Node) []*html.Node {
	// A common parent lets node replace and remove without special cases.
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	t.children(root)
	var out []*html.Node
	for n := root.FirstChild; n != nil; n = root.FirstChild {
		root.RemoveChild(n)
		out = append(out, n)
	}
	return out
}

func (t *tidier) children(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		switch {
		case n.Type == html.TextNode:
			n.Data = visible(n.Data)
		case n.Type != html.ElementNode || n.Namespace != "" || !known[n.Data]:
			parent.RemoveChild(n)
		case n.DataAtom == atom.Img:
			t.picture(n)
		default:
			t.attributes(n)
			t.children(n)
		}
		n = next
	}
}

var known = set(elements...)

// attributes writes the attributes of n anew.
func (t *tidier) attributes(n *html.Node) {
	var kept []html.Attribute
	link := false
	for _, a := range n.Attr {
		if a.Namespace != "" {
			continue
		}
		switch a.Key {
		case "style":
			style, coloured := filterStyle(a.Val)
			t.coloured = t.coloured || coloured
			if style == "" {
				continue
			}
			a.Val = style
		case "href":
			href, ok := cleanLink(a.Val)
			if !ok || n.DataAtom != atom.A {
				continue
			}
			a.Val, link = href, true
		case "rel", "target", "src":
			continue
		case "bgcolor", "color":
			t.coloured = true
		case "title", "alt":
			a.Val = visible(a.Val)
		}
		kept = append(kept, a)
	}
	if link {
		kept = append(kept, html.Attribute{Key: "rel", Val: "noopener noreferrer"}, html.Attribute{Key: "target", Val: "_blank"})
	}
	n.Attr = kept
}

// cleanLink accepts the links that a person may follow from a mail.
func cleanLink(href string) (string, bool) {
	href = strings.TrimSpace(href)
	u, err := url.Parse(href)
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.String(), u.Host != ""
	case "mailto", "tel":
		return u.String(), u.Opaque != ""
	}
	return "", false
}

// picture puts the picture's bytes in its place, or its replacement text.
func (t *tidier) picture(n *html.Node) {
	source, alt := "", ""
	for _, a := range n.Attr {
		switch a.Key {
		case "src":
			source = strings.TrimSpace(a.Val)
		case "alt":
			alt = strings.Join(strings.Fields(visible(a.Val)), " ")
		}
	}
	local := hasScheme(source, "cid:") || hasScheme(source, "data:")
	if local && t.pictures != nil {
		source, local = t.pictures.data(source)
	}
	if !local {
		replacePicture(n, alt)
		return
	}
	t.attributes(n)
	n.Attr = append(n.Attr, html.Attribute{Key: "src", Val: source})
}

// replacePicture leaves a picture's replacement text.
func replacePicture(n *html.Node, alt string) {
	if len(alt) > maxAlt {
		alt = strings.ToValidUTF8(alt[:maxAlt], "") + "…"
	}
	if alt != "" {
		n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: alt}, n)
	}
	n.Parent.RemoveChild(n)
}

// visible removes the control characters that have no meaning in a text.
// Those that turn the writing direction stay: in their own frame they can
// deceive about nothing but the message itself.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r == '\r':
			return '\n'
		case r < 0x20 || r == 0x7f || r == '\uFEFF':
			return -1
		}
		return r
	}, s)
}
