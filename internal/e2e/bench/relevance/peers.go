package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/mailtext"
)

// either joins the telling words of a query by OR, each in quotes.
func either(text, or string) string {
	usual := mailtext.UsualWords("en")
	list := words(text)
	telling := slices.DeleteFunc(slices.Clone(list), func(w string) bool { return slices.Contains(usual, w) })
	if len(telling) == 0 {
		telling = list
	}
	for i, w := range telling {
		telling[i] = `"` + w + `"`
	}
	return strings.Join(telling, or)
}

func literal(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}

// askFTS5 asks SQLite with stemming, the subject counting twice.
func askFTS5(work string, s *set) ([][]string, error) {
	cmd := exec.Command("sqlite3", filepath.Join(work, "fts.db"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	err = script(in, s)
	if cerr := in.Close(); err == nil {
		err = cerr
	}
	if werr := cmd.Wait(); werr != nil {
		return nil, fmt.Errorf("sqlite3: %w: %.500s", werr, stderr.String())
	}
	if err != nil {
		return nil, err
	}
	found := make([][]string, 0, len(s.queries))
	for line := range strings.Lines(stdout.String()) {
		if line = strings.TrimSpace(line); line == "--" {
			found = append(found, nil)
		} else if n := len(found); n > 0 {
			found[n-1] = append(found[n-1], line)
		}
	}
	if len(found) != len(s.queries) {
		return nil, fmt.Errorf("sqlite3 answered %d of %d queries", len(found), len(s.queries))
	}
	return found, nil
}

func script(in io.Writer, s *set) error {
	w := bufio.NewWriterSize(in, 1<<20)
	fmt.Fprintln(w, "CREATE VIRTUAL TABLE m USING fts5(id UNINDEXED, subject, people, body, tokenize='porter unicode61'); BEGIN;")
	err := eachMail(s.tree, func(m mail.Message, text string) error {
		var people strings.Builder
		for _, a := range slices.Concat(m.To, m.Cc, m.Bcc, []mail.Address{m.From}) {
			people.WriteString(a.Name + " " + a.Address + " ")
		}
		_, err := fmt.Fprintf(w, "INSERT INTO m(id, subject, people, body) VALUES(%s,%s,%s,%s);\n",
			literal(m.InternetMessageID), literal(m.Subject), literal(people.String()), literal(text))
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "COMMIT;")
	for _, q := range s.queries {
		fmt.Fprintf(w, "SELECT '--';\nSELECT id FROM m WHERE m MATCH %s ORDER BY bm25(m, 0, 2, 1, 1) LIMIT %d;\n", literal(either(q.text, " OR ")), depth)
	}
	return w.Flush()
}

// askNotmuch asks notmuch, which orders by date alone.
func askNotmuch(work string, s *set) ([][]string, error) {
	config := filepath.Join(work, "config")
	tree, err := filepath.Abs(s.tree)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("[database]\npath=%s\nmail_root=%s\n[user]\nname=x\nprimary_email=x@example.org\n[new]\ntags=\n[search]\nexclude_tags=\n", work, tree)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	notmuch := func(args ...string) (string, error) {
		cmd := exec.Command("notmuch", args...)
		cmd.Env = append(os.Environ(), "NOTMUCH_CONFIG="+config)
		out, err := cmd.Output()
		return string(out), err
	}
	if _, err := notmuch("new", "--quiet"); err != nil {
		return nil, err
	}
	var found [][]string
	for _, q := range s.queries {
		out, err := notmuch("search", "--output=messages", "--sort=newest-first", fmt.Sprint("--limit=", depth), either(q.text, " or "))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", q.text, err)
		}
		var ids []string
		for line := range strings.Lines(out) {
			ids = append(ids, strings.TrimPrefix(strings.TrimSpace(line), "id:"))
		}
		found = append(found, ids)
	}
	return found, nil
}
