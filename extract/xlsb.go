package extract

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

// xlsbFormat reads Excel's binary workbooks ([MS-XLSB]): the parts of an OOXML
// document, of which the largest are records in place of XML.
func xlsbFormat() format {
	return format{
		name: "xlsb", version: 3, extensions: []string{"xlsb"}, media: []string{"application/vnd.ms-excel.sheet.binary.macroenabled.12"},
		is: inOPC("xl/", "workbook.bin"), read: readXLSB,
	}
}

// The records that are read ([MS-XLSB] 2.3.2).
const (
	xlsbRow         = 0
	xlsbCellRk      = 2
	xlsbCellError   = 3
	xlsbCellBool    = 4
	xlsbCellReal    = 5
	xlsbCellText    = 6
	xlsbCellShared  = 7
	xlsbFmlaText    = 8
	xlsbFmlaNumber  = 9
	xlsbFmlaBool    = 10
	xlsbFmlaError   = 11
	xlsbShared      = 19
	xlsbNumberForm  = 44
	xlsbXF          = 47
	xlsbCellRich    = 62
	xlsbBookProps   = 153
	xlsbSheet       = 156
	xlsbLink        = 494
	xlsbHeader      = 479
	xlsbBeginXFs    = 617
	xlsbEndXFs      = 618
	xlsbCommentText = 637
)

// recordReader walks the records of a part.
type recordReader struct {
	b    []byte
	id   int
	data []byte
}

// next reads a record; false when there is none, or it ends too soon.
func (r *recordReader) next() bool {
	id, n := recordNumber(r.b, 2)
	if n == 0 {
		return false
	}
	size, m := recordNumber(r.b[n:], 4)
	if m == 0 || size > len(r.b)-n-m {
		return false
	}
	r.id, r.data = id, r.b[n+m:n+m+size]
	r.b = r.b[n+m+size:]
	return true
}

