package extract

import (
	"strings"

	"mailquarry/internal/rfc822"
)

// mailText reads a forwarded message: subject, addresses and date, its text,
// the names of its attachments, and the messages forwarded in it.
func mailText(raw []byte, limit int) limited {
	m := mailReader{out: &strings.Builder{}, limit: limit, parts: rfc822.MaxParts}
	m.message(raw, 0)
	t := normal(m.out.String(), limit)
	t.cut = t.cut || m.cut
	return t
}

// mailReader holds the budget that a message and all messages in it share.
type mailReader struct {
	out   *strings.Builder
	limit int
	parts int
	cut   bool
}

func (m *mailReader) message(raw []byte, depth int) {
	if depth > rfc822.MaxDepth || m.over() {
		m.cut = true
		return
	}
	root, err := rfc822.Parse(raw)
	m.cut = m.cut || err != nil
	m.line(root.Header.Text("subject"))
	for _, name := range []string{"from", "to", "cc", "bcc"} {
		var all []string
		for _, v := range root.Header.All(name) {
			for _, a := range rfc822.Addresses(v) {
				all = append(all, person(a.Name, a.Address))
			}
		}
		m.line(strings.Join(all, ", "))
	}
	m.line(string(root.Header.First("date")))
	m.out.WriteByte('\n')
	m.part(root, depth)
}

func (m *mailReader) over() bool { return m.out.Len() > m.limit || m.parts <= 0 }

func (m *mailReader) line(s string) {
	if s = strings.Join(strings.Fields(s), " "); s != "" {
		m.out.WriteString(s)
		m.out.WriteByte('\n')
	}
}

func (m *mailReader) part(p *rfc822.Part, depth int) {
	m.parts--
	if m.over() {
		m.cut = true
		return
	}
	switch {
	case len(p.Children) > 0 && p.Type == "multipart/alternative":
		if best := p.Best(); best != nil {
			m.part(best, depth)
		}
	case len(p.Children) > 0:
		for _, c := range p.Children {
			m.part(c, depth)
		}
	case p.Type == "message/rfc822" || p.Type == "message/global":
		m.line(p.Name())
		m.message(p.Decoded(), depth+1)
	case p.IsAttachment():
		m.line(p.Name())
	case p.Type == "text/html":
		t := htmlText(p.Text(), max(0, m.limit-m.out.Len()))
		m.cut = m.cut || t.cut
		m.out.WriteString(t.text + "\n\n")
	default:
		m.out.WriteString(p.Text())
		m.out.WriteString("\n\n")
	}
}
