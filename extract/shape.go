package extract

import "strings"

// The properties of a shape that are text or hold some ([MS-ODRAW] 2.3).
const (
	shapeWordArt     = 0x00C0
	shapeDescription = 0x0381
	shapeLink        = 0x0382
)

// shapeTexts gives what a shape's properties say in words: that it is WordArt,
// and its description for those who cannot see it.
func shapeTexts(b blob, n int) []string {
	var out []string
	shapeProperties(b, n, func(id int, value blob) {
		if id != shapeWordArt && id != shapeDescription {
			return
		}
		if s, _, _ := strings.Cut(utf16LE(value), "\x00"); !pictureName(s) {
			out = append(out, s)
		}
	})
	return out
}

// shapeProperties gives those of n properties that have more than a number.
func shapeProperties(b blob, n int, do func(id int, value blob)) {
	const complexBit = 0x8000
	at := 6 * n
	for i := range n {
		if 6*i >= len(b) {
			return
		}
		id, size := b.u16(6*i), b.u32(6*i+2)
		if id&complexBit == 0 {
			continue
		}
		do(id&0x3FFF, b.sub(at, size))
		at += size
	}
}

// pictureName tells of the descriptions that programs, not people, give to
// pictures.
func pictureName(s string) bool {
	low := strings.ToLower(s)
	for _, end := range []string{".png", ".jpg", ".jpeg", ".gif", ".bmp", ".wmf", ".emf", ".tif"} {
		if strings.HasSuffix(low, end) {
			return true
		}
	}
	return false
}
