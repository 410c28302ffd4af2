package extract

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// zipNamed makes an archive of files that hold a word each, and are named as
// given, in what bytes the charset makes of it.
func zipNamed(t *testing.T, enc encoding.Encoding, extra func(name string) []byte, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		h := &zip.FileHeader{Name: n, NonUTF8: enc != nil}
		if enc != nil {
			s, err := enc.NewEncoder().String(n)
			if err != nil {
				t.Fatal(err)
			}
			h.Name = s
		}
		if extra != nil {
			h.Extra = extra(n)
			h.Name = strings.Repeat("?", len(n))
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, "walnut"); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestZipNames promises that members are found by their names, whatever program
// in whatever country packed them.
func TestZipNames(t *testing.T) {
	t.Parallel()
	withField := func(name string) []byte {
		v := binary.LittleEndian.AppendUint32([]byte{1}, crc32.ChecksumIEEE([]byte(strings.Repeat("?", len(name)))))
		v = append(v, name...)
		return append((&le{}).u16(0x7075, len(v)).b, v...)
	}
	for name, c := range map[string]struct {
		enc   encoding.Encoding
		extra func(string) []byte
		names []string
	}{
		"as the format has it":   {charmap.CodePage437, nil, []string{"Übersicht über Kosten.txt", "Größe.txt", "résumé.txt"}},
		"one of them":            {charmap.CodePage437, nil, []string{"Schöffe.txt"}},
		"as Windows has it":      {charmap.Windows1252, nil, []string{"Übersicht über Kosten.txt", "Größe.txt", "Année.txt"}},
		"Russian, of DOS":        {charmap.CodePage866, nil, []string{"Договор поставки.txt", "Счёт.txt"}},
		"Russian, of Windows":    {charmap.Windows1251, nil, []string{"Договор поставки.txt", "Счёт.txt"}},
		"Japanese":               {japanese.ShiftJIS, nil, []string{"請求書のお知らせ.txt", "資料/カタログ.txt"}},
		"Chinese":                {simplifiedchinese.GBK, nil, []string{"合同文件.txt", "报价单/明细.txt"}},
		"UTF-8":                  {nil, nil, []string{"Größe 合同.txt"}},
		"a field of its own":     {nil, withField, []string{"合同 Größe.txt"}},
		"UTF-8 that is not said": {encoding.Nop, nil, []string{"Größe.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, text, o := readBytes(zipNamed(t, c.enc, c.extra, c.names...), "a.zip")
			for _, n := range c.names {
				if !strings.Contains(text, n+"\n") {
					t.Errorf("%s (%s): there is no %q in %q", o.state, o.reason, n, text)
				}
			}
		})
	}
}

// TestZipOdd promises to read archives that are not as the book has it, as far as
// they can be, and the right state.
func TestZipOdd(t *testing.T) {
	t.Parallel()
	honest := zipNamed(t, nil, nil, "a.txt", "b.txt") // with data descriptors
	locked := bytes.Clone(honest)
	for _, sign := range []string{"PK\x01\x02", "PK\x03\x04"} { // the first one's flags
		at := bytes.Index(locked, []byte(sign))
		locked[at+len(sign)+2+2*strings.Count(sign, "\x01")] |= 1
	}
	same := bytes.Clone(honest)
	at := bytes.LastIndex(same, []byte("PK\x01\x02"))
	copy(same[at+42:], "\x00\x00\x00\x00")
	wrong := bytes.Clone(honest)
	copy(wrong[26+4:], "zzzzz") // the name that stands before the bytes
	for name, c := range map[string]struct {
		raw    []byte
		file   string
		state  State
		want   int // words found
		reason string
	}{
		"with data descriptors":      {honest, "a.zip", OK, 2, ""},
		"behind a program":           {append([]byte("MZ"+strings.Repeat("\x90", 3000)), honest...), "a.exe", OK, 2, ""},
		"with bytes behind it":       {append(bytes.Clone(honest), "rubbish"...), "a.zip", OK, 2, ""},
		"another name in the header": {wrong, "a.zip", OK, 2, ""},
		"one member is encrypted":    {locked, "a.zip", Partial, 1, "1 encrypted"},
		"two members are one":        {same, "a.zip", Partial, 1, "1 too large"},
		"the first of several files": {honest[:60], "a.z01", Unsupported, 0, "split"},
		"a numbered one":             {honest[:60], "a.zip.001", Unsupported, 0, "split"},
		"marked as one of several":   {append([]byte("PK\x07\x08"), honest[:60]...), "a.zip", Unsupported, 0, "split"},
		"7z, of several files":       {[]byte("7z\xbc\xaf\x27\x1c\x00\x04" + strings.Repeat("x", 60)), "a.7z.001", Unsupported, 0, "split"},
		"7z, cut":                    {[]byte("7z\xbc\xaf\x27\x1c\x00\x04" + strings.Repeat("x", 60)), "a.7z", Failed, 0, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, text, o := readBytes(c.raw, c.file)
			if o.state != c.state || strings.Count(text, "walnut") != c.want || !strings.Contains(o.reason, c.reason) {
				t.Errorf("%s (%s): %q", o.state, o.reason, text)
			}
		})
	}
}
