// Command bench measures the real binary on real mail, beside notmuch, Xapian, mu and
// SQLite FTS5 on the same messages in the same run, and prints tables in
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
	"slices"
	"strings"
)

func main() {
	var b bench
	flag.StringVar(&b.corpus, "corpus", "corpora", "folder of the unpacked corpora")
	flag.StringVar(&b.binary, "binary", "bin/mailquarry", "the program to measure")
	flag.StringVar(&b.work, "work", filepath.Join("build", "bench"), "folder for stores and indexes")
	only := flag.String("only", "", "the parts to measure, by their names, with commas between them: "+partNames())
	feed := flag.String("statements", "", "print the statements that make an FTS5 table of this folder of mail, and do nothing else")
	flag.Parse()
	if *feed != "" {
		if err := statements(os.Stdout, *feed); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := b.run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what the parts measure.
type bench struct {
	corpus, binary, work string
	mail                 set
	statements           string // file of FTS5's, for the part building
}

// part is something that is measured by itself.
type part struct {
	name    string
	run     func(*bench) error
	special bool // runs only when it is named, and needs no corpora
}

// parts are in the order in which they run. The first builds what the others ask.
func parts() []part {
	return []part{
		{name: "build", run: (*bench).build},
		{name: "building", run: (*bench).building},
		{name: "latency", run: (*bench).latency},
		{name: "api", run: (*bench).api},
		{name: "extreme", run: (*bench).extreme},
		{name: "random", run: (*bench).random},
		{name: "idle", run: (*bench).idle},
		{name: "arrival", run: (*bench).arrival},
		{name: "growth", run: (*bench).growth},
		{name: "growth-large", run: (*bench).growthLarge, special: true},
		{name: "requests", run: (*bench).requests, special: true},
	}
}

func partNames() string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

func (b *bench) run(only string) error {
	named := map[string]bool{}
	for name := range strings.SplitSeq(only, ",") {
		if name != "" && !slices.ContainsFunc(parts(), func(p part) bool { return p.name == name }) {
			return fmt.Errorf("there is no part %q, but %s", name, partNames())
		}
		named[name] = name != ""
	}
	var err error
	if b.work, err = filepath.Abs(b.work); err != nil {
		return err
	}
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return err
	}
	for _, p := range parts() {
		if !named[p.name] && (only != "" || p.special) {
			continue
		}
		if !p.special && b.mail.files == 0 {
			if b.mail, err = prepare(filepath.Join(b.corpus, "enron"), filepath.Join(b.work, "maildir")); err != nil {
				return fmt.Errorf("prepare the mail: %w", err)
			}
			fmt.Printf("%d messages, %.1f MB; %d processors; %s\n", b.mail.files, mb(b.mail.bytes), runtime.NumCPU(), runtime.Version())
		}
		if err := p.run(b); err != nil {
			return fmt.Errorf("measure %s: %w", p.name, err)
		}
	}
	return nil
}

// data is the data folder that the part build has filled.
func (b *bench) data() string { return filepath.Join(b.work, "mailquarry") }

// folder is a part's own, emptied.
func (b *bench) folder(name string) (string, error) {
	dir := filepath.Join(b.work, name)
	return dir, os.RemoveAll(dir)
}

// set is the mail that everyone indexes.
type set struct {
	tree    string // USER/FOLDER/N.eml
	maildir string // the same files as Maildir folders, by hard link
	files   int
	bytes   int64
}

// prepare counts the files and lays them out as Maildir folders, which mu
// insists on.
func prepare(tree, maildir string) (set, error) {
	s := set{tree: tree, maildir: maildir}
	if err := os.RemoveAll(maildir); err != nil {
		return s, err
	}
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
		dir := filepath.Join(maildir, filepath.Dir(rel))
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
