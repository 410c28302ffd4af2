package segment

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// dropped is the new number of a document that is left out.
const dropped = math.MaxUint64

// stopEvery is after how many terms a merge looks whether it is to stop.
const stopEvery = 4096

// input is a segment that is merged.
type input struct {
	*Segment
	numbers []uint64 // new, by old one
	shift   uint32   // what is added to a number where none is dropped
	whole   bool     // none is dropped
}

// merge merges segments into a file, large fields by so many workers at once.
func merge(segments []api.Segment, drops []*roaring.Bitmap, path string, workers int, stop chan struct{}, told api.StatsReporter) ([][]uint64, uint64, error) {
	m := &merger{workers: workers, rangeSize: rangeSize, stop: stop}
	numbers, err := m.number(segments, drops)
	if err != nil {
		return nil, 0, fmt.Errorf("merge segments: %w", err)
	}
	var size uint64
	err = create(path, func(f *os.File) error {
		buffered := bufio.NewWriterSize(f, 1<<20)
		m.w = newWriter(buffered)
		if err := m.run(); err != nil {
			return err
		}
		size = m.w.at
		return buffered.Flush()
	})
	if err != nil {
		return nil, 0, err
	}
	if told != nil {
		told.ReportBytesWritten(size)
	}
	return numbers, size, nil
}

// number takes the segments in and gives their documents new numbers.
func (m *merger) number(segments []api.Segment, drops []*roaring.Bitmap) ([][]uint64, error) {
	inputs := make([]*input, len(segments))
	numbers := make([][]uint64, len(segments))
	count := uint64(0)
	for i, s := range segments {
		in := &input{shift: uint32(count), whole: drops[i] == nil || drops[i].IsEmpty()}
		switch s := s.(type) {
		case *filed:
			in.Segment = s.Segment
		case *unfiled:
			in.Segment = s.Segment
		default:
			return nil, fmt.Errorf("one is of type %T", s)
		}
		in.numbers = make([]uint64, in.count)
		for doc := range in.numbers {
			if !in.whole && drops[i].ContainsInt(doc) {
				in.numbers[doc] = dropped
				continue
			}
			in.numbers[doc] = count
			count++
		}
		inputs[i], numbers[i] = in, in.numbers
	}
	if count > math.MaxUint32 {
		return nil, fmt.Errorf("%d documents are too many for one", count)
	}
	m.inputs, m.count = inputs, count
	return numbers, nil
}

type merger struct {
	inputs    []*input
	count     uint64
	workers   int
	rangeSize int // of what a worker merges at a time, in about so many bytes
	w         *writer
	stop      chan struct{}
}

func (m *merger) run() error {
	one := m.field
	if m.workers > 1 {
		fields, end := m.sideBySide()
		defer end()
		one = fields
	}
	for _, name := range m.names() {
		if err := one(name); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
	}
	return m.w.finish(m.count)
}

// names lists the fields of all inputs, the id's first.
func (m *merger) names() []string {
	var names []string
	for _, in := range m.inputs {
		names = append(names, in.Fields()...)
	}
	slices.SortFunc(names, func(x, y string) int {
		if (x == fieldID) != (y == fieldID) {
			return map[bool]int{true: -1, false: 1}[x == fieldID]
		}
		return cmp.Compare(x, y)
	})
	return slices.Compact(names)
}

// flags tells what a field keeps: what it keeps in any input.
func (m *merger) flags(name string) uint64 {
	var flags uint64
	for _, in := range m.inputs {
		if f := in.byName[name]; f != nil {
			flags |= f.flags
		}
	}
	return flags
}

// field merges a field.
func (m *merger) field(name string) error {
	out := m.w.field(name, m.flags(name))
	r := termRange{m: m, name: name, flags: out.flags, out: &out.postings}
	if err := r.merge(); err != nil {
		return err
	}
	var err error
	if out.columns, err = m.columns(name, out.flags); err != nil {
		return err
	}
	out.finish()
	return nil
}

// termRange is a stretch of a field's terms that is merged by itself: from one term
// on to before another, nil for all there are.
type termRange struct {
	m        *merger
	name     string
	flags    uint64
	from, to []byte
	out      *postings
	merged   list // scratch
}

func (r *termRange) merge() error {
	var walks walks
	for i, in := range r.m.inputs {
		f := in.byName[r.name]
		if f == nil {
			continue
		}
		w := &walk{terms: terms{f: f}, in: in, order: i}
		if r.from == nil && w.next() || r.from != nil && w.seek(r.from) {
			walks = append(walks, w)
		} else if w.err != nil {
			return w.err
		}
	}
	heap.Init(&walks)
	var same []*walk // at the same term
	for n := 0; len(walks) > 0 && (r.to == nil || bytes.Compare(walks[0].term, r.to) < 0); n++ {
		if n%stopEvery == 0 && r.m.stopped() {
			return api.ErrClosed
		}
		same = same[:0]
		for len(walks) > 0 && (len(same) == 0 || bytes.Equal(walks[0].term, same[0].term)) {
			same = append(same, heap.Pop(&walks).(*walk))
		}
		if err := r.term(same); err != nil {
			return err
		}
		for _, w := range same {
			if w.next() {
				heap.Push(&walks, w)
			} else if w.err != nil {
				return w.err
			}
		}
	}
	return r.out.err
}

