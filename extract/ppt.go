package extract

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/klauspost/compress/zlib"
)

// pptFormat reads what PowerPoint wrote before PPTX, from version 97 on
// ([MS-PPT]).
func pptFormat() format {
	return format{
		name: "ppt", version: 3, extensions: []string{"ppt", "pps", "pot"},
		media: []string{"application/vnd.ms-powerpoint", "application/mspowerpoint"},
		is:    func(p *probe) bool { return p.oleMain() == "powerpoint document" }, read: readPPT,
	}
}

// The records that are read, by number.
const (
	pptDocument       = 0x03E8
	pptSlide          = 0x03EE
	pptSlideAtom      = 0x03EF
	pptNotes          = 0x03F0
	pptSlidePersist   = 0x03F3
	pptMainMaster     = 0x03F8
	pptExObjList      = 0x0409
	pptDrawing        = 0x040C
	pptTextRef        = 0x0F9E
	pptTextHeader     = 0x0F9F
	pptTextChars      = 0x0FA0
	pptTextBytes      = 0x0FA8
	pptString         = 0x0FBA
	pptHyperlink      = 0x0FD7
	pptHeadersFooters = 0x0FD9
	pptSlideList      = 0x0FF0
	pptUserEdit       = 0x0FF5
	pptOLEObject      = 0x1011
	pptPersistDir     = 0x1772
	pptPlaceholder    = 0x0BC3
	pptTagData        = 0x138B
	pptComment        = 0x2EE0
	pptClientText     = 0xF00D
	pptShapeOptions   = 0xF00B
	pptShape          = 0xF004
)

// The bounds of one presentation.
const (
	pptEdits   = 10_000  // times it was saved
	pptPersist = 100_000 // slides and other objects
	pptDepth   = 32      // containers in containers
	pptRecords = 4 << 20 // records looked at, some of them more than once
)

func readPPT(r *reading, d document) error {
	o, err := openOLE(r, d.raw)
	if err != nil {
		return err
	}
	switch {
	case o.has("PP97_DUALSTORAGE/PowerPoint Document"): // saved for PowerPoint 95 and 97 alike
		o = o.in("PP97_DUALSTORAGE")
	case o.has("Text_Content") && blob(o.bytes("PowerPoint Document")).u16(2) != pptDocument:
		return readPPT95(r, o)
	}
	return readPresentation(r, o, d)
}

// readPPT95 reads what PowerPoint 95 wrote of a presentation's text beside it.
func readPPT95(r *reading, o *ole) error {
	if err := o.summary(r); err != nil {
		return err
	}
	return r.block(pptPlain(pageText(pageWestern, o.bytes("Text_Content"))))
}

// readPresentation reads a presentation in a compound file, or in one of its
// storages.
func readPresentation(r *reading, o *ole, d document) error {
	const sealed = 0xF3D1C4DF
	user := blob(o.bytes("Current User"))
	if user.u32(12) == sealed || o.has("EncryptedSummary") {
		return encrypted()
	}
	p := pptReader{reading: r, d: d, b: o.bytes("PowerPoint Document"), persist: map[int]int{}, budget: pptRecords, seen: map[int]bool{}}
	if len(p.b) < 8 {
		return failed("damaged: its slides cannot be read")
	}
	if err := p.directory(user.u32(16)); err != nil {
		return err
	}
	if err := o.summary(r); err != nil {
		return err
	}
	if err := p.document(); err != nil {
		return err
	}
	if err := p.objects(); err != nil {
		return err
	}
	if p.budget <= 0 {
		return tooLarge("records")
	}
	return nil
}

// pptReader reads one presentation's stream of records.
type pptReader struct {
	*reading
	d       document
	b       blob
	persist map[int]int // where an object begins, by its number
	docRef  int
	budget  int
	seen    map[int]bool // the objects read, by where they begin
	links   []string
	margins []string // headers and footers
}

// pptRecord is one record: what it is, and its data.
type pptRecord struct {
	version, instance, id int
	data                  blob
}

// records goes through the records in b, which may hold others, until fn says
// that it has seen enough.
func (p *pptReader) records(b blob, fn func(pptRecord) bool) {
	for len(b) >= 8 && p.budget > 0 {
		p.budget--
		head, size := b.u16(0), b.u32(4)
		if !fn(pptRecord{head & 15, head >> 4, b.u16(2), b.sub(8, size)}) {
			return
		}
		b = b.from(8 + size)
	}
}

// walk goes through records and all in them, from the outside in and in order.
// Where fn says no, what is in the record is passed over.
func (p *pptReader) walk(b blob, fn func(pptRecord) bool) {
	open := []blob{b}
	for len(open) > 0 && p.budget > 0 {
		top := &open[len(open)-1]
		if len(*top) < 8 {
			open = open[:len(open)-1]
			continue
		}
		p.budget--
		head, size := top.u16(0), top.u32(4)
		rec := pptRecord{head & 15, head >> 4, top.u16(2), top.sub(8, size)}
		*top = top.from(8 + size)
		const container = 15
		if fn(rec) && (rec.version == container || rec.id == pptClientText || rec.id == pptTagData) && len(open) < pptDepth {
			open = append(open, rec.data)
		}
	}
}

// at gives the record at an offset, the container of an object.
func (p *pptReader) object(id int) (rec pptRecord, ok bool) {
	at, ok := p.persist[id]
	if !ok {
		return rec, false
	}
	return p.recordAt(at)
}

