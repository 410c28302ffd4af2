package extract_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailquarry/extract"
)

// pdfFile draws up a PDF of numbered objects (the first is number 1, and the
// catalog), with a right cross-reference table.
func pdfFile(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, at)
	return b.Bytes()
}

func stream(dict, data string) string {
	return fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(data), dict, data)
}

func deflated(dict string, data []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return stream(dict+" /Filter /FlateDecode", b.String())
}

const (
	catalog = "<< /Type /Catalog /Pages 2 0 R >>"
	pages   = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
	page    = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> >>"
	font    = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
)

// onePage is a PDF whose one page has this content.
func onePage(content string, more ...string) []byte {
	return pdfFile(append([]string{catalog, pages, page, stream("", content), font}, more...)...)
}

// TestPDF promises words and lines as the page shows them, which a content
// stream does not say.
func TestPDF(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	toUnicode := stream("", "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <0041> <0002> <FB01> endbfchar\n"+
		"2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<4E2D> <6587>] endbfrange endcmap")
	composite := "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /Subtype /CIDFontType2 /DW 500 >>] /ToUnicode 6 0 R >>"
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"words parted by movement", onePage("BT /F 10 Tf 72 700 Td (Hello) Tj 40 0 Td (World) Tj ET"), "Hello World"},
		{"letters placed one by one", onePage("BT /F 10 Tf 72 700 Td (H) Tj 7.3 0 Td (ere) Tj ET"), "Here"},
		{"a word in pieces, in a font without widths", onePage("BT /F 10 Tf 72 700 Td (total dissolved mercur) Tj 97.25 0 Td (y) Tj ET"), "total dissolved mercury"},
		{"words parted by kerning", onePage("BT /F 10 Tf 72 700 Td [(Ein) 20 (f\\374h) -10 (rung) -400 (in)] TJ ET"), "Einführung in"},
		{"lines", onePage("BT /F 10 Tf 12 TL 72 700 Td (one) Tj T* (two) Tj (three) ' 1 2 (four) \" ET"), "one\ntwo\nthree\nfour"},
		{"a superscript stays in its line", onePage("BT /F 10 Tf 72 700 Td (E=mc) Tj 4 Ts (2) Tj ET"), "E=mc2"},
		{"a hyphen at a line's end", onePage("BT /F 10 Tf 12 TL 72 700 Td (data-) Tj T* (base, e-) Tj T* (Mail) Tj ET"), "database, e-\nMail"},
		{"rotated text", onePage("BT /F 10 Tf 0 1 -1 0 72 300 Tm (up) Tj 30 0 Td (wards) Tj ET"), "up wards"},
		{"escapes and stray brackets", onePage("BT /F 10 Tf 72 700 Td (a\\(b\\)\\ c\\053) Tj ) > ] >> (d) Tj ET"), "a(b) c+d"},
		{"inline image", onePage("q BI /W 1 /H 1 ID \x00(EI\xff(\x01 EI Q BT /F 10 Tf 72 700 Td (after) Tj ET"), "after"},
		{"form", onePage("/X Do", stream("/Type /XObject /Subtype /Form /Resources << /Font << /F 5 0 R >> >>", "BT /F 10 Tf 1 1 Td (in a form) Tj ET")), "in a form"},
		{
			"codes mapped to text",
			pdfFile(catalog, pages, page, stream("", "BT /F 10 Tf 72 700 Td <000100020010001100120020 0021> Tj ET"), composite, toUnicode),
			"Afiabc中文",
		},
		{
			"named glyphs",
			pdfFile(catalog, pages, page, stream("", "BT /F 10 Tf 72 700 Td (\\001\\002\\003\\004Z) Tj ET"),
				"<< /Type /Font /Subtype /Type1 /Encoding << /Differences [1 /Adieresis /f_i /uni0416 /a.sc] >> >>"),
			"ÄfiЖaZ",
		},
		{"filled form field", onePageWith("/Annots [<< /Subtype /Widget /AP << /N 6 0 R >> >>]",
			stream("/Subtype /Form /Resources << /Font << /F 5 0 R >> >>", "BT /F 10 Tf (Ana Ruiz) Tj ET")), "Name\nAna Ruiz"},
		{"two pages", pdfFile(catalog, "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 /Resources << /Font << /F 5 0 R >> >> >>",
			"<< /Type /Page /Contents 4 0 R >>", stream("", "BT /F 10 Tf (one) Tj ET"), font, "<< /Type /Page /Contents [7 0 R] >>",
			deflated("", []byte("BT /F 10 Tf (two) Tj ET"))), "one\n\ntwo"},
		{"junk before and after", []byte("\n\x00 " + string(onePage("BT /F 10 Tf (x) Tj ET")) + "\n<html>trailing"), "x"},
		{"a later version", bytes.Replace(onePage("BT /F 10 Tf (x) Tj ET"), []byte("1.5\n"), []byte("2.0\n"), 1), "x"},
		{"table of references lost", bytes.Replace(onePage("BT /F 10 Tf (x) Tj ET"), []byte("startxref\n"), []byte("startxref\n9"), 1), "x"},
		{"tables of references in a circle", hostilePDFs()["references without end"], "x"},
		{"cut off before the table", cutAt(onePage("BT /F 10 Tf (x) Tj ET"), "xref\n0"), "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "application/pdf", c.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(ok("pdf", c.want), said(got)); d != "" {
				t.Errorf("result (-want +got):\n%s", d)
			}
		})
	}
}

