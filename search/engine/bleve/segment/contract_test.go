package segment

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	api "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum/levenshtein"
	zap "github.com/blevesearch/zapx/v17"
)

// testField is a field whose words are in a map.
type testField struct {
	name    string
	value   string
	options index.FieldIndexingOptions
	words   []string
}

func (f *testField) Name() string                        { return f.name }
func (f *testField) Value() []byte                       { return []byte(f.value) }
func (f *testField) Options() index.FieldIndexingOptions { return f.options }
func (f *testField) AnalyzedLength() int                 { return min(len(f.words), 255) }
func (f *testField) ArrayPositions() []uint64            { return nil }
func (f *testField) EncodedFieldType() byte              { return 't' }
func (f *testField) Analyze()                            {}
func (f *testField) NumPlainTextBytes() uint64           { return 0 }
func (f *testField) AnalyzedTokenFrequencies() index.TokenFrequencies {
	out := index.TokenFrequencies{}
	for i, w := range f.words {
		tf := out[w]
		if tf == nil {
			tf = &index.TokenFreq{Term: []byte(w)}
			out[w] = tf
		}
		tf.SetFrequency(tf.Frequency() + 1)
		if f.options.IncludeTermVectors() {
			tf.Locations = append(tf.Locations, &index.TokenLocation{Position: 3*i + 1})
		}
	}
	return out
}

// tokenField gives its words one after the other.
type tokenField struct{ *testField }

func (f tokenField) VisitTokens(visit func(string, uint32, uint32)) {
	for i, w := range f.words {
		visit(w, uint32(3*i+1), 1)
	}
}

func (f tokenField) Frequency(weight uint32) uint32 { return weight }

type testDoc struct {
	id     string
	fields []index.Field
}

func (d *testDoc) ID() string                                 { return d.id }
func (d *testDoc) Size() int                                  { return 1 }
func (d *testDoc) HasComposite() bool                         { return false }
func (d *testDoc) VisitComposite(index.CompositeFieldVisitor) {}
func (d *testDoc) NumPlainTextBytes() uint64                  { return 0 }
func (d *testDoc) AddIDField()                                {}
func (d *testDoc) StoredFieldsBytes() uint64                  { return 0 }
func (d *testDoc) Indexed() bool                              { return true }
func (d *testDoc) VisitFields(visit index.FieldVisitor) {
	for _, f := range d.fields {
		visit(f)
	}
}

// randomDocs makes documents with common and rare words.
func randomDocs(r *rand.Rand, from, n int, tokens bool) []index.Document {
	var docs []index.Document
	for i := range n {
		id := strconv.FormatInt(int64(1000+from+i), 36)
		d := &testDoc{id: id, fields: []index.Field{
			&testField{name: "_id", value: id, options: index.IndexField | index.StoreField, words: []string{id}},
		}}
		var words []string
		for range r.IntN(60) {
			w := fmt.Sprintf("w%d", int(r.ExpFloat64()*40))
			if r.IntN(20) == 0 {
				w = fmt.Sprintf("rare%d", r.IntN(5000))
			}
			for range 1 + r.IntN(3)*r.IntN(12) {
				words = append(words, w)
			}
		}
		text := &testField{name: "text", options: index.IndexField | index.IncludeTermVectors, words: words}
		if tokens {
			d.fields = append(d.fields, tokenField{text})
		} else {
			d.fields = append(d.fields, text)
		}
		if r.IntN(3) > 0 {
			d.fields = append(d.fields, &testField{name: "kind", options: index.IndexField | index.SkipFreqNorm, words: []string{"k" + strconv.Itoa(r.IntN(3))}})
		}
		d.fields = append(d.fields, &testField{
			name: "date", options: index.IndexField | index.DocValues, words: []string{strconv.Itoa(r.IntN(1 << 30))},
		})
		docs = append(docs, d)
	}
	return docs
}

// posting is what a posting says.
type posting struct {
	doc, freq uint64
	norm      float64
	positions []uint64
}

