package rfc822

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// A charset that was named need not be the one that was used. What follows tells
// when the bytes contradict it.

// Some of these characters are proof enough of UTF-8: each counts by its bytes
// beyond the first. In a charset of single bytes two in a row make sense now and
// then; in one of several bytes a few, but hardly within a word of ASCII.
const (
	proofWestern = 1
	proofSingle  = 2
	proofDouble  = 4
)

// isPlainlyUTF8 tells of text that is UTF-8 from end to end, with more characters
// of several bytes than would be by chance in the charset of the label.
func isPlainlyUTF8(b []byte, label string, enc encoding.Encoding) bool {
	want := proofDouble
	if _, ok := enc.(*charmap.Charmap); ok {
		want = proofSingle
	}
	if isWestern(label) || sevenBit(label) {
		want = proofWestern
	}
	proof := 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return proof >= want && !utf8.FullRune(b[i:]) // cut in a character
		}
		proof += size - 1
		if want == proofDouble && (asciiLetter(b, i-1) || asciiLetter(b, i+size)) {
			proof++
		}
		i += size
	}
	return proof >= want
}

func asciiLetter(b []byte, i int) bool {
	return i >= 0 && i < len(b) && b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z'
}

// sevenBit tells of charsets that have no byte beyond ASCII.
func sevenBit(label string) bool {
	return strings.HasPrefix(label, "iso-2022") || strings.Contains(label, "utf-7") || strings.HasPrefix(label, "hz-gb")
}

// instead gives a better reading than that of the label, if there is one.
func instead(b []byte, label string, enc encoding.Encoding, labelled string) (string, bool) {
	switch {
	case isWestern(label):
		return foreignText(b)
	case isCyrillic(label):
		return otherCyrillic(b, enc)
	}
	bad := strings.Count(labelled, "\uFFFD")
	if bad < 3 || bad*20 < highBytes(b) {
		return "", false
	}
	return foreignText(b)
}

func highBytes(b []byte) (n int) {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// foreignText reads bytes that no Western language can be: letters beyond ASCII
// stand next to each other in it. It gives nothing unless that makes sense.
func foreignText(b []byte) (string, bool) {
	if !isCrowded(b) {
		return "", false
	}
	if enc := byLetters(b[:min(len(b), detectBytes)]); enc != nil {
		return decodeWith(enc, b), true
	}
	if enc := guess(b); enc != nil {
		if s := decodeWith(enc, b); isForeign(s) {
			return s, true
		}
	}
	return "", false
}

// isCrowded tells whether nearly all bytes beyond ASCII have a neighbour that is
// such, too, and are not just some sign repeated.
func isCrowded(b []byte) bool {
	together, all, kinds := 0, 0, 0
	var seen [256]bool
	for i, c := range b {
		if c < utf8.RuneSelf {
			continue
		}
		all++
		if !seen[c] {
			seen[c] = true
			kinds++
		}
		if i > 0 && b[i-1] >= utf8.RuneSelf || i+1 < len(b) && b[i+1] >= utf8.RuneSelf {
			together++
		}
	}
	return together >= 6 && together*4 >= all*3 && kinds >= 4
}

// isForeign tells of text whose characters beyond ASCII are letters, and not
// Latin ones.
func isForeign(s string) bool {
	letters, others := 0, 0
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf || r >= 0x2010 && r < 0x2040 || r >= 0x3000 && r < 0x3020 || r >= 0xff01 && r < 0xff20:
		case r >= 0x370 && r != utf8.RuneError && unicode.In(r, unicode.L, unicode.M):
			letters++
		default:
			others++
		}
	}
	return letters > 0 && others*8 <= letters
}

// alphabet is a charset of single bytes for a script, and the letters that are
// most of any text in it.
type alphabet struct {
	enc    *charmap.Charmap
	script *unicode.RangeTable
	common string
}

func alphabets() []alphabet {
	const cyrillic, greek, hebrew, arabic = "оеаинтсрвлі", "αοιετσνηυρκπλάόίέήώύς", "יוהלאמרתבשנ", "المينرتبدوهعة"
	return []alphabet{
		{charmap.Windows1251, unicode.Cyrillic, cyrillic},
		{charmap.KOI8R, unicode.Cyrillic, cyrillic},
		{charmap.CodePage866, unicode.Cyrillic, cyrillic},
		{charmap.ISO8859_5, unicode.Cyrillic, cyrillic},
		{charmap.MacintoshCyrillic, unicode.Cyrillic, cyrillic},
		{charmap.Windows1253, unicode.Greek, greek},
		{charmap.Windows1255, unicode.Hebrew, hebrew},
		{charmap.Windows1256, unicode.Arabic, arabic},
	}
}

