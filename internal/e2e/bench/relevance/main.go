// Command relevance prints how good the order of what is found is: nDCG@10, MRR@10 and
// recall@100 of the real program on judged collections and on messages to be found
// again, beside SQLite FTS5, notmuch and Xapian on the same queries.
//
// Each set's queries are in two halves, by their order: one may be tuned on, the other
// tells. Both are printed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// depth is how many results of a query are looked at.
const depth = 100

func main() {
	corpus := flag.String("corpus", "corpora", "folder of the unpacked corpora")
	binary := flag.String("binary", "bin/mailquarry", "the program to measure")
	work := flag.String("work", filepath.Join("build", "relevance"), "folder for stores and indexes; emptied first")
	only := flag.String("only", "", "the name of one set")
	items := flag.Int("items", 500, "messages to be found again")
	flag.Parse()
	if err := run(*corpus, *binary, *work, *only, *items); err != nil {
		fmt.Fprintln(os.Stderr, "relevance:", err)
		os.Exit(1)
	}
}

// engine is a program that is asked.
type engine struct {
	name    string
	command string // what has to be installed, in words; "" for nothing
	// ask indexes the mail of a set in an empty folder and gives for each query the
	// documents found, the best first.
	ask func(work string, s *set) ([][]string, error)
}

func run(corpus, binary, work, only string, items int) error {
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	work, err := filepath.Abs(work)
	if err != nil {
		return err
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	engines := []engine{
		{"Mailquarry", "", func(work string, s *set) ([][]string, error) { return askOurs(binary, work, s) }},
		{"SQLite FTS5", "sqlite3", askFTS5},
		{"notmuch", "notmuch", askNotmuch},
		{"Xapian on notmuch's index", "notmuch quest xapian-delve", askXapian},
	}
	engines = slices.DeleteFunc(engines, func(e engine) bool {
		return slices.ContainsFunc(strings.Fields(e.command), func(command string) bool {
			_, err := exec.LookPath(command)
			if err != nil {
				fmt.Printf("%s is left out: %s is not installed\n\n", e.name, command)
			}
			return err != nil
		})
	})
	if _, err := os.Stat(filepath.Join(corpus, "ir")); errors.Is(err, os.ErrNotExist) {
		fmt.Println("the corpora are absent and nothing is measured: run make corpora")
		return nil
	}
	for _, load := range []func() (*set, error){
		func() (*set, error) { return judged(corpus, "cranfield") },
		func() (*set, error) { return judged(corpus, "vaswani-npl") },
		func() (*set, error) { return closes(corpus) },
		func() (*set, error) { return knownItems(corpus, items) },
	} {
		s, err := load()
		if err != nil {
			return err
		}
		if only != "" && s.name != only {
			continue
		}
		if err := compare(engines, work, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// compare prints a set's table.
func compare(engines []engine, work string, s *set) error {
	fmt.Printf("**%s**: %d messages, %d queries.\n\n", s.name, s.size, len(s.queries))
	fmt.Println("| program | nDCG@10 | MRR@10 | recall@100 | the same on the half that may be tuned on |")
	fmt.Println("|---|---|---|---|---|")
	for _, e := range engines {
		dir := filepath.Join(work, s.name, e.name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		found, err := e.ask(dir, s)
		if err != nil {
			return fmt.Errorf("ask %s: %w", e.name, err)
		}
		var tuned, told scores
		for i, q := range s.queries {
			half := &told
			if i%2 == 0 {
				half = &tuned
			}
			half.add(q, found[i])
		}
		fmt.Printf("| %s | %.3f | %.3f | %.3f | %.3f %.3f %.3f |\n", e.name,
			told.mean(told.ndcg), told.mean(told.mrr), told.mean(told.recall), tuned.mean(tuned.ndcg), tuned.mean(tuned.mrr), tuned.mean(tuned.recall))
	}
	fmt.Println()
	return nil
}
