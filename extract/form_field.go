package extract

import "strings"

// maxChoices bounds the choices of one field of a form.
const maxChoices = 1000

// formField is a field of a form in a word processor's document.
type formField struct {
	choices []string
	chosen  int    // which of the choices stands there, -1 for none
	deflt   string // what stood there before anybody wrote
}

// choose adds a choice.
func (f *formField) choose(s string) {
	if s = strings.TrimSpace(s); s != "" && len(f.choices) < maxChoices {
		f.choices = append(f.choices, s)
	}
}

// unsaid gives what of the field the document's text does not show: its value
// first, for that is read on from the words before it, and then what it might
// have been.
func (f *formField) unsaid(shown string) string {
	var others []string
	value := ""
	for i, s := range f.choices {
		switch {
		case i != f.chosen:
			others = append(others, s)
		case !says(shown, s):
			value = s
		}
	}
	if f.deflt != "" && !says(shown, f.deflt) {
		others = append(others, f.deflt)
	}
	if len(others) == 0 {
		return value
	}
	return strings.TrimSpace(value + " (" + strings.Join(others, ", ") + ")")
}
