package extract

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/ledongthuc/pdf"
)

// The limits on one document. They keep an honest document whole and end a
// hostile one long before the time limit does.
const (
	maxPages     = 5000
	maxPageDepth = 40
	maxPageNodes = 20000
	maxStream    = 64 << 20  // bytes of one decoded stream
	maxStreams   = 256 << 20 // bytes of all of them
	maxSteps     = 50 << 20  // operators and glyphs
	maxStreamsOf = 1000      // content streams of one page
)

// pdfDoc reads a PDF with the library's objects and an interpreter of its own:
// the library's parser is good, its text methods glue words together. Every
// call into the library may panic; the callers of this package recover page by
// page. What recover cannot catch is why all this runs in a worker.
type pdfDoc struct {
	r     *pdf.Reader
	steps int
	bytes int
	cut   bool // a limit was reached

	evidence *pdfEvidence
	pinned   []pdf.Value // files attached to places on pages
	number   int         // of the present page
	pictures int         // shown so far
	notes    []pdfNote
	form     bool            // there is an XFA form
	shown    strings.Builder // what the pages show, without white space, where there is one
}

func pdfFormat() format {
	return format{
		name: "pdf", version: 7, extensions: []string{"pdf"}, media: []string{"application/pdf", "application/x-pdf"},
		is:   isPDF,
		read: readPDF,
	}
}

// pdfMark is what a PDF begins with.
const pdfMark = "%PDF-"

// isPDF tells of a PDF, also of one whose first line is lost.
func isPDF(p *probe) bool {
	const lead, end = 1024, 64
	head := p.head[:min(len(p.head), lead)]
	if bytes.Contains(head, []byte(pdfMark)) {
		return true
	}
	for len(head) > 0 && head[0] == '%' { // comments
		_, head, _ = bytes.Cut(head, []byte("\n"))
	}
	tail := bytes.TrimRight(p.raw[max(0, len(p.raw)-end):], " \r\n\t\x00")
	return beginsObject(head) && bytes.HasSuffix(tail, []byte("%%EOF")) && bytes.Contains(tail, []byte("startxref"))
}

// beginsObject tells of "1 0 obj".
func beginsObject(b []byte) bool {
	for range 2 {
		rest := bytes.TrimLeft(b, "0123456789")
		if len(rest) == len(b) || len(rest) == 0 || rest[0] != ' ' {
			return false
		}
		b = rest[1:]
	}
	return bytes.HasPrefix(b, []byte("obj"))
}

// readPDF reads a PDF page by page. Where the gate doubts what our own
// interpreter reads and PDFium is at hand, the better text of the two is kept.
func readPDF(r *reading, d document) error {
	if !bytes.Contains(d.raw[:min(len(d.raw), 1024)], []byte(pdfMark)) {
		d.raw = append([]byte(pdfMark+"1.4\n"), d.raw...) // what refers to places in it is mended as in other damaged ones
	}
	if r.pdfium == nil {
		own := &pdfOwn{page: func(n int, text string) error { return writePage(r, n, text) }}
		defer r.risk(true)()
		err := own.read(r, d.raw)
		// Where there is not one object nobody can read anything.
		r.doubt = r.doubt || own.doubt(err) && bytes.Contains(d.raw, []byte(" obj"))
		return scanned(r, d, own.scans, own.pages, own.finish(r, d, err))
	}
	own := &pdfOwn{}
	if !r.foreign {
		var pages []string
		own.page = func(_ int, text string) error { pages = append(pages, text); return nil }
		err := own.read(r, d.raw)
		var theirs pdfiumText
		instead := false
		if own.doubt(err) {
			var theirErr error
			theirs, theirErr = r.pdfium.read(d.raw, r.limits.Text)
			if instead = theirs.instead(pages, &own.evidence, theirErr); instead {
				err = theirErr
			}
		}
		if !instead {
			return scanned(r, d, own.scans, own.pages, own.finish(r, d, writePages(r, pages, err)))
		}
		if err = theirs.write(r, err); own.doc != nil && own.doc.r.Trailer().Key("Encrypt").IsNull() {
			err = own.finish(r, d, err) // which knows more of what stands beside the pages
		} else {
			err = theirs.finish(r, d, err)
		}
		return scanned(r, d, theirs.bare(), len(theirs.pages), err)
	}
	theirs, err := r.pdfium.read(d.raw, r.limits.Text)
	return scanned(r, d, theirs.bare(), len(theirs.pages), theirs.finish(r, d, theirs.write(r, err)))
}

