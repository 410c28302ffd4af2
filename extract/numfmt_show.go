package extract

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// fmtShape is how a section's digits are laid out.
type fmtShape struct {
	whole, fraction []fmtToken // the digits' places
	grouped         bool
	factor          float64
	exponent        int // digits of an exponent; -1 for none
	slash           bool
}

// shape reads the layout. Commas between digits group them, commas after the
// last divide by a thousand each.
func (s *fmtSection) shape() fmtShape {
	h := fmtShape{factor: 1, exponent: -1}
	point, commas := false, 0
	for _, t := range s.tokens {
		switch t.kind {
		case fmtDigit:
			switch {
			case h.exponent >= 0:
				h.exponent++
				continue
			case point:
				h.fraction = append(h.fraction, t)
			default:
				h.whole = append(h.whole, t)
				h.grouped = h.grouped || commas > 0
			}
			commas = 0
		case fmtComma:
			if len(h.whole) > 0 {
				commas++
			}
		case fmtPoint:
			point = true
			h.factor /= math.Pow(1000, float64(commas))
			commas = 0
		case fmtPercent:
			h.factor *= 100
		case fmtExponent:
			h.exponent = 0
		case fmtSlash:
			h.slash = len(h.whole) > 0
		}
	}
	h.factor /= math.Pow(1000, float64(commas))
	return h
}

// digits shows a number that is no date.
func (s *fmtSection) digits(v float64, unsigned bool) string {
	h := s.shape()
	a := math.Abs(v)
	minus := ""
	if v < 0 && !unsigned {
		minus = "-"
	}
	switch {
	case h.slash:
		return minus + fraction(a, h)
	case len(h.whole)+len(h.fraction) == 0:
		return minus + s.wordsOnly(a)
	}
	power := 0
	scaled := a * h.factor
	if h.exponent >= 0 {
		scaled, power = scientific(scaled, len(h.whole), len(h.fraction))
	}
	whole, fractionDigits := decimals(scaled, min(len(h.fraction), maxDecimals))
	if minus != "" && strings.Trim(whole+fractionDigits, "0") == "" {
		minus = ""
	}
	return minus + s.place(h, whole, fractionDigits, power)
}

// wordsOnly shows a section without places for digits.
func (s *fmtSection) wordsOnly(a float64) string {
	var out strings.Builder
	for _, t := range s.tokens {
		switch t.kind {
		case fmtGeneral, fmtText:
			out.WriteString(general(a))
		case fmtLiteral, fmtPercent, fmtPoint, fmtComma, fmtSlash:
			out.WriteString(t.s)
		}
	}
	return out.String()
}

// decimals gives a number's digits before and after the point. What lies halfway
// in decimal notation is rounded up, as it is in cells.
func decimals(a float64, n int) (whole, fraction string) {
	a = math.Nextafter(math.Nextafter(a, math.Inf(1)), math.Inf(1))
	whole, fraction, _ = strings.Cut(strconv.FormatFloat(a, 'f', n, 64), ".")
	if whole == "0" {
		whole = ""
	}
	return whole, fraction
}

// scientific gives mantissa and exponent; the exponent is a multiple of the
// number of digits before the point.
func scientific(a float64, whole, fraction int) (mantissa float64, power int) {
	if a == 0 || a > 1e300 || a < 1e-300 {
		return a, 0
	}
	whole = max(whole, 1)
	power = int(math.Floor(math.Log10(a)))
	power = int(math.Floor(float64(power)/float64(whole))) * whole
	mantissa = a / math.Pow(10, float64(power))
	if s := strconv.FormatFloat(mantissa, 'f', min(fraction, maxDecimals), 64); strings.HasPrefix(s, "1"+strings.Repeat("0", whole)) {
		mantissa, power = mantissa/math.Pow(10, float64(whole)), power+whole
	}
	return mantissa, power
}

