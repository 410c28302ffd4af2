package search

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/mailtext"
	"mailquarry/search/query"
)

// The shape of snippets.
const (
	maxFragments = 3
	fragmentLen  = 160 // characters, about
	previewLen   = 200 // characters of a body in which nothing matches
	snapLen      = 40  // characters by which a fragment's ends move to fall between words or sentences
	maxSubject   = 1000
	maxParts     = 10 // attachments with fragments
	maxBody      = 2 << 20

	// Of a long body the beginning is read first, and all of it only where that does
	// not show everything that matches: to tell quotes from the author's own text is half
	// of what a snippet costs.
	firstOfText = 16 << 10
	firstOfHTML = 64 << 10
)

// reading is a body as far as it is read for a snippet.
type reading struct {
	text      string
	stretches []mailtext.Span
	language  string
	anywhere  *finder
	spans     []span
	cost      int
}

// read reads a body as far as it takes to see all that matches: one that is not long, or
// is plain, as it was told when it was indexed.
func (m *matcher) read(msg mail.Message, kept []byte) reading {
	first := firstOfText
	if msg.Body.Type == mail.HTML {
		first = firstOfHTML
	} else if text, told, known := mailtext.Recall(kept, msg.Body.Content, false, msg.Subject); known && len(text) <= maxBody {
		return m.find(text, told)
	}
	if len(msg.Body.Content) > first {
		if r := m.readTo(msg, nil, first); r.anywhere.allIn(r.spans) {
			return r
		}
	}
	return m.readTo(msg, kept, maxBody)
}

func (m *matcher) readTo(msg mail.Message, kept []byte, size int) reading {
	text, told, _ := mailtext.Tell(kept, firstBytes(msg.Body.Content, size), msg.Body.Type == mail.HTML, msg.Subject)
	return m.find(text, told)
}

func (m *matcher) find(text string, told mailtext.Reading) (r reading) {
	r.text, r.stretches, r.language = text, told.Spans, told.Language
	r.anywhere = m.in(r.language, query.Any)
	r.spans, r.cost = r.anywhere.find(r.text, maxScan)
	return r
}

// allIn tells whether each pattern has a match.
func (f *finder) allIn(spans []span) bool {
	seen := make([]bool, len(f.patterns))
	for _, s := range spans {
		seen[s.pattern] = true
	}
	return !slices.Contains(seen, false)
}

// snippets shows where a message matches. Kept is what the archive has kept of what was
// told of its text.
func (m *matcher) snippets(msg mail.Message, kept []byte, parts []mail.Part, texts map[mail.Digest]archive.Text) Snippets {
	var out Snippets
	body := m.read(msg, kept)
	if subject := firstRunes(msg.Subject, maxSubject); subject != "" {
		spans, _ := m.in(body.language, query.Any, query.Subject).find(subject, maxScan)
		out.Subject = []string{marked(subject, 0, len(subject), spans)}
	}
	left := maxHitScan - body.cost
	if out.Body = fragments(body.text, written(body.spans, body.stretches)); out.Body == nil {
		out.Body = preview(body.text, body.stretches)
	}
	inName := m.in(body.language, query.Any, query.Filename)
	for i, p := range parts {
		if len(out.Attachments) == maxParts {
			break
		}
		var frags, where []string
		if !p.Digest.IsZero() {
			text := texts[p.Digest].Text
			spans, n := m.findFar(body.anywhere, text, min(maxScan, max(left, 0)))
			left -= n
			frags, where = placed(text, spans, texts[p.Digest].Places)
		}
		if frags == nil {
			name := firstRunes(p.Name, maxSubject)
			if spans, _ := inName.find(name, maxScan); len(spans) > 0 {
				frags, where = []string{marked(name, 0, len(name), spans)}, []string{""}
			}
		}
		if frags != nil {
			out.Attachments = append(out.Attachments, AttachmentSnippet{Index: i, Name: p.Name, Fragments: frags, Places: where})
		}
	}
	return out
}

