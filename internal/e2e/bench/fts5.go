package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	db := filepath.Join(dir, "fts.db")
	cmd := exec.Command("sqlite3", db)
	in, err := cmd.StdinPipe()
	if err != nil {
		return f, err
	}
	fed := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(in, 1<<20)
		err := feed(w, s.tree)
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

func feed(w *bufio.Writer, tree string) error {
	fmt.Fprintln(w, "PRAGMA journal_mode=WAL; CREATE VIRTUAL TABLE m USING fts5(subject, people, body, content='', tokenize='unicode61'); BEGIN;")
	id := 0
	err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		msg, _ := decode.Message(source.RFC822, raw) // what can be read of a damaged one
		var people strings.Builder
		for _, a := range append(append(append(msg.To, msg.Cc...), msg.Bcc...), msg.From) {
			people.WriteString(a.Name + " " + a.Address + " ")
		}
		text, _ := mailtext.Read(msg.Body.Content, msg.Body.Type == mail.HTML, msg.Subject)
		id++
		_, err = fmt.Fprintf(w, "INSERT INTO m(rowid,subject,people,body) VALUES(%d,%s,%s,%s);\n",
			id, literal(msg.Subject), literal(people.String()), literal(text))
		return err
	})
	fmt.Fprintln(w, "COMMIT; INSERT INTO m(m) VALUES('optimize');")
	return err
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
