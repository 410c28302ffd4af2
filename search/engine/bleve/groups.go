package bleve

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// groups are the documents of a snapshot that belong together by a tie, in groups of
// two and more: most documents are alone, and only the others need care. Documents
// that are deleted are in none.
//
// Each member of a group has a slot; those of a group lie next to each other.
type groups struct {
	slots   [][]uint32        // by part and document: its slot and 1; 0 for one alone
	members []place           // by slot
	group   []uint32          // by slot: the same for all of a group
	twins   []*roaring.Bitmap // by part: the documents that are in groups

	counting sync.Mutex
	sums     map[zonedFacet]*sums
}

// zonedFacet is a facet, in a zone where that matters.
type zonedFacet struct {
	facet engine.Facet
	zone  string // "" where it does not
}

// sums are by value the groups that have it, and those that have it or one in it by a
// tree.
type sums struct {
	counts, within []int
	tree           *engine.Tree
}

// totals gives the number of groups by the value of a facet, and that with what lies in
// it by a tree, if there is one. count adds up the first or the second of them, the
// first time that it is asked for. There are so many values.
func (g *groups) totals(key zonedFacet, tree *engine.Tree, values int, count func(counts []int, tree bool)) (counts, within []int) {
	g.counting.Lock()
	defer g.counting.Unlock()
	s := g.sums[key]
	if s == nil {
		s = &sums{counts: make([]int, values)}
		count(s.counts, false)
		if len(g.sums) >= maxSums {
			clear(g.sums)
		}
		g.sums[key] = s
	}
	if tree != nil && s.tree != tree {
		s.within, s.tree = make([]int, values), tree
		count(s.within, true)
	}
	if tree == nil {
		return s.counts, nil
	}
	return s.counts, s.within
}

// maxSums is how many facets' sums are kept, those in several zones each for itself.
const maxSums = 32

// place is where a document stands.
type place struct{ part, doc uint32 }

// groupsOf are the groups of a snapshot, made when they are asked for.
type groupsOf struct {
	key  string
	tie  tie
	once sync.Once
	err  error
	made *groups
}

// maxGroups is how many groups are kept: both kinds of the newest snapshot and of
// one that is paged through.
const maxGroups = 4

// groups gives the groups of the snapshot by a tie.
func (w *whole) groups(t tie) (*groups, error) {
	g := w.columns.groupsFor(t, w.key())
	g.once.Do(func() {
		g.err = fmt.Errorf("group by %s: %w", t, engine.ErrDamaged) // should it panic
		g.made, g.err = groupParts(w, t)
	})
	return g.made, g.err
}

// groupsFor gives a place for the groups of a snapshot.
func (c *columnCache) groupsFor(t tie, key string) *groupsOf {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.groups, func(g *groupsOf) bool { return g.tie == t && g.key == key })
	var g *groupsOf
	if i >= 0 {
		g = c.groups[i]
		c.groups = slices.Delete(c.groups, i, i+1)
	} else {
		g = &groupsOf{key: key, tie: t}
	}
	c.groups = append(c.groups, g)
	if n := len(c.groups); n > maxGroups {
		c.groups = slices.Delete(c.groups, 0, n-maxGroups)
	}
	return g
}

// key tells snapshots apart that have other documents: a segment never changes but
// for the documents that are deleted from it, which only grow in number.
func (w *whole) key() string {
	var b []byte
	for _, p := range w.parts {
		b = binary.AppendUvarint(b, p.id)
		deleted := uint64(0)
		if p.deleted != nil {
			deleted = p.deleted.GetCardinality()
		}
		b = binary.AppendUvarint(b, deleted)
	}
	return string(b)
}

// groupParts joins all documents that share a tie, and those that share one with
// such a document.
func groupParts(w *whole, t tie) (*groups, error) {
	cols := make([]*tieColumn, len(w.parts))
	for i, p := range w.parts {
		var err error
		if cols[i], err = p.ties(t); err != nil {
			return nil, err
		}
	}
	g := &groups{
		slots: make([][]uint32, len(w.parts)), twins: make([]*roaring.Bitmap, len(w.parts)), sums: map[zonedFacet]*sums{},
	}
	next := make([]uint32, w.columns.ties[t].size()) // by what documents are joined in: how many live ones
	joined := joinParts(w, t, cols)
	for i, p := range w.parts {
		g.slots[i] = rootsOf(p, cols[i], joined)
		for _, root := range g.slots[i] {
			next[root]++
		}
	}
	next[0] = 0 // of those without a tie
	total := uint32(0)
	for root, n := range next {
		next[root] = 0
		if n > 1 {
			total, next[root] = total+n, total+1 // the first slot, and 1
		}
	}
	g.members, g.group = make([]place, total), make([]uint32, total)
	for root, from := range next {
		if from > 0 {
			g.group[from-1] = uint32(root)
		}
	}
	for slot := range g.group {
		if g.group[slot] == 0 {
			g.group[slot] = g.group[slot-1]
		}
	}
	for i := range w.parts {
		g.fill(i, next)
	}
	return g, nil
}

// joinParts joins the ties that live documents have; nil where each has one at most.
func joinParts(w *whole, t tie, cols []*tieColumn) union32 {
	if t == ofCopies {
		return nil
	}
	joined := make(union32, w.columns.ties[t].size())
	for i := range joined {
		joined[i] = uint32(i)
	}
	for i, p := range w.parts {
		p.eachLive(func(doc uint32) {
			ties := cols[i].of(doc)
			for _, other := range ties[min(1, len(ties)):] {
				joined.join(ties[0], other)
			}
		})
	}
	return joined
}

