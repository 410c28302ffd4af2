package enginetest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// Those who are listed are exactly those of the messages that a query finds in the
// scope, with their counts and names, while documents change and vanish.
func testPeople(t *testing.T, open Open) {
	rng := rand.New(rand.NewPCG(7, 8))
	m, e := newModel(), start(t, open)
	for step := range 20 {
		b := engine.Batch{Upto: uint64(step + 1)}
		for range 20 {
			b.Put = append(b.Put, randomDocument(rng, mail.MessageID(rng.IntN(200)+1)))
		}
		b.Put = slices.CompactFunc(sortedByID(b.Put), func(a, b engine.Document) bool { return a.ID == b.ID })
		for range rng.IntN(5) {
			if id := mail.MessageID(rng.IntN(200) + 1); !slices.ContainsFunc(b.Put, func(d engine.Document) bool { return d.ID == id }) {
				b.Delete = append(b.Delete, id)
			}
		}
		m.apply(b)
		apply(t, e, b)
		for _, scope := range []access.Scope{{}, everyone(), everyone(1, 3)} {
			for _, q := range []query.Node{nil, randomQuery(rng, 2), query.Nothing{}} {
				limit := []int{0, 1, 3, 100}[rng.IntN(4)]
				got, err := e.People(t.Context(), scope, q, limit)
				if err != nil {
					t.Fatal(err)
				}
				want := m.people(scope, q)
				want = want[:min(len(want), limit)]
				if !slices.EqualFunc(got, want, samePerson) {
					t.Fatalf("%v lists %+v, want %+v", q, got, want)
				}
			}
		}
	}
}

func samePerson(a, b engine.Person) bool {
	return a.Address == b.Address && a.Sent == b.Sent && a.Got == b.Got && slices.Equal(a.Names, b.Names)
}

func sortedByID(docs []engine.Document) []engine.Document {
	return slices.SortedStableFunc(slices.Values(docs), func(a, b engine.Document) int { return cmp.Compare(a.ID, b.ID) })
}

func (m *model) people(scope access.Scope, q query.Node) []engine.Person {
	by, names := map[string]*engine.Person{}, map[string]map[string]int{}
	of := func(address string) *engine.Person {
		if by[address] == nil {
			by[address] = &engine.Person{Address: address}
			names[address] = map[string]int{}
		}
		return by[address]
	}
	for _, id := range m.search(scope, q) {
		d := m.docs[id]
		for _, a := range facetValues(d, engine.FacetSender) {
			of(a).Sent++
			if name := senderName(d); name != a {
				names[a][name]++
			}
		}
		for _, a := range facetValues(d, engine.FacetRecipient) {
			of(a).Got++
		}
	}
	var all []engine.Person
	for a, p := range by {
		for name := range names[a] {
			p.Names = append(p.Names, name)
		}
		slices.SortFunc(p.Names, func(x, y string) int { return cmp.Or(names[a][y]-names[a][x], cmp.Compare(x, y)) })
		p.Names = p.Names[:min(len(p.Names), engine.MaxPersonNames)]
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b engine.Person) int {
		return cmp.Or(b.Sent+b.Got-a.Sent-a.Got, cmp.Compare(a.Address, b.Address))
	})
	return all
}
