package extract_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mailquarry/extract"
)

// hostileOffice makes documents that would cost far more than they weigh, with
// the state that each is to have. A mark tells what must be found all the same.
func hostileOffice(t testing.TB) map[string]struct {
	doc   []byte
	state extract.State
	text  int // the most bytes of it
	mark  string
} {
	type c = struct {
		doc   []byte
		state extract.State
		text  int
		mark  string
	}
	bare := func(main string, parts ...string) []byte {
		return []byte(zipped(t, append([]string{"[Content_Types].xml", "<Types/>", "word/document.xml", main}, parts...)...))
	}
	laughs := `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "haha">`
	for i := range 20 {
		laughs += fmt.Sprintf(`<!ENTITY a%d "%s">`, i, strings.Repeat("&a;", 100))
	}
	laughs += `<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>`
	blank := strings.Repeat(" ", 70<<20)
	many := []string{}
	for i := range 5 {
		many = append(many, fmt.Sprintf("word/header%d.xml", i), blank[:60<<20])
	}
	triples := []string{}
	for i := range 5 {
		triples = append(triples, fmt.Sprint("h", i), "header", fmt.Sprintf("header%d.xml", i))
	}
	nest := docx(t, para("walnut"))
	for range 20 {
		nest = docx(t, para("walnut"), "word/_rels/document.xml.rels", rels("e", "package", "embeddings/in.docx"), "word/embeddings/in.docx", string(nest))
	}
	random := rand.New(rand.NewPCG(3, 4)) // what is all the same is refused for how well it packs
	cells := func(n int, cell string) string {
		before, after, _ := strings.Cut(cell, "<c ")
		var b strings.Builder
		b.WriteString("<sheetData><row>")
		for i := range n {
			b.WriteString(before + "<c ")
			if i%4 == 0 {
				fmt.Fprintf(&b, `r="%d" `, random.Uint32())
			}
			b.WriteString(after)
		}
		return b.String() + "</row></sheetData>"
	}
	varied := func(n int, s string) string {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, s, random.Uint32())
		}
		return b.String()
	}
	strs := func(s string) []string {
		return []string{"xl/sharedStrings.xml", "<sst><si><t>" + s + "</t></si></sst>"}
	}
	odfRow := func(rows, columns int, text string) string {
		return fmt.Sprintf(`<office:spreadsheet><table:table><table:table-row table:number-rows-repeated="%d"><table:table-cell table:number-columns-repeated="%d"><text:p>%s</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`, rows, columns, text)
	}
	deep := strings.Repeat("<w:sdt>", 2_000_000)
	return map[string]c{
		"billion laughs":          {bare(laughs + "<d>" + para("walnut &a19; &x;") + "</d>"), extract.OK, 100, "walnut"},
		"billion laughs, ODF":     {openDocument(t, "text", "<text:p>walnut</text:p>", "styles.xml", laughs+"<s><office:master-styles><style:header><text:p>&a19;&x;</text:p></style:header></office:master-styles></s>"), extract.OK, 100, "walnut"},
		"nested elements":         {docx(t, para("walnut")+deep), extract.Partial, 100, "walnut"},
		"nested elements, ODF":    {openDocument(t, "text", "<text:p>walnut</text:p>"+strings.Repeat("<text:a xlink:href=\"x\">", 1_000_000)), extract.Partial, 100, "walnut"},
		"nested elements only":    {bare(deep), extract.TooLarge, 0, ""},
		"nested paragraphs":       {docx(t, para("walnut")+strings.Repeat("<w:p><w:t>x</w:t>", 1_000_000)), extract.Partial, 10 << 10, "walnut"},
		"many attributes":         {docx(t, "<w:p "+strings.Repeat(`a="" `, 2_000_000)+"/>"+para("walnut")), extract.OK, 100, "walnut"},
		"one part of blanks":      {docx(t, para("walnut")+"<w:p><w:r><w:t>"+blank), extract.Partial, 100, "walnut"},
		"many parts of blanks":    {docx(t, para("walnut"), append(many, "word/_rels/document.xml.rels", rels(triples...))...), extract.Partial, 100, "walnut"},
		"documents in documents":  {nest, extract.Partial, 200, "walnut"},
		"a part that is its own":  {docx(t, para("walnut"), "word/_rels/document.xml.rels", rels("h", "header", "document.xml", "e", "package", "document.xml", "c", "chart", "document.xml")), extract.OK, 2000, "walnut"},
		"shared string":           {workbook(t, cells(900_000, `<c t="s"><v>0</v></c>`), strs("walnut "+strings.Repeat("x", 32<<10))...), extract.OK, 2 << 20, "walnut"},
		"short shared string":     {workbook(t, cells(1_000_001, `<c t="s"><v>0</v></c>`), strs("walnut")...), extract.TooLarge, 8 << 20, "walnut"},
		"shared strings in a row": {workbook(t, cells(500_000, `<c t="s"><v>0</v></c>`), strs("walnut "+strings.Repeat("x", 500))...), extract.TooLarge, 16 << 20, "walnut"},
		"dimension":               {workbook(t, `<dimension ref="A1:XFD1048576000"/><sheetData><row r="1048576000"><c r="XFDXFD1048576000" t="s"><v>0</v></c></row></sheetData>`, strs("walnut")...), extract.OK, 100, "walnut"},
		"a million short strings": {workbook(t, cells(1, `<c t="s"><v>0</v></c>`), "xl/sharedStrings.xml", "<sst><si><t>walnut</t></si>"+varied(4_000_000, `<si a="%d"/>`)), extract.Partial, 100, "walnut"},
		"number format":           {workbook(t, cells(900_000, `<c s="1"><v>1</v></c>`)+"<f/>", "xl/styles.xml", `<s><numFmts><numFmt numFmtId="200" formatCode="`+strings.Repeat("_x", 120)+`;0"/></numFmts><cellXfs><xf/><xf numFmtId="200"/></cellXfs></s>`), extract.OK, 2 << 20, "kept"},
		"repeated rows":           {openDocument(t, "spreadsheet", odfRow(1_000_000_000, 1_000_000_000, "walnut")), extract.OK, 20 << 10, "walnut"},
		"repeated large cells":    {openDocument(t, "spreadsheet", strings.Repeat(odfRow(1_000_000_000, 1_000_000_000, "walnut "+strings.Repeat("x", 10_000)), 100)), extract.OK, 3 << 20, "walnut"},
		"blanks":                  {openDocument(t, "text", "<text:p>walnut"+strings.Repeat(`<text:s text:c="2000000000"/>`, 100_000)+"</text:p>"), extract.OK, 100, "walnut"},
		"links in a paragraph": {docx(t, "<w:p><w:r><w:t>walnut</w:t></w:r>"+varied(200_000, `<w:hyperlink r:id="r"><w:r><w:t>%d</w:t></w:r></w:hyperlink>`)+"</w:p>",
			"word/_rels/document.xml.rels", rels("r", "hyperlink", "https://a.example/")), extract.OK, 8 << 20, "walnut"},
		"deletions in a word": {docx(t, "<w:p><w:r><w:t>walnut</w:t></w:r>"+varied(200_000, `<w:del><w:r><w:delText>%d</w:delText></w:r></w:del>`)+"</w:p>"), extract.OK, 2 << 20, "walnut"},
		"tables in tables":    {docx(t, para("walnut")+strings.Repeat("<w:tr><w:tc>", 900)+para("x")), extract.Partial, 4 << 10, "walnut"},
		"an open tag":         {docx(t, para("walnut")+`<w:p a="`+strings.Repeat("x", 1<<20)), extract.Partial, 100, "walnut"},
	}
}

