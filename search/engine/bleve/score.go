package bleve

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// The constants of BM25. In subjects, names and addresses, which are short by nature,
// the length says little. Of a few words one expects to find all, so that it counts
// little how often each of them is there; a description has words for which that is
// what tells the matter from what is said by the way.
const (
	bm25KFew   = 0.5
	bm25BFew   = 0.75
	bm25KMany  = 1.6
	bm25BMany  = 0.5
	bm25BShort = 0.3
	shortField = 6 // words in a usual subject or list of names
)

// manyWords is how many words a query has, at least, that describes what is looked for.
const manyWords = 6

// describes tells whether what is scored are many words of the text.
func describes(scores []scorer) bool {
	n := 0
	for i := range scores {
		if scores[i].isWord() && scores[i].field == fieldText {
			n++
		}
	}
	return n >= manyWords
}

// scorer is one of the things that make up a message's score: a term, a phrase
// or a prefix in a field.
type scorer struct {
	field  string
	terms  []string
	phrase *phraseMatcher // nil for a single term
	place  *placeMatcher  // nil unless places count
	many   *expander      // nil unless it is a prefix or pattern of one term
	word   formed         // nil unless other forms count too
	typed  []string       // the terms as they were typed, nil unless these are another spelling
	weight float64
}

func scorerOf(m matcher, field string, terms []string, weight float64) scorer {
	s := scorer{field: field, terms: terms, weight: weight}
	switch m := m.(type) {
	case *phraseMatcher:
		s.phrase = m
	case *placeMatcher:
		s.place = m
	case *expander:
		s.many = m
	case *inflectMatcher:
		s.word = m
	case *fuzzyMatcher:
		s.word = m
	}
	return s
}

// scoring scores the documents that a search found.
type scoring struct {
	scores []scorer
	weight []float64 // by scorer: its weight and how rare it is
	tables map[string]*[maxStep + 1]float64
	k      float64
	tell   func(freq, length float64) // what BM25 is given; nil unless a score is explained

	// What word works with, by place in its documents: freqs are all 0 between its calls.
	freqs   []float64
	steps   []uint8
	touched []uint32
}

// newScoring looks up how rare the terms are in the documents of all parts together
// that are not deleted: how they are laid out in segments changes nothing.
func newScoring(scores []scorer, parts []*part) (*scoring, error) {
	scores, err := telling(scores, parts)
	if err != nil {
		return nil, err
	}
	var docs, words float64
	for _, p := range parts {
		docs += float64(len(p.cols.ids)) - deletedIn(p)
		words += p.cols.liveWords(p.segment, p.deleted)
	}
	g := &scoring{scores: scores, weight: make([]float64, len(scores)), tables: map[string]*[maxStep + 1]float64{}, k: bm25KFew}
	bText := bm25BFew
	if describes(scores) {
		g.k, bText = bm25KMany, bm25BMany
	}
	spread := make([]float64, len(scores)) // in how many documents each is
	for i, s := range scores {
		if s.many != nil {
			g.weight[i] = s.weight
			for _, p := range parts {
				found, err := s.many.match(p, nil)
				if err != nil {
					return nil, err
				}
				if found != nil {
					spread[i] += float64(found.GetCardinality())
				}
			}
			continue
		}
		for j, t := range s.terms {
			if s.phrase != nil && s.phrase.prefix != nil && j == len(s.terms)-1 {
				continue
			}
			df, err := frequency(parts, s, t)
			if err != nil {
				return nil, err
			}
			g.weight[i] += s.weight * rarity(df, docs)
			spread[i] = df
		}
		if len(s.typed) > 0 {
			typed := 0.0
			for _, t := range s.typed {
				df, err := frequency(parts, scorer{field: s.field}, t)
				if err != nil {
					return nil, err
				}
				typed += rarity(df, docs)
			}
			g.weight[i] = min(g.weight[i], s.weight*typed)
		}
		if g.tables[s.field] == nil {
			average, b := float64(shortField), bm25BShort
			if s.field == fieldText {
				average, b = max(words/max(docs, 1), 1), bText
			}
			g.tables[s.field] = lengthTable(average, g.k, b)
		}
	}
	g.keepRarest(spread)
	return g, nil
}

// rarity is what a term says that is in df of so many documents.
func rarity(df, docs float64) float64 { return math.Log1p((docs - df + 0.5) / (df + 0.5)) }

