package search

import (
	"fmt"
	"slices"
	"time"

	"mailquarry/search/query"
)

// The limits of saved searches that name others.
const (
	maxSavedDepth = 10
	maxSaved      = 20 // in one query, with all that they name
)

// expansion puts saved searches in the place of their names. A nil one is for
// queries that have to stay as they are.
type expansion struct {
	get    func(name string) (text string, ok bool, err error) // may be nil
	now    time.Time                                           // in the searcher's zone: today in a saved search is the searcher's
	inside []string                                            // the searches that are being put in
	count  int
	err    error // the first that get gave
}

// search is the saved search of a name. What is wrong within it is told at the
// place of its name.
func (r *resolver) search(n query.Saved) query.Node {
	name, x := n.Name, r.saved
	switch {
	case x == nil:
		r.warn(n.At, "a saved search may change and cannot be used here; write out what %q finds", name)
		return query.Nothing{}
	case x.get == nil:
		r.warn(n.At, "there is no saved search %q", name)
		return query.Nothing{}
	}
	key := query.FoldKey(name)
	switch {
	case slices.Contains(x.inside, key):
		r.warn(n.At, "the saved search %q names itself", name)
		return query.Nothing{}
	case len(x.inside) >= maxSavedDepth || x.count >= maxSaved:
		r.warn(n.At, "too many saved searches name each other; %q is left out", name)
		return query.Nothing{}
	}
	text, ok, err := x.get(name)
	if err != nil && x.err == nil {
		x.err = err
	}
	if err != nil || !ok {
		r.warn(n.At, "there is no saved search %q", name)
		return query.Nothing{}
	}
	x.count++
	x.inside = append(x.inside, key)
	defer func() { x.inside = x.inside[:len(x.inside)-1] }()
	parsed := query.Parse(text, x.now)
	node := parsed.Node
	sub := &resolver{names: r.names, scope: r.scope, own: r.own, saved: x}
	if node != nil {
		node = sub.resolve(node)
	}
	for _, w := range slices.Concat(parsed.Warnings, sub.warnings) {
		w = query.Warning{Message: fmt.Sprintf("in the saved search %q: %s", name, w.Message), From: n.At.From, To: n.At.To}
		if !slices.Contains(r.warnings, w) {
			r.warnings = append(r.warnings, w)
		}
	}
	if node == nil { // nothing of it was understood, which must not find all mail
		return query.Nothing{}
	}
	return node
}
