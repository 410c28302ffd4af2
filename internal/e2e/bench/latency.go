package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"mailquarry/search/engine"
)

// perClass is how many questions of each class are asked in process.
const perClass = 20

// line is what a program answered to all questions in one order.
type line struct {
	name    string
	own     bool // Mailquarry's
	exact   bool // finds the words as they stand, not their inflected forms
	replies []reply
}

// latency measures the engines inside a process: the 20 first hits and the exact
// total, by relevance and by date.
func (b *bench) latency() error {
	d, err := newDrawer(b.mail.tree, 5)
	if err != nil {
		return fmt.Errorf("draw questions: %w", err)
	}
	questions := d.draw(perClass)
	fmt.Printf("\nSearch in process: the first 20 and the exact total, %d questions, %d of each class, each asked once to warm and then %d times, of which the median counts.\n",
		len(questions), perClass, rounds)
	for _, order := range []engine.Sort{engine.Relevance, engine.Newest} {
		lines, err := b.ownLines(questions, order)
		if err != nil {
			return fmt.Errorf("mailquarry: %w", err)
		}
		peers, err := b.peerLines(questions, order)
		if err != nil {
			return err
		}
		tellLatency(order, questions, append(lines, peers...))
	}
	return nil
}

func (b *bench) ownLines(questions []question, order engine.Sort) (lines []line, err error) {
	ctx := context.Background()
	o, err := openData(ctx, b.data())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	// What is read once of each segment, after a start or a merge, is no part of a search.
	if _, _, _, err := o.ask(ctx, []question{{class: mid, words: []string{"mail"}}}, false, order); err != nil {
		return nil, err
	}
	for _, exact := range []bool{false, true} {
		whole, alone, first, err := o.ask(ctx, questions, exact, order)
		if err != nil {
			return nil, err
		}
		if exact {
			lines = append(lines, line{"Mailquarry's engine, exact words", true, exact, alone})
			continue
		}
		lines = append(lines, line{"Mailquarry's engine", true, exact, alone}, line{"the same, the first time", true, exact, first},
			line{"Mailquarry, 20 snippets too", true, exact, whole})
	}
	return lines, nil
}

// peerLines asks what the part build has left.
func (b *bench) peerLines(questions []question, order engine.Sort) ([]line, error) {
	xapian := filepath.Join(b.work, "notmuch", "xapian")
	config := filepath.Join(b.work, "notmuch", "config")
	libraries := []library{
		{"Xapian on notmuch's index", "xapian", "python3-xapian", insideJob{Program: "xapian", Path: xapian, Exact: true}},
		{"Xapian, totals estimated", "xapian", "python3-xapian", insideJob{Program: "xapian", Path: xapian}},
		{"SQLite FTS5", "sqlite3", "python3", insideJob{Program: "sqlite", Path: filepath.Join(b.work, "sqlite3", "fts.db")}},
	}
	if order == engine.Newest {
		libraries = append(libraries, library{
			"libnotmuch", "notmuch2", "python3-notmuch2",
			insideJob{Program: "notmuch", Path: filepath.Join(b.work, "notmuch"), Config: config},
		})
	}
	var lines []line
	for _, l := range libraries {
		if _, err := os.Stat(l.job.Path); err != nil || !l.present() {
			fmt.Printf("%s is left out: it needs %s and what the part build makes\n", l.name, l.need)
			continue
		}
		l.job.Order = string(order)
		replies, err := l.ask(questions)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line{l.name, false, l.job.Program == "sqlite", replies})
	}
	return lines, nil
}
