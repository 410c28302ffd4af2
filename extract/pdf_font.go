package extract

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ledongthuc/pdf"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"mailquarry/internal/rfc822"
)

// pdfFont tells what a font's codes say and how far they move.
type pdfFont struct {
	composite bool // codes of two bytes
	vertical  bool // written from top to bottom
	unicode   *pdfCMap
	table     [256]string     // simple fonts without an entry in unicode
	utf16     bool            // composite: codes are UTF-16
	charset   string          // composite: codes are text in this charset
	widths    map[int]float64 // by code, or by CID for composite fonts
	fallback  float64         // width of what is not in widths; 0: look it up in standard
	scale     float64         // glyph space to text space
	standard  *asciiWidths    // of simple fonts without widths
}

// glyph is one shown code.
type glyph struct {
	text  string
	width float64 // in text space, for size 1
	blank bool    // the one-byte code 32, to which word spacing applies
}

func (d *pdfDoc) newFont(v pdf.Value) *pdfFont {
	f := &pdfFont{scale: 1.0 / 1000, widths: map[int]float64{}}
	if tu := v.Key("ToUnicode"); tu.Kind() == pdf.Stream {
		f.unicode = readCMap(d.stream(tu))
	}
	if v.Key("Subtype").Name() == "Type0" {
		f.compositeFont(v)
		return f
	}
	first := int(v.Key("FirstChar").Int64())
	w := v.Key("Widths")
	for i := 0; i < w.Len() && i < 256; i++ {
		f.widths[first+i] = w.Index(i).Float64()
	}
	f.fallback = v.Key("FontDescriptor").Key("MissingWidth").Float64()
	if v.Key("Subtype").Name() == "Type3" {
		if m := v.Key("FontMatrix"); m.Len() == 6 && m.Index(0).Float64() != 0 {
			f.scale = m.Index(0).Float64()
		}
	}
	if name := v.Key("BaseFont").Name(); len(f.widths) == 0 && v.Key("Subtype").Name() != "Type3" {
		f.standard = standardWidths(name)
		if strings.Contains(name, "Courier") {
			f.fallback = 600
		}
	}
	f.encoding(v)
	return f
}

// encoding fills the table of a simple font: a base encoding, and the names of
// single glyphs over it.
func (f *pdfFont) encoding(v pdf.Value) {
	enc := v.Key("Encoding")
	base := enc.Name()
	if enc.Kind() == pdf.Dict {
		base = enc.Key("BaseEncoding").Name()
	}
	symbolic := v.Key("FontDescriptor").Key("Flags").Int64()&4 != 0
	name := v.Key("BaseFont").Name()
	for c := range f.table {
		if f.table[c] = symbolText(name, byte(c)); f.table[c] == "" {
			f.table[c] = baseGlyph(base, byte(c), symbolic)
		}
	}
	if enc.Kind() != pdf.Dict {
		return
	}
	// The library knows the names of glyphs; it tells them one code at a time.
	names := (&pdf.Font{V: v}).Encoder()
	diff := enc.Key("Differences")
	c := 0
	for i := 0; i < diff.Len() && i < 1024; i++ {
		x := diff.Index(i)
		if x.Kind() == pdf.Integer {
			c = int(x.Int64())
			continue
		}
		if c >= 0 && c < 256 {
			f.table[c] = glyphText(x.Name(), names.Decode(string([]byte{byte(c)})), c)
		}
		c++
	}
}

// glyphText gives the text of a glyph by its name; known is what the library's
// list says, which is the code itself where the name is not in it.
func glyphText(name, known string, c int) string {
	if name == ".notdef" {
		return ""
	}
	if hex, ok := strings.CutPrefix(name, "uni"); ok && len(hex) >= 4 {
		if n, err := strconv.ParseUint(hex[:4], 16, 32); err == nil {
			return string(rune(n))
		}
	}
	if hex, ok := strings.CutPrefix(name, "u"); ok && len(hex) >= 4 {
		if n, err := strconv.ParseUint(hex, 16, 32); err == nil {
			return string(rune(n))
		}
	}
	// The list has places of its own, outside Unicode, for old digits and small
	// capitals.
	if r, _ := utf8.DecodeRuneInString(known); known == string(rune(c)) || unicode.Is(unicode.Co, r) {
		if text := namedStem(name); text != "" {
			return text
		}
	}
	if known != string(rune(c)) {
		return known
	}
	// "a.sc", "f_i": variants and ligatures of letters that name themselves.
	stem, _, _ := strings.Cut(name, ".")
	if len(stem) == 1 {
		return stem
	}
	if parts := strings.Split(stem, "_"); len(parts) > 1 {
		return strings.Join(parts, "")
	}
	return known
}