func onePageWith(entries string, more ...string) []byte {
	p := strings.Replace(page, "/Type /Page ", "/Type /Page "+entries+" ", 1)
	return pdfFile(append([]string{catalog, pages, p, stream("", "BT /F 10 Tf (Name) Tj ET"), font}, more...)...)
}

func cutAt(b []byte, mark string) []byte { return b[:bytes.LastIndex(b, []byte(mark))] }

// TestPDFStates promises a state that says why there is no text.
func TestPDFStates(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	locked := bytes.Replace(onePage("BT (x) Tj ET", "<< /Filter /Standard /V 5 /R 6 /Length 256 >>"),
		[]byte("/Root 1 0 R"), []byte("/Root 1 0 R /Encrypt 6 0 R /ID [<00> <00>]"), 1)
	scan := onePage("q 100 0 0 100 0 0 cm /X Do Q", stream("/Subtype /Image /Width 1 /Height 1", "x"))
	for _, c := range []struct {
		name string
		in   []byte
		want extract.State
	}{
		{"encrypted", locked, extract.Encrypted},
		{"a scan", scan, extract.NoText},
		{"no pages", pdfFile(catalog, "<< /Type /Pages /Kids [] /Count 0 >>"), extract.Failed},
		{"unknown compression", pdfFile(catalog, pages, page, stream("/Filter /LZWDecode", "abc"), font), extract.Failed},
		{"nothing but a header", []byte("%PDF-1.4\n"), extract.Failed},
	} {
		got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", c.in))
		if err != nil {
			t.Fatal(err)
		}
		if got.State != c.want || got.Reason == "" || got.Text != "" {
			t.Errorf("%s: %+v, want state %s", c.name, got, c.want)
		}
	}
}

