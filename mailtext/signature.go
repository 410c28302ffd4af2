package mailtext

import "slices"

// The longest signature, in lines and bytes.
const (
	maxSignatureLines = 15
	maxSignature      = 1500
)

// maxDevices is how many lines in a text are taken for a phone's.
const maxDevices = 500

// signatures finds signatures in what is the author's own.
func (s *splitter) signatures() {
	var rest stretch
	devices := 0
	for i := 0; i < len(s.lines); i++ {
		if s.kinds[i] != Own || s.fixed[i] {
			continue
		}
		l := s.lines[i].text
		if devices < maxDevices && s.lines[i].isDevice() {
			devices++
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
		rest.begin(s, i)
		if legal := rest.end - rest.legal; rest.end-i > maxSignatureLines+legal || rest.bytes > maxSignature && legal == 0 {
			continue
		}
		for j, end := i, rest.end; j < end; j++ {
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
		is = is || s.lines[end].isListFooter()
	}
	if !is {
		return 0
	}
	return end
}

// stretch is what is the author's own from a line on. It is moved from line to
// line rather than measured at each, or a message of nothing but dashes would take
// half a minute.
type stretch struct {
	at, end int
	bytes   int // of the lines after the first
	legal   int // the first line that speaks like a lawyer; end: none
}

// begin moves the beginning to a line that is the author's own.
func (r *stretch) begin(s *splitter, i int) {
	if i < r.end {
		for r.at < i {
			r.at++
			r.bytes -= len(s.lines[r.at].text)
		}
	} else {
		*r = stretch{at: i, end: i + 1, legal: i}
		for r.end < len(s.lines) && s.kinds[r.end] == Own {
			r.bytes += len(s.lines[r.end].text)
			r.end++
		}
		r.look(s)
	}
	if r.legal < i {
		r.legal = i
		r.look(s)
	}
}

func (r *stretch) look(s *splitter) {
	for r.legal < r.end && !s.lines[r.legal].isLegal() {
		r.legal++
	}
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
		if s.lines[i].isLegal() {
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
