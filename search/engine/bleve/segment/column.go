package segment

import "encoding/binary"

// columnChunk is how many documents' values are found together.
const columnChunk = 64

// column keeps values by document: how many there are, and each with its size.
// starts tells where each chunk of documents begins, four bytes each.
type column struct {
	starts, data []byte
	n            uint64
}

func (c *column) fits() bool { return uint64(len(c.starts)) == 4*((c.n+columnChunk-1)/columnChunk) }

// visit gives the values of a document.
func (c *column) visit(doc uint64, f func([]byte)) error {
	if doc >= c.n {
		return nil
	}
	at := binary.LittleEndian.Uint32(c.starts[4*(doc/columnChunk):])
	if uint64(at) > uint64(len(c.data)) {
		return damaged("values lie outside of their column")
	}
	r := reader{b: c.data[at:]}
	for range doc % columnChunk {
		for n := r.uvarint(); n > 0 && !r.bad; n-- {
			r.take(r.uvarint())
		}
	}
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		v := r.take(r.uvarint())
		if !r.bad {
			f(v)
		}
	}
	if r.bad {
		return damaged("values are cut")
	}
	return nil
}

// walk gives for each document in order its values, as they are written.
func (c *column) walk(f func(doc uint64, values []byte)) error {
	r := reader{b: c.data}
	for doc := range c.n {
		before := r.b
		for n := r.uvarint(); n > 0 && !r.bad; n-- {
			r.take(r.uvarint())
		}
		if r.bad {
			return damaged("values are cut")
		}
		f(doc, before[:len(before)-len(r.b)])
	}
	return nil
}

// columnWriter writes a column, document by document.
type columnWriter struct {
	starts, data []byte
	n            int
}

// begin begins a document with so many values.
func (w *columnWriter) begin(values int) {
	w.chunk()
	w.data = binary.AppendUvarint(w.data, uint64(values))
}

func (w *columnWriter) add(value []byte) {
	w.data = append(binary.AppendUvarint(w.data, uint64(len(value))), value...)
}

// copy writes a document's values as another column has them.
func (w *columnWriter) copy(values []byte) {
	w.chunk()
	w.data = append(w.data, values...)
}

func (w *columnWriter) chunk() {
	if w.n%columnChunk == 0 {
		w.starts = binary.LittleEndian.AppendUint32(w.starts, uint32(len(w.data)))
	}
	w.n++
}
