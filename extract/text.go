package extract

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxIndent bounds the blanks kept before a line of preformatted text.
const maxIndent = 80

func itoa(n int) string { return strconv.Itoa(n) }

// writer lays out text: it collapses white space, keeps line and paragraph
// breaks single, and stops at its limit.
type writer struct {
	b     strings.Builder
	limit int
	full  bool

	gap    byte // pending separator: 0, ' ', '\t', '\n' or 'P' (an empty line)
	tabs   int  // pending tabs of empty cells
	indent string
}

func newWriter(limit int) *writer { return &writer{limit: limit} }

func (w *writer) len() int { return w.b.Len() }

// since gives what was written from position mark on.
func (w *writer) since(mark int) string { return w.b.String()[mark:] }

func (w *writer) space() {
	if w.gap == 0 {
		w.gap = ' '
	}
}

// tab parts a cell from the one before. rowStart tells that the row holds no
// text yet, so that its own line break must stay.
func (w *writer) tab(rowStart bool) {
	if !rowStart {
		w.gap = '\t'
	}
	w.indent = ""
	w.tabs++
}

func (w *writer) line() {
	if w.gap != 'P' {
		w.gap = '\n'
	}
	w.tabs, w.indent = 0, ""
}

func (w *writer) paragraph() { w.gap, w.tabs, w.indent = 'P', 0, "" }

// prefix sets what the next line begins with, if it comes to hold text.
func (w *writer) prefix(s string) {
	w.line()
	w.indent = s
}

// flush writes the pending separator before text.
func (w *writer) flush() {
	if w.b.Len() > 0 {
		switch w.gap {
		case ' ':
			w.b.WriteByte(' ')
		case '\n':
			w.b.WriteByte('\n')
		case 'P':
			w.b.WriteString("\n\n")
		}
	}
	for ; w.tabs > 0; w.tabs-- {
		w.b.WriteByte('\t')
	}
	if w.indent != "" {
		w.b.WriteString(w.indent)
		w.indent = ""
	}
	w.gap = 0
}

// flow writes running text; white space in it separates words only, unless it
// is preformatted, where line ends stay.
func (w *writer) flow(s string, pre bool) {
	for len(s) > 0 && !w.full {
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		switch {
		case pre && r == '\n':
			if w.gap == '\n' || w.gap == 'P' {
				w.gap = 'P'
			} else {
				w.line()
			}
		case pre && r == ' ' && (w.gap == '\n' || w.gap == 'P'):
			if len(w.indent) < maxIndent {
				w.indent += " "
			}
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == '\v' || r == '\u00A0':
			w.space()
		case invisible(r):
		case r == utf8.RuneError && size == 1:
			w.put('\uFFFD')
		default:
			w.put(r)
		}
	}
}

func (w *writer) put(r rune) {
	if w.gap != 0 || w.tabs > 0 || w.indent != "" {
		w.flush()
	}
	if w.b.Len()+utf8.RuneLen(r) > w.limit {
		w.full = true
		return
	}
	w.b.WriteRune(r)
}

func (w *writer) result() limited { return limited{text: w.b.String(), cut: w.full} }

// invisible tells of characters that show nothing and only part the letters of
// a word from each other: soft hyphens, zero-width spaces, byte order marks and
// controls.
func invisible(r rune) bool {
	switch r {
	case '\u00AD', '\u200B', '\u2060', '\uFEFF', '\uFFFE', '\uFFFF', '\u034F':
		return true
	}
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
}

// normal makes any text fit for a Result: valid UTF-8, lines ended by \n, no
// control characters, no trailing blanks, at most one empty line in a row, and
// no longer than limit bytes.
func normal(s string, limit int) limited {
	var b strings.Builder
	b.Grow(min(len(s), limit))
	breaks := 0       // line ends not yet written
	var blanks []byte // white space not yet written
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\r' && i < len(s) && s[i] == '\n':
			continue
		case r == '\n', r == '\r', r == '\f', r == '\v', r == '\u2028', r == '\u2029', r == '\u0085':
			breaks, blanks = breaks+1, blanks[:0]
			continue
		case r == ' ', r == '\t', r == '\u00A0':
			if r != '\t' {
				r = ' '
			}
			if len(blanks) < 256 {
				blanks = append(blanks, byte(r))
			}
			continue
		case invisible(r):
			continue
		}
		if b.Len()+len(blanks)+2+utf8.RuneLen(r) > limit {
			return limited{text: b.String(), cut: true}
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:min(breaks, 2)])
		}
		b.Write(blanks)
		breaks, blanks = 0, blanks[:0]
		b.WriteRune(r)
	}
	return limited{text: b.String()}
}
