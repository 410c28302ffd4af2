package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlDepth bounds how deep list nesting is followed; deeper lists read as if
// they were at this depth.
const htmlDepth = 64

// HTML gives the text of an HTML document or fragment, such as a message body:
// no markup, scripts, styles or comments; block elements break lines, cells are
// parted by tabs, list items have a bullet or number, and a link is its text
// followed by its target where that says more. It reads tokens rather than
// building a tree, so nesting costs nothing.
func HTML(src string) string {
	return readHTML(src, defaultMaxText, nil).text
}

type limited struct {
	text string
	cut  bool // the text was longer than the limit
}

func htmlText(src string, limit int) limited { return readHTML(src, limit, nil) }

// readHTML reads the text of HTML, and has the marker, if there is one, follow
// what is read.
func readHTML(src string, limit int, m *htmlMarker) limited {
	r := htmlReader{out: newWriter(limit), marker: m}
	defer r.finish()
	z := html.NewTokenizer(strings.NewReader(boundedTags(src)))
	z.SetMaxBuf(0)
	for !r.out.full {
		switch tt := z.Next(); tt {
		case html.ErrorToken:
			r.closeLink()
			return r.out.result()
		case html.TextToken:
			if r.skip == 0 {
				r.out.flow(string(z.Text()), r.pre > 0)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z, tt == html.SelfClosingTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(atom.Lookup(name))
		}
	}
	return r.out.result()
}

// finish ends the marks that nothing ended.
func (r *htmlReader) finish() {
	if r.marker != nil {
		r.marker.close(0, r.out)
	}
}

type list struct {
	ordered bool
	n       int
}

type row struct {
	cells int // begun so far
	mark  int // where its text begins
}

type htmlReader struct {
	out    *writer
	marker *htmlMarker // nil unless marks are wanted
	skip   atom.Atom   // the element whose content is left out
	nested int         // how many elements of that name are open inside it
	pre    int
	lists  []list
	rows   []row // the present row of each open table
	href   string
	mark   int // where the open link's text begins
	inLink bool
}

// skipped tells whether an element's content is no text of the document.
func skipped(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Noframes,
		atom.Iframe, atom.Svg, atom.Math:
		return true
	}
	return false
}

// rawText tells whether the tokenizer itself reads the element up to its end
// tag, so that nothing inside it can be a tag.
func rawText(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noframes, atom.Noscript:
		return true
	}
	return false
}

// block tells whether an element begins and ends on a line of its own; para
// that it stands apart by an empty line.
func block(a atom.Atom) (isBlock, para bool) {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Blockquote, atom.Ul, atom.Ol,
		atom.Dl, atom.Table, atom.Hr, atom.Fieldset, atom.Figure:
		return true, true
	case atom.Div, atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Address,
		atom.Center, atom.Form, atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Thead, atom.Tbody, atom.Tfoot, atom.Caption,
		atom.Body, atom.Html, atom.Dir, atom.Menu, atom.Details, atom.Summary, atom.Figcaption, atom.Legend, atom.Option,
		atom.Marquee, atom.Xmp, atom.Listing:
		return true, false
	}
	return false, false
}

func (r *htmlReader) start(z *html.Tokenizer, selfClosing bool) {
	name, more := z.TagName()
	a := atom.Lookup(name)
	if r.skip != 0 {
		r.startSkipped(z, a, more, selfClosing)
		return
	}
	if a == atom.Iframe && more {
		r.aside(linkTarget(attrs(z, more).src))
	}
	if skipped(a) {
		// An svg or math that closes itself has no content; for HTML's own
		// elements the slash means nothing.
		if !selfClosing || a != atom.Svg && a != atom.Math {
			r.skip, r.nested = a, 1
		}
		return
	}
	t := r.open(z, a, more)
	if control(a) {
		r.control(a, t)
	}
	switch a {
	case atom.Br:
		r.out.line()
	case atom.Form:
		r.aside(linkTarget(t.action))
	case atom.A:
		r.closeLink()
		r.href, r.inLink, r.mark = t.href, true, r.out.len()
	}
}

func (r *htmlReader) startSkipped(z *html.Tokenizer, a atom.Atom, more, selfClosing bool) {
	if r.skip == atom.Head {
		// Anything that belongs to a body ends a head whose end tag is missing.
		if isBlock, _ := block(a); isBlock || a == atom.Span || a == atom.Font || a == atom.A || a == atom.B {
			r.skip = 0
			r.open(z, a, more)
		}
		return
	}
	if a == r.skip && !selfClosing && !rawText(a) {
		r.nested++
	}
}

