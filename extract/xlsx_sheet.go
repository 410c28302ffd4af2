package extract

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// sheet reads one sheet and all that belongs to it.
func (b *bookReader) sheet(s bookSheet) error {
	if err := b.r.block(s.name); err != nil {
		return err
	}
	rels, err := b.relations(s.part)
	if err != nil {
		return err
	}
	raw, err := b.bytes(s.part)
	if err != nil {
		return err
	}
	g := grid{book: b, x: newXML(raw), rels: rels, to: &prose{out: b.r.line}}
	if err := g.read(); err != nil {
		return err
	}
	b.check(g.x)
	if err := b.r.at(Step{Kind: Header}, func() error { return b.r.line(strings.Join(g.headers, "\n")) }); err != nil {
		return err
	}
	if err := b.sheetComments(s.part); err != nil {
		return err
	}
	return b.onSheet(s.part)
}

// onSheet reads what lies on a sheet.
func (b *bookReader) onSheet(part string) error {
	for _, kind := range []string{"drawing", "chart", "chartex", "diagramdata"} {
		if err := b.drawings(part, kind); err != nil {
			return err
		}
	}
	if err := b.controls(part); err != nil {
		return err
	}
	return b.embeddings(part)
}

// drawings reads the shapes and charts on a sheet.
func (b *bookReader) drawings(part, kind string) error {
	names, err := b.targets(part, kind)
	if err != nil {
		return err
	}
	for _, n := range names {
		if b.read[n] {
			continue
		}
		b.read[n] = true
		err := b.story(n, &prose{out: b.r.line}, func(m *markup) { m.values = kind != "drawing" })
		if err != nil {
			return err
		}
		if kind != "drawing" {
			continue
		}
		for _, inner := range []string{"chart", "chartex", "diagramdata"} {
			if err := b.drawings(n, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// grid reads the cells of a sheet.
type grid struct {
	book    *bookReader
	x       *xmlScanner
	rels    map[string]relation
	to      *prose
	row     []byte
	headers []string
	links   map[string]bool
	buf     []byte
}

func (g *grid) read() error {
	x := g.x
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		switch {
		case kind == xmlClose && x.name == "row":
			g.endRow()
		case kind != xmlOpen:
			continue
		default:
			g.start()
		}
		if g.to.err != nil {
			return g.to.err
		}
		if g.book.cells > maxCells {
			break
		}
	}
	g.endRow()
	return g.to.finish()
}

func (g *grid) start() {
	x := g.x
	switch x.name {
	case "row":
		g.endRow()
	case "c":
		g.book.cells++
		g.cell()
	case "hyperlink":
		g.link()
	case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
		if s := headerText(x.inner(maxProperty)); s != "" && !slices.Contains(g.headers, s) {
			g.headers = append(g.headers, s)
		}
	case "dataValidation":
		for _, name := range []string{"promptTitle", "prompt", "errorTitle", "error"} {
			g.once(x.attr(name))
		}
		g.choices(x.attr("type") == "list")
	case "controlPr":
		g.once(x.attr("altText"))
	}
}

// endRow hands on a row of cells.
func (g *grid) endRow() {
	if len(g.row) == 0 {
		return
	}
	g.to.done = append(append(g.to.done, g.row...), '\n')
	g.row = g.row[:0]
	g.to.drain()
}

// cell reads the cell whose start tag was read last.
func (g *grid) cell() {
	x := g.x
	kind, style := x.attr("t"), x.attr("s")
	g.buf = g.buf[:0]
	var targets []string
	for depth := x.depth; ; {
		k := x.next()
		if k == xmlEnd || k == xmlClose && x.depth < depth {
			break
		}
		if k != xmlOpen {
			continue
		}
		switch x.name {
		case "v":
			g.buf = append(g.buf[:0], g.book.shown(append([]byte(nil), x.inner(maxUnpacked)...), kind, style)...)
		case "is":
			g.buf = richText(x, g.buf)
		case "f": // what it comes to is beside it
			targets = formulaLinks(x.inner(maxProperty))
		}
	}
	g.value(g.withTargets(g.buf, targets))
}

// withTargets adds to a cell's text where the links of its formula lead, once for
// each place.
func (g *grid) withTargets(text []byte, targets []string) []byte {
	for _, t := range targets {
		if g.isNew(t) && !bytes.Contains(text, []byte(t)) {
			text = append(append(append(text, " ("...), t...), ')')
		}
	}
	return text
}

// value writes what a cell shows.
func (g *grid) value(text []byte) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return
	}
	if len(g.row) > 0 {
		g.row = append(g.row, '\t')
	}
	for _, c := range text { // a cell stays in its line
		if c == '\n' || c == '\r' {
			c = ' '
		}
		g.row = append(g.row, c)
	}
	if len(g.row) > proseChunk {
		g.endRow()
	}
}

// shown gives what a cell's value looks like.
func (b *bookReader) shown(v []byte, kind, style string) []byte {
	switch kind {
	case "s":
		i, err := strconv.Atoi(string(bytes.TrimSpace(v)))
		if err != nil {
			return nil
		}
		return b.shared(i)
	case "b":
		if string(v) == "1" {
			return []byte("TRUE")
		}
		return []byte("FALSE")
	case "str", "inlineStr", "e":
		return v
	case "d": // a date as ISO 8601 has it
		return bytes.TrimSuffix(v, []byte("T00:00:00"))
	}
	n, err := strconv.ParseFloat(string(bytes.TrimSpace(v)), 64)
	if err != nil {
		return v
	}
	i, _ := strconv.Atoi(style)
	if i < 0 || i >= len(b.formats) || b.formats[i] == nil {
		return []byte(general(n))
	}
	return []byte(b.formats[i].number(n, b.from1904))
}

// The bounds of strings that many cells share: the longer are written again only
// so often, for nothing new is found in them.
const (
	longString  = 512
	maxRepeated = 1 << 20
)

func (b *bookReader) shared(i int) []byte {
	s := b.strings.at(i)
	if len(s) > longString {
		if b.strings.seen[i] {
			if b.repeated += len(s); b.repeated > maxRepeated {
				return nil
			}
		}
		b.strings.seen[i] = true
	}
	return s
}

// link writes where a cell's link leads, once for each place.
func (g *grid) link() {
	rel, ok := relatedBy(g.x, g.rels)
	if ok && rel.out {
		g.once(linkTarget(rel.target))
	}
	g.once(g.x.attr("tooltip"))
}

// once writes a line unless the sheet has it.
func (g *grid) once(s string) {
	s = strings.TrimSpace(s)
	if !g.isNew(s) {
		return
	}
	g.to.done = append(append(g.to.done, s...), '\n')
	g.to.drain()
}

// isNew tells whether a text that is written once for a sheet is met first.
func (g *grid) isNew(s string) bool {
	if s == "" || g.links[s] || len(g.links) >= maxMembers {
		return false
	}
	if g.links == nil {
		g.links = map[string]bool{}
	}
	g.links[s] = true
	return true
}

// headerText takes the codes out of a page's header: fonts, sizes, sections and
// what is filled in when it is printed.
func headerText(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '&' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == '&':
			b.WriteByte('&')
		case c == '"':
			if end := strings.IndexByte(s[i+1:], '"'); end >= 0 {
				i += end + 1
			}
		case c >= '0' && c <= '9':
			for i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
				i++
			}
		case c == 'K' && i+6 < len(s):
			i += 6
		case strings.IndexByte("LCR", c) >= 0:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
