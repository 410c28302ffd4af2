package bleve

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"

	index "github.com/blevesearch/bleve_index_api"
)

// grouped follows how far batches are durable that become so together: each state of the
// index that is written costs some 24 kB twice over, whatever came with it.
type grouped struct {
	mu      sync.Mutex
	applied int           // batches that can be found
	durable int           // of them, those that are on disk: all up to one
	upto    uint64        // of the last of these
	fault   error         // why the last attempt to write failed, nil when it did not
	moved   chan struct{} // closed, and made anew, when one of these changes
}

func newGrouped() *grouped { return &grouped{moved: make(chan struct{})} }

// begin has the batch told of when it is durable.
func (g *grouped) begin(b *index.Batch, upto uint64) {
	b.SetPersistedCallback(func(err error) {
		g.change(func() {
			if g.fault = err; err == nil {
				g.durable++
				g.upto = upto
			}
		})
	})
}

func (g *grouped) change(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
	close(g.moved)
	g.moved = make(chan struct{})
}

// failed notes that writing failed in the background, where it is tried again. Where no
// batch waits it was a merge, which harms nothing.
func (g *grouped) failed(err error) {
	g.change(func() {
		if g.durable < g.applied {
			g.fault = asOfDisk(err)
		}
	})
}

// asOfDisk tells what bleve says in words alone: that there is no room.
func asOfDisk(err error) error {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if strings.Contains(err.Error(), e.Error()) {
			return fmt.Errorf("%w (%w)", err, e)
		}
	}
	return err
}

// state gives the Upto of the last batch that is durable, or why batches are not written.
func (g *grouped) state() (upto uint64, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.upto, g.fault
}

// wait waits until all is durable that was applied before the call.
func (g *grouped) wait(ctx context.Context, dead <-chan struct{}) error {
	g.mu.Lock()
	applied := g.applied
	g.mu.Unlock()
	for {
		g.mu.Lock()
		durable, fault, moved := g.durable, g.fault, g.moved
		g.mu.Unlock()
		switch {
		case durable >= applied:
			return nil
		case fault != nil:
			return fault
		}
		select {
		case <-moved:
		case <-dead:
			return errDead
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// applyGrouped makes a batch part of what is found, unless those before it cannot be
// written.
func (e *Engine) applyGrouped(batch *index.Batch, upto uint64) error {
	if _, err := e.grouped.state(); err != nil {
		return fmt.Errorf("apply batch: %w", err)
	}
	e.grouped.begin(batch, upto)
	if err := e.write(batch); err != nil {
		return err
	}
	e.grouped.change(func() { e.grouped.applied++ })
	return e.forgetColumns()
}

// Applied is the Upto of the last batch applied, which can be found but may not be
// durable yet.
func (e *Engine) Applied(context.Context) (uint64, error) {
	done, err := e.use()
	if err != nil {
		return 0, err
	}
	defer done()
	s, err := e.snapshot()
	if err != nil {
		return 0, err
	}
	defer s.Close()
	v, err := s.GetInternal(keyCheckpoint)
	if err != nil {
		return 0, fmt.Errorf("read checkpoint of %s: %w", e.dir, err)
	}
	return parseCheckpoint(v)
}

// Checkpoint is the Upto of the last batch that is durable with all before it, 0 for a new
// index. It fails where batches cannot be made durable.
func (e *Engine) Checkpoint(ctx context.Context) (uint64, error) {
	if e.grouped == nil {
		return e.Applied(ctx)
	}
	done, err := e.use()
	if err != nil {
		return 0, err
	}
	defer done()
	upto, err := e.grouped.state()
	if err != nil {
		return 0, fmt.Errorf("write index %s: %w", e.dir, err)
	}
	return upto, nil
}
