package extract

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// layout puts glyphs into words and lines by where they stand: a page says
// nothing of either. Text keeps the order in which it is drawn.
type layout struct {
	b     strings.Builder
	limit int
	full  bool

	shown int // glyphs
	mute  int // glyphs that no text is known for

	drawn  bool    // a glyph was shown
	x, y   float64 // where the last glyph ended
	dx, dy float64 // its direction, of length 1
	size   float64 // its height
}

// A gap of this part of the letter's height parts words; a shift of this part
// across the line begins another line.
const (
	wordGap   = 0.17
	lineShift = 0.45
	backShift = 0.6
)

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
	if text != "" && strings.TrimFunc(text, unicode.IsSpace) != "" {
		l.separate(x, y, dx, dy, size)
		l.write(text)
	} else if text != "" && l.drawn {
		l.space()
	}
	l.x, l.y, l.dx, l.dy, l.size = x+dx*advance, y+dy*advance, dx, dy, size
	l.drawn = true
}

func (l *layout) separate(x, y, dx, dy, size float64) {
	if !l.drawn {
		return
	}
	ux, uy := x-l.x, y-l.y
	along := ux*l.dx + uy*l.dy
	across := math.Abs(uy*l.dx - ux*l.dy)
	h := math.Max(math.Min(size, l.size), 1e-6)
	turned := l.dx*dx+l.dy*dy < 0.7
	switch {
	case turned, across > lineShift*math.Max(size, l.size):
		l.line()
	case across > lineShift*h && math.Abs(along) > h:
		l.line()
	case along < -backShift*math.Max(size, l.size):
		// Back over what was drawn: bold by overprinting, or another column.
		l.line()
	case along > wordGap*h:
		l.space()
	}
}

func (l *layout) write(s string) {
	if l.b.Len()+len(s) > l.limit {
		l.full = true
		return
	}
	l.b.WriteString(s)
}

func (l *layout) space() {
	if s := l.b.String(); s != "" && s[len(s)-1] != ' ' && s[len(s)-1] != '\n' {
		l.b.WriteByte(' ')
	}
}

func (l *layout) line() {
	if s := l.b.String(); s != "" && s[len(s)-1] != '\n' {
		l.b.WriteByte('\n')
	}
}

// text gives the page's text with words joined that a hyphen parts at a line's
// end.
func (l *layout) text() string { return joinHyphens(l.b.String()) }

func joinHyphens(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	for {
		i := strings.Index(s, "-\n")
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+2:])
		out.WriteString(s[:i])
		if !unicode.IsLetter(before) || !unicode.IsLower(after) {
			out.WriteString("-\n")
		}
		s = s[i+2:]
	}
}
