package search

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"mailquarry/search/analysis"
	"mailquarry/search/query"
)

// The bounds of looking for matches. A match that stands farther back than
// this is still found by the search; only its snippet is missing.
const (
	maxScan    = 1 << 20  // bytes of one text
	maxHitScan = 2 << 20  // bytes of all texts of one hit
	maxFarScan = 16 << 20 // bytes of attachments, beyond these, of all hits of a page
	passCost   = 16       // bytes in which a term is only searched for, for one that is cut into words
	chunkSize  = 2 << 10
	runUp      = 64       // bytes for each term of a phrase, from which on it is read where it may end in a chunk
	enough     = 64       // matches, after which a text is not read on
	longEnough = 16 << 10 // bytes, after which it is not read on when each pattern was seen
	maxMarked  = 200      // bytes of a phrase that are marked as one
	maxWork    = 16       // comparisons for each byte of these, against queries made to cost much
	fewTerms   = 32       // up to which a chunk is looked through for them first
)

// pattern is a word, phrase or prefix as a run of terms.
type pattern struct {
	field   query.Field
	terms   []string
	prefix  bool // the last term may go on
	inflect bool // other forms of the one term match too
}

// formsOf are the terms that a term of the pattern stands for: those of a phrase match
// whatever particles they have.
func (p pattern) formsOf(term string) []string {
	if len(p.terms) == 1 || p.prefix {
		return []string{term}
	}
	return analysis.Particled(term)
}

// matcher finds the places in texts by which a message matches a query. It may
// be used from several goroutines.
type matcher struct {
	patterns []pattern
	far      atomic.Int64 // what is left of maxFarScan

	mu      sync.Mutex
	finders map[string]*finder // by language and fields: hits have them in common
}

func newMatcher(nodes []query.Node) *matcher {
	m := &matcher{}
	m.far.Store(maxFarScan)
	for _, n := range nodes {
		var p pattern
		switch n := n.(type) {
		case query.Word:
			p = pattern{field: n.Field, terms: analysis.Terms(n.Text)}
			p.inflect = !n.Exact && n.Fuzzy == 0 && len(p.terms) == 1
		case query.Phrase:
			p = pattern{field: n.Field, terms: analysis.Terms(n.Text)}
		case query.Prefix:
			p = pattern{field: n.Field, terms: analysis.Terms(n.Text), prefix: true}
		}
		if len(p.terms) > 0 {
			m.patterns = append(m.patterns, p)
		}
	}
	return m
}

