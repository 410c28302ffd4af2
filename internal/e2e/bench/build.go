package main

import (
	"fmt"
	"path/filepath"
	"time"
)

// figures are what is measured of one program.
type figures struct {
	name     string
	index    usage // building the index, for Mailquarry import with store and index
	disk     int64 // bytes of what it keeps
	found    int   // sum of the queries' totals, to see that the same work is compared
	latency  []time.Duration
	how      string // how the latency was taken
	reindex  usage
	diskPart string
}

// build measures the building of stores and indexes, which the other parts use.
func (b *bench) build() error {
	queries, err := drawQueries(b.mail.tree, 200)
	if err != nil {
		return fmt.Errorf("draw queries: %w", err)
	}
	dir, err := b.folder("mailquarry")
	if err != nil {
		return err
	}
	ours, err := measureOurs(b.binary, dir, b.mail, queries)
	if err != nil {
		return fmt.Errorf("mailquarry: %w", err)
	}
	all := []figures{ours}
	for _, peer := range []struct {
		name    string
		command string
		measure func(string, set, []string) (figures, error)
	}{
		{"notmuch", "notmuch", measureNotmuch},
		{"mu", "mu", measureMu},
		{"SQLite FTS5", "sqlite3", measureFTS5},
	} {
		if !installed(peer.command) {
			fmt.Printf("%s is not installed and left out\n", peer.name)
			continue
		}
		dir, err := b.folder(filepath.Base(peer.command))
		if err != nil {
			return err
		}
		f, err := peer.measure(dir, b.mail, queries)
		if err != nil {
			return fmt.Errorf("%s: %w", peer.name, err)
		}
		f.name = peer.name
		all = append(all, f)
	}
	report(b.mail, all)
	return nil
}
