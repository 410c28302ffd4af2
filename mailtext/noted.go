package mailtext

import (
	"strings"
	"unicode/utf8"
)

// The most characters that stand before the time in a header of Notes.
const (
	maxNotedName = 100
	maxNotedOn   = 200 // before "on"
)

// endsAsNoted tells whether a line is what Notes writes a time in: nothing, a name,
// or a name and "on"; a date of numbers; a time of the day, perhaps with a zone. It is
// read from its end, as a pattern would be tried at each place of many a line.
func endsAsNoted(l string) bool {
	n := len(l)
	if n > 4 && l[n-4] == ' ' && isLetter(l[n-3]) && isLetter(l[n-2]) && isLetter(l[n-1]) {
		l = l[:n-4]
	}
	if n = len(l); n > 2 && l[n-1]|0x20 == 'm' && (l[n-2]|0x20 == 'a' || l[n-2]|0x20 == 'p') {
		l = l[:n-2]
	}
	l = strings.TrimSuffix(l, " ")
	l, ok := cutDigits(l, 2, 2, ":")
	if !ok {
		return false
	}
	if rest, seconds := cutDigits(l, 2, 2, ":"); seconds {
		l = rest
	}
	if l, ok = cutDigits(l, 1, 2, " "); !ok {
		return false
	}
	l = strings.TrimSuffix(l, ",")
	if l, ok = cutDigits(l, 2, 4, "/.-"); !ok {
		return false
	}
	if l, ok = cutDigits(l, 1, 2, "/.-"); !ok {
		return false
	}
	day := len(l) - len(strings.TrimRight(l, "0123456789"))
	if day == 0 || day > 2 {
		return false
	}
	l = l[:len(l)-day]
	name, ok := strings.CutSuffix(l, " ")
	if !ok {
		return l == ""
	}
	if size := len(name); size > 3 && strings.EqualFold(name[size-3:], " on") && utf8.RuneCountInString(name[:size-3]) <= maxNotedOn {
		return true
	}
	return name != "" && utf8.RuneCountInString(name) <= maxNotedName
}

// cutDigits cuts from the end of a line so many digits and one of some signs before
// them.
func cutDigits(l string, least, most int, signs string) (rest string, ok bool) {
	rest = strings.TrimRight(l[max(0, len(l)-most):], "0123456789")
	digits := len(l) - max(0, len(l)-most) - len(rest)
	rest = l[:len(l)-digits]
	if digits < least || rest == "" || strings.IndexByte(signs, rest[len(rest)-1]) < 0 {
		return l, false
	}
	return rest[:len(rest)-1], true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
