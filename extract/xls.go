package extract

import (
	"strings"
)

// xlsFormat reads what Excel wrote before XLSX: BIFF8 of the versions 97 to 2003
// ([MS-XLS]), BIFF5 before it, and the bare files of Excel 2 to 4.
func xlsFormat() format {
	return format{
		name: "xls", version: 3, extensions: []string{"xls", "xlt", "xla", "xlw"},
		media: []string{"application/vnd.ms-excel", "application/msexcel"},
		is: func(p *probe) bool {
			main := p.oleMain()
			return main == "workbook" || main == "book" ||
				p.begins("\x09\x00\x04\x00", "\x09\x02\x06\x00", "\x09\x04\x06\x00")
		},
		read: readXLS,
	}
}

// The records that are read, by number.
const (
	xlsFormula    = 0x0006
	xlsEOF        = 0x000A
	xlsHeader     = 0x0014
	xlsFooter     = 0x0015
	xlsNote       = 0x001C
	xls1904       = 0x0022
	xlsFilePass   = 0x002F
	xlsContinue   = 0x003C
	xlsCodePage   = 0x0042
	xlsObject     = 0x005D
	xlsBoundSheet = 0x0085
	xlsMulRK      = 0x00BD
	xlsRString    = 0x00D6
	xlsXF         = 0x00E0
	xlsSST        = 0x00FC
	xlsLabelSST   = 0x00FD
	xlsTextObject = 0x01B6
	xlsHyperlink  = 0x01B8
	xlsValidation = 0x01BE
	xlsNumber     = 0x0203
	xlsLabel      = 0x0204
	xlsBoolErr    = 0x0205
	xlsString     = 0x0207
	xlsRK         = 0x027E
	xlsFormatCode = 0x041E
	xlsBOF        = 0x0809
	xlsSeriesText = 0x100D

	// Of BIFF2 to 4.
	xlsInteger2 = 0x0002
	xlsNumber2  = 0x0003
	xlsLabel2   = 0x0004
	xlsBOF2     = 0x0009
	xlsBOF3     = 0x0209
	xlsBOF4     = 0x0409
	xlsFormula3 = 0x0206
	xlsFormula4 = 0x0406
)

// The bounds of one workbook.
const (
	xlsSheets  = 10_000
	xlsFormats = 1 << 16
)

func readXLS(r *reading, d document) error {
	if !newProbe(d.raw).ole() {
		x := newXLS(r, d, d.raw)
		x.biff8 = false
		return x.sheet(xlsSheet{}, 0)
	}
	o, err := openOLE(r, d.raw)
	if err != nil {
		return err
	}
	return readWorkbook(r, o, d)
}

// readWorkbook reads a workbook in a compound file, or in one of its storages.
func readWorkbook(r *reading, o *ole, d document) error {
	b := o.bytes("Workbook")
	if len(b) == 0 {
		b = o.bytes("Book")
	}
	if len(b) == 0 {
		return failed("damaged: its workbook cannot be read")
	}
	x := newXLS(r, d, b)
	if err := x.globals(); err != nil {
		return err
	}
	if err := o.summary(r); err != nil {
		return err
	}
	for i, s := range x.sheets {
		if err := x.sheet(s, i+1); err != nil {
			return err
		}
	}
	for _, name := range o.names("") {
		if strings.HasPrefix(name, "mbd") {
			if err := r.embeddedStorage(o.in(name), d); err != nil {
				return err
			}
		}
	}
	if x.damaged {
		return failed("damaged: a part of the workbook cannot be read")
	}
	return nil
}

// xlsReader reads one workbook's stream of records.
type xlsReader struct {
	*reading
	d       document
	b       blob
	biff8   bool
	page    int
	from04  bool
	sheets  []xlsSheet
	strings xlsTable
	xfs     []uint16       // each cell style's format
	codes   map[int]string // the formats' codes
	parsed  map[int]*numberFormat
	seen    map[int]bool // the sheets read, by where they begin
	budget  int          // bytes of records that may still be read
	damaged bool
}

// xlsSheet is where a sheet begins, and its name.
type xlsSheet struct {
	at    int
	name  string
	chart bool
}

