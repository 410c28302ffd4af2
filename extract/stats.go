package extract

import (
	"maps"
	"sync"
	"time"
)

// Stats is what a Pool has done since it was made.
type Stats struct {
	Documents map[State]Work // by how they ended; all states are there
	Doubted   int            // documents that a second worker, with PDFium, was asked about
	Started   int            // worker processes started
	Ended     map[Ending]int // workers lost over a document, by cause; all causes are there
}

// Work is a number of documents and how long they took in all, waiting for a
// worker not counted.
type Work struct {
	Documents int
	Time      time.Duration
}

// Ending is why a worker was lost.
type Ending string

// The causes for which a worker is lost and another one started.
const (
	EndedTime      Ending = "time"      // killed after the time limit
	EndedProcessor Ending = "processor" // used up its processor time
	EndedMemory    Ending = "memory"
	EndedStack     Ending = "stack"
	EndedCrash     Ending = "crash" // any other
)

// words say it in the reason of the document's state.
func (e Ending) words() string {
	switch e {
	case EndedMemory:
		return "the parser ran out of memory"
	case EndedStack:
		return "the parser ran out of stack"
	case EndedProcessor:
		return "the parser ran out of processor time"
	}
	return "the parser crashed"
}

// Stats tells what the pool has done since it was made.
func (p *Pool) Stats() Stats {
	c := &p.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{Documents: maps.Clone(c.documents), Doubted: c.doubted, Started: c.started, Ended: maps.Clone(c.ended)}
}

// counts are the Stats of a Pool while they grow.
type counts struct {
	mu               sync.Mutex
	documents        map[State]Work
	doubted, started int
	ended            map[Ending]int
}

// reset makes an entry for each state and each cause: who watches a count wants
// to see it before it grows.
func (c *counts) reset() {
	c.documents = map[State]Work{OK: {}, Partial: {}, Empty: {}, NoText: {}, Unsupported: {}, Encrypted: {}, TooLarge: {}, Timeout: {}, Failed: {}}
	c.ended = map[Ending]int{EndedTime: 0, EndedProcessor: 0, EndedMemory: 0, EndedStack: 0, EndedCrash: 0}
}

func (c *counts) document(state State, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.documents[state]
	c.documents[state] = Work{w.Documents + 1, w.Time + took}
}

func (c *counts) doubt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubted++
}

func (c *counts) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started++
}

func (c *counts) end(why Ending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended[why]++
}
