package extract

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// The code pages that have no characters of their own or are met by name.
const (
	pageWestern = 1252
	pageSymbol  = 42
	pageUTF16   = 1200
)

// pageText decodes bytes in one of Windows' code pages. One that is not known is
// read as Western European, in which at least the ASCII part is right.
func pageText(page int, b []byte) string {
	ascii := true
	for _, c := range b {
		if c >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii && page != pageUTF16 && page != pageSymbol {
		return string(b)
	}
	if page == pageUTF16 {
		return utf16LE(b)
	}
	if page == pageSymbol {
		return symbols(b)
	}
	out, err := pageEncoding(page).NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// pageEncoding is the encoding of a code page.
func pageEncoding(page int) encoding.Encoding {
	switch page {
	case 932, 10001:
		return japanese.ShiftJIS
	case 51932:
		return japanese.EUCJP
	case 936, 10008:
		return simplifiedchinese.GBK
	case 54936:
		return simplifiedchinese.GB18030
	case 949, 51949, 10003:
		return korean.EUCKR
	case 950, 10002:
		return traditionalchinese.Big5
	case 65001:
		return unicode.UTF8
	}
	return singleByte(page)
}

func singleByte(page int) encoding.Encoding {
	all := map[int]*charmap.Charmap{
		437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855,
		858: charmap.CodePage858, 860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863,
		865: charmap.CodePage865, 866: charmap.CodePage866, 874: charmap.Windows874,
		1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253,
		1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257,
		1258: charmap.Windows1258, 10000: charmap.Macintosh, 32768: charmap.Macintosh, 10007: charmap.MacintoshCyrillic,
		20866: charmap.KOI8R, 21866: charmap.KOI8U, 28591: charmap.ISO8859_1, 28592: charmap.ISO8859_2,
		28593: charmap.ISO8859_3, 28594: charmap.ISO8859_4, 28595: charmap.ISO8859_5, 28596: charmap.ISO8859_6,
		28597: charmap.ISO8859_7, 28598: charmap.ISO8859_8, 28599: charmap.ISO8859_9, 28605: charmap.ISO8859_15,
	}
	if m := all[page]; m != nil {
		return m
	}
	return charmap.Windows1252
}

// doubleByte tells of the code pages in which a character may have two bytes.
func doubleByte(page int) bool {
	switch page {
	case 932, 936, 949, 950, 10001, 10002, 10003, 10008, 54936, 65001:
		return true
	}
	return false
}

// charsetPage gives the code page of a font's charset, 0 where that is the
// document's own.
func charsetPage(charset int) int {
	switch charset {
	case 0:
		return pageWestern
	case 2:
		return pageSymbol
	case 77:
		return 10000
	case 78, 128:
		return 932
	case 79, 129:
		return 949
	case 80, 134:
		return 936
	case 81, 136:
		return 950
	case 89:
		return 10007
	case 161:
		return 1253
	case 162:
		return 1254
	case 163:
		return 1258
	case 177:
		return 1255
	case 178:
		return 1256
	case 186:
		return 1257
	case 204:
		return 1251
	case 222:
		return 874
	case 238:
		return 1250
	case 254:
		return 437
	case 255:
		return 850
	}
	return 0
}

// languagePage gives the code page in which Windows kept a language's texts
// before Unicode, by its identifier ([MS-LCID]).
func languagePage(lcid int) int {
	switch lcid & 0x3FF {
	case 0x01, 0x20, 0x29:
		return 1256
	case 0x02, 0x19, 0x22, 0x23, 0x2F:
		return 1251
	case 0x04:
		if lcid == 0x0804 || lcid == 0x1004 {
			return 936
		}
		return 950
	case 0x05, 0x0E, 0x15, 0x18, 0x1B, 0x1C, 0x24:
		return 1250
	case 0x1A:
		if lcid == 0x0C1A || lcid == 0x1C1A {
			return 1251
		}
		return 1250
	case 0x08:
		return 1253
	case 0x0D:
		return 1255
	case 0x11:
		return 932
	case 0x12:
		return 949
	case 0x1E:
		return 874
	case 0x1F:
		return 1254
	case 0x25, 0x26, 0x27:
		return 1257
	case 0x2A:
		return 1258
	}
	return pageWestern
}

// symbols reads text in the Symbol font as far as it is letters: its Greek ones.
func symbols(b []byte) string {
	const (
		upper = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
		lower = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
	)
	up, low := []rune(upper), []rune(lower)
	var out strings.Builder
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z':
			out.WriteRune(up[c-'A'])
		case c >= 'a' && c <= 'z':
			out.WriteRune(low[c-'a'])
		case c == 0xB7:
			out.WriteRune('•')
		case c < 0x80:
			out.WriteByte(c)
		}
	}
	return out.String()
}
