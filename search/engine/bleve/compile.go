package bleve

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"mailquarry/internal/access"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// plan is a query made ready for an index.
type plan struct {
	match  matcher
	scores []scorer    // empty when nothing in the query says how well a message fits
	many   []*expander // the words that stand for many
	capped []string    // what was cut already
}

// The limits of a plan.
const (
	maxNodes = 1_000 // nodes of a query
	maxDepth = 200   // of a query
)

// planOf makes a query ready for the mailboxes of a scope.
func planOf(n query.Node, scope access.Scope) (*plan, error) {
	c := &compiler{seen: seenBy(scope)}
	m, err := c.compile(n, true, 0)
	if err != nil {
		return nil, err
	}
	switch {
	case n == nil:
		m = allMatcher{}
	case m == nil: // a query of words without letters
		m = noneMatcher{}
	}
	if c.seen != nil {
		m = and([]matcher{m, c.seen})
	}
	return &plan{match: m, scores: append(c.scores, c.typed...), many: c.many, capped: c.capped}, nil
}

// seenBy matches what is in a scope, nil when that is everything.
func seenBy(scope access.Scope) matcher {
	hidden := scope.Except()
	if len(hidden) == 0 {
		return nil
	}
	values := make([]string, len(hidden))
	for i, id := range hidden {
		values[i] = id.String()
	}
	return &notMatcher{&termMatcher{fieldMailbox, values}}
}

type compiler struct {
	seen   matcher // nil is all
	scores []scorer
	typed  []scorer // of the words once more, as they were typed
	nodes  int
	many   []*expander
	fuzzy  int // misspelled words so far
	within int // words so far that are looked for within others
	capped []string
}

// expands notes a word that stands for many; the same word is looked up once.
func (c *compiler) expands(m *expander) *expander {
	for _, known := range c.many {
		if m.fits == nil && known.fits == nil && known.field == m.field && known.name == m.name {
			return known
		}
	}
	c.many = append(c.many, m)
	return m
}

// compile gives the matcher of a node, nil for a node that says nothing. Only
// what is not under a negation (positive) counts for the score.
func (c *compiler) compile(n query.Node, positive bool, depth int) (matcher, error) {
	if c.nodes++; c.nodes > maxNodes || depth > maxDepth {
		return nil, fmt.Errorf("compile query: %w", engine.ErrTooComplex)
	}
	switch n := n.(type) {
	case nil:
		return nil, nil
	case query.And:
		list, err := c.list(n.Nodes, positive, depth)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		return and(list), nil
	case query.Or:
		list, err := c.list(n.Nodes, positive, depth)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		return &orMatcher{list}, nil
	case query.Not:
		m, err := c.compile(n.Node, !positive, depth+1)
		if err != nil || m == nil {
			return nil, err
		}
		return &notMatcher{m}, nil
	case query.Wildcard:
		if pieces := spread(n); len(pieces) > 1 {
			return c.near(query.Near{Nodes: pieces, Distance: maxBetween + 1, Ordered: true}, positive)
		}
		return c.text(n, positive)
	case query.Word, query.Phrase, query.Prefix, query.Regexp:
		return c.text(n, positive)
	case query.Near:
		return c.near(n, positive)
	case query.Dates:
		return dates(n), nil
	case query.Size:
		return &sizeMatcher{n.From, cmp.Or(n.To, math.MaxInt64)}, nil
	case query.Key:
		return c.key(n), nil
	case query.HasAttachment:
		return &termMatcher{fieldHas, []string{hasAttachment}}, nil
	case query.TextState:
		return &termMatcher{fieldState, n.States}, nil
	case query.Gone:
		return &termMatcher{fieldHas, []string{hasGone}}, nil
	case query.OneOf:
		return oneOf(n), nil
	case query.Thread:
		m, err := c.compile(n.Node, positive, depth+1)
		if err != nil || m == nil {
			return nil, err
		}
		return &threadMatcher{m, c.seen}, nil
	case query.Nothing:
		return noneMatcher{}, nil
	default:
		return nil, fmt.Errorf("compile query: %T has to be resolved before", n)
	}
}

func (c *compiler) list(nodes []query.Node, positive bool, depth int) ([]matcher, error) {
	var list []matcher
	for _, n := range nodes {
		m, err := c.compile(n, positive, depth+1)
		if err != nil {
			return nil, err
		}
		if m != nil {
			list = append(list, m)
		}
	}
	return list, nil
}

// and orders conditions so that the cheap ones come first.
func and(list []matcher) matcher {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b matcher) int { return cmp.Compare(a.cost(), b.cost()) })
	return &andMatcher{list}
}

func oneOf(n query.OneOf) matcher {
	if len(n.Values) == 0 {
		return noneMatcher{}
	}
	switch n.Field {
	case engine.FieldID:
		return &termMatcher{fieldID, n.Values}
	case engine.FieldCopy:
		return &tieMatcher{ofCopies, n.Values}
	case engine.FieldThread:
		return &threadMatcher{inner: &tieMatcher{ofThreads, n.Values}}
	}
	return filterOf(engine.Facet(n.Field), n.Values)
}

// filterOf matches what has one of the values of a facet.
func filterOf(f engine.Facet, values []string) matcher {
	if !isFacet(f) || len(values) == 0 {
		return noneMatcher{}
	}
	if f == engine.FacetSize {
		return &valueMatcher{f, values}
	}
	field, prefix, _ := facetTerms(f)
	terms := make([]string, len(values))
	for i, v := range values {
		terms[i] = prefix + v
	}
	return &termMatcher{field, terms}
}

// filterIn is filterOf with years and months in a zone.
func filterIn(zone *time.Location, f engine.Filter) matcher {
	if isZoned(f.Facet, zone) {
		return &valueMatcher{f.Facet, f.Values}
	}
	return filterOf(f.Facet, f.Values)
}

// dates matches in whole seconds, which is what dates are kept in.
func dates(n query.Dates) matcher {
	if n.From.IsZero() && n.To.IsZero() {
		return allMatcher{}
	}
	m := &dateMatcher{from: math.MinInt64, to: math.MaxInt64, sent: n.Sent}
	if !n.From.IsZero() {
		m.from = ceilSecond(n.From)
	}
	if !n.To.IsZero() {
		m.to = ceilSecond(n.To)
	}
	return m
}

func ceilSecond(t time.Time) int64 {
	s := t.Unix()
	if t.Nanosecond() > 0 {
		s++
	}
	return s
}

// key matches marks.
func (c *compiler) key(n query.Key) matcher {
	if len(n.Values) == 0 {
		return noneMatcher{}
	}
	var either []matcher
	terms := &termMatcher{field: fieldKey}
	for _, v := range n.Values {
		term := n.Name + keySeparator + v
		if n.Pattern && strings.ContainsAny(v, "*?") {
			m := c.expands(wildcardOf(fieldKey, term))
			m.name = n.Name + ":" + v
			either = append(either, m)
			continue
		}
		terms.terms = append(terms.terms, term)
	}
	if len(either) == 0 {
		return terms
	}
	if len(terms.terms) > 0 {
		either = append(either, terms)
	}
	return &orMatcher{either}
}
