package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"mailquarry/internal/archive"
	"mailquarry/search/query"
	"mailquarry/search/saved"
)

// searchesDir is the folder in the data folder that holds saved searches. Each is
// a file of its own, so that a command needs nothing of the running server.
const searchesDir = "searches"

// savedCmd keeps searches under names.
type savedCmd struct {
	Add    addSavedCmd    `cmd:"" help:"Keep a search under a name, in the place of one of that name."`
	List   listSavedCmd   `cmd:"" help:"List the saved searches."`
	Remove removeSavedCmd `cmd:"" help:"Remove a saved search."`
}

type addSavedCmd struct {
	Name  string `arg:"" help:"Name of the search: query:NAME finds what it finds."`
	Query string `arg:"" help:"The search, in quotes. One that begins with a minus comes after --."`
}

type listSavedCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

type removeSavedCmd struct {
	Name string `arg:"" help:"Name of the search."`
}

// savedIn gives the searches of a data folder.
func savedIn(data string) (*saved.Store, error) {
	if err := needStore(data); err != nil {
		return nil, err
	}
	if err := archive.CheckOurs(data); err != nil {
		return nil, err
	}
	return searchesIn(data), nil
}

func searchesIn(data string) *saved.Store { return saved.At(filepath.Join(data, searchesDir)) }

// savedText gives the text of a saved search, as a search service asks for it.
func savedText(data string) func(string) (string, bool, error) {
	store := searchesIn(data)
	return func(name string) (string, bool, error) {
		s, ok, err := store.Get(name)
		return s.Query, ok, err
	}
}

// savedNames lists the saved searches for completion.
func savedNames(data string) func() ([]string, error) {
	store := searchesIn(data)
	return func() ([]string, error) {
		all, err := store.List()
		names := make([]string, len(all))
		for i, s := range all {
			names[i] = s.Name
		}
		return names, err
	}
}

// Run keeps a search.
func (a *addSavedCmd) Run(con *console, c *cli) error {
	store, err := savedIn(c.Data)
	if err != nil {
		return err
	}
	err = store.Put(a.Name, a.Query)
	var bad *saved.NameError
	if errors.As(err, &bad) {
		return usagef("%s", bad.Reason)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "query:%q now finds what %s finds.\n", a.Name, a.Query)
	if warnings := query.Parse(a.Query, time.Now()).Warnings; len(warnings) > 0 {
		fmt.Fprintf(con.out, "Mind that %s.\n", warnings[0].Message)
	}
	return nil
}

// Run lists the searches.
func (l *listSavedCmd) Run(con *console, c *cli) error {
	store, err := savedIn(c.Data)
	if err != nil {
		return err
	}
	all, err := store.List()
	switch {
	case err != nil:
		return err
	case l.JSON:
		return json.NewEncoder(con.out).Encode(map[string]any{"searches": all})
	case len(all) == 0:
		fmt.Fprintln(con.out, "No searches are saved.")
		return nil
	}
	lines := make([][]string, 0, len(all))
	for _, s := range all {
		lines = append(lines, []string{s.Name, s.Query})
	}
	return table(con.out, []string{"NAME", "SEARCH"}, lines)
}

// Run removes a search.
func (r *removeSavedCmd) Run(con *console, c *cli) error {
	store, err := savedIn(c.Data)
	if err != nil {
		return err
	}
	ok, err := store.Remove(r.Name)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("there is no saved search %q; mailquarry saved list shows those there are", r.Name)
	}
	fmt.Fprintf(con.out, "The search %q is removed.\n", r.Name)
	return nil
}
