package extract

import (
	"math"
	"strconv"
	"strings"
)

// numberFormat is a number format of a spreadsheet, by which a number becomes
// what people see: 0.5 is "50%" or "12:00".
type numberFormat struct {
	sections []fmtSection
}

// The bounds of a format's code: Excel's own are lower.
const (
	maxFormatCode = 1024
	maxDecimals   = 30
)

// fmtKind is what a piece of a format's code stands for.
type fmtKind uint8

const (
	fmtLiteral fmtKind = iota
	fmtDigit           // 0, # or ?
	fmtPoint
	fmtComma
	fmtPercent
	fmtExponent // E+ or E-
	fmtSlash
	fmtText // @
	fmtGeneral
	fmtDate    // a run of one of y m d h s e
	fmtElapsed // [h], [m] or [s]
	fmtNoon    // AM/PM or A/P
)

type fmtToken struct {
	kind fmtKind
	s    string
}

// fmtSection is one of the up to four parts of a format's code: for positive and
// negative numbers, zero, and text, unless they have conditions.
type fmtSection struct {
	tokens  []fmtToken
	date    bool
	op      string // a condition such as ">=", "" for none
	against float64
}

// parseNumberFormat reads a format's code. Any code is one: what is not
// understood stands for itself.
func parseNumberFormat(code string) *numberFormat {
	f := &numberFormat{}
	code = code[:min(len(code), maxFormatCode)]
	for len(f.sections) < 4 {
		var s fmtSection
		rest, more := s.parse(code)
		f.sections = append(f.sections, s)
		if !more {
			break
		}
		code = rest
	}
	return f
}

// parse reads a section, and gives what follows its semicolon.
func (s *fmtSection) parse(code string) (rest string, more bool) {
	for code != "" {
		c := code[0]
		switch {
		case c == ';':
			s.settle()
			return code[1:], true
		case c == '"':
			var text string
			text, code, _ = strings.Cut(code[1:], `"`)
			s.add(fmtLiteral, text)
			continue
		case c == '\\':
			n := runeLen(code[1:])
			s.add(fmtLiteral, code[1:1+n])
			code = code[1+n:]
			continue
		case c == '_':
			s.add(fmtLiteral, " ")
			code = code[1+runeLen(code[1:]):]
			continue
		case c == '*':
			code = code[1+runeLen(code[1:]):]
			continue
		case c == '[':
			var in string
			in, code, _ = strings.Cut(code[1:], "]")
			s.bracket(in)
			continue
		}
		code = code[s.token(code):]
	}
	s.settle()
	return "", false
}