// byLetters tells the charset of text in a script of few letters, by how common
// they are; nil when it is none of them. It needs far fewer than a guess by what
// follows what.
func byLetters(b []byte) encoding.Encoding {
	const enough = 0.5
	best, most := bestAlphabet(b)
	if most < enough {
		return nil
	}
	return best.enc
}

func bestAlphabet(b []byte) (best alphabet, most float64) {
	most = -10
	for _, a := range alphabets() {
		if share := a.share(b); share > most {
			best, most = a, share
		}
	}
	return best, most
}

// share tells how much of the bytes beyond ASCII are common letters, less what
// should not be there: what is no letter of the script, capitals after small
// letters, and letters within a word of ASCII. Of few different letters it tells
// nothing.
func (a *alphabet) share(b []byte) float64 {
	const fewKinds = 6
	all, common, wrong, kinds := 0, 0, 0, 0
	var seen [256]bool
	small := false
	for i, c := range b {
		if c < utf8.RuneSelf {
			small = false
			continue
		}
		r := a.enc.DecodeByte(c)
		if r == '\u00A0' || r >= 0x2010 && r < 0x2040 || r == '«' || r == '»' || r == '№' {
			small = false
			continue
		}
		all++
		if !seen[c] {
			seen[c] = true
			kinds++
		}
		low := unicode.ToLower(r)
		switch {
		case !unicode.Is(a.script, r) || small && r != low || asciiLetter(b, i-1) || asciiLetter(b, i+1):
			wrong++
		case strings.ContainsRune(a.common, low):
			common++
		}
		small = unicode.IsLower(r)
	}
	if kinds < fewKinds {
		return -10
	}
	return float64(common-2*wrong) / float64(all)
}

func isCyrillic(label string) bool {
	switch label {
	case "windows-1251", "cp1251", "koi8-r", "koi8-u", "koi8", "iso-8859-5", "cp866", "ibm866", "x-mac-cyrillic":
		return true
	}
	return false
}

// otherCyrillic reads text again whose label names one Cyrillic charset and whose
// bytes are in another: then rare letters are common in it.
func otherCyrillic(b []byte, enc encoding.Encoding) (string, bool) {
	const enough, ahead, letters = 0.5, 0.2, 6
	head := b[:min(len(b), detectBytes)]
	named, ok := enc.(*charmap.Charmap)
	if !ok || highBytes(head) < letters {
		return "", false
	}
	as := alphabet{enc: named, script: unicode.Cyrillic, common: alphabets()[0].common}
	best, most := bestAlphabet(head)
	if best.enc == named || most < enough || most < as.share(head)+ahead {
		return "", false
	}
	return decodeWith(best.enc, b), true
}

// oldWestern tells of Western text of DOS or of the Mac before it knew Unicode: in
// Windows-1252 signs would stand within its words. It is nil where there are none.
func oldWestern(b []byte) encoding.Encoding {
	b = b[:min(len(b), detectBytes)]
	if !hasSignsInWords(b) {
		return nil
	}
	var best *charmap.Charmap
	most := 1
	for _, enc := range []*charmap.Charmap{charmap.CodePage850, charmap.Macintosh} {
		if n := accents(enc, b); n > most {
			best, most = enc, n
		}
	}
	if best == nil {
		return nil // not a nil of another type
	}
	return best
}

// hasSignsInWords tells whether there are characters within words that are signs in
// Windows-1252, and none that belong there.
func hasSignsInWords(b []byte) bool {
	inWord := func(i int) bool { return asciiLetter(b, i) || i >= 0 && i < len(b) && b[i] >= utf8.RuneSelf }
	signs := 0
	for i, c := range b {
		if c < utf8.RuneSelf || !inWord(i-1) || !inWord(i+1) || !asciiLetter(b, i-1) && !asciiLetter(b, i+1) {
			continue
		}
		switch r := charmap.Windows1252.DecodeByte(c); {
		case c >= 0xa0 && c != 0xa7 || unicode.IsLetter(r):
		case r == '’' || r == '–' || r == '—' || r == '…':
		default:
			signs++
		}
	}
	return signs > 1
}

// accents counts the letters with accents in words, less what can be no part of one.
func accents(enc *charmap.Charmap, b []byte) (n int) {
	for i, c := range b {
		if c < utf8.RuneSelf || !asciiLetter(b, i-1) && !asciiLetter(b, i+1) {
			continue
		}
		r := enc.DecodeByte(c)
		switch {
		case strings.ContainsRune("äöüßéèêëàâçîïíóôúûùñáåøæÄÖÜÉÀÅØÆÇÑ", r):
			n++
		case !unicode.IsLetter(r) && !unicode.IsPunct(r) && r != '\u00A0':
			n -= 2
		}
	}
	return n
}
