package bleve

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/internal/mail"
)

// manyParts are the ties of a million messages in twenty segments, of which few were
// deleted: 600,000 messages, of which most have a copy, in conversations of some four.
func manyParts() *whole {
	w := &whole{columns: newColumnCache()}
	rng := rand.New(rand.NewPCG(1, 2))
	number := func(t tie, kind byte, n int) uint32 {
		table := w.columns.ties[t]
		return table.number(digestOf(string(binary.BigEndian.AppendUint64([]byte{kind}, uint64(n)))), true)
	}
	for i := range 20 {
		p := &part{whole: w, number: i, id: uint64(i), deleted: roaring.New(), cols: &columns{ids: make([]mail.MessageID, 50_000), ties: map[tie]*tieColumn{}}}
		p.deleted.Add(uint32(i))
		copies, threads := &tieColumn{starts: []uint32{0}}, &tieColumn{starts: []uint32{0}}
		for range p.cols.ids {
			m := rng.IntN(600_000)
			copies.list = append(copies.list, number(ofCopies, 'c', m))
			copies.starts = append(copies.starts, uint32(len(copies.list)))
			conversation := m / 4
			threads.list = append(threads.list, number(ofThreads, 't', conversation), number(ofThreads, 'm', m))
			if m%4 > 0 {
				threads.list = append(threads.list, number(ofThreads, 'm', 4*conversation+rng.IntN(m%4)))
			}
			threads.starts = append(threads.starts, uint32(len(threads.list)))
		}
		for t, c := range map[tie]*tieColumn{ofCopies: copies, ofThreads: threads} {
			c.once.Do(func() {})
			p.cols.ties[t] = c
		}
		w.parts = append(w.parts, p)
	}
	return w
}

// BenchmarkGroupsOfMillion makes the groups of a million messages, as a search does that
// is the first in a new snapshot, and tells what they and their ties take in memory.
func BenchmarkGroupsOfMillion(b *testing.B) {
	before := heap()
	w := manyParts()
	b.Logf("ties of a million messages: %d MB", (heap()-before)>>20)
	for _, t := range allTies() {
		b.Run(string(t), func(b *testing.B) {
			before := heap()
			var g *groups
			for b.Loop() {
				var err error
				if g, err = groupParts(w, t); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(heap()-before)/(1<<20), "MB")
			b.ReportMetric(float64(len(g.members)), "members")
		})
	}
	runtime.KeepAlive(w)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
