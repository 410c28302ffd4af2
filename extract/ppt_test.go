package extract

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"
)

// ppt writes a record; those with others in them have the version 15.
func (w *le) ppt(version, instance, id int, data *le) *le {
	return w.u16(version|instance<<4, id).u32(len(data.b)).str(string(data.b))
}

func pptBox(s string) *le {
	text := (&le{}).ppt(0, 0, pptTextHeader, (&le{}).u32(4)).ppt(0, 0, pptTextChars, (&le{}).str(wide(s)))
	return (&le{}).ppt(15, 0, pptShape, (&le{}).ppt(0, 0, pptClientText, text))
}

// presentation makes one of two slides, of which the second was written first.
func presentation() []byte {
	var b, dir le
	at := map[int]int{}
	object := func(ref, id int, data *le) {
		at[ref] = len(b.b)
		b.ppt(15, 0, id, data)
	}
	slide := func(notes int, body *le) *le {
		return (&le{}).ppt(0, 0, pptSlideAtom, (&le{}).zeros(16).u32(notes)).ppt(15, 0, pptDrawing, body)
	}
	object(4, pptSlide, slide(0, pptBox("Second")))
	comment := (&le{}).ppt(0, 0, pptString, (&le{}).str(wide("Jo"))).ppt(0, 1, pptString, (&le{}).str(wide("Really?")))
	first := pptBox("A box\rof lines")
	first.ppt(15, 0, pptShape, (&le{}).ppt(0, 0, pptClientText, (&le{}).ppt(0, 0, pptTextRef, (&le{}).u32(0))))
	first.str(string(pptBox("*").b))
	alt := wide("A cat\x00")
	first.ppt(3, 1, pptShapeOptions, (&le{}).u16(0x8381).u32(len(alt)).str(alt))
	data := slide(900, first)
	data.ppt(15, 0, 0x1388, (&le{}).ppt(0, 0, pptTagData, (&le{}).ppt(15, 0, pptComment, comment)))
	object(2, pptSlide, data)
	object(3, pptNotes, (&le{}).ppt(15, 0, pptDrawing, pptBox("Say hello")))
	master := pptBox("Confidential")
	master.ppt(15, 0, pptShape, (&le{}).ppt(0, 0, pptPlaceholder, &le{}).ppt(0, 0, pptClientText, (&le{}).ppt(0, 0, pptTextBytes, (&le{}).str("Click to edit"))))
	object(5, pptMainMaster, (&le{}).ppt(15, 0, pptDrawing, master))
	inner := "{\\rtf1 inside}"
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write([]byte(inner))
	_ = z.Close()
	at[6] = len(b.b)
	b.ppt(0, 1, pptOLEObject, (&le{}).u32(len(inner)).str(packed.String()))

	list := func(instance int, refs ...int) *le {
		l := &le{}
		for i := 0; i < len(refs); i += 2 {
			l.ppt(0, 0, pptSlidePersist, (&le{}).u32(refs[i], 0, 0, refs[i+1], 0))
			if refs[i] == 2 {
				l.ppt(0, 0, pptTextHeader, (&le{}).u32(0)).ppt(0, 0, pptTextBytes, (&le{}).str("The title"))
			}
		}
		return (&le{}).ppt(15, instance, pptSlideList, l)
	}
	links := (&le{}).ppt(15, 0, pptHyperlink, (&le{}).ppt(0, 1, pptString, (&le{}).str(wide("https://a.example/"))))
	doc := list(0, 2, 256, 4, 257)
	doc.str(string(list(1, 5, 1).b)).str(string(list(2, 3, 900).b)).ppt(15, 0, pptExObjList, links)
	object(1, pptDocument, doc)
	dir.u32(1 | 6<<20)
	for ref := 1; ref <= 6; ref++ {
		dir.u32(at[ref])
	}
	dirAt := len(b.b)
	b.ppt(0, 0, pptPersistDir, &dir)
	edit := len(b.b)
	b.ppt(0, 0, pptUserEdit, (&le{}).u32(0, 0, 0, dirAt, 1, 7, 0))
	user := (&le{}).u16(0, 0x0FF6).u32(20, 20, 0xE391C05F, edit)
	return oleFile(oleEntry{name: "Current User", data: string(user.b)}, oleEntry{name: "PowerPoint Document", data: string(b.b)})
}

