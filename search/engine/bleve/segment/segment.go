package segment

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	mmap "github.com/blevesearch/mmap-go"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// magic begins a file, footerSize is the number of bytes behind everything else:
// where the table of fields begins and its size (8 bytes each), the number of
// documents, the version and the checksum (4 each).
const (
	magic      = "MQSEGMT\n"
	footerSize = 8 + 8 + 4 + 4 + 4
	fieldID    = "_id"
)

// What a field keeps.
const (
	keepsFreqs = 1 << iota
	keepsPositions
	keepsValues
	keepsLengths
	keepsAll = 1<<iota - 1
)

// field is a field of a segment.
type field struct {
	name             string
	flags            uint64
	count            uint64 // documents of the segment
	terms            uint64
	freqs, positions bool
	postings         []byte
	blocks, starts   []byte // of the dictionary
	lengths          []byte // by document, one byte each; empty where not kept
	values           column
}

// data gives the bytes of a term's postings.
func (f *field) data(s span) ([]byte, error) { return s.of(f.postings) }

// Segment is an immutable part of an index. It may be used by several goroutines.
type Segment struct {
	counters
	bytes  []byte
	mapped mmap.MMap
	count  uint64
	fields []*field
	byName map[string]*field
	refs   atomic.Int64
}

// open reads a segment's tables of contents.
func openBytes(b []byte) (*Segment, error) {
	if len(b) < len(magic)+footerSize || string(b[:len(magic)]) != magic {
		return nil, damaged("it is no segment of this kind")
	}
	foot := b[len(b)-footerSize:]
	table := span{binary.BigEndian.Uint64(foot), binary.BigEndian.Uint64(foot[8:])}
	if v := binary.BigEndian.Uint32(foot[20:]); v != version {
		return nil, fmt.Errorf("it has version %d, not %d: %w", v, version, ErrDamaged)
	}
	s := &Segment{bytes: b, count: uint64(binary.BigEndian.Uint32(foot[16:])), byName: map[string]*field{}}
	s.refs.Store(1)
	raw, err := table.of(b[:len(b)-footerSize])
	if err != nil {
		return nil, err
	}
	r := reader{b: raw}
	for range r.uvarint() {
		f, err := s.field(&r)
		if err != nil {
			return nil, err
		}
		s.fields = append(s.fields, f)
		s.byName[f.name] = f
	}
	if r.bad || len(r.b) > 0 {
		return nil, damaged("the table of fields is cut")
	}
	return s, nil
}

// field reads an entry of the table.
func (s *Segment) field(r *reader) (*field, error) {
	f := &field{name: string(r.take(r.uvarint())), count: s.count}
	f.flags, f.terms = r.uvarint(), r.uvarint()
	f.freqs, f.positions = f.flags&keepsFreqs != 0, f.flags&keepsPositions != 0
	spans := [...]span{r.span(), r.span(), r.span(), r.span(), r.span(), r.span()}
	if r.bad {
		return nil, damaged("the table of fields is cut")
	}
	var parts [len(spans)][]byte
	for i, sp := range spans {
		var err error
		if parts[i], err = sp.of(s.bytes); err != nil {
			return nil, err
		}
	}
	f.postings, f.blocks, f.starts, f.lengths = parts[0], parts[1], parts[2], parts[3]
	f.values = column{starts: parts[4], data: parts[5], n: s.count}
	blocks := (f.terms + blockTerms - 1) / blockTerms
	switch {
	case f.flags > keepsAll || f.terms > uint64(len(f.blocks)) || uint64(len(f.starts)) != 4*blocks:
		return nil, damaged("a field has an impossible dictionary")
	case f.flags&keepsLengths != 0 && uint64(len(f.lengths)) != s.count:
		return nil, damaged("a field has lengths of other documents")
	case f.flags&keepsValues != 0 && !f.values.fits():
		return nil, damaged("a field has values of other documents")
	}
	return f, nil
}

// Dictionary gives the terms of a field, none for one that it does not have.
func (s *Segment) Dictionary(name string) (api.TermDictionary, error) {
	return dictionary{s.byName[name]}, nil
}

