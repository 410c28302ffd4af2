package mailtext

import "strings"

// forwardings are the headers of forwarded messages in a text: from the line
// that says so, or the header's first, to the first line of what is forwarded.
type forwardings [][2]int

// forwards finds them. A subject that tells a forwarded message makes one of the
// first header.
func (s *splitter) forwards() forwardings {
	var out forwardings
	first := s.forward
	for i := 0; i < len(s.lines); i++ {
		switch {
		case s.lines[i].forwards():
			end := s.afterHeader(i+1) + 1
			out = append(out, [2]int{i, s.nextText(end)})
			i, first = max(i, end-1), false
		case first:
			if n, _ := s.header(i); n > 0 {
				out = append(out, [2]int{i, s.nextText(i + n)})
				i, first = i+n-1, false
			}
		}
	}
	return out
}

// hold tells whether a stretch from a line to a byte is what was forwarded: it
// begins at the header, or after it with what is forwarded.
func (f forwardings) hold(s *splitter, first, end int) bool {
	for _, h := range f {
		if first <= h[1] && first > h[0] {
			return true
		}
		if first <= h[0] && h[0] < len(s.lines) && s.lines[h[0]].start < end {
			// Nothing but the header's beginning may be before it.
			return s.nextText(first) >= h[0]
		}
	}
	return false
}

// initials counts the prefixes of lines quoted like "EV> text".
func initials(lines []line) map[string]int {
	var out map[string]int
	for _, l := range lines {
		if p := prefixOf(l.text); p != "" {
			if out == nil {
				out = map[string]int{}
			}
			out[p]++
		}
	}
	return out
}

// prefixOf gives the initials that a line is quoted with, "" if it is not: up to
// four letters, the first a capital, then >.
func prefixOf(l string) string {
	i := strings.IndexByte(l[:min(len(l), 5)], '>')
	if i < 1 || l[0] < 'A' || l[0] > 'Z' || i+1 < len(l) && l[i+1] != ' ' && l[i+1] != '>' {
		return ""
	}
	for _, c := range []byte(l[1:i]) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return ""
		}
	}
	return l[:i]
}
