package bleve

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"mailquarry/internal/access"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// plan is a query made ready for an index.
type plan struct {
	match  matcher
	scores []scorer // empty when nothing in the query says how well a message fits
}

// The limits of a plan.
const (
	maxExpansions = 100_000 // the usual limit of Engine.expansions
	maxNodes      = 1_000   // nodes of a query
	maxDepth      = 200     // of a query
)

// planOf makes a query ready for the mailboxes of a scope.
func planOf(n query.Node, scope access.Scope) (*plan, error) {
	c := &compiler{}
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
	if hidden := scope.Except(); len(hidden) > 0 {
		values := make([]string, len(hidden))
		for i, id := range hidden {
			values[i] = id.String()
		}
		m = and([]matcher{m, &notMatcher{&termMatcher{fieldMailbox, values}}})
	}
	return &plan{match: m, scores: c.scores}, nil
}

type compiler struct {
	scores []scorer
	nodes  int
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
	case query.Word:
		if terms := analysis.Terms(n.Text); len(terms) == 1 && !n.Exact && inflects(n.Field) {
			m := &inflectMatcher{textField(n.Field), terms[0]}
			if positive {
				c.scores = append(c.scores, scorerOf(m, m.field, terms, 1))
			}
			return m, nil
		}
		return c.text(n.Field, analysis.Terms(n.Text), false, positive)
	case query.Phrase:
		return c.text(n.Field, analysis.Terms(n.Text), false, positive)
	case query.Prefix:
		return c.text(n.Field, analysis.Terms(n.Text), true, positive)
	case query.Dates:
		return dates(n), nil
	case query.HasAttachment:
		return &termMatcher{fieldHas, []string{hasAttachment}}, nil
	case query.TextState:
		return &termMatcher{fieldState, n.States}, nil
	case query.Gone:
		return &termMatcher{fieldHas, []string{hasGone}}, nil
	case query.OneOf:
		return oneOf(n), nil
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
	field, ok := facetField(engine.Facet(n.Field))
	if n.Field == engine.FieldID {
		field, ok = fieldID, true
	}
	if !ok || len(n.Values) == 0 {
		return noneMatcher{}
	}
	return &termMatcher{field, n.Values}
}

// dates matches in whole seconds, which is what dates are kept in.
func dates(n query.Dates) matcher {
	if n.From.IsZero() && n.To.IsZero() {
		return allMatcher{}
	}
	m := &dateMatcher{from: math.MinInt64, to: math.MaxInt64}
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

// text gives the matcher of terms that stand next to each other.
func (c *compiler) text(f query.Field, terms []string, prefix, positive bool) (matcher, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	field := textField(f)
	if field == "" {
		return nil, fmt.Errorf("compile query: no field %q", f)
	}
	m := textMatcher(field, terms, prefix)
	if !positive {
		return m, nil
	}
	c.scores = append(c.scores, scorerOf(m, field, terms, 1))
	return m, nil
}

// inflects tells the fields in which words have forms. Names and addresses have none.
func inflects(f query.Field) bool { return f == query.Any || f == query.Subject }

func textMatcher(field string, terms []string, prefix bool) matcher {
	switch {
	case len(terms) > 1:
		return &phraseMatcher{field: field, terms: terms, prefix: prefix}
	case prefix:
		return &prefixMatcher{field: field, prefix: terms[0]}
	default:
		return &termMatcher{field: field, terms: terms}
	}
}

func textField(f query.Field) string {
	switch f {
	case query.Any:
		return fieldText
	case query.Subject:
		return fieldSubject
	case query.From:
		return fieldFrom
	case query.To, query.Recipients:
		return fieldTo
	case query.Filename:
		return fieldFile
	}
	return ""
}
