package extract

import (
	"strconv"
	"strings"
)

// within reads the rest of the element whose start tag was read last.
func (w *odfReader) within() {
	for depth := w.x.depth; ; {
		kind := w.x.next()
		switch {
		case kind == xmlEnd || kind == xmlClose && w.x.depth < depth:
			return
		case kind == xmlText && w.inPara > 0:
			w.to.text(collapse(w.x.appendChars(nil)))
		case kind == xmlOpen:
			w.open()
		case kind == xmlClose:
			w.close()
		}
	}
}

// titled writes what a picture is said to show. In running text a title is a
// field, whose text is that of the sentence.
func (w *odfReader) titled() {
	if w.x.name == "title" && w.x.space == "text" {
		return
	}
	w.described(w.x.inner(maxProperty))
}

// described writes texts that stand in no paragraph, each as one of its own.
func (w *odfReader) described(texts ...string) {
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" {
			w.to.begin()
			w.to.word(s)
			w.to.end()
		}
	}
}

// object notes an object that lies in the document, and passes a picture of it.
func (w *odfReader) object(href string) {
	if href != "" && len(w.inner) < maxMembers {
		w.inner = append(w.inner, href)
	}
}

// asides writes what was kept for the end.
func (w *odfReader) asides() error {
	for _, part := range []struct {
		kind StepKind
		list *[]string
	}{{"", &w.gone}, {Notes, &w.notes}, {Comments, &w.said}, {Header, &w.heads}} {
		list := *part.list
		*part.list = nil
		seen := map[string]bool{}
		write := func() error {
			for _, s := range list {
				if seen[s] && part.kind == Header {
					continue
				}
				seen[s] = true
				if err := w.r.line(s); err != nil {
					return err
				}
			}
			return nil
		}
		if part.kind == "" {
			if err := write(); err != nil {
				return err
			}
			continue
		}
		if err := w.r.at(Step{Kind: part.kind}, write); err != nil {
			return err
		}
	}
	return nil
}

// page reads a slide or a page of a drawing.
func (w *odfReader) page() error {
	if err := w.to.finish(); err != nil {
		return err
	}
	w.slides++
	outer, heads := w.to, w.heads
	defer func() { w.to, w.heads = outer, heads }()
	w.to, w.title, w.heads = &prose{}, "", nil
	for depth := w.x.depth; ; {
		kind := w.x.next()
		if kind == xmlEnd || kind == xmlClose && w.x.depth < depth {
			break
		}
		switch {
		case kind == xmlOpen && w.x.name == "notes":
			w.notes = w.aside(w.notes)
		case kind == xmlOpen && w.title == "" && w.x.attr("class") == "title":
			from := len(w.to.done)
			w.within()
			if from <= len(w.to.done) {
				w.title = strings.Join(strings.Fields(string(w.to.done[from:])), " ")
			}
		default:
			if err := w.token(kind, false); err != nil {
				return err
			}
		}
	}
	return w.r.at(Step{Kind: Slide, Number: w.slides, Name: w.title}, func() error {
		if err := w.r.block(w.to.captured()); err != nil {
			return err
		}
		return w.asides()
	})
}

// table reads a sheet.
func (w *odfReader) table() error {
	if err := w.to.finish(); err != nil {
		return err
	}
	w.sheets++
	outer := w.to
	defer func() { w.to = outer }()
	w.to = &prose{out: w.r.line}
	name := w.x.attr("name")
	return w.r.at(Step{Kind: Sheet, Number: w.sheets, Name: name}, func() error {
		if err := w.r.block(name); err != nil {
			return err
		}
		if err := w.rows(); err != nil {
			return err
		}
		if err := w.to.finish(); err != nil {
			return err
		}
		return w.asides()
	})
}

// rows reads the rows of a sheet. The file tells of equal ones how many there
// are; so many are not written.
func (w *odfReader) rows() error {
	from, times := 0, 1
	for depth := w.x.depth; ; {
		kind := w.x.next()
		switch {
		case kind == xmlEnd || kind == xmlClose && w.x.depth < depth:
			return nil
		case kind == xmlOpen && w.x.name == "table-row" && len(w.to.rows) == 0:
			times = repeats(w.x.attr("number-rows-repeated"), maxRepeatedRows)
			w.to.beginRow()
			from = len(w.to.done)
		case kind == xmlClose && w.x.name == "table-row" && len(w.to.rows) == 1:
			row := strings.TrimRight(string(w.to.done[min(from, len(w.to.done)):]), "\t\n")
			w.to.endRow()
			for range w.again(row, times) {
				w.to.done = append(append(w.to.done, row...), '\n')
				w.to.drain()
			}
		case kind == xmlOpen && (w.x.name == "table-cell" || w.x.name == "covered-table-cell"):
			if w.cells++; w.cells > maxCells {
				return tooLarge("cells")
			}
			w.oneCell()
		case kind == xmlOpen && w.x.name == "named-expressions":
			w.x.skip()
		default:
			if err := w.token(kind, true); err != nil {
				return err
			}
		}
		if w.to.err != nil {
			return w.to.err
		}
	}
}

// oneCell reads the cell whose start tag was read last.
func (w *odfReader) oneCell() {
	times := repeats(w.x.attr("number-columns-repeated"), maxRepeatedCells)
	value := ""
	for _, name := range []string{"string-value", "date-value", "time-value", "boolean-value", "value"} {
		if value == "" {
			value = w.x.attr(name)
		}
	}
	targets := formulaLinks(w.x.attr("formula"))
	w.to.beginCell()
	from := len(w.to.done)
	w.within()
	if from > len(w.to.done) { // a table in the cell took the tabs before it
		return
	}
	if len(w.to.done) == from && value != "" {
		w.to.done = append(w.to.done, value...)
	}
	for _, target := range targets {
		if !says(string(w.to.done[from:]), target) {
			w.to.done = append(append(append(w.to.done, " ("...), target...), ')')
		}
	}
	text := string(w.to.done[from:])
	for range w.again(text, times) {
		w.to.done = append(append(w.to.done, '\t'), text...)
	}
}

// again gives how often a text that stands there so many times is written once
// more: there is a bound to what repetition may come to.
func (w *odfReader) again(text string, times int) int {
	if text == "" || w.repeated+len(text)*(times-1) > maxRepeated {
		return 0
	}
	w.repeated += len(text) * (times - 1)
	return times - 1
}

// repeats reads how often something is repeated, and bounds it.
func repeats(s string, most int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 1
	}
	return min(n, most)
}
