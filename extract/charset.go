package extract

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"mailquarry/internal/rfc822"
)

// maxDecoded bounds the bytes of another charset that are brought to UTF-8, which
// can take several times the memory. It is more than the text that is kept.
const maxDecoded = 2 * defaultMaxText

// decodable gives as much of a text as can be decoded within a worker's memory,
// and whether that is less than all.
func decodable(raw []byte) (first []byte, cut bool) {
	if len(raw) <= maxDecoded || utf8.Valid(raw) {
		return raw, false
	}
	return raw[:maxDecoded], true
}

// decodeText brings text of any charset to UTF-8.
func decodeText(raw []byte, contentType string) string {
	_, params := rfc822.Params([]byte(contentType))
	label := params["charset"]
	if label == "" {
		label = bareUTF16(raw)
	}
	return rfc822.Text(raw, label)
}

func looksUTF16(raw []byte) bool { return bareUTF16(raw) != "" }

// bareUTF16 tells of UTF-16 without a byte order mark, "" when it is none: text
// whose every other byte is nearly always zero or, in other alphabets than the
// Latin, as small as no byte of text is; or that is Chinese or Japanese if taken
// in pairs.
func bareUTF16(raw []byte) string {
	raw = raw[:min(len(raw), 512)&^1]
	if len(raw) < 8 {
		return ""
	}
	var small [2]int
	zeros := 0
	for i, c := range raw {
		if c == 0 {
			zeros++
		}
		if c < '\t' || c == 0x0e { // U+0E00 is Thai
			small[i&1]++
		}
	}
	half := len(raw) / 2
	for i, label := range []string{"utf-16be", "utf-16le"} {
		if small[i]*10 > half*8 && small[1-i]*10 < half && (zeros*10 > half*8 || isProse(raw, label)) {
			return label
		}
	}
	if zeros > half/2 || validBegin(raw) {
		return ""
	}
	be, le := isEastAsian(raw, "utf-16be"), isEastAsian(raw, "utf-16le")
	switch {
	case be == le:
		return ""
	case be:
		return "utf-16be"
	}
	return "utf-16le"
}

// validBegin tells of the beginning of UTF-8, which may be cut in a character.
func validBegin(raw []byte) bool {
	for cut := range utf8.UTFMax {
		if utf8.Valid(raw[:len(raw)-cut]) {
			return true
		}
	}
	return false
}

// isProse tells of letters, signs and blanks only.
func isProse(raw []byte, label string) bool {
	letters, others, wrong := 0, 0, 0
	for _, r := range rfc822.Text(raw, label) {
		switch {
		case r == utf8.RuneError || !unicode.IsGraphic(r) && r != '\n' && r != '\r' && r != '\t':
			wrong++
		case unicode.In(r, unicode.L, unicode.M):
			letters++
		default:
			others++
		}
	}
	return wrong == 0 && letters > others
}

// isEastAsian tells of Chinese and Japanese by the signs that part their
// sentences, and by kana: bytes of other charsets are no such characters in
// pairs, though they are Chinese ones often enough.
func isEastAsian(raw []byte, label string) bool {
	sure, han, others := 0, 0, 0
	for _, r := range rfc822.Text(raw, label) {
		switch {
		case r >= 0x3000 && r < 0x3100, r > 0xff00 && r < 0xff5f, r == '\n', r == '\r', r == ' ':
			sure++
		case r >= 0x4e00 && r < 0xa000:
			han++
		case r < ' ' || r >= 0x80:
			others += 4
		default:
			others++
		}
	}
	return sure*12 >= han && sure > 0 && others*10 <= (sure+han)*3
}

// htmlSource decodes an HTML document; unlike other text it can name its own
// charset.
func htmlSource(raw []byte, contentType string) string {
	if looksUTF16(raw) {
		return decodeText(raw, "")
	}
	_, params := rfc822.Params([]byte(contentType))
	if params["charset"] != "" {
		return rfc822.Text(raw, params["charset"])
	}
	head := raw[:min(len(raw), 4<<10)]
	_, name, certain := charset.DetermineEncoding(head, "")
	// Windows-1252 is also what that says when it knows nothing.
	if certain || name != "windows-1252" || namesWestern(head) {
		return rfc822.Text(raw, name)
	}
	return rfc822.Text(raw, "")
}

func namesWestern(head []byte) bool {
	head = bytes.ToLower(head)
	return bytes.Contains(head, []byte("windows-1252")) || bytes.Contains(head, []byte("iso-8859-1"))
}
