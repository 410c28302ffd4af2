package extract

import (
	"archive/zip"
	"bytes"
	"testing"
)

// withObject makes a document that says "text" and holds an object.
func withObject(t *testing.T, object []byte) []byte {
	t.Helper()
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range []struct{ name, text string }{
		{"[Content_Types].xml", "<Types/>"},
		{"_rels/.rels", `<Relationships><Relationship Id="a" Type="` + kind + `officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>`},
		{"word/_rels/document.xml.rels", `<Relationships><Relationship Id="a" Type="` + kind + `oleObject" Target="embeddings/oleObject1.bin"/></Relationships>`},
		{"word/embeddings/oleObject1.bin", string(object)},
	} {
		w, err := z.Create(p.name)
		if err == nil {
			_, err = w.Write([]byte(p.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestOOXMLObject promises the text of what lies in a document as an object of
// another program: a file that was dragged into it, a workbook, a PDF's stream.
func TestOOXMLObject(t *testing.T) {
	t.Parallel()
	inner := `{\rtf1 inside}`
	var pack, sized le
	pack.u16(2).str("in.rtf\x00C:\\in.rtf\x00").u16(0, 3).u32(9).str("C:\\in.rtf").u32(len(inner)).str(inner)
	sized.u32(len(pack.b)).str(string(pack.b))
	for _, c := range []struct{ stream, data, want string }{
		{"\x01Ole10Native", string(sized.b), "text\n[in.rtf]in.rtf\n\ninside"},
		{"CONTENTS", inner, "text\n\n[an unnamed file]inside"},
		{"Other", "what no reader knows", "text"},
	} {
		object := oleFile(oleEntry{name: c.stream, data: c.data})
		raw := withObject(t, object)
		wantText(t, raw, "", "docx", OK, c.want)
	}
}