// written gives the matches in what the author wrote, as long as these show all
// that matches anywhere in the body; otherwise all of them.
func written(spans []span, stretches []mailtext.Span) []span {
	all, own := map[int]bool{}, map[int]bool{}
	var kept []span
	for _, s := range spans {
		all[s.pattern] = true
		if isOwn(s.from, stretches) {
			own[s.pattern] = true
			kept = append(kept, s)
		}
	}
	if len(own) < len(all) {
		return spans
	}
	return kept
}

func isOwn(at int, stretches []mailtext.Span) bool {
	i, found := slices.BinarySearchFunc(stretches, at, func(s mailtext.Span, at int) int { return cmp.Compare(s.Start, at) })
	if !found {
		i--
	}
	return i >= 0 && stretches[i].Kind == mailtext.Own
}

// preview is the beginning of what the author wrote, where nothing matches; of
// the whole body when that is nothing.
func preview(body string, stretches []mailtext.Span) []string {
	for _, s := range stretches {
		if s.Kind == mailtext.Own && strings.TrimFunc(body[s.Start:s.End], blank) != "" {
			return beginning(body, s.Start)
		}
	}
	return beginning(body, 0)
}

func beginning(body string, from int) []string {
	rest := strings.TrimLeftFunc(body[from:], blank)
	if rest == "" {
		return nil
	}
	from = len(body) - len(rest)
	return []string{cutOut(body, from, forward(body, from, previewLen), nil)}
}

// placed shows the best pieces of an attachment's text, and where in it each
// stands.
func placed(text string, spans []span, encoded []byte) (frags, where []string) {
	var places []extract.Place
	if len(spans) > 0 {
		places = extract.DecodePlaces(encoded)
	}
	for _, p := range pieces(text, spans) {
		frags = append(frags, p.html)
		where = append(where, extract.PathText(extract.PlaceAt(places, p.at)))
	}
	return frags, where
}

// fragments shows the best pieces of a text, in their order.
func fragments(text string, spans []span) []string {
	var out []string
	for _, p := range pieces(text, spans) {
		out = append(out, p.html)
	}
	return out
}

// piece is a piece of a text with its matches marked.
type piece struct {
	html string
	at   int // where its first match begins
}

func pieces(text string, spans []span) []piece {
	if len(spans) == 0 {
		return nil
	}
	var out []piece
	last := 0
	for _, w := range windows(spans) {
		if w.from < last {
			continue // the fragment before shows it
		}
		room := max(0, fragmentLen-utf8.RuneCountInString(text[w.from:w.to]))
		from := max(last, sentenceStart(text, back(text, w.from, room/3), w.from))
		last = forward(text, w.to, room-room/3)
		out = append(out, piece{cutOut(text, from, last, spans), w.from})
	}
	return out
}

// window is a piece of a text from one match to another.
type window struct{ from, to, score int }

// windows picks the pieces that show most: many different patterns first, then
// many matches, then what stands nearer to the beginning.
func windows(spans []span) []window {
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	all := make([]window, 0, len(spans))
	for i, first := range spans {
		w := window{from: first.from, to: first.to}
		kinds := map[int]bool{}
		for _, s := range spans[i:] {
			if s.to-w.from > fragmentLen {
				break
			}
			if !kinds[s.pattern] {
				kinds[s.pattern] = true
				w.score += enough
			}
			w.score++
			w.to = max(w.to, s.to)
		}
		all = append(all, w)
	}
	slices.SortStableFunc(all, func(a, b window) int { return cmp.Compare(b.score, a.score) })
	var picked []window
	for _, w := range all {
		near := slices.ContainsFunc(picked, func(p window) bool {
			return w.from < p.to+fragmentLen && p.from < w.to+fragmentLen
		})
		if !near {
			picked = append(picked, w)
		}
		if len(picked) == maxFragments {
			break
		}
	}
	slices.SortFunc(picked, func(a, b window) int { return cmp.Compare(a.from, b.from) })
	return picked
}

