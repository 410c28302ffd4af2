package analysis

import (
	"iter"
	"strings"
)

// How many digits a number has that people write in groups and in one piece alike, such
// as of a telephone, an account or an order, and in how many groups.
const (
	shortestRun = 7
	longestRun  = 15
	mostGroups  = 8
)

// Joined yields the words that a word of s begins in one piece with those behind it:
// 4930123456 of +49 30 123456, obrien of O'Brien, dont of don't. All of them stand at the
// word's own position. A number of which no one can say where it ends, since other digits
// follow, has several ends.
func Joined(s string, t Token) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		if t.End >= len(s)-1 || s[t.End-1] >= 0x80 {
			return
		}
		switch c := s[t.End]; {
		case c == '\'' || c == 0xE2 && strings.HasPrefix(s[t.End:], "\u2019"):
			apostrophe(s, t, yield)
		case isDigit(s[t.Start]) && isGroupEnd(c):
			number(s, t, yield)
		}
	}
}

// MayBeJoined tells whether Joined may yield a term for a text, which is of ASCII and in
// lower case.
func MayBeJoined(term, text string) bool {
	if len(term) >= shortestRun && strings.Trim(term, "0123456789") == "" {
		return true
	}
	rest, irish := strings.CutPrefix(term, "o")
	stem, not := strings.CutSuffix(term, "t")
	return (irish || not) && strings.Contains(text, "'") && (irish && strings.Contains(text, rest) || not && strings.Contains(text, stem))
}

// apostrophe joins the names that begin with O', and what ends in 't.
func apostrophe(s string, t Token, yield func(Token) bool) {
	next := t.End + 1
	if s[t.End] != '\'' {
		next = t.End + len("\u2019")
	}
	end := next
	for end < len(s) && asciiWord[s[end]] {
		end++
	}
	rest := s[next:end]
	if end < len(s) && s[end] >= 0x80 || t.End+len(rest) > t.Start+maxParted || !(rest == "t" || rest == "T" || t.Term == "o" && len(rest) > 1) {
		return
	}
	yield(Token{Term: fold(s[t.Start:t.End] + rest), Start: t.Start, End: end, Pos: t.Pos})
}

// isGroupEnd tells what may stand behind a group of digits, before the next one.
func isGroupEnd(c byte) bool {
	return c == ' ' || c == '-' || c == '/' || c == '.' || c == '(' || c == ')'
}

// number joins groups of digits. They are taken for one number where it begins like that
// of a telephone, where nothing but hyphens parts them, or where they are grouped as in
// North America; what looks like a date is none.
func number(s string, t Token, yield func(Token) bool) {
	for i := t.Start - 1; i >= 0 && i >= t.Start-3; i-- {
		if isDigit(s[i]) {
			return // the number has begun before
		}
		if !isGroupEnd(s[i]) {
			break
		}
	}
	var r digitRun
	r.plus = t.Start > 0 && s[t.Start-1] == '+'
	phone := r.plus || s[t.Start] == '0' || t.Start > 0 && s[t.Start-1] == '('
	for at := t.Start; r.take(s, &at); {
		if r.groups > 1 && len(r.digits) >= shortestRun && (phone || r.hyphens || r.american()) && !r.isDate() {
			if !yield(Token{Term: string(r.digits), Start: t.Start, End: r.end, Pos: t.Pos}) {
				return
			}
		}
	}
}

// digitRun is a number in groups, as far as it is read.
type digitRun struct {
	digits  []byte
	groups  int
	sizes   [mostGroups]int
	plus    bool // it has the code of a country
	hyphens bool // nothing else stands between groups
	slashes bool
	end     int
}

// take reads the next group, and what stands before it unless it is the first. It is false
// where there is none.
func (r *digitRun) take(s string, at *int) bool {
	begin := *at
	i := begin
	if r.groups > 0 {
		for i < len(s) && i-begin < 3 && isGroupEnd(s[i]) {
			i++
		}
	}
	between, start := s[begin:i], i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	size := i - start
	if size == 0 || r.groups == mostGroups || len(r.digits)+size > longestRun || i < len(s) && (asciiWord[s[i]] || s[i] >= 0x80) {
		return false
	}
	if r.groups > 0 {
		r.hyphens = between == "-" && (r.groups == 1 || r.hyphens)
		r.slashes = between == "/" && (r.groups == 1 || r.slashes)
	}
	*at, r.end = i, i
	if r.plus && r.groups > 0 && s[start:i] == "0" && strings.HasSuffix(between, "(") && i < len(s) && s[i] == ')' {
		return true // +49 (0)30: a zero that is left out behind the country's code
	}
	r.digits = append(r.digits, s[start:i]...)
	r.sizes[r.groups] = size
	r.groups++
	return true
}

func (r *digitRun) american() bool {
	return r.groups == 3 && r.sizes[0] == 3 && r.sizes[1] == 3 && r.sizes[2] == 4
}

// isDate tells of a day, month and year, with the time behind it perhaps.
func (r *digitRun) isDate() bool {
	if r.plus || r.groups < 3 {
		return false
	}
	a, b, c := r.sizes[0], r.sizes[1], r.sizes[2]
	return a <= 2 && b <= 2 && (c == 4 || c == 2 && (r.slashes || r.groups == 4)) || a == 4 && b <= 2 && c <= 2 && (r.digits[0] == '1' || r.digits[0] == '2')
}
