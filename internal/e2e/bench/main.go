// Command bench measures the real binary on real mail, beside notmuch, mu and
// SQLite FTS5 on the same messages in the same run, and prints a table in
// Markdown. Ratios within one run are what to trust: the machine's load moves
// the figures of two runs apart.
//
// Peers that are not installed are left out with a line that says so.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	corpus := flag.String("corpus", "corpora", "folder of the unpacked corpora")
	binary := flag.String("binary", "bin/mailquarry", "the program to measure")
	work := flag.String("work", filepath.Join("build", "bench"), "folder for stores and indexes; emptied first")
	requests := flag.Bool("requests", false, "count the requests of a sync instead")
	flag.Parse()
	if *requests {
		if err := count(*binary, *work); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*corpus, *binary, *work); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// set is the mail that everyone indexes.
type set struct {
	tree    string // USER/FOLDER/N.eml
	maildir string // the same files as Maildir folders, by hard link
	files   int
	bytes   int64
}

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

// count counts requests in an empty folder.
func count(binary, work string) error {
	work, err := filepath.Abs(filepath.Join(work, "requests"))
	if err != nil {
		return err
	}
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	return countRequests(binary, work)
}

func run(corpus, binary, work string) error {
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
	s, err := prepare(filepath.Join(corpus, "enron"), filepath.Join(work, "maildir"))
	if err != nil {
		return fmt.Errorf("prepare the mail: %w", err)
	}
	queries, err := drawQueries(s.tree, 200)
	if err != nil {
		return fmt.Errorf("draw queries: %w", err)
	}
	fmt.Printf("%d messages, %.1f MB; %d processors; %s\n\n", s.files, mb(s.bytes), runtime.NumCPU(), runtime.Version())

	ours, err := measureOurs(binary, filepath.Join(work, "mailquarry"), s, queries)
	if err != nil {
		return fmt.Errorf("measure mailquarry: %w", err)
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
		f, err := peer.measure(filepath.Join(work, peer.command), s, queries)
		if err != nil {
			return fmt.Errorf("measure %s: %w", peer.name, err)
		}
		f.name = peer.name
		all = append(all, f)
	}
	report(s, all)
	return nil
}

// prepare counts the files and lays them out as Maildir folders, which mu
// insists on.
func prepare(tree, maildir string) (set, error) {
	s := set{tree: tree, maildir: maildir}
	err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(tree, p)
		if err != nil {
			return err
		}
		dir := filepath.Join(maildir, strings.ReplaceAll(filepath.Dir(rel), string(filepath.Separator), "."))
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
				return err
			}
		}
		s.files++
		s.bytes += info.Size()
		return os.Link(p, filepath.Join(dir, "cur", fmt.Sprintf("%d.bench:2,S", s.files)))
	})
	return s, err
}

func mb(n int64) float64 { return float64(n) / 1e6 }

func diskUsage(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}
