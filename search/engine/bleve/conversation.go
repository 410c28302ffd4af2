package bleve

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// conversations tells of the page's hits which messages their conversations have.
type conversations struct {
	search *search
	found  *view
	copies *groups // nil when each copy counts
	orders []order
	shown  []*roaring.Bitmap // by part: the members of the page's conversations that may be seen
}

// conversationsOf looks which members of the conversations of hits may be seen.
func (s *search) conversationsOf(w *whole, found *view, copies *groups, hits []hit) (*conversations, error) {
	c := &conversations{search: s, found: found, copies: copies, orders: make([]order, len(w.parts)), shown: make([]*roaring.Bitmap, len(w.parts))}
	for i, p := range w.parts {
		var err error
		if c.orders[i], err = s.orderOf(p); err != nil {
			return nil, err
		}
		c.shown[i] = roaring.New()
	}
	for _, h := range hits {
		slot := found.groups.slot(h)
		if slot < 0 {
			continue
		}
		from, to := found.groups.around(slot)
		for _, at := range found.groups.members[from:to] {
			box, err := w.parts[at.part].mailbox(at.doc)
			if err != nil {
				return nil, err
			}
			if s.request.Scope.Contains(box) {
				c.shown[at.part].Add(at.doc)
			}
		}
	}
	return c, c.hide(w)
}

// hide leaves what the request says may be shown.
func (c *conversations) hide(w *whole) error {
	if c.search.request.Shown == nil {
		return nil
	}
	compiling := &compiler{seen: seenBy(c.search.request.Scope)}
	m, err := compiling.compile(c.search.request.Shown, false, 0)
	if err != nil {
		return fmt.Errorf("compile what of a conversation is shown: %w", err)
	}
	if m == nil {
		m = noneMatcher{}
	}
	for i, p := range w.parts {
		if c.shown[i].IsEmpty() {
			continue
		}
		set, err := m.match(p, c.shown[i])
		if err != nil {
			return err
		}
		if set == nil {
			set = roaring.New()
		}
		c.shown[i].And(set)
	}
	return nil
}

// member is a message of a conversation.
type member struct {
	hit
	found bool
}

// better orders the copies of a message: one that was found comes first.
func better(a, b member) int {
	if a.found != b.found {
		if a.found {
			return -1
		}
		return 1
	}
	return before(a.hit, b.hit)
}

// of notes the messages of a hit's conversation, the oldest first, and which of them
// were found. Of the copies of one it takes the best.
func (c *conversations) of(h hit, out *engine.Hit) {
	g := c.found.groups
	slot := g.slot(h)
	if slot < 0 {
		out.Thread, out.Found = []mail.MessageID{h.id}, []mail.MessageID{h.id}
		return
	}
	var list []member
	at := map[uint32]int{} // in list, by the group of copies
	from, to := g.around(slot)
	for slot := from; slot < to; slot++ {
		place, found := g.members[slot], c.found.twins.has(slot)
		if !found && !c.shown[place.part].Contains(place.doc) {
			continue
		}
		m := member{c.search.member(c.orders, g, slot), found}
		if c.copies != nil {
			if of := c.copies.slot(m.hit); of >= 0 {
				i, known := at[c.copies.group[of]]
				if known {
					if better(m, list[i]) < 0 {
						list[i] = m
					}
					continue
				}
				at[c.copies.group[of]] = len(list)
			}
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b member) int {
		return cmp.Or(cmp.Compare(oldestKey(b.date), oldestKey(a.date)), cmp.Compare(b.id, a.id))
	})
	for _, m := range list {
		out.Thread = append(out.Thread, m.id)
		if m.found {
			out.Found = append(out.Found, m.id)
		}
	}
}
