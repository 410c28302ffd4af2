package extract

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTMLMarkKind says what a stretch of a message's HTML is.
type HTMLMarkKind int

// The kinds of marks.
const (
	HTMLQuote     HTMLMarkKind = iota // of a message that is answered, or forwarded
	HTMLSignature                     // the author's signature
)

// HTMLMark is a stretch of the text of a message's HTML of which the HTML says
// what it is, in bytes of that text.
type HTMLMark struct {
	Kind       HTMLMarkKind
	Start, End int
}

// MarkedHTML gives the text of a message body like HTML, and what its HTML says
// about stretches of it: mail programs tell in classes and ids which part they
// quoted and where their signature stands. The marks are in the order of their
// starts; one may lie within another.
func MarkedHTML(src string) (text string, marks []HTMLMark) {
	m := &htmlMarker{}
	text = readHTML(src, defaultMaxText, m).text
	return text, m.marks(text)
}

// The limits on marks: stretches nested deeper or beyond the number are not
// marked. A signature that is longer than a signature holds what was written in
// the wrong place, as some programs do.
const (
	maxOpenMarks      = 32
	maxMarks          = 10_000
	maxSignature      = 2_000
	maxSignatureLines = 30
)

// htmlMarker follows the elements that mark something. It counts open elements
// by name rather than building a tree.
type htmlMarker struct {
	depth depths
	open  []openMark
	done  []HTMLMark

	gmail    int  // where the text of the last quote's container begins
	inGmail  bool // within such a container, before its quote
	appended bool // the place where Outlook puts what it quotes has come
}

// depths says how many elements of each of the holders are open.
type depths [8]int

// holder tells which of the elements an element is that can hold a quote or a
// signature, -1 if it is none of them.
func holder(a atom.Atom) int {
	return slices.Index([]atom.Atom{
		atom.Div, atom.Blockquote, atom.Span, atom.Pre, atom.Section, atom.Table, atom.Td, atom.Article,
	}, a)
}

// openMark is a marked element whose end has not come.
type openMark struct {
	clue  clue
	depth depths // with the element itself
	start int
}

// startTag takes note of an element that begins at the end of what was written.
func (m *htmlMarker) startTag(a atom.Atom, t tagAttrs, out *writer) {
	if h := holder(a); h >= 0 {
		m.depth[h]++
	}
	c := clueOf(a, t)
	start := out.len()
	switch {
	case c == gmailContainer:
		m.gmail, m.inGmail = start, true
		return
	case c == appendPoint:
		m.appended = true
		return
	case a == atom.Hr && m.appended:
		m.appended, c = false, restWithHeader
	case a == atom.Blockquote && c == noClue && leadsToQuote(lastLine(out)):
		c = quoteElement
	}
	if c == noClue || len(m.open) >= maxOpenMarks || len(m.done) >= maxMarks {
		return
	}
	o := openMark{c, m.depth, start}
	if a == atom.Blockquote {
		o.start = m.withAttribution(out)
	}
	m.open = append(m.open, o)
}

// withAttribution is where a quote begins with the line that introduces it.
func (m *htmlMarker) withAttribution(out *writer) int {
	end := out.len()
	start := end
	lead := out.since(m.gmail)
	if m.inGmail && len(lead) <= 500 && strings.Count(strings.TrimSpace(lead), "\n") < 4 {
		start = m.gmail
	} else if l := lastLine(out); leadsToQuote(l) {
		start -= len(l)
	}
	m.inGmail = false
	if n := len(m.done); n > 0 && m.done[n-1].End > start {
		return end // it is marked
	}
	return start
}

// endTag closes the marks of an element that ends, and those left open in it.
// What marks all that follows is ended by the marked element around it only.
func (m *htmlMarker) endTag(a atom.Atom, out *writer) {
	h := holder(a)
	if h < 0 || m.depth[h] == 0 {
		return
	}
	m.depth[h]--
	for i, o := range m.open {
		if !o.clue.rest() && m.depth[h] < o.depth[h] {
			m.close(i, out)
			return
		}
	}
}

// close ends the open marks from the one with this index on.
func (m *htmlMarker) close(from int, out *writer) {
	for _, o := range m.open[from:] {
		text := out.since(o.start)
		if mark, ok := o.mark(text); ok && len(m.done) < maxMarks {
			m.done = append(m.done, mark)
		}
	}
	m.open = m.open[:from]
}

// mark gives the mark of a stretch if the text bears out what the HTML says.
func (o openMark) mark(text string) (HTMLMark, bool) {
	body := strings.TrimLeft(text, " \t\n")
	if body == "" {
		return HTMLMark{}, false
	}
	out := HTMLMark{Start: o.start + len(text) - len(body), End: o.start + len(text)}
	switch o.clue {
	case signatureElement:
		out.Kind = HTMLSignature
		return out, len(body) <= maxSignature && strings.Count(body, "\n") < maxSignatureLines
	case restWithHeader:
		first, _, _ := strings.Cut(body[:min(len(body), 100)], "\n")
		return out, strings.ContainsAny(first, ":：")
	}
	return out, true
}

// marks gives the marks in order, when all of the HTML has been read.
func (m *htmlMarker) marks(text string) []HTMLMark {
	slices.SortStableFunc(m.done, func(a, b HTMLMark) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	out := m.done[:0]
	for _, d := range m.done {
		d.End = min(d.End, len(text))
		if d.Start < d.End && (len(out) == 0 || out[len(out)-1] != d) {
			out = append(out, d)
		}
	}
	return out
}

// lastLine is the last line that was written, "" if it is too long to introduce
// a quote.
func lastLine(out *writer) string {
	const longest = 400
	end := out.len()
	text := out.since(max(0, end-longest))
	i := strings.LastIndexByte(text, '\n')
	if i < 0 && end > longest {
		return ""
	}
	return text[i+1:]
}

// leadsToQuote tells of a line like "On 3 March 2025, Ann wrote:" in any
// language: it ends in a colon and names a time or an address.
func leadsToQuote(l string) bool {
	l = strings.TrimRight(l, " \t")
	if len(l) < 10 || !strings.HasSuffix(l, ":") && !strings.HasSuffix(l, "：") {
		return false
	}
	if strings.Contains(l, "@") {
		return true
	}
	numbers, digit := 0, false
	for i := range len(l) {
		is := l[i] >= '0' && l[i] <= '9'
		if is && !digit {
			numbers++
		}
		digit = is
	}
	return numbers >= 2
}

// tagAttrs are the attributes of an element that are of interest.
type tagAttrs struct {
	id, class, name, kind, style, cite, marker string
	href, alt, title, src, action              string
	value, placeholder, label                  string
}

// attrs reads the attributes of the tag at hand. Of one given twice the first
// counts.
func attrs(z *html.Tokenizer, more bool) tagAttrs {
	var t tagAttrs
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		var to *string
		switch string(k) {
		case "id":
			to = &t.id
		case "class":
			to = &t.class
		case "name":
			to = &t.name
		case "type":
			to = &t.kind
		case "style":
			to = &t.style
		case "cite":
			to = &t.cite
		case "data-marker":
			to = &t.marker
		case "href":
			to = &t.href
		case "alt":
			to = &t.alt
		case "title":
			to = &t.title
		case "src":
			to = &t.src
		case "action":
			to = &t.action
		case "value":
			to = &t.value
		case "placeholder":
			to = &t.placeholder
		case "aria-label", "label":
			to = &t.label
		}
		if to != nil && *to == "" {
			*to = string(v)
		}
	}
	return t
}