// in gives the patterns that are looked for in a text of one of the fields, in
// a language, "" when it is not known.
func (m *matcher) in(language string, fields ...query.Field) *finder {
	key := language
	for _, f := range fields {
		key += " " + string(f)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.finders[key]
	if f == nil {
		f = m.finder(language, fields)
		if m.finders == nil {
			m.finders = map[string]*finder{}
		}
		m.finders[key] = f
	}
	return f
}

func (m *matcher) finder(language string, fields []query.Field) *finder {
	f := &finder{exact: map[string][]int{}}
	for _, p := range m.patterns {
		if !slices.Contains(fields, p.field) {
			continue
		}
		i := len(f.patterns)
		f.patterns = append(f.patterns, p)
		f.longest = max(f.longest, len(p.terms))
		f.terms += len(p.terms)
		last := p.terms[len(p.terms)-1]
		f.begins = append(f.begins, last)
		if p.prefix {
			f.prefixes = append(f.prefixes, i)
		} else {
			for _, form := range p.formsOf(last) {
				f.exact[form] = append(f.exact[form], i)
			}
		}
		if p.inflect {
			f.inflect(i, last, language)
		}
	}
	for i := range f.forms {
		if b := f.forms[i].beginning; b != "" {
			f.first[b[0]] = append(f.first[b[0]], i)
		} else {
			f.anywhere = append(f.anywhere, i)
		}
	}
	return f
}

// inflect has a pattern match the other forms of its term. Where the language is not
// known it may be any.
func (f *finder) inflect(i int, term, language string) {
	if analysis.Hangul(term) {
		f.forms = append(f.forms, wordForms{pattern: i, within: term, hangul: true})
		return
	}
	languages := []string{language}
	if language == "" {
		languages = analysis.Inflected()
	}
	for _, l := range languages {
		for _, b := range analysis.Beginnings(l, term) {
			f.forms = append(f.forms, wordForms{pattern: i, language: l, beginning: b, stem: analysis.Stem(l, term)})
			f.begins = append(f.begins, b)
		}
		if within := analysis.CompoundPart(l, term); within != "" {
			f.forms = append(f.forms, wordForms{pattern: i, language: l, within: within, term: term, sure: language != ""})
			f.begins = append(f.begins, within)
		}
	}
}

// wordForms are the terms with a beginning that have a stem, or those that have something
// within them and are compounds of a term.
type wordForms struct {
	pattern                   int
	language, beginning, stem string
	within, term              string // of compounds
	sure                      bool   // the language is known
	hangul                    bool   // all that has it within is a form
}

// leastUnsure is how many bytes the rest of a compound has, at least, where the language
// is not known: reporting is none of report.
const leastUnsure = 4

func (w *wordForms) has(term string) bool {
	if w.within != "" {
		return strings.Contains(term, w.within) && (w.hangul || analysis.IsCompound(w.language, term, w.term, func(rest string) bool { return w.sure || len(rest) >= leastUnsure }))
	}
	return strings.HasPrefix(term, w.beginning) && analysis.Stem(w.language, term) == w.stem
}

// finder looks for patterns in texts of one kind.
type finder struct {
	patterns []pattern
	exact    map[string][]int // patterns by their last term
	prefixes []int            // patterns whose last term is a prefix
	forms    []wordForms      // what matches beside exact terms
	first    [256][]int       // forms by the first byte of their beginning
	anywhere []int            // the other forms
	begins   []string         // a chunk in which none of these stands has no match
	longest  int              // terms of the longest pattern
	terms    int              // of all patterns
}

// span is a place in a text where a pattern matches.
type span struct{ from, to, pattern int }

// find lists the places where patterns match, in their order, as far as it gets
// in text for a cost of limit bytes. It tells what it has cost.
func (f *finder) find(text string, limit int) (spans []span, cost int) {
	if len(f.patterns) == 0 {
		return nil, 0
	}
	r := run{finder: f, seen: make([]bool, len(f.patterns)), most: maxWork * limit}
	pos, left := 0, false
	for pos < len(text) && cost < limit && !r.done(pos) {
		end := chunkEnd(text, pos)
		chunk := text[pos:end]
		if f.mayMatch(chunk) {
			from := pos
			if left { // no pattern ends in what was left out, but one may begin there
				from = f.before(text, pos)
			}
			r.read(text[from:end], from)
			cost += end - from
			left = false
		} else {
			r.recent, left = r.recent[:0], true
			cost += 1 + len(chunk)/passCost
		}
		pos = end
	}
	if r.work > r.most {
		cost = max(cost, limit)
	}
	return r.spans, cost
}

// before gives where reading begins so that phrases that end behind pos are seen whole.
func (f *finder) before(text string, pos int) int {
	if f.longest < 2 {
		return pos
	}
	from := pos - (f.longest-1)*runUp
	if from <= 0 {
		return 0
	}
	if i := strings.IndexAny(text[from:pos], " \n\t\r"); i >= 0 {
		return from + i
	}
	return pos
}

// findFar is find in a text that may be very long. Where the beginning has no
// match it reads on, for as long as the hits of a page may take together.
func (m *matcher) findFar(f *finder, text string, limit int) (spans []span, cost int) {
	spans, cost = f.find(text, limit)
	if len(spans) > 0 || cost < limit {
		return spans, cost
	}
	left := m.far.Swap(0)
	spans, far := f.find(text, limit+int(left))
	m.far.Add(max(0, left-int64(far)))
	return spans, cost
}

// chunkEnd gives the end of the chunk that begins at pos. It stands behind a
// separator, so that no word is cut.
func chunkEnd(text string, pos int) int {
	end := pos + chunkSize
	if end >= len(text) {
		return len(text)
	}
	if i := strings.LastIndexAny(text[pos:end], " \n\t\r"); i > 0 {
		return pos + i + 1
	}
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return end
}

// mayMatch tells whether chunk is worth cutting into words: whether any term
// stands in it at all. It looks into plain ASCII only, which is most of the
// long texts; elsewhere folding may turn other letters into a term's.
func (f *finder) mayMatch(chunk string) bool {
	if f.terms > fewTerms || !isASCII(chunk) {
		return true
	}
	low := strings.ToLower(chunk)
	return slices.ContainsFunc(f.begins, func(b string) bool { return strings.Contains(low, b) || analysis.MayBeJoined(b, low) })
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// run is one reading of a text.
type run struct {
	*finder
	recent []analysis.Token // the last words, at least as many as the longest pattern has
	seen   []bool           // by pattern
	work   int
	most   int // work
	spans  []span
}

func (r *run) done(pos int) bool {
	if r.full() {
		return true
	}
	return pos >= longEnough && !slices.Contains(r.seen, false)
}

func (r *run) full() bool { return len(r.spans) >= enough || r.work > r.most }

// read finds what matches up to the end of a chunk that begins at base.
func (r *run) read(chunk string, base int) {
	for t := range analysis.Tokens(chunk) {
		parts, joined := analysis.Parts(chunk, t), analysis.Joined(chunk, t)
		t.Start += base
		t.End += base
		if len(r.recent) >= 2*r.longest+64 {
			n := copy(r.recent, r.recent[len(r.recent)-r.longest:])
			r.recent = r.recent[:n]
		}
		r.recent = append(r.recent, t)
		r.work += 1 + len(r.prefixes) + len(r.forms)
		for _, i := range r.exact[t.Term] {
			r.match(i)
		}
		for _, i := range r.prefixes {
			terms := r.patterns[i].terms
			if strings.HasPrefix(t.Term, terms[len(terms)-1]) {
				r.match(i)
			}
		}
		r.readForms(t.Term)
		for part := range parts {
			r.readPart(span{base + part.Start, base + part.End, 0}, part.Term)
		}
		for one := range joined {
			r.readPart(span{base + one.Start, base + one.End, 0}, one.Term)
		}
		if r.full() {
			return
		}
	}
}

// readPart finds the patterns of one word that a part of a word matches.
func (r *run) readPart(at span, term string) {
	add := func(i int) {
		if len(r.patterns[i].terms) == 1 {
			r.seen[i] = true
			at.pattern = i
			r.spans = append(r.spans, at)
		}
	}
	for _, i := range r.exact[term] {
		add(i)
	}
	for _, i := range r.prefixes {
		if strings.HasPrefix(term, r.patterns[i].terms[0]) {
			add(i)
		}
	}
	r.eachForm(term, func(w *wordForms) {
		if w.has(term) {
			add(w.pattern)
		}
	})
}

// eachForm calls f for the forms that a term may be one of, in their order.
func (f *finder) eachForm(term string, call func(w *wordForms)) {
	if len(f.forms) == 0 || term == "" {
		return
	}
	begin, within := f.first[term[0]], f.anywhere
	for len(begin)+len(within) > 0 {
		var i int
		if len(within) == 0 || len(begin) > 0 && begin[0] < within[0] {
			i, begin = begin[0], begin[1:]
		} else {
			i, within = within[0], within[1:]
		}
		if w := &f.forms[i]; term != f.patterns[w.pattern].terms[0] {
			call(w)
		}
	}
}

// readForms finds the patterns of which a term is another form.
func (r *run) readForms(term string) {
	last := -1 // of unknown language a term may be a form in several
	r.eachForm(term, func(w *wordForms) {
		if w.pattern != last && w.has(term) {
			last = w.pattern
			r.match(last)
		}
	})
}

// match adds the i-th pattern's place if its other terms stand before the last.
func (r *run) match(i int) {
	terms := r.patterns[i].terms
	if len(r.recent) < len(terms) {
		return
	}
	words := r.recent[len(r.recent)-len(terms):]
	for k, term := range terms[:len(terms)-1] {
		if r.work++; words[k].Term != term && !slices.Contains(r.patterns[i].formsOf(term), words[k].Term) {
			return
		}
	}
	r.seen[i] = true
	from, to := words[0].Start, words[len(words)-1].End
	if to-from <= maxMarked {
		r.spans = append(r.spans, span{from, to, i})
		return
	}
	for _, w := range words {
		r.spans = append(r.spans, span{w.Start, w.End, i})
	}
}
