package web

import (
	"slices"
	"strings"

	"mailquarry/search"
	"mailquarry/search/engine"
)

// folderViews lists folders as a tree. To choose one that holds others is to choose them,
// too, and its count tells of all.
func folderViews(p searchParams, buckets []search.Bucket) []bucketView {
	t := folderTree{params: p, below: map[string][]search.Bucket{}, owners: severalOwners(buckets)}
	known := map[string]bool{}
	for _, b := range buckets {
		known[b.Value] = true
	}
	for _, b := range buckets {
		parent := b.Parent
		if !known[parent] {
			parent = ""
		}
		t.below[parent] = append(t.below[parent], b)
	}
	for _, value := range p.Chosen[engine.FacetFolder] {
		if bare := strings.TrimSuffix(value, search.Within); !known[bare] {
			known[bare] = true
			t.below[""] = append(t.below[""], search.Bucket{Value: bare, Label: bare})
		}
	}
	t.left = bucketsInAll
	return t.views("", "")
}

// folderTree is a tree being laid out.
type folderTree struct {
	params searchParams
	below  map[string][]search.Bucket // by the value that they lie in
	owners bool
	left   int // how many more are shown
}

// views lists what lies in a folder of a path, the chosen ones first.
func (t *folderTree) views(in, path string) []bucketView {
	chosen := t.params.Chosen[engine.FacetFolder]
	var first, rest []bucketView
	for _, b := range t.below[in] {
		if t.left == 0 {
			break
		}
		t.left--
		v := bucketView{Facet: engine.FacetFolder, Value: b.Value, Label: b.Label, Count: number(max(b.Within, b.Count))}
		if in != "" {
			v.Label = strings.TrimPrefix(b.Label, path+"/")
		} else if t.owners {
			v.Owner = b.Mailbox
		}
		v.Below = t.views(b.Value, b.Label)
		choice := b.Value
		switch whole := b.Value + search.Within; {
		case slices.Contains(chosen, b.Value):
			v.Count = number(b.Count) // it is chosen without what lies in it
		case slices.Contains(chosen, whole), b.Within != b.Count:
			choice = whole
		}
		v.URL, v.Chosen = t.params.toggle(engine.FacetFolder, choice).url(), slices.Contains(chosen, choice)
		v.Open = slices.ContainsFunc(v.Below, func(w bucketView) bool { return w.Chosen || w.Open })
		if v.Chosen {
			first = append(first, v)
		} else {
			rest = append(rest, v)
		}
	}
	return append(first, rest...)
}
