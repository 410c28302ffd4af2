package segment

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"io"

	"github.com/RoaringBitmap/roaring/v2"
)

// version of the format.
const version = 1

// writer writes a segment: fields one after the other, then the table of fields
// and the footer.
type writer struct {
	out    io.Writer
	sum    hash.Hash32
	at     uint64
	err    error
	table  []byte
	fields int
}

func newWriter(out io.Writer) *writer {
	w := &writer{out: out, sum: crc32.NewIEEE()}
	w.write([]byte(magic))
	return w
}

// write gives where the bytes went. Faults show at the end.
func (w *writer) write(b []byte) span {
	s := span{w.at, uint64(len(b))}
	if w.err == nil && len(b) > 0 {
		_, _ = w.sum.Write(b)
		_, w.err = w.out.Write(b)
	}
	w.at += s.len
	return s
}

// finish writes what stands at the end.
func (w *writer) finish(docs uint64) error {
	table := w.write(append(binary.AppendUvarint(nil, uint64(w.fields)), w.table...))
	foot := binary.BigEndian.AppendUint64(nil, table.off)
	foot = binary.BigEndian.AppendUint64(foot, table.len)
	foot = binary.BigEndian.AppendUint32(foot, uint32(docs))
	foot = binary.BigEndian.AppendUint32(foot, version)
	w.write(foot)
	w.write(binary.BigEndian.AppendUint32(nil, w.sum.Sum32()))
	if w.err != nil {
		return fmt.Errorf("write segment: %w", w.err)
	}
	return nil
}

// postings gathers the postings of a field's terms, which come in order.
type postings struct {
	buf     []byte
	scratch *roaring.Bitmap
	err     error
	// added is told of each term whose postings are so many bytes at the buffer's
	// end. It may empty the buffer.
	added func(term []byte, docs, size int)
}

func (p *postings) add(term []byte, l *list) {
	if len(l.docs) == 0 || p.err != nil {
		return
	}
	before := len(p.buf)
	if p.buf, p.err = l.appendTo(p.buf, p.scratch); p.err == nil {
		p.added(term, len(l.docs), len(p.buf)-before)
	}
}

// fieldWriter writes a field.
type fieldWriter struct {
	postings // those that are not written yet
	w        *writer
	name     string
	flags    uint64
	start    uint64
	dict     dictionaryWriter
	columns
}

// columns are what a field has by document.
type columns struct {
	lengths []byte
	values  columnWriter
}

func (w *writer) field(name string, flags uint64) *fieldWriter {
	f := &fieldWriter{w: w, name: name, flags: flags, start: w.at}
	f.scratch = roaring.New()
	f.added = func(term []byte, docs, size int) {
		f.dict.add(term, docs, span{f.w.at - f.start + uint64(len(f.buf)-size), uint64(size)})
		if len(f.buf) >= writeSize {
			f.w.write(f.buf)
			f.buf = f.buf[:0]
		}
	}
	return f
}

// writeSize is about how many bytes of postings are written at once.
const writeSize = 256 << 10

// finish writes the field's remaining parts and its entry in the table.
func (f *fieldWriter) finish() {
	w := f.w
	if w.err == nil {
		w.err = f.err
	}
	w.write(f.buf)
	postings := span{f.start, w.at - f.start}
	blocks, starts := w.write(f.dict.blocks), w.write(f.dict.starts)
	lengths := w.write(f.lengths)
	valueStarts, values := w.write(f.values.starts), w.write(f.values.data)
	if uint64(len(f.dict.blocks)) > 1<<32-1 || uint64(len(f.values.data)) > 1<<32-1 {
		w.err = fmt.Errorf("field %s is too large for one segment", f.name)
	}
	t := append(binary.AppendUvarint(w.table, uint64(len(f.name))), f.name...)
	t = binary.AppendUvarint(binary.AppendUvarint(t, f.flags), f.dict.n)
	for _, s := range []span{postings, blocks, starts, lengths, valueStarts, values} {
		t = s.append(t)
	}
	w.table = t
	w.fields++
}
