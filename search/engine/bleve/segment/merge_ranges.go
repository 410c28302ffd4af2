package segment

import (
	"bytes"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// rangeSize is about how many bytes of postings a worker merges at a time. A field of
// fewer than twice as many is merged as a whole.
const rangeSize = 1 << 20

// cuts gives the terms at which a field is cut into ranges that are merged side by
// side, none where that is not worth while. They are first terms of the largest input's
// blocks, which the others are much like.
func (m *merger) cuts(name string) [][]byte {
	var largest *field
	size := 0
	for _, in := range m.inputs {
		if f := in.byName[name]; f != nil {
			size += len(f.postings)
			if largest == nil || len(f.postings) > len(largest.postings) {
				largest = f
			}
		}
	}
	if size < 2*m.rangeSize {
		return nil
	}
	var cuts [][]byte
	step := uint64(len(largest.postings))/uint64(size/m.rangeSize) + 1
	next := step
	for i := range len(largest.starts) / 4 {
		b, err := largest.blockAt(i)
		if err != nil {
			return nil // whoever merges the block tells of it
		}
		r := reader{b: b}
		at, first := r.uvarint(), r.take(r.uvarint())
		if r.bad {
			return nil
		}
		if at >= next && (len(cuts) == 0 || bytes.Compare(cuts[len(cuts)-1], first) < 0) {
			cuts = append(cuts, first)
			next = at + step
		}
	}
	return cuts
}

// merged is what a worker has made of a range.
type merged struct {
	postings
	terms []mergedTerm
	bytes []byte // of the terms
}

type mergedTerm struct{ end, docs, size int }

// part is what is merged by one worker: a range of a field's terms, or its columns.
type part struct {
	terms   *merged
	columns *columns
	err     error
}

// sideBySide merges all fields by several workers at once: each range of terms, and each
// field's columns, by one of them. The fields are written one after the other, by names.
// The caller calls end in any case, which waits for the workers.
func (m *merger) sideBySide() (field func(name string) error, end func()) {
	slots := make(chan chan part, 2*m.workers)
	stop := make(chan struct{})
	var working sync.WaitGroup
	free := make(chan struct{}, m.workers)
	put := func(work func() part) bool {
		slot := make(chan part, 1)
		select {
		case slots <- slot:
		case <-stop:
			return false
		}
		select {
		case free <- struct{}{}:
		case <-stop:
			return false
		}
		working.Go(func() {
			slot <- work()
			<-free
		})
		return true
	}
	working.Go(func() {
		for _, name := range m.names() {
			flags := m.flags(name)
			for _, r := range m.ranges(name, flags) {
				if !put(func() part { return r.gather() }) {
					return
				}
			}
			if !put(func() part {
				c, err := m.columns(name, flags)
				return part{columns: &c, err: err}
			}) {
				return
			}
		}
	})
	field = func(name string) error {
		out := m.w.field(name, m.flags(name))
		for {
			p := <-<-slots
			if p.err != nil {
				return p.err
			}
			if p.columns != nil {
				out.columns = *p.columns
				out.finish()
				return nil
			}
			out.append(p.terms)
		}
	}
	return field, func() {
		close(stop)
		working.Wait()
	}
}

// ranges cuts a field's terms into ranges.
func (m *merger) ranges(name string, flags uint64) []termRange {
	cuts := m.cuts(name)
	all := make([]termRange, len(cuts)+1)
	for i := range all {
		all[i] = termRange{m: m, name: name, flags: flags}
		if i > 0 {
			all[i].from = cuts[i-1]
		}
		if i < len(cuts) {
			all[i].to = cuts[i]
		}
	}
	return all
}

// gather merges the range into memory.
func (r *termRange) gather() part {
	p := &merged{postings: postings{scratch: roaring.New()}}
	p.added = func(term []byte, docs, size int) {
		p.bytes = append(p.bytes, term...)
		p.terms = append(p.terms, mergedTerm{len(p.bytes), docs, size})
	}
	r.out = &p.postings
	return part{terms: p, err: r.merge()}
}

// append writes a range behind what has been written.
func (f *fieldWriter) append(part *merged) {
	at, start := f.w.at-f.start+uint64(len(f.buf)), 0
	for _, t := range part.terms {
		f.dict.add(part.bytes[start:t.end], t.docs, span{at, uint64(t.size)})
		at += uint64(t.size)
		start = t.end
	}
	f.w.write(f.buf)
	f.buf = f.buf[:0]
	f.w.write(part.buf)
}
