package extract_test

import (
	"strings"
	"testing"
	"time"
)

// TestPDFOrder promises text as it is read, whatever the order in which a page
// draws it.
func TestPDFOrder(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 10*time.Second)
	codes := stream("", "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap")
	composite := func(encoding, content string) []byte {
		return pdfFile(catalog, pages, page, stream("", content),
			"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /"+encoding+" /DescendantFonts [<< /Subtype /CIDFontType2 /DW 500 >>] /ToUnicode 6 0 R >>", codes)
	}
	const salam = "\u0633\u0644\u0627\u0645"
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"Arabic drawn from left to right", composite("Identity-H", "BT /F 10 Tf 72 700 Td <0645062706440633> Tj ET"), salam},
		{
			"Arabic drawn as it is read",
			composite("Identity-H", "BT /F 10 Tf 1 0 0 1 100 700 Tm <0633> Tj 1 0 0 1 95 700 Tm <0644> Tj 1 0 0 1 90 700 Tm <0627> Tj 1 0 0 1 85 700 Tm <0645> Tj ET"), salam,
		},
		{"a number in Arabic", composite("Identity-H", "BT /F 10 Tf 72 700 Td <00310032002006450627064406330020003300340020> Tj ET"), "34 " + salam + " 12"},
		{"an Arabic word in English", composite("Identity-H", "BT /F 10 Tf 72 700 Td <006100620063006400200645062706440633002000780079> Tj ET"), "abcd " + salam + " xy"},
		{"from top to bottom", composite("Identity-V", "BT /F 10 Tf 72 700 Td <4E2D6587> Tj 1 0 0 1 50 700 Tm <5B576BCD> Tj ET"), "中文\n字母"},
		{"bold by drawing twice", onePage("BT /F 10 Tf 1 0 0 1 72 700 Tm (Total) Tj 1 0 0 1 72.3 700 Tm (Total) Tj 1 0 0 1 72 680 Tm (Total) Tj ET"), "Total\nTotal"},
		{"narrow letters twice", onePage("BT /F 10 Tf 72 700 Td (illicit llama fill) Tj ET"), "illicit llama fill"},
		{
			"a hyphen that belongs to the word",
			onePage("BT /F 10 Tf 12 TL 72 700 Td (a well-known fact is well-) Tj T* (known, and data-) Tj T* (base) Tj ET"),
			"a well-known fact is well-known, and database",
		},
		{
			"variants of letters", pdfFile(catalog, pages, page, stream("", "BT /F 10 Tf 72 700 Td (\\001\\002\\003\\004) Tj ET"),
				"<< /Type /Font /Subtype /Type1 /Encoding << /Differences [1 /oneoldstyle /two.tab /Asmall /f_f_i] >> >>"), "12Affi",
		},
		{"Greek of the font of signs", replaced(onePage("BT /F 10 Tf 72 700 Td (abg) Tj ET"), "/BaseFont /Helvetica /Encoding /WinAnsiEncoding", "/BaseFont /Symbol"), "αβγ"},
		{
			"fields side by side", onePageWith("/Annots [<< /Subtype /Widget /Rect [100 100 200 120] /AP << /N 6 0 R >> >> << /Subtype /Widget /Rect [100 50 200 70] /AP << /N 6 0 R >> >>]",
				stream("/Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F 5 0 R >> >>", "BT /F 10 Tf (Yes) Tj ET")), "Name\nYes\nYes",
		},
	} {
		got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", c.in))
		if err != nil {
			t.Fatal(err)
		}
		if got.Text != c.want {
			t.Errorf("%s: %q, want %q (%s)", c.name, got.Text, c.want, got.Reason)
		}
	}
}

func replaced(in []byte, from, to string) []byte {
	return []byte(strings.Replace(string(in), from, to, 1))
}