func postingsOf(t *testing.T, d api.TermDictionary, term string, except *roaring.Bitmap) ([]posting, uint64) {
	t.Helper()
	l, err := d.PostingsList([]byte(term), except, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []posting
	it := l.Iterator(true, true, true, nil)
	for {
		p, err := it.Next()
		if err != nil {
			t.Fatal(err)
		}
		if p == nil {
			return out, l.Count()
		}
		one := posting{doc: p.Number(), freq: p.Frequency(), norm: p.Norm()}
		for _, loc := range p.Locations() {
			one.positions = append(one.positions, loc.Pos())
		}
		out = append(out, one)
	}
}

func termsIn(t *testing.T, d api.TermDictionary, a api.Automaton, from, to []byte) []string {
	t.Helper()
	var out []string
	it := d.AutomatonIterator(a, from, to)
	for {
		e, err := it.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			return out
		}
		out = append(out, fmt.Sprint(e.Term, " ", e.Count))
	}
}

// compare demands that two segments answer alike.
func compare(t *testing.T, got, want api.Segment, r *rand.Rand) {
	t.Helper()
	if got.Count() != want.Count() {
		t.Fatalf("%d documents, want %d", got.Count(), want.Count())
	}
	except := roaring.New()
	for doc := range want.Count() {
		if r.IntN(4) == 0 {
			except.Add(uint32(doc))
		}
		id1, err1 := got.DocID(doc)
		id2, err2 := want.DocID(doc)
		if string(id1) != string(id2) || err1 != nil || err2 != nil {
			t.Fatalf("document %d: id %q %v, want %q %v", doc, id1, err1, id2, err2)
		}
		if a, b := valuesOf(t, got, doc), valuesOf(t, want, doc); a != b {
			t.Fatalf("document %d: value %q, want %q", doc, a, b)
		}
	}
	builder, err := levenshtein.NewLevenshteinAutomatonBuilder(1, false)
	if err != nil {
		t.Fatal(err)
	}
	fuzzy, err := builder.BuildDfa("w12", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"_id", "text", "kind", "date", "nothing"} {
		d1, err1 := got.Dictionary(name)
		d2, err2 := want.Dictionary(name)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		all := termsIn(t, d1, nil, nil, nil)
		if b := termsIn(t, d2, nil, nil, nil); !slices.Equal(all, b) {
			t.Fatalf("%s: terms differ: %d, want %d", name, len(all), len(b))
		}
		for _, a := range []api.Automaton{nil, fuzzy} {
			if x, y := termsIn(t, d1, a, []byte("w1"), []byte("w9")), termsIn(t, d2, a, []byte("w1"), []byte("w9")); !slices.Equal(x, y) {
				t.Fatalf("%s: terms in a range differ: %v, want %v", name, x, y)
			}
			if x, y := termsIn(t, d1, a, nil, nil), termsIn(t, d2, a, nil, nil); !slices.Equal(x, y) {
				t.Fatalf("%s: terms of an automaton differ: %v, want %v", name, x, y)
			}
		}
		terms := []string{"", "zzz", "w", "w1", "rare"}
		for _, e := range all {
			var term string
			var n int
			if _, err := fmt.Sscan(e, &term, &n); err == nil {
				terms = append(terms, term)
			}
		}
		for _, term := range terms {
			for _, ex := range []*roaring.Bitmap{nil, except} {
				x, n1 := postingsOf(t, d1, term, ex)
				y, n2 := postingsOf(t, d2, term, ex)
				if n1 != n2 || !slices.EqualFunc(x, y, samePosting) {
					t.Fatalf("%s %q: %d %v, want %d %v", name, term, n1, x, n2, y)
				}
			}
			in1, _ := d1.Contains([]byte(term))
			if in2, _ := d2.Contains([]byte(term)); in1 != in2 {
				t.Fatalf("%s %q: contained %v, want %v", name, term, in1, in2)
			}
			advance(t, d1, d2, term, r)
		}
	}
	var ids []string
	for range 20 {
		ids = append(ids, strconv.FormatInt(int64(900+r.IntN(2000)), 36))
	}
	a, err1 := got.DocNumbers(ids)
	b, err2 := want.DocNumbers(ids)
	if err1 != nil || err2 != nil || !a.Equals(b) {
		t.Fatalf("documents of ids: %v %v, want %v %v", a, err1, b, err2)
	}
}

func samePosting(a, b posting) bool {
	return a.doc == b.doc && a.freq == b.freq && a.norm == b.norm && slices.Equal(a.positions, b.positions)
}

