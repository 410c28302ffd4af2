package extract

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// TestIdleEnds promises that a worker with PDFium takes no memory while there is
// nothing for it to do, and is there again when there is.
func TestIdleEnds(t *testing.T) {
	t.Parallel()
	p := New(Options{Workers: 1, CacheDir: t.TempDir(), Timeout: time.Minute})
	t.Cleanup(p.Close)
	p.full.idle = 20 * time.Millisecond
	words := strings.Repeat("Incomprehensibilities ", 10)
	raw := "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n" +
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>\nendobj\n" +
		fmt.Sprintf("4 0 obj\n<< /Length %d >>\nstream\nBT /F 10 Tf (%s) Tj ET\nendstream\nendobj\n", len(words)+19, words) +
		"5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\ntrailer << /Root 1 0 R >>\n"
	doc := Doc{Name: "a.pdf", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(raw)), nil }}
	for range 2 {
		got, err := p.Extract(t.Context(), doc)
		if err != nil || got.State != OK || !strings.Contains(got.Made, pdfiumName) {
			t.Fatalf("%+v, %v", got, err)
		}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			k := p.full.desks[0]
			k.mu.Lock()
			gone := k.w == nil
			k.mu.Unlock()
			if gone {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the worker is still there")
			}
		}
	}
}
