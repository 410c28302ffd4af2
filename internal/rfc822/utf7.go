package rfc822

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
)

// decodeUTF7 reads RFC 2152 text. Old mailers still in the archives wrote it.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c != '+' {
			if c < 0x80 {
				out.WriteByte(c)
			} else {
				out.WriteRune('\uFFFD')
			}
			continue
		}
		j := i + 1
		for j < len(b) && isBase64(b[j]) {
			j++
		}
		if j == i+1 {
			out.WriteByte('+')
		} else {
			writeUTF16(&out, b[i+1:j])
		}
		i = j - 1
		if j < len(b) && b[j] == '-' {
			i = j
		}
	}
	return out.String()
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

func writeUTF16(out *strings.Builder, b64 []byte) {
	if len(b64)%4 == 1 {
		b64 = b64[:len(b64)-1]
	}
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(b64)))
	n, _ := base64.RawStdEncoding.Decode(raw, b64)
	units := make([]uint16, 0, n/2)
	for k := 0; k+1 < n; k += 2 {
		units = append(units, uint16(raw[k])<<8|uint16(raw[k+1]))
	}
	out.WriteString(string(utf16.Decode(units)))
}
