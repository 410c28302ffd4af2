package bleve

import "encoding/binary"

// zoneKind is what a stretch of a message's text is, as far as people ask for it.
type zoneKind uint8

// The zones.
const (
	zoneHead     zoneKind = iota // subject, addresses, names of attachments
	zoneBody                     // what the author wrote, signatures
	zoneQuoted                   // what the body quotes
	zoneAttached                 // texts of attachments
)

// zone is a stretch of a text up to where the next one begins.
type zone struct {
	kind  zoneKind
	start uint32 // the position of its first word
}

// enter notes that a word at a position is in a zone.
func (f *wordField) enter(kind zoneKind, position uint32) {
	if n := len(f.zones); n == 0 || f.zones[n-1].kind != kind {
		f.zones = append(f.zones, zone{kind, position})
	}
}

// zonesField tells where the zones of a text begin. It is asked after the words of
// the text were visited.
type zonesField struct {
	fieldBase
	text *wordField
}

// Value is for each zone its kind and how far it begins behind the one before. A text
// that is all head has none.
func (f *zonesField) Value() []byte {
	zones := f.text.zones
	if len(zones) == 1 && zones[0].kind == zoneHead {
		return nil
	}
	var b []byte
	last := uint32(0)
	for _, z := range zones {
		b = append(b, byte(z.kind))
		b = binary.AppendUvarint(b, uint64(z.start-last))
		last = z.start
	}
	return b
}

// zonesOf reads what zonesField wrote; what is damaged is left out.
func zonesOf(b []byte, to []zone) []zone {
	last := uint64(0)
	for len(b) > 1 {
		kind := zoneKind(b[0])
		n, size := binary.Uvarint(b[1:])
		if size <= 0 {
			break
		}
		last += n
		to = append(to, zone{kind, uint32(last)})
		b = b[1+size:]
	}
	return to
}
