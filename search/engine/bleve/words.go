package bleve

import (
	"math"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/search/analysis"
	"mailquarry/search/engine"
)

// What a word counts, by where it stands, in eighths of what it counts in the
// author's own text. A term's frequency in a message is the sum: BM25F with the
// same saturation for all parts (Robertson, Zaragoza, Taylor 2004).
const (
	weightOwn       = 8
	weightSubject   = 24
	weightAttached  = 6
	weightQuoted    = 3
	weightSignature = 1
)

// frequencies are the frequencies that a posting can tell, in half a byte. What
// lies between two is taken for the lesser; BM25 hardly tells large ones apart.
var frequencies = [16]float64{0, 0.125, 0.375, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 25, 50}

// frequencyCodes are the places in frequencies of sums of weights, up to the first that
// has the last place.
var frequencyCodes = func() (codes [50*weightOwn + 1]uint8) {
	for weight := range codes {
		i, found := slices.BinarySearch(frequencies[:], float64(weight)/weightOwn)
		if !found {
			i--
		}
		codes[weight] = uint8(max(i, 1))
	}
	return codes
}()

// frequencyCode gives the place of a sum of weights in frequencies.
func frequencyCode(weight uint32) uint32 {
	return uint32(frequencyCodes[min(weight, uint32(len(frequencyCodes)-1))])
}

// wordField is a field of words. Its parts lie partGap positions apart.
type wordField struct {
	fieldBase
	parts []textPart
	bytes int
	// Known when the words have been visited.
	length  float64 // in words of the author's
	zones   []zone
	accents []string // see accentField
}

type textPart struct {
	zone   zoneKind
	weight uint32 // of the words behind all stretches
	text   string
	// stretches have other weights. Phrases reach from one into the next.
	stretches []engine.BodyPart
}

// at tells in which zone a word is that begins at a byte, and what it counts. Words
// come in order.
func (p *textPart) at(at int) (zoneKind, uint32) {
	for len(p.stretches) > 0 && p.stretches[0].End <= at {
		p.stretches = p.stretches[1:]
	}
	if len(p.stretches) == 0 {
		return p.zone, p.weight
	}
	switch p.stretches[0].Kind {
	case engine.Quoted:
		return zoneQuoted, weightQuoted
	case engine.Signature:
		return zoneBody, weightSignature
	}
	return zoneBody, weightOwn
}

func newText(name string) *wordField { return &wordField{fieldBase: fieldBase{name, textOptions}} }

// add adds a part.
func (f *wordField) add(zone zoneKind, weight uint32, s string) {
	if s != "" {
		f.parts = append(f.parts, textPart{zone: zone, weight: weight, text: s})
		f.bytes += len(s)
	}
}

// addBody adds a body, whose words count by whose they are.
func (f *wordField) addBody(s string, parts []engine.BodyPart) {
	if f.add(zoneBody, weightOwn, s); s != "" {
		f.parts[len(f.parts)-1].stretches = parts
	}
}

// VisitTokens gives the words in order, as far as they are indexed.
func (f *wordField) VisitTokens(visit func(term string, position, weight uint32)) {
	// A word takes about 30 bytes while its batch is built: a hostile message must
	// not take all memory.
	left := [zoneKinds]int{zoneHead: engine.MaxWords, zoneBody: engine.MaxWords, zoneAttached: engine.MaxWords}
	next, length := 0, uint64(0)
	f.zones, f.accents = f.zones[:0], f.accents[:0]
	accents := map[string]bool{}
	for _, p := range f.parts {
		last := -1
		for t := range analysis.Tokens(p.text) {
			if left[p.zone] == 0 {
				break
			}
			left[p.zone]--
			last = next + t.Pos
			zone, weight := p.at(t.Start)
			f.enter(zone, uint32(last))
			length += uint64(min(weight, weightOwn))
			visit(t.Term, uint32(last), weight)
			if t.Wide && len(accents) < maxAccents {
				f.accented(p.text, t, accents)
			}
			for part := range analysis.Parts(p.text, t) {
				visit(part.Term, uint32(last), weight)
			}
			for joined := range analysis.Joined(p.text, t) {
				visit(joined.Term, uint32(last), weight)
			}
		}
		if last >= 0 {
			next = last + 1 + partGap
		}
	}
	f.length = float64(length) / weightOwn
}

// Frequency is what a posting tells of the weight.
func (f *wordField) Frequency(weight uint32) uint32 { return frequencyCode(weight) }

// AnalyzedLength is the length that scores are held against.
func (f *wordField) AnalyzedLength() int { return lengthStep(int(math.Round(f.length))) }

// valueField is a field of one value by document, which cannot be looked up.
type valueField struct {
	fieldBase
	value []byte
}

func value(name string, v []byte) *valueField {
	return &valueField{fieldBase{name, valueOptions}, v}
}

// Value is the value.
func (f *valueField) Value() []byte { return f.value }

// keywordField is a field of whole values.
type keywordField struct {
	fieldBase
	values []string
}

// keyword makes a field of values. Empty ones and repetitions are left out.
func keyword(name string, values ...string) *keywordField {
	f := &keywordField{fieldBase: fieldBase{name, keywordOptions}}
	if name == fieldID {
		f.options = idOptions
	}
	for _, v := range values {
		if v != "" && !slices.Contains(f.values, v) {
			f.values = append(f.values, v)
		}
	}
	return f
}

// Value is the id, in the field of ids.
func (f *keywordField) Value() []byte {
	if len(f.values) == 0 {
		return nil
	}
	return []byte(f.values[0])
}

// VisitTokens gives the values.
func (f *keywordField) VisitTokens(visit func(term string, position, weight uint32)) {
	for _, v := range f.values {
		visit(v, 0, 1)
	}
}

// Frequency is not kept.
func (f *keywordField) Frequency(uint32) uint32 { return 1 }

// fieldBase is what bleve asks of a field and what is the same for all of ours.
type fieldBase struct {
	name    string
	options index.FieldIndexingOptions
}

func (f *fieldBase) Name() string                                     { return f.name }
func (f *fieldBase) Value() []byte                                    { return nil }
func (f *fieldBase) ArrayPositions() []uint64                         { return nil }
func (f *fieldBase) EncodedFieldType() byte                           { return 't' }
func (f *fieldBase) Analyze()                                         {}
func (f *fieldBase) Options() index.FieldIndexingOptions              { return f.options }
func (f *fieldBase) AnalyzedLength() int                              { return 1 }
func (f *fieldBase) AnalyzedTokenFrequencies() index.TokenFrequencies { return nil }
func (f *fieldBase) NumPlainTextBytes() uint64                        { return 0 }
