package bleve

import (
	"encoding/binary"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"mailquarry/search/engine"
)

// zoneKind is what a stretch of a message's text is, as far as people ask for it.
type zoneKind uint8

// The zones.
const (
	zoneHead     zoneKind = iota // subject, addresses, names of attachments
	zoneBody                     // what the author wrote, signatures
	zoneQuoted                   // what the body quotes
	zoneAttached                 // texts of attachments

	zoneKinds = iota
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

// zoneColumn is where the zones of a segment's documents begin.
type zoneColumn struct {
	ends  []uint32 // by document: where in zones its own end
	zones []zone
	have  [zoneKinds]*roaring.Bitmap // the documents with such a zone; those that are all head are in none
}

// of gives the zones of a document.
func (z *zoneColumn) of(doc uint32) []zone {
	from := uint32(0)
	if doc > 0 {
		from = z.ends[doc-1]
	}
	return z.zones[from:z.ends[doc]]
}

// having gives the documents that have one of some zones.
func (z *zoneColumn) having(zones zoneSet) *roaring.Bitmap {
	var sets []*roaring.Bitmap
	for kind, docs := range z.have {
		if zones&(1<<kind) != 0 {
			sets = append(sets, docs)
		}
	}
	return roaring.FastOr(sets...)
}

// zonesIn reads the zones of a segment, once, when a search first asks for them.
func (c *columns) zonesIn(s segment.Segment) (*zoneColumn, error) {
	c.zoning.Do(func() { c.zonesErr = c.zones.load(s, len(c.ids)) })
	return &c.zones, c.zonesErr
}

func (z *zoneColumn) load(s segment.Segment, docs int) error {
	values, ok := s.(valueSegment)
	if !ok {
		return fmt.Errorf("segment of type %T has no values: %w", s, engine.ErrDamaged)
	}
	for kind := range z.have {
		z.have[kind] = roaring.New()
	}
	z.ends = make([]uint32, 0, docs)
	err := values.EachValue(fieldZones, func(doc uint32, value []byte) error {
		for uint32(len(z.ends)) < doc { // those without
			z.ends = append(z.ends, uint32(len(z.zones)))
		}
		from := len(z.zones)
		z.zones = zonesOf(value, z.zones)
		for _, one := range z.zones[from:] {
			if one.kind < zoneKinds {
				z.have[one.kind].Add(doc)
			}
		}
		z.ends = append(z.ends, uint32(len(z.zones)))
		return nil
	})
	for len(z.ends) < docs {
		z.ends = append(z.ends, uint32(len(z.zones)))
	}
	if err != nil {
		return fmt.Errorf("read %s of documents: %w", fieldZones, err)
	}
	return nil
}
