package bleve

import (
	"math"
	"slices"
)

// The limits of expansion: how many terms all words of a query may stand for, over
// all segments, and how many are looked at. What goes beyond is cut, the rarest terms
// first, and said.
const (
	maxExpansions = 60_000
	maxLooks      = 1_000_000
)

// budget shares the limits of a search between its words and the segments, by how many
// terms each has to choose from, so that none is left with nothing because others came
// first; what one leaves over goes to those that come after it. It notes what has been cut.
type budget struct {
	terms, looks int
	awaited      float64 // terms that are still to choose from
	grants       map[grantFor]*grant
	capped       []string
}

// grant is how many terms a word may stand for in a segment, and how many are looked at.
type grant struct {
	terms, looks int
	keep         *sieve // which terms are within; nil until that is known
	settled      bool   // what was left over has been given back
}

type grantFor struct {
	word *expander
	part *part
}

// newBudget makes the budget of a plan.
func newBudget(terms int, what *plan, parts []*part) (*budget, error) {
	b := &budget{terms: terms, looks: maxLooks, grants: map[grantFor]*grant{}, capped: slices.Clone(what.capped)}
	for _, m := range what.many {
		for _, p := range parts {
			dict, err := p.dictionary(m.field)
			if err != nil {
				return nil, err
			}
			b.awaited += float64(dict.Cardinality())
		}
	}
	return b, nil
}

// grant gives a word its share in a segment, the same one each time.
func (b *budget) grant(m *expander, p *part, size int) *grant {
	key := grantFor{m, p}
	if g := b.grants[key]; g != nil {
		return g
	}
	share := min(float64(size)/max(b.awaited, 1), 1)
	g := &grant{terms: int(math.Ceil(share * float64(b.terms))), looks: int(math.Ceil(share * float64(b.looks)))}
	b.grants[key] = g
	b.terms, b.looks, b.awaited = b.terms-g.terms, b.looks-g.looks, b.awaited-float64(size)
	return g
}

// giveBack takes what a word did not use of a grant.
func (b *budget) giveBack(g *grant, used grant) {
	if !g.settled {
		b.terms, b.looks, g.settled = b.terms+g.terms-used.terms, b.looks+g.looks-used.looks, true
	}
}

func (b *budget) cap(name string) {
	if !slices.Contains(b.capped, name) {
		b.capped = append(b.capped, name)
	}
}
