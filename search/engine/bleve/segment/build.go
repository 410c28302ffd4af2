package segment

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"

	index "github.com/blevesearch/bleve_index_api"
)

// TokenField is a field that gives its words one after the other, rather than
// gathered in a map.
type TokenField interface {
	index.Field
	// VisitTokens calls f for each word with its position, which never gets
	// smaller, and its weight. Length is asked for after that.
	VisitTokens(f func(term string, position, weight uint32))
	// Frequency is what is written as a term's frequency in a document in which
	// its words weigh so much together. Up to 15 takes the least room.
	Frequency(weight uint32) uint32
}

// builder gathers the fields of documents.
type builder struct {
	fields []*fieldBuilder
	byName map[string]*fieldBuilder
	room   *room
	docs   int
	err    error
}

// token is a term at a place.
type token struct{ term, doc, pos, weight uint32 }

// fieldBuilder gathers a field of all documents.
type fieldBuilder struct {
	name      string
	options   index.FieldIndexingOptions
	positions bool // some document has them
	vocab     vocabulary
	tokens    []token
	lengths   []byte
	values    [][][]byte // by document
	frequency func(weight uint32) uint32
}

// room is memory in which segments are built, one after the other.
type room struct {
	tokens map[string][]token // by field
	sorter sorter
}

func newRoom() *room { return &room{tokens: map[string][]token{}} }

