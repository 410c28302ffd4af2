package decode

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// ErrFormat is the error of a payload whose format is not known here.
var ErrFormat = errors.New("unknown payload format")

// Message decodes a payload. What can be read is returned even where the error
// is not nil: a wrong date or a broken part costs that field or part only.
func Message(f source.Format, payload []byte) (m mail.Message, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Join(err, errors.New("the decoder failed on this message"))
		}
		if m.Body.Type == "" {
			m.Body.Type = mail.Text
		}
		if m.Kind == "" {
			m.Kind = mail.Mail
		}
	}()
	switch f {
	case source.GraphJSON:
		err = graphMessage(&m, payload)
	case source.RFC822:
		err = rfcMessage(&m, payload)
	case source.RFC822Detached:
		var raw []byte
		if raw, err = detachedSkeleton(payload); err == nil {
			err = rfcMessage(&m, raw)
			if marks, _, ok := cutMarks(payload); ok && marks != nil {
				m.IsRead, m.IsFlagged, m.IsDraft = marks.Read, marks.Flagged, marks.Draft || m.IsDraft
			}
		}
	default:
		err = fmt.Errorf("%q: %w", f, ErrFormat)
	}
	return m, err
}

// clean makes foreign text fit for mail.Message: valid UTF-8 without NUL.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

// cleanLine is clean for what is one line: controls and line ends become
// spaces, and runs of them one.
func cleanLine(s string) string {
	if isCleanLine(s) {
		return s
	}
	s = clean(s)
	plain := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
	if plain && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
}

// isCleanLine tells of what needs no cleaning, as nearly all that is in ASCII.
func isCleanLine(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || s == ""
}

// bareID strips a message id of its angle brackets and of what surrounds them.
func bareID(s string) string {
	s = cleanLine(s)
	if i := strings.IndexByte(s, '<'); i >= 0 {
		s = s[i+1:]
		if j := strings.IndexByte(s, '>'); j >= 0 {
			s = s[:j]
		}
	}
	return strings.TrimSpace(s)
}
