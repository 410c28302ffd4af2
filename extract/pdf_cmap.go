package extract

import (
	"math"
	"unicode/utf16"
)

// maxMappings bounds a CMap.
const maxMappings = 200000

// pdfCMap maps character codes to text, as a font's ToUnicode stream says.
type pdfCMap struct {
	oneByte bool // codes are one byte long
	codes   map[uint32]string
	steps   int // taken to fill codes: ranges may overlap
}

// readCMap reads a ToUnicode stream. It takes the entries as they stand between
// begin and end operators, whatever count was announced.
func readCMap(b []byte) *pdfCMap {
	m := &pdfCMap{codes: map[uint32]string{}}
	lex := pdfLexer{b: b}
	var run []pdfOperand
	lens := [5]int{}
	for {
		t := lex.next()
		switch {
		case t.kind == pdfEOF:
			m.oneByte = lens[1] > 0 && lens[2] == 0
			return m
		case t.kind == pdfString:
			run = append(run, pdfOperand{pdfToken: t})
		case t.kind == pdfOperator && t.str == "[":
			p := pdfProgram{lex: lex}
			run = append(run, pdfOperand{array: p.array(), isArr: true})
			lex = p.lex
		case t.kind == pdfOperator:
			switch t.str {
			case "endcodespacerange":
				for _, o := range run {
					lens[min(len(o.str), 4)]++
				}
			case "endbfchar":
				m.chars(run)
			case "endbfrange":
				m.ranges(run)
			}
			run = run[:0]
		}
		if len(run) > maxMappings {
			run = run[:0]
		}
	}
}

func (m *pdfCMap) chars(run []pdfOperand) {
	for i := 0; i+1 < len(run) && len(m.codes) < maxMappings; i += 2 {
		m.codes[code(run[i].str)] = utf16Text(run[i+1].str)
	}
}

func (m *pdfCMap) ranges(run []pdfOperand) {
	for i := 0; i+2 < len(run); i += 3 {
		lo, hi, dst := code(run[i].str), code(run[i+1].str), run[i+2]
		for c := lo; c <= hi && m.steps < maxMappings; c++ {
			m.steps++
			n := int(c - lo)
			switch {
			case dst.isArr && n < len(dst.array):
				m.codes[c] = utf16Text(dst.array[n].str)
			case !dst.isArr && dst.str != "":
				m.codes[c] = utf16Text(plus(dst.str, n))
			}
			if c == math.MaxUint32 || !dst.isArr && dst.str == "" || dst.isArr && n >= len(dst.array) {
				break
			}
		}
	}
}

func code(s string) uint32 {
	var v uint32
	for i := 0; i < len(s) && i < 4; i++ {
		v = v<<8 | uint32(s[i])
	}
	return v
}

// plus adds n to the last unit of a UTF-16 string.
func plus(s string, n int) string {
	b := []byte(s)
	for i := len(b) - 1; i >= 0 && n > 0; i-- {
		n += int(b[i])
		b[i] = byte(n)
		n >>= 8
	}
	return string(b)
}

func utf16Text(s string) string {
	if len(s) == 1 {
		return string(rune(s[0]))
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(units))
}
