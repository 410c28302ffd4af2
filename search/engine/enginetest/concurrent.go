package enginetest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// testConcurrent searches while batches are applied. Every batch replaces the
// same messages, so that a search which sees part of a batch is found out.
func testConcurrent(t *testing.T, open Open) {
	const messages = 50
	batch := func(n int) engine.Batch {
		b := engine.Batch{Upto: uint64(n)}
		for i := range messages {
			b.Put = append(b.Put, engine.Document{ID: mail.MessageID(i + 1), Mailbox: mail.MailboxID(n), Folder: 1, Body: "alpha", Date: day(i), Copy: fmt.Sprint(i), Threads: []string{fmt.Sprint(i)}})
		}
		return b
	}
	e := start(t, open)
	apply(t, e, batch(1))
	done := make(chan struct{})
	var searches sync.WaitGroup
	for worker := range 4 {
		searches.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(worker), 5))
			for {
				select {
				case <-done:
					return
				default:
				}
				r := engine.Request{Scope: everyone(), Query: query.Word{Text: "alpha"}, Limit: rng.IntN(60), Facets: engine.Facets()}
				r.Collapse, r.Group = rng.IntN(2) == 0, rng.IntN(2) == 0
				r.Sort = []engine.Sort{engine.Relevance, engine.Newest}[rng.IntN(2)]
				res, err := e.Search(t.Context(), r)
				if err != nil {
					t.Error(err)
					return
				}
				boxes := res.Facets[engine.FacetMailbox]
				if res.Total != messages || len(boxes) != 1 || boxes[0].Count != messages || len(res.Hits) != min(r.Limit, messages) {
					t.Errorf("a search saw half a batch: %d messages, mailboxes %v", res.Total, boxes)
					return
				}
			}
		})
	}
	var err error
	for n := 2; n < 40 && err == nil; n++ {
		err = e.Apply(t.Context(), batch(n))
	}
	close(done)
	searches.Wait()
	if err != nil {
		t.Error(err)
	}
}
