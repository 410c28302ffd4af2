package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// untilBegun is a context that ends when a second index has been begun.
type untilBegun struct {
	context.Context
	index string
	ended atomic.Bool
}

func (c *untilBegun) Err() error {
	entries, _ := os.ReadDir(c.index)
	folders := 0
	for _, e := range entries {
		if e.IsDir() {
			folders++
		}
	}
	if folders > 1 {
		c.ended.Store(true)
	}
	if c.ended.Load() {
		return context.Canceled
	}
	return nil
}

func (c *untilBegun) Done() <-chan struct{} {
	done := make(chan struct{})
	if c.Err() != nil {
		close(done)
	}
	return done
}

// A reindex that is interrupted says so, and leaves the index in use as it was.
func TestReindexInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letter := filepath.Join(dir, "one.eml")
	if err := os.WriteFile(letter, []byte("From: ada@quarrystone.example\nSubject: Harvest\n\nThe apples are ripe.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "store")
	if out, err := exec.Command("mailquarry", "import", "--data", data, letter).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	before, err := os.ReadFile(filepath.Join(data, "index", "CURRENT"))
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	con := &console{out: io.Discard, progress: newProgress(&said)}
	ctx := &untilBegun{Context: t.Context(), index: filepath.Join(data, "index")}
	err = reindex(ctx, con, &cli{Data: data}, slog.New(slog.DiscardHandler))
	con.progress.close()
	if !errors.Is(err, context.Canceled) || !strings.Contains(said.String(), "The reindex was interrupted; the index in use stays as it was.\n") {
		t.Errorf("%v, said %q", err, said.String())
	}
	if after, err := os.ReadFile(filepath.Join(data, "index", "CURRENT")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the index in use was %q and is %q: %v", before, after, err)
	}
}
