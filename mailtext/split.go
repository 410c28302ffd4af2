package mailtext

import (
	"slices"
	"strings"
)

// Kind says what a stretch of a message's text is.
type Kind int

// The kinds.
const (
	Own       Kind = iota // written by the message's author, or forwarded
	Quoted                // of a message that this one answers, its header included
	Signature             // who the author is, what device was used, legal footers
)

// Span is a stretch of a text, in bytes.
type Span struct {
	Kind       Kind
	Start, End int
}

// Mark is a stretch of which the HTML of the message has said what it is.
type Mark = Span

// The limits on what is looked at: lines after maxLines count like the last one
// before, and of a line no more than maxLine bytes are looked at.
const (
	maxLines = 20_000
	maxLine  = 2_000
)

// Split tells what each line of a text is. The spans follow each other without a
// gap and cover the text; neighbours differ in kind. Marks are believed before
// anything that the text itself shows. The subject tells a forwarded message,
// whose text is no quote.
func Split(text, subject string, marks []Mark) []Span {
	s := splitter{lines: lines(text), forward: isForward(subject)}
	s.kinds = make([]Kind, len(s.lines))
	s.fixed = make([]bool, len(s.lines))
	s.mark(marks)
	s.quotes()
	s.signatures()
	return s.spans(len(text))
}

// Part gives the text of one kind, stretch after stretch.
func Part(text string, spans []Span, k Kind) string {
	var parts []string
	for _, s := range spans {
		if s.Kind == k {
			parts = append(parts, strings.Trim(text[s.Start:s.End], "\n"))
		}
	}
	return strings.Join(parts, "\n\n")
}

// line is one line of the text.
type line struct {
	start, end int // with its line end
	text       string
}

func lines(text string) []line {
	out := make([]line, 0, min(strings.Count(text, "\n")+1, maxLines))
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 && len(out) < maxLines-1 {
			end = start + i + 1
		}
		out = append(out, line{start, end, strings.TrimSpace(text[start:min(end, start+maxLine)])})
		start = end
	}
	return out
}

type splitter struct {
	lines   []line
	kinds   []Kind
	fixed   []bool // a mark has said what the line is
	forward bool
}

// mark takes over what the HTML said. Of stretches that overlap the one that
// begins first counts.
func (s *splitter) mark(marks []Mark) {
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b Mark) int { return a.Start - b.Start })
	for i, l := range s.lines {
		for len(marks) > 0 && marks[0].End <= l.start {
			marks = marks[1:]
		}
		if len(marks) > 0 && l.start >= marks[0].Start {
			s.kinds[i], s.fixed[i] = marks[0].Kind, true
		}
	}
}

func (s *splitter) set(i int, k Kind) {
	if !s.fixed[i] {
		s.kinds[i] = k
	}
}

// quotes finds quoted text: lines that begin with > and what follows the header
// of an answered message.
func (s *splitter) quotes() {
	for i := 0; i < len(s.lines); i++ {
		l := s.lines[i].text
		switch {
		case isAngle(l):
			s.set(i, Quoted)
			continue
		case forwards(l):
			// What is forwarded is news to who gets it, its header too; but it may
			// quote in its turn.
			i = s.afterHeader(i + 1)
			continue
		}
		n, angled := s.header(i)
		if n == 0 {
			continue
		}
		if s.forward && !angled {
			// The first header in a forwarded message is that of what is forwarded.
			s.forward = false
			i += n - 1
			continue
		}
		for j := i; j < i+n; j++ {
			s.set(j, Quoted)
		}
		if !angled {
			// Without > there is no telling where the quote ends: it is the rest.
			for j := i + n; j < len(s.lines); j++ {
				s.set(j, Quoted)
			}
			return
		}
		i += n - 1
	}
}

// isAngle tells of a line that begins with >. Not so "From" escaped for mbox.
func isAngle(l string) bool { return strings.HasPrefix(l, ">") && !strings.HasPrefix(l, ">From ") }

// header tells how many lines the header of an answered message takes that
// begins at a line, 0 when none does, and whether lines with > follow it.
func (s *splitter) header(i int) (n int, angled bool) {
	if s.lines[i].text == "" || s.fixed[i] {
		return 0, false
	}
	n = s.attribution(i)
	if n == 0 {
		n = s.block(i)
	}
	if n == 0 && isDivider(s.lines[i].text) {
		n = 1
		if j := s.nextText(i + 1); j < len(s.lines) {
			if m := s.block(j); m > 0 {
				n = j - i + m
			}
		}
	}
	if n == 0 {
		return 0, false
	}
	j := s.nextText(i + n)
	return n, j < len(s.lines) && isAngle(s.lines[j].text)
}

