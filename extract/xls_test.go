package extract

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// rec writes a record.
func (w *le) rec(id int, data *le) *le { return w.u16(id, len(data.b)).str(string(data.b)) }

// short and long write strings as BIFF8 has them.
func (w *le) short(s string) *le { return w.u8(len(s), 0).str(s) }
func (w *le) long(s string) *le  { return w.u16(len([]rune(s))).u8(1).str(wide(s)) }

func (w *le) f64(v float64) *le {
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(v))
	return w
}

func bof(kind int) *le { return (&le{}).u16(0x0600, kind).zeros(12) }

// workbook makes a workbook of two sheets, one of them hidden.
func workbook() []byte {
	var g le
	g.rec(xlsBOF, bof(5))
	g.rec(xlsCodePage, (&le{}).u16(1200))
	g.rec(xlsFormatCode, (&le{}).u16(164).long(`#,##0.00 "€"`))
	for _, f := range []int{0, 14, 4, 164} {
		g.rec(xlsXF, (&le{}).u16(0, f).zeros(16))
	}
	var ats []int
	for i, name := range []string{"Budget", "Secret"} {
		ats = append(ats, len(g.b)+4)
		g.rec(xlsBoundSheet, (&le{}).u32(0).u8(i, 0).short(name))
	}
	// The third shared string is split: the rest of it has wider characters.
	table := (&le{}).u32(9, 3).long("Übersicht")
	table.u16(2).u8(8 | 4).u16(1).u32(18).str("to").u32(7)
	table.u16(1, 14, 0, 0, 0, 0, 2).str(wide("トウ"))
	table.u16(6).u8(0).str("abc")
	g.rec(xlsSST, table)
	g.rec(xlsContinue, (&le{}).u8(1).str(wide("где")))
	g.rec(xlsEOF, &le{})

	binary.LittleEndian.PutUint32(g.b[ats[0]:], uint32(len(g.b)))
	g.rec(xlsBOF, bof(0x10))
	g.rec(xlsHeader, (&le{}).long(`&L&"Arial,Bold"&12Left&RR && D &P`))
	cell := func(row, col, style int) *le { return (&le{}).u16(row, col, style) }
	g.rec(xlsLabelSST, cell(0, 0, 0).u32(0))
	g.rec(xlsLabelSST, cell(0, 1, 0).u32(1))
	g.rec(xlsLabelSST, cell(0, 2, 0).u32(2))
	g.rec(xlsRK, cell(1, 0, 1).u32(45366<<2|2))
	g.rec(xlsNumber, cell(1, 1, 3).f64(1599.99))
	g.rec(xlsMulRK, (&le{}).u16(1, 2).u16(0).u32(7<<2|3).u16(2).u32(1234<<2|2).u16(3))
	g.rec(xlsFormula, cell(2, 0, 0).f64(2.5).zeros(6))
	// HYPERLINK("https://f.example"&A1,"result")
	link := (&le{}).u8(0x17, 17, 0).str("https://f.example").u8(0x44).u16(0, 0).u8(0x08, 0x17, 6, 0).str("result").u8(0x42, 2).u16(359)
	g.rec(xlsFormula, cell(2, 1, 0).u8(0, 0, 0, 0, 0, 0, 255, 255).zeros(6).u16(len(link.b)).str(string(link.b)))
	g.rec(xlsString, (&le{}).long("result"))
	g.rec(xlsBoolErr, cell(2, 2, 0).u8(1, 0))
	g.rec(xlsBoolErr, cell(2, 3, 0).u8(7, 1))
	g.rec(xlsLabel, cell(3, 0, 0).long("old label"))
	g.rec(xlsObject, (&le{}).u16(0x15, 0x12, xlsNoteObject).zeros(16))
	g.rec(xlsTextObject, (&le{}).zeros(10).u16(5).zeros(6))
	g.rec(xlsContinue, (&le{}).u8(0).str("check"))
	g.rec(xlsContinue, (&le{}).zeros(16))
	g.rec(xlsNote, (&le{}).u16(0, 0, 0, 1).long("Jo"))
	url := wide("https://a.example/\x00")
	g.rec(xlsHyperlink, (&le{}).zeros(8+16).u32(2, 3).str(urlMoniker).u32(len(url)).str(url))
	choices := (&le{}).u8(0x17, 6, 0).str("red\x00no")
	g.rec(xlsValidation, (&le{}).u32(3).long("\x00").long("\x00").long("choose").long("\x00").u16(len(choices.b), 0).str(string(choices.b)).zeros(6))
	g.rec(xlsBOF, bof(0x20))
	g.rec(xlsSeriesText, (&le{}).u16(0).short("A chart"))
	g.rec(xlsNumber, cell(0, 0, 0).f64(99999))
	g.rec(xlsEOF, &le{})
	g.rec(xlsEOF, &le{})

	binary.LittleEndian.PutUint32(g.b[ats[1]:], uint32(len(g.b)))
	g.rec(xlsBOF, bof(0x10))
	g.rec(xlsLabelSST, cell(0, 0, 0).u32(0))
	g.rec(xlsEOF, &le{})
	return g.b
}

