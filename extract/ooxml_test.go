package extract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailquarry/extract"
)

const (
	officeRel  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	packageRel = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
)

// rels makes a part of relations of triples: identifier, kind, target. A target
// that is an address lies outside.
func rels(triples ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><Relationships>`)
	for i := 0; i+2 < len(triples); i += 3 {
		mode, base := "", officeRel
		if strings.Contains(triples[i+2], "://") {
			mode = ` TargetMode="External"`
		}
		if triples[i+1] == "core-properties" {
			base = packageRel
		}
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="%s%s" Target="%s"%s/>`, triples[i], base, triples[i+1], triples[i+2], mode)
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}

// office makes an archive of parts, in pairs of name and content, of which later
// ones take the place of earlier ones.
func office(t testing.TB, parts []string, more ...string) []byte {
	for i := 0; i+1 < len(more); i += 2 {
		at := 0
		for at < len(parts) && parts[at] != more[i] {
			at += 2
		}
		if at >= len(parts) {
			parts = append(parts, more[i], more[i+1])
		} else {
			parts[at+1] = more[i+1]
		}
	}
	return []byte(zipped(t, parts...))
}

// docx makes a document of a body and further parts.
func docx(t testing.TB, body string, parts ...string) []byte {
	return office(t, []string{
		"[Content_Types].xml", "<Types/>",
		"_rels/.rels", rels("a", "officeDocument", "word/document.xml", "b", "core-properties", "docProps/core.xml"),
		"word/document.xml", `<?xml version="1.0"?><w:document><w:body>` + body + `</w:body></w:document>`,
	}, parts...)
}

// para makes a paragraph of runs.
func para(runs ...string) string {
	var b strings.Builder
	b.WriteString("<w:p>")
	for _, r := range runs {
		if !strings.HasPrefix(r, "<") {
			r = "<w:r><w:t>" + r + "</w:t></w:r>"
		}
		b.WriteString(r)
	}
	return b.String() + "</w:p>"
}

