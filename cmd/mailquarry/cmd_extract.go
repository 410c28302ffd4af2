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
	Files []string `arg:"" name:"file" help:"Files of any kind." type:"path"`
	Text  bool     `help:"Print the text; --no-text for the state only." default:"true" negatable:"" env:"MAILQUARRY_EXTRACT_TEXT"`
	JSON  bool     `help:"Print a JSON object for each file, one on a line." env:"MAILQUARRY_EXTRACT_JSON"`
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

// Run reads the files one after the other. A file that cannot be opened ends it.
func (x *extractCmd) Run(ctx context.Context, con *console, c *cli) error {
	pool := extract.New(extract.Options{Logger: logger(c, con), CacheDir: compiledFor(c.Data)})
	defer pool.Close()
	for _, name := range x.Files {
		began := time.Now()
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a folder", name)
		}
		if err != nil {
			return fmt.Errorf("extract: %w", err)
		}
		res, err := pool.Extract(ctx, extract.Doc{
			Name: filepath.Base(name), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(name) },
		})
		if err != nil {
			return fmt.Errorf("extract %s: %w", name, err)
		}
		if err := x.print(con.out, name, res, time.Since(began)); err != nil {
			return err
		}
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
	fmt.Fprintf(out, "%s: %s, %s; %d bytes of text by %s in %s\n", name, kind, state, len(res.Text), res.Made, took.Round(time.Millisecond))
	if x.Text && res.Text != "" {
		printPlaces(out, res)
	}
	return nil
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
			fmt.Fprintf(out, "\n[%s]\n", extract.PathText(p.Path))
		}
	}
}
