package extract

// maxFields bounds the fields that are open in each other.
const maxFields = 100

// fieldChar follows a field: begin, instructions, separate, result, end.
func (m *markup) fieldChar(kind string) {
	switch kind {
	case "begin":
		if len(m.fields) < maxFields {
			m.fields = append(m.fields, m.openedLink(""))
		}
	case "separate":
		if n := len(m.fields); n > 0 {
			m.fields[n-1].from, m.fields[n-1].result = m.openedLink("").from, true
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
// leads, what is taken in from elsewhere, and what is shown in place of a result.
func (m *markup) closeField() {
	n := len(m.fields)
	if n == 0 {
		return
	}
	field := m.fields[n-1]
	m.fields = m.fields[:n-1]
	says := fieldInstruction(field.target)
	if !field.result {
		m.to.word(says.text)
	}
	m.to.target(says.target, field.from)
	m.to.target(says.tip, field.from)
}

// buildingBlock is a text that a template keeps to be put in.
type buildingBlock struct {
	name string
	hint bool // what a control shows until something is chosen
}

// building follows what a glossary says of a building block.
func (m *markup) building() {
	val := m.x.attr("val")
	switch m.x.name {
	case "docPart":
		*m.block = buildingBlock{}
	case "name":
		m.block.name = val
	case "gallery", "type":
		m.block.hint = m.block.hint || val == "placeholder" || val == "bbPlcHdr"
	case "docPartBody":
		if m.block.hint {
			m.x.skip()
			return
		}
		m.described(m.block.name)
	}
}

// edited notes who made the change that begins.
func (m *markup) edited() {
	if who := m.x.attr("author"); who != "" && m.editor != nil {
		m.editor(who)
	}
}

// once writes something of its own that may be said of many things, such as the
// choices of a list. It tells whether there was anything to write.
func (m *markup) once(s string) bool {
	if s == "" {
		return false
	}
	if !m.said[s] && len(m.said) < maxMembers {
		if m.said == nil {
			m.said = map[string]bool{}
		}
		m.said[s] = true
		m.described(s)
	}
	return true
}

// maxSpeakers bounds the comments in comments.
const maxSpeakers = 100

// startComment notes who wrote the comment that begins. On slides the answers to
// it come before what it says itself.
func (m *markup) startComment() {
	if m.author == nil {
		return
	}
	who := m.author(m.x)
	switch {
	case m.x.name == "comment":
		m.speakers = append(m.speakers[:0], who)
		m.speak()
	case len(m.speakers) < maxSpeakers:
		m.speakers = append(m.speakers, who)
	}
}

// speak names who wrote what follows.
func (m *markup) speak() {
	if n := len(m.speakers); n > 0 && m.speakers[n-1] != "" {
		m.described(m.speakers[n-1] + ":")
	}
}
