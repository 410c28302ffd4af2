package bleve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// bulkWriters is how many batches are built at once in a bulk build. bleve
// builds each on one processor; the analysis of the next one takes the others.
const bulkWriters = 4

// bulk is a bulk build: the batches under way and what came of them. Its
// methods are called under Engine.writing.
type bulk struct {
	slots chan struct{}
	under sync.WaitGroup
	upto  uint64 // of the last batch taken
	dirty bool   // upto is not in the index yet

	mu  sync.Mutex             // of what follows
	ids map[mail.MessageID]int // how many batches under way have a message
	err error                  // the failures
}

func newBulk() *bulk {
	return &bulk{slots: make(chan struct{}, bulkWriters), ids: map[mail.MessageID]int{}}
}

// apply hands a batch to a writer. Batches under way have no message in common,
// so that their order does not matter.
func (k *bulk) apply(ctx context.Context, b engine.Batch, write func() error) error {
	ids := slices.Clone(b.Delete)
	for i := range b.Put {
		ids = append(ids, b.Put[i].ID)
	}
	if k.shares(ids) {
		k.under.Wait()
	}
	select {
	case k.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("apply batch: %w", ctx.Err())
	}
	if err := k.mark(ids, 1, nil); err != nil {
		<-k.slots
		return err
	}
	k.upto, k.dirty = b.Upto, true
	k.under.Go(func() {
		err := write()
		_ = k.mark(ids, -1, err) // the next batch is told
		<-k.slots
	})
	return nil
}

// shares tells whether a batch under way has one of the messages.
func (k *bulk) shares(ids []mail.MessageID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.ContainsFunc(ids, func(id mail.MessageID) bool { return k.ids[id] > 0 })
}

// mark notes that messages come under way or are through, and gives the
// failures so far.
func (k *bulk) mark(ids []mail.MessageID, by int, failure error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = errors.Join(k.err, failure)
	for _, id := range ids {
		if k.ids[id] += by; k.ids[id] == 0 {
			delete(k.ids, id)
		}
	}
	return k.err
}

// flush waits for the batches under way and writes the checkpoint of the last
// one, if all of them got through.
func (k *bulk) flush(write func(*index.Batch) error) error {
	k.under.Wait()
	if err := k.mark(nil, 0, nil); err != nil || !k.dirty {
		return err
	}
	batch := index.NewBatch()
	batch.SetInternal(keyCheckpoint, formatCheckpoint(k.upto))
	if err := write(batch); err != nil {
		return err
	}
	k.dirty = false
	return nil
}

// Flush makes durable what a bulk build has taken, and moves its checkpoint; with
// Options.Together it waits until what was applied is durable. Otherwise there is nothing
// to do.
func (e *Engine) Flush(ctx context.Context) error {
	done, err := e.use()
	if err != nil {
		return err
	}
	defer done()
	if e.grouped != nil {
		if err := e.grouped.wait(ctx, e.failed); err != nil {
			return fmt.Errorf("flush: %w", err)
		}
	}
	if e.bulk == nil {
		return nil
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	if err := e.bulk.flush(e.write); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return e.forgetColumns()
}