// back goes n characters back from at.
func back(text string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}

// ahead goes n characters on from at.
func ahead(text string, at, n int) int {
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// sentenceStart moves a fragment's beginning: to the beginning of a sentence
// or line if one stands nearby, or of a word; never past its first match.
func sentenceStart(text string, at, match int) int {
	if at == 0 {
		return 0
	}
	low := back(text, at, snapLen)
	if low == 0 {
		return 0
	}
	piece := text[low:match]
	if i := lastSentence(piece); i > 0 {
		return low + i
	}
	if i := strings.IndexFunc(text[at:match], unicode.IsSpace); i >= 0 {
		return at + i
	}
	if i := strings.LastIndexFunc(text[low:at], unicode.IsSpace); i >= 0 {
		return low + i
	}
	return wholeRune(text, at)
}

// lastSentence gives where the last sentence or line begins that begins in
// piece, 0 when none does.
func lastSentence(piece string) int {
	best := 0
	for _, end := range []string{"\n", ". ", "! ", "? ", "。", "！", "？", "؟ ", "।"} {
		if i := strings.LastIndex(piece, end); i >= 0 {
			best = max(best, i+len(end))
		}
	}
	return best
}

// forward gives a fragment's end about n characters behind at: behind a
// sentence or a word if one ends nearby.
func forward(text string, at, n int) int {
	end := ahead(text, at, n)
	if end == len(text) {
		return end
	}
	low := max(at, back(text, end, snapLen))
	if i := lastSentence(text[low:end]); i > 0 {
		return low + i
	}
	if i := strings.LastIndexFunc(text[low:end], unicode.IsSpace); i > 0 {
		return low + i
	}
	return wholeRune(text, end)
}

// wholeRune moves a cut back to where no mark or joiner is parted from its letter.
func wholeRune(text string, at int) int {
	for at > 0 && at < len(text) {
		r, _ := utf8.DecodeRuneInString(text[at:])
		if !unicode.IsMark(r) && r != '\u200d' {
			break
		}
		at = back(text, at, 1)
	}
	return at
}

// cutOut shows text[from:to] with dots where the text goes on.
func cutOut(text string, from, to int, spans []span) string {
	s := marked(text, from, to, spans)
	if strings.TrimFunc(text[:from], blank) != "" {
		s = "… " + s
	}
	if strings.TrimFunc(text[to:], blank) != "" {
		s += " …"
	}
	return s
}

// marked writes text[from:to] as HTML with the spans marked. White space
// becomes one space, and characters that would turn the line around or cannot
// be seen are left out.
func marked(text string, from, to int, spans []span) string {
	spans = within(spans, from, to)
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(escaped(text[from:s.from]))
		b.WriteString("<mark>")
		b.WriteString(escaped(text[s.from:s.to]))
		b.WriteString("</mark>")
		from = s.to
	}
	b.WriteString(escaped(text[from:to]))
	return strings.TrimSpace(b.String())
}

// within lists what lies between from and to, sorted and with what overlaps
// made one.
func within(spans []span, from, to int) []span {
	var out []span
	for _, s := range spans {
		if s.from >= from && s.to <= to {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := out[:0]
	for _, s := range out {
		if n := len(merged); n > 0 && s.from < merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

func escaped(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == 0:
			space = true
			continue
		case invisible(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return html.EscapeString(b.String())
}

// invisible tells whether r is a control character or one that turns the
// direction of what follows it.
func invisible(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\ufeff', r == '\u00ad', r == '\u200b',
		'\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069', r == '\u200e', r == '\u200f':
		return true
	}
	return false
}

func blank(r rune) bool { return unicode.IsSpace(r) || invisible(r) }

func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func firstRunes(s string, n int) string { return s[:ahead(s, 0, n)] }
