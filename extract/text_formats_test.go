package extract_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"mailquarry/extract"
)

// TestMarkupIsReadAsMeant promises that the words of data files are found however
// the program that wrote them has escaped their letters.
func TestMarkupIsReadAsMeant(t *testing.T) {
	t.Parallel()
	latin2, _ := charmap.ISO8859_2.NewEncoder().String("Żółta łódź")
	const word2003 = `<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">`
	for name, c := range map[string]struct{ file, contentType, in, want string }{
		"JSON escapes":         {"a.json", "", `{"n":"M\u00fcller \"x\" \/","l":"one\ntwo\tthree","p":"C:\\new"}`, "{\"n\":\"Müller \"x\" /\",\"l\":\"one\ntwo\tthree\",\"p\":\"C:\\new\"}"},
		"JSON beyond 16 bits":  {"a.json", "", `["\ud83d\ude00 \ud842\udfb7 \ud800 \u12"]`, `["😀 𠮷 ` + "\uFFFD" + ` \u12"]`},
		"XML references":       {"a.xml", "", `<?xml version="1.0"?><a b="K&#246;ln">M&#252;ller &#x4E2D; AT&amp;T &x; &#xZ;</a>`, `<?xml version="1.0"?><a b="Köln">Müller 中 AT&T &x; &#xZ;</a>`},
		"XML declares itself":  {"a.xml", "text/xml; charset=windows-1252", `<?xml version="1.0" encoding="ISO-8859-2"?><a>` + latin2 + `</a>`, `<?xml version="1.0" encoding="ISO-8859-2"?><a>Żółta łódź</a>`},
		"XML declares wrongly": {"a.xml", "", `<?xml version="1.0" encoding="utf-16"?><a>Größe</a>`, `<?xml version="1.0" encoding="utf-16"?><a>Größe</a>`},
		"Word 2003": {
			"a.doc", "application/msword", word2003 + `<o:DocumentProperties><o:Title>A title</o:Title><o:Author>Ann</o:Author></o:DocumentProperties><w:body><w:p><w:r><w:t>sp</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>lit</w:t></w:r>` +
				"</w:p>\n <w:p><w:hlink w:dest=\"https://example.org/a\"><w:r><w:t>K&#246;ln</w:t></w:r></w:hlink></w:p><w:binData>QUJDREVG</w:binData></w:body></w:wordDocument>",
			"A title\nAnn\nsplit\nKöln (https://example.org/a)",
		},
		"flat OPC": {
			"a.xml", "", `<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part pkg:name="/word/document.xml"><pkg:xmlData><w:document><w:p><w:r><w:t>sp</w:t></w:r><w:r><w:t>lit</w:t></w:r></w:p>` +
				`</w:document></pkg:xmlData></pkg:part><pkg:part><pkg:binaryData>QUJDREVG</pkg:binaryData></pkg:part></pkg:package>`,
			"split",
		},
		"Excel 2003": {
			"a.xls", "application/vnd.ms-excel", `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Plan"><Table><Row><Cell><Data ss:Type="String">M&#252;ller &amp; Co</Data></Cell>` +
				`<Cell ss:HRef="https://example.org/"><ss:Data>r<B>ic</B>h</ss:Data></Cell></Row><Row><Cell><Data ss:Type="Number">4711</Data></Cell></Row></Table></Worksheet></Workbook>`,
			"Plan\nMüller & Co\trich (https://example.org/)\n4711",
		},
	} {
		got := extract.InProcess(c.file, c.contentType, []byte(c.in))
		if got.Text != c.want || got.State != extract.OK {
			t.Errorf("%s: %s\n%s\nwant\n%s", name, got.State, got.Text, c.want)
		}
	}
}

// TestOfficeXMLHasAnEnd promises that files made to be large or deep are read in
// their turn, and that what was left out is said.
func TestOfficeXMLHasAnEnd(t *testing.T) {
	t.Parallel()
	const head = `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`
	for name, in := range map[string]string{
		"cells": head + strings.Repeat("<Cell/>", 1<<18), "deep": head + strings.Repeat("<Data>", 1<<18) + "x", "open": head + `<Cell a="` + strings.Repeat("<", 1<<18),
	} {
		got := extract.InProcess("a.xml", "", []byte(in))
		if len(got.Text) > 1<<20 || name == "deep" && got.State != extract.TooLarge {
			t.Errorf("%s: %s, %d bytes of text", name, got.State, len(got.Text))
		}
	}
}
