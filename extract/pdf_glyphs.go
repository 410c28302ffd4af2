package extract

import "strings"

// namedStem gives the text of a glyph that is a variant of one with a word for a
// name: "one.oldstyle", "sevenoldstyle", "period.tab".
func namedStem(name string) string {
	stem, _, _ := strings.Cut(name, ".")
	for _, variant := range []string{"oldstyle", "superior", "inferior"} {
		stem = strings.TrimSuffix(stem, variant)
	}
	switch stem {
	case "zero":
		return "0"
	case "one":
		return "1"
	case "two":
		return "2"
	case "three":
		return "3"
	case "four":
		return "4"
	case "five":
		return "5"
	case "six":
		return "6"
	case "seven":
		return "7"
	case "eight":
		return "8"
	case "nine":
		return "9"
	case "period":
		return "."
	case "comma":
		return ","
	case "hyphen":
		return "-"
	}
	if letter, small := strings.CutSuffix(stem, "small"); small && len(letter) == 1 {
		return letter
	}
	return ""
}

// symbolText gives the text of a code in the two fonts of signs that every reader
// has: Symbol's Greek, and the ornaments of ZapfDingbats. It is "" in others.
func symbolText(font string, c byte) string {
	switch {
	case c <= ' ' || c > '~':
		return ""
	case strings.Contains(font, "ZapfDingbats"):
		return string(rune(0x2701) + rune(c-0x21))
	case font == "Symbol" || strings.HasSuffix(font, "+Symbol"):
		if i := strings.IndexByte(symbolLatin, c); i >= 0 {
			return string([]rune(symbolGreek)[i])
		}
	}
	return ""
}

const (
	symbolLatin = "ABGDEZHQIKLMNXOPRSTUFCYWabgdezhqiklmnxoprVstufcyw"
	symbolGreek = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω"
)
