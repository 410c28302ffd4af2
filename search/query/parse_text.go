package query

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// text makes a word, a phrase, a prefix, a pattern or an expression.
func (p *parser) text(t token, f FieldInfo) Node {
	in, at := Field(f.Name), Span{t.from, t.to}
	if t.kind == expression {
		return p.expressionIn(t, in)
	}
	if t.kind == word && f.Name == "" {
		if fieldName(t.text) > 1 {
			p.unknownField(t)
		}
		p.likeSigns(t)
	}
	if t.kind == word && in == Any && len(t.text) > 2 && t.text[0] == '/' && strings.HasSuffix(t.text, "/") {
		p.warn(t.from, t.to, "regular expressions need a field, such as subject:%s; this is searched as text", t.text)
	}
	if rest, signed := strings.CutPrefix(t.text, "~"); signed && t.kind == word && in == Any && isNumber(rest) {
		p.warn(t.from, t.to, "%q stands behind a single word; write a NEAR/3 b for words near each other", t.text)
		return nil
	}
	if !hasWord(t.text) {
		p.warn(t.from, t.to, "%q has no letters or digits and is left out", p.in[t.from:t.to])
		return nil
	}
	if t.kind == phrase {
		return p.phraseIn(t, in, at)
	}
	if in != Any {
		t.text = strings.TrimLeft(t.text, "/") // or it would be read again as an expression's beginning
	}
	if rest, not := strings.CutPrefix(t.text, "-"); not && in != Any && startsWord(rest) {
		t.text = rest // subject:-draft says what -subject:draft does
		if n := p.text(t, f); n != nil {
			return Not{n}
		}
		return nil
	}
	n := wordAs(in, t.text, at)
	w, ok := n.(Word)
	switch plain := ok && !w.Exact && w.Fuzzy == 0; {
	case plain && isPeople(in) && strings.EqualFold(w.Text, "me"):
		return Me{in, at}
	case plain && in == Filename && knownType(w.Text):
		w.Exact = true // names have no other forms, and so it is read again as it is printed
		return Or{[]Node{w, Key{Name: "ext", Values: []string{FoldKey(w.Text)}, At: at}}}
	}
	return n
}

// maxPhrase is how many words a phrase may have; nobody remembers more of them.
const maxPhrase = 60

// endOfWords is where the last of the first words of a text ends. A letter of a script
// written without blanks may be a word.
func endOfWords(s string, most int) int {
	words, within := 0, false
	for i, r := range s {
		begins := hasWord(string(r)) && (!within || r >= 0x2E80)
		if begins {
			if words++; words > most {
				return i
			}
		}
		within = hasWord(string(r))
	}
	return len(s)
}

// isWordAlone tells of nothing but letters and digits.
func isWordAlone(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !hasWord(string(r)) }) < 0
}

// phraseIn makes a phrase. A * behind its last word stands for letters, as behind a word; no
// other one does.
func (p *parser) phraseIn(t token, in Field, at Span) Node {
	if n := endOfWords(t.text, maxPhrase); n < len(t.text) {
		p.warn(t.from, t.to, "of a phrase the first %d words are looked for", maxPhrase)
		t.text = t.text[:n]
	}
	begin, ok := strings.CutSuffix(strings.TrimSpace(t.text), "*")
	if ok && isWordAlone(begin) {
		return Prefix{Field: in, Text: begin, At: at}
	}
	if i := strings.LastIndexAny(begin, " \t\n"); ok && i > 0 && hasWord(begin[:i]) && isWordAlone(begin[i+1:]) && !strings.Contains(begin, "*") {
		words := []Node{Phrase{Field: in, Text: strings.TrimSpace(begin[:i]), At: at}, Prefix{Field: in, Text: begin[i+1:], At: at}}
		return Near{Nodes: words, Distance: 1, Ordered: true}
	}
	if strings.Contains(t.text, "*") {
		p.warn(t.from, t.to, "* stands for letters behind the last word of a phrase only, and not for words; write a ADJ/3 b for words that others may stand between")
	}
	return Phrase{Field: in, Text: t.text, At: at}
}