// TestHostileOffice promises an end in bounded time and memory, and the state
// that says why, to documents that are made to have none.
func TestHostileOffice(t *testing.T) {
	t.Parallel()
	for name, c := range hostileOffice(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			more := len("\n\nOld\nkept\nVatRate\nCosts\n")
			d := hostileDoc{name, "a", always(string(c.doc)), states(c.state), c.mark, c.text + more}
			if got := d.holds(t, ""); strings.Contains(got.Text, "root:") || strings.Contains(got.Text, "hahaha") {
				t.Error("an entity was followed")
			}
		})
	}
}

// TestDamagedOffice promises an end, and no failing parser, to documents that are
// cut short or changed anywhere, also in what is packed.
func TestDamagedOffice(t *testing.T) {
	t.Parallel()
	docs := map[string][]byte{
		"docx": docx(t, para("one", "<w:ins><w:r><w:t>two</w:t></w:r></w:ins>")+"<w:tbl><w:tr><w:tc>"+para("x")+"</w:tc></w:tr></w:tbl>"),
		"xlsx": workbook(t, `<sheetData><row><c t="s"><v>0</v></c><c s="1"><v>1599.99</v></c></row></sheetData>`),
		"pptx": slides(t, shape("title", "x"), shape("", "y")),
		"odt":  openDocument(t, "text", "<office:text><text:p>a<text:note><text:note-body><text:p>n</text:p></text:note-body></text:note></text:p></office:text>"),
		"ods":  openDocument(t, "spreadsheet", `<office:spreadsheet><table:table><table:table-row><table:table-cell table:number-columns-repeated="3"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`),
	}
	random := rand.New(rand.NewPCG(1, 2))
	for name, doc := range docs {
		for range 300 {
			b := slices.Clone(doc)
			if random.IntN(2) == 0 {
				b = b[:random.IntN(len(b))]
			}
			for range random.IntN(10) {
				if len(b) > 0 {
					b[random.IntN(len(b))] = byte(random.Uint32())
				}
			}
			noPanic(t, "a."+name, b)
			noPanic(t, "a."+name, changedParts(t, doc, random))
		}
	}
}

func noPanic(t *testing.T, name string, b []byte) {
	t.Helper()
	got := extract.InProcess(name, "", b)
	if strings.Contains(got.Reason, "parser failed") {
		t.Fatalf("%s: %s", name, got.Reason)
	}
	checkText(t, got.Text)
}

// changedParts makes an archive of the same parts, with bytes in them changed.
func changedParts(t *testing.T, doc []byte, random *rand.Rand) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(doc), int64(len(doc)))
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, f := range z.File {
		src, err := f.Open()
		if err != nil {
			continue
		}
		b, _ := io.ReadAll(src) // a damaged one as far as it goes
		_ = src.Close()
		if f.Name != "mimetype" && len(b) > 0 {
			for range random.IntN(4) {
				i := random.IntN(len(b))
				switch random.IntN(3) {
				case 0:
					b[i] = `<>&"/= :`[random.IntN(8)]
				case 1:
					b = slices.Concat(b[:i], b[random.IntN(len(b)):])
				default:
					b = slices.Insert(b, i, []byte("<w:p>")...)
				}
				if len(b) == 0 {
					break // nothing is left to change
				}
			}
		}
		parts = append(parts, f.Name, string(b))
	}
	return []byte(zipped(t, parts...))
}
