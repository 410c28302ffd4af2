package extract

import "sort"

// A field of a form and a picture are marks in the text of Word's binary format:
// what such a mark stands for is told by the properties of its character, which
// say where in the stream "Data" it lies: a structure FFData ([MS-DOC] 2.9.78), or
// a picture.

// The bounds of what marks of one document stand for.
const (
	docRuns      = 1 << 18 // runs of characters that have data
	docPages     = 1 << 16 // pages of the properties of characters
	docDataBytes = 8 << 20 // bytes of data that are read as text
)

// docMark is the character that stands for data.
const docMark = '\x01'

// docRun is a run of characters in the file to which data belong.
type docRun struct {
	from, to, data int
	isForm         bool
}

// markData gives the data of the mark that is the character of a number, from
// their beginning to the end of all.
func (w *docReader) markData(cp int, isForm bool) (data blob, ok bool) {
	i := sort.Search(len(w.pieces), func(i int) bool { return w.pieces[i].to > cp })
	if w.old || i >= len(w.pieces) || cp < w.pieces[i].from {
		return nil, false
	}
	p := w.pieces[i]
	at := p.at + cp - p.from
	if p.wide {
		at += cp - p.from
	}
	if !w.runsRead {
		w.runsRead = true
		w.runs, w.data = w.dataRuns(), w.o.bytes("Data")
	}
	n := sort.Search(len(w.runs), func(i int) bool { return w.runs[i].to > at })
	if n == len(w.runs) || at < w.runs[n].from || w.runs[n].isForm != isForm {
		return nil, false
	}
	return w.data.from(w.runs[n].data), true
}

// form gives the field of a form whose mark is the character of that number.
func (w *docReader) form(cp int) *formField {
	data, ok := w.markData(cp, true)
	if !ok {
		return nil
	}
	header, size := data.u16(4), data.u32(0)
	data = data.sub(header, size-header)
	// Many marks may have the same data.
	if w.dataBytes += len(data); w.dataBytes > docDataBytes {
		return nil
	}
	return docFormData(data)
}

// dataRuns finds the characters that have data, in the order of the file.
func (w *docReader) dataRuns() []docRun {
	const characterPages, pageSize = 12, 512
	list := w.fc(characterPages)
	n := min((len(list)-4)/8, docPages)
	var runs []docRun
	for i := range n {
		page := w.fib.sub(pageSize*(list.u32(4*(n+1)+4*i)&0x3FFFFF), pageSize)
		count := page.u8(pageSize - 1)
		for k := range count {
			at := 2 * page.u8(4*(count+1)+k)
			if at == 0 || len(runs) >= docRuns {
				continue
			}
			if data, isForm, ok := docRunData(page.sub(at+1, page.u8(at))); ok {
				runs = append(runs, docRun{page.u32(4 * k), page.u32(4*k + 4), data, isForm})
			}
		}
	}
	sort.SliceStable(runs, func(i, k int) bool { return runs[i].from < runs[k].from })
	return runs
}

// docRunData tells from the properties of a run whether it has data, where, and
// whether they are those of a form.
func docRunData(b blob) (at int, isForm, ok bool) {
	const isData, location = 0x0806, 0x6A03
	for len(b) > 2 {
		id := b.u16(0)
		switch id {
		case isData:
			isForm = b.u8(2) == 1
		case location:
			at, ok = b.u32(2), true
		}
		size := []int{1, 1, 2, 4, 2, 2, 1 + b.u8(2), 3}[id>>13]
		b = b.from(2 + size)
	}
	return at, isForm, ok
}

// docFormData reads an FFData.
func docFormData(b blob) *formField {
	const ofText, ofList, byDefault = 0, 2, 25
	if b.u32(0) != 0xFFFFFFFF {
		return nil
	}
	bits := b.u16(4)
	kind, chosen := bits&3, bits>>2&31
	b = b.from(10)
	next := func() string { // a string, after which is a zero
		n := b.u16(0)
		s := utf16LE(b.sub(2, 2*n))
		b = b.from(4 + 2*n)
		return s
	}
	next() // its name
	f := &formField{chosen: -1}
	if kind == ofText {
		f.deflt = next()
		return f
	}
	deflt := b.u16(0)
	b = b.from(2)
	if kind != ofList {
		return nil
	}
	for range []string{"format", "help", "status", "macro on entry", "macro on exit"} {
		next()
	}
	f.chosen = chosen
	if chosen == byDefault {
		f.chosen = deflt
	}
	count, extra := b.u16(2), b.u16(4)
	for b = b.from(6); count > 0 && len(b) > 1; count-- {
		n := 2 * b.u16(0)
		f.choose(utf16LE(b.sub(2, n)))
		b = b.from(2 + n + extra)
	}
	return f
}
