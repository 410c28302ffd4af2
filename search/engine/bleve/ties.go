package bleve

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/search/engine"
)

// tie is what makes one of several documents: engine.FieldCopy or
// engine.FieldThread.
type tie string

const (
	ofCopies  tie = engine.FieldCopy
	ofThreads tie = engine.FieldThread
)

func allTies() []tie { return []tie{ofCopies, ofThreads} }

// field is where a document's ties of the kind stand.
func (t tie) field() string {
	if t == ofCopies {
		return fieldCopy
	}
	return fieldThread
}

// digestSize is the size of the digest that a tie is kept as. Two of a million
// are the same with a chance of one in thirty million.
const digestSize = 8

// digestsOf gives the digests of values one behind the other, without empty ones
// and repetitions; nil for none.
func digestsOf(values ...string) []byte {
	var all []byte
next:
	for i, v := range values {
		if v == "" {
			continue
		}
		for _, before := range values[:i] {
			if v == before {
				continue next
			}
		}
		all = binary.LittleEndian.AppendUint64(all, digestOf(v))
	}
	return all
}

func digestOf(value string) uint64 {
	sum := sha256.Sum256([]byte(value))
	return binary.LittleEndian.Uint64(sum[:digestSize])
}

// digestTable numbers digests from 1, the same in all segments. A digest stays in
// it as long as the index is open.
type digestTable struct {
	mu      sync.Mutex
	digests []uint64 // by number; digests[0] is none
	slots   []uint32 // a hash table of numbers, 0 where it is free
}

// number gives the number of a digest, 0 for one that is not in the table and not
// to be added. The caller holds the lock.
func (t *digestTable) number(digest uint64, add bool) uint32 {
	if add && 4*len(t.digests) >= 3*len(t.slots) {
		t.grow()
	}
	if len(t.slots) == 0 {
		return 0
	}
	mask := uint64(len(t.slots) - 1)
	at := digest & mask
	for ; t.slots[at] != 0; at = (at + 1) & mask {
		if n := t.slots[at]; t.digests[n] == digest {
			return n
		}
	}
	if !add {
		return 0
	}
	n := uint32(len(t.digests))
	t.digests = append(t.digests, digest)
	t.slots[at] = n
	return n
}

func (t *digestTable) grow() {
	t.slots = make([]uint32, max(2*len(t.slots), 1024))
	mask := uint64(len(t.slots) - 1)
	for n := 1; n < len(t.digests); n++ {
		at := t.digests[n] & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = uint32(n)
	}
}

// find gives the numbers of values, as far as some document has them.
func (t *digestTable) find(values []string) map[uint32]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := map[uint32]bool{}
	for _, v := range values {
		if n := t.number(digestOf(v), false); n != 0 {
			found[n] = true
		}
	}
	return found
}

func (t *digestTable) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.digests)
}

// tieColumn holds the ties of documents as their numbers in digestTable. Those of
// a document stand in list, from its entry in starts up to the next one.
type tieColumn struct {
	once         sync.Once
	err          error
	starts, list []uint32
}

func (c *tieColumn) of(doc uint32) []uint32 { return c.list[c.starts[doc]:c.starts[doc+1]] }

// ties gives the ties of a kind in a part.
func (p *part) ties(t tie) (*tieColumn, error) {
	col := p.cols.ties[t]
	col.once.Do(func() {
		col.err = fmt.Errorf("read %s: %w", t, engine.ErrDamaged) // should it panic
		col.err = col.load(p, t, p.whole.columns.ties[t])
	})
	if col.err != nil {
		return nil, fmt.Errorf("read the ties by %s: %w", t, col.err)
	}
	return col, nil
}

func (c *tieColumn) load(p *part, t tie, table *digestTable) error {
	values, ok := p.segment.(valueSegment)
	if !ok {
		return fmt.Errorf("segment of type %T has no values: %w", p.segment, engine.ErrDamaged)
	}
	table.mu.Lock()
	defer table.mu.Unlock()
	n := int(p.segment.Count())
	c.starts, c.list = make([]uint32, n+1), make([]uint32, 0, n)
	filled := 0 // documents whose entry in starts is set
	fill := func(upto int) {
		for ; filled < upto; filled++ {
			c.starts[filled+1] = uint32(len(c.list))
		}
	}
	err := values.EachValue(t.field(), func(doc uint32, value []byte) error {
		fill(int(doc))
		for ; len(value) >= digestSize; value = value[digestSize:] {
			c.list = append(c.list, table.number(binary.LittleEndian.Uint64(value), true))
		}
		return nil
	})
	fill(n)
	return err
}

// tieMatcher matches documents by their ties' values.
type tieMatcher struct {
	tie    tie
	values []string
}

func (*tieMatcher) cost() int { return 6 }

func (m *tieMatcher) match(p *part, _ *roaring.Bitmap) (*roaring.Bitmap, error) {
	col, err := p.ties(m.tie)
	if err != nil {
		return nil, err
	}
	wanted := p.whole.columns.ties[m.tie].find(m.values)
	if len(wanted) == 0 {
		return nil, nil
	}
	found, doc := roaring.New(), 0
	for i, number := range col.list {
		if wanted[number] {
			for int(col.starts[doc+1]) <= i {
				doc++
			}
			found.Add(uint32(doc))
		}
	}
	return found, nil
}
