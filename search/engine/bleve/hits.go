package bleve

import (
	"cmp"
	"math"
	"slices"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// hit is a document found, with what it is ordered by.
type hit struct {
	id    mail.MessageID
	score float64
	name  string // with engine.BySender
	key   int64  // a number of which the greater comes first: a date, turned for engine.Oldest, or a size
	date  int64  // of what is equal in all that, the latest comes first
	part  *part
	doc   uint32

	// What the second look found: its score is the sum of the first three, times factor.
	words, near, said float64
	factor            float64
}

// before orders hits: greater scores first, then names, those without one last, then
// greater keys, then later dates, then greater ids.
func before(a, b hit) int {
	switch { // written out, since it is called for every document found
	case a.score != b.score:
		return cmp.Compare(b.score, a.score)
	case a.name != b.name:
		if a.name == "" || b.name == "" {
			return cmp.Compare(b.name, a.name)
		}
		return cmp.Compare(a.name, b.name)
	case a.key != b.key:
		return cmp.Compare(b.key, a.key)
	case a.date != b.date:
		return cmp.Compare(b.date, a.date)
	default:
		return cmp.Compare(b.id, a.id)
	}
}

// order makes hits of a part's documents in the order asked for.
type order struct {
	sort  engine.Sort
	p     *part
	names *facetColumn // with engine.BySender
	text  []string
}

func (s *search) orderOf(p *part) (order, error) {
	o := order{sort: s.request.Sort, p: p}
	if o.sort != engine.BySender {
		return o, nil
	}
	col, table, err := p.facet(columnName)
	if err != nil {
		return o, err
	}
	o.names, o.text = col, table.all()
	return o, nil
}

// key is a hit's key.
func (o *order) key(doc uint32) int64 {
	switch o.sort {
	case engine.Newest, engine.BySender:
		return o.p.cols.dates[doc]
	case engine.Oldest:
		return oldestKey(o.p.cols.dates[doc])
	case engine.Largest:
		return o.p.cols.sizes[doc]
	default:
		return 0
	}
}

// hit makes a hit of a document.
func (o *order) hit(doc uint32, score float64, key int64) hit {
	h := hit{id: o.p.cols.ids[doc], part: o.p, doc: doc, score: score, key: key, date: o.p.cols.dates[doc]}
	if o.names != nil {
		h.name = o.text[o.names.of[doc]]
	}
	return h
}

// oldestKey turns a date so that older ones are greater, and none is the least.
func oldestKey(date int64) int64 {
	if date == noDate {
		return math.MinInt64
	}
	return -date
}

// collect keeps the best hits of a view.
func (s *search) collect(w *whole, v *view, rank *scoring, l *leaning) error {
	orders := make([]order, len(w.parts))
	if v.groups != nil && rank != nil {
		s.scores = make([]float64, len(v.groups.members))
	}
	for i, p := range slices.Backward(w.parts) { // the newest first: see each
		if err := p.done(); err != nil {
			return err
		}
		var err error
		if orders[i], err = s.orderOf(p); err != nil {
			return err
		}
		if v.found[i] == nil {
			continue
		}
		docs := v.found[i].ToArray()
		var scores []float64
		if rank != nil {
			if scores, err = rank.score(p, docs, v.found[i]); err != nil {
				return err
			}
			if err := l.lean(p, docs, v.found[i], scores); err != nil {
				return err
			}
		}
		s.each(&orders[i], v, docs, scores)
	}
	if v.groups != nil {
		s.groups(orders, v)
	}
	return nil
}

// each looks at the documents of a part that are a hit each, and notes the scores of
// others. Later documents mostly have greater ids and dates: from the end, most of the
// others are turned down.
func (s *search) each(o *order, v *view, docs []uint32, scores []float64) {
	var slots []uint32
	if v.groups != nil {
		slots = v.groups.slots[o.p.number]
	}
	for i, doc := range slices.Backward(docs) {
		score := 0.0
		if scores != nil {
			score = scores[i]
		}
		if s.plain != nil {
			if worst := s.plain.last(); worst == nil || score >= worst.score {
				s.plain.add(o.hit(doc, score, o.key(doc)))
			}
		}
		if slots != nil && slots[doc] != 0 {
			if s.scores != nil {
				s.scores[slots[doc]-1] = score
			}
			continue
		}
		if key := o.key(doc); s.hopeful(o, doc, score, key) {
			s.add(o.hit(doc, score, key))
		}
	}
}

// hopeful tells, at little cost, whether a document may come to the page.
func (s *search) hopeful(o *order, doc uint32, score float64, key int64) bool {
	if o.names != nil {
		return true
	}
	if worst := s.best.last(); worst != nil {
		switch {
		case score != worst.score:
			if score < worst.score {
				return false
			}
		case key != worst.key:
			if key < worst.key {
				return false
			}
		case o.p.cols.dates[doc] != worst.date:
			if o.p.cols.dates[doc] < worst.date {
				return false
			}
		case o.p.cols.ids[doc] < worst.id:
			return false
		}
	}
	return s.after == nil || score < s.after.score || score == s.after.score && key <= s.after.key
}

// groups looks at the documents that are in groups: the best of a group found stands
// for it.
func (s *search) groups(orders []order, v *view) {
	g := v.groups
	for slot := v.twins.next(0); slot >= 0; {
		first, hopeful := slot, false
		for ; slot >= 0 && g.group[slot] == g.group[first]; slot = v.twins.next(slot + 1) {
			at := g.members[slot]
			o := &orders[at.part]
			hopeful = hopeful || s.hopeful(o, at.doc, s.score(slot), o.key(at.doc))
		}
		if !hopeful {
			continue
		}
		best := s.member(orders, g, first)
		for other := v.twins.next(first + 1); other >= 0 && g.group[other] == g.group[first]; other = v.twins.next(other + 1) {
			if h := s.member(orders, g, other); before(h, best) < 0 {
				best = h
			}
		}
		s.add(best)
	}
}

// score gives the score of a member of a group.
func (s *search) score(slot int) float64 {
	if s.scores == nil {
		return 0
	}
	return s.scores[slot]
}

// member makes a hit of a member of a group.
func (s *search) member(orders []order, g *groups, slot int) hit {
	at := g.members[slot]
	o := &orders[at.part]
	return o.hit(at.doc, s.score(slot), o.key(at.doc))
}

// add keeps a hit if it is among the best behind the cursor.
func (s *search) add(h hit) {
	if worst := s.best.last(); worst != nil && before(h, *worst) > 0 {
		return
	}
	if s.after == nil || before(h, *s.after) > 0 {
		s.best.add(h)
	}
}

// slot gives the slot of a hit in groups, -1 when it is in none.
func (g *groups) slot(h hit) int { return int(g.slots[h.part.number][h.doc]) - 1 }

// copies lists the copies of a hit within the scope, with itself; nil when there is no
// other.
func (s *search) copies(w *whole, g *groups, h hit) ([]mail.MessageID, error) {
	slot := g.slot(h)
	if slot < 0 {
		return nil, nil
	}
	var ids []mail.MessageID
	from, to := g.around(slot)
	for _, at := range g.members[from:to] {
		p := w.parts[at.part]
		box, err := p.mailbox(at.doc)
		if err != nil {
			return nil, err
		}
		if s.request.Scope.Contains(box) {
			ids = append(ids, p.cols.ids[at.doc])
		}
	}
	if len(ids) < 2 {
		return nil, nil
	}
	slices.Sort(ids)
	return ids, nil
}

// mailbox gives the mailbox of a document.
func (p *part) mailbox(doc uint32) (mail.MailboxID, error) {
	col, table, err := p.facet(engine.FacetMailbox)
	if err != nil {
		return 0, err
	}
	return mail.ParseMailboxID(table.all()[col.of[doc]])
}
