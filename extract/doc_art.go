package extract

import "strings"

// docArtRecords bounds the records of a document's drawings.
const docArtRecords = 1 << 18

// picture gives what a picture in the text is said to show, whose mark is the
// character of that number ([MS-DOC] 2.9.190).
func (w *docReader) picture(cp int) string {
	const headerSize, ofShape, ofFile = 0x44, 0x64, 0x66
	data, ok := w.markData(cp, false)
	if !ok || data.u16(4) != headerSize || data.u16(6) != ofShape && data.u16(6) != ofFile {
		return ""
	}
	art := data.sub(headerSize, data.u32(0)-headerSize)
	if data.u16(6) == ofFile {
		art = art.from(1 + art.u8(0))
	}
	art = art.sub(0, 8+art.u32(4)) // the shape; the picture itself follows
	if w.dataBytes += len(art); w.dataBytes > docDataBytes {
		return ""
	}
	return strings.Join(w.shapeWords(art), " ")
}

// shapes gives what the drawings of the document are said to show, and where they
// lead: those that stand beside the text.
func (w *docReader) shapes() []string {
	const drawings = 50
	if w.old {
		return nil
	}
	b := w.fc(drawings)
	b = b.from(8 + b.u32(4)) // what all drawings share
	var out []string
	for len(b) > 8 && w.artRecords < docArtRecords {
		size := 8 + b.u32(1+4)
		out = append(out, w.shapeWords(b.sub(1, size))...)
		b = b.from(1 + size)
	}
	return out
}

// shapeWords gives what the shapes in a record say. Word's records of drawings are
// those of PowerPoint.
func (w *docReader) shapeWords(art blob) []string {
	const second, third = 0xF121, 0xF122
	var out []string
	p := pptReader{budget: docArtRecords - w.artRecords}
	p.walk(art, func(rec pptRecord) bool {
		switch rec.id {
		case pptShapeOptions, second, third:
			out = append(out, shapeTexts(rec.data, rec.instance)...)
			shapeProperties(rec.data, rec.instance, func(id int, value blob) {
				if id != shapeLink {
					return
				}
				if target := linkTarget(hyperlinkTarget(value.from(16))); target != "" {
					out = append(out, "("+target+")")
				}
			})
		}
		return true
	})
	w.artRecords = docArtRecords - p.budget
	return out
}