// likeSigns warns of what looks like a sign of the language and is none.
func (p *parser) likeSigns(t token) {
	for _, sign := range []string{"!", "\u2013", "\u2014", "\u2212"} {
		if rest, ok := strings.CutPrefix(t.text, sign); ok && startsWord(rest) {
			p.warn(t.from, t.from+len(sign), "%q says nothing before a word; write -%s for messages without it", sign, rest)
		}
	}
	if name, value, ok := strings.Cut(t.text, "="); ok {
		if f, known := lookup(name); known && f.Name != "id" {
			p.warn(t.from, t.to, "%q is searched as text; write %s:%s for the field", t.text, name, value)
		}
	}
	if before, after, ok := strings.Cut(t.text, "~"); ok && before != "" && isNumber(after) && after != "1" && after != "2" {
		p.warn(t.from, t.to, "%q is searched as it is; ~, ~1 and ~2 stand behind words that may be misspelled", t.text)
	}
}

func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return hasWord(string(r))
}

func isNumber(s string) bool {
	digits, rest := leadingDigits(s)
	return digits != "" && rest == ""
}

func isPeople(f Field) bool {
	switch f {
	case From, To, Cc, Bcc, Recipients, Participants:
		return true
	}
	return false
}

// knownType tells the file types that filename: takes for more than a word.
func knownType(s string) bool {
	switch strings.ToLower(s) {
	case "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "txt", "csv", "html", "xml", "json", "zip", "7z", "rar",
		"jpg", "jpeg", "png", "gif", "tif", "tiff", "bmp", "webp", "heic", "svg", "mp3", "mp4", "wav", "mov", "eml", "msg", "ics", "vcf":
		return true
	}
	return false
}

// wordAs reads the signs of a word: + before it, ~ behind it, * and ? in it.
func wordAs(in Field, text string, at Span) Node {
	if isPattern(text) {
		if begin := strings.TrimRight(text, "*"); !strings.ContainsAny(begin, "*?") && begin != text {
			return Prefix{Field: in, Text: begin, At: at}
		}
		return Wildcard{Field: in, Pattern: text, At: at}
	}
	w := Word{Field: in, Text: text, At: at}
	if rest := strings.TrimLeft(w.Text, "+"); rest != w.Text && hasWord(rest) {
		w.Text, w.Exact = rest, true
	}
	for suffix, n := range map[string]int{"~": 1, "~1": 1, "~2": 2} {
		if rest, ok := strings.CutSuffix(w.Text, suffix); ok && hasWord(rest) && !strings.HasSuffix(rest, "~") {
			w.Text, w.Fuzzy = rest, n
			break
		}
	}
	return w
}

// isPattern tells whether * and ? stand for letters in a word. A question mark behind a
// word asks, and one in a web address stands before what it asks for.
func isPattern(text string) bool {
	return strings.Contains(text, "*") || strings.Contains(strings.TrimRight(text, "?"), "?") && !strings.Contains(text, "://")
}

// expressionIn makes a regular expression, where there are few enough words to try
// it on.
func (p *parser) expressionIn(t token, in Field) Node {
	asText := func(format string, args ...any) Node {
		if !hasWord(t.text) {
			p.warn(t.from, t.to, "%q has no letters or digits and is left out", p.in[t.from:t.to])
			return nil
		}
		p.warn(t.from, t.to, format, args...)
		return Phrase{Field: in, Text: strings.NewReplacer(`"`, " ", "*", " ").Replace(t.text), At: Span{t.from, t.to}}
	}
	if !isPeople(in) && in != Subject && in != Filename {
		return asText("regular expressions work in the subject, the addresses and file names; this one is searched as text")
	}
	_, err := regexp.Compile(t.text) // by itself: a)|(b is none
	if err == nil {
		_, err = regexp.Compile("(?i)^(?:" + t.text + ")$")
	}
	if err != nil {
		return asText("%q is no regular expression and is searched as text", t.text)
	}
	return Regexp{Field: in, Pattern: t.text, At: Span{t.from, t.to}}
}