// Of a query of hundreds of words, which nobody types, the usual ones tell nothing and
// stand in everything: the rarest make up the scores, so many at most, and beyond the
// first ones as long as they stand in no more documents, counted by word.
const (
	maxScorers  = 200
	sureScorers = 40
	maxSpread   = 500_000
)

// keepRarest leaves the other words out of scores.
func (g *scoring) keepRarest(spread []float64) {
	if len(spread) <= sureScorers {
		return
	}
	order := make([]int, len(spread))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(spread[a], spread[b]) })
	sum := 0.0
	for n, i := range order {
		if sum += spread[i]; n >= maxScorers || n >= sureScorers && sum > maxSpread {
			g.weight[i] = 0
		}
	}
}

// frequency tells how many documents have a term, or with a word any form of it.
func frequency(parts []*part, s scorer, term string) (float64, error) {
	df := 0.0
	for _, p := range parts {
		var docs *roaring.Bitmap
		if s.word != nil {
			var err error
			if docs, err = s.word.match(p, nil); err != nil {
				return 0, err
			}
		} else {
			found, err := p.lookup(s.field, term)
			if err != nil {
				return 0, err
			}
			docs = found.docs
		}
		if docs == nil {
			continue
		}
		df += float64(docs.GetCardinality())
		if p.deleted != nil {
			df -= float64(docs.AndCardinality(p.deleted))
		}
	}
	return df, nil
}

func deletedIn(p *part) float64 {
	if p.deleted == nil {
		return 0
	}
	return float64(p.deleted.GetCardinality())
}

// lengthTable gives by length step what BM25 divides by beside the frequency.
func lengthTable(average, k, b float64) *[maxStep + 1]float64 {
	var t [maxStep + 1]float64
	for step := range t {
		t[step] = k * (1 - b + b*lengthOf(step)/average)
	}
	return &t
}

// score gives the scores of some documents of a part, in the order of docs.
func (g *scoring) score(p *part, docs []uint32, set *roaring.Bitmap) ([]float64, error) {
	if len(docs) >= manyDocuments {
		return g.scoreMany(p, docs, set)
	}
	scores := make([]float64, len(docs))
	for i := range g.scores {
		if err := p.done(); err != nil {
			return nil, err
		}
		if g.weight[i] == 0 {
			continue
		}
		if err := g.scoreBy(i, p, docs, set, scores); err != nil {
			return nil, err
		}
	}
	return scores, nil
}

// scoreBy adds to the scores of documents what they get by one scorer.
func (g *scoring) scoreBy(i int, p *part, docs []uint32, set *roaring.Bitmap, scores []float64) error {
	switch s := &g.scores[i]; {
	case s.many != nil:
		return g.many(i, p, docs, set, scores)
	case s.phrase != nil:
		return g.phrase(i, p, s.phrase, docs, set, scores)
	case s.place != nil:
		return g.phrase(i, p, s.place, docs, set, scores)
	case s.word != nil:
		return g.word(i, p, docs, set, scores)
	default:
		return g.term(i, p, docs, set, scores)
	}
}

func (g *scoring) term(i int, p *part, docs []uint32, set *roaring.Bitmap, scores []float64) error {
	s := &g.scores[i]
	found, err := p.lookup(s.field, s.terms[0])
	if err != nil || found.docs == nil {
		return err
	}
	table, weight := g.tables[s.field], g.weight[i]
	return eachFrequency(found, found.docs, docs, set, func(at int, freq float64, step int) {
		scores[at] += weight * g.bm25(freq, table[step])
	})
}

// formWeight is what another form of a word counts beside the form that was
// asked for.
const formWeight = 0.5

// word scores all forms of a word as one term, whose frequency is theirs together.
func (g *scoring) word(i int, p *part, docs []uint32, set *roaring.Bitmap, scores []float64) error {
	s := &g.scores[i]
	forms, err := s.word.forms(p)
	if err != nil {
		return err
	}
	if len(forms) == 1 && forms[0].weight == 1 && forms[0].docs == forms[0].found.docs {
		return g.term(i, p, docs, set, scores)
	}
	if len(g.freqs) < len(docs) {
		g.freqs, g.steps = make([]float64, len(docs)), make([]uint8, len(docs))
	}
	touched := g.touched[:0]
	for _, f := range forms {
		err := eachFrequency(f.found, f.docs, docs, set, func(at int, freq float64, step int) {
			if g.freqs[at] == 0 {
				touched = append(touched, uint32(at))
			}
			g.freqs[at] += f.weight * freq
			g.steps[at] = uint8(step)
		})
		if err != nil {
			return err
		}
	}
	g.touched = touched
	table, weight := g.tables[s.field], g.weight[i]
	for _, at := range touched {
		scores[at] += weight * g.bm25(g.freqs[at], table[g.steps[at]])
		g.freqs[at] = 0
	}
	return nil
}

