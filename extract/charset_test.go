package extract_test

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"mailquarry/extract"
)

// TestCharsetIsFound promises the text that was meant whatever charset it is in,
// named, named wrongly or not at all.
func TestCharsetIsFound(t *testing.T) {
	t.Parallel()
	const russian, japan, chinese = "Привет, это обычное письмо о договоре.", "請求書を添付いたしますので、ご確認ください。", "请查收附件中的合同和发票，谢谢您的合作。"
	le, be := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	for _, c := range []struct {
		name, file, contentType, before string
		enc                             encoding.Encoding
		want                            string
	}{
		{"Russian UTF-16", "a.txt", "", "", le, russian},
		{"Greek UTF-16", "a.txt", "", "", be, "Παρακαλώ βρείτε συνημμένο το τιμολόγιο"},
		{"Hebrew UTF-16", "a.txt", "", "", le, "שלום רב, מצורף החוזה החתום"},
		{"Japanese UTF-16", "a.txt", "", "", le, japan},
		{"Japanese UTF-16, other order", "a.txt", "", "", be, japan},
		{"Chinese UTF-16", "a.txt", "", "", le, chinese},
		{"Shift_JIS is no UTF-16", "a.txt", "", "", japanese.ShiftJIS, japan},
		{"EUC-JP is no UTF-16", "a.txt", "", "", japanese.EUCJP, japan},
		{"GBK is no UTF-16", "a.txt", "", "", simplifiedchinese.GBK, chinese},
		{"Greek, short", "a.txt", "", "", charmap.Windows1253, "Παρακαλώ βρείτε συνημμένο το τιμολόγιο"},
		{"DOS", "a.txt", "", "", charmap.CodePage866, russian},
		{"UTF-8 by another name", "a.txt", "text/plain; charset=windows-1251", "", encoding.Nop, russian},
		{"page that names a wrong charset", "a.html", "", `<html><head><meta charset="iso-8859-1"></head><body>`, charmap.Windows1251, russian},
		{"page in Japanese that does", "a.html", "", `<html><head><meta charset="iso-8859-1"></head><body>`, japanese.ShiftJIS, japan},
	} {
		raw, err := c.enc.NewEncoder().String(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := extract.InProcess(c.file, c.contentType, []byte(c.before+raw)); got.Text != c.want {
			t.Errorf("%s: %s, %q, want %q", c.name, got.State, got.Text, c.want)
		}
	}
	// Numbers of 16 bits are no letters of UTF-16.
	var numbers []byte
	for i := range 200 {
		numbers = append(numbers, byte(i*7), byte(i%5))
	}
	if got := extract.InProcess("a.bin", "", numbers); got.State != extract.Unsupported {
		t.Errorf("numbers: %s, %q", got.State, got.Text)
	}
}