// advance jumps through both lists alike, over some of the documents.
func advance(t *testing.T, d1, d2 api.TermDictionary, term string, r *rand.Rand) {
	t.Helper()
	its := make([]api.PostingsIterator, 2)
	narrow := make([]api.OptimizablePostingsIterator, 2)
	one := false // zap keeps the one document of some terms elsewhere
	for i, d := range []api.TermDictionary{d1, d2} {
		l, err := d.PostingsList([]byte(term), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		its[i] = l.Iterator(true, true, true, nil)
		o, ok := its[i].(api.OptimizablePostingsIterator)
		if !ok {
			t.Fatalf("%T cannot be narrowed", its[i])
		}
		_, hit := o.DocNum1Hit()
		narrow[i], one = o, one || hit
	}
	if bits := narrow[0].ActualBitmap(); !one && bits != nil {
		some := roaring.New()
		for _, doc := range bits.ToArray() {
			if r.IntN(2) == 0 {
				some.Add(doc)
			}
		}
		for _, o := range narrow {
			o.ReplaceActual(some)
		}
	}
	for doc := uint64(0); ; doc += uint64(r.IntN(9)) {
		p1, err1 := its[0].Advance(doc)
		p2, err2 := its[1].Advance(doc)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if p1 == nil || p2 == nil {
			if (p1 == nil) != (p2 == nil) {
				t.Fatalf("%q: one list ends at %d", term, doc)
			}
			return
		}
		if p1.Number() != p2.Number() || p1.Frequency() != p2.Frequency() || len(p1.Locations()) != len(p2.Locations()) {
			t.Fatalf("%q from %d: %d×%d, want %d×%d", term, doc, p1.Number(), p1.Frequency(), p2.Number(), p2.Frequency())
		}
		doc = p1.Number() + 1
	}
}

func valuesOf(t *testing.T, s api.Segment, doc uint64) string {
	t.Helper()
	v, ok := s.(api.DocValueVisitable)
	if !ok {
		t.Fatalf("%T has no values", s)
	}
	var out []string
	_, err := v.VisitDocValues(doc, []string{"date"}, func(_ string, term []byte) { out = append(out, string(term)) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, cmp.Compare)
	return fmt.Sprint(out)
}

// Made, written, opened and merged, a segment answers like one of zap.
func TestLikeZap(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			dir := t.TempDir()
			var ours, theirs []api.Segment
			var drops []*roaring.Bitmap
			from := 0
			for i := range 2 + r.IntN(3) {
				n := 1 + r.IntN(400)
				// The same documents, given to one as words and to the other as maps.
				s := seed*100 + uint64(i)
				a, _, err := Plugin{}.New(randomDocs(rand.New(rand.NewPCG(s, 2)), from, n, i%2 == 0))
				if err != nil {
					t.Fatal(err)
				}
				b, _, err := (&zap.ZapPlugin{}).New(randomDocs(rand.New(rand.NewPCG(s, 2)), from, n, false))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, a, b, r)
				if i%2 == 1 {
					a = reopen(t, a, filepath.Join(dir, strconv.Itoa(i)))
					compare(t, a, b, r)
				}
				from += n
				drop := roaring.New()
				for doc := range n {
					if i > 0 && r.IntN(5) == 0 {
						drop.AddInt(doc)
					}
				}
				if i == 0 {
					drop = nil
				}
				ours, theirs, drops = append(ours, a), append(theirs, b), append(drops, drop)
			}
			path := filepath.Join(dir, "merged")
			n1, size, err := Plugin{}.Merge(ours, drops, path, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			n2, _, err := (&zap.ZapPlugin{}).Merge(theirs, drops, path+".zap", nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(n1, n2, slices.Equal[[]uint64]) {
				t.Fatal("the documents have other numbers")
			}
			a, err := Plugin{}.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			b, err := (&zap.ZapPlugin{}).Open(path + ".zap")
			if err != nil {
				t.Fatal(err)
			}
			compare(t, a, b, r)
			if size == 0 {
				t.Error("no bytes were written")
			}
			for _, s := range []api.Segment{a, b} {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func reopen(t *testing.T, s api.Segment, path string) api.Segment {
	t.Helper()
	u, ok := s.(api.UnpersistedSegment)
	if !ok {
		t.Fatalf("%T cannot be written", s)
	}
	if err := u.Persist(path); err != nil {
		t.Fatal(err)
	}
	out, err := Plugin{}.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := out.(api.PersistedSegment); !ok || p.Path() != path {
		t.Errorf("%T does not know its file", out)
	}
	t.Cleanup(func() { _ = out.Close() })
	return out
}
