package rfc822

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// maxWord bounds an encoded word. The standard allows 75 bytes; some mailers
// put a whole subject into one.
const maxWord = 8 << 10

// Words decodes the RFC 2047 encoded words of a header value, and its 8-bit
// text in whatever charset that seems to be. Adjacent words of one charset are
// joined before they are decoded, since many mailers cut inside a character.
func Words(value []byte) string {
	if !bytes.Contains(value, []byte("=?")) {
		return Text(value, "")
	}
	var out strings.Builder
	var run []byte // decoded bytes of the words before, not yet converted
	charset := ""
	flush := func() {
		out.WriteString(Text(run, charset))
		run = run[:0]
	}
	plain := 0 // where unencoded text begins
	for i := 0; i < len(value); {
		w, n := encodedWord(value[i:])
		if n == 0 {
			i++
			continue
		}
		between := value[plain:i]
		if len(bytes.TrimSpace(between)) > 0 || out.Len() == 0 && len(run) == 0 {
			flush()
			out.WriteString(Text(between, ""))
		}
		if len(run) > 0 && !strings.EqualFold(w.charset, charset) {
			flush()
		}
		charset = w.charset
		run = append(run, w.text...)
		i += n
		plain = i
	}
	flush()
	out.WriteString(Text(value[plain:], ""))
	return out.String()
}

type word struct {
	charset string
	text    []byte
}

// encodedWord reads the encoded word that b begins with and its length, 0 when
// there is none.
func encodedWord(b []byte) (word, int) {
	if len(b) < 8 || b[0] != '=' || b[1] != '?' {
		return word{}, 0
	}
	b = b[:min(len(b), maxWord)]
	q1 := bytes.IndexByte(b[2:min(len(b), 70)], '?')
	if q1 <= 0 {
		return word{}, 0
	}
	cs := b[2 : 2+q1]
	if bytes.ContainsAny(cs, " \t=") {
		return word{}, 0
	}
	rest := b[2+q1+1:]
	if len(rest) < 3 || rest[1] != '?' {
		return word{}, 0
	}
	end := bytes.Index(rest[2:], []byte("?="))
	if end < 0 {
		return word{}, 0
	}
	payload := rest[2 : 2+end]
	name, _, _ := strings.Cut(string(cs), "*") // RFC 2231 language suffix
	w := word{charset: name}
	switch rest[0] {
	case 'q', 'Q':
		w.text = decodeQ(payload)
	case 'b', 'B':
		w.text = looseBase64(payload)
	default:
		return word{}, 0
	}
	return w, 2 + q1 + 1 + 2 + end + 2
}

func decodeQ(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(b) && hexVal(b[i+1]) >= 0 && hexVal(b[i+2]) >= 0:
			out = append(out, byte(hexVal(b[i+1])<<4|hexVal(b[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func hexVal(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// looseBase64 decodes base64 leaving out what is none of it. Padding inside
// starts anew: some mailers join encoded pieces.
func looseBase64(b []byte) []byte {
	out := make([]byte, 0, base64.StdEncoding.DecodedLen(len(b))+3)
	acc, bits := uint32(0), 0
	for _, c := range b {
		v := b64Val(c)
		if v < 0 {
			if c == '=' {
				acc, bits = 0, 0
			}
			continue
		}
		acc, bits = acc<<6|uint32(v), bits+6
		if bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
			acc &= 1<<bits - 1
		}
	}
	return out
}

func b64Val(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return -1
}