// runeLen is the size of the first character.
func runeLen(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

func (s *fmtSection) add(k fmtKind, text string) { s.tokens = append(s.tokens, fmtToken{k, text}) }

// token reads one token that is no literal, and gives its length.
func (s *fmtSection) token(code string) int {
	low := strings.ToLower(code[:min(len(code), 7)])
	switch {
	case strings.HasPrefix(low, "general"):
		s.add(fmtGeneral, "")
		return 7
	case strings.HasPrefix(low, "am/pm"):
		s.add(fmtNoon, "AM/PM")
		return 5
	case strings.HasPrefix(low, "a/p"):
		s.add(fmtNoon, "A/P")
		return 3
	case strings.HasPrefix(low, "e+"), strings.HasPrefix(low, "e-"):
		s.add(fmtExponent, code[:2])
		return 2
	}
	switch c := low[0]; c {
	case '0', '#', '?':
		s.add(fmtDigit, code[:1])
	case '.':
		s.add(fmtPoint, ".")
	case ',':
		s.add(fmtComma, ",")
	case '%':
		s.add(fmtPercent, "%")
	case '/':
		s.add(fmtSlash, "/")
	case '@':
		s.add(fmtText, "@")
	case 'y', 'm', 'd', 'h', 's', 'e':
		n := 1
		for n < len(low) && low[n] == c {
			n++
		}
		s.add(fmtDate, low[:n])
		return n
	default:
		n := runeLen(code)
		s.add(fmtLiteral, code[:n])
		return n
	}
	return 1
}

// bracket reads what stands in brackets: a condition, a currency, a time that
// goes beyond a day, or a colour or locale that shows nothing.
func (s *fmtSection) bracket(in string) {
	switch {
	case strings.HasPrefix(in, "$"):
		sign, _, _ := strings.Cut(in[1:], "-")
		s.add(fmtLiteral, sign)
	case in != "" && strings.Trim(strings.ToLower(in), strings.ToLower(in[:1])) == "" && strings.ContainsAny(in[:1], "hmsHMS"):
		s.add(fmtElapsed, strings.ToLower(in))
	case in != "" && strings.ContainsAny(in[:1], "<>="):
		n := 1
		if len(in) > 1 && strings.ContainsAny(in[1:2], "=>") {
			n = 2
		}
		if v, err := strconv.ParseFloat(in[n:], 64); err == nil {
			s.op, s.against = in[:n], v
		}
	}
}

// settle tells whether the section shows a date once it is read. Slashes are a
// fraction's only between digits.
func (s *fmtSection) settle() {
	for _, t := range s.tokens {
		if t.kind == fmtDate || t.kind == fmtElapsed || t.kind == fmtNoon {
			s.date = true
			return
		}
	}
}

func (s *fmtSection) matches(v float64) bool {
	switch s.op {
	case "<":
		return v < s.against
	case "<=":
		return v <= s.against
	case ">":
		return v > s.against
	case ">=":
		return v >= s.against
	case "=":
		return v == s.against
	case "<>":
		return v != s.against
	}
	return true
}

// section chooses by a number's value, and tells whether the section shows the
// number without its sign.
func (f *numberFormat) section(v float64) (s *fmtSection, unsigned bool) {
	n := len(f.sections)
	numbers := min(n, 3)
	if f.sections[0].op != "" || n > 1 && f.sections[1].op != "" {
		for i := range numbers {
			if f.sections[i].matches(v) {
				return &f.sections[i], v < 0 && i > 0
			}
		}
		return &f.sections[numbers-1], v < 0
	}
	switch {
	case v < 0 && n > 1:
		return &f.sections[1], true
	case v == 0 && n > 2:
		return &f.sections[2], false
	}
	return &f.sections[0], false
}

// number gives what is shown for a number. date1904 says from which day the
// workbook counts. What a format hides, such as ";;;", is given without it: it
// is there for all who look at the cell. Only a hidden zero stays unseen.
func (f *numberFormat) number(v float64, date1904 bool) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	s, unsigned := f.section(v)
	var out string
	switch {
	case s.date:
		var ok bool
		if out, ok = s.moment(v, date1904); !ok {
			return general(v)
		}
	case len(s.tokens) == 0 && len(f.sections) == 1:
		return general(v)
	default:
		out = s.digits(v, unsigned)
	}
	if out = strings.TrimSpace(out); out == "" && v != 0 {
		return general(v)
	}
	return out
}

// str gives what is shown for a text, and the text itself where it is hidden.
func (f *numberFormat) str(v string) string {
	if s := f.shownText(v); s != "" {
		return s
	}
	return v
}

func (f *numberFormat) shownText(v string) string {
	if len(f.sections) < 4 {
		// With fewer, only one that names the text changes it.
		last := f.sections[len(f.sections)-1]
		for _, t := range last.tokens {
			if t.kind == fmtText {
				return strings.TrimSpace(last.around(v))
			}
		}
		return v
	}
	return strings.TrimSpace(f.sections[3].around(v))
}

func (s *fmtSection) around(v string) string {
	var out strings.Builder
	for _, t := range s.tokens {
		switch t.kind {
		case fmtText:
			out.WriteString(v)
		case fmtLiteral:
			out.WriteString(t.s)
		}
	}
	return out.String()
}

// general shows a number as cells without a format do.
func general(v float64) string {
	a := math.Abs(v)
	switch {
	case v == math.Trunc(v) && a < 1e15:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case a >= 1e-4 && a < 1e11:
		s := strconv.FormatFloat(v, 'g', 10, 64)
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			s = strconv.FormatFloat(f, 'f', -1, 64)
		}
		return s
	}
	s := strings.ToUpper(strconv.FormatFloat(v, 'e', 5, 64))
	mantissa, exponent, _ := strings.Cut(s, "E")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	return mantissa + "E" + exponent
}

// builtinFormat gives the code of a format that has a number only. Those of
// dates change with the reader's country; these are the American ones.
func builtinFormat(id int) string {
	codes := map[int]string{
		1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
		5: "$#,##0_);($#,##0)", 6: "$#,##0_);($#,##0)", 7: "$#,##0.00_);($#,##0.00)", 8: "$#,##0.00_);($#,##0.00)",
		9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
		14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
		20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm",
		37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
		41: `#,##0_);(#,##0);"-"_);@`, 42: `$#,##0_);($#,##0);$"-"_);@`,
		43: `#,##0.00_);(#,##0.00);"-"_);@`, 44: `$#,##0.00_);($#,##0.00);$"-"_);@`,
		45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
	}
	if code, ok := codes[id]; ok {
		return code
	}
	if id >= 27 && id <= 36 || id >= 50 && id <= 58 {
		return "yyyy/m/d" // dates of East Asian versions
	}
	return "General"
}
