package mailhtml

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
)

// pictures resolves the sources of a message's pictures, up to a number of
// bytes in all.
type pictures struct {
	inline Inline
	left   int
}

// data gives the data: URI for a cid: or data: source. Whatever was declared,
// the type is the one that the bytes show.
func (p *pictures) data(source string) (string, bool) {
	var raw []byte
	switch {
	case hasScheme(source, "cid:"):
		if p.inline == nil {
			return "", false
		}
		_, found, ok := p.inline(contentID(source))
		if !ok {
			return "", false
		}
		raw = found
	case hasScheme(source, "data:"):
		_, encoded, ok := strings.Cut(source, ";base64,")
		if !ok || base64.StdEncoding.DecodedLen(len(encoded)) > p.left+2 {
			return "", false
		}
		found, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return "", false
		}
		raw = found
	}
	kind := pictureType(raw)
	if kind == "" || len(raw) > p.left {
		return "", false
	}
	p.left -= len(raw)
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(raw), true
}

// contentID reads the Content-ID out of a cid: link (RFC 2392, section 2),
// which percent-encodes it.
func contentID(source string) string {
	id := source[len("cid:"):]
	if decoded, err := url.PathUnescape(id); err == nil {
		return decoded
	}
	return id
}

// pictureType tells which of the four accepted picture types the bytes begin
// like, "" for none.
func pictureType(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "image/gif"
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

func hasScheme(source, scheme string) bool {
	return len(source) >= len(scheme) && strings.EqualFold(source[:len(scheme)], scheme)
}
