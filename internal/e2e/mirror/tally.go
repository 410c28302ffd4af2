package mirror

import (
	"maps"
	"slices"
	"sync"

	"mailquarry/internal/graphsim"
)

// Tally counts requests while they are made: of a large sync there are too many
// to be kept. Its Note is for graphsim.Options.Observe.
type Tally struct {
	mu        sync.Mutex
	requests  int // as Graph's limits count them
	exchanges int // over the wire
	spoiled   int // of requests, those whose answer was of no use
	peak      int // at a time on one mailbox
	kinds     map[graphsim.Kind]int
	spoiledOf map[graphsim.Kind]int
}

// Note counts a request.
func (t *Tally) Note(q graphsim.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kinds == nil {
		t.kinds, t.spoiledOf = map[graphsim.Kind]int{}, map[graphsim.Kind]int{}
	}
	t.kinds[q.Kind]++
	if !q.InBatch {
		t.exchanges++
	}
	if q.Kind != graphsim.Batch {
		t.requests++
	}
	if q.Mailbox != "" {
		t.peak = max(t.peak, q.InFlight)
	}
	harmless := q.Fault == "" || q.Fault == "slow" || q.Fault == "late" || q.Fault == "gzip"
	notThere := q.Kind == graphsim.Folders && q.Status == 404 // not every mailbox has each well-known folder
	if q.Kind != graphsim.Batch && (!harmless || q.Status >= 400 && !notThere) {
		t.spoiled++
		t.spoiledOf[q.Kind]++
	}
}

// Count is what a Tally has counted.
type Count struct {
	Requests, Exchanges, Spoiled, Peak int
	Kinds                              map[graphsim.Kind]int
	SpoiledKinds                       map[graphsim.Kind]int // of Kinds
}

// Count gives the counts so far.
func (t *Tally) Count() Count {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Count{t.requests, t.exchanges, t.spoiled, t.peak, maps.Clone(t.kinds), maps.Clone(t.spoiledOf)}
}

// Sorted names the kinds, the most frequent first.
func (c Count) Sorted() []graphsim.Kind {
	return slices.SortedFunc(maps.Keys(c.Kinds), func(a, b graphsim.Kind) int { return c.Kinds[b] - c.Kinds[a] })
}