func (p *pptReader) recordAt(at int) (rec pptRecord, ok bool) {
	p.records(p.b.from(at), func(r pptRecord) bool {
		rec, ok = r, true
		return false
	})
	return rec, ok
}

// directory reads where the objects are: each time the document was saved, those
// that had changed were written anew.
func (p *pptReader) directory(at int) error {
	edits := map[int]bool{}
	for len(edits) < pptEdits && !edits[at] {
		edits[at] = true
		edit, ok := p.recordAt(at)
		if !ok || edit.id != pptUserEdit {
			break
		}
		if p.docRef == 0 {
			p.docRef = edit.data.u32(16)
		}
		const withKey = 32
		if len(edit.data) >= withKey && edit.data.u32(28) != 0 {
			return encrypted()
		}
		if dir, ok := p.recordAt(edit.data.u32(12)); ok && dir.id == pptPersistDir {
			p.objectsAt(dir.data)
		}
		if at = edit.data.u32(8); at == 0 {
			break
		}
	}
	return nil
}

// objectsAt reads one table of where objects are; what is known already is
// newer.
func (p *pptReader) objectsAt(b blob) {
	for len(b) >= 4 && len(p.persist) < pptPersist {
		first, n := b.u32(0)&0xFFFFF, b.u32(0)>>20
		b = b.from(4)
		for i := range n {
			if len(b) < 4 {
				return
			}
			if _, known := p.persist[first+i]; !known {
				p.persist[first+i] = b.u32(0)
			}
			b = b.from(4)
		}
	}
}

// pptListed is a slide as the document's list has it, with the texts of its
// placeholders.
type pptListed struct {
	ref, id int
	texts   []string
}

// document reads the slides in order, each with its notes and comments.
func (p *pptReader) document() error {
	doc, ok := p.object(p.docRef)
	if !ok || doc.id != pptDocument {
		return p.salvage()
	}
	var slides, notes, masters []pptListed
	p.records(doc.data, func(rec pptRecord) bool {
		switch rec.id {
		case pptSlideList:
			switch rec.instance {
			case 0:
				slides = append(slides, p.list(rec.data)...)
			case 1:
				masters = append(masters, p.list(rec.data)...)
			case 2:
				notes = append(notes, p.list(rec.data)...)
			}
		case pptExObjList:
			p.linksIn(rec.data)
		case pptHeadersFooters:
			p.marginsIn(rec.data)
		}
		return true
	})
	for i, s := range slides {
		if err := p.slide(i+1, s, notes); err != nil {
			return err
		}
	}
	for _, m := range masters {
		p.master(m)
	}
	for _, part := range []struct {
		kind  StepKind
		lines []string
	}{{"", p.links}, {Header, p.margins}} {
		text := strings.Join(part.lines, "\n")
		if text == "" {
			continue
		}
		write := func() error { return p.block(text) }
		if part.kind != "" {
			write = func() error { return p.reading.at(Step{Kind: part.kind}, func() error { return p.block(text) }) }
		}
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// salvage reads all the text there is, where the way to the slides is lost.
func (p *pptReader) salvage() error {
	var lines []string
	p.walk(p.b, func(rec pptRecord) bool {
		if rec.id == pptMainMaster {
			return false
		}
		if text, ok := rec.text(); ok {
			lines = append(lines, text)
		}
		return true
	})
	if err := p.block(strings.Join(lines, "\n")); err != nil {
		return err
	}
	return failed("damaged: its list of slides cannot be found")
}

// list reads a list of slides or notes.
func (p *pptReader) list(b blob) []pptListed {
	var out []pptListed
	p.records(b, func(rec pptRecord) bool {
		if rec.id == pptSlidePersist {
			out = append(out, pptListed{ref: rec.data.u32(0), id: rec.data.u32(12)})
			return true
		}
		if len(out) == 0 {
			return true
		}
		last := &out[len(out)-1]
		if rec.id == pptTextHeader {
			last.texts = append(last.texts, "")
		}
		if text, ok := rec.text(); ok && len(last.texts) > 0 {
			last.texts[len(last.texts)-1] += text
		}
		return true
	})
	return out
}

// text gives the text in a record, if it is one of those that hold a slide's.
func (rec pptRecord) text() (string, bool) {
	switch rec.id {
	case pptTextChars:
		return pptPlain(utf16LE(rec.data)), true
	case pptTextBytes:
		return pptPlain(latin1(rec.data)), true
	}
	return "", false
}

// pptPlain makes plain text of a slide's.
func pptPlain(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\r' || c == '\v':
			return '\n'
		case c >= 0xF000 && c <= 0xF0FF:
			return -1
		}
		return c
	}, s)
}

// objects reads the documents that are embedded in slides.
func (p *pptReader) objects() error {
	refs := make([]int, 0, len(p.persist))
	for ref := range p.persist {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	for _, ref := range refs {
		rec, ok := p.object(ref)
		if !ok || rec.id != pptOLEObject || p.seen[p.persist[ref]] {
			continue
		}
		p.seen[p.persist[ref]] = true
		raw := []byte(rec.data)
		if rec.instance == 1 { // packed, behind its size
			z, err := zlib.NewReader(bytes.NewReader(rec.data.from(4)))
			if err != nil {
				continue
			}
			if raw, err = p.inflate(z, int64(len(rec.data))); errors.Is(err, errFull) {
				return err
			}
		}
		if err := p.readEmbedded("", raw, p.d.depth); err != nil {
			return err
		}
	}
	return nil
}
