package extract

import "strings"

// choices writes what may be chosen for a cell, of the validation of data that
// begins: "yes,no,perhaps".
func (g *grid) choices(isList bool) {
	x := g.x
	for depth := x.depth; ; {
		switch kind := x.next(); {
		case kind == xmlEnd, kind == xmlClose && x.depth < depth:
			return
		case kind == xmlOpen && x.name == "formula1" && isList:
			s, quoted := strings.CutPrefix(strings.TrimSpace(x.inner(maxProperty)), `"`)
			if quoted {
				s, _ = formulaString(s)
				g.once(strings.ReplaceAll(s, ",", ", "))
			}
		}
	}
}

// controls reads what is written on the buttons and boxes of a sheet, and what
// their lists offer.
func (b *bookReader) controls(part string) error {
	names, err := b.targets(part, "vmldrawing", "ctrlprop")
	if err != nil {
		return err
	}
	for _, n := range names {
		if b.read[n] {
			continue
		}
		b.read[n] = true
		raw, err := b.bytes(n)
		if err != nil {
			return err
		}
		if err := b.captions(newXML(raw)); err != nil {
			return err
		}
	}
	return nil
}

// captions reads the markup of controls, VML or another.
func (b *bookReader) captions(x *xmlScanner) error {
	to := &prose{out: b.r.line}
	m := markup{o: b.opc, x: x, to: to}
	for kind := x.next(); kind != xmlEnd && to.err == nil; kind = x.next() {
		if kind != xmlOpen {
			continue
		}
		switch x.name {
		case "shape", "rect", "roundrect", "oval":
			m.described(x.attr("alt"), linkTarget(x.attr("href")))
		case "textpath":
			m.described(x.attr("string"))
		case "textbox":
			m.described(strings.Join(strings.Fields(x.inner(maxProperty)), " "))
		case "item":
			m.once(x.attr("val"))
		}
	}
	b.check(x)
	return to.finish()
}
