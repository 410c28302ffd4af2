package extract

import (
	"math"
	"strings"
	"unicode"
)

// layout puts glyphs into words and lines by where they stand: a page says
// nothing of either. Text keeps the order in which it is drawn, but for lines of
// scripts that are written from right to left.
type layout struct {
	b     strings.Builder
	limit int
	full  bool

	shown int // glyphs
	mute  int // glyphs that no text is known for
	seen  map[spot]struct{}

	units []string // of the present line: what each glyph says, and blanks
	rtl   rtlLine  // of the present line

	drawn  bool    // a glyph was shown
	x, y   float64 // where the last glyph ended
	fromX  float64 // where it began
	fromY  float64
	dx, dy float64 // its direction, of length 1
	size   float64 // its height
}

// A gap of this part of the letter's height parts words; a shift of this part
// across the line begins another line.
const (
	wordGap   = 0.12
	lineShift = 0.45
	backShift = 0.6
)

// maxLine bounds the glyphs of a line that are held back to be put in order.
const maxLine = 10000

// glyph adds one that begins at (x, y), goes in direction (dx, dy), and is size
// high and advance long.
func (l *layout) glyph(text string, x, y, dx, dy, size, advance float64) {
	if l.full {
		return
	}
	l.shown++
	if text == "" {
		l.mute++
	}
	switch {
	case strings.TrimFunc(text, unicode.IsSpace) != "":
		if l.overprinted(text, x, y, size, advance) {
			return
		}
		l.separate(text, x, y, dx, dy, size, advance)
		l.add(text)
	case text != "" && l.drawn:
		l.space()
	}
	l.fromX, l.fromY = x, y
	l.x, l.y, l.dx, l.dy, l.size = x+dx*advance, y+dy*advance, dx, dy, size
	l.drawn = true
}

// spot is a glyph at a place of a coarse grid.
type spot struct {
	text string
	x, y int32
}

// maxSpots bounds what is remembered of a page.
const maxSpots = 100000

// overprinted tells of a glyph that stands where the same was drawn before: bold
// made by drawing twice, or a shadow.
func (l *layout) overprinted(text string, x, y, size, advance float64) bool {
	const fine = 12 // cells to the letter's height
	if size <= 0 || advance < 2*size/fine || math.Abs(x/size) > 1e6 || math.Abs(y/size) > 1e6 {
		return false
	}
	cx, cy := x/size*fine, y/size*fine
	at := spot{text, int32(math.Floor(cx)), int32(math.Floor(cy))}
	nx, ny := neighbour(cx), neighbour(cy)
	for _, s := range [...]spot{at, {text, at.x + nx, at.y}, {text, at.x, at.y + ny}, {text, at.x + nx, at.y + ny}} {
		if _, ok := l.seen[s]; ok {
			return true
		}
	}
	if l.seen == nil {
		l.seen = map[spot]struct{}{}
	}
	if len(l.seen) < maxSpots {
		l.seen[at] = struct{}{}
	}
	return false
}

// neighbour is the side of its cell that a place lies nearer to.
func neighbour(v float64) int32 {
	if v-math.Floor(v) < 0.5 {
		return -1
	}
	return 1
}

func (l *layout) separate(text string, x, y, dx, dy, size, advance float64) {
	if !l.drawn {
		return
	}
	ux, uy := x-l.x, y-l.y
	along := ux*l.dx + uy*l.dy
	across := math.Abs(uy*l.dx - ux*l.dy)
	h := math.Max(math.Min(size, l.size), 1e-6)
	turned := l.dx*dx+l.dy*dy < 0.7
	var leftward bool
	if rightToLeft(text) && l.rtl.any {
		// How far it is from its end to where the last one began.
		back := (l.fromX-x)*l.dx + (l.fromY-y)*l.dy - advance
		if leftward = along < 0 && back > -backShift*h; leftward {
			along = back
		}
		l.rtl.step(leftward)
	}
	switch {
	case turned, across > lineShift*math.Max(size, l.size):
		l.line()
	case across > lineShift*h && math.Abs(along) > h:
		l.line()
	case along < -backShift*math.Max(size, l.size):
		// Back over what was drawn: another column.
		l.line()
	case along > wordGap*h:
		l.space()
	}
}

func (l *layout) add(s string) {
	if l.b.Len()+len(s) > l.limit {
		l.full = true
		return
	}
	l.rtl.any = l.rtl.any || rightToLeft(s)
	l.units = append(l.units, s)
	if len(l.units) >= maxLine {
		l.flush()
	}
}

func (l *layout) space() {
	if n := len(l.units); n > 0 && l.units[n-1] != " " {
		l.units = append(l.units, " ")
	}
}

func (l *layout) line() {
	if len(l.units) == 0 {
		return
	}
	l.flush()
	l.b.WriteByte('\n')
}

// flush writes the line that was held back.
func (l *layout) flush() {
	if l.rtl.any && l.rtl.visual() {
		logicalOrder(l.units)
	}
	for i, u := range l.units {
		if i == 0 && u == " " {
			continue
		}
		l.b.WriteString(u)
	}
	l.units, l.rtl = l.units[:0], rtlLine{}
	l.full = l.full || l.b.Len() > l.limit
}

// text gives the page's text with words joined that a hyphen parts at a line's
// end.
func (l *layout) text() string {
	l.flush()
	return joinHyphens(l.b.String())
}
