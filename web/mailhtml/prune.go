package mailhtml

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// opaque elements are dropped with everything inside them: their content is
// code, style, a drawing, another document, or a control.
var opaque = set("script", "style", "svg", "math", "template", "iframe", "object", "select", "textarea",
	"noscript", "noembed", "noframes", "title", "xmp", "plaintext", "applet", "audio", "video", "canvas",
	"frameset", "datalist", "button")

// formatting elements are opened anew by the parser in each block that begins
// while they are open (HTML standard, "the list of active formatting elements").
var formatting = set("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")

// inline elements do not end a line.
var inline = set("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
	"abbr", "bdi", "bdo", "cite", "del", "dfn", "ins", "kbd", "mark", "q", "samp", "span", "sub", "sup", "time", "var")

// implied elements are closed by HTML itself, so open ones do not add depth.
var implied = set("p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "option")

var void = set("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// pruner holds what prune has to remember from one token to the next.
type pruner struct {
	out        bytes.Buffer
	hidden     string    // the opaque element being left out
	nested     int       // how many of it are open
	open       []openTag // elements that count, outermost first
	formatting int       // formatting elements open
	burden     int       // bytes of their tags
	regrown    int       // bytes that the parser may have had to repeat so far
	tags       int
	dir        string // writing direction of html or body
}

// openTag is an element that is open.
type openTag struct {
	name   string
	length int // bytes of its tag
}

// prune reads HTML as tokens, in time linear in its length, and leaves out
// opaque elements, comments, and tags beyond the limits. It also tells the
// writing direction that the html or body element declares.
func prune(source string) (pruned, dir string) {
	p := pruner{}
	p.out.Grow(len(source))
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return p.out.String(), p.dir
		}
		p.token(kind, z)
	}
}

func (p *pruner) token(kind html.TokenType, z *html.Tokenizer) {
	switch kind {
	case html.TextToken:
		if p.hidden == "" {
			p.out.Write(z.Raw())
		}
	case html.EndTagToken:
		raw := z.Raw()
		name, _ := z.TagName()
		p.end(string(name), raw)
	case html.StartTagToken, html.SelfClosingTagToken:
		p.start(z, kind == html.SelfClosingTagToken)
	}
}

func (p *pruner) start(z *html.Tokenizer, selfClosing bool) {
	raw := bytes.Clone(z.Raw())
	lower, more := z.TagName()
	name := string(lower)
	attrs := 0
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		attrs++
		if (name == "html" || name == "body") && string(key) == "dir" && p.dir == "" {
			p.dir = direction(string(value))
		}
	}
	switch {
	case p.hidden != "":
		if name == p.hidden && !selfClosing {
			p.nested++
		}
		return
	case opaque[name]:
		// In HTML proper the slash of <script/> means nothing; in the foreign
		// elements it closes them.
		if !selfClosing || (name != "svg" && name != "math") {
			p.hidden, p.nested = name, 1
		}
		return
	case attrs > maxAttrs, p.tags >= maxTags, !p.enter(name, len(raw)):
		return
	}
	p.tags++
	p.out.Write(raw)
}

// enter counts an element as open, or refuses it where a limit is reached.
func (p *pruner) enter(name string, length int) bool {
	switch {
	case void[name]:
		return true
	case !formatting[name] && !p.repeat():
		return false
	case implied[name]:
		return true
	case len(p.open) >= maxDepth:
		return false
	case formatting[name] && p.formatting >= maxFormatting:
		return false
	}
	p.open = append(p.open, openTag{name, length})
	if formatting[name] {
		p.formatting++
		p.burden += length + tagCost
	}
	return true
}

// leave takes an element off those that are open. It tells whether it was the
// innermost one, so that nothing has to be repeated.
func (p *pruner) leave(name string) bool {
	for i := len(p.open) - 1; i >= 0; i-- {
		tag := p.open[i]
		if tag.name != name {
			continue
		}
		innermost := i == len(p.open)-1
		p.open = slices.Delete(p.open, i, i+1)
		if formatting[name] {
			p.formatting--
			p.burden -= tag.length + tagCost
		}
		return innermost
	}
	return false
}

// tagCost is what a repeated element costs beside the bytes of its tag.
const tagCost = 64

// repeat counts the formatting elements that are open as repeated once more,
// which is what may happen at any edge of a block. It tells whether that is
// still within the limit.
func (p *pruner) repeat() bool {
	if p.regrown+p.burden > maxGrowth {
		return false
	}
	p.regrown += p.burden
	return true
}

func (p *pruner) end(name string, raw []byte) {
	if p.hidden != "" {
		if name == p.hidden {
			if p.nested--; p.nested == 0 {
				p.hidden = ""
			}
		}
		return
	}
	if opaque[name] {
		return
	}
	if !p.leave(name) && !p.repeat() {
		return
	}
	p.out.Write(raw)
}

// direction accepts the two writing directions that mail declares.
func direction(s string) string {
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "rtl", "ltr":
		return s
	}
	return ""
}
