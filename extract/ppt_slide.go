package extract

import (
	"slices"
	"strings"
)

// slide reads the n-th slide.
func (p *pptReader) slide(n int, s pptListed, notes []pptListed) error {
	rec, ok := p.object(s.ref)
	if ok && p.seen[p.persist[s.ref]] {
		return nil
	}
	p.seen[p.persist[s.ref]] = true
	noteID := 0
	var text, comments []string
	if ok && rec.id == pptSlide {
		text, comments, noteID = p.shapes(rec.data, s.texts)
	} else {
		text = s.texts
		p.fault(outcome{Failed, "a slide cannot be found"})
	}
	return p.reading.at(Step{Kind: Slide, Number: n}, func() error {
		if err := p.block(strings.Join(text, "\n")); err != nil {
			return err
		}
		if i := slices.IndexFunc(notes, func(l pptListed) bool { return noteID != 0 && l.id == noteID }); i >= 0 {
			if err := p.notes(notes[i]); err != nil {
				return err
			}
		}
		if len(comments) == 0 {
			return nil
		}
		return p.reading.at(Step{Kind: Comments}, func() error { return p.block(strings.Join(comments, "\n")) })
	})
}

func (p *pptReader) notes(n pptListed) error {
	rec, ok := p.object(n.ref)
	if !ok || rec.id != pptNotes || p.seen[p.persist[n.ref]] {
		return nil
	}
	p.seen[p.persist[n.ref]] = true
	text, _, _ := p.shapes(rec.data, n.texts)
	return p.reading.at(Step{Kind: Notes}, func() error { return p.block(strings.Join(text, "\n")) })
}

// shapes gives what stands on a slide: the texts of its shapes, which may be
// those of the list that the placeholders refer to; comments; and the number of
// its notes.
func (p *pptReader) shapes(b blob, listed []string) (text, comments []string, notes int) {
	used := map[int]bool{}
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && s != "*" { // which stands for a number or date
			text = append(text, s)
		}
	}
	p.walk(b, func(rec pptRecord) bool {
		switch rec.id {
		case pptSlideAtom:
			notes = rec.data.u32(16)
		case pptTextRef:
			if i := rec.data.u32(0); i >= 0 && i < len(listed) && !used[i] {
				used[i] = true
				add(listed[i])
			}
		case pptHeadersFooters:
			p.marginsIn(rec.data)
			return false
		case pptComment:
			comments = append(comments, p.stringsIn(rec.data)...)
			return false
		case pptShapeOptions:
			for _, s := range shapeTexts(rec.data, rec.instance) {
				add(s)
			}
		default:
			if s, ok := rec.text(); ok {
				add(s)
			}
		}
		return true
	})
	var rest []string
	for i, s := range listed {
		if !used[i] && strings.TrimSpace(s) != "" {
			rest = append(rest, s)
		}
	}
	return append(rest, text...), comments, notes
}

// master gathers what a master shows on each of its slides: the texts of its
// shapes but the placeholders, whose own texts ask for others.
func (p *pptReader) master(m pptListed) {
	rec, ok := p.object(m.ref)
	if !ok || p.seen[p.persist[m.ref]] {
		return
	}
	p.seen[p.persist[m.ref]] = true
	placeholder, text := false, ""
	end := func() {
		if text = strings.TrimSpace(text); !placeholder && text != "" && text != "*" {
			p.margins = p.once(p.margins, text)
		}
		placeholder, text = false, ""
	}
	p.walk(rec.data, func(rec pptRecord) bool {
		switch rec.id {
		case pptShape:
			end()
		case pptPlaceholder:
			placeholder = true
		default:
			if s, ok := rec.text(); ok {
				text += s
			}
		}
		// What the styles of a master are called is no text.
		return rec.id != pptHeadersFooters
	})
	end()
}

// stringsIn gives the strings in a container.
func (p *pptReader) stringsIn(b blob) []string {
	var out []string
	p.records(b, func(rec pptRecord) bool {
		if rec.id == pptString {
			if s := strings.TrimSpace(pptPlain(utf16LE(rec.data))); s != "" {
				out = append(out, s)
			}
		}
		return true
	})
	return out
}

// linksIn gathers where the hyperlinks lead.
func (p *pptReader) linksIn(b blob) {
	p.records(b, func(rec pptRecord) bool {
		if rec.id == pptHyperlink {
			for _, s := range p.stringsIn(rec.data) {
				if target := linkTarget(s); target != "" {
					p.links = p.once(p.links, target)
				}
			}
		}
		return true
	})
}

// marginsIn gathers what stands at the edges of slides and pages.
func (p *pptReader) marginsIn(b blob) {
	for _, s := range p.stringsIn(b) {
		p.margins = p.once(p.margins, s)
	}
}

// once adds a string to a list that has not got it.
func (p *pptReader) once(list []string, s string) []string {
	const most = 1000
	if len(list) >= most || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
