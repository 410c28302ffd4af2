package extract

import "strings"

// shapeState is what is known of the shape that is being read.
type shapeState struct {
	slide    bool   // that there are shapes of a slide, which have a role
	role     string // the placeholder's type
	layout   bool   // only what is no placeholder is shown
	isHolder bool
	title    string // the slide's
	name     string // the same, as programs call it
	naming   bool   // what is said is said of the shape as a whole
	link     string // where the shape as a whole leads
	mark     int    // one more than where the title begins, 0 outside of it
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
		m.closeShapeLink()
		if m.pending.target != "" { // of the end of a paragraph
			m.described("(" + m.pending.target + ")")
			m.pending = openLink{}
		}
		s.role, s.isHolder = "", false
	case s.mark > 0:
		if s.mark--; s.mark <= len(m.to.done) {
			s.title = strings.Join(strings.Fields(string(m.to.done[s.mark:])), " ")
		}
		s.mark = 0
	}
}

// pointed notes where a run of text leads, or the shape as a whole.
func (m *markup) pointed() {
	target, tip := m.linkTarget(), m.x.attr("tooltip")
	if !m.shape.naming {
		m.pending = m.openedLink(target)
		m.pending.tip = tip
		return
	}
	if m.shape.link != target { // the shape that this one lies in leads elsewhere
		m.closeShapeLink()
	}
	m.shape.link = target
	m.once(tip) // Word says it of a picture and of its frame
}

// closeShapeLink writes where the shape that ends leads.
func (m *markup) closeShapeLink() {
	if m.shape.link != "" {
		m.described("(" + m.shape.link + ")")
		m.shape.link = ""
	}
}
