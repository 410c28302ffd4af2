package extract

import (
	"bytes"
	"encoding/base64"
	"path"
	"strings"
)

// pkcs7Format reads what S/MIME and qualified signatures make of a message or a
// file (RFC 5652): one that is only signed holds it in the clear. No signature
// is verified.
func pkcs7Format() format {
	return format{name: "pkcs7", version: 1, is: isPKCS7, read: readPKCS7}
}

// What the numbers of the kinds of such files begin with.
const (
	pkcs7OID = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
	pkcs9OID = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01"
)

func isPKCS7(p *probe) bool {
	der := p.raw
	if !p.begins("0") {
		der = unarmored(p.head)
	}
	return isContentInfo(der)
}

// isContentInfo tells of a sequence that begins with one of the kinds' numbers.
func isContentInfo(der blob) bool {
	at := 2
	if size := der.u8(1); size > 0x80 {
		at += size & 0x7f // bytes of the size
	}
	kind := string(der.sub(at, len(pkcs9OID)))
	return der.u8(0) == berSequence && (strings.HasPrefix(kind, pkcs7OID) || kind == pkcs9OID)
}

// unarmored undoes base64, with or without a line before it; nil for what is
// clearly none.
func unarmored(b []byte) []byte {
	b = bytes.TrimSpace(b)
	if bytes.HasPrefix(b, []byte("-----BEGIN ")) {
		_, b, _ = bytes.Cut(b, []byte("\n"))
	}
	if len(b) < 20 || b[0] != 'M' {
		return nil
	}
	text := make([]byte, 0, len(b))
	for _, c := range b {
		switch {
		case c > ' ' && c != '-' && c != '=':
			text = append(text, c)
		case c == '-' || c == '=':
			out := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
			n, _ := base64.RawStdEncoding.Decode(out, text)
			return out[:n]
		}
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, _ := base64.RawStdEncoding.Decode(out, text) // what comes before damage
	return out[:n]
}

// readPKCS7 reads what is signed; what is encrypted needs a key.
func readPKCS7(r *reading, d document) error {
	der := d.raw
	if der[0] != berSequence {
		der = unarmored(der)
	}
	info, _ := berValue(der, 0)
	kind, content := berValue(info.body, 0)
	inner, _ := berValue(content, 0) // [0]
	signed, _ := berValue(inner.body, 0)
	switch strings.TrimPrefix(string(kind.body), pkcs7OID[2:]) {
	case "\x01": // data
		return readSigned(r, d, signed.octets(0))
	case "\x02": // signed data
	case "\x03", "\x04", "\x06": // enveloped, signed and enveloped, encrypted
		return &outcome{Encrypted, "needs a key"}
	case pkcs9OID[2:] + "\x17": // enveloped, with a sum
		return &outcome{Encrypted, "needs a key"}
	default:
		return &outcome{Unsupported, "a kind of S/MIME that is not read"}
	}
	rest := signed.body
	for range 2 { // the version, the kinds of sums
		_, rest = berValue(rest, 0)
	}
	what, _ := berValue(rest, 0)
	_, rest = berValue(what.body, 0)
	wrapped, _ := berValue(rest, 0)
	data, _ := berValue(wrapped.body, 0)
	raw := data.octets(0)
	if len(raw) == 0 {
		return &outcome{Empty, "a signature, of something that is not in it"}
	}
	return readSigned(r, d, raw)
}

// readSigned reads what was signed: a part of a message, or a file, which has
// the name before the signature's ending.
func readSigned(r *reading, d document, raw []byte) error {
	inner := document{name: d.name, raw: raw, depth: d.depth}
	switch ext := strings.ToLower(path.Ext(d.name)); ext {
	case ".p7m", ".p7s", ".p7b", ".p7c", ".p7":
		inner.name = d.name[:len(d.name)-len(ext)]
	}
	if looksMIME(raw) {
		inner.name, inner.contentType = "", "message/rfc822"
	}
	return r.instead(inner)
}

// looksMIME tells whether bytes begin with a header field of a MIME part.
func looksMIME(raw []byte) bool {
	raw = bytes.TrimLeft(raw, "\r\n")
	const field = "content-"
	return len(raw) > len(field) && strings.EqualFold(string(raw[:len(field)]), field) ||
		len(raw) > 13 && strings.EqualFold(string(raw[:13]), "mime-version:")
}

// The tags of BER, as which all this is written (X.690).
const (
	berSequence    = 0x30
	berOctets      = 0x04
	berConstructed = 0x20
	berDepth       = 32
)

// ber is one value.
type ber struct {
	tag  byte
	body []byte
}

// berValue reads the value at the beginning; what follows is rest.
func berValue(b []byte, depth int) (v ber, rest []byte) {
	if len(b) < 2 || depth > berDepth {
		return ber{}, nil
	}
	v.tag = b[0]
	size := int(b[1])
	b = b[2:]
	switch {
	case size == 0x80: // its end is marked
		if v.tag&berConstructed == 0 {
			return ber{}, nil
		}
		return v.untilEnd(b, depth)
	case size > 0x80:
		n := size & 0x7f
		if n > 4 || n > len(b) {
			return ber{}, nil
		}
		size = 0
		for _, c := range b[:n] {
			size = size<<8 | int(c)
		}
		b = b[n:]
	}
	size = min(size, len(b)) // of what was cut, what there is
	v.body = b[:size]
	return v, b[size:]
}

// untilEnd finds the end of a value that is marked by two zeros. A value that
// has no end has what there is.
func (v ber) untilEnd(b []byte, depth int) (ber, []byte) {
	rest := b
	for len(rest) >= 2 && (rest[0] != 0 || rest[1] != 0) {
		_, after := berValue(rest, depth+1)
		if len(after) >= len(rest) || after == nil {
			rest = nil
			break
		}
		rest = after
	}
	v.body = b[:len(b)-len(rest)]
	return v, rest[min(2, len(rest)):]
}

// octets are the bytes of a string, which may be written in pieces.
func (v ber) octets(depth int) []byte {
	if v.tag&berConstructed == 0 || depth > berDepth {
		return v.body
	}
	var out []byte
	for rest := v.body; len(rest) >= 2; {
		var piece ber
		if piece, rest = berValue(rest, depth+1); piece.tag&^berConstructed != berOctets {
			break
		}
		out = append(out, piece.octets(depth+1)...)
	}
	return out
}
