package rfc822

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// detectBytes is how much of a text is looked at to guess its charset.
const detectBytes = 64 << 10

// Text decodes bytes in the charset that label names into UTF-8. A byte order
// mark wins over the label, as does text that cannot be in the charset which it
// names; without a usable label the charset is guessed, with Windows-1252 as the
// last resort. It always gives valid UTF-8.
func Text(b []byte, label string) string {
	if s, ok := byBOM(b); ok {
		return s
	}
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	if unlabelled(label) || isUTF8(label) {
		return unlabelledText(b)
	}
	seven := label == "utf-7" || label == "unicode-1-1-utf-7"
	var enc encoding.Encoding
	if !seven {
		if enc = lookup(label); enc == nil {
			return unlabelledText(b)
		}
	}
	plain := ascii(b)
	switch {
	case isUTF16(label) && !slices.ContainsFunc(b, isControl) && utf8.Valid(b):
		return string(b)
	case !plain && !isUTF16(label) && isPlainlyUTF8(b, label, enc):
		return strings.ToValidUTF8(string(b), "\uFFFD")
	case seven:
		return decodeUTF7(b)
	}
	s := decodeWith(enc, b)
	if !plain && !isUTF16(label) {
		if other, ok := instead(b, label, enc, s); ok {
			return other
		}
	}
	return s
}

func isControl(c byte) bool { return c < '\t' }

func isUTF16(label string) bool {
	return strings.HasPrefix(label, "utf-16") || strings.HasPrefix(label, "utf-32")
}

func decodeWith(enc encoding.Encoding, b []byte) string {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

func byBOM(b []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		return unlabelledText(b[3:]), true
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}) && len(b) > 3:
		return decodeWith(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), b[2:]), true
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}) && len(b) > 3:
		return decodeWith(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), b[2:]), true
	}
	return "", false
}

func unlabelled(label string) bool {
	switch label {
	case "", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "unknown", "default", "none", "binary", "7bit", "8bit":
		return true
	}
	return false
}

func isUTF8(label string) bool { return label == "utf-8" || label == "utf8" || label == "unicode" }

func isWestern(label string) bool {
	switch label {
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "windows-1252", "cp1252", "iso-8859-15", "x-mac-roman", "macintosh":
		return true
	}
	return false
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// lookup finds an encoding by any of the names in use, nil when there is none.
func lookup(label string) encoding.Encoding {
	switch label {
	case "hz-gb-2312":
		return simplifiedchinese.HZGB2312
	case "cp850", "ibm850":
		return charmap.CodePage850
	case "cp437", "ibm437":
		return charmap.CodePage437
	case "ansi_x3.110-1983", "iso-8859-8-e":
		return charmap.Windows1252
	}
	if enc, err := htmlindex.Get(label); err == nil {
		if name, err := htmlindex.Name(enc); err == nil && name != "replacement" {
			return enc
		}
	}
	if enc, err := ianaindex.MIME.Encoding(label); err == nil && enc != nil {
		return enc
	}
	// Names such as cp932 and windows-31j reach here; so do vendors' own.
	for _, try := range []string{
		strings.Replace(label, "cp", "windows-", 1), strings.TrimPrefix(label, "x-"),
		strings.Replace(label, "iso8859", "iso-8859", 1),
	} {
		if enc, err := htmlindex.Get(try); err == nil {
			return enc
		}
	}
	if label == "cp932" || label == "windows-932" {
		enc, _ := htmlindex.Get("shift_jis")
		return enc
	}
	return nil
}

func unlabelledText(b []byte) string {
	if utf8.Valid(b) {
		if bytes.Contains(b, []byte("\x1b$")) || bytes.Contains(b, []byte("\x1b(J")) {
			if enc := lookup("iso-2022-jp"); enc != nil {
				return decodeWith(enc, b)
			}
		}
		return string(b)
	}
	if s, ok := nearlyUTF8(b); ok {
		return s
	}
	if s, ok := foreignText(b); ok {
		return s
	}
	if enc := oldWestern(b); enc != nil {
		return decodeWith(enc, b)
	}
	if enc := guess(b); enc != nil {
		return decodeWith(enc, b)
	}
	return decodeWith(charmap.Windows1252, b)
}

// nearlyUTF8 takes text as UTF-8 that was cut inside a character or has a few
// stray bytes in it.
func nearlyUTF8(b []byte) (string, bool) {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		i += size
	}
	if good == 0 || bad > 3 && bad*20 > good || bad > good {
		return "", false
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), true
}

func guess(b []byte) (enc encoding.Encoding) {
	defer func() {
		if recover() != nil {
			enc = nil
		}
	}()
	if len(b) > detectBytes {
		b = b[:detectBytes]
	}
	// Of a few bytes the detector knows no more than a coin does.
	if len(b) < 8 {
		return nil
	}
	all, err := chardet.NewTextDetector().DetectAll(b)
	if err != nil {
		return nil
	}
	// The detector's recognizers race, and of equal ones it names whichever came
	// first: the same bytes must always give the same text.
	best := slices.MinFunc(all, func(x, y chardet.Result) int {
		return cmp.Or(cmp.Compare(y.Confidence, x.Confidence), cmp.Compare(x.Charset, y.Charset))
	})
	if best.Confidence < 30 {
		return nil
	}
	return lookup(strings.ToLower(best.Charset))
}