// place puts digits in their places, with all that stands between them.
func (s *fmtSection) place(h fmtShape, whole, fractionDigits string, power int) string {
	var out strings.Builder
	seen, after := 0, 0
	point, exponent := false, false
	shown := shownDecimals(h.fraction, fractionDigits)
	for _, t := range s.tokens {
		switch t.kind {
		case fmtDigit:
			switch {
			case exponent:
			case point:
				if after < shown {
					out.WriteByte(fractionDigits[after])
				}
				after++
			default:
				h.wholeDigit(&out, whole, seen, t.s)
				seen++
			}
		case fmtPoint:
			if len(h.whole) == 0 && seen == 0 {
				out.WriteString(whole)
			}
			if point = true; shown > 0 || len(h.fraction) == 0 {
				out.WriteByte('.')
			}
		case fmtExponent:
			exponent = true
			out.WriteString(exponentText(t.s, power, h.exponent))
		case fmtLiteral, fmtPercent:
			out.WriteString(t.s)
		case fmtGeneral, fmtText, fmtSlash, fmtComma, fmtDate, fmtElapsed, fmtNoon:
		}
	}
	return out.String()
}

func exponentText(sign string, power, digits int) string {
	e := strconv.Itoa(max(power, -power))
	for len(e) < digits {
		e = "0" + e
	}
	switch {
	case power < 0:
		return "E-" + e
	case strings.HasSuffix(sign, "+"):
		return "E+" + e
	}
	return "E" + e
}

// shownDecimals tells how many digits after the point are shown: of those for
// which there is a "#", zeros at the end are not.
func shownDecimals(places []fmtToken, digits string) int {
	n := min(len(places), len(digits))
	for n > 0 && places[n-1].s != "0" && digits[n-1] == '0' {
		n--
	}
	return n
}

// wholeDigit writes what stands in the i-th place before the point; the first
// place takes all digits that there are no places for.
func (h fmtShape) wholeDigit(out *strings.Builder, whole string, i int, mark string) {
	left := len(h.whole) - i // places from here to the point
	write := func(c byte, left int) {
		out.WriteByte(c)
		if h.grouped && left > 1 && (left-1)%3 == 0 {
			out.WriteByte(',')
		}
	}
	if i == 0 {
		for at := 0; len(whole)-at > left; at++ {
			write(whole[at], len(whole)-at)
		}
	}
	switch at := len(whole) - left; {
	case at >= 0:
		write(whole[at], left)
	case mark == "0":
		write('0', left)
	case mark == "?":
		out.WriteByte(' ')
	}
}

// fraction shows a number as one, such as 1 3/4.
func fraction(a float64, h fmtShape) string {
	const most = 9999
	digits := 0
	for i := len(h.whole) - 1; i >= 0 && digits < 4; i-- {
		digits++
	}
	// The places after the slash say how large the denominator may be; they
	// stand last, half of all that belong to the fraction.
	limit := math.Min(math.Pow(10, float64(max(1, digits/2))), most)
	whole, rest := math.Modf(a)
	bestN, bestD, best := 0.0, 1.0, rest
	for d := 1.0; d < limit; d++ {
		n := math.Round(rest * d)
		if diff := math.Abs(rest - n/d); diff < best-1e-12 {
			bestN, bestD, best = n, d, diff
		}
	}
	if bestN == bestD {
		whole, bestN = whole+1, 0
	}
	w := strconv.FormatFloat(whole, 'f', 0, 64)
	if bestN == 0 {
		return w
	}
	part := strconv.FormatFloat(bestN, 'f', 0, 64) + "/" + strconv.FormatFloat(bestD, 'f', 0, 64)
	if whole == 0 {
		return part
	}
	return w + " " + part
}

// maxSerial is the day after the last of the year 9999.
const maxSerial = 2958466

// serialTime gives the moment that a number stands for: days since the end of
// 1899, or of 1903. The first of these has a 29 February 1900 that never was.
func serialTime(v float64, date1904 bool, precision int) (time.Time, bool) {
	if v < 0 || v >= maxSerial {
		return time.Time{}, false
	}
	unit := math.Pow(10, float64(precision))
	ticks := int64(math.Round(v * 86400 * unit))
	day := ticks / int64(86400*unit)
	rest := time.Duration(float64(ticks%int64(86400*unit)) / unit * float64(time.Second))
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day < 60:
		day++
	}
	return base.AddDate(0, 0, int(day)).Add(rest), true
}