// Count is the number of documents, deleted ones among them.
func (s *Segment) Count() uint64 { return s.count }

// Fields lists the fields, the id's first.
func (s *Segment) Fields() []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	return names
}

// DocID gives a document's id.
func (s *Segment) DocID(doc uint64) ([]byte, error) {
	f := s.byName[fieldID]
	if f == nil || f.flags&keepsValues == 0 || doc >= s.count {
		return nil, nil
	}
	var id []byte
	err := f.values.visit(doc, func(v []byte) { id = v })
	return id, err
}

// DocNumbers gives the documents with the given ids.
func (s *Segment) DocNumbers(ids []string) (*roaring.Bitmap, error) {
	found := roaring.New()
	f := s.byName[fieldID]
	if f == nil {
		return found, nil
	}
	t := terms{f: f}
	// While an index is built most batches have ids that lie behind all of a segment's:
	// to sort them for each segment costs more than what else is done here.
	if len(ids) > 0 && (!t.seek([]byte(slices.Min(ids))) || string(t.term) > slices.Max(ids)) {
		return found, t.err
	}
	t = terms{f: f}
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if !t.seek([]byte(id)) {
			if t.err != nil {
				return nil, t.err
			}
			break // all that follow are behind the last one, too
		}
		if string(t.term) != id {
			continue
		}
		p, err := t.postings()
		if err != nil {
			return nil, err
		}
		var buf [chunk]uint32
		if p.set == nil {
			found.AddMany(p.short(buf[:0]))
		} else {
			found.Or(p.set)
		}
	}
	return found, nil
}

// VisitStoredFields gives the one stored field that there is, the id.
func (s *Segment) VisitStoredFields(doc uint64, visit api.StoredFieldValueVisitor) error {
	id, err := s.DocID(doc)
	if err == nil && id != nil {
		visit(fieldID, 't', id, nil)
	}
	return err
}

// VisitDocValues gives the values of a document in some fields.
func (s *Segment) VisitDocValues(doc uint64, fields []string, visit index.DocValueVisitor, state api.DocVisitState) (api.DocVisitState, error) {
	for _, name := range fields {
		f := s.byName[name]
		if f == nil || f.flags&keepsValues == 0 {
			continue
		}
		if err := f.values.visit(doc, func(v []byte) { visit(name, v) }); err != nil {
			return state, err
		}
	}
	return state, nil
}

// VisitableDocValueFields lists the fields with values.
func (s *Segment) VisitableDocValueFields() ([]string, error) {
	var names []string
	for _, f := range s.fields {
		if f.flags&keepsValues != 0 && f.name != fieldID {
			names = append(names, f.name)
		}
	}
	return names, nil
}

// Size is about how much memory the segment takes beside its file.
func (s *Segment) Size() int {
	n := 200 + 300*len(s.fields)
	if s.mapped == nil {
		n += len(s.bytes)
	}
	return n
}

// AddRef and DecRef count who uses the segment.
func (s *Segment) AddRef() { s.refs.Add(1) }

// DecRef closes the segment when nobody uses it any more.
func (s *Segment) DecRef() error {
	if s.refs.Add(-1) > 0 || s.mapped == nil {
		return nil
	}
	s.bytes = nil
	return s.mapped.Unmap()
}

// Close gives up a use.
func (s *Segment) Close() error { return s.DecRef() }

// Lengths gives a field's length by document, nil where they are not kept.
func (s *Segment) Lengths(field string) []byte {
	if f := s.byName[field]; f != nil {
		return f.lengths
	}
	return nil
}

// EachValue calls f for the first value of each document that has one in a field, in
// the documents' order. The value is valid until the next call.
func (s *Segment) EachValue(field string, f func(doc uint32, value []byte) error) error {
	in := s.byName[field]
	if in == nil || in.flags&keepsValues == 0 {
		return nil
	}
	var fault error
	err := in.values.walk(func(doc uint64, values []byte) {
		r := reader{b: values}
		if fault != nil || r.uvarint() == 0 {
			return
		}
		if v := r.take(r.uvarint()); !r.bad {
			fault = f(uint32(doc), v)
		}
	})
	if err != nil {
		return err
	}
	return fault
}