// eachFrequency calls f for those of docs, which set has too, that count of a term's
// postings: with its place in docs, its frequency and its length step.
func eachFrequency(found postings, count *roaring.Bitmap, docs []uint32, set *roaring.Bitmap, f func(at int, freq float64, step int)) error {
	both := count.AndCardinality(set)
	if both == 0 {
		return nil
	}
	it := found.list.Iterator(true, true, false, nil)
	// Reading all postings is quicker than picking most of them.
	if o, ok := it.(segment.OptimizablePostingsIterator); ok && o.ActualBitmap() != nil && (both < found.docs.GetCardinality()/2 || count != found.docs) {
		o.ReplaceActual(roaring.And(count, set))
	}
	at := 0
	for {
		posting, err := it.Next()
		if err != nil {
			return fmt.Errorf("read frequencies: %w", err)
		}
		if posting == nil {
			return nil
		}
		doc := uint32(posting.Number())
		if at = seek(docs, at, doc); at == len(docs) {
			return nil
		}
		if docs[at] == doc {
			f(at, frequencies[posting.Frequency()&15], stepOf(posting))
		}
	}
}

// seek gives the place of the first of sorted documents, from a place on, that is not
// before one. What lies near is found quickly.
func seek(docs []uint32, at int, doc uint32) int {
	for step := 1; at < len(docs) && docs[at] < doc; step *= 2 {
		if far := at + step; far >= len(docs) || docs[far] >= doc {
			n, _ := slices.BinarySearch(docs[at+1:min(far, len(docs))], doc)
			return at + 1 + n
		}
		at += step
	}
	return at
}

// fewDocuments are looked up one by one in a set.
const fewDocuments = 64

// stepOf reads the length step, which a posting has as the length of its field.
// The norm is that length to the power of -1/2.
func stepOf(p segment.Posting) int {
	type exact interface{ NormUint64() uint64 }
	if e, ok := p.(exact); ok {
		return int(min(e.NormUint64(), maxStep))
	}
	norm := p.Norm()
	return int(min(math.Round(1/(norm*norm)), maxStep))
}

func (g *scoring) bm25(freq, length float64) float64 {
	if g.tell != nil {
		g.tell(freq, length)
	}
	return freq * (g.k + 1) / (freq + length)
}

// phrase scores a phrase, or what stands near each other, like a term that is as rare
// as its words together.
func (g *scoring) phrase(i int, p *part, m matcher, docs []uint32, set *roaring.Bitmap, scores []float64) error {
	found := p.countedOf(m)
	if found == nil { // not part of the condition
		if _, err := m.match(p, set); err != nil {
			return err
		}
		if found = p.countedOf(m); found == nil {
			return nil
		}
	}
	at := 0
	for j, doc := range found.docs {
		for at < len(docs) && docs[at] < doc {
			at++
		}
		if at == len(docs) {
			break
		}
		if docs[at] == doc {
			scores[at] += g.weight[i] * g.bm25(float64(found.freqs[j]), g.k)
		}
	}
	return nil
}

// countedOf is what a matcher of places has counted in the segment.
func (p *part) countedOf(m matcher) *counted {
	switch m := m.(type) {
	case *phraseMatcher:
		return p.found[m]
	case *placeMatcher:
		return p.placed[m]
	}
	return nil
}

// many gives the same to every document that has one of the words: which of them is
// the rarest says nothing about what was meant.
func (g *scoring) many(i int, p *part, docs []uint32, set *roaring.Bitmap, scores []float64) error {
	found, err := g.scores[i].many.match(p, set)
	if err != nil || found == nil {
		return err
	}
	if len(docs) < fewDocuments {
		for at, doc := range docs {
			if found.Contains(doc) {
				scores[at] += g.weight[i]
			}
		}
		return nil
	}
	at := 0
	for it := roaring.And(found, set).Iterator(); it.HasNext(); {
		doc := it.Next()
		for at < len(docs) && docs[at] < doc {
			at++
		}
		if at == len(docs) {
			break
		}
		if docs[at] == doc {
			scores[at] += g.weight[i]
		}
	}
	return nil
}
