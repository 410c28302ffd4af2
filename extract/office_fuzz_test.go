package extract_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"mailquarry/extract"
)

// stored makes a ZIP archive of name and content pairs, not packed: mutations of
// the content are what is to be tried.
func stored(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fuzzed reads a document that a fuzz target made.
func fuzzed(t *testing.T, name string, parts ...string) {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	noPanic(t, name, stored(t, parts...))
	if size > 1<<20 {
		t.Skip("larger than is of use")
	}
}

// FuzzDOCX holds the reader of Word's documents to clean text and no panic.
func FuzzDOCX(f *testing.F) {
	f.Add(para("a", `<w:hyperlink r:id="r1"><w:r><w:t>b</w:t></w:r></w:hyperlink>`, `<w:del><w:r><w:delText>c</w:delText></w:r></w:del>`), "<w:hdr>"+para("h")+"</w:hdr>",
		`<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`,
		rels("r1", "hyperlink", "https://a.example/", "h", "header", "header1.xml", "n", "numbering", "numbering.xml"))
	f.Add(`<w:tbl><w:tr><w:tc><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><mc:AlternateContent><mc:Choice><w:txbxContent><w:p/></w:txbxContent></mc:Choice><mc:Fallback/></mc:AlternateContent></w:p></w:tc></w:tr></w:tbl>`,
		`<w:fldChar w:fldCharType="begin"/><w:instrText>HYPERLINK "x</w:instrText><w:fldChar w:fldCharType="end"/>`, "", rels("c", "comments", "document.xml"))
	f.Fuzz(func(t *testing.T, body, header, numbering, relations string) {
		fuzzed(t, "a.docx", "_rels/.rels", "", "word/document.xml", body, "word/header1.xml", header, "word/numbering.xml", numbering, "word/_rels/document.xml.rels", relations)
	})
}

// FuzzXLSX holds the reader of Excel's workbooks to clean text and no panic.
func FuzzXLSX(f *testing.F) {
	f.Add(`<sheets><sheet name="a" r:id="r1"/></sheets><definedName name="x">"y"</definedName>`, `<row><c t="s" s="1"><v>0</v></c><c s="1"><v>1.5</v></c></row><oddHeader>&amp;La&amp;"b"&amp;12</oddHeader>`,
		"<si><t>x</t><rPh><t>y</t></rPh></si>", `<numFmt numFmtId="200" formatCode="[Red]0.00;yyyy"/><cellXfs><xf/><xf numFmtId="200"/></cellXfs>`, "<authors><author>a</author></authors><comment authorId=\"0\"><text><t>b</t></text></comment>")
	f.Fuzz(func(t *testing.T, book, sheet, shared, styles, comments string) {
		fuzzed(t, "a.xlsx", "_rels/.rels", "", "xl/workbook.xml", book, "xl/_rels/workbook.xml.rels", rels("r1", "worksheet", "sheet1.xml"), "xl/sheet1.xml", sheet,
			"xl/_rels/sheet1.xml.rels", rels("c", "comments", "comments1.xml", "d", "drawing", "sheet1.xml"), "xl/comments1.xml", comments, "xl/sharedStrings.xml", shared, "xl/styles.xml", styles)
	})
}

// FuzzPPTX holds the reader of PowerPoint's presentations to clean text and no
// panic.
func FuzzPPTX(f *testing.F) {
	f.Add(`<p:sldIdLst><p:sldId id="1" r:id="r1"/></p:sldIdLst>`, shape("title", "x")+`<a:tbl><a:tr><a:tc><a:p/></a:tc></a:tr></a:tbl><c:chart r:id="c1"/>`, shape("body", "y"), "<c:cat><c:pt><c:v>1</c:v></c:pt></c:cat>")
	f.Fuzz(func(t *testing.T, presentation, slide, notes, chart string) {
		fuzzed(t, "a.pptx", "_rels/.rels", "", "ppt/presentation.xml", presentation, "ppt/_rels/presentation.xml.rels", rels("r1", "slide", "slides/slide1.xml"),
			"ppt/slides/slide1.xml", slide, "ppt/slides/_rels/slide1.xml.rels", rels("n", "notesSlide", "n.xml", "c1", "chart", "c.xml", "m", "comments", "n.xml", "l", "slideLayout", "n.xml"),
			"ppt/slides/n.xml", notes, "ppt/slides/c.xml", chart)
	})
}

// FuzzODF holds the reader of OpenDocuments to clean text and no panic.
func FuzzODF(f *testing.F) {
	f.Add("text", `<office:body><text:p>a<text:s text:c="3"/><text:note><text:p>n</text:p></text:note><text:a xlink:href="http://x">l</text:a></text:p></office:body>`, "<office:master-styles><style:header><text:p>h</text:p></style:header></office:master-styles>", false)
	f.Add("spreadsheet", `<office:body><office:spreadsheet><table:table table:name="t"><table:table-row table:number-rows-repeated="9"><table:table-cell table:number-columns-repeated="9"><text:p>x</text:p><table:table/></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>`, "", false)
	f.Add("presentation", `<office:body><draw:page><draw:frame presentation:class="title"><text:p>x</text:p></draw:frame><presentation:notes><text:p>y</text:p></presentation:notes></draw:page></office:body>`, "<office:meta><dc:title>t</dc:title></office:meta>", true)
	f.Fuzz(func(t *testing.T, kind, content, styles string, flat bool) {
		if flat {
			noPanic(t, "a.fodt", []byte(`<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.text">`+styles+content+"</office:document>"))
			return
		}
		fuzzed(t, "a.odt", "mimetype", odfMime+kind, "content.xml", content, "styles.xml", styles, "meta.xml", styles)
	})
}

// FuzzOfficeArchive holds what all these formats are packed in to no panic.
func FuzzOfficeArchive(f *testing.F) {
	f.Add(stored(f, "_rels/.rels", "", "word/document.xml", para("x")))
	f.Add(stored(f, "mimetype", odfMime+"text", "content.xml", "<office:body><text:p>x</text:p></office:body>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := extract.InProcess("a.docx", "", b)
		if strings.Contains(got.Reason, "parser failed") {
			t.Fatal(got.Reason)
		}
	})
}

// binaryWorkbook makes a workbook of records with one sheet.
func binaryWorkbook(t testing.TB, sheet, shared, styles string) []byte {
	return stored(t, "_rels/.rels", "", "xl/workbook.bin", record(156, "\x00\x00\x00\x00\x01\x00\x00\x00"+wideText("r1")+wideText("Costs")),
		"xl/_rels/workbook.bin.rels", rels("r1", "worksheet", "worksheets/sheet1.bin", "s", "sharedStrings", "sharedStrings.bin", "t", "styles", "styles.bin"),
		"xl/worksheets/sheet1.bin", sheet, "xl/sharedStrings.bin", shared, "xl/styles.bin", styles)
}

// record makes a record of a binary workbook, less than 128 bytes long.
func record(id int, data string) string {
	head := string([]byte{byte(id)})
	if id >= 128 {
		head = string([]byte{byte(id) | 0x80, byte(id >> 7)})
	}
	return head + string([]byte{byte(len(data))}) + data
}

func wideText(s string) string {
	return string([]byte{byte(len(s)), 0, 0, 0}) + utf16le(s)
}

// TestXLSB promises the cells of binary workbooks as people see them.
func TestXLSB(t *testing.T) {
	t.Parallel()
	const at, dollars = "\x00\x00\x00\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x01\x00\x00\x00"
	sheet := record(0, strings.Repeat("\x00", 8)) + record(7, at+"\x00\x00\x00\x00") + record(2, at+"\x06\x00\x00\x00") + record(2, dollars+"\x03\x71\x02\x00") + record(0, "") + record(6, at+wideText("typed")) + record(4, at+"\x01")
	// A cell, then HYPERLINK("http://a.ex",A1): the string, the reference, the function with two arguments.
	link := "\x17\x0b\x00" + utf16le("http://a.ex") + "\x44\x00\x00\x00\x00\x00\x00" + "\x42\x02\x67\x01"
	sheet += record(8, at+wideText("linked")+"\x00\x00"+string([]byte{byte(len(link)), 0, 0, 0})+link)
	styles := record(44, "\xa4\x00"+wideText("$#,##0.00")) + record(617, "") + record(47, strings.Repeat("\x00", 16)) + record(47, "\x00\x00\xa4\x00"+strings.Repeat("\x00", 12)) + record(618, "")
	got := extract.InProcess("a", "", binaryWorkbook(t, sheet, record(19, "\x00"+wideText("apple")), styles))
	if got.State != extract.OK || got.Type != "xlsb" || got.Text != "Costs\napple\t1\t$400.00\ntyped\tTRUE\tlinked (http://a.ex)" {
		t.Errorf("%s, state %s (%s): %q", got.Type, got.State, got.Reason, got.Text)
	}
	if got := extract.InProcess("a", "", binaryWorkbook(t, sheet+"\x07\xff", "", "")); got.State != extract.Partial || !strings.Contains(got.Text, "typed") {
		t.Errorf("cut short: state %s (%s): %q", got.State, got.Reason, got.Text)
	}
}

// FuzzXLSB holds the reader of binary workbooks to clean text and no panic.
func FuzzXLSB(f *testing.F) {
	f.Add(record(7, strings.Repeat("\x00", 12))+record(494, strings.Repeat("\x00", 16)+wideText("r1")), record(19, "\x00"+wideText("apple")), record(617, "")+record(47, strings.Repeat("\x00", 16)))
	f.Add(record(5, strings.Repeat("\x00", 16))+record(479, "\x00\x00"+wideText("&Lx")), "", record(44, "\xa4\x00"+wideText("0.0")))
	f.Fuzz(func(t *testing.T, sheet, shared, styles string) {
		noPanic(t, "a.xlsb", binaryWorkbook(t, sheet, shared, styles))
	})
}
