package extract

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// msgFormat reads what Outlook saves a message to ([MS-OXMSG]).
func msgFormat() format {
	return format{
		name: "msg", version: 2, extensions: []string{"msg", "oft"}, media: []string{"application/vnd.ms-outlook"},
		is: func(p *probe) bool { return p.oleHas("__properties_version1.0") }, read: readMSG,
	}
}

// The bytes before the first property in a property stream, by where it lies.
const (
	msgTopHeader   = 32
	msgInnerHeader = 24
	msgOtherHeader = 8
)

func readMSG(r *reading, d document) error {
	o, err := openOLE(r, d.raw)
	if err != nil {
		return err
	}
	m := msgReader{reading: r, o: o, d: d, names: msgNames(o)}
	return m.message("", msgTopHeader, 0)
}

type msgReader struct {
	*reading
	o     *ole
	d     document
	names map[uint16]uint32 // what the numbers of named properties stand for here
}

// message reads the message in a storage; the outermost has the path "".
func (m *msgReader) message(dir string, header, depth int) error {
	p := m.props(dir, header)
	var recipients, attached []string
	for _, name := range sorted(m.o.dirs[dir]) {
		switch base := name[strings.LastIndexByte(name, '/')+1:]; {
		case strings.HasPrefix(base, "__recip_version1.0_"):
			recipients = append(recipients, name)
		case strings.HasPrefix(base, "__attach_version1.0_"):
			attached = append(attached, name)
		}
	}
	people := make([]string, 0, len(recipients))
	for _, dir := range recipients {
		if err := m.member(); err != nil {
			return err
		}
		who := m.props(dir, msgOtherHeader)
		address := who.text(mapiSMTP, p.charset())
		if address == "" {
			if address = who.text(mapiAddress, p.charset()); !strings.Contains(address, "@") {
				address = ""
			}
		}
		people = append(people, person(who.text(mapiDisplayName, p.charset()), address))
	}
	if err := m.head(p, people); err != nil {
		return err
	}
	if err := m.body(p, m.d); err != nil {
		return err
	}
	for _, dir := range attached {
		if err := m.attachment(dir, p.charset(), depth); err != nil {
			return err
		}
	}
	return nil
}

func (m *msgReader) attachment(dir, charset string, depth int) error {
	p := m.props(dir, msgOtherHeader)
	inner := dir + "/__substg1.0_3701000d"
	if m.o.has(inner + "/__properties_version1.0") {
		if err := m.member(); err != nil {
			return err
		}
		if m.d.depth+depth >= m.limits.Depth {
			m.fault(outcome{TooLarge, "nested too deep"})
			return nil
		}
		subject := m.props(inner, msgInnerHeader).text(mapiSubject, charset)
		return m.at(Step{Kind: Message, Name: subject}, func() error {
			if err := m.block(p.attachedName(charset)); err != nil {
				return err
			}
			return m.message(inner, msgInnerHeader, depth+1)
		})
	}
	name := p.attachedName(charset)
	return readAttached(m.reading, m.d, name, p.text(mapiAttachType, charset), p[mapiAttachData].raw)
}

// props reads a storage's properties: the small ones stand in one stream, each of
// the others in a stream named after its number and type.
func (m *msgReader) props(dir string, header int) mapiProps {
	prefix := dir
	if prefix != "" {
		prefix += "/"
	}
	p := mapiProps{}
	b := m.o.bytes(prefix + "__properties_version1.0")
	if len(b) > header {
		for b = b[header:]; len(b) >= 16; b = b[16:] {
			tag := binary.LittleEndian.Uint32(b)
			if id, ok := m.named(tag); ok && tag&mapiMany == 0 {
				p[id] = mapiValue{typ: uint16(tag), raw: b[8:16]}
			}
		}
	}
	for _, name := range sorted(m.o.dirs[dir]) {
		hex, ok := strings.CutPrefix(name[len(prefix):], "__substg1.0_")
		hex, _, isOne := strings.Cut(hex, "-") // one of many values
		if !ok || len(hex) != 8 {
			continue
		}
		tag, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || tag&0xFFFF == mapiObject || isOne != (tag&mapiMany != 0) {
			continue
		}
		id, ok := m.named(uint32(tag))
		switch {
		case !ok:
		case isOne:
			p.add(id, uint16(tag)&^mapiMany, m.o.bytes(name))
		default:
			p[id] = mapiValue{typ: uint16(tag), raw: m.o.bytes(name)}
		}
	}
	return p
}

// named gives by what a property goes in mapiProps.
func (m *msgReader) named(tag uint32) (uint32, bool) {
	const firstNamed = 0x8000
	id := tag >> 16
	if id < firstNamed {
		return id, true
	}
	id, ok := m.names[uint16(id)]
	return id, ok
}

// msgNames reads which properties the numbers from 0x8000 on stand for in a file
// ([MS-OXMSG] 2.2.3).
func msgNames(o *ole) map[uint16]uint32 {
	const dir, firstNamed, most = "__nameid_version1.0/__substg1.0_", 0x8000, 0x7FFF
	sets, entries, texts := blob(o.bytes(dir+"00020102")), blob(o.bytes(dir+"00030102")), blob(o.bytes(dir+"00040102"))
	names := map[uint16]uint32{}
	for n := 0; len(entries) >= 8 && n < most; n++ {
		kind, at := entries.u16(4), entries.u16(6)
		var id uint32
		var ok bool
		switch set := kind >> 1; {
		case kind&1 != 0:
			text := entries.u32(0)
			id, ok = mapiNamedByText(utf16LE(texts.sub(text+4, texts.u32(text))))
		case set >= 3: // those before are not listed
			id, ok = mapiNamed(sets.sub(16*(set-3), 16), entries.u32(0))
		}
		if ok && at < firstNamed {
			names[uint16(firstNamed+at)] = id
		}
		entries = entries.from(8)
	}
	return names
}
