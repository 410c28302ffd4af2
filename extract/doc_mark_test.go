package extract

import (
	"encoding/binary"
	"strings"
	"testing"
)

// docMarked is what a mark in the text stands for: an FFData, or the shape of a
// picture.
type docMarked struct {
	data    string
	picture bool
}

func docForms(fields ...string) (marked []docMarked) {
	for _, f := range fields {
		marked = append(marked, docMarked{data: f})
	}
	return marked
}

// docMarkedFile makes a document whose body holds marks, and which has drawings.
func docMarkedFile(body, drawings string, marked ...docMarked) []byte {
	const textAt, pageAt, pageSize = 1024, 4096, 512
	all := []rune(body)
	stream := make([]byte, pageAt+pageSize)
	copy(stream[textAt:], wide(body))
	put16 := func(at, v int) { binary.LittleEndian.PutUint16(stream[at:], uint16(v)) }
	put32 := func(at, v int) { binary.LittleEndian.PutUint32(stream[at:], uint32(v)) }
	put16(0, 0xA5EC)
	put16(2, 193)
	put16(0x0A, 0x0200)
	put32(0x4C, len(all))

	var data le
	var runs [][3]int // from, to, the place of its properties
	var properties le
	for i, c := range all {
		if c != docMark {
			continue
		}
		at := 2 * ((301 + len(properties.b)) / 2)
		properties.zeros(at - 300 - len(properties.b))
		runs = append(runs, [3]int{textAt + 2*i, textAt + 2*i + 2, at})
		m := marked[len(runs)-1]
		isForm, kind := 1, 0
		if m.picture {
			isForm, kind = 0, 0x64
		}
		properties.u8(12).u16(0x0806).u8(isForm).u16(0x6A03).u32(len(data.b)).u16(0x0855).u8(1)
		data.u32(68+len(m.data)).u16(68, kind).zeros(60).str(m.data)
	}
	copy(stream[pageAt+300:], properties.b)
	// Between the marks are runs without properties.
	bounds, places := []int{textAt}, []int{}
	for _, r := range runs {
		bounds, places = append(bounds, r[0], r[1]), append(places, 0, r[2]/2)
	}
	for i, at := range bounds {
		put32(pageAt+4*i, at)
	}
	for i, place := range places {
		stream[pageAt+4*len(bounds)+i] = byte(place)
	}
	stream[pageAt+pageSize-1] = byte(len(places))

	var table, pieces le
	pieces.u32(0, len(all)).u16(0).u32(textAt).u16(0)
	table.u8(2).u32(len(pieces.b)).str(string(pieces.b))
	put32(0x1A2, 0)
	put32(0x1A6, len(table.b))
	put32(0x9A+8*12, len(table.b))
	put32(0x9A+8*12+4, 12)
	table.u32(0, 1<<20, pageAt/pageSize)
	put32(0x9A+8*50, len(table.b))
	put32(0x9A+8*50+4, len(drawings))
	table.str(drawings)
	return oleFile(oleEntry{name: "WordDocument", data: string(stream)}, oleEntry{name: "1Table", data: string(table.b)}, oleEntry{name: "Data", data: string(data.b)})
}

// docFormString is a string as it stands in an FFData.
func docFormString(s string) string {
	var w le
	w.u16(len([]rune(s))).str(wide(s)).u16(0)
	return string(w.b)
}

func docFormList(chosen, byDefault int, choices ...string) string {
	var w le
	w.u32(0xFFFFFFFF).u16(2|chosen<<2, 0, 0).str(docFormString("Field")).u16(byDefault)
	for range 5 {
		w.str(docFormString("help"))
	}
	w.u16(0xFFFF, len(choices), 0)
	for _, s := range choices {
		w.u16(len([]rune(s))).str(wide(s))
	}
	return string(w.b)
}

func docFormText(byDefault string) string {
	var w le
	w.u32(0xFFFFFFFF).u16(0, 0, 0).str(docFormString("Field")).str(docFormString(byDefault))
	return string(w.b)
}

// TestDOCForm promises what is chosen in the fields of a form, what else might
// have been, and what stands in a field before anybody writes.
func TestDOCForm(t *testing.T) {
	t.Parallel()
	raw := docMarkedFile("To: \x13 FORMDROPDOWN \x01\x14\x15!\rBy \x13FORMDROPDOWN \x01\x15\r\x13 FORMTEXT \x01\x14Ann\x15 and \x13 FORMCHECKBOX \x01\x15\x01\r", "",
		docForms(docFormList(1, 0, "Oslo", "Røros", "Bergen"), docFormList(25, 1, "bus", "boat"), docFormText("your name"), docFormString("\uffff\uffff\u0001"), "")...)
	wantText(t, raw, "", "doc", OK, "To: Røros (Oslo, Bergen)!\nBy boat (bus)\nAnn (your name) and")
}

// artRecord is a record of a drawing.
func artRecord(version, instance, id int, data string) string {
	var w le
	w.u16(version|instance<<4, id).u32(len(data)).str(data)
	return string(w.b)
}

// artShape is a shape with a description and a link.
func artShape(says, link string) string {
	var list, values, target le
	target.zeros(16).u32(2, 1).str(urlMoniker).u32(len(wide(link)) + 2).str(wide(link)).u16(0)
	list.u16(0x0104).u32(3)
	list.u16(0xC381).u32(len(wide(says)) + 2)
	values.str(wide(says)).u16(0)
	list.u16(0xC382).u32(len(target.b))
	values.str(string(target.b))
	return artRecord(15, 0, 0xF004, artRecord(2, 1, 0xF00A, "12345678")+artRecord(3, 3, 0xF00B, string(list.b)+string(values.b)))
}

// TestDOCPictures promises what pictures are said to show, and where shapes lead.
func TestDOCPictures(t *testing.T) {
	t.Parallel()
	drawings := artRecord(15, 0, 0xF000, "12345678") + "\x00" + artRecord(15, 0, 0xF002, artRecord(15, 0, 0xF003, artShape("a red barn", "https://a.example/")+artShape("DSC_0001.JPG", "file.doc")))
	raw := docMarkedFile("see \x01here\x01\r", drawings, docMarked{artShape("an oak", ""), true}, docMarked{"short", true})
	wantText(t, raw, "", "doc", OK, "see an oak here\n\na red barn\n(https://a.example/)")
}

// TestDOCFormHostile promises that one field's data cannot be made the text of
// very many.
func TestDOCFormHostile(t *testing.T) {
	t.Parallel()
	w := docReader{data: make(blob, 1<<20), pieces: []docPiece{{to: 1 << 20}}, runsRead: true, runs: []docRun{{to: 1 << 20, isForm: true}}}
	var head le
	list := docFormList(0, 0, strings.Repeat("x", 60_000))
	copy(w.data, head.u32(len(w.data)).u16(68).zeros(62).str(list).b)
	given := 0
	for at := range 1000 {
		if w.form(at) != nil {
			given++
		}
	}
	if given == 0 || given > 100 {
		t.Errorf("%d fields of a megabyte each are given", given)
	}
}

// FuzzDOCForm promises that whatever a field of a form says of itself can be
// read.
func FuzzDOCForm(f *testing.F) {
	f.Add([]byte(docFormList(1, 0, "Oslo", "Røros")))
	f.Add([]byte(docFormText("your name")))
	f.Fuzz(func(_ *testing.T, b []byte) {
		docFormData(b)
		docRunData(b)
		new(docReader).shapeWords(b)
	})
}
