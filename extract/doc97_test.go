package extract

import (
	"encoding/binary"
	"strings"
	"testing"
)

// docParts is the texts of a document, in the order in which they lie in the file.
type docParts struct{ body, notes, headers, comments, endnotes, boxes string }

// docFile makes a document as Word 97 does: its first half of characters of one
// byte, the second of two.
func docFile(p docParts, flags int, more ...oleEntry) []byte {
	const textAt = 1024
	all := []rune(p.body + p.notes + p.headers + p.comments + p.endnotes + p.boxes)
	half := len(all) / 2
	var narrow []byte
	for _, c := range all[:half] {
		narrow = append(narrow, byte(c))
	}
	stream := make([]byte, textAt)
	put16 := func(at, v int) { binary.LittleEndian.PutUint16(stream[at:], uint16(v)) }
	put32 := func(at, v int) { binary.LittleEndian.PutUint32(stream[at:], uint32(v)) }
	put16(0, 0xA5EC)
	put16(2, 193)
	put16(0x0A, 0x0200|flags)
	for i, s := range []string{p.body, p.notes, p.headers, "", p.comments, p.endnotes, p.boxes} {
		put32(0x4C+4*i, len([]rune(s)))
	}
	wideAt := textAt + len(narrow)
	stream = append(append(stream, narrow...), wide(string(all[half:]))...)
	var pieces, clx le
	pieces.u32(0, half, len(all))
	pieces.u16(0).u32(1<<30 | 2*textAt).u16(0).u16(0).u32(wideAt).u16(0)
	clx.u8(1).u16(3).str("abc").u8(2).u32(len(pieces.b)).str(string(pieces.b))
	put32(0x1A2, 0)
	put32(0x1A6, len(clx.b))
	return oleFile(append([]oleEntry{
		{name: "WordDocument", data: string(stream)},
		{name: "1Table", data: string(clx.b)},
		{name: "\x05SummaryInformation", data: summaryStream(1251, 2, "\xcf\xeb\xe0\xed", 4, "J. D.")},
	}, more...)...)
}

// TestDOC promises for each text of a document that it is found, at its place.
func TestDOC(t *testing.T) {
	t.Parallel()
	raw := docFile(docParts{
		body: "Dear all,\rsee \x13 HYPERLINK \"https://a.example/\" \\o \"tip\" \x14our site\x15 and \x13 PAGEREF x \\h \x143\x15.\r" +
			"a\x07b\x07\x07c\x07d\x07\x07co\x1foperate\x1ewell\x0b\x01\x08Größe\r",
		notes: "\x02 A note\r", headers: "\x03\r\x04\rTop\rTop\r", comments: "\x05Really?\r", endnotes: "\x02 The end\r", boxes: "Каталог\r",
	}, 0)
	want := "[properties]План\nJ. D.\n\n[]Dear all,\nsee our site (https://a.example/) (tip) and 3.\na\tb\nc\td\ncooperate-well\nGröße" +
		"\n\n[notes] A note\n\n[header]Top\n\n[comments]Really?\n\n[notes] The end\n\n[]Каталог"
	wantText(t, raw, "x.txt", "doc", OK, want)
}

// TestDOCEmbedded promises the text of documents that lie in another.
func TestDOCEmbedded(t *testing.T) {
	t.Parallel()
	inner := "{\\rtf1 inside}"
	var native le
	native.u16(2).str("in.rtf\x00C:\\in.rtf\x00").u16(0, 3).u32(1).str("C").u32(len(inner)).str(inner)
	var sized le
	sized.u32(len(native.b)).str(string(native.b))
	raw := docFile(docParts{body: "outside\r"}, 0, oleEntry{name: "ObjectPool", in: []oleEntry{
		{name: "_1", in: []oleEntry{{name: "\x01Ole10Native", data: string(sized.b)}}},
		{name: "_2", in: []oleEntry{{name: "Workbook", data: string(workbook())}}},
	}})
	_, text, o := readBytes(raw, "")
	if o.state != OK || !strings.Contains(text, "outside\n[in.rtf]in.rtf\n\ninside\n\n[sheet 1") || !strings.Contains(text, "1,599.99") {
		t.Errorf("%v: %q", o, text)
	}
}

// TestDOCHostile promises an end, and the right state, for documents that lie
// about themselves.
func TestDOCHostile(t *testing.T) {
	t.Parallel()
	good := docFile(docParts{body: strings.Repeat("word ", 4000)}, 0)
	wantState := func(name string, raw []byte, want State) {
		t.Helper()
		if _, _, o := readBytes(raw, "a.doc"); o.state != want {
			t.Errorf("%s: %s (%s), want %s", name, o.state, o.reason, want)
		}
	}
	wantState("good", good, OK)
	wantState("with a password", docFile(docParts{body: "x"}, 0x0100), Encrypted)
	wantState("cut", good[:len(good)-1024], Failed)
	wantState("without its table", []byte(strings.ReplaceAll(string(good), wide("1Table"), wide("7Table"))), Failed)
	circle := append([]byte(nil), good...)
	for at := len(circle) - 512; at+4 <= len(circle); at += 4 {
		binary.LittleEndian.PutUint32(circle[at:], 2) // each sector is followed by the third
	}
	pool := New(Options{Workers: 1})
	t.Cleanup(pool.Close)
	if res := extractBytes(t, pool, circle); res.State == OK || res.State == Timeout {
		t.Errorf("chains in a circle: %s (%s)", res.State, res.Reason)
	}
	deep := strings.Repeat("\x13 HYPERLINK \"http://a\" \x14", 100_000) + "bottom"
	if res := extractBytes(t, pool, docFile(docParts{body: deep}, 0)); res.State != OK || !strings.Contains(res.Text, "bottom") {
		t.Errorf("fields in fields: %s (%s), %d bytes", res.State, res.Reason, len(res.Text))
	}
}

// TestOldDocumentPages promises the letters of documents that are older than
// Unicode in Word.
func TestOldDocumentPages(t *testing.T) {
	t.Parallel()
	fonts := le{}
	for _, charset := range []int{0, 204} {
		fonts.u8(5, 0).u16(400).u8(charset, 0)
	}
	fib := make([]byte, 1024)
	binary.LittleEndian.PutUint16(fib[0:], 0xA5DC)
	binary.LittleEndian.PutUint16(fib[2:], 104)
	text := "Word \xd3\xf1\xf2\xe0\xed\xee\xe2\xea\xe0 na\xefve \xe8 end"
	binary.LittleEndian.PutUint32(fib[0x18:], 1024)
	binary.LittleEndian.PutUint32(fib[0x1C:], uint32(1024+len(text)))
	binary.LittleEndian.PutUint32(fib[0x34:], uint32(len(text)))
	binary.LittleEndian.PutUint32(fib[0xD0:], uint32(1024+len(text)))
	binary.LittleEndian.PutUint32(fib[0xD4:], uint32(2+len(fonts.b)))
	stream := string(fib) + text + "\x00\x00" + string(fonts.b)
	wantText(t, oleFile(oleEntry{name: "WordDocument", data: stream}), "", "doc", OK, "Word Установка naïve и end")
}

// FuzzDOC promises that any bytes can be read.
func FuzzDOC(f *testing.F) {
	f.Add(docFile(docParts{body: "a\x07b\x07\x07\x13 HYPERLINK \"http://a\" \x14b\x15", notes: "n", headers: "h", comments: "c", boxes: "b"}, 0))
	fuzzReader(f, docFormat())
}
