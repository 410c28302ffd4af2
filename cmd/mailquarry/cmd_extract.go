package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mailquarry/extract"
)

// extractCmd lets an administrator see what would be found in a file.
type extractCmd struct {
	Files []string `arg:"" name:"file" help:"Files of any kind, folders of them, or - for standard input."`
	Text  bool     `help:"Print the text; --no-text for the state only." default:"true" negatable:"" env:"MAILQUARRY_EXTRACT_TEXT"`
	JSON  bool     `help:"Print a JSON object for each file, one on a line." env:"MAILQUARRY_EXTRACT_JSON"`
}

// Help is what the help of the command says besides its flags.
func (*extractCmd) Help() string {
	return `Each file is read as an attachment would be, and nothing is stored. Its first line tells its type, its state (ok, partial, empty, no_text,
unsupported, encrypted, too_large, timeout or failed) with the reason, the readers that made the text with their versions, and the time that took; the first file's includes the start of a worker process.

Of a folder, all files below it are read, without following links. The exit code is 0 when every file could be opened, whatever
became of it: its state is in what is printed. It is 1 when one could not; the others are read all the same.`
}

// extracted is what became of a file.
type extracted struct {
	File   string          `json:"file"`
	Type   string          `json:"type"`
	State  extract.State   `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Made   string          `json:"made_by"`
	Took   float64         `json:"seconds"`
	Bytes  int             `json:"text_bytes"`
	Text   *string         `json:"text,omitempty"`
	Places []extract.Place `json:"places,omitempty"`
}

// Run reads the files one after the other. One that cannot be opened is told and
// does not keep the others from being read.
func (x *extractCmd) Run(ctx context.Context, con *console, c *cli) error {
	log := logger(c, con)
	ocr, err := c.ocr(ctx, log)
	if err != nil {
		return err
	}
	pool := extract.New(extract.Options{Logger: log, CacheDir: compiledFor(c.Data), MaxInput: maxTrial, OCR: ocr})
	defer pool.Close()
	printed, unread := 0, []error{}
	for t, err := range trials(ctx, con.stdin, x.Files) {
		var res extract.Result
		began := time.Now()
		if err == nil {
			t.doc.OCR = true // where there is one
			res, err = pool.Extract(ctx, t.doc)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			unread = append(unread, fmt.Errorf("extract %s: %w", printable(t.name), err))
			if len(x.Files) > 1 || t.found {
				fmt.Fprintln(con.progress, "mailquarry: "+explain(unread[len(unread)-1]))
			}
			continue
		}
		if printed++; printed > 1 && x.Text && !x.JSON {
			fmt.Fprintln(con.out)
		}
		if err := x.print(con.out, t.name, res, time.Since(began)); err != nil {
			return err
		}
	}
	switch {
	case len(unread) == 1 && len(x.Files) == 1 && printed == 0:
		return unread[0]
	case len(unread) > 0:
		return fmt.Errorf("%d of %d files could not be read", len(unread), len(unread)+printed)
	case printed == 0:
		fmt.Fprintln(con.progress, "mailquarry: there are no files in "+printable(strings.Join(x.Files, ", ")))
	}
	return nil
}

func (x *extractCmd) print(out io.Writer, name string, res extract.Result, took time.Duration) error {
	if x.JSON {
		e := extracted{
			File: name, Type: res.Type, State: res.State, Reason: res.Reason, Made: res.Made, Took: took.Seconds(), Bytes: len(res.Text),
		}
		if x.Text {
			e.Text, e.Places = &res.Text, res.Places
		}
		return json.NewEncoder(out).Encode(e)
	}
	state := string(res.State)
	if res.Reason != "" {
		state += " (" + res.Reason + ")"
	}
	kind := res.Type
	if kind == "" {
		kind = "unknown type"
	}
	made := strings.TrimSuffix(res.Made, " /0") // no reader took it
	_, err := fmt.Fprintf(out, "%s: %s, %s; %s bytes of text, made by %s in %s\n",
		printable(name), kind, state, thousands(len(res.Text)), made, took.Round(100*time.Microsecond))
	if err == nil && x.Text && res.Text != "" {
		printPlaces(out, res)
	}
	return err
}

// compiledFor is the folder of compiled PDFium: that of the data folder, or, where
// there is none, one in the user's cache. A trial of a file makes no data folder.
func compiledFor(data string) string {
	if info, err := os.Stat(data); err == nil && info.IsDir() {
		return filepath.Join(data, compiledDir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "mailquarry", compiledDir)
}

// printPlaces prints the text with a line above each stretch that says where in
// the document it stands.
func printPlaces(out io.Writer, res extract.Result) {
	from := 0
	for _, p := range append(res.Places, extract.Place{Offset: len(res.Text)}) {
		if s := strings.Trim(res.Text[from:p.Offset], "\n"); s != "" {
			fmt.Fprintln(out, s)
		}
		if from = p.Offset; len(p.Path) > 0 {
			fmt.Fprintf(out, "\n[%s]\n", printable(extract.PathText(p.Path)))
		}
	}
}
