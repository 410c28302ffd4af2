package extract

import (
	"strings"

	"github.com/ledongthuc/pdf"
)

// The limits on what an XFA form says.
const (
	maxXFAPackets = 50
	maxXFA        = 16 << 20 // bytes of its packets
	maxXFALines   = 20_000
	maxXFATexts   = 500_000 // that are looked at
	maxXFAShown   = 2 << 20 // bytes of what the pages show that they are compared with
	maxCompared   = 1 << 30 // bytes, in all comparisons
	maxUnbroken   = 2000    // bytes without white space, beyond which it is no text
)

// xfa gives the packets of a form in the XML Forms Architecture (ISO 32000-1,
// 12.7.8): a stream, or names and streams in turn.
func (d *pdfDoc) xfa() (packets [][]byte) {
	size := 0
	take := func(v pdf.Value) {
		if v.Kind() == pdf.Stream && size < maxXFA {
			b := d.stream(v)
			b = b[:min(len(b), maxXFA-size)]
			size += len(b)
			packets = append(packets, b)
		}
	}
	_ = recovered(func() {
		v := d.r.Trailer().Key("Root").Key("AcroForm").Key("XFA")
		take(v)
		for i := 0; v.Kind() == pdf.Array && i < v.Len() && len(packets) < maxXFAPackets; i++ {
			take(v.Index(i))
		}
	})
	return packets
}

// xfaForm is what an XFA form says.
type xfaForm struct {
	values []string // that were filled in
	fields []string // captions, texts and choices
}

// xfaLines gives what a form says that shown, without white space, does not.
func xfaLines(packets [][]byte, shown string) (form xfaForm) {
	seen := map[string]bool{"": true}
	texts, compared := 0, 0
	for _, p := range packets {
		x := xfaReader{x: newXML(p)}
		for ; texts < maxXFATexts && len(form.values)+len(form.fields) < maxXFALines && x.next(); texts++ {
			line := strings.TrimSpace(x.line)
			words := strings.Fields(line)
			key := strings.Join(words, "")
			if seen[key] || len(words) == 1 && len(key) > maxUnbroken {
				continue
			}
			seen[key] = true
			if compared < maxCompared {
				compared += len(shown)
				if strings.Contains(shown, key) {
					continue
				}
			}
			if x.data {
				form.values = append(form.values, line)
			} else {
				form.fields = append(form.fields, line)
			}
		}
	}
	return form
}

// xfaReader reads a packet, or the whole form, text by text.
type xfaReader struct {
	x      *xmlScanner
	within int // the depth of template or data; 0: in neither
	data   bool
	line   string
}

// next reads the next text.
func (f *xfaReader) next() bool {
	var chars []byte
	for {
		switch f.x.next() {
		case xmlEnd:
			f.line = string(chars)
			return len(chars) > 0
		case xmlText:
			if f.within > 0 {
				chars = f.x.appendChars(chars)
			}
			continue
		case xmlOpen:
			f.open()
		case xmlClose:
			if f.x.depth < f.within {
				f.within = 0
			}
		}
		if strings.TrimSpace(string(chars)) != "" {
			f.line = string(chars)
			return true
		}
		chars = chars[:0]
	}
}

// open passes what nobody sees: scripts, where data is sent, how numbers are
// written, and what is in neither template nor data.
func (f *xfaReader) open() {
	switch {
	case f.within == 0 && f.x.name == "config":
		f.x.skip() // has a template of its own
	case f.within == 0 && f.x.name == "template":
		f.within, f.data = f.x.depth, false
	case f.within == 0 && f.x.name == "data":
		f.within, f.data = f.x.depth, true
	case f.within > 0 && f.data && strings.HasPrefix(f.x.attr("contentType"), "image/"):
		f.x.skip()
	case f.within > 0 && !f.data:
		switch f.x.name {
		case "script", "picture", "submit", "connect", "bind", "image", "traversal", "desc", "para", "font", "integer", "float", "decimal", "boolean":
			f.x.skip()
		}
	}
}

// writeXFA writes what a form says.
func writeXFA(r *reading, form xfaForm) error {
	if err := writeLines(r, Fields, form.fields); err != nil {
		return err
	}
	return writeLines(r, Form, form.values)
}

// writeLines writes lines at a place of their own, each once.
func writeLines(r *reading, at StepKind, lines []string) error {
	seen := map[string]bool{}
	return r.at(Step{Kind: at}, func() error {
		for _, l := range lines {
			if seen[l] {
				continue
			}
			seen[l] = true
			if err := r.line(l); err != nil {
				return err
			}
		}
		return nil
	})
}
