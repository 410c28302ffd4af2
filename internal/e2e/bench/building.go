package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/mailtext"
)

// buildingRounds is how often each way is measured, all of them taking turns.
const buildingRounds = 3

// filled sees to it that there is a data folder with all of the mail.
func (b *bench) filled() error {
	if _, err := os.Stat(filepath.Join(b.data(), "index", "CURRENT")); err == nil {
		return nil
	}
	_, err := measure(exec.Command(b.binary, "import", "--data", b.data(), "--tree", b.mail.tree))
	return err
}

// contest is one way to build an index on some processors.
type contest struct {
	name  string
	cores int
	goal  float64 // times FTS5's rate on as many processors; 0 for FTS5 itself
	runs  []usage
}

func (c *contest) wall() time.Duration {
	return c.middle(func(u usage) int64 { return int64(u.wall) })
}

func (c *contest) cpu() time.Duration {
	return c.middle(func(u usage) int64 { return int64(u.cpu) })
}

func (c *contest) middle(of func(usage) int64) time.Duration {
	values := make([]int64, 0, len(c.runs))
	for _, u := range c.runs {
		values = append(values, of(u))
	}
	slices.Sort(values)
	return time.Duration(values[len(values)/2])
}

func (c *contest) peak() (most int64) {
	for _, u := range c.runs {
		most = max(most, u.rss)
	}
	return most
}

// building compares --reindex with FTS5 on four processors and on two.
func (b *bench) building() error {
	for _, p := range []string{"sqlite3", "taskset"} {
		if !installed(p) {
			fmt.Printf("%s is not installed: the part building is left out\n", p)
			return nil
		}
	}
	if err := b.filled(); err != nil {
		return err
	}
	dir, err := b.folder("building")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b.statements = filepath.Join(dir, "mail.sql")
	contests := []*contest{
		{name: "Mailquarry --reindex", cores: 4, goal: 2},
		{name: "SQLite FTS5", cores: 4},
		{name: "Mailquarry --reindex", cores: 2, goal: 1.4},
		{name: "SQLite FTS5", cores: 2},
		{name: "SQLite FTS5, its statements ready in a file", cores: 1},
	}
	if runtime.NumCPU() < 4 {
		contests = contests[2:]
	}
	var bytes int64
	for range buildingRounds {
		for _, c := range contests {
			u, size, err := b.compete(c, filepath.Join(dir, "fts.db"))
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.runs = append(c.runs, u)
			bytes = max(bytes, size)
		}
	}
	return b.tellBuilding(contests, bytes)
}

// compete builds once and gives the bytes of FTS5's index.
func (b *bench) compete(c *contest, db string) (u usage, size int64, err error) {
	on := []string{"-c", fmt.Sprintf("0-%d", c.cores-1)}
	if c.goal > 0 {
		u, err = measure(exec.Command("taskset", append(on, b.binary, "--reindex", "--data", b.data())...))
		return u, 0, err
	}
	for _, old := range []string{db, db + "-wal", db + "-shm"} {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return u, 0, err
		}
	}
	script := `"$0" -statements "$1" | sqlite3 "$2"`
	if c.cores == 1 {
		script = `sqlite3 "$2" < "$3"`
		if err := b.writeStatements(); err != nil {
			return u, 0, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return u, 0, err
	}
	u, err = measure(exec.Command("taskset", append(on, "sh", "-c", script, self, b.mail.tree, db, b.statements)...))
	if err != nil {
		return u, 0, err
	}
	size, err = diskUsage(db)
	return u, size, err
}

func (b *bench) writeStatements() error {
	if _, err := os.Stat(b.statements); err == nil {
		return nil
	}
	f, err := os.Create(b.statements)
	if err != nil {
		return err
	}
	return errors.Join(statements(f, b.mail.tree), f.Close())
}

// statements writes what makes an FTS5 table of the mail. It reads, decodes and
// takes the text from the mail by the same packages as --reindex, as many messages
// at a time as there are processors; neither keeps anything that the other does not read.
func statements(f *os.File, tree string) error {
	files, err := mailFiles(tree)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "PRAGMA journal_mode=WAL; CREATE VIRTUAL TABLE m USING fts5(subject, people, body, content='', tokenize='unicode61'); BEGIN;")
	for made := range inOrder(files, statement) {
		if made.err != nil {
			return made.err
		}
		if _, err := w.WriteString(made.text); err != nil {
			return err
		}
	}
	fmt.Fprintln(w, "COMMIT; INSERT INTO m(m) VALUES('optimize');")
	return w.Flush()
}

type made struct {
	text string
	err  error
}

func mailFiles(tree string) (files []string, err error) {
	err = filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	})
	return files, err
}

func statement(n int, file string) made {
	raw, err := os.ReadFile(file)
	if err != nil {
		return made{err: err}
	}
	msg, _ := decode.Message(source.RFC822, raw) // what can be read of a damaged one
	text := mailtext.Text(msg.Body.Content, msg.Body.Type == mail.HTML)
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO m(rowid,subject,people,body) VALUES(%d,%s,%s,%s);\n", n+1, literal(msg.Subject),
		literal(people([]mail.Address{msg.From}, msg.To, msg.Cc, msg.Bcc)), literal(text))
	return made{text: b.String()}
}

// inOrder makes something of each file, side by side, and gives it in the files' order.
func inOrder(files []string, do func(int, string) made) func(func(made) bool) {
	return func(yield func(made) bool) {
		slots := make(chan chan made, 256)
		stop := make(chan struct{})
		var working sync.WaitGroup
		defer working.Wait()
		defer close(stop)
		room := make(chan struct{}, runtime.GOMAXPROCS(0))
		working.Go(func() {
			defer close(slots)
			for i, f := range files {
				slot := make(chan made, 1)
				select {
				case slots <- slot:
				case <-stop:
					return
				}
				room <- struct{}{}
				working.Go(func() {
					slot <- do(i, f)
					<-room
				})
			}
		})
		for slot := range slots {
			if !yield(<-slot) {
				return
			}
		}
	}
}

func (b *bench) tellBuilding(contests []*contest, fts int64) error {
	index, err := diskUsage(filepath.Join(b.data(), "index"))
	if err != nil {
		return err
	}
	fmt.Printf("\nBuilding the index from what is at hand, medians of %d, in turns, on the processors that taskset names. Both read and decode\n"+
		"by the same packages and within the same processors, Mailquarry from its store, which tells quotes from text, FTS5's feeder from files.\n\n", buildingRounds)
	fmt.Println("| what | processors | wall s | CPU s | messages/s | rate, FTS5 = 1 | goal | peak MB |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for i, c := range contests {
		ratio, goal := "", ""
		if c.goal > 0 {
			ratio = fmt.Sprintf("%.2f", contests[i+1].wall().Seconds()/c.wall().Seconds())
			goal = fmt.Sprintf("%.1f", c.goal)
		}
		fmt.Printf("| %s | 0-%d | %.2f | %.2f | %.0f | %s | %s | %.0f |\n", c.name, c.cores-1, c.wall().Seconds(), c.cpu().Seconds(),
			float64(b.mail.files)/c.wall().Seconds(), ratio, goal, mb(c.peak()))
	}
	fmt.Printf("\nIndex: Mailquarry %.1f MB, FTS5 (contentless, detail=full, optimized) %.1f MB: %.2f of FTS5's; the goal is 1 at most.\n",
		mb(index), mb(fts), float64(index)/float64(fts))
	return nil
}
