package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// rtlLine tells how the glyphs of a right-to-left script follow each other in a
// line.
type rtlLine struct {
	any                  bool
	leftwards, rightward int
}

func (r *rtlLine) step(leftwards bool) {
	if leftwards {
		r.leftwards++
	} else {
		r.rightward++
	}
}

// visual tells whether the line was drawn from left to right, against the
// direction in which it is read.
func (r *rtlLine) visual() bool { return r.rightward > r.leftwards }

// rightToLeft tells of text in a script that is written so.
func rightToLeft(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	if r < 0x590 {
		return false
	}
	p, _ := bidi.LookupString(s[:n])
	return p.Class() == bidi.R || p.Class() == bidi.AL
}

// leftToRight tells of letters and digits that keep their order in any line.
func leftToRight(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !rightToLeft(s)
}

// logicalOrder brings a line's glyphs from the order in which they stand, from
// left to right, into that in which they are read.
func logicalOrder(units []string) {
	r, l := 0, 0
	for _, u := range units {
		switch {
		case rightToLeft(u):
			r++
		case leftToRight(u):
			l++
		}
	}
	if r >= l {
		slices.Reverse(units)
		reverseRuns(units, leftToRight, rightToLeft)
		return
	}
	reverseRuns(units, rightToLeft, leftToRight)
}

// reverseRuns reverses each longest run that begins and ends with a unit of one
// kind and holds none of the other.
func reverseRuns(units []string, kind, other func(string) bool) {
	for i := 0; i < len(units); i++ {
		if !kind(units[i]) {
			continue
		}
		last := i
		k := i + 1
		for ; k < len(units) && !other(units[k]); k++ {
			if kind(units[k]) {
				last = k
			}
		}
		slices.Reverse(units[i : last+1])
		i = k - 1
	}
}

// maxCompounds bounds the hyphens at line ends that are looked up.
const maxCompounds = 2000

// joinHyphens joins words that a hyphen parts at a line's end. The hyphen stays
// where the same text writes the word with one inside a line.
func joinHyphens(s string) string {
	if !strings.Contains(s, "-\n") {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	rest := s
	for looked := 0; ; {
		i := strings.Index(rest, "-\n")
		if i < 0 {
			out.WriteString(rest)
			return out.String()
		}
		out.WriteString(rest[:i])
		first, second := lastWord(rest[:i]), firstWord(rest[i+2:])
		rest = rest[i+2:]
		next, _ := utf8.DecodeRuneInString(second)
		if first == "" || !unicode.IsLower(next) {
			out.WriteString("-\n")
			continue
		}
		if looked++; looked <= maxCompounds && len(s) < 1<<20 && strings.Contains(s, first+"-"+second) {
			out.WriteByte('-')
		}
	}
}

// maxWord bounds the letters of a word that is looked up.
const maxWord = 64

func lastWord(s string) string {
	i := len(s)
	for i > 0 && len(s)-i < maxWord {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		if !unicode.IsLetter(r) {
			break
		}
		i -= n
	}
	return s[i:]
}

func firstWord(s string) string {
	s = s[:min(len(s), maxWord)]
	if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }); i >= 0 {
		return s[:i]
	}
	return s
}
