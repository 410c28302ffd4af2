package extract

import (
	"bytes"
	"strings"

	"mailquarry/internal/rfc822"
)

func xmlFormat() format {
	return format{
		name: typeXML, version: 3, text: true, extensions: strings.Fields("xml xsl xsd rss atom kml gpx"), media: []string{"text/xml", "application/xml"},
		read: readXML,
	}
}

// readXML reads XML as it is written, but for its character references: in what
// an unknown vocabulary names an element or attribute may be what is looked for.
// What Office writes as one file of XML is read as a document.
func readXML(r *reading, d document) error {
	raw, cut := decodable(d.raw)
	src := xmlSource(raw, d.contentType)
	var text string
	if isOfficeXML(src) {
		w := officeXML{x: newXML(nil), out: newWriter(r.limits.Text)}
		w.x.b = src
		w.read()
		if w.x.deep {
			r.fault(outcome{TooLarge, "elements nested too deep"})
		}
		text, cut = w.out.result().text, cut || w.out.full
	} else {
		text = string(appendUnescaped(nil, src))
	}
	if err := r.block(text); err != nil || !cut {
		return err
	}
	return r.stop("text")
}

// xmlSource decodes a document. What it says itself about its encoding counts
// more than its label, which many mail programs make up.
func xmlSource(raw []byte, contentType string) []byte {
	plain := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if head, ok := bytes.CutPrefix(bytes.TrimLeft(plain[:min(len(plain), 300)], " \t\r\n"), []byte("<?xml")); ok {
		head, _, _ = bytes.Cut(head, []byte("?>"))
		label := strings.ToLower(xmlAttr(head, "encoding"))
		// What is read as ASCII here is no UTF-16.
		if label != "" && !strings.HasPrefix(label, "utf-16") && !strings.HasPrefix(label, "ucs-2") && !strings.HasPrefix(label, "iso-10646") {
			return []byte(rfc822.Text(raw, label))
		}
		if label != "" {
			return []byte(rfc822.Text(raw, ""))
		}
	}
	return []byte(decodeText(raw, contentType))
}

// isOfficeXML tells of Word's and Excel's XML of 2003, and of a package of Office
// Open XML in one file.
func isOfficeXML(src []byte) bool {
	head := src[:min(len(src), 4<<10)]
	for _, space := range []string{
		"http://schemas.microsoft.com/office/word/2003/wordml", "http://schemas.microsoft.com/office/2006/xmlPackage",
		"urn:schemas-microsoft-com:office:spreadsheet",
	} {
		if bytes.Contains(head, []byte(space)) {
			return true
		}
	}
	return false
}

// officeXML lays out the text of Office's documents in one file: a paragraph or a
// row a line, cells parted by tabs, a link's target behind it.
type officeXML struct {
	x      *xmlScanner
	out    *writer
	inText int  // elements open from the one on that holds running text
	loose  bool // text of an element that is neither running text nor markup in it
	link   string
	cells  int // of the row
}

func (w *officeXML) read() {
	var chars []byte
	for !w.out.full {
		switch w.x.next() {
		case xmlEnd:
			return
		case xmlOpen:
			w.open()
		case xmlText:
			chars = w.x.appendChars(chars[:0])
			if w.inText == 0 {
				if len(bytes.TrimSpace(chars)) == 0 {
					continue
				}
				w.out.line()
				w.loose = true
			}
			w.out.flow(string(chars), false)
		case xmlClose:
			w.close()
		}
	}
}

func (w *officeXML) open() {
	if w.inText > 0 {
		w.inText++
		if strings.EqualFold(w.x.name, "br") {
			w.out.line()
		}
		return
	}
	switch w.x.name {
	case "binData", "binaryData", "posOffset", "pctWidth", "pctHeight", "align", "ExcelWorkbook", "WorksheetOptions":
		w.x.skip()
	case "t", "delText", "Data":
		w.inText = 1
	case "instrText":
		if target := fieldInstruction(w.x.inner(2000)).target; target != "" {
			w.out.space()
			w.out.flow("("+target+")", false)
			w.out.space()
		}
	case "tab":
		w.out.flow("\t", false)
	case "br", "cr":
		w.out.line()
	case "hlink":
		w.link = w.x.attr("dest")
	case "Cell":
		if w.cells > 0 {
			w.out.tab(false)
		}
		w.cells++
		w.link = w.x.attr("HRef")
	case "Row":
		w.out.line()
	case "Comment":
		w.aside(w.x.attr("Author"))
	case "Worksheet":
		w.aside(w.x.attr("Name"))
	case "Relationship":
		if w.x.attr("TargetMode") == "External" {
			w.aside(linkTarget(w.x.attr("Target")))
		}
	case "docPr", "shape":
		w.aside(w.x.attr("descr"))
		w.aside(w.x.attr("alt"))
	}
}

// aside writes text on a line of its own.
func (w *officeXML) aside(s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	w.out.line()
	w.out.flow(s, false)
	w.out.line()
}

func (w *officeXML) close() {
	if w.inText > 0 {
		w.inText--
		return
	}
	switch w.x.name {
	case "hlink", "Cell":
		if target := linkTarget(w.link); target != "" {
			w.out.space()
			w.out.flow("("+target+")", false)
		}
		w.link = ""
	case "p":
		w.out.line()
	case "Row":
		w.cells = 0
		w.out.line()
	case "Comment":
		w.out.line()
	default:
		if w.loose {
			w.out.line()
		}
	}
	w.loose = false
}
