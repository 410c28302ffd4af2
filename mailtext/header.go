package mailtext

import "strings"

// header tells how many lines the header of an answered message takes that
// begins at a line, 0 when none does, and whether something follows it that shows
// where the quote ends: lines with >, or a mark.
func (s *splitter) header(i int) (n int, ends bool) {
	if s.lines[i].text == "" || s.fixed[i] {
		return 0, false
	}
	n = s.attribution(i)
	if n == 0 {
		n = s.block(i)
	}
	if n == 0 {
		n = s.noted(i)
	}
	if n == 0 {
		n = s.divided(i)
	}
	if n == 0 {
		n = s.introduction(i)
	}
	if n == 0 {
		return 0, false
	}
	j := s.nextText(i + n)
	if j >= len(s.lines) {
		return n, false
	}
	l := s.lines[j].text
	return n, isAngle(l) || s.fixed[j] && s.kinds[j] == Quoted || signOf(l) != "" && s.attribution(i) > 0
}

// divided is a line that says "original message" or draws a line, and the header
// after it. Without a header a mere line says nothing.
func (s *splitter) divided(i int) int {
	named, drawn := isDivider(s.lines[i].text), isRule(s.lines[i].text)
	if !named && !drawn {
		return 0
	}
	if j := s.nextText(i + 1); j < len(s.lines) && j <= i+3 {
		if m := max(s.block(j), s.noted(j)); m > 0 {
			return j - i + m
		}
	}
	if drawn {
		return 0
	}
	return 1
}

// introduction is a line or two before lines with > that say that somebody wrote,
// without a date.
func (s *splitter) introduction(i int) int {
	if s.nextAngle(i) > i+4 {
		return 0
	}
	joined, clues := "", clue(0)
	for n := 1; n <= 3 && i+n-1 < len(s.lines); n++ {
		l, c := s.lines[i+n-1].text, s.lines[i+n-1].clues
		if l == "" || isAngle(l) || n > 1 && (introduces(l, c) || !strings.ContainsAny(s.lines[i].text, "0123456789@<")) {
			return 0
		}
		joined += " " + l
		clues |= c
		if j := s.nextText(i + n); j < len(s.lines) && j <= i+n+1 && isAngle(s.lines[j].text) && introduces(strings.TrimSpace(joined), clues) {
			return n
		}
	}
	return 0
}

// noted is a header as Lotus Notes writes it: a name, a line with the time or the
// time after the name, and recipients and subject.
func (s *splitter) noted(i int) int {
	j := i
	if !s.lines[j].isNoted() {
		if j++; j >= len(s.lines) || len(s.lines[i].text) > 100 || !s.lines[j].isNoted() {
			return 0
		}
	}
	seen := map[field]bool{}
	last := j
	for k := s.nextText(j + 1); k < len(s.lines) && k <= j+12; k++ {
		l := s.lines[k].text
		f := fieldOf(l)
		switch {
		case f == fieldTo || f == fieldSubject:
			seen[f], last = true, k
		case l == "" || len(seen) == 1 && strings.ContainsAny(l, "@/,"):
			continue
		default:
			k = len(s.lines)
		}
		if seen[fieldSubject] {
			break
		}
	}
	if len(seen) < 2 {
		return 0
	}
	return last - i + 1
}

// attribution is "On Monday, Ann wrote:", which mailers break into up to four
// lines.
func (s *splitter) attribution(i int) int {
	if isAttribution(s.lines[i].text, s.lines[i].clues) {
		return 1
	}
	if !s.introduced(i) || !beginsAttribution(s.lines[i].text) {
		return 0
	}
	joined, clues := "", clue(0)
	for n := 1; n <= 4 && i+n-1 < len(s.lines); n++ {
		l, c := s.lines[i+n-1].text, s.lines[i+n-1].clues
		if l == "" || isAngle(l) || n > 1 && isAttribution(l, c) {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + l)
		clues |= c
		if isAttribution(joined, clues) {
			return n
		}
		if len(joined) > 400 {
			return 0
		}
	}
	return 0
}

// introduced tells whether one of the next lines could end an attribution: the
// patterns cost more than all else.
func (s *splitter) introduced(i int) bool {
	clues := s.lines[i].clues
	for _, l := range s.lines[i+1 : min(i+4, len(s.lines))] {
		if l.text == "" {
			return false
		}
		if clues |= l.clues; clues&clueDigit == 0 || clues&(clueWrote|clueAngle|clueAt) == 0 {
			continue
		}
		if endsInColon(strings.TrimRight(l.text, " \u00A0")) || strings.HasSuffix(l.text, ">") {
			return true
		}
	}
	return false
}

// block is a header as Outlook writes it: a sender's line, and at least two more
// of date, recipients and subject within the next lines.
func (s *splitter) block(i int) int {
	if f := fieldOf(s.lines[i].text); f != fieldFrom && f != fieldDate {
		return 0
	}
	return s.fields(i)
}

// fields is a block that begins with any field.
func (s *splitter) fields(i int) int {
	first := fieldOf(s.lines[i].text)
	if first == fieldNone {
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
		if f != fieldOther {
			seen[f] = true
		}
		last = j
	}
	if !seen[fieldFrom] || len(seen) < 3 {
		return 0
	}
	return last - i + 1
}

// afterHeader skips the header of a forwarded message.
func (s *splitter) afterHeader(i int) int {
	j := s.nextText(i)
	if j < len(s.lines) && strings.HasSuffix(s.lines[j].text, "-----") {
		j = s.nextText(j + 1) // the rest of a line that was broken
	}
	if j < len(s.lines) {
		if n := max(s.fields(j), s.noted(j)); n > 0 {
			return j + n - 1
		}
	}
	return i - 1
}
