package graph

import (
	"encoding/json"
	"testing"
)

// Of the folders that hold no mail of their own neither they nor what is below
// them is synced, wherever they lie; a folder beside them is.
func TestFoldersWithoutMailOfTheirOwnAreSkipped(t *testing.T) {
	t.Parallel()
	names := map[string]string{
		"o": "outbox", "y": "syncissues", "c": "conflicts", "l": "localfailures", "v": "serverfailures", "s": "searchfolders", "i": "inbox",
	}
	for id, name := range names {
		tr := tree{names: names, parents: map[string]string{}, search: map[string]bool{}}
		var items []json.RawMessage
		for _, line := range []string{`{"id":"` + id + `"}`, `{"id":"below","parentFolderId":"` + id + `"}`, `{"id":"deeper","parentFolderId":"below"}`} {
			items = append(items, json.RawMessage(line))
		}
		got := tr.read(items, func(reason string) { t.Error(reason) })
		if len(got) != len(items) {
			t.Fatalf("%s: %d folders", name, len(got))
		}
		for _, f := range got {
			if want := name != "inbox"; f.Skip != want {
				t.Errorf("%s: folder %s is skipped: %v, want %v", name, f.Key, f.Skip, want)
			}
		}
	}
}