// recordNumber reads a number of at most some bytes, each of seven bits, and
// gives how many there were; 0 when there is none.
func recordNumber(b []byte, most int) (v, size int) {
	for i := range min(most, len(b)) {
		v |= int(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// xlsbString reads a string with its length before it, and gives what follows.
func xlsbString(b []byte) (s string, rest []byte) {
	if len(b) < 4 {
		return "", nil
	}
	n := binary.LittleEndian.Uint32(b)
	b = b[4:]
	if n == math.MaxUint32 { // none
		return "", b
	}
	if uint64(n)*2 > uint64(len(b)) {
		n = uint32(len(b) / 2)
	}
	units := make([]uint16, n)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units)), b[2*n:]
}

func readXLSB(r *reading, d document) error {
	o, err := openOPC(r, d)
	if err != nil {
		return err
	}
	main, err := o.main("xl/workbook.bin")
	if err != nil {
		return err
	}
	if err := o.properties(); err != nil {
		return err
	}
	b := &binaryBook{bookReader{opc: o, main: main}}
	for _, step := range []func() error{b.readBook, b.readStrings, b.readStyles} {
		if err := step(); err != nil {
			return err
		}
	}
	if len(b.sheets) == 0 {
		return failed("damaged: it has no sheets")
	}
	for i, s := range b.sheets {
		if err := r.at(Step{Kind: Sheet, Number: i + 1, Name: s.name}, func() error { return b.sheet(s) }); err != nil {
			return err
		}
		if b.cells > maxCells {
			return tooLarge("cells")
		}
	}
	if err := o.embeddings(main); err != nil {
		return err
	}
	return b.pictures()
}

// binaryBook is a workbook whose parts are of records.
type binaryBook struct{ bookReader }

// records reads a part.
func (b *binaryBook) records(part string) (*recordReader, error) {
	raw, err := b.bytes(part)
	return &recordReader{b: raw}, err
}

// ended notes a part that ends too soon.
func (b *binaryBook) ended(r *recordReader) {
	if len(r.b) > 0 {
		b.r.fault(outcome{Partial, "a part of it ends too soon"})
	}
}

func (b *binaryBook) readBook() error {
	r, err := b.records(b.main)
	if err != nil {
		return err
	}
	rels, err := b.relations(b.main)
	if err != nil {
		return err
	}
	for r.next() {
		switch {
		case r.id == xlsbBookProps && len(r.data) > 0:
			b.from1904 = r.data[0]&1 != 0
		case r.id == xlsbSheet && len(r.data) > 8 && len(b.sheets) < maxMembers:
			id, rest := xlsbString(r.data[8:])
			name, _ := xlsbString(rest)
			if rel, ok := rels[id]; ok && !rel.out {
				b.sheets = append(b.sheets, bookSheet{name, rel.target})
			}
		}
	}
	b.ended(r)
	return nil
}

func (b *binaryBook) readStrings() error {
	part, err := b.first(b.main, "sharedstrings", "xl/sharedstrings.bin")
	if err != nil {
		return err
	}
	r, err := b.records(part)
	if err != nil {
		return err
	}
	t := &b.strings
	for len(t.ends) < 4*maxCells && r.next() {
		if r.id == xlsbShared && len(r.data) > 0 {
			s, _ := xlsbString(r.data[1:])
			t.all = append(t.all, s...)
			t.ends = append(t.ends, len(t.all))
		}
	}
	b.ended(r)
	t.seen = make([]bool, len(t.ends))
	return nil
}

func (b *binaryBook) readStyles() error {
	part, err := b.first(b.main, "styles", "xl/styles.bin")
	if err != nil {
		return err
	}
	r, err := b.records(part)
	if err != nil {
		return err
	}
	codes, made, cellStyles := map[int]string{}, map[int]*numberFormat{0: nil}, false
	for r.next() {
		switch {
		case r.id == xlsbBeginXFs, r.id == xlsbEndXFs:
			cellStyles = r.id == xlsbBeginXFs
		case r.id == xlsbNumberForm && len(r.data) > 2 && len(codes) < maxMembers:
			codes[int(binary.LittleEndian.Uint16(r.data))], _ = xlsbString(r.data[2:])
		case r.id == xlsbXF && cellStyles && len(r.data) >= 4 && len(b.formats) < 100*maxMembers:
			id := int(binary.LittleEndian.Uint16(r.data[2:]))
			f, ok := made[id]
			if !ok {
				f = parseNumberFormat(shownFormat(id, codes[id]))
				made[id] = f
			}
			b.formats = append(b.formats, f)
		}
	}
	return nil
}

// sheet reads one sheet and all that belongs to it.
func (b *binaryBook) sheet(s bookSheet) error {
	if err := b.r.block(s.name); err != nil {
		return err
	}
	r, err := b.records(s.part)
	if err != nil {
		return err
	}
	rels, err := b.relations(s.part)
	if err != nil {
		return err
	}
	g := grid{book: &b.bookReader, to: &prose{out: b.r.line}, rels: rels}
	for b.cells <= maxCells && r.next() {
		b.record(&g, r)
		if g.to.err != nil {
			return g.to.err
		}
	}
	g.endRow()
	if err := g.to.finish(); err != nil {
		return err
	}
	if b.cells <= maxCells {
		b.ended(r)
	}
	if err := b.r.at(Step{Kind: Header}, func() error { return b.r.line(strings.Join(g.headers, "\n")) }); err != nil {
		return err
	}
	if err := b.binaryComments(s.part); err != nil {
		return err
	}
	return b.onSheet(s.part)
}

// record reads one record of a sheet.
func (b *binaryBook) record(g *grid, r *recordReader) {
	switch r.id {
	case xlsbRow:
		g.endRow()
	case xlsbHeader:
		b.headers(g, r.data)
	case xlsbLink:
		if len(r.data) > 16 {
			id, rest := xlsbString(r.data[16:])
			_, rest = xlsbString(rest) // where in the document
			tip, _ := xlsbString(rest)
			if rel, ok := g.rels[id]; ok && rel.out {
				g.once(linkTarget(rel.target))
			}
			g.once(tip)
		}
	case xlsbCellRk, xlsbCellError, xlsbCellBool, xlsbCellReal, xlsbCellText, xlsbCellShared, xlsbFmlaText, xlsbFmlaNumber, xlsbFmlaBool, xlsbFmlaError, xlsbCellRich:
		b.cells++
		if len(r.data) >= 8 {
			g.value(g.withTargets(b.value(r), b.links(r)))
		}
	}
}

// headers reads the headers and footers of a sheet's pages.
func (b *binaryBook) headers(g *grid, data []byte) {
	data = data[min(len(data), 2):]
	for range 6 {
		var s string
		s, data = xlsbString(data)
		if s = headerText(s); s != "" {
			g.headers = append(g.headers, s)
		}
	}
}

// value gives what a cell shows. Its record begins with its column and style.
func (b *binaryBook) value(r *recordReader) []byte {
	style := strconv.Itoa(int(binary.LittleEndian.Uint32(r.data[4:]) & 0xffffff))
	v := r.data[8:]
	number := func(n float64) []byte {
		return b.shown([]byte(strconv.FormatFloat(n, 'g', -1, 64)), "", style)
	}
	switch r.id {
	case xlsbCellText, xlsbFmlaText:
		s, _ := xlsbString(v)
		return []byte(s)
	case xlsbCellRich:
		s, _ := xlsbString(v[min(len(v), 1):])
		return []byte(s)
	case xlsbCellBool, xlsbFmlaBool:
		if len(v) > 0 {
			return b.shown([]byte(strconv.Itoa(int(v[0]))), "b", style)
		}
	case xlsbCellShared:
		if len(v) >= 4 {
			return b.shared(int(binary.LittleEndian.Uint32(v)))
		}
	case xlsbCellReal, xlsbFmlaNumber:
		if len(v) >= 8 {
			return number(math.Float64frombits(binary.LittleEndian.Uint64(v)))
		}
	case xlsbCellRk:
		if len(v) >= 4 {
			return number(compactNumber(binary.LittleEndian.Uint32(v)))
		}
	}
	return nil
}

// links gives where the links of a cell's formula lead.
func (b *binaryBook) links(r *recordReader) []string {
	v := blob(r.data).from(8)
	var size int // of the result, which stands before the formula
	switch r.id {
	case xlsbFmlaText:
		size = 4 + 2*min(v.u32(0), len(v))
	case xlsbFmlaNumber:
		size = 8
	case xlsbFmlaBool, xlsbFmlaError:
		size = 1
	default:
		return nil
	}
	v = v.from(size + 2)
	return tokenLinks(v.sub(4, v.u32(0)), biff12)
}

// compactNumber reads a number of four bytes: the high ones of a floating-point
// number, or an integer, perhaps of hundredths.
func compactNumber(v uint32) float64 {
	n := math.Float64frombits(uint64(v&^3) << 32)
	if v&2 != 0 {
		n = float64(int32(v) >> 2)
	}
	if v&1 != 0 {
		n /= 100
	}
	return n
}

// binaryComments reads the notes on a sheet's cells.
func (b *binaryBook) binaryComments(part string) error {
	names, err := b.targets(part, "comments")
	if err != nil {
		return err
	}
	for _, n := range names {
		r, err := b.records(n)
		if err != nil {
			return err
		}
		for r.next() {
			if r.id != xlsbCommentText || len(r.data) < 1 {
				continue
			}
			s, _ := xlsbString(r.data[1:])
			if err := b.r.at(Step{Kind: Comments}, func() error { return b.r.line(s) }); err != nil {
				return err
			}
		}
		b.ended(r)
	}
	return nil
}