func (m *merger) stopped() bool {
	select {
	case <-m.stop:
		return true
	default:
		return false
	}
}

// term writes the postings of a term of one input or more.
func (r *termRange) term(same []*walk) error {
	const kept = keepsFreqs | keepsPositions
	if w := same[0]; len(same) == 1 && w.in.whole && w.docs <= chunk && w.f.flags&kept == r.flags&kept {
		return r.out.shifted(w)
	}
	r.merged.reset()
	for _, w := range same {
		s, err := w.postings()
		if err != nil {
			return err
		}
		if err := r.merged.take(&s, w.f, w.in.numbers, r.flags); err != nil {
			return err
		}
	}
	r.out.add(same[0].term, &r.merged)
	return nil
}

// shifted copies a short list whose documents all have the same distance to their
// new numbers: only the first one's number stands there.
func (p *postings) shifted(w *walk) error {
	data, err := w.f.data(w.data)
	if err != nil {
		return err
	}
	r := reader{b: data}
	first := r.uvarint()
	if r.bad || first >= w.f.count {
		return damaged("postings are cut")
	}
	before := len(p.buf)
	p.buf = binary.AppendUvarint(p.buf, first+uint64(w.in.shift))
	p.buf = append(p.buf, r.b...)
	p.added(w.term, int(w.docs), len(p.buf)-before)
	return nil
}

// take adds the postings of documents that are not dropped, by their new numbers.
func (l *list) take(s *stored, f *field, numbers []uint64, flags uint64) error {
	var docs []uint32
	if s.set == nil {
		var buf [chunk]uint32
		docs = s.short(buf[:0])
	} else {
		docs = s.set.ToArray()
	}
	var buf [chunk]uint32
	for len(docs) > 0 {
		n := min(chunk, len(docs))
		var freqs []uint32
		var at reader
		if f.freqs {
			var err error
			var positions []byte
			if freqs, positions, err = s.chunkAt((s.n-len(docs))/chunk, buf[:]); err != nil {
				return err
			}
			at.b = positions
		}
		for i, doc := range docs[:n] {
			if uint64(doc) >= uint64(len(numbers)) {
				return damaged("a posting has no document")
			}
			freq := uint32(1)
			if f.freqs {
				freq = freqs[i]
			}
			positions := at.b
			if f.positions {
				at.skipPlaces()
				positions = positions[:len(positions)-len(at.b)]
			}
			if at.bad {
				return damaged("positions are cut")
			}
			if numbers[doc] != dropped {
				l.one(uint32(numbers[doc]), freq, positions, f.positions, flags)
			}
		}
		docs = docs[n:]
	}
	return nil
}

// one adds a posting. Where other segments keep positions and this one has none,
// there is one, 0.
func (l *list) one(doc, freq uint32, positions []byte, has bool, flags uint64) {
	l.docs = append(l.docs, doc)
	if flags&keepsFreqs != 0 {
		l.freqs = append(l.freqs, freq)
	}
	if flags&keepsPositions != 0 {
		if !has {
			positions = []byte{1}
		}
		l.positions = append(l.positions, positions...)
		l.sizes = append(l.sizes, uint32(len(positions)))
	}
}

// columns merges what a field has by document.
func (m *merger) columns(name string, flags uint64) (columns, error) {
	var out columns
	none := []byte{0}
	for _, in := range m.inputs {
		f := in.byName[name]
		if flags&keepsLengths != 0 {
			for doc, to := range in.numbers {
				if to == dropped {
					continue
				}
				length := byte(0)
				if f != nil && doc < len(f.lengths) {
					length = f.lengths[doc]
				}
				out.lengths = append(out.lengths, length)
			}
		}
		if flags&keepsValues == 0 {
			continue
		}
		keep := func(doc uint64, values []byte) {
			if in.numbers[doc] != dropped {
				out.values.copy(values)
			}
		}
		if f != nil && f.flags&keepsValues != 0 {
			if err := f.values.walk(keep); err != nil {
				return out, err
			}
			continue
		}
		for doc := range in.count {
			keep(doc, none)
		}
	}
	return out, nil
}

// walk is the walk through one input's terms.
type walk struct {
	terms
	in    *input
	order int
}

// walks is a heap: the least term is first, among equal ones the first input's.
type walks []*walk

func (w walks) Len() int      { return len(w) }
func (w walks) Swap(i, j int) { w[i], w[j] = w[j], w[i] }
func (w walks) Less(i, j int) bool {
	if c := bytes.Compare(w[i].term, w[j].term); c != 0 {
		return c < 0
	}
	return w[i].order < w[j].order
}

func (w *walks) Push(x any) { *w = append(*w, x.(*walk)) }

func (w *walks) Pop() any {
	last := len(*w) - 1
	x := (*w)[last]
	*w = (*w)[:last]
	return x
}
