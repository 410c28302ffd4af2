package extract

import (
	"strconv"
	"strings"
)

// odfReader reads one part of an OpenDocument. What stands beside the running
// text (notes, comments, the header of a page) is kept and written after it.
type odfReader struct {
	*odf
	x      *xmlScanner
	to     *prose
	inPara int
	book   bool // tables are sheets
	master bool // what is read stands on each page
	sheets int
	slides int
	title  string // of the slide that is read
	notes  []string
	said   []string // comments
	gone   []string // deletions that are marked
	heads  []string
	form   *formField // of which the parts are read
}

// The bounds of cells and rows that are said to repeat.
const (
	maxRepeatedCells = 64
	maxRepeatedRows  = 16
	maxAside         = 100_000 // notes, comments and the like
)

// all reads the part to its end.
func (w *odfReader) all() error {
	for kind := w.x.next(); kind != xmlEnd; kind = w.x.next() {
		if kind != xmlOpen {
			continue
		}
		if w.x.depth == 1 { // OpenOffice.org 1 tells here what the document is
			w.book = w.x.attr("class") == "spreadsheet"
		}
		switch w.x.name {
		case "annotation": // a formula as it was typed
			if err := w.r.line(w.x.inner(maxProperty)); err != nil {
				return err
			}
		case "body", "master-styles":
			w.to = &prose{out: w.r.line}
			if err := w.content(w.x.name == "master-styles"); err != nil {
				return err
			}
		}
	}
	return nil
}

// content reads what the element whose start tag was read last holds.
func (w *odfReader) content(master bool) error {
	for depth := w.x.depth; ; {
		kind := w.x.next()
		if kind == xmlEnd || kind == xmlClose && w.x.depth < depth {
			break
		}
		if err := w.token(kind, master); err != nil {
			return err
		}
	}
	if err := w.to.finish(); err != nil {
		return err
	}
	return w.asides()
}

// token handles one token.
func (w *odfReader) token(kind xmlKind, master bool) error {
	switch kind {
	case xmlText:
		if w.inPara > 0 {
			w.to.text(collapse(w.x.appendChars(nil)))
		}
	case xmlOpen:
		switch w.x.name {
		case "table":
			if w.inSpreadsheet(master) {
				return w.table()
			}
		case "page":
			if !master {
				return w.page()
			}
		case "header", "footer", "header-left", "footer-left", "header-first", "footer-first":
			if master && w.x.space == "style" {
				w.master = true
				w.heads = w.aside(w.heads)
				return nil
			}
		case "notes":
			if master {
				w.x.skip()
				return nil
			}
		case "frame", "text-box", "custom-shape":
			if master && w.isPrompt() {
				w.x.skip()
				return nil
			}
		case "footer-decl", "header-decl", "date-time-decl":
			w.declared()
			return nil
		case "spreadsheet":
			w.book = true
		}
		w.open()
	case xmlClose:
		w.close()
	}
	return w.to.err
}

// inSpreadsheet tells whether a table is a sheet: it stands right in the
// spreadsheet, whose depth is that of the body and one more.
func (w *odfReader) inSpreadsheet(master bool) bool {
	return w.book && !master && w.inPara == 0 && len(w.to.rows) == 0
}

// collapse makes white space that is only layout of the file single blanks.
func collapse(b []byte) []byte {
	out := b[:0]
	for i, c := range b {
		if c == '\n' || c == '\r' || c == '\t' {
			c = ' '
		}
		if c == ' ' && i > 0 && len(out) > 0 && out[len(out)-1] == ' ' {
			continue
		}
		out = append(out, c)
	}
	return out
}