// TestXLS promises a workbook's cells as they are shown, and all that lies about
// them, sheet by sheet.
func TestXLS(t *testing.T) {
	t.Parallel()
	want := "[sheet 1 \"Budget\"]Budget\nÜbersicht\tto トウ\tabcгде\n3/15/2024\t1,599.99 €\t0.07\t1,234.00\n2.5\tresult\tTRUE\t#DIV/0!\nold label\n" +
		"https://f.example\nhttps://a.example/\nchoose\nred, no\nA chart\n\n[comments of sheet 1 \"Budget\"]check\nJo\n\n[header of sheet 1 \"Budget\"]Left\nR & D" +
		"\n\n[sheet 2 \"Secret\"]Secret\nÜbersicht"
	wantText(t, oleFile(oleEntry{name: "Workbook", data: string(workbook())}), "a.txt", "xls", OK, want)
}

// TestXLSOld promises the cells of files that are older than compound files.
func TestXLSOld(t *testing.T) {
	t.Parallel()
	var b le
	b.rec(xlsBOF2, (&le{}).u16(2, 0x10))
	b.rec(xlsLabel2, (&le{}).u16(0, 0).u8(0, 0, 0).u8(4).str("word"))
	b.rec(xlsInteger2, (&le{}).u16(0, 1).u8(0, 0, 0).u16(42))
	b.rec(xlsNumber2, (&le{}).u16(1, 0).u8(0, 0, 0).f64(1.5))
	b.rec(xlsEOF, &le{})
	wantText(t, b.b, "", "xls", OK, "word\t42\n1.5")
}

