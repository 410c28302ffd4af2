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
)

// The types of property values ([MS-OXCDATA] 2.11.1).
const (
	mapiInt32  = 0x0003
	mapiObject = 0x000D
	mapiString = 0x001E // in a code page
	mapiWide   = 0x001F // UTF-16LE
	mapiTime   = 0x0040
	mapiBinary = 0x0102
)

// mapiValue is a property's value as it is stored.
type mapiValue struct {
	typ uint16
	raw []byte
}

// mapiProps are the properties of a message, an attachment or a recipient.
type mapiProps map[uint16]mapiValue

func (p mapiProps) number(id uint16) int {
	if v := p[id]; len(v.raw) >= 4 {
		return int(binary.LittleEndian.Uint32(v.raw))
	}
	return 0
}

// charset is the name of the code page of a message's strings.
func (p mapiProps) charset() string {
	for _, id := range []uint16{mapiMessageCP, mapiCodePage} {
		if n := p.number(id); n > 0 {
			return codePage(n)
		}
	}
	return ""
}

func codePage(n int) string {
	switch n {
	case 65001:
		return "utf-8"
	case 20127:
		return "us-ascii"
	case 28591, 28592, 28593, 28594, 28595, 28596, 28597, 28598, 28599, 28605:
		return "iso-8859-" + itoa(n-28590)
	case 20866:
		return "koi8-r"
	case 21866:
		return "koi8-u"
	case 932, 50220, 50221, 50222:
		if n == 932 {
			return "shift_jis"
		}
		return "iso-2022-jp"
	case 936:
		return "gbk"
	case 949:
		return "euc-kr"
	case 950:
		return "big5"
	case 51932:
		return "euc-jp"
	case 54936:
		return "gb18030"
	}
	if n >= 1250 && n <= 1258 || n == 874 {
		return "windows-" + itoa(n)
	}
	return ""
}

func (p mapiProps) text(id uint16, charset string) string {
	v, ok := p[id]
	if !ok {
		return ""
	}
	switch v.typ {
	case mapiWide:
		return strings.TrimRight(utf16LE(v.raw), "\x00")
	case mapiString:
		return strings.TrimRight(rfc822.Text(v.raw, charset), "\x00")
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

// time reads a FILETIME: 100 ns since 1601.
func (p mapiProps) time(id uint16) string {
	v := p[id]
	if v.typ != mapiTime || len(v.raw) < 8 {
		return ""
	}
	const since1601 = 11644473600
	n := binary.LittleEndian.Uint64(v.raw)
	if n == 0 || n>>62 != 0 {
		return ""
	}
	return time.Unix(int64(n/1e7)-since1601, 0).UTC().Format(time.RFC1123Z)
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
	return nil
}

// body writes a message's text: as plain text if it has one, else of its HTML or
// RTF.
func (r *reading) body(p mapiProps, d document) error {
	cs := p.charset()
	plain, html, rtf := p.text(mapiBody, cs), p[mapiHTML], p[mapiRTF]
	switch {
	case strings.TrimSpace(plain) != "":
		return r.block(plain)
	case len(html.raw) > 0:
		src := p.text(mapiHTML, cs)
		if src == "" {
			src = htmlSource(html.raw, "text/html; charset="+cs)
		}
		return r.block(htmlText(src, r.limits.Text).text)
	case len(rtf.raw) > 0:
		src, err := unpackRTF(rtf.raw)
		if err != nil {
			r.fault(outcome{Failed, "its text is damaged"})
			return nil
		}
		if r.inflated += int64(len(src)); r.inflated > r.limits.Inflated {
			return r.stop("unpacked bytes")
		}
		return r.child(Step{Kind: Message}, document{name: "body.rtf", contentType: "application/rtf", raw: src, depth: d.depth})
	}
	return nil
}

// rtfPrefix is what the dictionary of compressed RTF holds to begin with
// ([MS-OXRTFCP] 2.1.2.1).
const rtfPrefix = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor ` +
	`MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// unpackRTF undoes the compression of RTF in messages ([MS-OXRTFCP]).
func unpackRTF(b []byte) ([]byte, error) {
	const header, window, packedKind, plainKind = 16, 4096, 0x75465A4C, 0x414C454D
	if len(b) < header {
		return nil, failed("damaged")
	}
	size := int(binary.LittleEndian.Uint32(b[4:]))
	kind := binary.LittleEndian.Uint32(b[8:])
	b = b[header:]
	switch {
	case kind == plainKind:
		return b[:min(len(b), size)], nil
	case kind != packedKind:
		return nil, failed("damaged")
	}
	var dict [window]byte
	at := copy(dict[:], rtfPrefix)
	// A byte of input makes at most 17 of output.
	out := make([]byte, 0, min(size, 9*len(b)))
	put := func(c byte) {
		out = append(out, c)
		dict[at] = c
		at = (at + 1) % window
	}
	for len(b) > 0 && len(out) < maxUnpacked {
		control := b[0]
		b = b[1:]
		for bit := range 8 {
			if control>>bit&1 == 0 {
				if len(b) == 0 {
					return out, nil
				}
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out, nil
			}
			ref := binary.BigEndian.Uint16(b)
			b = b[2:]
			from := int(ref >> 4)
			if from == at {
				return out, nil
			}
			for i := range int(ref&15) + 2 {
				put(dict[(from+i)%window])
			}
		}
	}
	return out, nil
}

// attachedName is the name of an attachment.
func (p mapiProps) attachedName(charset string) string {
	for _, id := range []uint16{mapiAttachLongName, mapiAttachName, mapiDisplayName} {
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
