package extract_test

import (
	"os"
	"path/filepath"
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
		{"plain", onePage("BT /F 10 Tf 72 700 Td (Hello) Tj ET"), "pdf/7", extract.OK, "Hello"},
		{"words run together", onePage("BT /F 10 Tf 72 700 Td (" + strings.Repeat("Incomprehensibilities ", 20) + ") Tj ET"), "pdfium/3", extract.OK, strings.TrimSpace(strings.Repeat("Incomprehensibilities ", 20))},
		{"one that our own reader cannot come to an end with", hostilePDFs()["deep arrays"], "pdfium/3", extract.OK, "x"},
		{"a stream without its length", []byte(strings.Replace(string(onePage("BT /F 10 Tf 72 700 Td (Hello) Tj ET")), "/Length 35", "", 1)), "pdfium/3", extract.OK, "Hello"},
		{"a stream longer than its length", []byte(strings.Replace(string(onePage("BT /F 10 Tf 72 700 Td (Hello) Tj 0 -20 Td (World) Tj ET")), "/Length 55", "/Length 35", 1)), "pdfium/3", extract.OK, "Hello\nWorld"},
		{"a font that is missing", onePage("BT /F 10 Tf 72 700 Td (Hello) Tj /G 10 Tf ( World) Tj ET"), "pdfium/3", extract.OK, "Hello World"},
		{"neither", []byte("%PDF-1.4\n"), "pdf/7", extract.Failed, ""},
		{"neither, though both have tried", []byte("%PDF-1.4\n1 0 obj\n<< >>\nendobj\n"), "pdf/7 pdfium/3", extract.Failed, ""},
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

// TestCompiledFolder promises that what is run as code lies where only its owner
// can write, and that without a folder PDFs are read all the same.
func TestCompiledFolder(t *testing.T) {
	t.Parallel()
	dir := compiled(t)
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v", info.Mode())
	}
	doubted := onePage("BT /F 10 Tf 72 700 Td (" + strings.Repeat("Incomprehensibilities ", 20) + ") Tj ET")
	// A folder that cannot be made costs PDFium, not the document, which is read again
	// when there is one.
	for dir, current := range map[string]bool{"": true, filepath.Join(os.DevNull, "x"): false} {
		pool := extract.New(extract.Options{CacheDir: dir})
		t.Cleanup(pool.Close)
		got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", doubted))
		if err != nil || got.State != extract.OK || strings.Contains(got.Made, "pdfium/") || extract.NewVersions().Current(got.Made) != current {
			t.Errorf("folder %q: %+v, %v", dir, got, err)
		}
	}
}
