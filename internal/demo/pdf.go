package demo

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// document is what the writers of PDF and DOCX put on paper.
type document struct {
	title string
	paras []string
	table [][]string // the first row is its head; may be nil
	rtl   bool
	foot  string // page footer, PDF only
}

// Page geometry in points: A4 with margins.
const (
	pageWidth, pageHeight = 595, 842
	margin                = 64
	leading               = 16
	textSize              = 11
	linesPerPage          = (pageHeight - 2*margin - 40) / leading
)

// pdfLine is one line on a page: a text, or cells side by side.
type pdfLine struct {
	bold  bool
	text  string
	cells []string
}

// writePDF writes a PDF 1.4 file in Helvetica. Text that Windows-1252 cannot
// hold is written as "?": callers choose another format for such languages.
func writePDF(d document) ([]byte, error) {
	pages := paginate(d)
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 6+2*i))
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding %s >>", widths())
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding %s >>", widths())
	object("<< /Title (%s) /Producer (%s) >>", pdfString(d.title), companyName)
	for i, lines := range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents %d 0 R >>", pageWidth, pageHeight, 7+2*i)
		content, err := deflate(pageContent(lines, fmt.Sprintf("%s  %d / %d", d.foot, i+1, len(pages))))
		if err != nil {
			return nil, err
		}
		object("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", len(content), content)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes(), nil
}

// paginate breaks the document into lines and pages.
func paginate(d document) [][]pdfLine {
	lines := []pdfLine{{text: d.title, bold: true}, {}}
	for _, p := range d.paras {
		for _, l := range wrap(p, pageWidth-2*margin) {
			lines = append(lines, pdfLine{text: l})
		}
		lines = append(lines, pdfLine{})
	}
	for i, row := range d.table {
		lines = append(lines, pdfLine{cells: row, bold: i == 0})
	}
	var pages [][]pdfLine
	for len(lines) > linesPerPage {
		pages = append(pages, lines[:linesPerPage])
		lines = lines[linesPerPage:]
	}
	return append(pages, lines)
}

// pageContent writes the operators that show the lines.
func pageContent(lines []pdfLine, foot string) []byte {
	var b bytes.Buffer
	y := pageHeight - margin
	for _, l := range lines {
		font := "F1"
		if l.bold {
			font = "F2"
		}
		switch {
		case l.cells != nil:
			fmt.Fprintf(&b, "BT /%s %d Tf %d %d Td (%s ) Tj ", font, textSize, margin, y, pdfString(l.cells[0]))
			x := 220
			for _, c := range l.cells[1:] {
				fmt.Fprintf(&b, "%d 0 Td (%s ) Tj ", x, pdfString(c))
				x = 80
			}
			b.WriteString("ET\n")
		case l.text != "":
			fmt.Fprintf(&b, "BT /%s %d Tf %d %d Td (%s) Tj ET\n", font, textSize, margin, y, pdfString(l.text))
		}
		y -= leading
	}
	fmt.Fprintf(&b, "BT /F1 8 Tf %d %d Td (%s) Tj ET\n", margin, margin/2, pdfString(foot))
	return b.Bytes()
}

// wrap breaks a text at spaces into lines of at most width points.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && textWidth(line+" "+word) > width*1000/textSize {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// pdfString encodes and escapes what stands between parentheses.
func pdfString(s string) string {
	var b strings.Builder
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case !ok:
			b.WriteByte('?')
		case c == '(' || c == ')' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 32 || c > 126:
			fmt.Fprintf(&b, "\\%03o", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// widths writes the font's width table: readers rebuild lines from it.
func widths() string {
	var b strings.Builder
	b.WriteString("/FirstChar 32 /LastChar 255 /Widths [")
	for c := 32; c < 256; c++ {
		fmt.Fprintf(&b, "%d ", glyphWidth(byte(c)))
	}
	b.WriteString("]")
	return b.String()
}

func textWidth(s string) int {
	n := 0
	for _, r := range s {
		c, _ := charmap.Windows1252.EncodeRune(r)
		n += glyphWidth(c)
	}
	return n
}

// glyphWidth gives Helvetica's advance in thousandths of the size.
func glyphWidth(c byte) int {
	switch {
	case strings.IndexByte("ijl'\xec\xed\xee\xef", c) >= 0:
		return 222
	case strings.IndexByte(" !,./:;I[\\]ft\xa0\xcc\xcd\xce\xcf", c) >= 0:
		return 278
	case strings.IndexByte("()-`r", c) >= 0:
		return 333
	case strings.IndexByte("Jcksvxyz\xe7\xfd\xff", c) >= 0:
		return 500
	case strings.IndexByte("FTZ", c) >= 0:
		return 611
	case strings.IndexByte("&ABEKPSVXY", c) >= 0, c >= 0xc0 && c <= 0xc5:
		return 667
	case strings.IndexByte("CDHNRUw", c) >= 0, c >= 0xc6 && c <= 0xde:
		return 722
	case strings.IndexByte("GOQ", c) >= 0:
		return 778
	case c == 'M' || c == 'm':
		return 833
	case c == 'W':
		return 944
	}
	return 556
}

func deflate(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("deflate page: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("deflate page: %w", err)
	}
	return out.Bytes(), nil
}
