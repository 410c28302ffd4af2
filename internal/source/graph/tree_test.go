package graph

import (
	"encoding/json"
	"testing"

	"mailquarry/internal/source"
)

// What is below a folder that is not synced is left out, also when it is listed
// before what is above it.
func TestChildListedBeforeItsParent(t *testing.T) {
	t.Parallel()
	tr := &tree{
		parents: map[string]string{}, search: map[string]bool{},
		names: map[string]string{"root": "msgfolderroot", "sync": "syncissues", "in": "inbox"},
	}
	got := map[string]source.Folder{}
	read := func(items ...string) int {
		var raw []json.RawMessage
		for _, s := range items {
			raw = append(raw, json.RawMessage(s))
		}
		out := tr.read(raw, func(reason string) { t.Error(reason) })
		for _, f := range out {
			got[f.Key] = f
		}
		return len(out)
	}
	read(`{"id":"c","parentFolderId":"b","displayName":"C"}`, `{"id":"y","parentFolderId":"x"}`, `{"id":"d","parentFolderId":"s"}`)
	if got["c"].Skip || got["y"].Skip || got["d"].Skip {
		t.Fatal("a folder is left out of which nothing is known")
	}
	read(`{"id":"b","parentFolderId":"a"}`, `{"id":"s","parentFolderId":"root","@odata.type":"#microsoft.graph.mailSearchFolder"}`)
	if !got["d"].Skip {
		t.Error("what is below a search folder is synced")
	}
	if n := read(`{"id":"a","parentFolderId":"sync"}`, `{"id":"x","parentFolderId":"in"}`, `{"id":"in","parentFolderId":"root"}`, `{"id":"root","parentFolderId":"store"}`); n != 6 {
		t.Errorf("%d folders, want the 4 of the page and 2 that were wrong", n)
	}
	for id, want := range map[string]bool{"a": true, "b": true, "c": true, "d": true, "s": true, "x": false, "y": false, "in": false} {
		if got[id].Skip != want {
			t.Errorf("folder %s is left out: %v, want %v", id, got[id].Skip, want)
		}
	}
	if got["c"].Name != "C" || len(tr.open) != 0 {
		t.Errorf("folder %+v, still open %v", got["c"], tr.open)
	}
}
