package extract

import (
	"bytes"
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
	if label == "" && looksUTF16(raw) {
		if raw[0] != 0 {
			label = "utf-16le"
		} else {
			label = "utf-16be"
		}
	}
	return rfc822.Text(raw, label)
}

// looksUTF16 tells of UTF-16 without a byte order mark: text whose every other
// byte is nearly always zero.
func looksUTF16(raw []byte) bool {
	raw = raw[:min(len(raw), 512)&^1]
	if len(raw) < 8 {
		return false
	}
	var zero [2]int
	for i, c := range raw {
		if c == 0 {
			zero[i&1]++
		}
	}
	half := len(raw) / 2
	return zero[0]*10 > half*8 && zero[1]*10 < half || zero[1]*10 > half*8 && zero[0]*10 < half
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
