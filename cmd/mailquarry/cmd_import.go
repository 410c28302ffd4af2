package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"mailquarry/indexer"
	"mailquarry/internal/source/files"
)

// importCmd takes local mail in, so that the product is useful with no tenant.
type importCmd struct {
	Mailbox string   `help:"Name or address of the mailbox that the mail goes to." default:"Imported mail" env:"MAILQUARRY_IMPORT_MAILBOX" placeholder:"NAME"`
	Tree    bool     `help:"Below PATH, USER/FOLDER/... gives the mailbox and the folders." env:"MAILQUARRY_IMPORT_TREE"`
	Paths   []string `arg:"" name:"path" help:".eml files or trees of them, Maildir folders, mbox files." type:"path"`
}

// Run imports and indexes.
func (im *importCmd) Run(ctx context.Context, con *console, c *cli) (err error) {
	// A name spelled wrong must not pass for an import of nothing.
	for _, path := range im.Paths {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	log := logger(c, con)
	a, err := openApp(ctx, c.Data, log, true, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()

	spendMemory()
	start := time.Now()
	importer := indexer.NewImporter(a.archive, log, a.committed)
	endImport := con.progress.begin("import", func() (int64, int64, string) {
		n, size, _ := importer.Taken()
		return n, 0, fmt.Sprintf("messages, %.1f MB", float64(size)/1e6)
	})
	endIndex := con.progress.begin("index", func() (int64, int64, string) { return a.builder.Done(), 0, "messages" })

	err = a.building(ctx, func(ctx context.Context) error {
		defer endImport()
		return importer.Run(ctx, files.Walk(ctx, im.Paths, files.Options{Mailbox: im.Mailbox, Tree: im.Tree, Logger: log}))
	})
	endIndex()
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	n, size, unread := importer.Taken()
	added := importer.Added()
	fmt.Fprintf(con.out, "Imported %d new messages in %s (%.1f MB read); %d were already there, %d could not be read.\n",
		added, time.Since(start).Round(10*time.Millisecond), float64(size)/1e6, n-added, unread)
	return nil
}
