package mailtext

import (
	"cmp"
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
	s := splitter{lines: lines(text), forward: isForward(subject), answer: subject == "" || isAnswer(subject)}
	s.initials = initials(s.lines)
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
	clues      clue
}

func lines(text string) []line {
	out := make([]line, 0, min(strings.Count(text, "\n")+1, maxLines))
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 && len(out) < maxLines-1 {
			end = start + i + 1
		}
		l := strings.TrimSpace(text[start:min(end, start+maxLine)])
		out = append(out, line{start, end, l, cluesOf(l)})
		start = end
	}
	return out
}

type splitter struct {
	lines   []line
	kinds   []Kind
	fixed   []bool // a mark has said what the line is
	forward bool
	answer  bool   // by its subject
	angles  []int  // by line the next with >, itself or a later one; made at need
	sign    string // what lines of a quote begin with instead of >, once it has been introduced
	// initials counts the lines that begin with the same initials and >.
	initials map[string]int
}

// mark takes over what the HTML said. Of marks within each other the outer one
// counts, and of those that overlap the one that begins first, but a quote ends a
// signature. What is forwarded is no quote, whatever the HTML says: then the marks
// in it count.
func (s *splitter) mark(marks []Mark) {
	if len(marks) == 0 {
		return
	}
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b Mark) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	forwards := s.forwards()
	at, end := 0, 0
	for i, m := range marks {
		first, _ := slices.BinarySearchFunc(s.lines, m.Start, func(l line, at int) int { return l.start - at })
		if m.End <= end || m.Start >= m.End || m.Kind == Quoted && forwards.hold(s, first, m.End) {
			continue
		}
		stop := m.End
		if m.Kind == Signature {
			for _, q := range marks[i+1:] {
				if q.Start >= stop {
					break
				}
				if q.Kind == Quoted && q.Start > m.Start {
					stop = q.Start
				}
			}
		}
		for at = max(at, first); at < len(s.lines) && s.lines[at].start < stop; at++ {
			s.kinds[at], s.fixed[at] = m.Kind, true
		}
		end = max(end, stop)
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
		case s.fixed[i]:
			continue
		case isAngle(l) || s.initials[prefixOf(l)] > 1 || s.sign != "" && (l == s.sign[:1] || strings.HasPrefix(l, s.sign)):
			s.set(i, Quoted)
			continue
		case s.lines[i].forwards():
			i = s.forwarded(i + 1)
			continue
		}
		n, ends := s.header(i)
		if n == 0 {
			continue
		}
		if !ends && (s.forward || !s.answer && s.attribution(i) == 0) {
			// The first header in a forwarded message is that of what is forwarded,
			// and in one that answers nothing that of what was copied into it.
			s.forward, s.answer = false, true
			i += n - 1
			continue
		}
		for j := i; j < i+n; j++ {
			s.set(j, Quoted)
		}
		if j := s.nextText(i + n); ends && j < len(s.lines) {
			s.sign = signOf(s.lines[j].text)
		}
		if !ends && !s.shortened(i, i+n) {
			// Without > there is no telling where the quote ends: it is the rest.
			for j := i + n; j < len(s.lines); j++ {
				s.set(j, Quoted)
			}
			return
		}
		i += n - 1
	}
}

// forwarded skips the header of a forwarded message: it is news to who gets it.
// Some programs write > before what they forward; what that quotes has another.
func (s *splitter) forwarded(i int) int {
	j := s.afterHeader(i)
	for k := s.nextText(j + 1); k < len(s.lines) && (isAngle(s.lines[k].text) || s.lines[k].text == ""); k++ {
		if l := s.lines[k].text; isAngle(l) {
			if isAngle(withoutAngle(l)) {
				s.set(k, Quoted)
			}
			j = k
		}
	}
	return j
}

// shortened tells whether what followed the line that introduces a quote was
// deleted: the next lines with > have no such line of their own, as they would
// have if they were within the quote.
func (s *splitter) shortened(i, end int) bool {
	if s.attribution(i) == 0 {
		return false
	}
	next := s.nextAngle(end)
	for j := max(end, next-5); j < next; j++ {
		if n, ends := s.header(j); n > 0 && ends {
			return false
		}
	}
	return next < len(s.lines)
}

// wideAngle is the > that Japanese programs write among their wide characters.
const wideAngle = "＞"

// isAngle tells of a line that begins with >. Not so "From" escaped for mbox.
func isAngle(l string) bool {
	return strings.HasPrefix(l, ">") && !strings.HasPrefix(l, ">From ") || strings.HasPrefix(l, wideAngle)
}

// signOf gives the sign that some programs write instead of >, with the blank
// behind it. It says so only behind a line that introduces a quote: tables and code
// begin like that, too.
func signOf(l string) string {
	if len(l) > 2 && strings.IndexByte("|%}", l[0]) >= 0 && l[1] == ' ' {
		return l[:2]
	}
	return ""
}

// withoutAngle is a line with > without the first of them.
func withoutAngle(l string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(l, wideAngle), ">"))
}

// nextAngle is the next line with >, from a line on.
func (s *splitter) nextAngle(i int) int {
	if s.angles == nil {
		s.angles = make([]int, len(s.lines)+1)
		next := len(s.lines)
		for j := len(s.lines); j >= 0; j-- {
			if j < len(s.lines) && isAngle(s.lines[j].text) {
				next = j
			}
			s.angles[j] = next
		}
	}
	return s.angles[min(i, len(s.lines))]
}

// nextText is the next line that is not empty.
func (s *splitter) nextText(i int) int {
	for i < len(s.lines) && s.lines[i].text == "" {
		i++
	}
	return i
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
