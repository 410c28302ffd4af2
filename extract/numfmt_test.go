package extract

import "testing"

// TestNumberFormat promises numbers and dates of a workbook as they are seen in
// it, for that is how people search for them.
func TestNumberFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		v    float64
		want string
	}{
		{"General", 1234, "1234"},
		{"General", 0.1 + 0.2, "0.3"},
		{"General", 12345678901234, "12345678901234"},
		{"General", 1.5e20, "1.5E+20"},
		{"", -2.5, "-2.5"},
		{"0.00", 2.675, "2.68"},
		{"0", 0.4, "0"},
		{"#,##0", 1234567, "1,234,567"},
		{"#,##0", 12, "12"},
		{"#,##0.00", -1599.99, "-1,599.99"},
		{"$#,##0.00_);($#,##0.00)", -1599.99, "($1,599.99)"},
		{`#,##0.00 [$€-407]`, 1234.5, "1,234.50 €"},
		{`[$-409]d\-mmm\-yy;@`, 35287, "10-Aug-96"},
		{"yyyy-mm-dd", 35287, "1996-08-10"},
		{"dddd, mmmm dd, yyyy", 45366, "Friday, March 15, 2024"},
		{"m/d/yyyy", 1, "1/1/1900"},
		{"m/d/yyyy", 61, "3/1/1900"},
		{"h:mm AM/PM", 0.75, "6:00 PM"},
		{"h:mm:ss", 0.999994, "23:59:59"},
		{"mm:ss.0", 0.0001, "00:08.6"},
		{"[h]:mm", 1.5, "36:00"},
		{"yyyy-mm-dd", -1, "-1"},
		{"0%", 0.256, "26%"},
		{"0.0%", 0.256, "25.6%"},
		{"0.00E+00", 12345, "1.23E+04"},
		{"##0.0E+0", 12345, "12.3E+3"},
		{"# ?/?", 1.75, "1 3/4"},
		{"00000", 42, "00042"},
		{"(000) 000-0000", 5551234567, "(555) 123-4567"},
		{"0.###", 1.5, "1.5"},
		{"0.###", 2, "2"},
		{"#,##0,", 1234567, "1,235"},
		{`0.0,,"M"`, 1234567, "1.2M"},
		{`[>=1000]0.0,"k";0`, 1500, "1.5k"},
		{`[>=1000]0.0,"k";0`, 15, "15"},
		{`"yes";"no";"none"`, -3, "no"},
		{`"yes";"no";"none"`, 0, "none"},
		{"0;-0;;@", 0, ""},
		{";;;", 4711, "4711"},
		{";;;", 0, ""},
		{`0;""`, -5, "-5"},
		{";;yyyy", -2.5, "-2.5"},
		{`0" pcs"`, 7, "7 pcs"},
		{"0.0", -0.01, "0.0"},
	} {
		if got := parseNumberFormat(c.code).number(c.v, false); got != c.want {
			t.Errorf("%q of %v: %q, want %q", c.code, c.v, got, c.want)
		}
	}
	if got := parseNumberFormat("yyyy-mm-dd").number(33825, true); got != "1996-08-10" {
		t.Errorf("counted from 1904: %q", got)
	}
	if got := parseNumberFormat(`0;0;0;"Mr. "@`).str("Smith"); got != "Mr. Smith" {
		t.Errorf("text: %q", got)
	}
	if got := parseNumberFormat(`;;;`).str("Smith"); got != "Smith" {
		t.Errorf("hidden text: %q", got)
	}
}

// FuzzNumberFormat promises that any format's code can be used on any number.
func FuzzNumberFormat(f *testing.F) {
	f.Add(`[Red][<0]"x"_-* #,##0.00\ [$€-407];;0.0E+00;@`, 1e300, true)
	f.Add("[hhhhh]:mm:ss.000 AM/PM yyyyy", 0.5, false)
	f.Fuzz(func(t *testing.T, code string, v float64, from1904 bool) {
		n := parseNumberFormat(code)
		if len(n.number(v, from1904)) > 1<<20 || len(n.str("x")) > 2<<10 {
			t.Error("far longer than its parts")
		}
	})
}
