package extract

import "strings"

// markup reads the text of WordprocessingML and DrawingML: the body and the notes
// of a document, the shapes of a slide or sheet, a chart, a diagram. Where the
// two have elements of the same name these mean the same.
type markup struct {
	o    *opc
	x    *xmlScanner
	rels map[string]relation
	to   *prose

	collect int        // how many elements are open whose characters are text
	values  bool       // a chart: <v> is text, too
	choice  []int      // prose.wrote at each open AlternateContent
	fields  []openLink // the open fields, by their instructions
	links   []openLink // the open hyperlinks
	deleted int
	added   int

	spoken  string                     // how the text before it is pronounced
	pending openLink                   // the target of a link on what comes to its end
	charts  []string                   // parts that were met, to be read after
	author  func(x *xmlScanner) string // who wrote the comment that begins
	list    *numbering
	par     paragraphStyle
	shape   shapeState
}

// openLink is a link, or a field that may be one, whose text is being read.
type openLink struct {
	target string
	from   int // where its text begins in the paragraph
}

// openedLink notes a link whose text begins here.
func (m *markup) openedLink(target string) openLink {
	l := openLink{target: target}
	if len(m.to.open) > 0 {
		l.from = len(m.to.current().text)
	}
	return l
}

// shapeState is what is known of the shape that is being read.
type shapeState struct {
	slide    bool   // that there are shapes of a slide, which have a role
	role     string // the placeholder's type
	layout   bool   // only what is no placeholder is shown
	isHolder bool
	title    string // the slide's
	mark     int    // one more than where the title begins, 0 outside of it
}

// read reads until the end of the part.
func (m *markup) read() error {
	for {
		switch m.x.next() {
		case xmlEnd:
			m.o.check(m.x)
			return m.to.finish()
		case xmlOpen:
			m.start()
		case xmlClose:
			m.stop()
		case xmlText:
			if m.collect > 0 {
				m.chars()
			}
		}
		if m.to.err != nil {
			return m.to.err
		}
	}
}

func (m *markup) chars() {
	s := m.x.appendChars(nil)
	switch {
	case m.deleted > 0:
		m.to.deleting(true)
		m.to.text(s)
		m.to.deleting(false)
	case m.added > 0:
		m.to.added(s)
	default:
		m.to.text(s)
	}
}

// start handles a start tag.
func (m *markup) start() {
	x := m.x
	switch x.name {
	case "p":
		m.to.begin()
	case "t", "delText":
		m.collect++
	case "v", "pt":
		if m.values {
			m.collect++
			m.to.begin()
		}
	case "numCache", "numLit", "numDim", "moveFrom", "rPrChange", "pPrChange", "tblPrChange", "sectPrChange", "binData":
		x.skip()
	case "tab":
		if m.inRun() {
			m.to.word("\t")
		}
	case "ptab":
		m.to.word("\t")
	case "br", "cr":
		if m.inRun() {
			m.to.word("\n")
		}
	case "noBreakHyphen":
		m.to.word("-")
	case "tr":
		m.to.beginRow()
	case "tc":
		m.to.beginCell()
	case "del":
		m.deleted++
	case "ins":
		m.added++
	case "AlternateContent":
		m.choice = append(m.choice, m.to.wrote)
	case "Fallback":
		if n := len(m.choice); n > 0 && m.to.wrote > m.choice[n-1] {
			x.skip()
		}
	default:
		m.startOther()
	}
}

// inRun tells a tab in running text from a tab stop in the settings of a
// paragraph.
func (m *markup) inRun() bool { return m.x.attr("pos") == "" && (len(m.to.open) > 0) }

func (m *markup) startOther() {
	x := m.x
	switch x.name {
	case "docPr", "cNvPr":
		m.described(x.attr("title"), x.attr("descr"))
	case "shape", "rect", "roundrect", "oval", "textbox":
		m.described(x.attr("alt"), linkTarget(x.attr("href")))
	case "textpath":
		m.described(x.attr("string"))
	case "hyperlink":
		m.links = append(m.links, m.openedLink(m.linkTarget()))
	case "hlinkClick", "hlinkHover":
		m.pending = m.openedLink(m.linkTarget())
	case "rt": // how the text of "ruby" is pronounced
		m.spoken = strings.TrimSpace(x.inner(maxProperty))
	case "fldSimple":
		m.fields = append(m.fields, m.openedLink(x.attr("instr")))
	case "fldChar":
		m.fieldChar(x.attr("fldCharType"))
	case "instrText", "delInstrText":
		m.instruction(x.inner(maxProperty))
	case "listEntry": // of a form's list
		m.to.aside(x.attr("val"))
	case "default": // of a form's field
		if v := x.attr("val"); len(v) > 1 {
			m.to.aside(v)
		}
	case "chart", "relIds":
		m.part()
	case "comment", "cm", "reply":
		if m.author != nil {
			m.to.begin()
			if who := m.author(x); who != "" {
				m.to.word(who + ":")
			}
			m.to.end()
		}
	case "text": // a comment on a slide
		if m.author != nil {
			m.to.begin()
			m.collect++
		}
	case "fld":
		if x.attr("type") == "slidenum" {
			x.skip()
		}
	case "sp", "ph", "txBody":
		m.startShape()
	case "pPr":
		m.par = paragraphStyle{}
	case "pStyle":
		m.par.style = x.attr("val")
	case "ilvl":
		m.par.level = x.attr("val")
	case "numId":
		m.par.list = x.attr("val")
	}
}

