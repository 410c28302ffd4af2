package extract

import "strings"

// The numbers of the properties that people search for ([MS-OLEPS]).
const (
	psCodePage = 1
	psTypeI2   = 2
	psANSI     = 30
	psWide     = 31
)

// maxProperties bounds the properties of one set.
const maxProperties = 1000

// summary writes what a document says about itself: its title, its author.
func (o *ole) summary(r *reading) error {
	for _, part := range []struct {
		stream string
		ids    map[int]bool
	}{
		{"SummaryInformation", map[int]bool{2: true, 3: true, 4: true, 5: true, 6: true, 8: true}},
		{"DocumentSummaryInformation", map[int]bool{2: true, 14: true, 15: true}},
	} {
		b := blob(o.bytes(part.stream))
		for i := range min(b.u32(24), 2) {
			at := b.u32(28 + 20*i + 16)
			ids := part.ids
			if i > 0 {
				ids = nil // the second section holds what the user has added
			}
			if err := r.propertySet(b.from(at), ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// propertySet writes the texts in one section, of the given properties or of all.
func (r *reading) propertySet(b blob, ids map[int]bool) error {
	page := pageWestern
	n := min(b.u32(4), maxProperties, len(b)/8)
	for i := range n {
		if at := b.u32(8 + 8*i + 4); b.u32(8+8*i) == psCodePage && b.u16(at) == psTypeI2 {
			page = b.u16(at + 4)
		}
	}
	var names map[int]string
	if ids == nil {
		names = b.propertyNames(n, page)
	}
	seen := map[string]bool{}
	for i := range n {
		id, at := b.u32(8+8*i), b.u32(8+8*i+4)
		if id < 2 || ids != nil && !ids[id] {
			continue
		}
		s := strings.TrimSpace(b.propertyText(at, page))
		if s == "" || seen[s] {
			continue
		}
		seen[s] = true
		if name := strings.TrimSpace(names[id]); name != "" {
			s = name + ": " + s
		}
		if err := r.property(s); err != nil {
			return err
		}
	}
	return nil
}

// propertyNames reads what users call the properties of a section that are theirs.
func (b blob) propertyNames(n, page int) map[int]string {
	const dictionary, utf16 = 0, 1200
	for i := range n {
		if b.u32(8+8*i) != dictionary {
			continue
		}
		at := b.u32(8 + 8*i + 4)
		count := min(b.u32(at), maxProperties)
		names := make(map[int]string, count)
		for at += 4; len(names) < count && at+8 <= len(b); {
			id, size := b.u32(at), b.u32(at+4)
			if page == utf16 {
				name := b.sub(at+8, 2*min(size, len(b)))
				names[id], _, _ = strings.Cut(utf16LE(name), "\x00")
				size = (len(name) + 3) &^ 3
			} else {
				names[id], _, _ = strings.Cut(pageText(page, b.sub(at+8, size)), "\x00")
			}
			at += 8 + min(size, len(b))
		}
		return names
	}
	return nil
}

func (b blob) propertyText(at, page int) string {
	n := b.u32(at + 4)
	var s string
	switch b.u16(at) {
	case psANSI:
		s = pageText(page, b.sub(at+8, n))
	case psWide:
		s = utf16LE(b.sub(at+8, min(n, len(b))*2))
	}
	s, _, _ = strings.Cut(s, "\x00")
	return s
}
