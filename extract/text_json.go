package extract

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func jsonFormat() format {
	return format{
		name: typeJSON, version: 2, text: true, extensions: strings.Fields("json ndjson jsonl geojson"),
		media: []string{"application/json", "application/x-ndjson", "application/geo+json"},
		read:  readJSON,
	}
}

// readJSON reads JSON as it is laid out, its strings as they are meant: many
// programs write every letter beyond ASCII as an escape.
func readJSON(r *reading, d document) error {
	raw, cut := decodable(d.raw)
	if err := r.block(unescapeJSON(decodeText(raw, d.contentType))); err != nil || !cut {
		return err
	}
	return r.stop("text")
}

// unescapeJSON resolves the escapes of strings. Outside of strings JSON has no
// backslash, so it need not be told where they are, nor be well-formed.
func unescapeJSON(s string) string {
	at := strings.IndexByte(s, '\\')
	if at < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for ; at >= 0; at = strings.IndexByte(s, '\\') {
		out.WriteString(s[:at])
		c, size := jsonEscape(s[at:])
		out.WriteRune(c)
		s = s[at+size:]
	}
	out.WriteString(s)
	return out.String()
}

// jsonEscape gives the character that the escape at the beginning of s stands
// for, and the escape's length. What is no escape is a backslash.
func jsonEscape(s string) (c rune, size int) {
	if len(s) < 2 {
		return '\\', 1
	}
	switch s[1] {
	case 'n', 'r':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'b', 'f':
		return ' ', 2
	case '"', '\'', '\\', '/':
		return rune(s[1]), 2
	case 'u':
	default:
		return '\\', 1
	}
	unit, ok := hexUnit(s)
	if !ok {
		return '\\', 1
	}
	if !utf16.IsSurrogate(unit) {
		return unit, 6
	}
	if low, ok := hexUnit(s[6:]); ok {
		if c = utf16.DecodeRune(unit, low); c != utf8.RuneError {
			return c, 12
		}
	}
	return utf8.RuneError, 6
}

// hexUnit reads the \uXXXX that s begins with.
func hexUnit(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
