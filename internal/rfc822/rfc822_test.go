package rfc822

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestParams promises the file name that the sender gave, in every form that
// mail programs write it.
func TestParams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, kind string
		want           map[string]string
	}{
		{"plain", `text/plain; charset=utf-8`, "text/plain", map[string]string{"charset": "utf-8"}},
		{"quoted, with what parts parameters", `Attachment; FileName="a;b \"c\".txt"`, "attachment", map[string]string{"filename": `a;b "c".txt`}},
		{"a Windows path", `attachment; filename="C:\temp\a.txt"`, "attachment", map[string]string{"filename": `C:\temp\a.txt`}},
		{"encoded words", `attachment; filename="=?utf-8?q?B=C3=BCro?= =?utf-8?b?LnR4dA==?="`, "attachment", map[string]string{"filename": "Büro.txt"}},
		{"RFC 2231", `attachment; filename*=iso-8859-1'de'B%FCro.txt`, "attachment", map[string]string{"filename": "Büro.txt"}},
		{
			"RFC 2231 in pieces", `attachment; filename*1="ro; "; filename*0*=utf-8''B%C3%BC; filename*2*=%2Etxt; filename=old.txt`,
			"attachment",
			map[string]string{"filename": "Büro; .txt"},
		},
		{"8-bit", "attachment; filename=B\xfcro.txt", "attachment", map[string]string{"filename": "Büro.txt"}},
		{"a comment", `text/html (rich); charset=us-ascii (plain)`, "text/html", map[string]string{"charset": "us-ascii"}},
		{"the first of two counts", `a/b; x=1; x=2; ; y; =z`, "a/b", map[string]string{"x": "1"}},
		{"blank", ``, "", map[string]string{}},
		{"a quote never closed", `a/b; x="y; z=1`, "a/b", map[string]string{"x": "y; z=1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			kind, got := Params([]byte(c.in))
			if kind != c.kind {
				t.Errorf("value %q, want %q", kind, c.kind)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("parameters (-want +got):\n%s", d)
			}
		})
	}
}

// TestText promises readable text whatever the label says.
func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, label, want string }{
		{"no label, ASCII", "abc", "", "abc"},
		{"no label, UTF-8", "añb", "", "añb"},
		{"UTF-8 cut inside a letter", "Grüße, schöne Gr\xc3\xbc\xc3\x9fe\xc3", "utf-8", "Grüße, schöne Grüße\uFFFD"},
		{"label in quotes", "caf\xe9", ` "ISO-8859-1" `, "café"},
		{"Windows-1252 said to be latin-1", "\x93a\x94 \x80", "iso-8859-1", "“a” €"},
		{"gb2312 is gbk", "\xd6\xd0\xce\xc4", "gb2312", "中文"},
		{"korean by its old name", "\xc7\xd1\xb1\xdb", "ks_c_5601-1987", "한글"},
		{"japanese by its vendor's name", "\x93\xfa\x96\x7b", "cp932", "日本"},
		{"DOS", "\x81", "cp850", "ü"},
		{"UTF-8 with mark, label wrong", "\xef\xbb\xbfß", "koi8-r", "ß"},
		{"a few bytes of nothing known", "\xff\xfe", "x-unknown", "ÿþ"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Text([]byte(c.in), c.label); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestDecoded covers the transfer encodings, damaged ones too.
func TestDecoded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, encoding, in, want string }{
		{"base64 with junk", "base64", "aGVs\r\n  bG8*=\r\n", "hello"},
		{"base64 joined after padding", "base64", "YQ==Yg==", "ab"},
		{"base64 cut off", "base64", "aGVsbG", "hell"},
		{"uuencode", "x-uuencode", "x\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\n", "hello"},
		{"7bit", "7bit", "=41", "=41"},
		{"unknown", "x-gzip", "abc", "abc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := Parse([]byte("Content-Transfer-Encoding: " + c.encoding + "\n\n" + c.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(p.Decoded()); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestOffsets promises that a part's Offset is where its body is in the
// message, which taking parts out of it rests on.
func TestOffsets(t *testing.T) {
	t.Parallel()
	raw := []byte("A: b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\npre\r\n--x\r\n\r\none\r\n--x  \r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n" +
		"--y\r\nC: d\r\n\r\ntwo\r\n--y--\r\n--x--\r\npost")
	root, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	var leaves []string
	root.Walk(func(p *Part) {
		if got := string(raw[p.Offset : p.Offset+len(p.Body)]); got != string(p.Body) {
			t.Errorf("at %d is %q, the body is %q", p.Offset, got, p.Body)
		}
		if len(p.Children) == 0 {
			leaves = append(leaves, string(p.Body))
		}
	})
	if d := cmp.Diff([]string{"one", "two"}, leaves); d != "" {
		t.Errorf("leaves (-want +got):\n%s", d)
	}
}

// FuzzHeader holds the readers of header values to valid text and an end.
func FuzzHeader(f *testing.F) {
	f.Add([]byte(`=?utf-8?q?a?= "b\" (c (d)" <e@f>, g: h; i*0*=utf-7''%41; j="k`))
	f.Fuzz(func(t *testing.T, value []byte) {
		before := string(value)
		kind, params := Params(value)
		texts := []string{Words(value)}
		for _, a := range Addresses(value) {
			texts = append(texts, a.Name, a.Address)
		}
		for _, v := range params {
			texts = append(texts, v)
		}
		for _, s := range texts {
			if !utf8.ValidString(s) {
				t.Fatalf("not UTF-8: %q", s)
			}
		}
		if strings.ContainsAny(kind, " \t") || string(value) != before {
			t.Fatal("the value was changed, or has blanks in it")
		}
	})
}
