package extract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailquarry/extract"
)

// TestPDFAbout promises that what stands beside the pages is found, and that a
// hit in it can say where.
func TestPDFAbout(t *testing.T) {
	t.Parallel()
	withCatalog := func(entries string, more ...string) []byte {
		c := strings.Replace(catalog, "/Type /Catalog", "/Type /Catalog "+entries, 1)
		return pdfFile(append([]string{c, pages, page, stream("", "BT /F 10 Tf (Text) Tj ET"), font}, more...)...)
	}
	xmp := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description><dc:title><rdf:Alt><rdf:li>Of XMP</rdf:li></rdf:Alt></dc:title>` +
		`<dc:creator><rdf:Seq><rdf:li>Ana</rdf:li><rdf:li>Ben</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`
	title := strings.Replace(string(onePage("BT /F 10 Tf (Text) Tj ET", "<< /Title (Offer) /Author <FEFF00C400DF> >>")), "/Root", "/Info 6 0 R /Root", 1)
	attached := "<< /Names [(x) << /UF (note.txt) /EF << /F 7 0 R >> >>] >>"
	for _, c := range []struct {
		name string
		in   []byte
		want []string // "place: text" in order
	}{
		{"title and author", []byte(title), []string{"page 1: Text", "properties: Offer\nÄß"}},
		{"XMP", withCatalog("/Metadata 6 0 R", stream("", xmp)), []string{"page 1: Text", "properties: Of XMP\nAna\nBen"}},
		{
			"outline", withCatalog("/Outlines << /First 6 0 R >>", "<< /Title (One) /First << /Title (One A) >> /Next << /Title (Two) /Next 6 0 R >> >>"),
			[]string{"page 1: Text", "properties: One\nOne A\nTwo"},
		},
		{
			"attached file", withCatalog("/Names << /EmbeddedFiles 6 0 R >>", attached, deflated("", []byte("inside it"))),
			[]string{"page 1: Text", "note.txt: inside it"},
		},
		{
			"file pinned to a page", onePageWith("/Annots [<< /Subtype /FileAttachment /FS << /F (pin.txt) /EF << /F 6 0 R >> >> >>]", stream("", "pinned")),
			[]string{"page 1: Name", "pin.txt: pinned"},
		},
		{
			"fields without appearance", withCatalog("/AcroForm << /Fields [<< /FT /Tx /T (a) /Kids [<< /V (Ana Ruiz) >>] >> << /FT /Tx /Ff 8192 /V (secret) >> " +
				"<< /FT /Ch /Opt [(red) [(g) (green)]] >>] >>"),
			[]string{"page 1: Text", "form: Ana Ruiz\nred\ngreen"},
		},
		{
			"comments and links", onePageWith("/Annots [<< /Subtype /Text /T (Jo) /Contents (not so sure) >> << /Subtype /Link /A << /S /URI /URI (https://a.example/b) >> >> " +
				"<< /Subtype /Link /A << /URI (http://Name/) >> >> << /Subtype /Popup /Contents (again) >>]"),
			[]string{"page 1: Name", "comments of page 1: Jo:\nnot so sure", "links of page 1: https://a.example/b"},
		},
		{
			"a field whose appearance is blank", withCatalog("/AcroForm << /Fields [<< /FT /Tx /V (Ana Ruiz) /AP << /N 6 0 R >> >> << /FT /Tx /V (shown) /AP << /N 7 0 R >> >>] >>",
				stream("", "/Tx BMC EMC"), stream("", "/Tx BMC BT (shown) Tj ET EMC")),
			[]string{"page 1: Text", "form: Ana Ruiz"},
		},
	} {
		for _, pool := range []*extract.Pool{newPool(t, 30*time.Second), newFullPool(t, 30*time.Second)} {
			got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", c.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, stretches(got)); d != "" {
				t.Errorf("%s: %s (%s) (-want +got):\n%s", c.name, got.State, got.Reason, d)
			}
		}
	}
}

// stretches gives a text piece by piece, each with its place.
func stretches(res extract.Result) (out []string) {
	for i, p := range res.Places {
		end := len(res.Text)
		if i+1 < len(res.Places) {
			end = res.Places[i+1].Offset
		}
		out = append(out, extract.PathText(p.Path)+": "+strings.TrimSpace(res.Text[p.Offset:end]))
	}
	return out
}