// stop handles an end tag.
func (m *markup) stop() {
	switch m.x.name {
	case "p":
		m.to.end()
	case "t", "delText":
		m.collect = max(0, m.collect-1)
	case "v", "pt":
		if m.values {
			m.collect = max(0, m.collect-1)
			m.to.end()
		}
	case "text":
		if m.author != nil {
			m.collect = max(0, m.collect-1)
			m.to.end()
		}
	case "tr":
		m.to.endRow()
	case "del":
		m.deleted = max(0, m.deleted-1)
	case "ins":
		m.added = max(0, m.added-1)
	case "AlternateContent":
		if n := len(m.choice); n > 0 {
			m.choice = m.choice[:n-1]
		}
	case "hyperlink":
		m.closeLink()
	case "fldSimple":
		m.closeField()
	case "pPr":
		if m.list != nil && len(m.to.open) > 0 {
			m.to.word(m.list.next(m.par))
		}
	case "r":
		m.endRun()
	case "ruby":
		if m.spoken != "" {
			m.to.aside("(" + m.spoken + ")")
			m.spoken = ""
		}
	case "txBody", "sp", "pic", "graphicFrame":
		m.endShape()
	}
}

// endRun writes the target of a link on the run of text that ends.
func (m *markup) endRun() {
	if m.pending.target != "" {
		m.links = append(m.links, m.pending)
		m.pending.target = ""
		m.closeLink()
	}
}

// startShape takes note of a shape's role on a slide.
func (m *markup) startShape() {
	s := &m.shape
	switch m.x.name {
	case "sp":
		s.role, s.isHolder = "", false
	case "ph":
		s.role, s.isHolder = m.x.attr("type"), true
	case "txBody":
		switch {
		case s.role == "sldNum", s.layout && s.isHolder:
			m.x.skip()
		case s.slide && s.title == "" && (s.role == "title" || s.role == "ctrTitle"):
			s.mark = len(m.to.done) + 1
		}
	}
}

func (m *markup) endShape() {
	s := &m.shape
	switch {
	case m.x.name != "txBody":
		if m.pending.target != "" {
			m.described("(" + m.pending.target + ")")
			m.pending.target = ""
		}
		s.role, s.isHolder = "", false
	case s.mark > 0:
		if s.mark--; s.mark <= len(m.to.done) {
			s.title = strings.Join(strings.Fields(string(m.to.done[s.mark:])), " ")
		}
		s.mark = 0
	}
}

// described writes what a picture or shape is said to show.
func (m *markup) described(texts ...string) {
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" {
			m.to.begin()
			m.to.word(s)
			m.to.end()
		}
	}
}

func (m *markup) linkTarget() string {
	rel, ok := relatedBy(m.x, m.rels)
	if !ok || !rel.out {
		return ""
	}
	return linkTarget(rel.target)
}

// closeLink writes the target of the link that ends, unless its text says it.
func (m *markup) closeLink() {
	n := len(m.links)
	if n == 0 {
		return
	}
	l := m.links[n-1]
	m.links = m.links[:n-1]
	m.to.target(l.target, l.from)
}

// maxFields bounds the fields that are open in each other.
const maxFields = 100

// fieldChar follows a field: begin, instructions, separate, result, end.
func (m *markup) fieldChar(kind string) {
	switch kind {
	case "begin":
		if len(m.fields) < maxFields {
			m.fields = append(m.fields, openLink{})
		}
	case "separate":
		if n := len(m.fields); n > 0 {
			m.fields[n-1].from = m.openedLink("").from
		}
	case "end":
		m.closeField()
	}
}

func (m *markup) instruction(s string) {
	if n := len(m.fields); n > 0 && len(m.fields[n-1].target) < maxProperty {
		m.fields[n-1].target += s
	}
}

// closeField writes what of a field's instructions is to be found: where a link
// leads.
func (m *markup) closeField() {
	n := len(m.fields)
	if n == 0 {
		return
	}
	field := m.fields[n-1]
	s := strings.TrimSpace(field.target)
	m.fields = m.fields[:n-1]
	if len(s) < 9 || !strings.EqualFold(s[:9], "HYPERLINK") {
		return
	}
	_, s, ok := strings.Cut(s, `"`)
	if !ok {
		return
	}
	s, _, _ = strings.Cut(s, `"`)
	m.to.target(linkTarget(s), field.from)
}

// part notes a chart or diagram that is shown here.
func (m *markup) part() {
	const most = 1000
	rel, ok := relatedBy(m.x, m.rels) // of a diagram the data, which is named first
	if m.x.name == "relIds" {
		rel, ok = m.rels[m.x.attr("dm")]
	}
	if ok && !rel.out && len(m.charts) < most {
		m.charts = append(m.charts, rel.target)
	}
}
