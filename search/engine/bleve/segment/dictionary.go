package segment

import (
	"bytes"
	"encoding/binary"
	"math"
	"sort"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// blockTerms is how many terms a block of a dictionary has; the last one may have
// fewer.
const blockTerms = 32

// dictionaryWriter writes the terms of a field, which come in order.
//
// A block is where the postings of its first term begin, and its terms: how many
// bytes each shares with the one before, how many follow, those bytes, the
// number of documents and the size of the postings. Where blocks begin stands in
// an array of its own, four bytes each.
type dictionaryWriter struct {
	blocks, starts []byte
	last           []byte
	n              uint64
}

func (w *dictionaryWriter) add(term []byte, docs int, postings span) {
	shared := 0
	if w.n%blockTerms == 0 {
		w.starts = binary.LittleEndian.AppendUint32(w.starts, uint32(len(w.blocks)))
		w.blocks = binary.AppendUvarint(w.blocks, postings.off)
	} else {
		most := min(len(term), len(w.last))
		for shared < most && term[shared] == w.last[shared] {
			shared++
		}
		w.blocks = binary.AppendUvarint(w.blocks, uint64(shared))
	}
	w.blocks = binary.AppendUvarint(w.blocks, uint64(len(term)-shared))
	w.blocks = append(w.blocks, term[shared:]...)
	w.blocks = binary.AppendUvarint(w.blocks, uint64(docs))
	w.blocks = binary.AppendUvarint(w.blocks, postings.len)
	w.last = append(w.last[:0], term...)
	w.n++
}

// terms walks through a dictionary.
type terms struct {
	f     *field
	block int // the next one
	left  int // terms left in the present one
	r     reader
	at    uint64 // where the postings of the next term begin

	term []byte
	docs uint64
	data span // of the field's postings
	err  error
}

// next goes to the next term; false at the end and after a fault.
func (t *terms) next() bool {
	if t.err != nil {
		return false
	}
	shared := uint64(0)
	if t.left == 0 {
		if !t.begin() {
			return false
		}
	} else {
		shared = t.r.uvarint()
	}
	more := t.r.take(t.r.uvarint())
	if shared > uint64(len(t.term)) {
		t.r.bad = true
		shared = 0
	}
	t.term = append(t.term[:shared], more...)
	t.docs = t.r.uvarint()
	t.data = span{t.at, t.r.uvarint()}
	t.at += t.data.len
	t.left--
	if t.r.bad {
		t.err = damaged("a dictionary is cut")
		return false
	}
	return true
}

// begin goes to the next block.
func (t *terms) begin() bool {
	if t.block >= len(t.f.starts)/4 {
		return false
	}
	b, err := t.f.blockAt(t.block)
	if err != nil {
		t.err = err
		return false
	}
	t.r = reader{b: b}
	t.at = t.r.uvarint()
	t.left = blockTerms
	if t.block++; t.block == len(t.f.starts)/4 {
		if t.left = int(t.f.terms % blockTerms); t.left == 0 {
			t.left = blockTerms
		}
	}
	return true
}

// blockAt gives the dictionary from a block on.
func (f *field) blockAt(i int) ([]byte, error) {
	at := binary.LittleEndian.Uint32(f.starts[4*i:])
	if uint64(at) > uint64(len(f.blocks)) {
		return nil, damaged("a block lies outside of its dictionary")
	}
	return f.blocks[at:], nil
}

// seek goes to the first term that is not before the given one.
func (t *terms) seek(term []byte) bool {
	if t.err != nil {
		return false
	}
	n := len(t.f.starts) / 4
	i := sort.Search(n, func(i int) bool {
		b, err := t.f.blockAt(i)
		if err != nil {
			t.err = err
			return true
		}
		r := reader{b: b}
		r.uvarint()
		first := r.take(r.uvarint())
		return bytes.Compare(first, term) > 0
	})
	t.block, t.left, t.term = max(i-1, 0), 0, t.term[:0]
	for t.next() {
		if bytes.Compare(t.term, term) >= 0 {
			return true
		}
	}
	return false
}

// postings opens the postings of the present term.
func (t *terms) postings() (stored, error) {
	data, err := t.f.data(t.data)
	if err != nil {
		return stored{}, err
	}
	return open(data, t.docs, t.f.count, t.f.freqs)
}

// dictionary is a field's terms, for bleve.
type dictionary struct{ f *field }

var none = &postingsList{}

// PostingsList gives the postings of a term without those of the excepted
// documents.
func (d dictionary) PostingsList(term []byte, except *roaring.Bitmap, _ api.PostingsList) (api.PostingsList, error) {
	if d.f == nil {
		return none, nil
	}
	t := terms{f: d.f}
	if !t.seek(term) || !bytes.Equal(t.term, term) {
		return none, t.err
	}
	s, err := t.postings()
	if err != nil {
		return nil, err
	}
	return &postingsList{f: d.f, stored: s, except: except}, nil
}

// Contains tells whether a term is in the dictionary.
func (d dictionary) Contains(term []byte) (bool, error) {
	if d.f == nil {
		return false, nil
	}
	t := terms{f: d.f}
	return t.seek(term) && bytes.Equal(t.term, term), t.err
}

// Cardinality is the number of terms.
func (d dictionary) Cardinality() int {
	if d.f == nil {
		return 0
	}
	return int(d.f.terms)
}

// AutomatonIterator gives the terms that an automaton accepts, all of them with a
// nil one, from start up to but not including end. Either may be nil.
func (d dictionary) AutomatonIterator(a api.Automaton, start, end []byte) api.DictionaryIterator {
	return &termIterator{terms: terms{f: d.f}, automaton: a, from: start, end: end}
}

type termIterator struct {
	terms     terms
	automaton api.Automaton
	from, end []byte // from: nil once the walk has begun
	begun     bool
	states    []int // after each byte of before
	before    []byte
	entry     index.DictEntry
}

// Next gives the next term; the entry is valid until the next call.
func (i *termIterator) Next() (*index.DictEntry, error) {
	if i.terms.f == nil {
		return nil, nil
	}
	for i.advance() {
		if i.end != nil && bytes.Compare(i.terms.term, i.end) >= 0 {
			return nil, nil
		}
		if i.automaton != nil && !i.accepts() {
			continue
		}
		i.entry = index.DictEntry{Term: string(i.terms.term), Count: i.terms.docs}
		return &i.entry, nil
	}
	return nil, i.terms.err
}

// Mark is where the postings of a term stand, and how many documents they have.
type Mark struct {
	off       uint64
	len, docs uint32
}

// Docs is the number of documents.
func (m Mark) Docs() int { return int(m.docs) }

// NextTerm goes to the next term without making an entry of it; nil at the end. The term
// is valid until the next call.
func (i *termIterator) NextTerm() ([]byte, Mark, error) {
	if i.terms.f == nil {
		return nil, Mark{}, nil
	}
	for i.advance() {
		if i.end != nil && bytes.Compare(i.terms.term, i.end) >= 0 {
			return nil, Mark{}, nil
		}
		if i.automaton != nil && !i.accepts() {
			continue
		}
		t := &i.terms
		if t.data.len > math.MaxUint32 || t.docs > math.MaxUint32 {
			return nil, Mark{}, damaged("postings of an impossible size")
		}
		return t.term, Mark{t.data.off, uint32(t.data.len), uint32(t.docs)}, nil
	}
	return nil, Mark{}, i.terms.err
}

// PostingsAt gives the postings of a term that NextTerm gave.
func (d dictionary) PostingsAt(m Mark) (api.PostingsList, error) {
	if d.f == nil {
		return none, nil
	}
	data, err := d.f.data(span{m.off, uint64(m.len)})
	if err != nil {
		return nil, err
	}
	s, err := open(data, uint64(m.docs), d.f.count, d.f.freqs)
	if err != nil {
		return nil, err
	}
	return &postingsList{f: d.f, stored: s}, nil
}

// Postings gives the postings of the term that Next gave.
func (i *termIterator) Postings() (api.PostingsList, error) {
	s, err := i.terms.postings()
	if err != nil {
		return nil, err
	}
	return &postingsList{f: i.terms.f, stored: s}, nil
}

func (i *termIterator) advance() bool {
	from := i.from
	i.from = nil
	if !i.begun {
		i.begun = true
		return i.terms.seek(from)
	}
	if from == nil {
		return i.terms.next()
	}
	// What lies near is read over: a seek reads half a block, too.
	for range blockTerms {
		if !i.terms.next() {
			return false
		}
		if bytes.Compare(i.terms.term, from) >= 0 {
			return true
		}
	}
	return i.terms.seek(from)
}

// accepts runs the automaton over the term, from where it differs from the one
// before. When no term with that beginning can match, the walk goes on behind
// them.
func (i *termIterator) accepts() bool {
	term := i.terms.term
	same := 0
	for same < min(len(term), len(i.before)) && term[same] == i.before[same] {
		same++
	}
	i.states = i.states[:min(same, len(i.states))]
	i.before = append(i.before[:0], term...)
	state := i.automaton.Start()
	if n := len(i.states); n > 0 {
		state = i.states[n-1]
	}
	for n := len(i.states); n < len(term); n++ {
		if !i.automaton.CanMatch(state) {
			i.from = behind(term[:n])
			return false
		}
		state = i.automaton.Accept(state, term[n])
		i.states = append(i.states, state)
	}
	return i.automaton.IsMatch(state)
}

// behind gives the first byte string after all that begin with a prefix.
func behind(prefix []byte) []byte {
	b := bytes.Clone(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return b[:i+1]
		}
	}
	// Nothing comes after all of them but more of the same byte.
	return append(bytes.Repeat([]byte{0xff}, len(prefix)), bytes.Repeat([]byte{0xff}, 1<<8)...)
}
