package extract

import (
	"bytes"

	"golang.org/x/net/html/charset"

	"mailquarry/internal/rfc822"
)

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
