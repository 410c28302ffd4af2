package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mailquarry/indexer"
)

// reindex builds a new index from the store alone.
func reindex(ctx context.Context, con *console, c *cli, log *slog.Logger) (err error) {
	if err := needStore(c.Data); err != nil {
		return err
	}
	a, err := openStore(ctx, c.Data, log, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	spendMemory()
	end := func() {}
	start := time.Now()
	r := indexer.Reindexer{
		Archive: a.archive, Extractor: a.extractor, Generations: a.generations,
		Create:  func(dir string) (indexer.NewIndex, error) { return a.openEngine(dir, true) },
		Options: indexer.BuildOptions{Logger: log},
		Started: func(b *indexer.Builder, total int) {
			end = con.progress.begin("reindex", func() (int64, int64, string) { return b.Done(), int64(total), "messages" })
		},
	}
	err = r.Run(ctx)
	end()
	if ctx.Err() != nil {
		fmt.Fprintln(con.progress, "The reindex was interrupted; the index in use stays as it was.")
	}
	if err != nil {
		return fmt.Errorf("reindex: %w", err)
	}
	n, err := a.archive.Live(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "Reindexed %d messages in %s.\n", n, time.Since(start).Round(10*time.Millisecond))
	return nil
}
