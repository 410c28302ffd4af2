package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/search/engine"
)

// NewIndex is an index being built.
type NewIndex interface {
	engine.Writer
	Count(ctx context.Context) (int, error)
	// Merge makes one compact segment of what was written.
	Merge(ctx context.Context) error
	Close() error
}

// Reindexer builds a new index from the archive alone and puts it in the place
// of the old one when it is whole.
type Reindexer struct {
	Archive     *archive.Archive
	Extractor   extract.Extractor
	Generations *Generations
	Create      func(dir string) (NewIndex, error)
	Options     BuildOptions
	// Started is called with the builder and the number of messages to index.
	Started func(b *Builder, total int)
}

// Run reindexes. Interrupted or failing, it leaves the index in use as it was.
func (r *Reindexer) Run(ctx context.Context) (err error) {
	if err := r.Generations.Clean(); err != nil {
		return err
	}
	dir, err := r.Generations.Create()
	if err != nil {
		return err
	}
	idx, err := r.Create(dir)
	if err != nil {
		return fmt.Errorf("make a new index: %w", err)
	}
	open, promoted := true, false
	defer func() {
		if open {
			err = errors.Join(err, idx.Close())
		}
		if err != nil && !promoted {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if err := r.build(ctx, idx); err != nil {
		return err
	}
	open = false
	if err := idx.Close(); err != nil {
		return fmt.Errorf("close the new index: %w", err)
	}
	err = r.Generations.Promote(dir)
	// It may have failed behind the renaming: an index that CURRENT names must
	// not be removed, whatever fails from here on.
	current, cerr := r.Generations.Current()
	promoted = err == nil || cerr != nil || current == dir
	if err != nil {
		return err
	}
	return r.Generations.Clean()
}

func (r *Reindexer) build(ctx context.Context, idx NewIndex) error {
	total, err := r.Archive.Backlog(ctx, 0)
	if err != nil {
		return err
	}
	b := NewBuilder(r.Archive, r.Extractor, idx, r.Options)
	if r.Started != nil {
		r.Started(b, total)
	}
	if err := b.Catchup(ctx); err != nil {
		return err
	}
	if err := idx.Merge(ctx); err != nil {
		return fmt.Errorf("compact the new index: %w", err)
	}
	return r.verify(ctx, idx, int(b.damaged.Load()))
}

// verify compares the number of documents with the archive's, less what the
// store cannot give, before the swap.
func (r *Reindexer) verify(ctx context.Context, idx NewIndex, damaged int) error {
	got, err := idx.Count(ctx)
	if err != nil {
		return fmt.Errorf("count the new index: %w", err)
	}
	want, err := r.Archive.Live(ctx)
	if err != nil {
		return err
	}
	if got != want-damaged {
		return fmt.Errorf("the new index holds %d messages and the archive %d; the old index stays in use", got, want)
	}
	return nil
}
