package extract_test

import (
	"encoding/binary"
	"image"
	"strings"
	"testing"

	"mailquarry/extract"
)

// tiffOf makes a TIFF of pages, as a scanner does.
func tiffOf(pages ...*image.Gray) []byte {
	b := []byte("II*\x00\x00\x00\x00\x00")
	link := 4 // where the place of the next page is written
	for _, p := range pages {
		w, h, data := uint32(p.Rect.Dx()), uint32(p.Rect.Dy()), uint32(len(b))
		b = append(b, p.Pix...)
		binary.LittleEndian.PutUint32(b[link:], uint32(len(b)))
		entries := [][2]uint32{{256, w}, {257, h}, {258, 8}, {259, 1}, {262, 1}, {273, data}, {277, 1}, {278, h}, {279, w * h}}
		b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
		for _, e := range entries {
			b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
			b = binary.LittleEndian.AppendUint16(b, 4)
			b = binary.LittleEndian.AppendUint32(b, 1)
			b = binary.LittleEndian.AppendUint32(b, e[1])
		}
		link = len(b)
		b = append(b, 0, 0, 0, 0)
	}
	return b
}

// TestTIFFPages promises the text of each page of what a scanner or a fax sends,
// and where it stands.
func TestTIFFPages(t *testing.T) {
	t.Parallel()
	pool := ocrPool(t, standIn(t, "echo found words"))
	a, b := letters("Lease of the quarry"), letters("Second page")
	cut := tiffOf(a, b)
	for name, c := range map[string]struct {
		in    []byte
		state extract.State
		pages int
	}{
		"whole":   {tiffOf(a, b, a), extract.OK, 3},
		"thumb":   {tiffOf(image.NewGray(image.Rect(0, 0, 16, 16)), a, b), extract.OK, 2},
		"damaged": {cut[:len(cut)-60], extract.Partial, 1},
	} {
		d := bytesDoc("fax.tif", "", c.in)
		d.OCR = true
		got, err := pool.Extract(t.Context(), d)
		if err != nil || got.State != c.state || strings.Count(got.Text, "found words") != c.pages {
			t.Errorf("%s: %s (%s) %q, %v", name, got.State, got.Reason, got.Text, err)
		}
		if where := extract.PathText(extract.PlaceAt(got.Places, len(got.Text)-1)); c.pages > 1 && where != "page 3" {
			t.Errorf("%s: the last stands at %q", name, where)
		}
	}
}
