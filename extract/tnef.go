package extract

import (
	"encoding/binary"
	"strings"

	"mailquarry/internal/rfc822"
)

// tnefFormat reads winmail.dat, in which Exchange wraps what a message has beyond
// its text ([MS-OXTNEF]).
func tnefFormat() format {
	return format{
		name: "tnef", version: 2, extensions: []string{"tnef"}, media: []string{"application/vnd.ms-tnef", "application/ms-tnef"},
		is: func(p *probe) bool { return p.begins("\x78\x9f\x3e\x22") }, read: readTNEF,
	}
}

// The attributes of a TNEF stream that are read.
const (
	tnefSubject     = 0x00018004
	tnefBody        = 0x0002800C
	tnefAttachData  = 0x0006800F
	tnefAttachTitle = 0x00018010
	tnefAttachStart = 0x00069002
	tnefMessage     = 0x00069003
	tnefAttachProps = 0x00069005
	tnefCodePage    = 0x00069007
)

func readTNEF(r *reading, d document) error {
	t := tnefReader{reading: r, d: d}
	b := d.raw[min(len(d.raw), 6):] // signature and key
	for len(b) >= 9 {
		id, size := binary.LittleEndian.Uint32(b[1:]), int64(binary.LittleEndian.Uint32(b[5:]))
		b = b[9:]
		if size > int64(len(b)) {
			t.broken = true
			size = int64(len(b))
		}
		if err := t.attribute(id, b[:size]); err != nil {
			return err
		}
		b = b[min(int64(len(b)), size+2):] // a checksum follows
	}
	if err := t.flush(); err != nil {
		return err
	}
	if err := t.finishMessage(); err != nil {
		return err
	}
	if t.broken {
		return &outcome{Partial, "damaged: it ends too soon"}
	}
	return nil
}

type tnefReader struct {
	*reading
	d        document
	page     []byte // the code page of strings, as it is stored
	charset  string
	subject  string
	plain    string
	props    mapiProps
	attached *tnefAttachment
	headed   bool
	broken   bool
}

type tnefAttachment struct {
	title string
	data  []byte
	props mapiProps
}

func (t *tnefReader) attribute(id uint32, b []byte) error {
	switch id {
	case tnefCodePage:
		if len(b) >= 4 {
			t.page, t.charset = b[:4], codePage(int(binary.LittleEndian.Uint32(b)))
		}
	case tnefSubject:
		t.subject = t.decoded(b)
	case tnefBody:
		t.plain = t.decoded(b)
	case tnefMessage:
		t.props = readMAPI(b)
	case tnefAttachStart:
		if err := t.finishMessage(); err != nil {
			return err
		}
		if err := t.flush(); err != nil {
			return err
		}
		t.attached = &tnefAttachment{}
	case tnefAttachTitle:
		if t.attached != nil {
			t.attached.title = t.decoded(b)
		}
	case tnefAttachData:
		if t.attached != nil {
			t.attached.data = b
		}
	case tnefAttachProps:
		if t.attached != nil {
			t.attached.props = readMAPI(b)
		}
	}
	return nil
}

func (t *tnefReader) decoded(b []byte) string { return rfc822.Text(trimmed(b), t.charset) }

// finishMessage writes the message itself, before its attachments.
func (t *tnefReader) finishMessage() error {
	if t.headed {
		return nil
	}
	t.headed = true
	if t.props == nil {
		t.props = mapiProps{}
	}
	if _, ok := t.props[mapiMessageCP]; !ok && t.page != nil {
		t.props[mapiMessageCP] = mapiValue{typ: mapiInt32, raw: t.page}
	}
	if t.props.text(mapiSubject, t.charset) == "" {
		if err := t.line(t.subject); err != nil {
			return err
		}
	}
	if err := t.head(t.props, nil); err != nil {
		return err
	}
	if strings.TrimSpace(t.plain) != "" {
		return t.plainBody(t.plain, t.props)
	}
	return t.body(t.props, t.d)
}

// flush reads the attachment whose attributes are complete.
func (t *tnefReader) flush() error {
	a := t.attached
	t.attached = nil
	if a == nil {
		return nil
	}
	name := a.props.attachedName(t.charset)
	if name == "" {
		name = a.title
	}
	data, contentType := a.data, a.props.text(mapiAttachType, t.charset)
	if v := a.props[mapiAttachData]; len(v.raw) > 0 {
		data = v.raw
	}
	const guid = 16
	if v := a.props[mapiAttachData]; v.typ == mapiObject && len(v.raw) > guid {
		// An embedded message: TNEF again, after the interface's identifier.
		return t.child(Step{Kind: Message, Name: name}, document{name: "message.tnef", raw: v.raw[guid:], depth: t.d.depth})
	}
	return readAttached(t.reading, t.d, name, contentType, data)
}

// readMAPI reads a list of properties ([MS-OXTNEF] 2.1.3.4). What does not make
// sense ends it.
func readMAPI(b []byte) mapiProps {
	p := mapiProps{}
	next := func(n int) []byte {
		if n < 0 || n > len(b) {
			b = nil
			return nil
		}
		v := b[:n]
		b = b[n:]
		return v
	}
	number := func() int {
		if v := next(4); v != nil {
			return int(binary.LittleEndian.Uint32(v))
		}
		return 0
	}
	for left := number(); left > 0 && len(b) >= 4; left-- {
		typ, id := binary.LittleEndian.Uint16(b), uint32(binary.LittleEndian.Uint16(b[2:]))
		b = b[4:]
		wanted := true
		if id >= 0x8000 { // named: a GUID, then a number or a name
			set := next(16)
			if kind := number(); kind == 0 {
				id, wanted = mapiNamed(set, number())
			} else {
				n := min(len(b), max(0, number()))
				id, wanted = mapiNamedByText(strings.TrimRight(utf16LE(next(n)), "\x00"))
				next(min(len(b), -n&3))
			}
		}
		base := typ &^ mapiMany
		fixed := map[uint16]int{0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8, 0x0040: 8, 0x0048: 16}
		size, known := fixed[base]
		variable := base == mapiString || base == mapiWide || base == mapiBinary || base == mapiObject
		switch {
		case known && typ&mapiMany == 0:
			if v := next(size); wanted {
				p[id] = mapiValue{typ: base, raw: v}
			}
		case known:
			next(min(len(b), max(0, number())*size))
		case variable:
			for count := number(); count > 0 && len(b) >= 4; count-- {
				n := number()
				v := next(min(len(b), max(0, n)))
				next(min(len(b), -n&3))
				if wanted {
					p.add(id, base, v)
				}
			}
		default:
			return p
		}
	}
	return p
}