// attribution is "On Monday, Ann wrote:", which mailers break into up to four
// lines.
func (s *splitter) attribution(i int) int {
	if !beginsAttribution(s.lines[i].text) {
		return 0
	}
	joined := ""
	for n := 1; n <= 4 && i+n-1 < len(s.lines); n++ {
		l := s.lines[i+n-1].text
		if l == "" || isAngle(l) {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + l)
		if isAttribution(joined) {
			return n
		}
		if len(joined) > 400 {
			return 0
		}
	}
	return 0
}

// block is a header as Outlook writes it: a sender's line, and at least two more
// of date, recipients and subject within the next lines.
func (s *splitter) block(i int) int {
	first := fieldOf(s.lines[i].text)
	if first != fieldFrom && first != fieldDate {
		return 0
	}
	seen := map[field]bool{first: true}
	last := i
	for j, blank := i+1, 0; j < len(s.lines) && j < i+12; j++ {
		l := s.lines[j].text
		if l == "" {
			if blank++; blank > 1 {
				break
			}
			continue
		}
		f := fieldOf(l)
		if f == fieldNone {
			// Long lists of recipients go on in the next line.
			if j == last+1 && seen[fieldTo] && strings.ContainsAny(l, "@;") {
				last = j
				continue
			}
			break
		}
		if blank > 0 && f == fieldFrom {
			break
		}
		seen[f], last = true, j
	}
	if !seen[fieldFrom] || len(seen) < 3 {
		return 0
	}
	return last - i + 1
}

// afterHeader skips the header of a forwarded message.
func (s *splitter) afterHeader(i int) int {
	j := s.nextText(i)
	if j < len(s.lines) {
		if n := s.block(j); n > 0 {
			return j + n - 1
		}
	}
	return i - 1
}

// nextText is the next line that is not empty.
func (s *splitter) nextText(i int) int {
	for i < len(s.lines) && s.lines[i].text == "" {
		i++
	}
	return i
}

// The longest signature, in lines and bytes.
const (
	maxSignatureLines = 15
	maxSignature      = 1500
)

// signatures finds signatures in what is the author's own.
func (s *splitter) signatures() {
	for i := 0; i < len(s.lines); i++ {
		if s.kinds[i] != Own || s.fixed[i] {
			continue
		}
		l := s.lines[i].text
		if isDevice(l) {
			s.set(i, Signature)
			continue
		}
		if l != "--" && l != "__" && l != "—" {
			continue
		}
		end, bytes := i+1, 0
		for end < len(s.lines) && s.kinds[end] == Own {
			bytes += len(s.lines[end].text)
			end++
		}
		if end-i > maxSignatureLines+s.legalLines(i, end) || bytes > maxSignature && s.legalLines(i, end) == 0 {
			continue
		}
		for j := i; j < end; j++ {
			s.set(j, Signature)
		}
	}
	s.footer()
}

// legalLines counts the lines of a stretch from its first legal one on.
func (s *splitter) legalLines(i, end int) int {
	for j := i; j < end; j++ {
		if isLegal(s.lines[j].text) {
			return end - j
		}
	}
	return 0
}

// footer marks the legal footer at the end of the author's text: its last
// paragraphs, from the first that speaks like a lawyer.
func (s *splitter) footer() {
	end := len(s.lines)
	for end > 0 && s.kinds[end-1] != Own {
		end--
	}
	start := end
	for i := end - 1; i >= 0 && s.kinds[i] == Own && end-i <= 40; i-- {
		if isLegal(s.lines[i].text) {
			start = i
		}
	}
	for start > 0 && start < end && s.lines[start-1].text != "" && s.kinds[start-1] == Own && start+40 > end {
		start-- // to the paragraph's beginning
	}
	// Text that is nothing but a footer is what the author had to say.
	if !slices.ContainsFunc(s.lines[:start], func(l line) bool { return l.text != "" }) {
		return
	}
	for i := start; i < end; i++ {
		s.set(i, Signature)
	}
}

// spans joins lines of one kind. Empty lines belong to what is before them.
func (s *splitter) spans(size int) []Span {
	var out []Span
	for i, l := range s.lines {
		k := s.kinds[i]
		if l.text == "" && len(out) > 0 && !s.fixed[i] {
			k = out[len(out)-1].Kind
		}
		if len(out) > 0 && out[len(out)-1].Kind == k {
			out[len(out)-1].End = l.end
			continue
		}
		out = append(out, Span{k, l.start, l.end})
	}
	if len(out) == 0 && size > 0 {
		out = append(out, Span{Own, 0, size})
	}
	return out
}
