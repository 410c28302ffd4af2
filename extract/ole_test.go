package extract

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// le writes numbers and strings as the binary formats do: little-endian.
type le struct{ b []byte }

func (w *le) u8(v ...int) *le {
	for _, n := range v {
		w.b = append(w.b, byte(n))
	}
	return w
}

func (w *le) u16(v ...int) *le {
	for _, n := range v {
		w.b = binary.LittleEndian.AppendUint16(w.b, uint16(n))
	}
	return w
}

func (w *le) u32(v ...int) *le {
	for _, n := range v {
		w.b = binary.LittleEndian.AppendUint32(w.b, uint32(n))
	}
	return w
}

func (w *le) str(s string) *le { w.b = append(w.b, s...); return w }

func (w *le) zeros(n int) *le { w.b = append(w.b, make([]byte, n)...); return w }

func wide(s string) string {
	w := le{}
	for _, u := range utf16.Encode([]rune(s)) {
		w.u16(int(u))
	}
	return string(w.b)
}

// oleEntry is a stream, or a storage if it has entries.
type oleEntry struct {
	name string
	data string
	in   []oleEntry
}

// oleFile makes a compound file. Each stream is filled up to the size from which
// on it has sectors of its own.
func oleFile(root ...oleEntry) []byte {
	const sector, smallest, none, end = 512, 4096, 0xFFFFFFFF, 0xFFFFFFFE
	var dir []le
	var body, fat le
	var add func(e oleEntry, kind int) int
	siblings := func(list []oleEntry) int {
		next := none
		for i := len(list) - 1; i >= 0; i-- {
			at := add(list[i], 0)
			binary.LittleEndian.PutUint32(dir[at].b[72:], uint32(next))
			next = at
		}
		return next
	}
	add = func(e oleEntry, kind int) int {
		at := len(dir)
		dir = append(dir, le{})
		start, size, child := end, 0, none
		switch {
		case kind == 5 || e.in != nil:
			if kind == 0 {
				kind = 1
			}
			child = siblings(e.in)
		default:
			kind = 2
			size = max(len(e.data), smallest)
			start = len(fat.b) / 4
			n := (size + sector - 1) / sector
			for i := range n - 1 {
				fat.u32(start + i + 1)
			}
			fat.u32(end)
			body.str(e.data).zeros(n*sector - len(e.data))
		}
		d := &dir[at]
		name := wide(e.name)
		d.str(name).zeros(64-len(name)).u16(len(name)+2).u8(kind, 1).u32(none, none, child).zeros(36).u32(start, size, 0)
		return at
	}
	add(oleEntry{name: "Root Entry", in: root}, 5)
	first := len(fat.b) / 4
	for len(dir)%4 != 0 {
		dir = append(dir, *(&le{}).zeros(68).u32(none, none, none).zeros(48))
	}
	for i := range dir {
		body.str(string(dir[i].b))
		if i%4 == 3 && i+1 < len(dir) {
			fat.u32(len(fat.b)/4 + 1)
		}
	}
	fat.u32(end)
	tables := 0
	for n := len(fat.b)/4 + 1; tables*128 < n+tables; {
		tables++
	}
	atFAT := len(fat.b) / 4
	for range tables {
		fat.u32(0xFFFFFFFD)
	}
	for len(fat.b) < tables*sector {
		fat.u32(none)
	}
	var head le
	head.str("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").zeros(16).u16(0x3E, 3, 0xFFFE, 9, 6).zeros(6)
	head.u32(0, tables, first, 0, smallest, end, 0, end, 0)
	for i := range 109 {
		if i < tables {
			head.u32(atFAT + i)
		} else {
			head.u32(none)
		}
	}
	return append(append(head.b, body.b...), fat.b...)
}

// summaryStream makes a stream of properties, all of them texts, by number.
func summaryStream(page int, values ...any) string {
	var index, data le
	count := len(values)/2 + 1
	at := 8 + 8*count
	index.u32(1, at)
	data.u32(2, page)
	for i := 0; i < len(values); i += 2 {
		index.u32(values[i].(int), at+len(data.b))
		s := values[i+1].(string) + "\x00"
		data.u32(30, len(s)).str(s).zeros((4 - len(s)%4) % 4)
	}
	var out le
	out.u16(0xFFFE, 0).u32(0).zeros(16).u32(1).zeros(16).u32(48)
	out.u32(8+len(index.b)+len(data.b), count).str(string(index.b)).str(string(data.b))
	return string(out.b)
}

// wordText collects what is read, with the places in brackets.
type wordText struct {
	strings.Builder
	places []string
}

func (s *wordText) text(t string) error { s.WriteString(t); return nil }

func (s *wordText) picture(int, int, []byte) error { return nil }

func (s *wordText) place(p []Step) error {
	s.places = append(s.places, PathText(p))
	s.WriteString("[" + PathText(p) + "]")
	return nil
}

// readBytes reads a document in this process. A panic is the test's.
func readBytes(raw []byte, name string) (typ, text string, o outcome) {
	var out wordText
	r := newReading(newRegistry(), defaultLimits(), &out)
	typ, o = r.document(document{name: name, raw: raw})
	if strings.Contains(o.reason, "parser failed") {
		panic("a parser panicked")
	}
	return typ, out.String(), o
}

// wantText fails the test unless the text and the state are those.
func wantText(t *testing.T, raw []byte, name, typ string, state State, want string) {
	t.Helper()
	gotType, got, o := readBytes(raw, name)
	if gotType != typ || o.state != state {
		t.Errorf("%s is %s of type %q (%s), want %s of type %q", name, o.state, gotType, o.reason, state, typ)
	}
	if got != want {
		t.Errorf("%s reads\n%q\nwant\n%q", name, got, want)
	}
}