// TestDOCX promises for each thing that a document can hold that it is found
// once, in its place.
func TestDOCX(t *testing.T) {
	t.Parallel()
	choice := `<w:sdtPr><w:alias w:val="Salutation"/><w:dropDownList><w:listItem w:displayText="Dear" w:value="1"/><w:listItem w:value="Hello"/></w:dropDownList></w:sdtPr>`
	box := "<w:txbxContent>" + para("in the box") + "</w:txbxContent>"
	for _, c := range []struct {
		name, body, want string
		parts            []string
	}{
		{name: "paragraphs and runs", body: para("Hel", "lo") + para("a<w:br/>b"), want: "Hello\na\nb"},
		{name: "breaks and tabs", body: `<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:noBreakHyphen/><w:t>c&amp;d&#233;</w:t></w:r></w:p>`, want: "a\tb-c&dé"},
		{
			name: "table", body: "<w:tbl><w:tr><w:tc>" + para("a") + para("b") + "</w:tc><w:tc>" + para("c") + "</w:tc></w:tr><w:tr><w:tc>" + para() + "</w:tc><w:tc>" + para("d") + "</w:tc></w:tr></w:tbl>" + para("after"),
			want: "a\nb\tc\n\td\nafter",
		},
		{
			name: "tracked changes", want: "the colour of it\ncolor old\nAda\nBo",
			body: para("the col", `<w:del w:author="Ada"><w:r><w:delText>or old</w:delText></w:r></w:del>`, `<w:ins w:author="Bo"><w:r><w:t>our</w:t></w:r></w:ins>`, " of it"),
		},
		{name: "hidden text", body: para("<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"), want: "secret"},
		{
			name: "text box once", want: "before after\nin the box",
			body: para("before ", "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing>"+box+"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"+box+"</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>", "after"),
		},
		{name: "only the fallback has text", body: para("<w:r><mc:AlternateContent><mc:Choice Requires=\"w99\"/><mc:Fallback><w:t>old</w:t></mc:Fallback></mc:AlternateContent></w:r>"), want: "old"},
		{
			name: "links", want: "here (https://a.example/) (a tip) and there (https://b.example/?x=1) and https://c.example",
			body: para(`<w:hyperlink r:id="r1" w:tooltip="a tip"><w:r><w:t>here</w:t></w:r></w:hyperlink>`, " and ",
				`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://b.example/?x=1" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>there</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`,
				" and ", `<w:hyperlink r:id="r2"><w:r><w:t>https://c.example</w:t></w:r></w:hyperlink>`),
			parts: []string{"word/_rels/document.xml.rels", rels("r1", "hyperlink", "https://a.example/", "r2", "hyperlink", "https://c.example")},
		},
		{
			name: "links by fields", want: "a (https://a.example) b (https://b.example) (a tip) (https://c.example/p.png) d (cmd.exe /k calc) press",
			body: para(field(`HYPERLINK https://a.example`, "a"), " ", field(`HYPERLINK \o "a tip" "https://b.example" \* MERGEFORMAT`, "b"), " ",
				field(`INCLUDEPICTURE "https://c.example/p.png" \d`, ""), field(`INCLUDEPICTURE "cid:image001.png@01D" \d`, ""), " ", field(`DDEAUTO cmd.exe "/k calc" \t`, "d"), " ",
				`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> MACROBUTTON NoMacro press </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`),
		},
		{name: "field", body: para(`<w:fldSimple w:instr=" PAGE "><w:r><w:t>12</w:t></w:r></w:fldSimple>`), want: "12"},
		{name: "picture", body: para("see", `<w:r><w:drawing><wp:docPr id="1" name="Picture 1" descr="a red barn"/></w:drawing></w:r>`), want: "see\na red barn"},
		{
			name: "controls, and their choices once", want: "Dear Kim\nSalutation\nDear\nHello\nand Bo",
			body: para(`<w:sdt>`+choice+`<w:sdtContent><w:r><w:t>Dear</w:t></w:r></w:sdtContent></w:sdt>`, " Kim") + `<w:sdt>` + choice + `<w:sdtContent>` + para("and Bo") + `</w:sdtContent></w:sdt>`,
		},
		{
			name: "a control around a cell", want: "Subject\tQuarry\nb\nplace\there",
			body: `<w:tbl><w:tr><w:sdt><w:sdtPr><w:alias w:val="Subject"/></w:sdtPr><w:sdtContent><w:tc>` + para("Quarry") + `</w:tc></w:sdtContent></w:sdt></w:tr>` +
				`<w:tr><w:tc>` + para("b") + `</w:tc><w:sdt><w:sdtPr><w:alias w:val="place"/></w:sdtPr><w:sdtContent><w:tc>` + para("here") + `</w:tc></w:sdtContent></w:sdt></w:tr></w:tbl>`,
		},
		{
			name: "what a table is said to show", want: "Sales\nby region\na",
			body: `<w:tbl><w:tblPr><w:tblCaption w:val="Sales"/><w:tblDescription w:val="by region"/></w:tblPr><w:tr><w:tc>` + para("a") + "</w:tc></w:tr></w:tbl>",
		},
		{
			name: "texts kept for later", want: "body\n\nDisclaimer\nWithout warranty", body: para("body"),
			parts: []string{
				"word/_rels/document.xml.rels", rels("g", "glossaryDocument", "glossary/document.xml"),
				"word/glossary/document.xml", `<w:glossaryDocument><w:docParts>` +
					`<w:docPart><w:docPartPr><w:name w:val="DefaultPlaceholder_1"/><w:category><w:gallery w:val="placeholder"/></w:category></w:docPartPr><w:docPartBody>` + para("Click here") + `</w:docPartBody></w:docPart>` +
					`<w:docPart><w:docPartPr><w:name w:val="Disclaimer"/><w:category><w:gallery w:val="autoTxt"/></w:category></w:docPartPr><w:docPartBody>` + para("Without warranty") + `</w:docPartBody></w:docPart></w:docParts></w:glossaryDocument>`,
			},
		},
		{
			name: "lists", want: "1. first\na) one\nb) two\n2. second\nbullet",
			body: para(`<w:pPr><w:pStyle w:val="H"/></w:pPr>`, "first") + para(numbered(1, 1), "one") + para(numbered(1, 1), "two") + para(numbered(1, 0), "second") + para(numbered(2, 0), "bullet"),
			parts: []string{
				"word/_rels/document.xml.rels", rels("n", "numbering", "numbering.xml", "s", "styles", "styles.xml"),
				"word/numbering.xml", `<w:numbering><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>` +
					`<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum>` +
					`<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>` +
					`<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>`,
				"word/styles.xml", `<w:styles><w:style w:styleId="B"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:styleId="H"><w:basedOn w:val="B"/></w:style></w:styles>`,
			},
		},
		{
			name: "what stands beside the text", want: "A title\nKim\nbody\n\ntop of page\nthe note\nAda:\nwhy?\nhttps://evil.example/t.dotm",
			body: para("body"),
			parts: []string{
				"docProps/core.xml", "<p><dc:title>A title</dc:title><dc:creator>Kim</dc:creator><dcterms:created>2020</dcterms:created></p>",
				"word/_rels/document.xml.rels", rels("1", "header", "header1.xml", "2", "header", "header2.xml", "3", "footnotes", "footnotes.xml", "4", "comments", "comments.xml"),
				"word/header1.xml", "<w:hdr>" + para("top of page") + "</w:hdr>", "word/header2.xml", "<w:hdr>" + para("top of page") + "</w:hdr>",
				"word/footnotes.xml", "<w:footnotes><w:footnote>" + para("the note") + "</w:footnote></w:footnotes>",
				"word/comments.xml", `<w:comments><w:comment w:author="Ada">` + para("why?") + "</w:comment></w:comments>",
				"word/_rels/settings.xml.rels", rels("t", "attachedTemplate", "https://evil.example/t.dotm"),
			},
		},
		{
			name: "embedded document", body: para("outer"), want: "outer\n\ninner",
			parts: []string{"word/_rels/document.xml.rels", rels("e", "package", "embeddings/in.docx"), "word/embeddings/in.docx", string(docx(t, para("inner")))},
		},
		{name: "UTF-16", body: para("x"), want: "über", parts: []string{
			"word/_rels/document.xml.rels", rels("f", "footnotes", "f.xml"), "word/f.xml", "\xff\xfe" + utf16le("<f>"+para("über")+"</f>"),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := extract.InProcess("a.docx", "", docx(t, c.body, c.parts...))
			if c.name == "UTF-16" {
				c.want = "x\n" + c.want
			}
			if got.State != extract.OK || got.Type != "docx" {
				t.Errorf("%s, state %s (%s)", got.Type, got.State, got.Reason)
			}
			if d := cmp.Diff(c.want, got.Text); d != "" {
				t.Errorf("text (-want +got):\n%s", d)
			}
		})
	}
}