func writePage(r *reading, n int, text string) error {
	return r.at(Step{Kind: Page, Number: n}, func() error { return r.block(text) })
}

// writePages writes pages that were held back, and gives err unless that fails.
func writePages(r *reading, pages []string, err error) error {
	for i, text := range pages {
		if e := writePage(r, i+1, text); e != nil {
			return e
		}
	}
	return err
}

// pdfOwn is a reading by our own interpreter.
type pdfOwn struct {
	page     func(n int, text string) error
	evidence pdfEvidence
	broken   int
	doc      *pdfDoc // nil when it cannot be opened
	pages    int
	scans    []int // pages without text that show pictures
}

// finish writes what stands beside the pages, whose reading ended with err.
func (o *pdfOwn) finish(r *reading, d document, err error) error {
	if o.doc == nil || errors.Is(err, errFull) {
		return err
	}
	return aboutError(err, o.doc.about(r, d.depth))
}

// doubt tells whether PDFium may read more than this reading, which ended with
// err, gave. What is over a limit is so for every reader.
func (o *pdfOwn) doubt(err error) bool {
	var out *outcome
	if errors.Is(err, errFull) || errors.As(err, &out) && out.state == TooLarge {
		return false
	}
	return err != nil || o.broken > 0 || o.evidence.doubt()
}

// read reads a document. One whose structure is damaged is repaired.
func (o *pdfOwn) read(r *reading, raw []byte) error {
	pages, err := o.pass(r, raw)
	var out *outcome
	if pages == 0 && errors.As(err, &out) && out.state == Failed {
		if fixed := repairPDF(raw); fixed != nil {
			if n, again := o.pass(r, fixed); n > 0 || again == nil {
				return again
			}
		}
	}
	return err
}

// pass reads the document once and tells how many pages could be read.
func (o *pdfOwn) pass(r *reading, doc []byte) (read int, err error) {
	parsed, err := openPDF(doc)
	if err != nil {
		if isEncryption(err) {
			return 0, &outcome{Encrypted, "needs a password or an encryption method that is not supported"}
		}
		return 0, failed("damaged: it cannot be read as a PDF")
	}
	o.broken, o.evidence, o.scans = 0, pdfEvidence{}, nil
	d := &pdfDoc{r: parsed, evidence: &o.evidence}
	o.doc = d
	_ = recovered(func() { d.form = !d.r.Trailer().Key("Root").Key("AcroForm").Key("XFA").IsNull() })
	number, wrote := 0, false
	var full error
	d.pages(func(page, resources pdf.Value) bool {
		number++
		d.number = number
		before := d.pictures
		text, err := d.page(page, resources)
		if err != nil {
			o.broken++
		}
		if o.pages = number; text == "" && d.pictures > before {
			o.scans = append(o.scans, number)
		}
		if err == nil || text != "" {
			read++
		}
		wrote = wrote || text != ""
		if d.form && d.shown.Len() < maxXFAShown {
			d.shown.WriteString(strings.Join(strings.Fields(text), ""))
		}
		o.evidence.take(text)
		full = o.page(number, text)
		return full == nil && !d.cut
	})
	switch {
	case full != nil:
		return read, full
	case d.cut:
		return read, tooLarge("pages, streams or operators")
	case read == 0:
		return 0, failed("damaged: no page of it can be read")
	case o.broken > 0 && !wrote:
		return read, failed("damaged, or compressed in a way that is not supported")
	case o.broken > 0:
		return read, &outcome{Partial, "some pages are damaged"}
	}
	return read, nil
}

func isEncryption(err error) bool {
	return errors.Is(err, pdf.ErrInvalidPassword) || strings.Contains(err.Error(), "encryption")
}

// openPDF opens a document, looking past junk before and behind it and a
// version that the library does not know.
func openPDF(doc []byte) (*pdf.Reader, error) {
	start := bytes.Index(doc[:min(len(doc), 2048)], []byte("%PDF-"))
	if start < 0 {
		return nil, errors.New("no PDF header")
	}
	doc = doc[start:]
	if i := bytes.LastIndex(doc, []byte("%%EOF")); i > 0 {
		doc = doc[:i+len("%%EOF")]
	}
	if len(doc) < 16 {
		return nil, errors.New("no PDF body")
	}
	if tablesLoop(doc) {
		return nil, errors.New("tables of references in a circle")
	}
	head := []byte("%PDF-1.7\n")
	return pdf.NewReader(&patched{r: bytes.NewReader(doc), head: head}, int64(len(doc)))
}