// rootsOf gives by document what its ties are joined in, 0 for one that has none or is
// deleted.
func rootsOf(p *part, col *tieColumn, joined union32) []uint32 {
	roots := make([]uint32, len(p.cols.ids))
	p.eachLive(func(doc uint32) {
		if at := col.starts[doc]; at < col.starts[doc+1] {
			if roots[doc] = col.list[at]; joined != nil {
				roots[doc] = joined.find(roots[doc])
			}
		}
	})
	return roots
}

// fill gives each member of a group its slot in place of its root; next is by root the
// next slot and 1, 0 where a document is alone.
func (g *groups) fill(part int, next []uint32) {
	var twins []uint32
	slots := g.slots[part]
	for doc, root := range slots {
		slot := next[root]
		if slots[doc] = slot; slot == 0 {
			continue
		}
		next[root]++
		g.members[slot-1] = place{uint32(part), uint32(doc)}
		twins = append(twins, uint32(doc))
	}
	g.twins[part] = roaring.New()
	g.twins[part].AddMany(twins)
}

// around gives the slots of the group of a slot.
func (g *groups) around(slot int) (from, to int) {
	from, to = slot, slot+1
	for from > 0 && g.group[from-1] == g.group[slot] {
		from--
	}
	for to < len(g.group) && g.group[to] == g.group[slot] {
		to++
	}
	return from, to
}

// represented gives the groups that documents in order stand for, each once, and as top
// those alone; behind them it puts the groups of rest that have none among them.
func (g *groups) represented(docs, rest []hit) (all, top []hit) {
	seen := map[uint32]bool{}
	first := func(h hit) bool {
		slot := g.slot(h)
		if slot < 0 {
			return true
		}
		again := seen[g.group[slot]]
		seen[g.group[slot]] = true
		return !again
	}
	alone := map[mail.MessageID]bool{}
	for _, h := range docs {
		if alone[h.id] = true; first(h) {
			all = append(all, h)
		}
	}
	n := len(all)
	for _, h := range rest {
		if !alone[h.id] && first(h) {
			all = append(all, h)
		}
	}
	return all, all[:n]
}

// eachLive calls f for the documents of a part that are not deleted.
func (p *part) eachLive(f func(doc uint32)) {
	n := uint32(len(p.cols.ids))
	if p.deleted == nil || p.deleted.IsEmpty() {
		for doc := range n {
			f(doc)
		}
		return
	}
	deleted := p.deleted.Iterator()
	doc := uint32(0)
	for doc < n && deleted.HasNext() {
		gap := min(deleted.Next(), n)
		for ; doc < gap; doc++ {
			f(doc)
		}
		doc = gap + 1
	}
	for ; doc < n; doc++ {
		f(doc)
	}
}

// union32 is a forest of numbers: those of a tree are joined.
type union32 []uint32

// find gives the root of a number's tree, and makes the way there shorter.
func (u union32) find(n uint32) uint32 {
	for u[n] != n {
		u[n] = u[u[n]]
		n = u[n]
	}
	return n
}

// join joins the trees of two numbers.
func (u union32) join(a, b uint32) {
	if a, b = u.find(a), u.find(b); a < b {
		u[b] = a
	} else {
		u[a] = b
	}
}

// threadMatcher matches the messages of all conversations in which some message, that
// may be seen, is matched.
type threadMatcher struct {
	inner matcher
	seen  matcher // nil is all
}

func (*threadMatcher) cost() int { return 8 }

func (m *threadMatcher) match(p *part, _ *roaring.Bitmap) (*roaring.Bitmap, error) {
	found, ok := p.whole.threads[m]
	if !ok {
		var err error
		if found, err = m.all(p.whole); err != nil {
			return nil, err
		}
		p.whole.threads[m] = found
	}
	return found[p.number], nil
}

// all gives the matches by part.
func (m *threadMatcher) all(w *whole) ([]*roaring.Bitmap, error) {
	g, err := w.groups(ofThreads)
	if err != nil {
		return nil, err
	}
	found := make([]*roaring.Bitmap, len(w.parts))
	hit := make(bitset, (len(g.members)+63)/64)
	for i, p := range w.parts {
		if err := p.done(); err != nil {
			return nil, err
		}
		set, err := matchLive(p, m.inner, m.seen)
		if err != nil {
			return nil, err
		}
		found[i] = roaring.AndNot(set, g.twins[i])
		g.mark(i, set, hit)
	}
	docs := make([][]uint32, len(w.parts))
	for slot := hit.next(0); slot >= 0; {
		from, to := g.around(slot)
		for _, at := range g.members[from:to] {
			docs[at.part] = append(docs[at.part], at.doc)
		}
		slot = hit.next(to)
	}
	for i := range docs {
		found[i].AddMany(docs[i])
	}
	return found, nil
}

// matchLive gives what matchers, of which the last may be nil, match of the documents
// that are not deleted.
func matchLive(p *part, m, within matcher) (*roaring.Bitmap, error) {
	set, err := m.match(p, nil)
	if err != nil || set == nil {
		return roaring.New(), err
	}
	if within != nil {
		seen, err := within.match(p, set)
		if err != nil || seen == nil {
			return roaring.New(), err
		}
		set = roaring.And(set, seen)
	}
	if p.deleted != nil {
		set = roaring.AndNot(set, p.deleted)
	}
	return set, nil
}

// mark notes the slots of those of a part's documents that are in groups.
func (g *groups) mark(part int, set *roaring.Bitmap, slots bitset) {
	of := g.slots[part]
	eachChunk(roaring.And(set, g.twins[part]), func(docs []uint32) {
		for _, doc := range docs {
			slots.add(int(of[doc] - 1))
		}
	})
}