// build makes a segment's bytes of documents.
func build(docs []index.Document, r *room) ([]byte, error) {
	b := &builder{byName: map[string]*fieldBuilder{}, room: r}
	// In the order of their ids, which are numbers that grow: what was written
	// at about the same time lies together.
	docs = slices.Clone(docs)
	slices.SortFunc(docs, func(x, y index.Document) int {
		return cmp.Or(cmp.Compare(len(x.ID()), len(y.ID())), cmp.Compare(x.ID(), y.ID()))
	})
	b.field(fieldID, index.IndexField|index.StoreField)
	for _, d := range docs {
		if _, nested := d.(index.NestedDocument); nested && hasNested(d) {
			return nil, fmt.Errorf("document %s holds others: this segment keeps none", d.ID())
		}
		d.VisitFields(func(f index.Field) { b.add(f) })
		if d.HasComposite() {
			d.VisitComposite(func(f index.CompositeField) { b.add(f) })
		}
		b.docs++
	}
	if b.err != nil {
		return nil, b.err
	}
	var out bytes.Buffer
	w := newWriter(&out)
	slices.SortFunc(b.fields[1:], func(x, y *fieldBuilder) int { return cmp.Compare(x.name, y.name) })
	for _, f := range b.fields {
		f.write(w, b.docs, &r.sorter)
		r.tokens[f.name] = f.tokens[:0]
	}
	if err := w.finish(uint64(b.docs)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func hasNested(d index.Document) bool {
	found := false
	if n, ok := d.(index.NestedDocument); ok {
		n.VisitNestedDocuments(func(index.Document) { found = true })
	}
	return found
}

func (b *builder) field(name string, o index.FieldIndexingOptions) *fieldBuilder {
	f := b.byName[name]
	if f == nil {
		f = &fieldBuilder{name: name, options: o, vocab: newVocabulary(), tokens: b.room.tokens[name]}
		b.byName[name] = f
		b.fields = append(b.fields, f)
	}
	return f
}

// add takes a document's field in. A document may have several of one name.
func (b *builder) add(in index.Field) {
	o := in.Options()
	if o.IsStored() && in.Name() != fieldID && b.err == nil {
		b.err = fmt.Errorf("field %s is to be stored: this segment stores the id alone", in.Name())
	}
	f := b.field(in.Name(), o)
	doc := uint32(b.docs)
	if o.IsIndexed() {
		f.take(in, doc)
	}
	if f.name == fieldID {
		f.value(doc, in.Value())
	} else if v := in.Value(); !o.IsIndexed() && o.IncludeDocValues() && len(v) > 0 {
		f.value(doc, v)
	}
}

func (f *fieldBuilder) take(in index.Field, doc uint32) {
	first := len(f.tokens)
	if t, ok := in.(TokenField); ok {
		f.positions = f.positions || in.Options().IncludeTermVectors()
		f.frequency = t.Frequency
		t.VisitTokens(func(term string, pos, weight uint32) {
			f.tokens = append(f.tokens, token{f.vocab.number(term), doc, pos, weight})
		})
	} else {
		f.gathered(in, doc)
	}
	if !in.Options().SkipFreqNorm() {
		for len(f.lengths) <= int(doc) {
			f.lengths = append(f.lengths, 0)
		}
		f.lengths[doc] = byte(min(int(f.lengths[doc])+in.AnalyzedLength(), 255))
	}
	if in.Options().IncludeDocValues() && f.name != fieldID {
		for _, t := range f.tokens[first:] {
			f.value(doc, f.vocab.term(t.term))
		}
	}
}

// gathered takes a field in whose words are in a map.
func (f *fieldBuilder) gathered(in index.Field, doc uint32) {
	once := in.Options().SkipFreqNorm()
	for term, tf := range in.AnalyzedTokenFrequencies() {
		n := f.vocab.number(term)
		f.positions = f.positions || len(tf.Locations) > 0
		for _, l := range tf.Locations {
			f.tokens = append(f.tokens, token{n, doc, uint32(max(l.Position, 0)), 1})
			if once {
				break
			}
		}
		for i := len(tf.Locations); i < max(tf.Frequency(), 1) && (!once || i == 0); i++ {
			f.tokens = append(f.tokens, token{n, doc, 0, 1})
		}
	}
}

// value adds a value of a document, each once.
func (f *fieldBuilder) value(doc uint32, v []byte) {
	for len(f.values) <= int(doc) {
		f.values = append(f.values, nil)
	}
	if !slices.ContainsFunc(f.values[doc], func(w []byte) bool { return bytes.Equal(v, w) }) {
		f.values[doc] = append(f.values[doc], bytes.Clone(v))
	}
}

func (f *fieldBuilder) flags() uint64 {
	var flags uint64
	if !f.options.SkipFreqNorm() && f.name != fieldID {
		flags |= keepsFreqs | keepsLengths
		if f.positions {
			flags |= keepsPositions
		}
	}
	if f.options.IncludeDocValues() || f.name == fieldID {
		flags |= keepsValues
	}
	return flags
}

// place is where a term stands.
type place struct{ doc, pos, weight uint32 }

// sorter sorts tokens by term, keeping their order otherwise. Its room serves one
// field after the other.
type sorter struct {
	starts []uint32 // by term
	places []place
}

func (s *sorter) sort(f *fieldBuilder) {
	s.starts = slices.Grow(s.starts[:0], len(f.vocab.ends)+1)[:len(f.vocab.ends)+1]
	clear(s.starts)
	s.places = slices.Grow(s.places[:0], len(f.tokens))[:len(f.tokens)]
	for _, t := range f.tokens {
		s.starts[t.term+1]++
	}
	for i := 1; i < len(s.starts); i++ {
		s.starts[i] += s.starts[i-1]
	}
	// While tokens are put in place, a start is where the term's next one goes;
	// in the end it is the term's end, which is the next one's start.
	for _, t := range f.tokens {
		s.places[s.starts[t.term]] = place{t.doc, t.pos, t.weight}
		s.starts[t.term]++
	}
}

// of gives the places of a term.
func (s *sorter) of(term uint32) []place {
	start := uint32(0)
	if term > 0 {
		start = s.starts[term-1]
	}
	return s.places[start:s.starts[term]]
}

// write writes the field.
func (f *fieldBuilder) write(w *writer, docs int, s *sorter) {
	flags := f.flags()
	out := w.field(f.name, flags)
	s.sort(f)
	var l list
	for _, term := range f.vocab.sorted() {
		l.gather(s.of(term), flags, f.frequency)
		out.add(f.vocab.term(term), &l)
	}
	if flags&keepsLengths != 0 {
		out.lengths = append(f.lengths, make([]byte, docs-len(f.lengths))...)
	}
	if flags&keepsValues != 0 {
		for doc := range docs {
			if doc >= len(f.values) {
				out.values.begin(0)
				continue
			}
			out.values.begin(len(f.values[doc]))
			for _, v := range f.values[doc] {
				out.values.add(v)
			}
		}
	}
	out.finish()
}

// gather makes the postings of the places where a term stands.
func (l *list) gather(places []place, flags uint64, frequency func(uint32) uint32) {
	l.reset()
	for len(places) > 0 {
		doc, n, weight := places[0].doc, 0, uint32(0)
		for n < len(places) && places[n].doc == doc {
			weight += places[n].weight
			n++
		}
		l.docs = append(l.docs, doc)
		if flags&keepsFreqs != 0 {
			if frequency != nil {
				weight = frequency(weight)
			}
			l.freqs = append(l.freqs, weight)
		}
		if flags&keepsPositions != 0 {
			l.place(places[:n])
		}
		places = places[n:]
	}
}

// place writes the positions in one document.
func (l *list) place(places []place) {
	byPosition := func(x, y place) int { return cmp.Compare(x.pos, y.pos) }
	if !slices.IsSortedFunc(places, byPosition) {
		slices.SortFunc(places, byPosition)
	}
	before, last := len(l.positions), uint32(0)
	for i, p := range places {
		v := uint64(p.pos-last) << 1
		if i == len(places)-1 {
			v |= 1
		}
		l.positions = binary.AppendUvarint(l.positions, v)
		last = p.pos
	}
	l.sizes = append(l.sizes, uint32(len(l.positions)-before))
}

// vocabulary numbers the terms of a field in the order in which they come: an
// open hash table over one array of bytes.
type vocabulary struct {
	seed  maphash.Seed
	slots []uint32 // a term's number and one; 0 is free
	hash  []uint32 // by number
	ends  []uint32 // by number: where the term ends in bytes
	bytes []byte
}

func newVocabulary() vocabulary {
	return vocabulary{seed: maphash.MakeSeed(), slots: make([]uint32, 1<<6)}
}

// term gives the term of a number.
func (v *vocabulary) term(n uint32) []byte {
	start := uint32(0)
	if n > 0 {
		start = v.ends[n-1]
	}
	return v.bytes[start:v.ends[n]:v.ends[n]]
}

func (v *vocabulary) number(term string) uint32 {
	h := uint32(maphash.String(v.seed, term))
	mask := uint32(len(v.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		n := v.slots[i]
		if n == 0 {
			break
		}
		if v.hash[n-1] == h && string(v.term(n-1)) == term {
			return n - 1
		}
	}
	n := uint32(len(v.ends))
	v.bytes = append(v.bytes, term...)
	v.ends = append(v.ends, uint32(len(v.bytes)))
	v.hash = append(v.hash, h)
	if 2*len(v.ends) > len(v.slots) {
		v.grow()
	} else {
		v.put(h, n)
	}
	return n
}

func (v *vocabulary) put(h, n uint32) {
	mask := uint32(len(v.slots) - 1)
	i := h & mask
	for v.slots[i] != 0 {
		i = (i + 1) & mask
	}
	v.slots[i] = n + 1
}

func (v *vocabulary) grow() {
	v.slots = make([]uint32, 2*len(v.slots))
	for n, h := range v.hash {
		v.put(h, uint32(n))
	}
}

// sorted gives the numbers in the order of their terms.
func (v *vocabulary) sorted() []uint32 {
	type key struct {
		head uint64 // the first eight bytes, most of which settle it
		n    uint32
	}
	keys := make([]key, len(v.ends))
	for n := range keys {
		var head [8]byte
		copy(head[:], v.term(uint32(n)))
		keys[n] = key{binary.BigEndian.Uint64(head[:]), uint32(n)}
	}
	slices.SortFunc(keys, func(x, y key) int {
		if x.head != y.head {
			return cmp.Compare(x.head, y.head)
		}
		return bytes.Compare(v.term(x.n), v.term(y.n))
	})
	out := make([]uint32, len(keys))
	for i, k := range keys {
		out[i] = k.n
	}
	return out
}