// patched shows other first bytes than those of the reader under it.
type patched struct {
	r    io.ReaderAt
	head []byte
}

// ReadAt implements io.ReaderAt.
func (p *patched) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.r.ReadAt(b, off)
	if off < int64(len(p.head)) && off >= 0 {
		copy(b[:n], p.head[off:])
	}
	return n, err
}

// spend takes steps from the document's budget and tells whether any are left.
func (d *pdfDoc) spend(n int) bool {
	if d.steps += n; d.steps > maxSteps {
		d.cut = true
	}
	return d.steps <= maxSteps
}

// pages walks the page tree; visit gets each page with the resources it has or
// inherits, until it returns false.
func (d *pdfDoc) pages(visit func(page, resources pdf.Value) bool) {
	w := pageWalk{visit: visit}
	_ = recovered(func() {
		root := d.r.Trailer().Key("Root").Key("Pages")
		w.node(root, pdf.Value{}, 0)
	})
	d.cut = d.cut || w.cut
}

type pageWalk struct {
	visit        func(page, resources pdf.Value) bool
	pages, nodes int
	done, cut    bool
}

func (w *pageWalk) node(v, resources pdf.Value, depth int) {
	if w.done || v.Kind() != pdf.Dict {
		return
	}
	if w.nodes++; depth > maxPageDepth || w.nodes > maxPageNodes || w.pages >= maxPages {
		w.cut, w.done = true, w.nodes > maxPageNodes || w.pages >= maxPages
		return
	}
	if own := v.Key("Resources"); own.Kind() == pdf.Dict {
		resources = own
	}
	kids := v.Key("Kids")
	if kids.Kind() != pdf.Array {
		w.pages++
		w.done = !w.visit(v, resources)
		return
	}
	for i := 0; i < kids.Len() && !w.done; i++ {
		// A kid that cannot be loaded costs its pages only.
		_ = recovered(func() { w.node(kids.Index(i), resources, depth+1) })
	}
}

// recovered runs f and turns a panic of the library into an error.
func recovered(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("damaged")
		}
	}()
	f()
	return nil
}

// page gives a page's text: its content and what its annotations show. With an
// error the text is what came before it.
func (d *pdfDoc) page(page, resources pdf.Value) (string, error) {
	out := &layout{limit: maxStream}
	content, err := d.contents(page)
	in := newInterpreter(d, out)
	if e := recovered(func() { in.run(content, resources, 0) }); e != nil {
		err = e
	}
	if in.begun && !in.out.full {
		d.evidence.cut++ // a length that is too small, or damage
	}
	if e := recovered(func() { d.annotations(page.Key("Annots"), out) }); e != nil && err == nil {
		err = e
	}
	d.cut = d.cut || out.full
	text := out.text()
	_ = recovered(func() { d.takeNotes(page.Key("Annots"), text) })
	if text == "" && (out.shown > 0 || d.expectsText(page, resources, content)) {
		d.evidence.blank++
	}
	d.evidence.shown += out.shown
	d.evidence.mute += out.mute
	return text, err
}

// expectsText tells of a page without text that it has fonts, or content of which
// nothing could be had.
func (d *pdfDoc) expectsText(page, resources pdf.Value, content []byte) (expects bool) {
	_ = recovered(func() {
		expects = len(resources.Key("Font").Keys()) > 0 && (len(bytes.TrimSpace(content)) == 0 || bytes.Contains(content, []byte("BT"))) ||
			len(bytes.TrimSpace(content)) == 0 && page.Key("Contents").Kind() == pdf.Stream && page.Key("Contents").Key("Length").Int64() > 0
	})
	return expects
}

func newInterpreter(d *pdfDoc, out *layout) *interpreter {
	return &interpreter{doc: d, out: out, g: graphics{ctm: identity(), scale: 1}, tm: identity(), tlm: identity()}
}

