package extract_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"testing"

	"mailquarry/extract"
)

// repeatedly packs a string many times over, without holding it.
func repeatedly(t testing.TB, s string, times int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := io.Copy(w, &repeated{s: s, left: times}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packedStream is a PDF's stream that is packed already.
func packedStream(dict string, data []byte) string {
	return stream(dict+" /Filter /FlateDecode", string(data))
}

// morePDFs are those of the measured comparison that TestPDFHostile does not
// have, at their full size, and a few of their kind.
func morePDFs() []hostileDoc {
	const show = "BT /F 10 Tf (walnut) Tj ET"
	any := states(extract.OK, extract.Empty, extract.NoText, extract.Partial, extract.Failed)
	over := states(extract.TooLarge, extract.Timeout, extract.Partial, extract.Failed)
	row := func(name string, want []extract.State, mark string, make func(testing.TB) []byte) hostileDoc {
		return hostileDoc{name, "a.pdf", func(t testing.TB) string { return string(make(t)) }, want, mark, 0}
	}
	plain := func(b []byte) func(testing.TB) []byte { return func(testing.TB) []byte { return b } }
	manyOf := func(n int, format string) string { return always(counted{format, n})(nil) }
	contents := func(s string, times int) func(testing.TB) []byte {
		return func(t testing.TB) []byte {
			return pdfFile(catalog, pages, page, packedStream("", repeatedly(t, s, times)), font)
		}
	}
	return []hostileDoc{
		row("a gigabyte of blanks", over, "", contents(strings.Repeat(" ", 1<<20), 1024)),
		row("a string of 512 MB", over, "", func(t testing.TB) []byte {
			var b bytes.Buffer
			w := zlib.NewWriter(&b)
			_, _ = io.WriteString(w, show+" BT /F 10 Tf (")
			_, _ = io.Copy(w, &repeated{s: strings.Repeat("x", 1<<20), left: 512})
			_ = w.Close()
			return pdfFile(catalog, pages, page, packedStream("", b.Bytes()), font)
		}),
		row("200 MB of operators", over, "", contents(strings.Repeat("1 0 0 1 2 3 cm ", 1<<16), 214)),
		row("a mapping of 9e15 codes", any, "", plain(pdfFile(catalog, pages, page, stream("", show),
			"<< /Type /Font /Subtype /TrueType /ToUnicode 6 0 R >>", stream("", "9000000000000000 beginbfrange <00> <ff> <0041> endbfrange 9000000000000000 beginbfchar <01> <0042>")))),
		row("a mapping of four billion codes", any, "", plain(pdfFile(catalog, pages, page, stream("", show),
			"<< /Type /Font /Subtype /TrueType /ToUnicode 6 0 R >>", stream("", "1 beginbfrange <00000000> <ffffffff> <0041> endbfrange 1 begincodespacerange <00> <ffffffff> endcodespacerange")))),
		row("object streams that extend each other", any, "", plain([]byte("%PDF-1.5\n4 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Extends 4 0 R /Length 12 >>\nstream\n1 0 << >> xxx\nendstream\nendobj\n"+
			"1 0 obj\n<< /Type /XRef /Size 5 /W [1 1 1] /Root 2 0 R /Length 15 >>\nstream\n\x00\x00\x00\x01\x82\x00\x02\x04\x00\x02\x04\x01\x01\x09\x00\nendstream\nendobj\nstartxref\n130\n%%EOF\n"))),
		row("forms that call the next twice, 30 deep", states(extract.OK, extract.TooLarge, extract.Timeout, extract.Partial), "walnut", func(testing.TB) []byte {
			objects := []string{catalog, pages, page, stream("", show+" /X Do"), font}
			objects[2] = strings.Replace(page, "/Type /Page ", "/Type /Page /Resources << /XObject << /X 6 0 R >> /Font << /F 5 0 R >> >> ", 1)
			objects[2] = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /X 6 0 R >> /Font << /F 5 0 R >> >> >>"
			for i := range 30 {
				objects = append(objects, stream(fmt.Sprintf("/Subtype /Form /BBox [0 0 200 200] /Resources << /XObject << /X %d 0 R >> /Font << /F 5 0 R >> >>", 7+i), "/X Do /X Do "+show))
			}
			return pdfFile(objects...)
		}),
		row("5,000 contents of 15 MB", states(extract.OK, extract.Empty, extract.TooLarge, extract.Timeout, extract.Failed, extract.Partial), "", func(t testing.TB) []byte {
			return pdfFile(catalog, pages, strings.Replace(page, "4 0 R", "["+strings.Repeat("4 0 R ", 5000)+"]", 1), packedStream("", repeatedly(t, strings.Repeat("1 0 0 1 2 3 cm ", 1<<10), 1000)), font)
		}),
		row("dictionaries in dictionaries", any, "", plain(pdfFile(catalog, pages, page, stream("", show), font, strings.Repeat("<< /A ", 1_000_000)))),
		row("arrays in arrays in the contents", any, "", plain(onePage(strings.Repeat("[", 1_000_000)+show))),
		row("dictionaries in the contents", any, "", plain(onePage(strings.Repeat("<</a ", 1_000_000)+show))),
		row("states saved by the million", any, "", plain(onePage(strings.Repeat("q ", 3_000_000)+show))),
		row("marked contents by the million", any, "", plain(onePage(strings.Repeat("/P <</A 1>> BDC ", 1_000_000)+show))),
		row("strings in strings", any, "", plain(onePage("BT /F 10 Tf "+strings.Repeat("(", 1_000_000)))),
		row("filters on filters", any, "", func(t testing.TB) []byte {
			data := []byte(show)
			for range 6 {
				data = repeatedly(t, string(data), 1)
			}
			return pdfFile(catalog, pages, page, stream("/Filter ["+strings.Repeat("/FlateDecode ", 5000)+"]", string(data)), font)
		}),
		row("a megabyte packed a thousandfold, twice", over, "", func(t testing.TB) []byte {
			return pdfFile(catalog, pages, page, stream("/Filter [/FlateDecode /FlateDecode]", string(repeatedly(t, string(repeatedly(t, strings.Repeat(" ", 1<<20), 400)), 1))), font)
		}),
		row("run lengths", any, "", plain(pdfFile(catalog, pages, page, stream("/Filter /RunLengthDecode", strings.Repeat("\x81 ", 2_000_000)), font))),
		row("a length that is itself", any, "", plain(pdfFile(catalog, pages, page, "<< /Length 4 0 R >>\nstream\n"+show+"\nendstream", font))),
		row("a length of 2^62", any, "", plain(pdfFile(catalog, pages, page, "<< /Length 4611686018427387904 >>\nstream\n"+show+"\nendstream", font))),
		row("resources that are each other", any, "", plain(pdfFile(catalog, pages, strings.Replace(page, "/Type /Page ", "/Type /Page /Resources 6 0 R ", 1), stream("", show), font, "7 0 R", "6 0 R"))),
		row("fields in a circle", any, "", plain(pdfFile(strings.Replace(catalog, ">>", "/AcroForm << /Fields [6 0 R] >> >>", 1), pages, page, stream("", show), font, "<< /T (a) /V (b) /Kids [6 0 R 6 0 R] /Parent 6 0 R >>"))),
		row("annotations that share an appearance", states(extract.OK, extract.TooLarge, extract.Timeout, extract.Partial), "", func(t testing.TB) []byte {
			return pdfFile(catalog, pages, strings.Replace(page, "/Type /Page ", "/Type /Page /Annots ["+strings.Repeat("6 0 R ", 100_000)+"] ", 1), stream("", show), font,
				"<< /Subtype /FreeText /Rect [0 0 9 9] /AP << /N 7 0 R >> >>", packedStream("/Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F 5 0 R >> >>", repeatedly(t, show+"\n", 1000)))
		}),
		row("an outline in a circle", any, "", plain(pdfFile(strings.Replace(catalog, ">>", "/Outlines 6 0 R >>", 1), pages, page, stream("", show), font, "<< /First 6 0 R /Next 6 0 R /Last 6 0 R /Title (x) >>"))),
		row("files attached in a circle", any, "", plain(pdfFile(strings.Replace(catalog, ">>", "/Names << /EmbeddedFiles 6 0 R >> >>", 1), pages, page, stream("", show), font, "<< /Kids [6 0 R 6 0 R] /Names [(a) 6 0 R] >>"))),
		row("objects by the million", any, "", plain([]byte("%PDF-1.4\n"+manyOf(2_000_000, "%d 0 obj<<>>endobj\n")+"trailer<</Root 1 0 R>>"))),
		row("objects that nearly begin", any, "", plain([]byte("%PDF-1.4\n"+strings.Repeat("1 0 obj<<", 3_000_000)))),
		row("numbers without end", any, "", plain(onePage(strings.Repeat("9", 20_000_000)+" 0 Td "+show))),
		row("names without end", any, "", plain(onePage("/"+strings.Repeat("#41", 5_000_000)+" gs "+show))),
		row("a page of a million letters at one place", states(extract.OK, extract.TooLarge, extract.Timeout, extract.Partial), "walnut", contents("BT /F 10 Tf (walnut) Tj ET\n", 200_000)),
		row("a page whose lines never meet", states(extract.OK, extract.TooLarge, extract.Timeout, extract.Partial), "", func(testing.TB) []byte {
			return onePage("BT /F 1 Tf " + manyOf(300_000, "1 0 0 1 %[1]d %[1]d Tm (x) Tj ") + "ET")
		}),
	}
}