// unknownField warns of name:value where name is no field. Web addresses are
// plain text.
func (p *parser) unknownField(t token) {
	n := fieldName(t.text)
	name, value := t.text[:n], t.text[n+1:]
	if strings.HasPrefix(value, "//") || strings.EqualFold(name, "mailto") {
		return
	}
	p.warn(t.from, t.from+n+1, "%s: is not a field and is searched as text", name)
}

// nearFollows tells whether the next token is NEAR or ADJ.
func (p *parser) nearFollows() bool {
	start := p.pos
	t := p.next()
	p.pos = start
	return t.kind == near
}

// nearTo reads what stands behind NEAR or ADJ, and puts it near what is before. It
// tells whether there was anything to read.
func (p *parser) nearTo(left Node, t token, f FieldInfo) (n Node, read bool) {
	if t.beyond {
		p.warn(t.from, t.to, "%s takes distances from 1, for words next to each other, to %d; %d is taken", t.text, maxDistance, t.distance)
	}
	start := p.pos
	switch next := p.next(); next.kind {
	case end, closed, closeBrace, and, or, near:
		p.pos = start
		p.warn(t.from, t.to, "%s has nothing on its right", t.text)
		return left, false
	}
	p.pos = start
	right := p.unary(f)
	if right == nil {
		return left, true
	}
	if n, ok := join2(left, right, t); ok {
		return n, true
	}
	p.warn(t.from, t.to, "%s works between words, phrases and prefixes of one field; here both are looked for anywhere", t.text)
	return join([]Node{left, right}, false), true
}

// maxNear is how many pairs brackets around alternatives may make.
const maxNear = 16

// join2 puts two nodes near each other: each alternative of one with each of the other.
func join2(left, right Node, t token) (Node, bool) {
	var either []Node
	lefts, rights := alternatives(left), alternatives(right)
	if len(lefts)*len(rights) > maxNear {
		return nil, false
	}
	for _, l := range lefts {
		for _, r := range rights {
			n, ok := pair(l, r, t)
			if !ok {
				return nil, false
			}
			either = append(either, n)
		}
	}
	return join(either, true), true
}

func alternatives(n Node) []Node {
	if or, ok := n.(Or); ok {
		return or.Nodes
	}
	return []Node{n}
}

func pair(l, r Node, t token) (Node, bool) {
	field, ok := nearField(r)
	if !ok {
		return nil, false
	}
	if chain, is := l.(Near); is {
		if f, _ := nearField(chain.Nodes[0]); f != field {
			return nil, false
		}
		if chain.Distance == t.distance && chain.Ordered == t.ordered {
			return Near{Nodes: append(chain.Nodes[:len(chain.Nodes):len(chain.Nodes)], r), Distance: t.distance, Ordered: t.ordered}, true
		}
		last := chain.Nodes[len(chain.Nodes)-1]
		return And{[]Node{chain, Near{Nodes: []Node{last, r}, Distance: t.distance, Ordered: t.ordered}}}, true
	}
	if f, ok := nearField(l); !ok || f != field {
		return nil, false
	}
	return Near{Nodes: []Node{l, r}, Distance: t.distance, Ordered: t.ordered}, true
}

// nearField gives the field of a node that may stand near another.
func nearField(n Node) (Field, bool) {
	switch n := n.(type) {
	case Word:
		return n.Field, true
	case Phrase:
		return n.Field, true
	case Prefix:
		return n.Field, true
	case Wildcard:
		return n.Field, true
	}
	return Any, false
}
