package bleve

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"mailquarry/internal/access"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// How many pairs of an address and a name are counted, and how many more for each person
// that is listed: against senders who have another name in each message.
const (
	minCalled = 10_000
	maxCalled = 4
)

// People lists those who sent or got the messages of the scope that a query finds, those
// of the most messages first.
func (e *Engine) People(ctx context.Context, scope access.Scope, q query.Node, limit int) (people []engine.Person, err error) {
	if scope.Empty() || limit <= 0 {
		return nil, nil
	}
	s := &search{request: engine.Request{Scope: scope, Query: q}}
	if s.plan, err = planOf(q, scope); err != nil {
		return nil, err
	}
	err = e.reading("list the people", func(snapshot *scorch.IndexSnapshot) error {
		w, err := e.whole(ctx, snapshot, s.plan)
		if err != nil {
			return err
		}
		views, err := s.views(w, nil)
		if err != nil {
			return err
		}
		people, err = w.people(views[""], limit)
		return err
	})
	return people, err
}

// reading runs f on the state of the index after the last batch. It turns what goes
// wrong in reading a file that was damaged, or cut while it is open, into an error.
func (e *Engine) reading(what string, f func(*scorch.IndexSnapshot) error) (err error) {
	done, err := e.use()
	if err != nil {
		return err
	}
	defer done()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %w (%v)", what, engine.ErrDamaged, r)
		}
	}()
	snapshot, err := e.snapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	return f(snapshot)
}

// people lists those of a view, each copy of a message counting.
func (w *whole) people(v *view, limit int) ([]engine.Person, error) {
	var sent, got tally
	if err := sent.count(w, engine.FacetSender, v); err != nil {
		return nil, err
	}
	if err := got.count(w, engine.FacetRecipient, v); err != nil {
		return nil, err
	}
	if sent.table == nil {
		return nil, nil
	}
	best := newTop(limit, func(a, b engine.Person) int {
		return cmp.Or(cmp.Compare(b.Sent+b.Got, a.Sent+a.Got), cmp.Compare(a.Address, b.Address))
	})
	add := func(address string, sent, got int) {
		if address != "" && sent+got > 0 {
			best.add(engine.Person{Address: address, Sent: sent, Got: got})
		}
	}
	for number, address := range sent.table.all() {
		add(address, sent.of(uint32(number)), got.of(got.table.find(address)))
	}
	for number, address := range got.table.all() {
		if sent.table.find(address) == 0 {
			add(address, 0, got.of(uint32(number)))
		}
	}
	people := best.sorted()
	return people, w.call(people, v)
}

// of is the count of a value.
func (t *tally) of(number uint32) int {
	if int(number) >= len(t.counts) {
		return 0
	}
	return t.counts[number]
}

// called is a pair of values: a sender and a name.
type called struct{ sender, name uint32 }

// call gives the people the names that stand beside their addresses.
func (w *whole) call(people []engine.Person, v *view) error {
	pairs := map[called]int{}
	var senders, names *valueTable
	for i, p := range w.parts {
		if v.found[i] == nil {
			continue
		}
		if err := p.done(); err != nil {
			return err
		}
		sender, table, err := p.facet(engine.FacetSender)
		if err != nil {
			return err
		}
		name, others, err := p.facet(columnName)
		if err != nil {
			return err
		}
		senders, names = table, others
		eachChunk(v.found[i], func(docs []uint32) {
			for _, doc := range docs {
				pair := called{sender.of[doc], name.of[doc]}
				if n, known := pairs[pair]; known || len(pairs) < maxCalled*len(people)+minCalled {
					pairs[pair] = n + 1
				}
			}
		})
	}
	if len(pairs) == 0 {
		return nil
	}
	by := make(map[string]*engine.Person, len(people))
	for i := range people {
		by[people[i].Address] = &people[i]
	}
	of, as := senders.all(), names.all()
	counts := map[*engine.Person]map[string]int{}
	for pair, n := range pairs {
		p, name := by[of[pair.sender]], as[pair.name]
		if p == nil || name == "" || name == p.Address {
			continue
		}
		if counts[p] == nil {
			counts[p] = map[string]int{}
		}
		counts[p][name] += n
	}
	for p, all := range counts {
		p.Names = slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(all[b]-all[a], cmp.Compare(a, b)) })
		p.Names = p.Names[:min(len(p.Names), engine.MaxPersonNames)]
	}
	return nil
}
