package bleve

import (
	"context"
	"fmt"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/search/engine"
)

// Apply makes a batch and its checkpoint part of the index, as one. A batch
// that has begun to be written is written to its end whatever ctx says.
func (e *Engine) Apply(ctx context.Context, b engine.Batch) error {
	done, err := e.use()
	if err != nil {
		return err
	}
	defer done()
	batch := index.NewBatch()
	for _, id := range b.Delete {
		batch.Delete(id.String())
	}
	for i := range b.Put {
		if d := &b.Put[i]; d.ID <= 0 || d.Mailbox <= 0 {
			return fmt.Errorf("apply batch: message %d in mailbox %d: ids are positive", d.ID, d.Mailbox)
		}
	}
	for i := range b.Put {
		batch.Update(documentOf(&b.Put[i]))
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("apply batch: %w", err)
	}
	if e.bulk != nil {
		return e.bulk.apply(ctx, b, func() error { return e.write(batch) })
	}
	batch.SetInternal(keyCheckpoint, formatCheckpoint(b.Upto))
	if e.grouped != nil {
		return e.applyGrouped(batch, b.Upto)
	}
	if err := e.write(batch); err != nil {
		return err
	}
	return e.forgetColumns()
}

// write makes a batch durable, or with Options.Together part of what is found.
func (e *Engine) write(b *index.Batch) error {
	return e.guard("apply batch", func() error { return e.scorch.Batch(b) })
}

// forgetColumns drops the columns of segments that no snapshot in use has.
func (e *Engine) forgetColumns() error {
	s, err := e.snapshot()
	if err != nil {
		return err
	}
	defer s.Close()
	e.columns.keep(append(e.pins.snapshots(), s)...)
	return nil
}

// guard runs what waits for bleve's background routines. When one of them has
// died it would wait forever, so guard gives up then.
func (e *Engine) guard(what string, f func() error) error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	select {
	case err := <-result:
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	case <-e.failed:
		return fmt.Errorf("%s: %w", what, errDead)
	}
}

// Merge makes one segment of all there are. It takes free space for a second
// copy of the index. After a bulk build it makes the index smaller and faster;
// in steady use the index merges by itself.
func (e *Engine) Merge(ctx context.Context) error {
	if err := e.Flush(ctx); err != nil {
		return err
	}
	done, err := e.use()
	if err != nil {
		return err
	}
	defer done()
	// One pass may leave a few segments; each pass leaves fewer.
	for range 20 {
		whole, err := e.isWhole()
		if err != nil {
			return err
		}
		if whole {
			return e.removeFiles(ctx, "merge")
		}
		if err := e.forceMerge(ctx, "merge", nil); err != nil {
			return err
		}
	}
	return nil
}

// forceMerge merges at once. bleve tries a merge that fails, such as on a full
// disk, again and again without a pause; here it ends with the first fault.
func (e *Engine) forceMerge(ctx context.Context, what string, o *mergeplan.MergePlanOptions) error {
	return e.untilFault(ctx, what, func(ctx context.Context) error {
		// bleve's merger stops for good when it is given no context.
		return e.guard(what, func() error { return e.scorch.ForceMerge(ctx, o) })
	})
}

// untilFault runs f, and ends its context when a background routine meets a
// fault, which is its error then.
func (e *Engine) untilFault(ctx context.Context, what string, f func(context.Context) error) error {
	select {
	case <-e.fault: // an old one
	default:
	}
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case err := <-e.fault:
			cancel(err)
		case <-ended:
		}
	})
	err := f(ctx)
	close(ended)
	watching.Wait()
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	cancel(nil)
	return err
}

// isWhole tells whether the index is one segment. Deleted documents may be in
// it: bleve drops them only when it merges it with another one.
func (e *Engine) isWhole() (bool, error) {
	s, err := e.snapshot()
	if err != nil {
		return false, err
	}
	defer s.Close()
	return len(s.Segments()) <= 1, nil
}
