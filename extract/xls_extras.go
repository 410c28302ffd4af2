package extract

import "strings"

// keep adds a text to those that are written behind the cells, once and within
// bounds.
func (s *xlsSheetReader) keep(list []string, text string) []string {
	const most = 4 << 20
	text = strings.TrimSpace(text)
	if text == "" || s.shown[text] || s.kept+len(text) > most {
		return list
	}
	s.shown[text] = true
	s.kept += len(text)
	return append(list, text)
}

// textObject reads the text of a text box or comment, which lies in the records
// that continue this one.
func (s *xlsSheetReader) textObject(rec xlsRecord) (next int) {
	parts, next := s.continued(rec)
	n := rec.data.u16(10)
	if n == 0 || len(parts) < 2 {
		return next
	}
	c := xlsChunks{parts: parts[1:]}
	text := c.chars(n, blob(c.bytes(1)).u8(0))
	if s.object == xlsNoteObject {
		s.comments = s.keep(s.comments, text)
	} else {
		s.extras = s.keep(s.extras, text)
	}
	return next
}

// note reads a comment's author; before BIFF8 its text.
func (s *xlsSheetReader) note(b blob) {
	if s.biff8 {
		author, _ := s.text16(b, 8)
		s.comments = s.keep(s.comments, author)
		return
	}
	s.comments = s.keep(s.comments, pageText(s.page, b.sub(6, b.u16(4))))
}

// validation reads what Excel says to who fills in a cell, and what may be chosen
// for it.
func (s *xlsSheetReader) validation(b blob) {
	at := 4
	for range 4 {
		var text string
		text, at = s.text16(b, at)
		s.extras = s.keep(s.extras, strings.Trim(text, "\x00"))
	}
	for _, list := range tokenStrings(b.sub(at+4, b.u16(at)), s.formulas(), 0) {
		s.extras = s.keep(s.extras, strings.ReplaceAll(list, "\x00", ", "))
	}
}

// marginText gives what a page's header or footer shows, without the codes in
// it: &L begins its left part, &"Arial,Bold"&12 set the font, &P is the page.
func marginText(s string) string {
	var out strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '&')
		if i < 0 || i+1 >= len(s) {
			out.WriteString(s)
			break
		}
		out.WriteString(s[:i])
		c := s[i+1]
		s = s[i+2:]
		switch {
		case c == '&':
			out.WriteByte('&')
		case c == '"':
			_, s, _ = strings.Cut(s, `"`)
		case c == 'K':
			s = strings.TrimLeft(s[:min(6, len(s))], "0123456789ABCDEFabcdef+-") + s[min(6, len(s)):]
		case isDigit(c):
			s = strings.TrimLeft(s, "0123456789")
		case c == 'L' || c == 'C' || c == 'R':
			out.WriteByte('\n')
		}
	}
	return strings.TrimSpace(out.String())
}

// The kinds of targets of hyperlinks ([MS-OSHARED] 2.3.7).
const (
	urlMoniker  = "\xE0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\x00\xAA\x00\x4B\xA9\x0B"
	fileMoniker = "\x03\x03\x00\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46"
)

// xlsLink gives where a cell's hyperlink leads.
func xlsLink(b blob) string { return hyperlinkTarget(b.from(8 + 16)) }

// hyperlinkTarget reads a hyperlink object.
func hyperlinkTarget(b blob) string {
	const fMoniker, fName, fFrame, fString = 0x001, 0x010, 0x080, 0x100
	flags := b.u32(4)
	b = b.from(8)
	wide := func() string {
		n := min(b.u32(0), len(b))
		s, _, _ := strings.Cut(utf16LE(b.sub(4, 2*n)), "\x00")
		b = b.from(4 + 2*n)
		return s
	}
	if flags&fName != 0 {
		wide()
	}
	if flags&fFrame != 0 {
		wide()
	}
	switch {
	case flags&fMoniker == 0:
		return ""
	case flags&fString != 0:
		return wide()
	}
	kind := string(b.sub(0, 16))
	b = b.from(16)
	switch kind {
	case urlMoniker:
		s, _, _ := strings.Cut(utf16LE(b.sub(4, b.u32(0))), "\x00")
		if target := linkTarget(s); target != "" {
			return target
		}
		return s
	case fileMoniker:
		s, _ := b.sub(6, b.u32(2)).cstring()
		return pageText(pageWestern, s)
	}
	return ""
}
