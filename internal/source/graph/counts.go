package graph

import (
	"maps"
	"sync"
)

// counts tell what was sent, by kind of request.
type counts struct {
	mu        sync.Mutex
	exchanges map[string]int64
	requests  map[string]int64 // as Graph counts them: each one of a batch
}

func (c *counts) add(q call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.exchanges == nil {
		c.exchanges, c.requests = map[string]int64{}, map[string]int64{}
	}
	c.exchanges[q.kind]++
	c.requests[q.kind] += int64(q.weight)
}

// Requests tells what was sent since the client was made, by kind: exchanges
// with the server, and requests as Graph counts them against its limits, which
// are more where they went in batches.
func (c *Client) Requests() (exchanges, requests map[string]int64) {
	c.counts.mu.Lock()
	defer c.counts.mu.Unlock()
	return maps.Clone(c.counts.exchanges), maps.Clone(c.counts.requests)
}