// field makes a field of its code and result.
func field(code, result string) string {
	mark := func(kind string) string { return `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>` }
	return mark("begin") + "<w:r><w:instrText> " + code + " </w:instrText></w:r>" + mark("separate") + "<w:r><w:t>" + result + "</w:t></w:r>" + mark("end")
}

func numbered(list, level int) string {
	return fmt.Sprintf(`<w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr></w:pPr>`, level, list)
}

func utf16le(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

// workbook makes a workbook of a sheet's inner markup and further parts.
func workbook(t testing.TB, sheet string, parts ...string) []byte {
	return office(t, []string{
		"[Content_Types].xml", "<Types/>",
		"xl/workbook.xml", `<workbook><workbookPr/><sheets><sheet name="Costs" sheetId="1" r:id="r1"/><sheet name="Old" state="veryHidden" sheetId="2" r:id="r2"/></sheets>` +
			`<definedNames><definedName name="VatRate">Costs!$B$1</definedName><definedName name="_xlnm.Print_Area">x</definedName></definedNames></workbook>`,
		"xl/_rels/workbook.xml.rels", rels("r1", "worksheet", "worksheets/sheet1.xml", "r2", "worksheet", "worksheets/sheet2.xml", "s", "sharedStrings", "sharedStrings.xml", "t", "styles", "styles.xml", "p", "person", "persons/person.xml"),
		"xl/worksheets/sheet1.xml", "<worksheet>" + sheet + "</worksheet>",
		"xl/worksheets/sheet2.xml", `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>kept</t></is></c></row></sheetData></worksheet>`,
		"xl/sharedStrings.xml", `<sst><si><t>apple</t></si><si><r><t>two </t></r><r><t>runs</t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si></sst>`,
		"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;$&quot;#,##0.00"/><numFmt numFmtId="165" formatCode="d mmmm yyyy"/><numFmt numFmtId="166" formatCode=";;;"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>`,
	}, parts...)
}

// TestXLSX promises the cells of every sheet as people see them, in order.
func TestXLSX(t *testing.T) {
	t.Parallel()
	const old = "\n\nOld\nkept\nVatRate"
	for _, c := range []struct {
		name, sheet, want string
		parts             []string
	}{
		{
			name:  "strings",
			sheet: `<sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c r="XFD1" t="s"><v>2</v></c></row><row><c t="str"><f>A1&amp;"x"</f><v>applex</v></c><c t="inlineStr"><is><t>a` + "\n" + `b</t></is></c><c t="s"><v>99</v></c></row></sheetData>`,
			want:  "apple\ttwo runs\t東京 (トウキョウ)\napplex\ta b",
		},
		{
			name:  "strings of both kinds",
			sheet: `<sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>of its own</t></is></c><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row></sheetData>`,
			want:  "apple\tof its own\tapple\ttwo runs",
		},
		{
			name:  "numbers",
			sheet: `<sheetData><row><c s="1"><v>1599.99</v></c><c s="2"><v>35287</v></c><c s="3"><v>35287</v></c><c><v>4.4000000000000004</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row></sheetData>`,
			want:  "$1,599.99\t1996-08-10\t10 August 1996\t4.4\tTRUE\t#N/A",
		},
		{
			name: "links by formulas, once for each place",
			sheet: `<sheetData><row><c t="str"><f>HYPERLINK("https://a.example/"&amp;A2,"say ""hello""")</f><v>hello</v></c><c t="str"><f>HYPERLINK("#Old!A1","https")</f><v>old</v></c></row>` +
				`<row><c t="str"><f>IF(A1,HYPERLINK("\\srv\x.pdf"),HYPERLINK("https://a.example/"))</f><v>x</v></c></row></sheetData>`,
			want: "hello (https://a.example/)\told\nx (\\\\srv\\x.pdf)",
		},
		{
			name:  "what may be filled in",
			sheet: `<sheetData/><dataValidations><dataValidation type="list" prompt="choose" error="wrong"><formula1>"red,""green"""</formula1></dataValidation><dataValidation type="list"><formula1>$A$1:$A$3</formula1></dataValidation></dataValidations>`,
			want:  "choose\nwrong\nred, \"green\"\nSend it\none\ntwo",
			parts: []string{
				"xl/worksheets/_rels/sheet1.xml.rels", rels("v", "vmlDrawing", "../drawings/v.vml", "c", "ctrlProp", "../ctrlProps/c.xml"),
				"xl/drawings/v.vml", `<xml><v:shape id="_x0000_s1025"><v:textbox><div style="text-align:center"><font face="Calibri">Send
					it</font></div></v:textbox><x:ClientData ObjectType="Button"/></v:shape></xml>`,
				"xl/ctrlProps/c.xml", `<formControlPr objectType="List"><itemLst><item val="one"/><item val="two"/></itemLst></formControlPr>`,
			},
		},
		{name: "hidden by their format", sheet: `<sheetData><row><c s="4"><v>4711</v></c><c s="4"><v>0</v></c><c s="4" t="s"><v>0</v></c></row></sheetData>`, want: "4711\tapple"},
		{
			name: "comments in threads, once", sheet: "<sheetData/>", want: "Ada: why?\nBo: therefore\nKim: a note",
			parts: []string{
				"xl/persons/person.xml", `<personList><person displayName="Ada" id="{1}"/><person displayName="Bo" id="{2}"/></personList>`,
				"xl/worksheets/_rels/sheet1.xml.rels", rels("c", "comments", "../comments1.xml", "t", "threadedComment", "../threadedComments/t1.xml"),
				"xl/threadedComments/t1.xml", `<ThreadedComments><threadedComment ref="A1" personId="{1}" id="{9}"><text>why?</text></threadedComment><threadedComment ref="A1" personId="{2}" id="{8}" parentId="{9}"><text>therefore</text></threadedComment></ThreadedComments>`,
				"xl/comments1.xml", `<comments><authors><author>tc={9}</author><author>Kim</author></authors><commentList><comment ref="A1" authorId="0"><text><t>[Threaded comment] why?</t></text></comment><comment ref="B1" authorId="1"><text><t>a note</t></text></comment></commentList></comments>`,
			},
		},
		{
			name:  "around the cells",
			sheet: `<sheetData/><hyperlinks><hyperlink ref="A1" r:id="h" tooltip="press"/></hyperlinks><headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Secret &amp;R&amp;P of &amp;N</oddHeader></headerFooter>`,
			want:  "https://a.example/\npress\nSecret of\nAda: check this\nin a shape\nProfit\n2019",
			parts: []string{
				"xl/worksheets/_rels/sheet1.xml.rels", rels("h", "hyperlink", "https://a.example/", "c", "comments", "../comments1.xml", "d", "drawing", "../drawings/d.xml"),
				"xl/comments1.xml", `<comments><authors><author>Ada</author></authors><commentList><comment ref="A1" authorId="0"><text><r><t>check </t></r><r><t>this</t></r></text></comment></commentList></comments>`,
				"xl/drawings/d.xml", `<xdr:wsDr><xdr:sp><xdr:txBody><a:p><a:r><a:t>in a shape</a:t></a:r></a:p></xdr:txBody></xdr:sp><c:chart r:id="c1"/></xdr:wsDr>`,
				"xl/drawings/_rels/d.xml.rels", rels("c1", "chart", "../charts/c.xml"),
				"xl/charts/c.xml", `<c:chartSpace><c:title><a:p><a:r><a:t>Profit</a:t></a:r></a:p></c:title><c:cat><c:strCache><c:pt><c:v>2019</c:v></c:pt></c:strCache></c:cat><c:val><c:numCache><c:pt><c:v>12345</c:v></c:pt></c:numCache></c:val></c:chartSpace>`,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := extract.InProcess("a.bin", "", workbook(t, c.sheet, c.parts...))
			if got.State != extract.OK || got.Type != "xlsx" {
				t.Errorf("%s, state %s (%s)", got.Type, got.State, got.Reason)
			}
			if d := cmp.Diff("Costs\n"+c.want+old, got.Text); d != "" {
				t.Errorf("text (-want +got):\n%s", d)
			}
			at := extract.PlaceAt(got.Places, strings.Index(got.Text, "kept"))
			if !slices.Equal(at, []extract.Step{{Kind: extract.Sheet, Number: 2, Name: "Old"}}) {
				t.Errorf("place %v", at)
			}
		})
	}
}

// slides makes a presentation of two slides, the second of which is shown first.
func slides(t testing.TB, one, two string, parts ...string) []byte {
	return office(t, []string{
		"[Content_Types].xml", "<Types/>",
		"ppt/presentation.xml", `<p:presentation><p:sldIdLst><p:sldId id="257" r:id="r2"/><p:sldId id="256" r:id="r1"/></p:sldIdLst><p:custShowLst><p:custShow name="For Kim" id="0"/></p:custShowLst><p14:sectionLst><p14:section name="Opening"/></p14:sectionLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels", rels("r1", "slide", "slides/slide1.xml", "r2", "slide", "slides/slide2.xml", "a", "commentAuthors", "commentAuthors.xml"),
		"ppt/commentAuthors.xml", `<p:cmAuthorLst><p:cmAuthor id="0" name="Ada"/><p:cmAuthor id="1" name="Bo"/></p:cmAuthorLst>`,
		"ppt/slides/slide1.xml", "<p:sld>" + one + "</p:sld>", "ppt/slides/slide2.xml", "<p:sld>" + two + "</p:sld>",
	}, parts...)
}

// shape makes a shape with a role and a paragraph.
func shape(role, text string) string {
	if role != "" {
		role = `<p:nvPr><p:ph type="` + role + `"/></p:nvPr>`
	}
	return "<p:sp>" + role + "<p:txBody><a:p><a:r><a:t>" + text + "</a:t></a:r></a:p></p:txBody></p:sp>"
}

// TestPPTX promises what stands on each slide and what belongs to it, in the
// order in which slides are shown.
func TestPPTX(t *testing.T) {
	t.Parallel()
	got := extract.InProcess("a.pptx", "", slides(t,
		`<p:cSld name="numbers"/>`+shape("title", "Results")+shape("sldNum", "7")+
			`<p:graphicFrame><a:tbl><a:tr><a:tc><a:p><a:r><a:t>a</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>b</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>`+
			`<p:sp><p:cNvPr id="5" name="x"><a:hlinkClick r:id="s" tooltip="a tip"/></p:cNvPr><p:txBody><a:p><a:r><a:rPr><a:hlinkClick r:id="h"/></a:rPr><a:t>link</a:t></a:r><a:r><a:t>, done</a:t></a:r></a:p></p:txBody></p:sp>`+
			`<p:graphicFrame><dgm:relIds r:dm="dm" r:lo="lo"/></p:graphicFrame><p:pic><p:cNvPr id="4" name="x" descr="a red barn"/></p:pic>`,
		shape("ctrTitle", "Welcome"),
		"ppt/slides/_rels/slide1.xml.rels", rels("h", "hyperlink", "https://a.example/", "s", "hyperlink", "https://s.example/", "dm", "diagramData", "../diagrams/data1.xml", "lo", "diagramLayout", "../diagrams/layout1.xml",
			"n", "notesSlide", "../notesSlides/n1.xml", "c", "comments", "../comments/c1.xml", "l", "slideLayout", "../slideLayouts/l1.xml"),
		"ppt/slides/_rels/slide2.xml.rels", rels("l", "slideLayout", "../slideLayouts/l1.xml"),
		"ppt/diagrams/data1.xml", "<dgm:dataModel><dgm:t><a:p><a:r><a:t>step one</a:t></a:r></a:p></dgm:t></dgm:dataModel>",
		"ppt/notesSlides/n1.xml", "<p:notes>"+shape("body", "say hello")+shape("sldNum", "7")+"</p:notes>",
		"ppt/comments/c1.xml", `<p:cmLst><p:cm authorId="0"><p:text>really?</p:text></p:cm><p188:cm authorId="0"><p188:replyLst><p188:reply authorId="1"><p188:txBody><a:p><a:r><a:t>yes</a:t></a:r></a:p></p188:txBody></p188:reply></p188:replyLst><p188:txBody><a:p><a:r><a:t>sure?</a:t></a:r></a:p></p188:txBody></p188:cm></p:cmLst>`,
		"ppt/slideLayouts/l1.xml", "<p:sldLayout>"+shape("title", "Click to edit")+shape("", "ACME Ltd")+"</p:sldLayout>",
	))
	const want = "For Kim\nOpening\n\nWelcome\nACME Ltd\n\nResults\na\tb\na tip\nlink (https://a.example/), done\n(https://s.example/)\na red barn\nstep one\nnumbers\nsay hello\nAda:\nreally?\nBo:\nyes\nAda:\nsure?"
	if d := cmp.Diff(want, got.Text); d != "" || got.State != extract.OK {
		t.Errorf("state %s (%s), text (-want +got):\n%s", got.State, got.Reason, d)
	}
	for word, want := range map[string][]extract.Step{
		"Welcome":   {{Kind: extract.Slide, Number: 1, Name: "Welcome"}},
		"step one":  {{Kind: extract.Slide, Number: 2, Name: "Results"}},
		"say hello": {{Kind: extract.Slide, Number: 2, Name: "Results"}, {Kind: extract.Notes}},
		"really":    {{Kind: extract.Slide, Number: 2, Name: "Results"}, {Kind: extract.Comments}},
	} {
		if at := extract.PlaceAt(got.Places, strings.Index(got.Text, word)); !slices.Equal(at, want) {
			t.Errorf("%q is at %v, want %v", word, at, want)
		}
	}
}
