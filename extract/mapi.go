package extract

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"mailquarry/internal/rfc822"
)

// The MAPI properties that are read, by number ([MS-OXPROPS]).
const (
	mapiSubject        = 0x0037
	mapiSentTime       = 0x0039
	mapiSenderOfOther  = 0x0042 // "sent representing"
	mapiHeaders        = 0x007D
	mapiSender         = 0x0C1A
	mapiSenderAddress  = 0x0C1F
	mapiBcc            = 0x0E02
	mapiCc             = 0x0E03
	mapiTo             = 0x0E04
	mapiReceived       = 0x0E06
	mapiBody           = 0x1000
	mapiRTF            = 0x1009
	mapiHTML           = 0x1013
	mapiDisplayName    = 0x3001
	mapiComment        = 0x3004
	mapiAttachData     = 0x3701
	mapiAttachName     = 0x3704
	mapiAttachMethod   = 0x3705
	mapiAttachLongName = 0x3707
	mapiAttachType     = 0x370E
	mapiSMTP           = 0x39FE
	mapiAddress        = 0x3003
	mapiCodePage       = 0x3FDE
	mapiMessageCP      = 0x3FFD
	mapiSenderSMTP     = 0x5D01
	mapiClass          = 0x001A
	mapiLocale         = 0x3FF1
)

// The types of property values ([MS-OXCDATA] 2.11.1).
const (
	mapiInt32  = 0x0003
	mapiObject = 0x000D
	mapiString = 0x001E // in a code page
	mapiWide   = 0x001F // UTF-16LE
	mapiTime   = 0x0040
	mapiBinary = 0x0102
	mapiMany   = 0x1000 // with one of the others: any number of such values
)

// maxValues bounds how many values of one property are read.
const maxValues = 1000

// mapiValue is a property's value as it is stored. Of several values, more are
// those after the first.
type mapiValue struct {
	typ  uint16
	raw  []byte
	more [][]byte
}

// mapiProps are the properties of a message, an attachment or a recipient, by
// number, or by named for those that have a number in this file only.
type mapiProps map[uint32]mapiValue

// add takes one of the values of a property that may have many.
func (p mapiProps) add(id uint32, typ uint16, raw []byte) {
	v, had := p[id]
	switch {
	case !had:
		v = mapiValue{typ: typ, raw: raw}
	case v.typ == typ && len(v.more) < maxValues:
		v.more = append(v.more, raw)
	}
	p[id] = v
}

func (p mapiProps) number(id uint32) int {
	if v := p[id]; len(v.raw) >= 4 {
		return int(binary.LittleEndian.Uint32(v.raw))
	}
	return 0
}

func (p mapiProps) text(id uint32, charset string) string {
	return mapiText(p[id].typ, p[id].raw, charset)
}

func mapiText(typ uint16, raw []byte, charset string) string {
	switch typ {
	case mapiWide:
		return strings.TrimRight(utf16LE(raw), "\x00")
	case mapiString:
		return strings.TrimRight(rfc822.Text(raw, charset), "\x00")
	}
	return ""
}

func utf16LE(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// time gives when a property says in the form of a mail's date.
func (p mapiProps) time(id uint32) string {
	if t, ok := p.instant(id); ok {
		return t.Format(time.RFC1123Z)
	}
	return ""
}

// instant reads a FILETIME: 100 ns since 1601.
func (p mapiProps) instant(id uint32) (time.Time, bool) {
	v := p[id]
	if v.typ != mapiTime || len(v.raw) < 8 {
		return time.Time{}, false
	}
	const since1601, year4501 = 11644473600, 0x0CB34557A3DD4000
	n := binary.LittleEndian.Uint64(v.raw)
	if n == 0 || n >= year4501 { // there is none
		return time.Time{}, false
	}
	return time.Unix(int64(n/1e7)-since1601, 0).UTC(), true
}

// head writes what stands above a message's text. Recipients are given when
// they were kept one by one.
func (r *reading) head(p mapiProps, recipients []string) error {
	cs := p.charset()
	from := p.text(mapiSender, cs)
	address := p.text(mapiSenderSMTP, cs)
	if address == "" {
		if address = p.text(mapiSenderAddress, cs); !strings.Contains(address, "@") {
			address = ""
		}
	}
	other := p.text(mapiSenderOfOther, cs)
	if other == from {
		other = ""
	}
	date := p.time(mapiSentTime)
	if date == "" {
		date = p.time(mapiReceived)
	}
	lines := []string{p.text(mapiSubject, cs), person(from, address), other}
	if len(recipients) == 0 {
		lines = append(lines, p.text(mapiTo, cs), p.text(mapiCc, cs), p.text(mapiBcc, cs))
	}
	for _, s := range append(append(lines, recipients...), date) {
		if err := r.line(strings.Join(strings.Fields(s), " ")); err != nil {
			return err
		}
	}
	return r.item(p, cs, len(recipients) > 0)
}

// body writes a message's text: as plain text if it has one, with the links that
// only its other forms tell, else of its HTML or RTF.
func (r *reading) body(p mapiProps, d document) error {
	cs := p.charset()
	plain, html, rtf := p.text(mapiBody, cs), p[mapiHTML], p[mapiRTF]
	switch {
	case strings.TrimSpace(plain) != "":
		return r.plainBody(plain, p)
	case len(html.raw) > 0:
		return r.block(htmlText(p.html(), r.limits.Text).text)
	case len(rtf.raw) > 0:
		src, err := unpackRTF(rtf.raw)
		if err != nil {
			r.fault(outcome{Failed, "its text is damaged"})
			break
		}
		if r.inflated += int64(len(src)); r.inflated > r.limits.Inflated {
			return r.stop("unpacked bytes")
		}
		return r.child(Step{Kind: Message}, document{name: "body.rtf", contentType: "application/rtf", raw: src, depth: d.depth})
	}
	return nil
}

// attachedName is the name of an attachment.
func (p mapiProps) attachedName(charset string) string {
	for _, id := range []uint32{mapiAttachLongName, mapiAttachName, mapiDisplayName} {
		if s := p.text(id, charset); s != "" {
			return s
		}
	}
	return ""
}

// trimmed tells whether bytes are all zero: a name that was only reserved.
func trimmed(b []byte) []byte { return bytes.TrimRight(b, "\x00") }

// sorted keeps the storages of one kind in the order of their numbers.
func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return names
}
