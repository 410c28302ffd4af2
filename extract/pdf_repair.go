package extract

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// maxObjects bounds the objects found by a repair.
const maxObjects = 200000

// repairPDF gives the document a new cross-reference table, made from the
// objects that stand in it, for files that were cut off or whose table is
// wrong. It is nil when there is nothing to work with.
func repairPDF(doc []byte) []byte {
	start := bytes.Index(doc[:min(len(doc), 2048)], []byte("%PDF-"))
	if start < 0 {
		return nil
	}
	doc = doc[start:]
	objects := findObjects(doc)
	if len(objects) == 0 {
		return nil
	}
	trailer := oldTrailer(doc)
	if trailer == nil {
		root := findCatalog(doc, objects)
		if root == 0 {
			return nil
		}
		trailer = fmt.Appendf(nil, "/Root %d 0 R", root)
	}
	out := slices.Clone(doc)
	out = append(out, '\n')
	at := len(out)
	out = append(out, "xref\n"...)
	top := 0
	for _, o := range objects {
		out = fmt.Appendf(out, "%d 1\n%010d %05d n \n", o.id, o.offset, o.gen)
		top = max(top, o.id)
	}
	out = fmt.Appendf(out, "trailer\n<< %s /Size %d >>\nstartxref\n%d\n%%%%EOF", trailer, top+1, at)
	return out
}

type pdfObject struct{ id, gen, offset int }

// findObjects finds "12 0 obj". Of several with one number the last counts.
func findObjects(doc []byte) []pdfObject {
	byID := map[int]pdfObject{}
	for pos := 0; len(byID) < maxObjects; {
		i := bytes.Index(doc[pos:], []byte(" obj"))
		if i < 0 {
			break
		}
		at := pos + i
		pos = at + 4
		gen, g := numberBefore(doc, at)
		if g < 1 || !pdfSpace(doc[g-1]) {
			continue
		}
		id, start := numberBefore(doc, g-1)
		if start < 0 || id <= 0 || id > 10*maxObjects || gen > 65535 {
			continue
		}
		byID[id] = pdfObject{id, gen, start}
	}
	out := make([]pdfObject, 0, len(byID))
	for _, o := range byID {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b pdfObject) int { return a.id - b.id })
	return out
}

// numberBefore reads the digits that end at end; its start is -1 without any.
func numberBefore(doc []byte, end int) (n, start int) {
	i := end
	for i > 0 && end-i < 10 && doc[i-1] >= '0' && doc[i-1] <= '9' {
		i--
	}
	if i == end {
		return 0, -1
	}
	n, _ = strconv.Atoi(string(doc[i:end]))
	return n, i
}

// oldTrailer gives the inside of the last trailer that names a root, without
// its links to other tables.
func oldTrailer(doc []byte) []byte {
	for end := len(doc); ; {
		i := bytes.LastIndex(doc[:end], []byte("trailer"))
		if i < 0 {
			return nil
		}
		body := doc[i+len("trailer") : min(len(doc), i+4096)]
		end = i
		open := bytes.Index(body, []byte("<<"))
		if open < 0 {
			continue
		}
		lex := pdfLexer{b: body, pos: open + 2}
		p := pdfProgram{lex: lex}
		p.dictionary()
		inside := bytes.TrimSuffix(body[open+2:p.lex.pos], []byte(">>"))
		if !bytes.Contains(inside, []byte("/Root")) {
			continue
		}
		for _, name := range []string{"/Prev", "/XRefStm", "/Size"} {
			inside = bytes.ReplaceAll(inside, []byte(name), []byte("/Old"+name[1:]))
		}
		return inside
	}
}

// findCatalog finds the object that is the document's root.
func findCatalog(doc []byte, objects []pdfObject) int {
	byOffset := slices.Clone(objects)
	slices.SortFunc(byOffset, func(a, b pdfObject) int { return a.offset - b.offset })
	for i, o := range byOffset {
		end := len(doc)
		if i+1 < len(byOffset) {
			end = byOffset[i+1].offset
		}
		body := doc[o.offset:min(end, o.offset+4096)]
		for _, mark := range []string{"/Type/Catalog", "/Type /Catalog"} {
			if bytes.Contains(body, []byte(mark)) {
				return o.id
			}
		}
	}
	return 0
}
