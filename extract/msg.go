package extract

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// msgFormat reads what Outlook saves a message to ([MS-OXMSG]).
func msgFormat() format {
	return format{
		name: "msg", version: 1, extensions: []string{"msg", "oft"}, media: []string{"application/vnd.ms-outlook"},
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
	m := msgReader{reading: r, o: o, d: d}
	return m.message("", msgTopHeader, 0)
}

type msgReader struct {
	*reading
	o *ole
	d document
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
			p[uint16(tag>>16)] = mapiValue{uint16(tag), b[8:16]}
		}
	}
	for _, name := range m.o.dirs[dir] {
		hex, ok := strings.CutPrefix(name[len(prefix):], "__substg1.0_")
		if !ok || len(hex) != 8 {
			continue
		}
		tag, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || tag&0xFFFF == mapiObject {
			continue
		}
		p[uint16(tag>>16)] = mapiValue{uint16(tag), m.o.bytes(name)}
	}
	return p
}
