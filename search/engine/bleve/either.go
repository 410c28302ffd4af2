package bleve

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// match looks at what is cheap first, and looks for nothing among what has been found
// already, unless a score wants to know how often something stands there too.
func (m *orMatcher) match(p *part, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if len(m.any) < 2 {
		return m.sum(p, m.any, within)
	}
	order := slices.Clone(m.any)
	slices.SortStableFunc(order, func(a, b matcher) int { return cmp.Compare(a.cost(), b.cost()) })
	cheap := 0
	for cheap < len(order) && !looksWithin(order[cheap]) {
		cheap++
	}
	sum, err := m.sum(p, order[:cheap], within)
	if err != nil {
		return nil, err
	}
	left := within
	if left == nil {
		left = p.all()
	}
	if sum == nil {
		sum = roaring.New()
	} else {
		left, sum = roaring.AndNot(left, sum), sum.Clone()
	}
	for _, c := range order[cheap:] {
		among := left
		if p.whole.counting[c] {
			among = within
		} else if left.IsEmpty() {
			continue
		}
		found, err := c.match(p, among)
		if err != nil {
			return nil, err
		}
		if found != nil {
			sum.Or(found)
			left = roaring.AndNot(left, found)
		}
	}
	return sum, nil
}

// sum is what is in any of the sets.
func (m *orMatcher) sum(p *part, of []matcher, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	var sets []*roaring.Bitmap
	for _, c := range of {
		found, err := c.match(p, within)
		if err != nil {
			return nil, err
		}
		if found != nil {
			sets = append(sets, found)
		}
	}
	return union(sets), nil
}

// looksWithin tells whether a matcher takes less time within fewer documents.
func looksWithin(m matcher) bool {
	switch m.(type) {
	case *phraseMatcher, *placeMatcher, *andMatcher, *orMatcher, *notMatcher, *dateMatcher, *sizeMatcher, *valueMatcher:
		return true
	}
	return false
}

// countingFor notes the matchers which, or a part of which, count for scores.
func countingFor(m matcher, scores []scorer) map[matcher]bool {
	counting := map[matcher]bool{}
	for _, s := range scores {
		if s.phrase != nil {
			counting[s.phrase] = true
		}
		if s.place != nil {
			counting[s.place] = true
		}
	}
	if len(counting) > 0 {
		noteCounting(m, counting)
	}
	return counting
}

func noteCounting(m matcher, counting map[matcher]bool) bool {
	var within []matcher
	switch m := m.(type) {
	case *andMatcher:
		within = m.all
	case *orMatcher:
		within = m.any
	case *notMatcher:
		within = []matcher{m.not}
	case *threadMatcher:
		within = []matcher{m.inner}
	default:
		return counting[m]
	}
	for _, c := range within {
		if noteCounting(c, counting) {
			counting[m] = true
		}
	}
	return counting[m]
}

// How many phrases, and things near each other or in a part of the text, make up scores: of
// more, which nobody types, the first, and beyond the first few as long as what they ask
// for stands in no more documents, counted by each.
const (
	maxPlaced    = 12
	surePlaced   = 4
	placedSpread = 250_000
)

// fewPlaced leaves the others out.
func fewPlaced(scores []scorer, parts []*part) ([]scorer, error) {
	kept := scores[:0:0]
	n, sum := 0, 0.0
	for _, s := range scores {
		if s.phrase != nil || s.place != nil {
			spread, err := spreadOf(s, parts)
			if err != nil {
				return nil, err
			}
			n++
			if sum += spread; n > maxPlaced || n > surePlaced && sum > placedSpread {
				continue
			}
		}
		kept = append(kept, s)
	}
	return kept, nil
}

// spreadOf is in how many documents at most stands what a scorer asks for: those of its
// rarest word.
func spreadOf(s scorer, parts []*part) (float64, error) {
	least := 0.0
	for _, p := range parts {
		least += float64(len(p.cols.ids)) - deletedIn(p)
	}
	for _, t := range s.terms {
		df, err := frequency(parts, s, t)
		if err != nil {
			return 0, err
		}
		least = min(least, df)
	}
	return least, nil
}
