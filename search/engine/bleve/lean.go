package bleve

import (
	"fmt"
	"math"

	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/search/engine"
)

// oldAge is how many days older than the latest message found one is that gets nothing
// for its age.
const oldAge = 3652

// freshness is by days what of engine.Lean.Recent a message gets.
var freshness = func() (t [oldAge + 1]float64) {
	for day := range t {
		t[day] = 1 - math.Log1p(float64(day))/math.Log1p(oldAge)
	}
	return t
}()

// leaning is engine.Lean made ready for what a search found.
type leaning struct {
	engine.Lean
	latest    int64     // noDate when none has a date
	relations []matcher // as Lean.Relations
	known     bitset    // numbers of senders; nil: nobody
}

// lean is by what a message's score is multiplied, less one, in parts.
type lean struct {
	recent   float64
	relation int // in engine.Lean.Relations, and 1; 0: none
	known    bool
}

// leaningOf makes ready what the request leans to; nil for nothing.
func (s *search) leaningOf(w *whole, found *view) (*leaning, error) {
	l := &leaning{Lean: s.request.Lean, latest: noDate}
	if l.Recent == 0 && len(l.Relations) == 0 && (l.Known == 0 || len(l.Senders) == 0) {
		return nil, nil
	}
	c := &compiler{seen: seenBy(s.request.Scope)}
	for _, r := range l.Relations {
		m, err := c.compile(r.Query, false, 0)
		if err != nil {
			return nil, fmt.Errorf("compile what is %q: %w", r.Name, err)
		}
		if m == nil {
			m = noneMatcher{}
		}
		l.relations = append(l.relations, m)
	}
	for i, p := range w.parts {
		if found.found[i] == nil {
			continue
		}
		dates := p.cols.dates
		eachChunk(found.found[i], func(docs []uint32) {
			for _, doc := range docs {
				l.latest = max(l.latest, dates[doc])
			}
		})
		if l.Known == 0 {
			continue
		}
		if _, _, err := p.facet(engine.FacetSender); err != nil { // numbers its senders
			return nil, err
		}
	}
	if l.Known != 0 && len(l.Senders) > 0 {
		senders := w.columns.values[engine.FacetSender]
		l.known = make(bitset, len(senders.all())/64+1)
		for _, address := range l.Senders {
			if n := senders.find(address); n > 0 && int(n/64) < len(l.known) {
				l.known.add(int(n))
			}
		}
	}
	return l, nil
}

// each calls f for each of docs, which set has, with its place and what holds of it.
func (l *leaning) each(p *part, docs []uint32, set *roaring.Bitmap, f func(at int, is lean)) error {
	var senders, recipients *facetColumn
	var err error
	if l.known != nil {
		if senders, _, err = p.facet(engine.FacetSender); err != nil {
			return err
		}
	}
	related := make([]*roaring.Bitmap, len(l.relations))
	for i, m := range l.relations {
		if related[i], err = m.match(p, set); err != nil {
			return err
		}
		if l.Relations[i].Recipients > 0 && recipients == nil {
			if recipients, _, err = p.facet(engine.FacetRecipient); err != nil {
				return err
			}
		}
	}
	for at, doc := range docs {
		is := lean{recent: l.fresh(p.cols.dates[doc]), known: senders != nil && l.known.has(int(senders.of[doc]))}
		for i, docs := range related {
			few := l.Relations[i].Recipients
			if docs != nil && docs.Contains(doc) && (few == 0 || int(recipients.starts[doc+1]-recipients.starts[doc]) <= few) {
				is.relation = i + 1
				break
			}
		}
		f(at, is)
	}
	return nil
}

// fresh tells how recent a message is, from 0 to 1.
func (l *leaning) fresh(date int64) float64 {
	if date == noDate {
		return 0
	}
	return freshness[min(uint64(l.latest-date)/86400, oldAge)]
}

// factor is by what a score is multiplied.
func (l *leaning) factor(is lean) float64 {
	sum := 1 + l.Recent*is.recent
	if is.relation > 0 {
		sum += l.Relations[is.relation-1].Weight
	}
	if is.known {
		sum += l.Known
	}
	return sum
}

// lean multiplies the scores of docs.
func (l *leaning) lean(p *part, docs []uint32, set *roaring.Bitmap, scores []float64) error {
	if l == nil {
		return nil
	}
	return l.each(p, docs, set, func(at int, is lean) { scores[at] *= l.factor(is) })
}

// lean notes what holds of hits.
func (l *leaning) note(hits []hit) error {
	if l == nil {
		return nil
	}
	return eachPart(hits, func(p *part, docs []uint32, list []*hit) error {
		return l.each(p, docs, roaring.BitmapOf(docs...), func(at int, is lean) { list[at].factor = l.factor(is) })
	})
}
