package extract

import (
	"strings"
)

// docFormat reads what Word wrote before DOCX: the versions 97 to 2003
// ([MS-DOC]), and 6 and 95, whose beginning is alike.
func docFormat() format {
	return format{
		name: "doc", version: 3, extensions: []string{"doc", "dot"}, media: []string{"application/msword"},
		is: func(p *probe) bool { return p.oleMain() == "worddocument" }, read: readDOC,
	}
}

// The bounds of one Word document.
const (
	docPieces = 1 << 20 // pieces that its text is in
	docFields = 64      // fields in fields
)

// Word's numbers for its own versions.
const (
	word95 = 105 // and before
)

func readDOC(r *reading, d document) error {
	o, err := openOLE(r, d.raw)
	if err != nil {
		return err
	}
	return readWord(r, o, d)
}

// readWord reads a document in a compound file, or in one of its storages.
func readWord(r *reading, o *ole, d document) error {
	w := docReader{reading: r, o: o, d: d, fib: o.bytes("WordDocument")}
	if id := w.fib.u16(0); id != 0xA5EC && id != 0xA5DC && id != 0xA5DB {
		return failed("damaged: its header is missing")
	}
	const fEncrypted, fWhichTable = 0x0100, 0x0200
	flags := w.fib.u16(0x0A)
	if flags&fEncrypted != 0 {
		return encrypted()
	}
	if err := o.summary(r); err != nil {
		return err
	}
	w.old = w.fib.u16(2) <= word95
	if w.old {
		w.oldPage()
	} else {
		w.table = o.bytes([]string{"0Table", "1Table"}[flags&fWhichTable>>9])
	}
	if !w.findPieces() {
		w.damaged = true
	}
	if err := w.texts(); err != nil {
		return err
	}
	if err := r.embeddedIn(o, "objectpool", d); err != nil {
		return err
	}
	if w.damaged {
		return failed("damaged: a part of its text cannot be found")
	}
	return nil
}

// docPiece is a stretch of the text: where it stands in the file, and how.
type docPiece struct {
	from, to int // characters
	at       int // bytes
	wide     bool
}

type docReader struct {
	*reading
	o       *ole
	d       document
	fib     blob
	table   blob
	old     bool
	page    int
	other   int // the code page of words that are nearly all above ASCII, 0 for the same
	pieces  []docPiece
	damaged bool

	data       blob
	runs       []docRun // the characters that have data
	runsRead   bool
	dataBytes  int // read of what they have
	artRecords int // read of drawings
}

// fc gives the offset and the size of one of the tables that the header lists.
func (w *docReader) fc(i int) blob {
	at := 0x9A + 8*i
	return w.table.sub(w.fib.u32(at), w.fib.u32(at+4))
}

// findPieces reads in which order the file's stretches make up the text.
func (w *docReader) findPieces() bool {
	const clx = 33
	b := w.fc(clx)
	if w.old {
		const fComplex = 0x0004
		if w.fib.u16(0x0A)&fComplex == 0 {
			n := w.fib.u32(0x1C) - w.fib.u32(0x18)
			w.pieces = []docPiece{{to: max(n, 0), at: w.fib.u32(0x18)}}
			return n >= 0
		}
		b = w.fib.sub(w.fib.u32(0x160), w.fib.u32(0x164))
	}
	for len(b) > 0 && b.u8(0) == 1 {
		b = b.from(3 + b.u16(1))
	}
	if b.u8(0) != 2 {
		return false
	}
	b = b.sub(5, b.u32(1))
	n := min((len(b)-4)/12, docPieces)
	whole, end := true, 0
	for i := range n {
		p := docPiece{from: b.u32(4 * i), to: b.u32(4*i + 4)}
		if p.from != end || p.to < p.from {
			return false // what follows would be nonsense
		}
		end = p.to
		fc := b.u32(4*(n+1) + 8*i + 2)
		const compressed = 1 << 30
		switch {
		case w.old:
			p.at = fc
		case fc&compressed != 0:
			p.at = fc &^ compressed / 2
		default:
			p.at, p.wide = fc, true
		}
		size := p.to - p.from
		if p.wide {
			size *= 2
		}
		whole = whole && len(w.fib.sub(p.at, size)) == size
		w.pieces = append(w.pieces, p)
	}
	return whole && n > 0
}

// text gives the characters of a stretch of the text. Each is of one UTF-16 unit,
// by which Word counts.
func (w *docReader) text(from, to int) string {
	var out strings.Builder
	for _, p := range w.pieces {
		a, z := max(from, p.from), min(to, p.to)
		if a >= z || out.Len() > w.limits.Text {
			continue
		}
		if p.wide {
			out.WriteString(utf16LE(w.fib.sub(p.at+2*(a-p.from), 2*(z-a))))
			continue
		}
		w.narrow(&out, w.fib.sub(p.at+a-p.from, z-a))
	}
	return out.String()
}

// texts writes the texts that lie one after the other: the body, footnotes,
// headers, comments, endnotes, text boxes and those of the headers.
func (w *docReader) texts() error {
	base := 0x4C
	if w.old {
		base = 0x34
	}
	at := 0
	for i, kind := range []StepKind{"", Notes, Header, "macros", Comments, Notes, "", Header} {
		n := w.fib.u32(base + 4*i)
		if n == 0 || w.fib.u32(base+4*i)>>31 != 0 {
			continue
		}
		s := w.plain(w.text(at, at+n), at)
		at += n
		if strings.TrimSpace(s) == "" {
			continue
		}
		var err error
		switch kind {
		case "":
			err = w.block(s)
		case Header:
			err = w.at(Step{Kind: Header}, func() error { return w.block(onceEach(s)) })
		case Comments:
			err = w.at(Step{Kind: Comments}, func() error { return w.block(w.commenters() + s) })
		case Notes:
			err = w.at(Step{Kind: Notes}, func() error { return w.block(s) })
		}
		if err != nil {
			return err
		}
	}
	if shapes := w.shapes(); len(shapes) > 0 {
		return w.block(onceEach(strings.Join(shapes, "\n")))
	}
	return nil
}

// commenters are the names of those who left comments, a line each.
func (w *docReader) commenters() string {
	const owners, most = 36, 1000
	if w.old {
		return ""
	}
	var out strings.Builder
	b := w.fc(owners)
	for n := 0; len(b) >= 2 && n < most; n++ {
		size := 2 * b.u16(0)
		out.WriteString(utf16LE(b.sub(2, size)))
		out.WriteByte('\n')
		b = b.from(2 + size)
	}
	return out.String()
}