// open handles a start tag of running text.
func (w *odfReader) open() {
	x := w.x
	if x.space == "form" {
		w.control()
		return
	}
	switch x.name {
	case "p", "h":
		w.inPara++
		w.to.begin()
	case "s":
		n, _ := strconv.Atoi(x.attr("c"))
		w.to.word(strings.Repeat(" ", min(max(n, 1), 100)))
	case "tab", "tab-stop":
		w.to.word("\t")
	case "line-break":
		w.to.word("\n")
	case "table-row":
		w.to.beginRow()
	case "table-cell", "covered-table-cell":
		w.to.beginCell()
	case "note", "footnote", "endnote":
		w.notes = w.aside(w.notes)
	case "annotation":
		w.said = w.aside(w.said)
	case "tracked-changes":
		w.changes()
	case "deletion":
		w.gone = w.aside(w.gone)
	case "a":
		w.link(linkTarget(x.attr("href")))
	case "title", "desc":
		w.titled()
	case "date", "time", "file-name":
		if w.master { // when and as what it was printed
			x.skip()
		}
	case "object", "object-ole":
		w.object(x.attr("href"))
	case "ruby-text":
		if s := strings.TrimSpace(x.inner(maxProperty)); s != "" {
			w.to.aside("(" + s + ")")
		}
	case "event-listeners":
		w.shapeLinks()
	case "fieldmark", "fieldmark-start", "drop-down":
		w.form = &formField{chosen: -1}
	case "param", "label":
		w.fieldPart()
	case "hidden-text", "conditional-text":
		w.branches()
	case "user-field-decl":
		w.described(x.attr("string-value"))
	case "content-validation":
		w.described(validChoices(x.attr("condition"))...)
	case "binary-data", "scripts", "automatic-styles", "font-face-decls", "page-number", "page-count", "sheet-name",
		"note-citation", "footnote-citation", "endnote-citation", "change-info":
		x.skip()
	}
}

func (w *odfReader) close() {
	switch w.x.name {
	case "p", "h":
		w.inPara = max(0, w.inPara-1)
		w.to.end()
	case "table-row":
		w.to.endRow()
	case "fieldmark", "fieldmark-start", "drop-down":
		w.endForm()
	}
}

// aside reads an element into a text of its own.
func (w *odfReader) aside(list []string) []string {
	inner := odfReader{odf: w.odf, x: w.x, to: &prose{}, master: w.master}
	who := ""
	depth := w.x.depth
	for {
		kind := w.x.next()
		if kind == xmlEnd || kind == xmlClose && w.x.depth < depth {
			break
		}
		if kind == xmlOpen && (w.x.name == "creator" || w.x.name == "date" || w.x.name == "date-string" || w.x.name == "creator-initials") {
			if s := w.x.inner(maxStepName); w.x.name == "creator" && who == "" {
				who = s
			}
			continue
		}
		switch kind {
		case xmlText:
			if inner.inPara > 0 {
				inner.to.text(collapse(w.x.appendChars(nil)))
			}
		case xmlOpen:
			inner.open()
		case xmlClose:
			inner.close()
		}
	}
	list = append(append(append(list, inner.notes...), inner.said...), inner.gone...)
	s := inner.to.captured()
	if s == "" || len(list) >= maxAside {
		return list
	}
	if who != "" {
		s = who + ": " + s
	}
	return append(list, s)
}

// changes reads the deletions that are kept to be accepted or refused.
func (w *odfReader) changes() {
	for depth := w.x.depth; ; {
		kind := w.x.next()
		if kind == xmlEnd || kind == xmlClose && w.x.depth < depth {
			return
		}
		if kind == xmlOpen && w.x.name == "deletion" {
			w.open()
		}
	}
}

// link reads a link's text and writes where it leads.
func (w *odfReader) link(target string) {
	from := 0
	if len(w.to.open) > 0 {
		from = len(w.to.current().text)
	}
	framed := w.inPara == 0 // the link is round a picture or a frame
	w.within()
	switch {
	case framed && target != "":
		w.described("(" + target + ")")
	case len(w.to.open) > 0:
		w.to.target(target, from)
	}
}