func newXLS(r *reading, d document, b blob) *xlsReader {
	return &xlsReader{
		reading: r, d: d, b: b, page: pageWestern, codes: map[int]string{}, parsed: map[int]*numberFormat{}, seen: map[int]bool{},
		// Sheets that overlap would be read as often as there are sheets.
		budget: 4*len(b) + 1<<20,
	}
}

// xlsRecord is one record: what it is, and its data.
type xlsRecord struct {
	id   int
	data blob
	next int // where the record after it begins
}

// record reads the record at an offset.
func (x *xlsReader) record(at int) (rec xlsRecord, ok bool) {
	if at < 0 || at+4 > len(x.b) || x.budget <= 0 {
		return rec, false
	}
	size := x.b.u16(at + 2)
	x.budget -= 4 + size
	return xlsRecord{x.b.u16(at), x.b.sub(at+4, size), at + 4 + size}, true
}

// continued gives a record's data and that of the records that continue it, and
// where the one after them begins.
func (x *xlsReader) continued(rec xlsRecord) (parts []blob, next int) {
	parts, next = []blob{rec.data}, rec.next
	for {
		more, ok := x.record(next)
		if !ok || more.id != xlsContinue {
			return parts, next
		}
		parts, next = append(parts, more.data), more.next
	}
}

// globals reads what holds for all sheets.
func (x *xlsReader) globals() error {
	first, ok := x.record(0)
	if !ok || first.id != xlsBOF {
		return failed("damaged: its header is missing")
	}
	x.biff8 = first.data.u16(0) >= 0x0600
	for at := first.next; ; {
		rec, ok := x.record(at)
		if !ok {
			x.damaged = true
			return nil
		}
		at = rec.next
		switch rec.id {
		case xlsEOF:
			return nil
		case xlsFilePass:
			clear := unseal(x.b, rec.data, x.biff8)
			if clear == nil {
				return encrypted()
			}
			x.b = clear
		case xlsCodePage:
			x.page = rec.data.u16(0)
		case xls1904:
			x.from04 = rec.data.u16(0) == 1
		case xlsBoundSheet:
			if len(x.sheets) < xlsSheets {
				name, _ := x.text8(rec.data, 6)
				x.sheets = append(x.sheets, xlsSheet{at: rec.data.u32(0), name: name, chart: rec.data.u8(5) == 2})
			}
		case xlsXF:
			if len(x.xfs) < xlsFormats {
				x.xfs = append(x.xfs, uint16(rec.data.u16(2)))
			}
		case xlsFormatCode:
			x.formatCode(rec.data)
		case xlsSST:
			var parts []blob
			parts, at = x.continued(rec)
			x.strings.read(parts)
		}
	}
}

func (x *xlsReader) formatCode(b blob) {
	if len(x.codes) >= xlsFormats {
		return
	}
	var code string
	if x.biff8 {
		code, _ = x.text16(b, 2)
	} else {
		code, _ = x.text8(b, 2)
	}
	x.codes[b.u16(0)] = code
}

// text8 reads a short string at an offset; its length has one byte. It gives
// where the string ends, too.
func (x *xlsReader) text8(b blob, at int) (string, int) { return x.chars(b, at+1, b.u8(at)) }

// text16 reads a string whose length has two bytes.
func (x *xlsReader) text16(b blob, at int) (string, int) { return x.chars(b, at+2, b.u16(at)) }

// chars reads n characters: in BIFF8 they are Unicode's, of one byte or two, as
// the byte before them says; before that they are in the workbook's code page.
func (x *xlsReader) chars(b blob, at, n int) (string, int) {
	if !x.biff8 {
		return pageText(x.page, b.sub(at, n)), at + n
	}
	if b.u8(at)&1 != 0 {
		return utf16LE(b.sub(at+1, 2*n)), at + 1 + 2*n
	}
	return latin1(b.sub(at+1, n)), at + 1 + n
}

// latin1 reads characters of UTF-16 whose upper byte, always zero, was left out.
func latin1(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(rune(c))
	}
	return out.String()
}

// format gives the number format of a cell style.
func (x *xlsReader) format(style int) *numberFormat {
	id := 0
	if style < len(x.xfs) {
		id = int(x.xfs[style])
	}
	f := x.parsed[id]
	if f == nil {
		code, ok := x.codes[id]
		if !ok {
			code = builtinFormat(id)
		}
		f = parseNumberFormat(code)
		x.parsed[id] = f
	}
	return f
}