// breakLine begins a new line, and a paragraph where the element is one. At
// the beginning of a table cell or list item it does nothing, so that <td><p>
// stays in its row and <li><p> beside its bullet.
func (r *htmlReader) breakLine(a atom.Atom, starts bool) {
	isBlock, para := block(a)
	if !isBlock {
		return
	}
	switch a {
	case atom.Tr, atom.Table, atom.Thead, atom.Tbody, atom.Tfoot, atom.Li, atom.Ul, atom.Ol, atom.Menu, atom.Dir:
	default:
		if len(r.rows) > 0 && r.out.tabs > 0 || starts && len(r.lists) > 0 && r.out.indent != "" {
			return
		}
	}
	r.out.line()
	if para && len(r.lists) == 0 && len(r.rows) == 0 {
		r.out.paragraph()
	}
}

// open begins an element: it reads what attributes are needed, shows them to the
// marker, and lays out the beginning.
func (r *htmlReader) open(z *html.Tokenizer, a atom.Atom, more bool) tagAttrs {
	var t tagAttrs
	if a == atom.A || a == atom.Form || control(a) || r.marker != nil && (holder(a) >= 0 || a == atom.Hr) {
		t = attrs(z, more)
	}
	if r.marker != nil {
		r.marker.startTag(a, t, r.out)
	}
	r.begin(a)
	return t
}

// begin lays out the beginning of an element.
func (r *htmlReader) begin(a atom.Atom) {
	r.breakLine(a, true)
	switch a {
	case atom.Pre, atom.Xmp, atom.Listing:
		r.pre++
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		if len(r.lists) < htmlDepth {
			r.lists = append(r.lists, list{ordered: a == atom.Ol})
		}
	case atom.Li:
		r.item()
	case atom.Table:
		if len(r.rows) < htmlDepth {
			r.rows = append(r.rows, row{mark: r.out.len()})
		}
	case atom.Tr:
		if n := len(r.rows); n > 0 {
			r.rows[n-1] = row{mark: r.out.len()}
		}
	case atom.Td, atom.Th:
		r.cell()
	}
}

func (r *htmlReader) cell() {
	n := len(r.rows)
	if n == 0 {
		r.out.space()
		return
	}
	if r.rows[n-1].cells > 0 {
		r.out.tab(r.out.len() == r.rows[n-1].mark)
	}
	r.rows[n-1].cells++
}

func (r *htmlReader) item() {
	n := len(r.lists)
	indent := strings.Repeat("  ", max(0, n-1))
	if n > 0 && r.lists[n-1].ordered {
		r.lists[n-1].n++
		r.out.prefix(indent + itoa(r.lists[n-1].n) + ". ")
		return
	}
	r.out.prefix(indent + "• ")
}

func (r *htmlReader) end(a atom.Atom) {
	if r.skip != 0 {
		if a == r.skip {
			if r.nested--; r.nested <= 0 {
				r.skip = 0
			}
		}
		return
	}
	if r.marker != nil {
		r.marker.endTag(a, r.out)
	}
	if control(a) {
		r.out.space()
	}
	switch a {
	case atom.A:
		r.closeLink()
	case atom.Pre, atom.Xmp, atom.Listing:
		r.pre = max(0, r.pre-1)
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		if n := len(r.lists); n > 0 {
			r.lists = r.lists[:n-1]
		}
	case atom.Table:
		if n := len(r.rows); n > 0 {
			r.rows = r.rows[:n-1]
		}
	}
	r.breakLine(a, false)
}

// closeLink writes the open link's target where its text does not say it.
func (r *htmlReader) closeLink() {
	if !r.inLink {
		return
	}
	r.inLink = false
	target := linkTarget(r.href)
	if target == "" || r.out.len() == r.mark {
		return
	}
	text := strings.ToLower(strings.TrimSpace(r.out.since(r.mark)))
	low := strings.ToLower(target)
	bare := strings.TrimPrefix(strings.TrimPrefix(low, "https://"), "http://")
	if text == "" || text == low || strings.TrimSuffix(text, "/") == strings.TrimSuffix(bare, "/") ||
		strings.TrimSuffix(text, "/") == strings.TrimSuffix(low, "/") {
		return
	}
	r.out.space()
	r.out.flow("("+target+")", false)
}
