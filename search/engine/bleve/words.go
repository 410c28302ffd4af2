package bleve

import (
	"sync"

	index "github.com/blevesearch/bleve_index_api"

	"mailquarry/search/analysis"
	"mailquarry/search/engine"
)

// words collects the words of a field.
type words struct {
	terms    index.TokenFrequencies
	freqs    []index.TokenFreq // what terms points into
	order    []occurrence
	expected int // different words, to begin with
	next     int // the position for the next part
	count    int
	bytes    int
}

type occurrence struct {
	freq *index.TokenFreq
	pos  int
}

// newWords expects about so many bytes of text. Thousands of documents wait for
// their segment at a time, so room that is not used counts.
func newWords(bytes int) *words {
	const each = 10 // bytes of mail bring a new word
	return &words{expected: min(4+bytes/each, 1<<12)}
}

// textBytes is how much of a message's text is subject, body and attachments.
func textBytes(d *engine.Document) int {
	n := len(d.Subject) + len(d.Body)
	for i := range d.Attachments {
		n += len(d.Attachments[i].Name) + len(d.Attachments[i].Text)
	}
	return n
}

// add adds a part.
func (w *words) add(s string) {
	if s == "" {
		return
	}
	w.bytes += len(s)
	if w.terms == nil {
		w.terms = make(index.TokenFrequencies, w.expected)
	}
	last := -1
	for t := range analysis.Tokens(s) {
		if w.count == maxWords {
			break
		}
		tf := w.freq(t.Term)
		tf.SetFrequency(tf.Frequency() + 1)
		last = w.next + t.Pos
		w.order = append(w.order, occurrence{tf, last})
		w.count++
	}
	if last >= 0 {
		w.next = last + 1 + partGap
	}
}

// freq gives the entry of a term. The term itself is left out of it: the
// segment is built from the keys of the map.
func (w *words) freq(term string) *index.TokenFreq {
	tf := w.terms[term]
	if tf == nil {
		if len(w.freqs) == cap(w.freqs) {
			w.freqs = make([]index.TokenFreq, 0, min(max(4, w.expected-len(w.terms), len(w.terms)/4), 1024))
		}
		w.freqs = append(w.freqs, index.TokenFreq{})
		tf = &w.freqs[len(w.freqs)-1]
		w.terms[term] = tf
	}
	return tf
}

// places are the locations of the first positions. Fields, offsets and array
// positions are not kept, so that a location is its position, and documents can
// point to the same ones.
var places = sync.OnceValue(func() []index.TokenLocation {
	p := make([]index.TokenLocation, 1<<13)
	for i := range p {
		p[i].Position = i
	}
	return p
})

// field hands the words over. The locations of a term lie next to each other,
// since that is how the segment's builder reads them.
func (w *words) field(name string) *docField {
	pointers := make([]*index.TokenLocation, len(w.order))
	shared := places()
	var own []index.TokenLocation // of the positions behind those
	for i, o := range w.order {
		tf := o.freq
		if tf.Locations == nil {
			n := tf.Frequency()
			tf.Locations, pointers = pointers[:0:n], pointers[n:]
		}
		if o.pos < len(shared) {
			tf.Locations = append(tf.Locations, &shared[o.pos])
			continue
		}
		if own == nil {
			own = make([]index.TokenLocation, 0, len(w.order)-i)
		}
		own = append(own, index.TokenLocation{Position: o.pos})
		tf.Locations = append(tf.Locations, &own[len(own)-1])
	}
	w.order = nil
	return &docField{name: name, options: textOptions, length: lengthStep(w.count), terms: w.terms}
}
