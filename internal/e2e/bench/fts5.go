package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
	"mailquarry/mailtext"
)

// measureFTS5 feeds the sqlite3 program with INSERT statements. Reading and
// decoding the mail is part of the time, as it is for the others; it runs
// beside sqlite3, in one goroutine.
func measureFTS5(dir string, s set, queries []string) (f figures, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return f, err
	}
	files, err := byDate(s.tree)
	if err != nil {
		return f, err
	}
	db := filepath.Join(dir, "fts.db")
	cmd := exec.Command("sqlite3", db)
	in, err := cmd.StdinPipe()
	if err != nil {
		return f, err
	}
	fed := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(in, 1<<20)
		err := feed(w, files)
		if ferr := w.Flush(); err == nil {
			err = ferr
		}
		if cerr := in.Close(); err == nil {
			err = cerr
		}
		fed <- err
	}()
	if f.index, err = measure(cmd); err != nil {
		return f, err
	}
	if err := <-fed; err != nil {
		return f, err
	}
	if f.disk, err = diskUsage(dir); err != nil {
		return f, err
	}
	f.how = "ORDER BY rank LIMIT 20 and a count, processor time of both inside one process, no snippets"
	for range 2 {
		if f.found, f.latency, err = askFTS5(db, queries); err != nil {
			return f, err
		}
	}
	return f, nil
}

// feed writes the statements, the oldest message first: rowids are in the order of
// dates then, the best case for newest-first and for ranges of dates.
func feed(w *bufio.Writer, files []dated) error {
	fmt.Fprintln(w, "PRAGMA journal_mode=WAL; CREATE VIRTUAL TABLE m USING fts5(subject, sender, recipients, mailbox, body, content='', tokenize='unicode61');")
	fmt.Fprintln(w, "CREATE TABLE dates(id INTEGER PRIMARY KEY, at INTEGER); BEGIN;")
	for i, f := range files {
		raw, err := os.ReadFile(f.path)
		if err != nil {
			return err
		}
		msg, _ := decode.Message(source.RFC822, raw) // what can be read of a damaged one
		text := mailtext.Text(msg.Body.Content, msg.Body.Type == mail.HTML)
		fmt.Fprintf(w, "INSERT INTO m(rowid,subject,sender,recipients,mailbox,body) VALUES(%d,%s,%s,%s,%s,%s);\nINSERT INTO dates VALUES(%d,%d);\n",
			i+1, literal(msg.Subject), literal(people([]mail.Address{msg.From})), literal(people(msg.To, msg.Cc, msg.Bcc)),
			literal(oneWord(f.mailbox)), literal(text), i+1, f.at.Unix())
	}
	_, err := fmt.Fprintln(w, "CREATE INDEX by_date ON dates(at); COMMIT; INSERT INTO m(m) VALUES('optimize');")
	return err
}

func people(lists ...[]mail.Address) string {
	var b strings.Builder
	for _, list := range lists {
		for _, a := range list {
			b.WriteString(a.Name + " " + a.Address + " ")
		}
	}
	return b.String()
}

// oneWord is a mailbox's name as one word for FTS5, so that it is one term to look up.
func oneWord(mailbox string) string { return strings.ReplaceAll(mailbox, "-", "") }

// dated is a file of mail.
type dated struct {
	path, mailbox string
	at            time.Time
}

// byDate lists the mail, the oldest first; what has no date comes before all.
func byDate(tree string) ([]dated, error) {
	var files []dated
	err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(tree, p)
		if err != nil {
			return err
		}
		f := dated{path: p}
		f.mailbox, _, _ = strings.Cut(filepath.ToSlash(rel), "/")
		f.at, err = dateOf(p)
		files = append(files, f)
		return err
	})
	slices.SortStableFunc(files, func(a, b dated) int { return a.at.Compare(b.at) })
	return files, err
}

func dateOf(path string) (time.Time, error) {
	f, err := os.Open(path)
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	m, err := netmail.ReadMessage(bufio.NewReader(f))
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // a few files are no mail
	}
	at, err := m.Header.Date()
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // nor have all of them a date
	}
	return at.UTC(), nil
}

func literal(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}

var runTime = regexp.MustCompile(`Run Time: real ([0-9.]+) user ([0-9.]+) sys ([0-9.]+)`)

func askFTS5(db string, queries []string) (found int, took []time.Duration, err error) {
	var script bytes.Buffer
	for _, q := range queries {
		match := literal(q)
		fmt.Fprintf(&script, ".timer on\nSELECT rowid FROM m WHERE m MATCH %s ORDER BY rank LIMIT 20;\n", match)
		fmt.Fprintf(&script, "SELECT 'count',count(*) FROM m WHERE m MATCH %s;\n.timer off\n", match)
	}
	cmd := exec.Command("sqlite3", db)
	cmd.Stdin = &script
	out, err := cmd.Output()
	if err != nil {
		return 0, nil, err
	}
	for _, line := range strings.Split(string(out), "\n") {
		if n, ok := strings.CutPrefix(line, "count|"); ok {
			c, err := strconv.Atoi(n)
			if err != nil {
				return 0, nil, err
			}
			found += c
		}
	}
	times := runTime.FindAllStringSubmatch(string(out), -1)
	if len(times) != 2*len(queries) {
		return 0, nil, fmt.Errorf("sqlite3 timed %d of %d statements", len(times), 2*len(queries))
	}
	for i := 0; i < len(times); i += 2 {
		var sum float64
		for _, t := range times[i : i+2] {
			for _, field := range t[2:4] {
				v, err := strconv.ParseFloat(field, 64)
				if err != nil {
					return 0, nil, err
				}
				sum += v
			}
		}
		took = append(took, time.Duration(sum*float64(time.Second)))
	}
	return found, took, nil
}