// hostilePDFs are files that hang, overflow or exhaust a PDF reader.
func hostilePDFs() map[string][]byte {
	show := "BT /F 10 Tf (x) Tj ET"
	xrefStream := func(dict string) []byte {
		head := "%PDF-1.5\n"
		return []byte(head + "1 0 obj\n<< /Type /XRef " + dict + " /Length 0 >>\nstream\n\nendstream\nendobj\nstartxref\n9\n%%EOF\n")
	}
	prev := onePage(show)
	at := bytes.LastIndex(prev, []byte("xref\n0"))
	manyPages := "<< /Type /Pages /Count 100000 /Kids [" + strings.Repeat("3 0 R ", 100000) + "] >>"
	return map[string][]byte{
		"references of a billion objects": xrefStream("/Size 1000000000 /W [1 2 1]"),
		"references without end":          bytes.Replace(prev, []byte("/Root"), fmt.Appendf(nil, "/Prev %d /Root", at), 1),
		"object stream in itself": []byte("%PDF-1.5\n1 0 obj\n<< /Type /XRef /Size 3 /W [1 1 1] /Root 2 0 R /Length 9 >>\nstream\n\x00\x00\x00\x01\x09\x00\x02\x02\x00" +
			"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"),
		"parents in a circle":  pdfFile(catalog, "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>", page, stream("", show), font),
		"kids in a circle":     pdfFile(catalog, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1 >>"),
		"count of 2^31":        pdfFile(catalog, "<< /Type /Pages /Kids [3 0 R] /Count 2147483648 >>", page, stream("", show), font),
		"100,000 pages in one": pdfFile(catalog, manyPages, page, deflated("", []byte(strings.Repeat(show+"\n", 1000))), font),
		"wide predictor":       pdfFile(catalog, pages, page, deflated("/DecodeParms << /Predictor 12 /Columns 8000000000 >>", []byte(show)), font),
		"a gigabyte of blanks": pdfFile(catalog, pages, page, deflated("", bytes.Repeat([]byte(" "), 300<<20)), font),
		"operators by the million": pdfFile(catalog, pages, page,
			deflated("", bytes.Repeat([]byte("BT /F 10 Tf (x) Tj ET "), 3<<20)), font),
		"a string without end":  onePage("BT /F 10 Tf <" + strings.Repeat("00", 200)),
		"a string of megabytes": pdfFile(catalog, pages, page, deflated("", append([]byte("BT /F 10 Tf ("), bytes.Repeat([]byte("x"), 60<<20)...)), font),
		"a form in itself": onePage("/X Do /X Do", stream("/Subtype /Form /Resources << /XObject << /X 6 0 R >> /Font << /F 5 0 R >> >>",
			"/X Do /X Do "+show)),
		"mappings without end": onePage(show, ""),
		"many contents": pdfFile(catalog, pages, strings.Replace(page, "4 0 R", "["+strings.Repeat("4 0 R ", 5000)+"]", 1),
			deflated("", bytes.Repeat([]byte(show+"\n"), 200000)), font),
		"deep arrays": pdfFile(catalog, pages, page, stream("", show), strings.Repeat("[", 1000000)),
		"font of a billion widths": pdfFile(catalog, pages, page, stream("", show),
			"<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [<< /W [0 2000000000 500] >>] >>"),
		"a circle of font descendants": pdfFile(catalog, pages, page, stream("", show), "<< /Subtype /Type0 /DescendantFonts 5 0 R /Encoding 5 0 R >>"),
	}
}

// TestPDFHostile promises that no file costs more than its own text: the next
// document on the same worker reads as ever.
func TestPDFHostile(t *testing.T) {
	t.Parallel()
	dir := compiled(t)
	for name, in := range hostilePDFs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, known := hostileStates()[name]
			if !known {
				want = states(extract.OK, extract.Partial, extract.Empty, extract.NoText, extract.TooLarge, extract.Timeout, extract.Failed)
			}
			hostileDoc{name, "a.pdf", always(string(in)), want, "", 0}.holds(t, dir)
		})
	}
}

// hostileStates are how the hostile files end of which only one end is right. Of
// the others, some program reads the page in spite of all, or says that it is
// damaged.
func hostileStates() map[string][]extract.State {
	return map[string][]extract.State{
		"100,000 pages in one":     {extract.Timeout, extract.TooLarge},
		"a gigabyte of blanks":     {extract.TooLarge},
		"operators by the million": {extract.TooLarge, extract.Timeout},
		"many contents":            {extract.OK, extract.TooLarge, extract.Timeout},
		"a form in itself":         {extract.OK},
		"parents in a circle":      {extract.OK},
		"count of 2^31":            {extract.OK},
		// Our own reader ends in these, and PDFium does not.
		"references without end": {extract.OK},
		"deep arrays":            {extract.OK},
		"wide predictor":         {extract.Empty, extract.NoText},
	}
}
