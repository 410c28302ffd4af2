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

	speakers []string // who wrote the comments that are open

	spoken  string                     // how the text before it is pronounced
	pending openLink                   // the target of a link on what comes to its end
	charts  []string                   // parts that were met, to be read after
	author  func(x *xmlScanner) string // who wrote the comment that begins
	editor  func(who string)           // takes who made a change that is marked as such
	block   *buildingBlock             // of a glossary
	said    map[string]bool            // what is written once for a part
	list    *numbering
	par     paragraphStyle
	shape   shapeState
}

// openLink is a link, or a field that may be one, whose text is being read.
type openLink struct {
	target string // of a field its instructions
	tip    string
	from   int  // where its text begins in the paragraph
	result bool // a field's result is being read
}

// openedLink notes a link whose text begins here.
func (m *markup) openedLink(target string) openLink {
	l := openLink{target: target}
	if len(m.to.open) > 0 {
		l.from = len(m.to.current().text)
	}
	return l
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
		m.edited()
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
		m.edited()
		m.deleted++
	case "ins":
		m.edited()
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
		m.shape.naming = true
		m.described(x.attr("title"), x.attr("descr"))
	case "shape", "rect", "roundrect", "oval", "textbox":
		m.described(x.attr("alt"), linkTarget(x.attr("href")))
	case "textpath":
		m.described(x.attr("string"))
	case "hyperlink":
		link := m.openedLink(m.linkTarget())
		link.tip = x.attr("tooltip")
		m.links = append(m.links, link)
	case "hlinkClick", "hlinkHover":
		m.pointed()
	case "rt": // how the text of "ruby" is pronounced
		m.spoken = strings.TrimSpace(x.inner(maxProperty))
	case "fldSimple":
		field := m.openedLink(x.attr("instr"))
		field.result = true
		m.fields = append(m.fields, field)
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
	case "alias": // the title of a control
		m.once(x.attr("val"))
	case "listItem": // of a control's list
		if !m.once(x.attr("displayText")) {
			m.once(x.attr("value"))
		}
	case "tblCaption", "tblDescription":
		m.described(x.attr("val"))
	case "docPart", "name", "gallery", "type", "docPartBody":
		if m.block != nil {
			m.building()
		}
	case "chart", "relIds":
		m.part()
	case "comment", "cm", "reply":
		m.startComment()
	case "text": // a comment on a slide
		if m.author != nil {
			m.speak()
			m.to.begin()
			m.collect++
		}
	case "fld":
		if x.attr("type") == "slidenum" {
			x.skip()
		}
	case "sp", "ph", "txBody":
		if m.author != nil {
			m.speak()
		}
		m.startShape()
	case "cSld":
		m.shape.name = x.attr("name")
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
	case "cm", "reply":
		m.speakers = m.speakers[:max(0, len(m.speakers)-1)]
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
	case "r", "fld":
		m.endRun()
	case "ruby":
		if m.spoken != "" {
			m.to.aside("(" + m.spoken + ")")
			m.spoken = ""
		}
	case "docPr", "cNvPr":
		m.shape.naming = false
	case "txBody", "sp", "pic", "graphicFrame", "cxnSp", "grpSp", "wsp", "inline", "anchor":
		m.endShape()
	}
}

// endRun writes the target of a link on the run of text that ends.
func (m *markup) endRun() {
	if m.pending.target != "" || m.pending.tip != "" {
		m.links = append(m.links, m.pending)
		m.pending = openLink{}
		m.closeLink()
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
	m.to.target(l.tip, l.from)
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
