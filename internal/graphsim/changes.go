package graphsim

// spanKey is an item as a client sees it: with default ids every move makes
// another one.
type spanKey struct{ num, ver uint32 }

// span sums up what happened to an item between two polls.
type span struct {
	last      int  // the journal entry at which it is given
	firstLeft bool // the first that happened was that it left
	left      bool
	content   bool // more than the read state changed
	arrived   bool
}

// spanCache remembers the last summary, since a round of many pages asks for
// the same one again and again.
type spanCache struct {
	from, to  int
	immutable bool
	spans     map[spanKey]span
}

// summary sums up the journal between two places. The lock is held.
func (f *Folder) summary(from, to int, immutable bool) map[spanKey]span {
	s := &f.spans
	if s.spans != nil && s.from == from && s.to == to && s.immutable == immutable {
		return s.spans
	}
	spans := make(map[spanKey]span)
	for i := from; i < to; i++ {
		e := f.journal[i]
		key := e.key(immutable)
		sp, seen := spans[key]
		sp.last = i
		switch e.kind {
		case eventLeft:
			sp.firstLeft = sp.firstLeft || !seen
			sp.left = true
		case eventArrived, eventArrivedOlder:
			sp.arrived = sp.arrived || !seen
			sp.content = true
		case eventChanged:
			sp.content = true
		case eventRead:
		}
		spans[key] = sp
	}
	*s = spanCache{from: from, to: to, immutable: immutable, spans: spans}
	return spans
}

func (e event) key(immutable bool) spanKey {
	if immutable {
		return spanKey{num: e.num}
	}
	return spanKey{e.num, e.ver}
}

// changes gives the items that the journal names between the round's bounds,
// each at its last entry, in a shuffled order.
func (p *pager) changes() (done bool) {
	k, f := p.k, p.f
	spans := f.summary(k.From, k.To, p.c.prefer.immutable)
	n := k.To - k.From
	salt := mix(p.c.t.seed, f.box.key, uint64(f.num), 2)
	for ; k.At < k.To; k.At++ {
		if len(p.page) >= p.size {
			return false
		}
		if k.At < k.From {
			p.replay(k.At)
			continue
		}
		i := k.From + permute(k.At-k.From, n, salt)
		e := f.journal[i]
		sp := spans[e.key(p.c.prefer.immutable)]
		if sp.last != i {
			continue
		}
		if !p.give(e, sp) {
			return false
		}
	}
	return true
}

// give puts an item on the page; false when it needs two places and only one
// is left.
func (p *pager) give(e event, sp span) bool {
	it := p.f.box.items[e.num]
	quirks := p.c.t.o.Quirks
	lost := sp.firstLeft && p.c.prefer.immutable && !quirks.NoLostReturn
	if e.kind == eventLeft || lost {
		if p.wanted("deleted") {
			v := view{item: *it, parent: p.f, gone: true}
			v.ver = e.ver
			p.page = append(p.page, v)
		}
		return true
	}
	if it.folder != p.f || it.ver != e.ver {
		return true // it left since the round began: the next one says so
	}
	v := it.view()
	v.readOnly = !sp.content
	switch {
	case v.readOnly && !p.sel.has("isread", true):
	case sp.arrived && !p.wanted("created"), !sp.arrived && !p.wanted("updated"):
	case e.kind == eventArrivedOlder && !quirks.NoDoubleMovedIn && p.size > 1:
		if len(p.page)+2 > p.size {
			return false
		}
		p.page = append(p.page, v, v)
	default:
		p.page = append(p.page, v)
	}
	return true
}

// replay gives some of the round before again.
func (p *pager) replay(i int) {
	e := p.f.journal[i]
	it := p.f.box.items[e.num]
	if it.folder != p.f || it.ver != e.ver || mix(p.c.t.seed, uint64(i))%4 != 0 {
		return
	}
	if _, again := p.f.spans.spans[e.key(p.c.prefer.immutable)]; !again {
		p.page = append(p.page, it.view())
	}
}

// wanted applies changeType.
func (p *pager) wanted(change string) bool { return p.k.Change == "" || p.k.Change == change }
