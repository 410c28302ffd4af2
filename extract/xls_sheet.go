package extract

import (
	"math"
	"strings"
)

// xlsSheetReader reads one sheet: its cells in rows, and what lies on them.
type xlsSheetReader struct {
	*xlsReader
	chart   bool // the cells are a chart's memory of its data
	depth   int  // charts in the sheet that are open
	row     int
	cells   strings.Builder // of the present row
	out     strings.Builder // whole rows, not yet written
	style   int             // of the formula whose text is awaited
	waiting bool
	object  int // the kind of the last object
	shown   map[string]bool

	comments, margins, extras []string
	kept                      int // bytes in these
}

// xlsNoteObject is the kind of object that a comment lies in.
const xlsNoteObject = 0x19

// sheet reads the n-th sheet.
func (x *xlsReader) sheet(s xlsSheet, n int) error {
	if x.seen[s.at] {
		return nil
	}
	x.seen[s.at] = true
	if n == 0 {
		return x.newSheet(s).read(s.at)
	}
	return x.at(Step{Kind: Sheet, Number: n, Name: s.name}, func() error {
		if x.wrote > 0 {
			x.gap = "\n\n"
		}
		if err := x.line(s.name); err != nil {
			return err
		}
		return x.newSheet(s).read(s.at)
	})
}

func (x *xlsReader) newSheet(s xlsSheet) *xlsSheetReader {
	return &xlsSheetReader{xlsReader: x, chart: s.chart, row: -1, shown: map[string]bool{}}
}

func (s *xlsSheetReader) read(at int) error {
	for {
		rec, ok := s.record(at)
		if !ok {
			s.damaged = true
			break
		}
		at = rec.next
		switch rec.id {
		case xlsBOF, xlsBOF2, xlsBOF3, xlsBOF4:
			s.depth++
			continue
		case xlsEOF:
			s.depth--
		case xlsTextObject:
			at = s.textObject(rec)
			continue
		case xlsString:
			at = s.formulaText(rec)
			continue
		case xlsFilePass:
			return encrypted()
		}
		if s.depth <= 0 {
			break
		}
		if err := s.take(rec); err != nil {
			return err
		}
	}
	return s.finish()
}

// take reads a record that no other continues.
func (s *xlsSheetReader) take(rec xlsRecord) error {
	b := rec.data
	if !s.chart && s.depth == 1 {
		if err := s.cellRecord(rec.id, b); err != nil {
			return err
		}
	}
	switch rec.id {
	case xlsCodePage:
		if !s.biff8 {
			s.page = b.u16(0)
		}
	case xlsHeader, xlsFooter:
		text, _ := s.text8(b, 0)
		if s.biff8 {
			text, _ = s.text16(b, 0)
		}
		s.margins = s.keep(s.margins, marginText(text))
	case xlsObject:
		s.object = b.u16(4)
	case xlsNote:
		s.note(b)
	case xlsHyperlink:
		s.extras = s.keep(s.extras, xlsLink(b))
	case xlsValidation:
		s.validation(b)
	case xlsSeriesText:
		text, _ := s.text8(b, 2)
		s.extras = s.keep(s.extras, text)
	}
	return nil
}

// cellRecord reads a record of one cell or more. Formulas show the results that
// Excel left in them.
func (s *xlsSheetReader) cellRecord(id int, b blob) error {
	row, style := b.u16(0), b.u16(4)
	switch id {
	case xlsLabelSST:
		return s.cell(row, s.format(style).str(s.strings.at(b.u32(6))))
	case xlsLabel, xlsRString:
		text, _ := s.text16(b, 6)
		return s.cell(row, text)
	case xlsLabel2:
		text, _ := s.text8(b, 7)
		return s.cell(row, text)
	case xlsInteger2:
		return s.cell(row, general(float64(b.u16(7))))
	case xlsNumber2:
		return s.cell(row, general(math.Float64frombits(b.u64(7))))
	case xlsNumber:
		return s.number(row, style, math.Float64frombits(b.u64(6)))
	case xlsRK:
		return s.number(row, style, rkNumber(b.u32(6)))
	case xlsMulRK:
		for at := 4; at+8 <= len(b); at += 6 {
			if err := s.number(row, b.u16(at), rkNumber(b.u32(at+2))); err != nil {
				return err
			}
		}
	case xlsBoolErr:
		return s.cell(row, boolErr(b.u8(6), b.u8(7) != 0))
	case xlsFormula, xlsFormula3, xlsFormula4:
		if id == xlsFormula {
			s.formulaLinks(b)
		}
		return s.formula(row, style, b.sub(6, 8))
	}
	return nil
}

