package extract

import "strings"

// The characters that mean something else in Word's text ([MS-DOC] 2.8.1).
const (
	docCell       = '\x07' // the end of a cell; twice the end of a row
	docLine       = '\x0b'
	docPage       = '\x0c'
	docPara       = '\r'
	docColumn     = '\x0e'
	docFieldBegin = '\x13'
	docFieldSep   = '\x14'
	docFieldEnd   = '\x15'
	docHyphen     = '\x1e'
)

// docField is a field that is open.
type docField struct {
	code   strings.Builder
	result bool // its result is being read
	at     instruction
	mark   int
	form   *formField
}

// plain makes plain text of Word's: tables in lines and tabs, and of fields what
// they show and where they lead. The first character has the number at.
func (w *docReader) plain(s string, at int) string {
	var out strings.Builder
	out.Grow(len(s))
	var open []*docField
	deeper := 0 // fields open beyond docFields
	lastCell := false
	at-- // to be counted up
	for _, c := range s {
		cell := false
		if at++; c > 0xFFFF {
			at++
		}
		switch c {
		case docMark:
			if n := len(open); n > 0 && deeper == 0 && open[n-1].isForm() {
				open[n-1].form = w.form(at)
			} else if s := w.picture(at); s != "" {
				docPuts(&out, open, aside(out.String(), s)+" ")
			}
		case docFieldBegin:
			if len(open) >= docFields {
				deeper++
				continue
			}
			open = append(open, &docField{})
		case docFieldSep:
			if n := len(open); n > 0 && deeper == 0 && !open[n-1].result {
				f := open[n-1]
				f.result, f.at, f.mark = true, fieldInstruction(f.code.String()), out.Len()
			}
		case docFieldEnd:
			if deeper > 0 {
				deeper--
				continue
			}
			if n := len(open); n > 0 {
				f := open[n-1]
				open = open[:n-1]
				endDocField(&out, open, f)
			}
		case docCell:
			// The mark of a row's last cell is followed by the row's own.
			if lastCell {
				docPut(&out, open, '\n')
			} else {
				docPut(&out, open, '\t')
				cell = true
			}
		default:
			docPut(&out, open, docCharacter(c))
		}
		lastCell = cell
	}
	return out.String()
}

// isForm tells whether the field is one of a form.
func (f *docField) isForm() bool {
	return !f.result && strings.HasPrefix(strings.ToUpper(strings.TrimSpace(f.code.String())), "FORM")
}

// endDocField writes what the field's result does not say.
func endDocField(out *strings.Builder, open []*docField, f *docField) {
	shown := ""
	if !f.result {
		f.at = fieldInstruction(f.code.String())
		docPuts(out, open, f.at.text)
	} else if f.mark <= out.Len() {
		shown = out.String()[f.mark:]
	}
	if f.form != nil {
		docPuts(out, open, aside(shown, f.form.unsaid(shown)))
	}
	for _, s := range []string{f.at.target, f.at.tip} {
		if s != "" && !says(shown, s) {
			docPuts(out, open, " ("+s+")")
		}
	}
}

// aside parts a text by a blank from what is shown before it.
func aside(shown, s string) string {
	if s == "" || shown == "" || shown[len(shown)-1] <= ' ' {
		return s
	}
	return " " + s
}

func docPuts(out *strings.Builder, open []*docField, s string) {
	for _, c := range s {
		docPut(out, open, c)
	}
}

// docPut writes a character to the text, or to the code of the innermost field
// whose code is being read. What a field's result shows stays, even where it is
// a part of another's code.
func docPut(out *strings.Builder, open []*docField, c rune) {
	if c == 0 {
		return
	}
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].result {
			continue
		}
		const longest = 4 << 10
		if open[i].code.Len() < longest {
			open[i].code.WriteRune(c)
		}
		return
	}
	out.WriteRune(c)
}

// docCharacter gives what a character is in plain text, 0 for nothing.
func docCharacter(c rune) rune {
	switch {
	case c == docLine || c == docPage || c == docPara || c == docColumn:
		return '\n'
	case c == docHyphen:
		return '-'
	case c == '\t' || c == '\n':
		return c
	case c < ' ':
		return 0
	case c == 0xF0B7 || c == 0xF0A7:
		return '•'
	case c >= 0xF000 && c <= 0xF0FF:
		return 0 // a picture of a symbol font
	}
	return c
}
