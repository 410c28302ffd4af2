package query

import (
	"regexp"
	"strings"
)

// text makes a word, a phrase, a prefix, a pattern or an expression.
func (p *parser) text(t token, f FieldInfo) Node {
	in, at := Field(f.Name), Span{t.from, t.to}
	if t.kind == expression {
		return p.expressionIn(t, in)
	}
	if t.kind == word && fieldName(t.text) > 1 && f.Name == "" {
		p.unknownField(t)
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
		return Phrase{Field: in, Text: t.text, At: at}
	}
	if in != Any {
		t.text = strings.TrimLeft(t.text, "/") // or it would be read again as an expression's beginning
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
		p.warn(t.from, t.to, format, args...)
		if !hasWord(t.text) {
			return nil
		}
		return Phrase{Field: in, Text: strings.ReplaceAll(t.text, `"`, " "), At: Span{t.from, t.to}}
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
