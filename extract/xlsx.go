package extract

import (
	"strconv"
	"strings"
)

// xlsxFormat reads what Excel writes since 2007.
func xlsxFormat() format {
	return format{
		name: "xlsx", version: 4, extensions: strings.Fields("xlsx xlsm xltx xltm xlam"),
		media: []string{
			"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12",
			"application/vnd.openxmlformats-officedocument.spreadsheetml.template", "application/vnd.ms-excel.template.macroenabled.12",
			"application/vnd.ms-excel.addin.macroenabled.12",
		},
		is: inOPC("xl/", ".xml"), read: readXLSX,
	}
}

// maxCells bounds the cells of a workbook.
const maxCells = 1_000_000

type bookReader struct {
	*opc
	main     string
	sheets   []bookSheet
	names    []string // that were given to cells
	strings  stringTable
	formats  []*numberFormat // by a cell's style; nil for none
	from1904 bool
	cells    int
	repeated int // bytes of long strings that were written again
	people   map[string]string
}

type bookSheet struct{ name, part string }

func readXLSX(r *reading, d document) error {
	o, err := openOPC(r, d)
	if err != nil {
		return err
	}
	main, err := o.main("xl/workbook.xml")
	if err != nil {
		return err
	}
	if err := o.properties(); err != nil {
		return err
	}
	b := bookReader{opc: o, main: main, people: map[string]string{}}
	for _, step := range []func() error{b.readBook, b.readStrings, b.readStyles, b.readPeople} {
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
	for _, n := range b.names {
		if err := r.property(n); err != nil {
			return err
		}
	}
	if err := b.links(); err != nil {
		return err
	}
	if err := o.embeddings(main); err != nil {
		return err
	}
	return b.pictures()
}

// pictures has those looked at that lie on the sheets.
func (b *bookReader) pictures() error {
	for i, s := range b.sheets {
		drawings, err := b.targets(s.part, "drawing")
		if err != nil {
			return err
		}
		for _, part := range drawings {
			if err := b.r.at(Step{Kind: Sheet, Number: i + 1, Name: s.name}, func() error { return b.opc.pictures(part) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// links writes where the workbook takes values from: other files, and programs.
func (b *bookReader) links() error {
	names, err := b.targets(b.main, "externallink")
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := b.sources(n); err != nil {
			return err
		}
		raw, err := b.bytes(n)
		if err != nil {
			return err
		}
		x := newXML(raw)
		for kind := x.next(); kind != xmlEnd; kind = x.next() {
			if kind != xmlOpen || x.name != "ddeLink" {
				continue
			}
			if err := b.r.property(x.attr("ddeService") + "|" + x.attr("ddeTopic")); err != nil {
				return err
			}
		}
	}
	return nil
}

// readBook reads which sheets there are.
func (b *bookReader) readBook() error {
	raw, err := b.bytes(b.main)
	if err != nil {
		return err
	}
	rels, err := b.relations(b.main)
	if err != nil {
		return err
	}
	x := newXML(raw)
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind != xmlOpen {
			continue
		}
		switch x.name {
		case "workbookPr":
			b.from1904 = x.attr("date1904") == "1" || x.attr("date1904") == "true"
		case "sheet":
			if rel, ok := relatedBy(x, rels); ok && len(b.sheets) < maxMembers {
				b.sheets = append(b.sheets, bookSheet{x.attr("name"), rel.target})
			}
		case "definedName":
			b.definedName(x)
		}
	}
	if len(b.sheets) > 0 {
		return nil
	}
	for _, n := range b.pack.names { // the list is damaged or missing
		if strings.HasPrefix(n, "xl/worksheets/sheet") && strings.HasSuffix(n, ".xml") {
			b.sheets = append(b.sheets, bookSheet{part: n})
		}
	}
	return nil
}

// definedName notes a name that people gave to cells, or to a text.
func (b *bookReader) definedName(x *xmlScanner) {
	name := x.attr("name")
	value := x.inner(maxProperty)
	if name == "" || strings.HasPrefix(name, "_xl") || len(b.names) >= maxMembers {
		return
	}
	if s, ok := strings.CutPrefix(value, `"`); ok {
		name += ": " + strings.TrimSuffix(s, `"`)
	}
	b.names = append(b.names, name)
}

// stringTable holds the strings that cells share, one after the other.
type stringTable struct {
	all  []byte
	ends []int
	seen []bool // was written
}

func (t *stringTable) at(i int) []byte {
	if i < 0 || i >= len(t.ends) {
		return nil
	}
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all[from:t.ends[i]]
}

func (b *bookReader) readStrings() error {
	part, err := b.first(b.main, "sharedstrings", "xl/sharedstrings.xml")
	if err != nil {
		return err
	}
	raw, err := b.bytes(part)
	if err != nil {
		return err
	}
	x := newXML(raw)
	t := &b.strings
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind == xmlOpen && x.name == "si" {
			if len(t.ends) >= 4*maxCells {
				b.r.fault(outcome{TooLarge, "too many or too large: shared strings"})
				break
			}
			t.all = richText(x, t.all)
			t.ends = append(t.ends, len(t.all))
		}
	}
	b.check(x)
	t.seen = make([]bool, len(t.ends))
	return nil
}

// richText appends the text of the element whose start tag was read last: its
// runs, and after them how they are pronounced.
func richText(x *xmlScanner, dst []byte) []byte {
	var spoken []byte
	in, phonetic := 0, 0
	for depth := x.depth; ; {
		switch x.next() {
		case xmlEnd:
			return dst
		case xmlOpen:
			switch x.name {
			case "t":
				in++
			case "rPh":
				phonetic++
			}
		case xmlText:
			switch {
			case in > 0 && phonetic > 0:
				spoken = x.appendChars(spoken)
			case in > 0:
				dst = x.appendChars(dst)
			}
		case xmlClose:
			switch {
			case x.depth < depth:
				if len(spoken) > 0 {
					dst = append(append(append(dst, " ("...), spoken...), ')')
				}
				return dst
			case x.name == "t":
				in--
			case x.name == "rPh":
				phonetic--
			}
		}
	}
}

// readStyles reads how numbers are shown.
func (b *bookReader) readStyles() error {
	part, err := b.first(b.main, "styles", "xl/styles.xml")
	if err != nil {
		return err
	}
	raw, err := b.bytes(part)
	if err != nil {
		return err
	}
	codes := map[int]string{}
	made := map[int]*numberFormat{0: nil}
	cellStyles := false
	x := newXML(raw)
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		switch {
		case x.name == "cellXfs":
			cellStyles = kind == xmlOpen
		case kind != xmlOpen:
		case x.name == "numFmt":
			if id, err := strconv.Atoi(x.attr("numFmtId")); err == nil && len(codes) < maxMembers {
				codes[id] = x.attr("formatCode")
			}
		case x.name == "xf" && cellStyles && len(b.formats) < 100*maxMembers:
			id, _ := strconv.Atoi(x.attr("numFmtId"))
			f, ok := made[id]
			if !ok {
				f = parseNumberFormat(shownFormat(id, codes[id]))
				made[id] = f
			}
			b.formats = append(b.formats, f)
		}
	}
	b.check(x)
	return nil
}

// shownFormat gives a format's code. The dates whose look depends on where the
// reader lives are shown as ISO 8601 has them, which all read alike.
func shownFormat(id int, code string) string {
	const most = 255 // characters, says Excel
	switch {
	case len(code) > 4*most:
		return "General"
	case code != "":
		return code
	case id == 14:
		return "yyyy-mm-dd"
	case id == 22:
		return "yyyy-mm-dd hh:mm"
	}
	return builtinFormat(id)
}

// readPeople reads who wrote comments in threads.
func (b *bookReader) readPeople() error {
	names, err := b.targets(b.main, "person")
	if err != nil {
		return err
	}
	for _, n := range names {
		raw, err := b.bytes(n)
		if err != nil {
			return err
		}
		x := newXML(raw)
		for kind := x.next(); kind != xmlEnd; kind = x.next() {
			if kind == xmlOpen && x.name == "person" && len(b.people) < maxMembers {
				b.people[x.attr("id")] = x.attr("displayName")
			}
		}
	}
	return nil
}
