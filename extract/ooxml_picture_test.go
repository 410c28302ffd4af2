package extract_test

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"mailquarry/extract"
)

// withPicture makes a document of each kind that says "walnut" and shows what is
// in word/media, ppt/media or xl/media, twice.
func withPicture(t *testing.T, name string, picture []byte) map[string][]byte {
	file := "../media/" + name
	return map[string][]byte{
		"docx": docx(t, para("walnut"), "word/_rels/document.xml.rels", rels("i", "image", "media/"+name, "j", "image", "media/"+name, "h", "header", "header.xml"),
			"word/header.xml", "<w:hdr/>", "word/_rels/header.xml.rels", rels("i", "image", "media/"+name), "word/media/"+name, string(picture)),
		"pptx": slides(t, shape("title", "walnut"), shape("title", "other"), "ppt/slides/_rels/slide1.xml.rels", rels("i", "image", file), "ppt/media/"+name, string(picture)),
		"xlsx": workbook(t, `<sheetData><row><c t="inlineStr"><is><t>walnut</t></is></c></row></sheetData>`,
			"xl/worksheets/_rels/sheet1.xml.rels", rels("d", "drawing", "../drawings/d.xml"), "xl/drawings/d.xml", "<xdr:wsDr/>",
			"xl/drawings/_rels/d.xml.rels", rels("i", "image", file), "xl/media/"+name, string(picture)),
	}
}

// TestOfficePicturesAwaitOCR promises that a document that shows a picture which
// may have text is found again when OCR is turned on, and is fine until then.
func TestOfficePicturesAwaitOCR(t *testing.T) {
	t.Parallel()
	scan := encoded(t, "png", letters("Lease of the quarry"))
	for _, c := range []struct {
		name    string
		picture []byte
		awaits  bool
	}{
		{"image1.png", scan, true},
		{"image1.jpeg", encoded(t, "jpeg", letters("Lease")), true},
		{"image1.tiff", encoded(t, "tiff", letters("Lease")), true},
		{"icon.png", encoded(t, "png", noise(90, 40)), false},
		{"drawing.emf", append([]byte("\x01\x00\x00\x00\x6c\x00\x00\x00"), make([]byte, 2000)...), false},
		{"cut.png", scan[:20], false},
	} {
		for kind, raw := range withPicture(t, c.name, c.picture) {
			got := extract.InProcess("a."+kind, "", raw)
			if got.State != extract.OK || got.Reason != "" || !strings.Contains(got.Text, "walnut") || extract.AwaitsOCR(got.Made) != c.awaits || !extract.NewVersions().Current(got.Made) {
				t.Errorf("%s in %s: %s (%s) by %s", c.name, kind, got.State, got.Reason, got.Made)
			}
		}
	}
	if got := extract.InProcess("a.docx", "", docx(t, para("walnut"), "word/media/image1.png", string(scan))); extract.AwaitsOCR(got.Made) {
		t.Errorf("a picture that is shown nowhere is awaited: %s", got.Made)
	}
}

// noise makes a picture that packs badly.
func noise(w, h int) image.Image {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i, v := 0, uint32(1); i < len(img.Pix); i++ {
		v = v*1664525 + 1013904223
		img.Pix[i] = byte(v >> 24)
	}
	return img
}

// TestOfficePictures promises the text of a picture once, at the slide or sheet
// that shows it, and after all other text.
func TestOfficePictures(t *testing.T) {
	t.Parallel()
	pool := ocrPool(t, standIn(t, "echo found words"))
	read := func(name string, raw []byte) extract.Result {
		d := bytesDoc(name, "", raw)
		d.OCR = true
		got, err := pool.Extract(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if extract.AwaitsOCR(got.Made) || !extract.NewVersions().Current(got.Made) {
			t.Errorf("%s: made by %s, which is looked at for ever", name, got.Made)
		}
		return got
	}
	where := map[string]string{"docx": "image1.png", "pptx": `image1.png in slide 2 "walnut"`, "xlsx": `image1.png in sheet 1 "Costs"`}
	for kind, raw := range withPicture(t, "image1.png", encoded(t, "png", letters("Lease of the quarry"))) {
		got := read("a."+kind, raw)
		at := strings.Index(got.Text, "found words")
		if place := extract.PathText(extract.PlaceAt(got.Places, max(at, 0))); got.State != extract.OK || strings.Count(got.Text, "found words") != 1 || at < strings.Index(got.Text, "walnut") || place != where[kind] {
			t.Errorf("%s: %s (%s), at %q: %q", kind, got.State, got.Reason, place, got.Text)
		}
	}

	parts, triples, picture := []string{}, []string{}, string(encoded(t, "png", letters("Lease")))
	for i := range 130 {
		parts = append(parts, fmt.Sprintf("word/media/i%d.png", i), picture)
		triples = append(triples, fmt.Sprint("i", i), "image", fmt.Sprintf("media/i%d.png", i))
	}
	many := docx(t, para("walnut"), append(parts, "word/_rels/document.xml.rels", rels(triples...))...)
	if got := extract.SeeHere("many.docx", many); got.State != extract.Partial || got.Reason != "of what lies in it, 1 too large" || got.Text != "walnut" {
		t.Errorf("of very many: %s (%s): %q", got.State, got.Reason, got.Text)
	}
}
