package rfc822

import (
	"testing"
	"unicode/utf8"
)

// FuzzParse promises a tree of bounded size for any bytes, whose parts lie in the
// message, each within the one around it, and whose texts are valid.
func FuzzParse(f *testing.F) {
	f.Add([]byte("Subject: a\nContent-Type: multipart/mixed; boundary=b\n\npre\n--b\n\nx\n--b\nContent-Type: multipart/digest\n\n--c\n\ny\n--c--\n--b--\npost"))
	f.Add([]byte("Content-Type: text/plain; charset=utf-7\nContent-Transfer-Encoding: quoted-printable\n\n=41+AGE-=\n"))
	f.Add([]byte("Content-Type: multipart/alternative; boundary*0=\"a\"; boundary*1=b\n\n--ab\nContent-Transfer-Encoding: base64\n\nQQ=\n--ab\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#86)C\n`\nend\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		root, _ := Parse(raw)
		n := 0
		root.Walk(func(p *Part) {
			if n++; n > MaxParts+1 {
				t.Fatal("more parts than there may be")
			}
			if p.Offset < 0 || p.Offset+len(p.Body) > len(raw) || string(raw[p.Offset:p.Offset+len(p.Body)]) != string(p.Body) {
				t.Errorf("a body of %d bytes at %d of %d", len(p.Body), p.Offset, len(raw))
			}
			for _, c := range p.Children {
				if c.Offset < p.Offset || c.Offset+len(c.Body) > p.Offset+len(p.Body) {
					t.Errorf("a part at %d lies outside the one around it, at %d", c.Offset, p.Offset)
				}
			}
			if p.Type == "" {
				t.Error("a part without a type")
			}
			if len(p.Children) == 0 && !utf8.ValidString(p.Text()) || !utf8.ValidString(p.Name()) {
				t.Error("not UTF-8")
			}
		})
		_ = root.Best()
	})
}

// FuzzText promises valid text of any bytes, whatever charset they claim to be in.
func FuzzText(f *testing.F) {
	for _, label := range []string{"", "utf-8", "utf-7", "iso-2022-jp", "hz-gb-2312", "gb18030", "shift_jis", "euc-kr", "utf-16", "x-mac-roman", "cp932", "replacement", "ibm437"} {
		f.Add(label, []byte("a\x1b$B\x30\x21\x1b(B+AGE-~{VP~}\x81\x30\xfe\xff\xc3\xa4"))
	}
	f.Fuzz(func(t *testing.T, label string, b []byte) {
		before := string(b)
		s := Text(b, label)
		if !utf8.ValidString(s) {
			t.Errorf("not UTF-8: %q", s)
		}
		if s != Text(b, label) || string(b) != before {
			t.Error("not the same the second time")
		}
	})
}

// FuzzUUFiles promises that any text keeps what is no file in it.
func FuzzUUFiles(f *testing.F) {
	f.Add([]byte("x\nbegin 644 a\n#86)C\n`\nend\ny\nbegin 644 b\nbegin 7777 c\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, files := UUFiles(b)
		if len(files) == 0 && string(rest) != string(b) || len(rest) > len(b) || len(files) > maxUUFiles {
			t.Errorf("%d files, and %q of %q", len(files), rest, b)
		}
	})
}