// TestXLSHostile promises an end, and the right state, for workbooks that lie
// about themselves.
func TestXLSHostile(t *testing.T) {
	t.Parallel()
	pool := New(Options{Workers: 1})
	t.Cleanup(pool.Close)
	book := func(fill func(g *le)) []byte {
		g := (&le{}).rec(xlsBOF, bof(5))
		fill(g)
		return oleFile(oleEntry{name: "Workbook", data: string(g.b)})
	}
	sheet := func(g *le, at int) { g.rec(xlsBoundSheet, (&le{}).u32(at).u8(0, 0).short("S")) }
	for _, c := range []struct {
		name string
		raw  []byte
		want State
	}{
		{"with a password", book(func(g *le) { g.rec(xlsFilePass, (&le{}).u16(1, 1)).rec(xlsEOF, &le{}) }), Encrypted},
		{"without an end", book(func(g *le) { sheet(g, 1<<30) }), Failed},
		{"billions of strings", book(func(g *le) {
			g.rec(xlsSST, (&le{}).u32(0xFFFFFFFF, 0xFFFFFFFF).u16(0xFFFF).u8(0xFF).u16(0xFFFF).u32(0xFFFFFFFF).str("abc"))
			g.rec(xlsEOF, &le{})
		}), Empty},
		{"a million empty strings", book(func(g *le) {
			g.rec(xlsSST, (&le{}).u32(1, 1))
			for range 400 {
				g.rec(xlsContinue, (&le{}).zeros(8190))
			}
			g.rec(xlsEOF, &le{})
		}), Empty},
		{"sheets in each other", book(func(g *le) {
			const sheets = 5000
			first := len(g.b) + sheets*(4+6+3) + 4
			for i := range sheets {
				sheet(g, first+4*i)
			}
			g.rec(xlsEOF, &le{})
			for range 1_000_000 {
				g.u16(xlsBOF, 0)
			}
		}), Failed},
		{"one long string in each of many cells", book(func(g *le) {
			at := len(g.b)
			sheet(g, 0)
			g.rec(xlsSST, (&le{}).u32(1, 1).u16(8000).u8(0).str(strings.Repeat("word ", 1600)))
			g.rec(xlsEOF, &le{})
			binary.LittleEndian.PutUint32(g.b[at+4:], uint32(len(g.b)))
			g.rec(xlsBOF, bof(0x10))
			for i := range 100_000 {
				g.rec(xlsLabelSST, (&le{}).u16(i, 0, 0).u32(0))
			}
			g.rec(xlsEOF, &le{})
		}), TooLarge},
	} {
		if res := extractBytes(t, pool, c.raw); res.State != c.want {
			t.Errorf("%s: %s (%s), %d bytes, want %s", c.name, res.State, res.Reason, len(res.Text), c.want)
		}
	}
}

// FuzzXLS promises that any bytes can be read.
func FuzzXLS(f *testing.F) {
	f.Add(oleFile(oleEntry{name: "Workbook", data: string(workbook())}))
	f.Add(workbook())
	f.Add((&le{}).rec(xlsBOF2, (&le{}).u16(2, 0x10)).rec(xlsLabel2, (&le{}).u16(0, 0).u8(0, 0, 0).u8(4).str("word")).b)
	fuzzReader(f, xlsFormat())
}

// FuzzWorkbook promises the same for the records alone, without the file around
// them.
func FuzzWorkbook(f *testing.F) {
	f.Add(workbook())
	fuzzReader(f, format{read: func(r *reading, d document) error {
		x := newXLS(r, d, d.raw)
		if err := x.globals(); err != nil {
			return err
		}
		for i, s := range x.sheets {
			if err := x.sheet(s, i+1); err != nil {
				return err
			}
		}
		return nil
	}})
}

// TestNamesOfProperties promises that what users say of a document in their own
// terms is found with these.
func TestNamesOfProperties(t *testing.T) {
	t.Parallel()
	section := func(page int, names string, n int) string {
		b := (&le{}).u32(0, 3).u32(1, 32).u32(0, 40).u32(2, 40+4+len(names))
		b.u32(psTypeI2, page).u32(n).str(names)
		return string(b.u32(psWide, 5).str(wide("4711\x00")).b)
	}
	for name, section := range map[string]string{
		"in a code page": section(1252, string((&le{}).u32(2, 6).str("Fall\xdf\x00").b), 1),
		"in UTF-16":      section(1200, string((&le{}).u32(2, 6).str(wide("Fallß\x00")).b), 1),
		"after many":     section(1252, strings.Repeat(string((&le{}).u32(9, 4).str("abc\x00").b), 50)+string((&le{}).u32(2, 6).str("Fall\xdf\x00").b), 51),
	} {
		b := (&le{}).zeros(24).u32(2).zeros(16).u32(68).zeros(16).u32(68 + 8)
		raw := oleFile(
			oleEntry{name: "Workbook", data: string(workbook())},
			oleEntry{name: "\x05DocumentSummaryInformation", data: string(b.zeros(8).str(section).b)},
		)
		if _, got, _ := readBytes(raw, "a.xls"); !strings.Contains(got, "Fallß: 4711") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
