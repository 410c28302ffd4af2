package rfc822

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

const (
	russian  = "Привет, это обычное письмо о договоре поставки оборудования."
	german   = "Größe und Übergröße der Straße: schöne Grüße aus Köln"
	french   = "C’est d’accord — l’été a été créé, où ça ? Élève, naïf, cœur, 10 €"
	greek    = "Παρακαλώ βρείτε συνημμένο το τιμολόγιο"
	polish   = "Proszę o przesłanie faktury za usługi. Żółta łódź, gęś"
	japan    = "請求書を添付いたしますので、ご確認のほどよろしくお願いいたします。"
	chinese  = "请查收附件中的合同和发票，谢谢您的合作。"
	hanzi    = "請查收附件中的合約和發票，謝謝您的合作。"
	hangul   = "첨부된 계약서와 송장을 확인해 주시기 바랍니다."
	iceland  = "Það er gott að þú ætlar að mæta á fundinn á þriðjudaginn, þökk fyrir"
	polCaps  = "PODRÓŻ SŁUŻBOWA, WRÓŻKA, MÓŁ, WÓŁ I RÓŻE"
	capitals = "ДОГОВОР ПОСТАВКИ, СЧЁТ НА ОПЛАТУ"
)

// TestLabelIsDoubted promises the text that was meant where the charset that was
// named cannot be the one that was used.
func TestLabelIsDoubted(t *testing.T) {
	t.Parallel()
	for _, label := range []string{
		"windows-1251", "koi8-r", "iso-8859-2", "iso-8859-7", "windows-1250", "windows-1256", "gb2312", "gb18030", "big5", "shift_jis", "euc-kr", "euc-jp",
		"iso-2022-jp", "utf-7", "hz-gb-2312", "iso-8859-1", "us-ascii", "utf-16", "utf-16le",
	} {
		for _, want := range []string{russian, german, polish, greek, japan, chinese, "ein schöner Grüß", "привет"} {
			if got := Text([]byte(want), label); got != want {
				t.Errorf("UTF-8 said to be %s: %q, want %q", label, got, want)
			}
		}
	}
	for _, c := range []struct {
		label string
		enc   encoding.Encoding
		want  string
	}{
		{"iso-8859-1", charmap.Windows1251, russian},
		{"windows-1252", charmap.KOI8R, russian},
		{"iso-8859-1", charmap.CodePage866, russian},
		{"iso-8859-1", charmap.Windows1253, greek},
		{"iso-8859-1", japanese.ShiftJIS, japan},
		{"iso-8859-1", japanese.EUCJP, japan},
		{"windows-1252", simplifiedchinese.GBK, chinese},
		{"koi8-r", charmap.Windows1251, russian},
		{"windows-1251", charmap.KOI8R, russian},
		{"utf-8", charmap.CodePage866, russian},
		{"", charmap.CodePage866, russian},
		{"", charmap.Windows1253, greek},
		{"", charmap.CodePage850, german},
		{"", charmap.Macintosh, german},
		{"gb2312", charmap.Windows1251, russian + " " + russian},
	} {
		raw, err := c.enc.NewEncoder().String(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := Text([]byte(raw), c.label); got != c.want {
			t.Errorf("%v said to be %q: %q, want %q", c.enc, c.label, got, c.want)
		}
	}
}

// TestLabelIsBelieved promises that a right label is not doubted, also where the
// text is unusual.
func TestLabelIsBelieved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		label string
		enc   encoding.Encoding
		texts []string
	}{
		{"iso-8859-1", charmap.Windows1252, []string{german, french, iceland, "ÄÖÜ ÄÖÜ äöüß äöüß", "°°°°°°°°°° ¯¯¯¯¯¯¯¯", "\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0 «»", "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"}},
		{"", charmap.Windows1252, []string{german, iceland, french, "Stock “IBXG” and “x”y and ”z“ Co’s", "Issue#422\u00a0\u00a0x a\u00a0b\u00a0c"}},
		{"iso-8859-2", charmap.ISO8859_2, []string{polish, polCaps, "PODRÓŻ"}},
		{"windows-1250", charmap.Windows1250, []string{polish, polCaps, "PODRÓŻ"}},
		{"windows-1251", charmap.Windows1251, []string{russian, capitals, "да", "мАМА и ПАПА"}},
		{"koi8-r", charmap.KOI8R, []string{russian, capitals, "да", "├─nvme0n1p1 259:1 part /boot\n├─nvme0n1p2 259:2 part /boot"}},
		{"cp866", charmap.CodePage866, []string{russian, capitals}},
		{"windows-1253", charmap.Windows1253, []string{greek}},
		{"cp850", charmap.CodePage850, []string{german}},
		{"macintosh", charmap.Macintosh, []string{german, "ŒÄÖ åøæÅØÆ"}},
		{"shift_jis", japanese.ShiftJIS, []string{japan, "ﾃｽﾄ", "ﾃｽﾄ ﾃｽ"}},
		{"iso-2022-jp", japanese.ISO2022JP, []string{japan}},
		{"gb2312", simplifiedchinese.GBK, []string{chinese, "联通", "中文"}},
		{"big5", traditionalchinese.Big5, []string{hanzi}},
		{"euc-kr", korean.EUCKR, []string{hangul}},
		{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), []string{russian, japan, german}},
	} {
		for _, want := range c.texts {
			raw, err := c.enc.NewEncoder().String(want)
			if err != nil {
				t.Fatal(err)
			}
			if got := Text([]byte(raw), c.label); got != want {
				t.Errorf("%s: %q, want %q", c.label, got, want)
			}
		}
	}
}