func (s *xlsSheetReader) number(row, style int, v float64) error {
	return s.cell(row, s.format(style).number(v, s.from04))
}

// formula shows the last result of one: a number, or what the two 0xFF after it
// say.
func (s *xlsSheetReader) formula(row, style int, b blob) error {
	if b.u16(6) != 0xFFFF {
		return s.number(row, style, math.Float64frombits(b.u64(0)))
	}
	switch b.u8(0) {
	case 0:
		s.waiting, s.style = true, style
		return s.cell(row, "") // the text comes in a record of its own
	case 1:
		return s.cell(row, boolErr(b.u8(2), false))
	case 2:
		return s.cell(row, boolErr(b.u8(2), true))
	}
	return nil
}

// formulaLinks notes where the links of a formula lead.
func (s *xlsSheetReader) formulaLinks(b blob) {
	for _, t := range tokenLinks(b.sub(22, b.u16(20)), s.formulas()) {
		s.extras = s.keep(s.extras, t)
	}
}

// formulas tells how formulas are written.
func (s *xlsSheetReader) formulas() biff {
	if s.biff8 {
		return biff8
	}
	return biff5
}

// formulaText reads the text that is a formula's result.
func (s *xlsSheetReader) formulaText(rec xlsRecord) int {
	parts, next := s.continued(rec)
	if !s.waiting || s.chart {
		return next
	}
	s.waiting = false
	var text string
	if s.biff8 {
		c := xlsChunks{parts: parts}
		n := blob(c.bytes(2)).u16(0)
		text = c.chars(n, blob(c.bytes(1)).u8(0))
	} else {
		text, _ = s.text16(rec.data, 0)
	}
	s.append(s.format(s.style).str(text))
	return next
}

// rkNumber unpacks a number of four bytes: the upper part of a floating-point
// number or an integer, perhaps in hundredths.
func rkNumber(rk int) float64 {
	var v float64
	if rk&2 != 0 {
		v = float64(int32(uint32(rk)) >> 2)
	} else {
		v = math.Float64frombits(uint64(uint32(rk)&^3) << 32)
	}
	if rk&1 != 0 {
		v /= 100
	}
	return v
}

// boolErr shows a truth value or an error.
func boolErr(v int, isError bool) string {
	if !isError {
		return [2]string{"FALSE", "TRUE"}[min(v, 1)]
	}
	switch v {
	case 0x00:
		return "#NULL!"
	case 0x07:
		return "#DIV/0!"
	case 0x0F:
		return "#VALUE!"
	case 0x17:
		return "#REF!"
	case 0x1D:
		return "#NAME?"
	case 0x24:
		return "#NUM!"
	case 0x2A:
		return "#N/A"
	}
	return ""
}

// cell adds a cell's text to its row.
func (s *xlsSheetReader) cell(row int, text string) error {
	if row != s.row {
		if err := s.endRow(); err != nil {
			return err
		}
		s.row = row
	}
	s.append(text)
	return nil
}

func (s *xlsSheetReader) append(text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	if s.cells.Len() > 0 {
		s.cells.WriteByte('\t')
	}
	s.cells.WriteString(text)
}

// endRow writes the present row once there are enough of them.
func (s *xlsSheetReader) endRow() error {
	const enough = 32 << 10
	if s.cells.Len() > 0 {
		s.out.WriteString(s.cells.String())
		s.out.WriteByte('\n')
		s.cells.Reset()
	}
	if s.out.Len() < enough {
		return nil
	}
	text := s.out.String()
	s.out.Reset()
	return s.line(text)
}

// finish writes what is left: the last rows, and what lies on the sheet.
func (s *xlsSheetReader) finish() error {
	if err := s.endRow(); err != nil {
		return err
	}
	if err := s.line(s.out.String() + strings.Join(s.extras, "\n")); err != nil {
		return err
	}
	for _, part := range []struct {
		kind  StepKind
		lines []string
	}{{Comments, s.comments}, {Header, s.margins}} {
		if len(part.lines) == 0 {
			continue
		}
		if err := s.at(Step{Kind: part.kind}, func() error { return s.block(strings.Join(part.lines, "\n")) }); err != nil {
			return err
		}
	}
	return nil
}