// contents joins a page's content streams. One that cannot be read is left out
// and makes the error.
func (d *pdfDoc) contents(page pdf.Value) (all []byte, err error) {
	var v pdf.Value
	if err := recovered(func() { v = page.Key("Contents") }); err != nil {
		return nil, err
	}
	n := 1
	if v.Kind() == pdf.Array {
		n = min(v.Len(), maxStreamsOf)
	}
	for i := 0; i < n && len(all) < maxStream; i++ {
		e := recovered(func() {
			one := v
			if v.Kind() == pdf.Array {
				one = v.Index(i)
			}
			all = append(all, d.stream(one)...)
			all = append(all, '\n')
		})
		if e != nil {
			err = e
		}
	}
	return all, err
}

// stream reads a stream decoded, within the budget; of a damaged one, what
// comes before the damage.
func (d *pdfDoc) stream(v pdf.Value) []byte {
	if v.Kind() != pdf.Stream {
		return nil
	}
	left := min(maxStream, maxStreams-d.bytes)
	if left <= 0 {
		d.cut = true
		return nil
	}
	rd := v.Reader()
	defer rd.Close()
	b, err := io.ReadAll(io.LimitReader(rd, int64(left)))
	if err != nil && len(b) == 0 {
		panic(err) // as the library does for what it finds out sooner
	}
	if len(b) == left {
		d.cut = true
	}
	d.bytes += len(b)
	return b
}

// font makes the font of a resource. Fonts of one page are few; the map by
// content would cost more than it saves.
func (d *pdfDoc) font(v pdf.Value) (f *pdfFont) {
	if recovered(func() { f = d.newFont(v) }) != nil {
		return nil
	}
	return f
}

// annotations adds the appearance of form fields and notes, as a reader shows
// them on the page.
func (d *pdfDoc) annotations(list pdf.Value, out *layout) {
	for i := 0; i < list.Len() && i < maxAnnotations; i++ {
		_ = recovered(func() {
			a := list.Index(i)
			const hidden = 2
			if a.Key("F").Int64()&hidden != 0 || a.Key("Subtype").Name() == "Popup" {
				return
			}
			d.pin(a)
			n := a.Key("AP").Key("N")
			if n.Kind() == pdf.Dict {
				n = n.Key(a.Key("AS").Name())
			}
			if n.Kind() != pdf.Stream {
				return
			}
			out.line()
			in := newInterpreter(d, out)
			in.g.ctm = appearanceMatrix(a.Key("Rect"), n)
			in.run(d.stream(n), n.Key("Resources"), 1)
		})
	}
}

// appearanceMatrix puts an annotation's appearance into its rectangle.
func appearanceMatrix(rect, appearance pdf.Value) matrix {
	m := pdfMatrix(appearance.Key("Matrix"))
	r, okR := pdfRect(rect, identity())
	b, okB := pdfRect(appearance.Key("BBox"), m)
	if !okR || !okB || b[2] <= b[0] || b[3] <= b[1] {
		return m
	}
	sx, sy := (r[2]-r[0])/(b[2]-b[0]), (r[3]-r[1])/(b[3]-b[1])
	return m.mul(matrix{sx, 0, 0, sy, r[0] - b[0]*sx, r[1] - b[1]*sy})
}

// pdfMatrix reads a matrix; what is none stands for no change.
func pdfMatrix(v pdf.Value) matrix {
	if v.Len() != 6 {
		return identity()
	}
	var m matrix
	for i := range m {
		m[i] = v.Index(i).Float64()
	}
	return m
}

// pdfRect reads a rectangle and gives the upright one around it under m: its
// lower left and its upper right corner.
func pdfRect(v pdf.Value, m matrix) (out [4]float64, ok bool) {
	if v.Len() != 4 {
		return out, false
	}
	var p [4]float64
	for i := range p {
		p[i] = v.Index(i).Float64()
	}
	for i, c := range [4][2]float64{{p[0], p[1]}, {p[0], p[3]}, {p[2], p[1]}, {p[2], p[3]}} {
		x, y := c[0]*m[0]+c[1]*m[2]+m[4], c[0]*m[1]+c[1]*m[3]+m[5]
		if i == 0 {
			out = [4]float64{x, y, x, y}
			continue
		}
		out = [4]float64{min(out[0], x), min(out[1], y), max(out[2], x), max(out[3], y)}
	}
	return out, true
}
