package extract

import (
	"unicode"
	"unicode/utf8"
)

// pdfEvidence is what speaks for and against a text that was read from a PDF.
type pdfEvidence struct {
	runes, bad int // of the text; bad are those that no text has
	latin      int // letters of words in Latin script
	words      int // words in Latin script
	blank      int // pages that show something as text and gave none
	badFonts   int // strings shown in a font that is missing or cannot be read
	shown      int // glyphs shown
	mute       int // of these, glyphs that no text is known for
	cut        int // content streams that end too early
}

// The gate's bounds. Text of people stays far from each.
const (
	maxBadPart    = 0.05 // of the characters
	maxMutePart   = 0.10 // of the glyphs shown
	maxMeanLength = 10   // letters of a word: words that were glued together
)

// take counts a page's text.
func (e *pdfEvidence) take(text string) {
	in := 0
	for _, r := range text {
		if unicode.IsSpace(r) {
			in = 0
			continue
		}
		e.runes++
		if badRune(r) {
			e.bad++
		}
		if !unicode.Is(unicode.Latin, r) {
			in = 0
			continue
		}
		if in++; in == 1 {
			e.words++
		}
		e.latin++
	}
}

// badRune tells of characters that stand for none: controls, private use, and
// the mark of what could not be read.
func badRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF
}

// ugly is how much of the text cannot be right, from 0 to 1.
func (e *pdfEvidence) ugly() float64 {
	if e.runes == 0 {
		return 0
	}
	return float64(e.bad) / float64(e.runes)
}

// glued tells whether words were run together.
func (e *pdfEvidence) glued() bool {
	return e.words >= 5 && float64(e.latin)/float64(e.words) > maxMeanLength
}

// doubt tells whether another reader may read more.
func (e *pdfEvidence) doubt() bool {
	return e.blank > 0 || e.badFonts > 0 || e.cut > 0 || e.ugly() > maxBadPart || e.glued() ||
		e.shown > 0 && float64(e.mute)/float64(e.shown) > maxMutePart
}

// better tells whether the text behind e is to be kept rather than that of the
// reader which the gate doubts.
func (e *pdfEvidence) better(doubted *pdfEvidence) bool {
	switch {
	case e.runes == 0:
		return false
	case doubted.runes == 0:
		return true
	case e.ugly() > doubted.ugly()+maxBadPart:
		return false
	case e.runes*2 < doubted.runes && !doubted.glued() && doubted.ugly() <= maxBadPart:
		return false // it stopped early
	}
	return true
}