// baseGlyph is a code's text in a base encoding.
func baseGlyph(base string, c byte, symbolic bool) string {
	switch base {
	case "MacRomanEncoding", "MacExpertEncoding":
		return string(charmap.Macintosh.DecodeByte(c))
	case "WinAnsiEncoding":
		return string(charmap.Windows1252.DecodeByte(c))
	}
	switch {
	case symbolic && c >= 11 && c <= 15:
		// TeX's fonts keep their ligatures here and name no encoding.
		return [...]string{"ff", "fi", "fl", "ffi", "ffl"}[c-11]
	case c == 0xAE && base == "StandardEncoding":
		return "fi"
	case c == 0xAF && base == "StandardEncoding":
		return "fl"
	case c < ' ':
		return ""
	}
	return string(charmap.Windows1252.DecodeByte(c))
}

// compositeFont reads a Type0 font.
func (f *pdfFont) compositeFont(v pdf.Value) {
	f.composite = true
	enc := v.Key("Encoding").Name()
	f.vertical = strings.HasSuffix(enc, "-V") || enc == "V" || v.Key("Encoding").Key("WMode").Int64() == 1
	switch {
	case strings.Contains(enc, "UCS2"), strings.Contains(enc, "UTF16"):
		f.utf16 = true
	case strings.HasPrefix(enc, "GB"):
		f.charset = "gb18030"
	case strings.Contains(enc, "RKSJ"):
		f.charset = "shift_jis"
	case strings.HasPrefix(enc, "ETen"), strings.HasPrefix(enc, "B5"), strings.HasPrefix(enc, "HKscs"):
		f.charset = "big5"
	case strings.HasPrefix(enc, "KSC"):
		f.charset = "euc-kr"
	}
	cid := v.Key("DescendantFonts").Index(0)
	f.fallback = 1000
	if dw := cid.Key("DW"); !dw.IsNull() {
		f.fallback = dw.Float64()
	}
	f.cidWidths(cid.Key("W"))
}

// cidWidths reads "first [w...]" and "first last w" entries.
func (f *pdfFont) cidWidths(w pdf.Value) {
	for i := 0; i+1 < w.Len() && len(f.widths) < maxMappings; {
		first := int(w.Index(i).Int64())
		if list := w.Index(i + 1); list.Kind() == pdf.Array {
			for k := 0; k < list.Len() && len(f.widths) < maxMappings; k++ {
				f.widths[first+k] = list.Index(k).Float64()
			}
			i += 2
			continue
		}
		last, width := int(w.Index(i+1).Int64()), w.Index(i+2).Float64()
		for c := first; c <= last && len(f.widths) < maxMappings; c++ {
			f.widths[c] = width
		}
		i += 3
	}
}

// glyphs decodes a shown string.
func (f *pdfFont) glyphs(s string, out []glyph) []glyph {
	if !f.composite {
		for i := 0; i < len(s); i++ {
			out = append(out, f.simple(s[i]))
		}
		return out
	}
	if f.charset != "" && f.unicode == nil {
		for _, r := range rfc822.Text([]byte(s), f.charset) {
			w := 1.0
			if r < 0x80 {
				w = 0.5
			}
			out = append(out, glyph{text: string(r), width: w})
		}
		return out
	}
	step := 2
	if f.unicode != nil && f.unicode.oneByte {
		step = 1
	}
	for ; len(s) >= step; s = s[step:] {
		c := code(s[:step])
		g := glyph{width: f.width(int(c), "")}
		if f.unicode != nil {
			g.text = f.unicode.codes[c]
		}
		if g.text == "" && f.utf16 {
			g.text = utf16Text(s[:step])
		}
		g.text = plainForm(g.text)
		out = append(out, g)
	}
	return out
}

func (f *pdfFont) simple(c byte) glyph {
	text := ""
	if f.unicode != nil {
		text = f.unicode.codes[uint32(c)]
	}
	if text == "" || text == "\x00" {
		text = f.table[c]
	}
	return glyph{text: plainForm(text), width: f.width(int(c), text), blank: c == ' '}
}

// plainForm replaces ligatures by their letters.
func plainForm(s string) string {
	for _, r := range s {
		if r >= 0xFB00 && r <= 0xFB4F || r >= 0xFE70 && r <= 0xFEFE {
			return norm.NFKC.String(s)
		}
	}
	return s
}

// width is how far a code moves, for size 1. Fonts every reader is expected to
// have may come without widths.
func (f *pdfFont) width(c int, text string) float64 {
	if w, ok := f.widths[c]; ok {
		return w * f.scale
	}
	if f.fallback > 0 {
		return f.fallback * f.scale
	}
	if len(f.widths) > 0 && !f.composite {
		return 0
	}
	if f.standard == nil {
		return .54
	}
	return f.standard.of(text) * f.scale
}