// moment shows a date, a time or both.
func (s *fmtSection) moment(v float64, date1904 bool) (string, bool) {
	precision := s.secondDigits()
	t, ok := serialTime(v, date1904, precision)
	if !ok {
		return "", false
	}
	noon := false
	for _, tok := range s.tokens {
		noon = noon || tok.kind == fmtNoon
	}
	var out strings.Builder
	afterSeconds := false
	for i, tok := range s.tokens {
		switch tok.kind {
		case fmtDate:
			run := tok.s
			if run[0] == 'm' && s.minutes(i) {
				run = strings.Repeat("n", len(run))
			}
			out.WriteString(datePart(run, t, noon))
			afterSeconds = run[0] == 's'
		case fmtElapsed:
			out.WriteString(elapsed(tok.s, v))
			afterSeconds = tok.s[0] == 's'
		case fmtNoon:
			half := [2]string{"AM", "PM"}[t.Hour()/12]
			out.WriteString(half[:(len(tok.s)+1)/3])
		case fmtDigit:
			if afterSeconds {
				continue
			}
			out.WriteString(tok.s)
		case fmtPoint:
			if afterSeconds && precision > 0 {
				out.WriteString("." + padded(int(math.Round(float64(t.Nanosecond())/1e9*math.Pow(10, float64(precision)))), precision))
				continue
			}
			out.WriteString(tok.s)
		case fmtLiteral, fmtComma, fmtSlash, fmtPercent, fmtExponent:
			out.WriteString(tok.s)
		case fmtText, fmtGeneral:
		}
	}
	return out.String(), true
}

// secondDigits is how many digits of a second are shown.
func (s *fmtSection) secondDigits() int {
	n, counting := 0, false
	for i, t := range s.tokens {
		switch {
		case t.kind == fmtPoint && i > 0 && (s.tokens[i-1].kind == fmtDate || s.tokens[i-1].kind == fmtElapsed) && s.tokens[i-1].s[0] == 's':
			counting = true
		case t.kind == fmtDigit && counting && n < 3:
			n++
		case t.kind != fmtDigit:
			counting = false
		}
	}
	return n
}

// minutes tells whether the letter m at i stands for minutes: after hours or
// before seconds.
func (s *fmtSection) minutes(i int) bool {
	if len(s.tokens[i].s) > 2 {
		return false
	}
	near := func(j, step int) byte {
		for j += step; j >= 0 && j < len(s.tokens); j += step {
			if k := s.tokens[j].kind; k == fmtDate || k == fmtElapsed {
				return s.tokens[j].s[0]
			}
		}
		return 0
	}
	return near(i, -1) == 'h' || near(i, 1) == 's'
}

// datePart shows one part of a date; "n" are minutes.
func datePart(run string, t time.Time, noon bool) string {
	n := len(run)
	hour := t.Hour()
	if noon {
		hour = (hour+11)%12 + 1
	}
	switch run[0] {
	case 'y', 'e':
		if run[0] == 'y' && n <= 2 {
			return padded(t.Year()%100, 2)
		}
		return padded(t.Year(), 4)
	case 'm':
		switch name := t.Month().String(); n {
		case 1, 2:
			return padded(int(t.Month()), n)
		case 3:
			return name[:3]
		case 5:
			return name[:1]
		default:
			return name
		}
	case 'd':
		switch name := t.Weekday().String(); n {
		case 1, 2:
			return padded(t.Day(), n)
		case 3:
			return name[:3]
		default:
			return name
		}
	case 'h':
		return padded(hour, min(n, 2))
	case 'n':
		return padded(t.Minute(), min(n, 2))
	}
	return padded(t.Second(), min(n, 2))
}

// elapsed shows a span of time in full hours, minutes or seconds.
func elapsed(run string, v float64) string {
	seconds := math.Round(v * 86400)
	per := map[byte]float64{'h': 3600, 'm': 60, 's': 1}[run[0]]
	return padded(int(seconds/per), min(len(run), maxDecimals))
}

func padded(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}
