package extract_test

import (
	"strings"
	"testing"
	"time"

	"mailquarry/extract"
)

// TestPDFium promises that what our own reader cannot read is read by PDFium,
// that the choice is recorded, and that what it can read is left to it.
func TestPDFium(t *testing.T) {
	t.Parallel()
	pool := newFullPool(t, 30*time.Second)
	for _, c := range []struct {
		name  string
		in    []byte
		made  string
		state extract.State
		want  string
	}{
		{"plain", onePage("BT /F 10 Tf 72 700 Td (Hello) Tj ET"), "pdf/3", extract.OK, "Hello"},
		{"words run together", onePage("BT /F 10 Tf 72 700 Td (" + strings.Repeat("Incomprehensibilities ", 20) + ") Tj ET"), "pdfium/1", extract.OK, strings.TrimSpace(strings.Repeat("Incomprehensibilities ", 20))},
		{"neither", []byte("%PDF-1.4\n"), "pdf/3", extract.Failed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", c.in))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got.Made, c.made) || got.State != c.state || got.Text != c.want {
				t.Errorf("%+v; want %s by %s: %q", got, c.state, c.made, c.want)
			}
		})
	}
}
