package extract

import (
	"slices"
	"strconv"
	"strings"
)

// isPrompt tells whether what the start tag opens on a master page only says what
// is to be typed there. LibreOffice marks some of these frames by their class
// alone.
func (w *odfReader) isPrompt() bool {
	switch w.x.attr("class") {
	case "", "header", "footer", "date-time":
		return w.x.attr("placeholder") == "true"
	}
	return true
}

// declared keeps a header, a footer or a date that slides name.
func (w *odfReader) declared() {
	if w.x.attr("source") == "current-date" { // when it was printed
		w.x.skip()
		return
	}
	s := strings.Join(strings.Fields(w.x.inner(maxProperty)), " ")
	if s != "" && len(w.heads) < maxAside && !slices.Contains(w.heads[:min(len(w.heads), maxChoices)], s) {
		w.heads = append(w.heads, s)
	}
}

// shapeLinks writes where a click on a shape leads.
func (w *odfReader) shapeLinks() {
	for depth := w.x.depth; ; {
		kind := w.x.next()
		if kind == xmlEnd || kind == xmlClose && w.x.depth < depth {
			return
		}
		if kind != xmlOpen || w.x.name != "event-listener" {
			continue
		}
		if target := linkTarget(w.x.attr("href")); target != "" {
			w.described("(" + target + ")")
		}
	}
}

// control writes what stands in a field of a form, and what may be chosen there.
func (w *odfReader) control() {
	switch w.x.name {
	case "property", "list-property", "list-value", "password":
		return
	}
	names := []string{"label", "current-value", "value"}
	if w.x.name == "option" { // its value is for programs
		names = names[:1]
	}
	said := ""
	for _, name := range names {
		if s := w.x.attr(name); s != said {
			w.described(s)
			said = s
		}
	}
}

// fieldPart reads what a field of a form says of itself, or one of the choices of
// a list.
func (w *odfReader) fieldPart() {
	x, f := w.x, w.form
	if f == nil {
		return
	}
	value := strings.TrimSpace(x.attr("value"))
	switch kind := x.attr("name"); {
	case x.name == "label" && x.attr("current-selected") != "true", kind == "Dropdown_ListEntry":
		f.choose(value)
	case kind == "Dropdown_Selected":
		if n, err := strconv.Atoi(value); err == nil {
			f.chosen = n
		}
	case kind == "Content":
		f.deflt = value
	case strings.HasSuffix(kind, ".code") && len(w.to.open) > 0: // a field of Word's that is kept as it was
		w.to.target(fieldInstruction(value).target, len(w.to.current().text))
	}
}

// endForm writes what a field of a form does not show.
func (w *odfReader) endForm() {
	if w.form != nil {
		w.to.aside(w.form.unsaid(""))
		w.form = nil
	}
}

// branches writes a text that is shown under a condition, and the one that is
// shown otherwise.
func (w *odfReader) branches() {
	var texts []string
	for _, name := range []string{"string-value", "string-value-if-true", "string-value-if-false"} {
		texts = append(texts, w.x.attr(name))
	}
	shown := w.x.inner(maxProperty)
	w.to.word(shown)
	for _, s := range texts {
		if s != shown {
			w.to.aside(s)
		}
	}
}

// validChoices gives what may be chosen in a sheet's cells: the condition
// cell-content-is-in-list("one";"two").
func validChoices(condition string) []string {
	_, rest, ok := strings.Cut(condition, "is-in-list(")
	var choices []string
	for ok && len(choices) < maxChoices {
		if _, rest, ok = strings.Cut(rest, `"`); ok {
			var s string
			s, rest = formulaString(rest)
			choices = append(choices, s)
		}
	}
	return choices
}
