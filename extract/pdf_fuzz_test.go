package extract

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// bounded fails a fuzz target that takes longer than any input of its size may.
func bounded(t *testing.T, what func()) {
	t.Helper()
	start := time.Now()
	what()
	if d := time.Since(start); d > time.Minute {
		t.Errorf("took %v", d)
	}
}

// FuzzPDFCMap promises the same of the streams that map codes to text.
func FuzzPDFCMap(f *testing.F) {
	f.Add([]byte("begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <01> <0041> endbfchar endcmap"))
	f.Add([]byte("2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<4E2D> <6587>] endbfrange"))
	f.Add([]byte("beginbfrange <00000000> <FFFFFFFF> <0061> endbfrange"))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, func() {
			m := readCMap(b)
			if len(m.codes) > maxMappings {
				t.Errorf("%d mappings", len(m.codes))
			}
			font := &pdfFont{composite: true, unicode: m, widths: map[int]float64{}, scale: 1}
			for _, g := range font.glyphs(string(b), nil) {
				if strings.ContainsRune(g.text, utf8.RuneError) && utf8.ValidString(g.text) {
					continue
				}
				if !utf8.ValidString(g.text) {
					t.Errorf("text %q", g.text)
				}
			}
		})
	})
}

// FuzzPDF promises the same of whole documents, in which the repair and the fonts
// take part. What the library under it cannot be kept from doing is left to the
// worker's limits: documents that make it run are passed over.
func FuzzPDF(f *testing.F) {
	doc := "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Kids [3 0 R] /Count 1 >>\nendobj\n" +
		"3 0 obj\n<< /Type /Page /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>\nendobj\n4 0 obj\n<< /Length 30 >>\nstream\nBT /F 10 Tf (Hello World) Tj ET\nendstream\nendobj\n" +
		"5 0 obj\n<< /Subtype /Type1 /Encoding << /Differences [65 /uni0416 /f_i] >> >>\nendobj\ntrailer << /Root 1 0 R >>"
	f.Add([]byte(doc))
	f.Fuzz(func(t *testing.T, b []byte) {
		fixed := repairPDF(b)
		if len(fixed) > 3*len(b)+100*maxObjects {
			t.Errorf("%d bytes became %d", len(b), len(fixed))
		}
		_ = joinHyphens(strings.ToValidUTF8(string(b), ""))
	})
}

// FuzzPDFOrder promises that putting a line in order loses and adds nothing.
func FuzzPDFOrder(f *testing.F) {
	f.Add("abc \u0645\u0627\u0644\u0633 12")
	f.Fuzz(func(t *testing.T, s string) {
		units := strings.Split(s, "")
		logicalOrder(units)
		counts := map[string]int{}
		for _, u := range strings.Split(s, "") {
			counts[u]++
		}
		for _, u := range units {
			counts[u]--
		}
		for u, n := range counts {
			if n != 0 {
				t.Errorf("%q: %d too few", u, n)
			}
		}
	})
}

// TestGate promises that text which cannot be right is doubted, and that text of
// people is not.
func TestGate(t *testing.T) {
	t.Parallel()
	take := func(s string) *pdfEvidence {
		var e pdfEvidence
		e.take(s)
		return &e
	}
	for text, want := range map[string]bool{
		"The quick brown fox jumps over the lazy dog":                                           false,
		"Donaudampfschifffahrtsgesellschaft und andere lange Wörter der deutschen Sprache gibt": false,

		"中文文本没有空格也不会被怀疑因为它不是拉丁字母": false,

		"EinführungindieGeometrie derEbeneunddesRaumes fürStudierende imGrundstudium derMathematik": true,
		"abc \uE000\uE001\uE002 def": true,
		"\x01\x02\x03 abc":           true,
		"":                           false,
	} {
		if got := take(text).doubt(); got != want {
			t.Errorf("%q: doubt %v", text, got)
		}
	}
	for _, c := range []struct {
		own, theirs string
		want        bool
	}{
		{"", "text", true},
		{"text", "", false},
		{"\x01\x02 abc", "words abc", true},
		{"some good words", "\uE000\uE001\uE002\uE003", false},
		{"many good words that were read before the end came", "many", false},
		{"manygoodwordsthatwereread beforetheendcame andtheyareallglued together attheirends", "many good words that were read before", true},
	} {
		if got := take(c.theirs).better(take(c.own)); got != c.want {
			t.Errorf("%q rather than %q: %v", c.theirs, c.own, got)
		}
	}
}

// FuzzXFA promises lines with words in them, and not more than are wanted, of
// whatever stands where a form should.
func FuzzXFA(f *testing.F) {
	f.Add([]byte("<template><field><caption><value><text>Name</text></value></caption><items><text>a</text></items><script>x</script></field></template>" +
		"<xfa:datasets><xfa:data><f><a>v &amp; w</a></f></xfa:data></xfa:datasets>"))
	f.Add([]byte("<config><template>x</template></config><template><draw><text>y"))
	f.Fuzz(func(t *testing.T, b []byte) {
		form := xfaLines([][]byte{b, b}, "")
		all := append(form.values, form.fields...)
		if len(all) > maxXFALines {
			t.Errorf("%d lines", len(all))
		}
		for _, l := range all {
			if strings.TrimSpace(l) == "" {
				t.Errorf("an empty line among %q", all)
			}
		}
	})
}