// TestPPT promises a presentation's slides in their order, with all that belongs
// to each.
func TestPPT(t *testing.T) {
	t.Parallel()
	want := "[slide 1]A box\nof lines\nThe title\nA cat\n\n[notes of slide 1]Say hello\n\n[comments of slide 1]Jo\nReally?" +
		"\n\n[slide 2]Second\n\n[]https://a.example/\n\n[header]Confidential\n\n[an unnamed file]inside"
	wantText(t, presentation(), "a.txt", "ppt", OK, want)
}

// TestPPT95 promises the text of presentations of PowerPoint 95, and of those
// saved for it and for later versions.
func TestPPT95(t *testing.T) {
	t.Parallel()
	old := oleEntry{name: "PowerPoint Document", data: "\x03\x00\x00\x00\xff\xff\x00\x00\x10\x00\x00\x00"}
	content := oleEntry{name: "Text_Content", data: "Finanzkrise Teil 4\rK\xfcndigung\r"}
	wantText(t, oleFile(old, content), "", "ppt", OK, "Finanzkrise Teil 4\nKündigung")
	user, doc := oleEntry{name: "Current User"}, oleEntry{name: "PowerPoint Document"}
	o, err := openOLE(newReading(newRegistry(), defaultLimits(), &collected{}), presentation())
	if err != nil {
		t.Fatal(err)
	}
	user.data, doc.data = string(o.bytes(user.name)), string(o.bytes(doc.name))
	both := oleFile(old, content, oleEntry{name: "PP97_DUALSTORAGE", in: []oleEntry{user, doc}})
	_, want, _ := readBytes(presentation(), "")
	wantText(t, both, "", "ppt", OK, want)
}

// TestPPTHostile promises an end, and the right state, for presentations that lie
// about themselves.
func TestPPTHostile(t *testing.T) {
	t.Parallel()
	good := presentation()
	change := func(old, with string) []byte { return []byte(strings.Replace(string(good), old, with, 1)) }
	pool := New(Options{Workers: 1})
	t.Cleanup(pool.Close)
	// An edit that follows itself, and containers in containers.
	var loop le
	loop.ppt(0, 0, pptUserEdit, (&le{}).u32(0, 0, 8, 8, 1, 7, 0))
	binary.LittleEndian.PutUint32(loop.b[8+8:], 0)
	deep := strings.Repeat("\x0f\x00\xee\x03\xff\xff\xff\x7f", 1_000_000)
	file := func(s string) []byte {
		user := (&le{}).u16(0, 0x0FF6).u32(20, 20, 0xE391C05F, 0)
		return oleFile(oleEntry{name: "Current User", data: string(user.b)}, oleEntry{name: "PowerPoint Document", data: s})
	}
	for _, c := range []struct {
		name string
		raw  []byte
		want State
	}{
		{"with a password", change("\x5f\xc0\x91\xe3", "\xdf\xc4\xd1\xf3"), Encrypted},
		{"its list is lost", change("\xe8\x03", "\xe8\x04"), Failed},
		{"an edit that follows itself", file(string(loop.b)), Failed},
		{"containers in containers", file(deep), Failed},
	} {
		if res := extractBytes(t, pool, c.raw); res.State != c.want {
			t.Errorf("%s: %s (%s), want %s", c.name, res.State, res.Reason, c.want)
		}
	}
}

// FuzzPPT promises that any bytes can be read.
func FuzzPPT(f *testing.F) {
	f.Add(presentation())
	fuzzReader(f, pptFormat())
}
