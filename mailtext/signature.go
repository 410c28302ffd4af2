package mailtext

import "slices"

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
		if end := s.listFooter(i); end > i {
			for ; i < end; i++ {
				s.set(i, Signature)
			}
			i--
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

// listFooter is where the footer of a mailing list ends that begins with a line
// drawn, 0 when none does.
func (s *splitter) listFooter(i int) int {
	if !isRule(s.lines[i].text) {
		return 0
	}
	end, is := i+1, false
	for ; end < len(s.lines) && end <= i+8 && s.kinds[end] == Own && !isRule(s.lines[end].text); end++ {
		is = is || isListFooter(s.lines[end].text)
	}
	if !is {
		return 0
	}
	return end
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
