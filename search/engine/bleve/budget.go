package bleve

import (
	"math"
	"slices"

	ours "mailquarry/search/engine/bleve/segment"
)

// The limits of expansion: how many terms all words of a query may stand for, over
// all segments, and how many are looked at. What goes beyond is cut, the rarest terms
// first, and said.
//
// placedPerTerm says of how many postings the positions are read, for each term that
// words may stand for, of words that stand for many and have to be near others: a
// posting takes about 0.14 µs.
const (
	maxExpansions = 30_000
	maxLooks      = 1_000_000
	placedPerTerm = 6
)

// budget shares the limits of a search between its words and the segments, by how many
// terms each has to choose from, so that none is left with nothing because others came
// first; what one leaves over goes to those that come after it. It notes what has been cut.
type budget struct {
	terms, looks int
	places       float64 // postings whose positions may be read, of each word
	docs         float64
	awaited      float64 // terms that are still to choose from
	grants       map[grantFor]*grant
	capped       []string
}

// grant is how many terms a word may stand for in a segment, and how many are looked at.
type grant struct {
	terms, looks int
	settled      bool        // what was left over has been given back
	marks        []ours.Mark // the terms that are within, once that is settled
}

type grantFor struct {
	word *expander
	part *part
}

// newBudget makes the budget of a plan.
func newBudget(terms int, what *plan, parts []*part) (*budget, error) {
	b := &budget{terms: terms, looks: maxLooks, places: float64(placedPerTerm*terms) / max(float64(len(what.many)), 1), grants: map[grantFor]*grant{}, capped: slices.Clone(what.capped)}
	for _, p := range parts {
		b.docs += float64(len(p.cols.ids))
	}
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

// placed is how many postings of a word that stands for many may have their positions
// read in a segment. All segments together give the same, however the documents lie.
func (b *budget) placed(p *part) int {
	return int(math.Ceil(b.places * float64(len(p.cols.ids)) / max(b.docs, 1)))
}

// giveBack takes what a word did not use of a grant.
func (b *budget) giveBack(g *grant, terms, looks int) {
	b.terms, b.looks, g.settled = b.terms+g.terms-terms, b.looks+g.looks-looks, true
}

func (b *budget) cap(name string) {
	if !slices.Contains(b.capped, name) {
		b.capped = append(b.capped, name)
	}
}
