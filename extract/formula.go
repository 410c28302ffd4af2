package extract

import (
	"bytes"
	"slices"
	"strings"
)

// maxFormulaLinks bounds the targets of one formula.
const maxFormulaLinks = 16

// formulaLinks gives where the hyperlinks of a formula lead, as far as it says so
// itself: HYPERLINK("https://example.org/"&A1,"an example").
func formulaLinks(formula string) []string {
	at := strings.Index(formula, "HYPERLINK(")
	if at < 0 {
		return nil
	}
	var targets []string
	for rest := formula[at:]; ; {
		_, after, ok := strings.Cut(rest, `"`)
		if !ok {
			return targets
		}
		var text string
		text, rest = formulaString(after)
		targets = addTarget(targets, text)
	}
}

// formulaString reads a string of a formula after its opening quote, and gives
// what follows the closing one. Two quotes stand for one that is no end.
func formulaString(s string) (text, rest string) {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '"')
		switch {
		case i < 0:
			return s, ""
		case strings.HasPrefix(s[at+i+1:], `"`):
			at += i + 2
		default:
			return strings.ReplaceAll(s[:at+i], `""`, `"`), s[at+i+1:]
		}
	}
}

// addTarget adds a string of a formula if it is a link's target: a place on the
// net or in a file system, and no place in the workbook.
func addTarget(targets []string, s string) []string {
	target := linkTarget(s)
	if target == "" && (strings.Contains(s, "://") || strings.HasPrefix(s, `\\`) || len(s) > 3 && s[1:3] == `:\`) {
		target = s
	}
	if target == "" || len(targets) >= maxFormulaLinks || slices.Contains(targets, target) {
		return targets
	}
	return append(targets, target)
}

// biff is a version of Excel's binary formulas.
type biff int

// The versions differ in the sizes of references.
const (
	biff5 biff = iota
	biff8
	biff12 // of XLSB
)

// The tokens of binary formulas that are told apart ([MS-XLS] 2.5.198).
const (
	tokenString    = 0x17
	tokenAttribute = 0x19
	tokenFunction  = 0x22 // with any number of arguments
	functionLink   = 359
)

// tokenLinks is formulaLinks for the tokens of a binary formula.
func tokenLinks(b blob, version biff) []string {
	// Few formulas have the function, and those without need not be walked.
	if !bytes.Contains(b, []byte{functionLink & 0xFF, functionLink >> 8}) {
		return nil
	}
	var targets []string
	for _, s := range tokenStrings(b, version, functionLink) {
		targets = addTarget(targets, s)
	}
	return targets
}

// tokenStrings gives the strings of a formula that calls a function, nil where it
// does not; 0 is any formula.
func tokenStrings(b blob, version biff, function int) []string {
	var found []string
	called := function == 0
	for at := 0; at < len(b); {
		id := b.u8(at)
		at++
		if id >= 0x40 {
			id = id&0x1F | 0x20 // the classes of a token's value differ in nothing else
		}
		var size int
		switch id {
		case tokenString:
			var s string
			s, size = tokenText(b.from(at), version)
			found = append(found, s)
		case tokenAttribute:
			const choose = 0x04
			if size = 3; b.u8(at)&choose != 0 {
				size += 2 * (b.u16(at+1) + 1)
			}
		case tokenFunction:
			size = 3
			called = called || b.u16(at+1)&0x7FFF == function
		default:
			size = tokenSize(id, version)
		}
		if size < 0 {
			break // a token that is not known: what follows cannot be told
		}
		at += size
	}
	if !called {
		return nil
	}
	return found
}

// tokenText reads a string, and gives its size.
func tokenText(b blob, version biff) (text string, size int) {
	switch n := b.u8(0); {
	case version == biff12:
		n = b.u16(0)
		return utf16LE(b.sub(2, 2*n)), 2 + 2*n
	case version == biff5:
		return latin1(b.sub(1, n)), 1 + n
	case b.u8(1)&1 != 0:
		return utf16LE(b.sub(2, 2*n)), 2 + 2*n
	default:
		return latin1(b.sub(2, n)), 2 + n
	}
}

// tokenSize gives how many bytes follow a token's first; less than none when that
// is not known.
func tokenSize(id int, version biff) int {
	switch id {
	case 0x01, 0x02: // a shared formula's place
		return 4
	case 0x1C, 0x1D: // an error, a truth value
		return 1
	case 0x1E, 0x21, 0x29: // an integer, a function, a part of the formula
		return 2
	case 0x1F: // a number
		return 8
	case 0x20: // an array
		return [...]int{7, 7, 14}[version]
	case 0x23: // a name
		return [...]int{14, 4, 4}[version]
	case 0x24, 0x2A, 0x2C: // a cell
		return [...]int{3, 4, 6}[version]
	case 0x25, 0x2B, 0x2D: // cells
		return [...]int{6, 8, 12}[version]
	case 0x26, 0x27, 0x28: // a part of the formula that gives cells
		return 6
	case 0x39: // a name elsewhere
		return [...]int{24, 6, 6}[version]
	case 0x3A, 0x3C: // a cell of another sheet
		return [...]int{17, 6, 8}[version]
	case 0x3B, 0x3D: // cells of another sheet
		return [...]int{20, 10, 14}[version]
	}
	if id >= 0x03 && id <= 0x16 { // operators
		return 0
	}
	return -1
}
