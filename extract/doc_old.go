package extract

import "strings"

// Before Word 97 a character had one byte, and its code page was that of its
// font. These documents name the fonts they use, which is enough to tell the page
// of nearly all words without following each font change.

// maxOldFonts bounds how many fonts are looked at.
const maxOldFonts = 1000

// oldPage tells the code pages of a document of Word 6 or 95.
func (w *docReader) oldPage() {
	const madeOnMac = 256
	if w.fib.u16(0x14) == madeOnMac {
		w.page = 10000
		return
	}
	w.page = languagePage(w.fib.u16(6))
	if w.page != pageWestern {
		return
	}
	fonts := w.fib.sub(w.fib.u32(0xD0), w.fib.u32(0xD4)).from(2)
	for n := 0; len(fonts) > 5 && n < maxOldFonts; n++ {
		switch page := charsetPage(fonts.u8(4)); page {
		case 1250, 1257, 1254:
			w.page = page // what Western words have is at the same places
		case 1251, 1253, 1255, 1256, 874:
			w.other = page
		}
		fonts = fonts.from(fonts.u8(0) + 1)
	}
}

// narrow decodes text of one byte for each character. Where two code pages are in
// use, it is taken word by word: one of Cyrillic or Greek has no ASCII letters.
func (w *docReader) narrow(out *strings.Builder, b []byte) {
	page := w.page
	if page == 0 {
		page = pageWestern
	}
	if w.other == 0 {
		out.WriteString(pageText(page, b))
		return
	}
	for len(b) > 0 {
		n, high, low := 0, 0, 0
		for n < len(b) && (b[n] >= 0x80 || isLetter(b[n])) {
			if b[n] >= 0xA0 {
				high++
			} else {
				low++
			}
			n++
		}
		use := page
		if high > low {
			use = w.other
		}
		out.WriteString(pageText(use, b[:n]))
		for b = b[n:]; len(b) > 0 && b[0] < 0x80 && !isLetter(b[0]); b = b[1:] {
			out.WriteByte(b[0])
		}
	}
}
