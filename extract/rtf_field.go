package extract

import "strings"

// beginForm begins what a field of a form is, in the field's instruction.
func (x *rtfReader) beginForm() {
	f := x.state.field
	if f == nil || f.form != nil {
		x.begin(rtfSkip)
		return
	}
	f.form, f.chosen = &formField{chosen: -1}, -1
	x.begin(rtfForm)
}

// beginChoice begins one of the choices of a field of a form, or its default.
func (x *rtfReader) beginChoice(name string) {
	switch {
	case x.state.dest != rtfForm:
		x.begin(rtfSkip)
	case name == "ffl":
		x.beginInfo(rtfChoice)
	default:
		x.beginInfo(rtfDeflt)
	}
}

func (x *rtfReader) endChoice(kind rtfDest) {
	f := x.state.field
	if f == nil || f.form == nil {
		return
	}
	if s := strings.TrimSpace(x.info.String()); kind == rtfChoice {
		f.form.choose(s)
	} else {
		f.form.deflt = s
	}
}

// choice takes the number of the choice that was made, or that stood there
// before anybody made one.
func (f *rtfField) choice(name string, n int) {
	const byDefault = 25
	switch {
	case name == "ffdefres":
		f.deflt = n
	case n != byDefault:
		f.chosen = n
	}
}

// endField writes what a field's result does not say: where its link leads, what
// was chosen in a form.
func (x *rtfReader) endField(f *rtfField) {
	inst := fieldInstruction(f.inst.String())
	shown := f.out.since(f.mark)
	if inst.text != "" && strings.TrimSpace(shown) == "" {
		f.out.add(inst.text)
	}
	if f.form != nil {
		if f.form.chosen = f.chosen; f.chosen < 0 {
			f.form.chosen = f.deflt
		}
		f.out.add(aside(shown, f.form.unsaid(shown)))
	}
	for _, s := range []string{inst.target, inst.tip} {
		if s != "" && !says(shown, s) {
			f.out.add(" (" + s + ")")
		}
	}
}
