package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// askXapian asks the index that notmuch made by Xapian's own order, BM25, which notmuch
// has no option for.
func askXapian(work string, s *set) ([][]string, error) {
	db := filepath.Join(filepath.Dir(work), "notmuch", "xapian")
	names, err := messageIDs(db)
	if err != nil {
		return nil, err
	}
	place := regexp.MustCompile(`(?m)^(\d+): \[`)
	var found [][]string
	for _, q := range s.queries {
		out, err := exec.Command("quest", "--db="+db, fmt.Sprint("--msize=", depth), "--stemmer=english", "--default-op=or",
			"--", strings.ReplaceAll(either(q.text, " "), `"`, "")).Output()
		if err != nil {
			return nil, fmt.Errorf("%q: %w", q.text, err)
		}
		var ids []string
		for _, m := range place.FindAllStringSubmatch(string(out), -1) {
			ids = append(ids, names[m[1]])
		}
		found = append(found, ids)
	}
	return found, nil
}

// messageIDs gives notmuch's messages by their number in its index; they are the first
// of the values that it keeps beside the words.
func messageIDs(db string) (map[string]string, error) {
	out, err := exec.Command("xapian-delve", "-V1", db).Output()
	if err != nil {
		return nil, fmt.Errorf("list the messages: %w", err)
	}
	names := map[string]string{}
	for _, f := range strings.Fields(string(out)) {
		if number, name, ok := strings.Cut(f, ":"); ok {
			names[number] = name
		}
	}
	return names, nil
}
