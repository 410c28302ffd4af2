package extract

// xlsTable is the strings that a workbook's cells share, one after the other.
type xlsTable struct {
	text []byte
	ends []uint32
}

// maxSharedStrings bounds how many strings a workbook may share.
const maxSharedStrings = 4 << 20

// at gives a string by its number.
func (t *xlsTable) at(i int) string {
	if i < 0 || i >= len(t.ends) {
		return ""
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return string(t.text[from:t.ends[i]])
}

// read reads the table from its record and those that continue it. How many
// there are is not believed: there are as many as the data has.
func (t *xlsTable) read(parts []blob) {
	c := xlsChunks{parts: parts}
	c.bytes(8) // counts
	for !c.done() && len(t.ends) < maxSharedStrings && len(t.text) < 1<<31 {
		n := blob(c.bytes(2)).u16(0)
		flags := blob(c.bytes(1)).u8(0)
		const fExtended, fRich = 4, 8
		runs, extended := 0, 0
		if flags&fRich != 0 {
			runs = blob(c.bytes(2)).u16(0)
		}
		if flags&fExtended != 0 {
			extended = blob(c.bytes(4)).u32(0)
		}
		t.text = append(t.text, c.chars(n, flags)...)
		c.bytes(4 * runs)
		if spoken := phonetic(c.bytes(extended)); spoken != "" {
			t.text = append(append(t.text, ' '), spoken...)
		}
		t.ends = append(t.ends, uint32(len(t.text)))
	}
}

// phonetic gives how a Japanese text is spoken, by which people search for it,
// too.
func phonetic(b blob) string {
	if b.u16(0) != 1 || len(b) < 14 {
		return ""
	}
	return utf16LE(b.sub(14, 2*b.u16(12)))
}

// xlsChunks reads data that is split into records. Where a split falls among
// characters, a byte before the rest says how wide those are.
type xlsChunks struct {
	parts []blob
	i, at int
}

func (c *xlsChunks) done() bool {
	for c.i < len(c.parts) && c.at >= len(c.parts[c.i]) {
		c.i, c.at = c.i+1, 0
	}
	return c.i >= len(c.parts)
}

// bytes gives n bytes, or as many as there are.
func (c *xlsChunks) bytes(n int) []byte {
	var out []byte
	for n > 0 && !c.done() {
		b := c.parts[c.i].sub(c.at, n)
		if out == nil && len(b) == n {
			c.at += n
			return b
		}
		out = append(out, b...)
		c.at += len(b)
		n -= len(b)
	}
	return out
}

// chars gives n characters, of which flags say how wide they are.
func (c *xlsChunks) chars(n, flags int) string {
	var out string
	for n > 0 {
		if c.i < len(c.parts) && c.at >= len(c.parts[c.i]) {
			if c.done() {
				break
			}
			flags = c.parts[c.i].u8(0)
			c.at = 1
		}
		if c.i >= len(c.parts) {
			break
		}
		if flags&1 != 0 {
			b := c.parts[c.i].sub(c.at, 2*n)
			out += utf16LE(b)
			c.at += max(len(b), 1)
			n -= max(len(b)/2, 1)
			continue
		}
		b := c.parts[c.i].sub(c.at, n)
		out += latin1(b)
		c.at += max(len(b), 1)
		n -= max(len(b), 1)
	}
	return out
}
