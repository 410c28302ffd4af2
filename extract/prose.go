package extract

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// prose lays out paragraphs and tables. A paragraph is a line, a table's row is
// one, too, with tabs between its cells. A paragraph that stands in another (a
// text box is anchored in one) follows it.
type prose struct {
	out   func(string) error // takes whole lines; nil keeps them all in done
	done  []byte
	open  []paragraph
	later []byte // paragraphs that stood in one that is still open
	rows  []rowState
	wrote int // grows with each text
	err   error
}

// paragraph is an open one.
type paragraph struct {
	text []byte
	// was is what stood there before changes that are still marked as such,
	// with the stretches of it that are deleted.
	was     []byte
	gone    [][2]int
	deleted bool // now in a deleted stretch
	implied bool // it holds text that stood in no paragraph
	owed    bool // a blank is to part what follows from an aside, if it begins with a word
}

type rowState struct{ cells, paragraphs int }

// proseChunk is how many bytes are handed on together.
const proseChunk = 16 << 10

// begin begins a paragraph.
func (p *prose) begin() {
	if n := len(p.open); n > 0 && p.open[n-1].implied {
		p.end()
	}
	p.open = append(p.open, paragraph{})
}

func (p *prose) current() *paragraph {
	if len(p.open) == 0 {
		p.open = append(p.open, paragraph{implied: true})
	}
	return &p.open[len(p.open)-1]
}

// text writes running text.
func (p *prose) text(s []byte) {
	if len(s) == 0 {
		return
	}
	p.wrote += len(s)
	at := p.current()
	at.pay(s)
	if at.deleted {
		if at.was == nil {
			at.was = append([]byte{}, at.text...)
		}
		at.gone = append(at.gone, [2]int{len(at.was), len(at.was) + len(s)})
		at.was = append(at.was, s...)
		return
	}
	if at.was != nil {
		at.was = append(at.was, s...)
	}
	at.text = append(at.text, s...)
}

func (p *prose) word(s string) { p.text([]byte(s)) }

// added writes text of a marked insertion: it did not stand there before.
func (p *prose) added(s []byte) {
	at := p.current()
	p.wrote += len(s)
	at.pay(s)
	if at.was == nil {
		at.was = append([]byte{}, at.text...)
	}
	at.text = append(at.text, s...)
}

// deleting says whether the text that follows is a marked deletion.
func (p *prose) deleting(yes bool) { p.current().deleted = yes }

// aside writes something of its own beside the running text: a blank parts it
// from what stands before.
func (p *prose) aside(s string) {
	if s == "" {
		return
	}
	at := p.current()
	if n := len(at.text); n > 0 && at.text[n-1] > ' ' {
		p.word(" ")
	}
	p.word(s)
	at.owed = true
}

// target writes where a link leads whose text begins at a byte of the paragraph,
// unless the text says it.
func (p *prose) target(s string, from int) {
	const most = 4 << 10 // no address is longer
	if s == "" {
		return
	}
	if at := p.current(); from <= len(at.text) && len(at.text)-from < most && bytes.Contains(at.text[from:], []byte(s)) {
		return
	}
	p.aside("(" + s + ")")
}

// pay writes the blank that is owed before s.
func (at *paragraph) pay(s []byte) {
	if !at.owed || len(s) == 0 {
		return
	}
	at.owed = false
	if r, _ := utf8.DecodeRune(s); wordRune(r) || r == '(' {
		at.text = append(at.text, ' ')
		if at.was != nil {
			at.was = append(at.was, ' ')
		}
	}
}

// end ends a paragraph.
func (p *prose) end() {
	if len(p.open) == 0 {
		return
	}
	at := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	text := bytes.TrimRight(at.text, " \t\n")
	if gone := at.goneWords(); gone != nil {
		if len(text) > 0 {
			text = append(text, '\n')
		}
		text = append(text, gone...)
	}
	switch {
	case len(p.open) > 0:
		if len(text) > 0 {
			p.later = append(append(p.later, text...), '\n')
		}
		return
	case len(p.rows) > 0:
		p.cellText(text)
	case len(text) > 0:
		p.done = append(append(p.done, text...), '\n')
	}
	if len(p.later) > 0 {
		if len(p.rows) > 0 {
			p.done = append(p.done, '\n')
			p.later = bytes.TrimRight(p.later, "\n")
		}
		p.done = append(p.done, p.later...)
		p.later = p.later[:0]
	}
	if len(p.rows) == 0 {
		p.drain()
	}
}

// cellText writes a paragraph of a cell.
func (p *prose) cellText(text []byte) {
	row := &p.rows[len(p.rows)-1]
	if row.paragraphs++; row.paragraphs > 1 && len(text) > 0 {
		p.done = append(p.done, '\n')
	}
	p.done = append(p.done, text...)
}

// drain hands on what is finished.
func (p *prose) drain() {
	if p.out == nil || len(p.done) < proseChunk || p.err != nil {
		return
	}
	p.err = p.out(string(p.done))
	p.done = p.done[:0]
}

// beginRow begins a table's row, beginCell a cell of it.
func (p *prose) beginRow() {
	if n := len(p.open); n > 0 && p.open[n-1].implied {
		p.end()
	}
	p.nested()
	p.rows = append(p.rows, rowState{})
}

func (p *prose) beginCell() {
	if len(p.rows) == 0 {
		return
	}
	row := &p.rows[len(p.rows)-1]
	if row.cells++; row.cells > 1 || row.paragraphs > 0 { // a control around a cell has its title before it
		p.done = append(p.done, '\t')
	}
	row.paragraphs = 0
}

func (p *prose) endRow() {
	if len(p.rows) == 0 {
		return
	}
	p.rows = p.rows[:len(p.rows)-1]
	p.done = bytes.TrimRight(p.done, "\t")
	if n := len(p.done); n > 0 && p.done[n-1] != '\n' {
		p.done = append(p.done, '\n')
	}
	if len(p.rows) == 0 {
		p.drain()
	}
}

// nested begins a new line for a table in a cell.
func (p *prose) nested() {
	if len(p.rows) > 0 && len(p.done) > 0 && p.done[len(p.done)-1] != '\n' {
		p.done = append(p.done, '\n')
	}
}

// finish ends what is open and hands everything on.
func (p *prose) finish() error {
	for len(p.open) > 0 {
		p.end()
	}
	p.rows = nil
	if p.out != nil && p.err == nil && len(p.done) > 0 {
		p.err = p.out(string(p.done))
		p.done = p.done[:0]
	}
	return p.err
}

// captured gives all that was written where nothing takes it.
func (p *prose) captured() string {
	_ = p.finish() // nothing takes it, so nothing can refuse it
	return string(bytes.TrimSpace(p.done))
}

// goneWords gives the deleted stretches with the whole words that they were part
// of: who looks for "colour" must find where it was made "color".
func (at *paragraph) goneWords() []byte {
	var out []byte
	end := -1
	for _, g := range at.gone {
		from, to := g[0], g[1]
		if to <= end {
			continue
		}
		for from > max(end, 0) {
			r, n := utf8.DecodeLastRune(at.was[:from])
			if !wordRune(r) {
				break
			}
			from -= n
		}
		for to < len(at.was) {
			r, n := utf8.DecodeRune(at.was[to:])
			if !wordRune(r) {
				break
			}
			to += n
		}
		if from = max(from, end); from >= to {
			continue
		}
		if end >= 0 && from > end {
			out = append(out, ' ')
		}
		out = append(out, at.was[from:to]...)
		end = to
	}
	return bytes.TrimSpace(out)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
