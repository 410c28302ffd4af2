package graph

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"mailquarry/internal/source/graph/wire"
)

// A mailbox's folders may form any shape, rings among them, and come in any
// order: each is given, and those below a folder that is not synced are left
// out in the end.
func TestAnyShapeOfFolders(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		n := 2 + r.IntN(30)
		parents := make([]int, n)
		for i := range parents {
			parents[i] = r.IntN(n)
		}
		parents[0] = 0
		name := func(i int) string { return string(rune('A' + i)) }
		tr := &tree{
			parents: map[string]string{}, search: map[string]bool{},
			names: map[string]string{name(0): "msgfolderroot", name(1): "syncissues"},
		}
		skip := map[string]bool{}
		for order := r.Perm(n); len(order) > 0; {
			k := 1 + r.IntN(len(order))
			var page []json.RawMessage
			for _, i := range order[:k] {
				raw, err := json.Marshal(map[string]any{"id": name(i), "parentFolderId": name(parents[i])})
				if err != nil {
					t.Fatal(err)
				}
				page = append(page, raw)
			}
			order = order[k:]
			for _, f := range tr.read(page, func(reason string) { t.Error(reason) }) {
				skip[f.Key] = f.Skip
			}
		}
		for i := range n {
			below, at := i == 1, i
			for range n {
				at = parents[at]
				below = below || at == 1
			}
			if skip[name(i)] != below {
				t.Fatalf("parents %v: folder %d is left out: %v, want %v", parents, i, skip[name(i)], below)
			}
		}
	}
}

// A page of folders that makes no sense is read as far as it does.
func TestDamagedFoldersAreSkipped(t *testing.T) {
	t.Parallel()
	p, err := wire.ParsePage([]byte(`{"value":[null,7,{"id":""},{"id":"a","parentFolderId":9,"isHidden":"x","totalItemCount":"many","displayName":null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	skipped := 0
	got := (&tree{parents: map[string]string{}, search: map[string]bool{}}).read(p.Value, func(string) { skipped++ })
	if len(got) != 1 || got[0].Key != "a" || skipped != 3 {
		t.Errorf("folders %+v, %d skipped", got, skipped)
	}
}
