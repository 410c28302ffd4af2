package extract

import (
	"bytes"
	"strings"
)

// rtfFormat reads Rich Text Format (version 1.9.1), and the HTML that Outlook
// wraps in it ([MS-OXRTFEX]).
func rtfFormat() format {
	return format{
		name: "rtf", version: 3, extensions: []string{"rtf"},
		media: []string{"application/rtf", "text/rtf", "text/richtext", "application/x-rtf"},
		is: func(p *probe) bool {
			return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(p.head, []byte("\xEF\xBB\xBF")), " \t\r\n\x00"), []byte(`{\rt`))
		},
		read: readRTF,
	}
}

// The bounds of one RTF document.
const (
	// rtfDepth is how deep groups are kept apart; deeper ones are read as if
	// they were one.
	rtfDepth = 2000
	// rtfFonts bounds the font table.
	rtfFonts = 20_000
	// rtfAside bounds each of the texts that are kept until the end.
	rtfAside = 4 << 20
	// rtfFlush is how much text of the body is kept before it is written.
	rtfFlush = 32 << 10
)

// rtfDest is where the text of a group goes.
type rtfDest uint8

const (
	rtfText     rtfDest = iota // the body, or where the footnote or header around it goes
	rtfSkip                    // nowhere
	rtfFontList                // fonts
	rtfInfo                    // a property
	rtfInst                    // a field's instruction
	rtfObject                  // an embedded object, in hexadecimal digits
	rtfTag                     // the HTML that the document was made of
	rtfShapeName
	rtfShapeValue
	rtfForm      // a field of a form, of which parts are destinations
	rtfChoice    // one of its choices
	rtfDeflt     // what stood in it to begin with
	rtfPicture   // nowhere, but what the picture shows is told in a part of it
	rtfLink      // where a shape's link leads
	rtfPropName  // a property that somebody has added: its name
	rtfPropValue // and its value
)

// none tells of destinations whose characters go nowhere.
func (d rtfDest) none() bool { return d == rtfSkip || d == rtfPicture }

// rtfState is what a group inherits from the one around it and may change.
type rtfState struct {
	dest    rtfDest
	up      rtfDest // what dest was outside of an \upr group
	out     *rtfStream
	uc      int // how many characters stand in for one of Unicode
	font    int
	rtlFont int
	rtl     bool
	noHTML  bool
	star    bool // \* was read: what is not known here is to be left out
	field   *rtfField
	begins  rtfDest // the destination that began with this group
	opens   bool    // the group is one that began a destination
}

// rtfField is a field: an instruction, and its result as it was last shown.
type rtfField struct {
	inst   strings.Builder
	mark   int
	out    *rtfStream
	form   *formField
	chosen int // as the form numbers its choices
	deflt  int // which is chosen where nothing else was
}

// rtfStream is one of the texts that a document is made of: its body, its
// footnotes, its headers.
type rtfStream struct {
	b    strings.Builder
	base int // bytes written before those in b
	most int // bytes kept; 0 is any number
}

func (t *rtfStream) len() int { return t.base + t.b.Len() }

func (t *rtfStream) since(mark int) string {
	if mark < t.base {
		return t.b.String()
	}
	return t.b.String()[min(mark-t.base, t.b.Len()):]
}

func (t *rtfStream) add(s string) {
	if t.most == 0 || t.b.Len()+len(s) <= t.most {
		t.b.WriteString(s)
	}
}

type rtfReader struct {
	*reading
	d     document
	raw   []byte
	at    int
	state rtfState
	stack []rtfState
	over  int // groups open beyond rtfDepth

	body, notes, comments, headers rtfStream
	html                           strings.Builder
	fromHTML                       bool

	page     int // the document's code page
	deflt    int // its default font
	fonts    map[int]int
	listed   int // the font that the font table is at
	pending  []byte
	pendPage int
	high     rune // the first half of a surrogate pair
	skip     int  // characters to leave out after \u

	info        strings.Builder
	propName    string          // of the property that is read
	name, value strings.Builder // of a shape's property
	object      []byte
	nibble      int // the first digit of a byte of the object, -1 between bytes
	err         error
}

func readRTF(r *reading, d document) error {
	x := &rtfReader{reading: r, d: d, raw: d.raw, page: pageWestern, fonts: map[int]int{}, nibble: -1}
	x.notes.most, x.comments.most, x.headers.most = rtfAside, rtfAside, rtfAside
	x.state = rtfState{uc: 1, font: -1, rtlFont: -1, out: &x.body}
	for x.at < len(x.raw) && x.err == nil {
		x.next()
	}
	if x.err == nil {
		x.flushBytes()
	}
	if x.err != nil {
		return x.err
	}
	return x.finish()
}

// next reads one token.
func (x *rtfReader) next() {
	c := x.raw[x.at]
	x.at++
	switch c {
	case '{':
		x.skip = 0
		x.open()
	case '}':
		x.skip = 0
		x.close()
	case '\\':
		x.control()
	case '\r', '\n', 0:
	case '\t':
		x.word("tab", 0, false)
	default:
		if x.state.dest.none() && x.skip == 0 {
			x.at = x.nextMark()
			return
		}
		x.char(c)
	}
}

// nextMark is where the next group or control begins: pictures have megabytes
// of digits before it.
func (x *rtfReader) nextMark() int {
	// Wider and wider windows cost little, be the mark near or far.
	for from, window := x.at, 64; from < len(x.raw); window *= 2 {
		end := min(from+window, len(x.raw))
		found := false
		for _, c := range []byte(`\{}`) {
			if i := bytes.IndexByte(x.raw[from:end], c); i >= 0 {
				end, found = from+i, true
			}
		}
		if found {
			return end
		}
		from = end
	}
	return len(x.raw)
}

func (x *rtfReader) open() {
	if len(x.stack) >= rtfDepth {
		x.over++
		return
	}
	x.stack = append(x.stack, x.state)
	x.state.star, x.state.opens = false, false
}

func (x *rtfReader) close() {
	if x.over > 0 {
		x.over--
		return
	}
	if len(x.stack) == 0 {
		return // more were closed than opened
	}
	was := x.state
	x.flushBytes()
	x.state = x.stack[len(x.stack)-1]
	x.stack = x.stack[:len(x.stack)-1]
	if was.opens {
		x.ended(was)
	}
}

// control reads what follows a backslash.
func (x *rtfReader) control() {
	if x.at >= len(x.raw) {
		return
	}
	c := x.raw[x.at]
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		x.controlWord()
		return
	}
	x.at++
	switch c {
	case '\'':
		x.hexChar()
	case '*':
		x.state.star = x.begins(x.at - len(`\*`))
	case '~':
		x.put(" ")
	case '_':
		x.put("-")
	case '-': // a hyphen that is seen at a line's end only
	case '\r', '\n':
		x.word("par", 0, false)
	case '\t':
		x.word("tab", 0, false)
	case '\\', '{', '}':
		x.char(c)
	}
}

// begins tells whether what stands at a place is the first of its group: only
// there \* says that the group may be passed over.
func (x *rtfReader) begins(at int) bool {
	before := bytes.TrimRight(x.raw[max(0, at-8):at], " \r\n")
	return len(before) > 0 && before[len(before)-1] == '{'
}

func (x *rtfReader) controlWord() {
	const longest = 32
	from := x.at
	for x.at < len(x.raw) && isLetter(x.raw[x.at]) && x.at-from < longest {
		x.at++
	}
	name := string(x.raw[from:x.at])
	n, given, negative := 0, false, false
	if x.at+1 < len(x.raw) && x.raw[x.at] == '-' && isDigit(x.raw[x.at+1]) {
		negative = true
		x.at++
	}
	for ; x.at < len(x.raw) && isDigit(x.raw[x.at]); x.at++ {
		given = true
		if n < 1<<40 {
			n = 10*n + int(x.raw[x.at]-'0')
		}
	}
	if negative {
		n = -n
	}
	if x.at < len(x.raw) && x.raw[x.at] == ' ' {
		x.at++
	}
	if name == "bin" {
		// The bytes count as one character where those after \u are left out.
		x.at += min(max(n, 0), len(x.raw)-x.at)
		x.skip = max(0, x.skip-1)
		return
	}
	if x.skip > 0 && name != "u" {
		x.skip--
		return
	}
	x.word(name, n, given)
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

func (x *rtfReader) hexChar() {
	if x.at+1 >= len(x.raw) {
		x.at = len(x.raw)
		return
	}
	h, l := hexValue(x.raw[x.at]), hexValue(x.raw[x.at+1])
	if h < 0 || l < 0 {
		return
	}
	x.at += 2
	x.char(byte(h<<4 | l))
}

// char takes one byte of text, in the code page of the font.
func (x *rtfReader) char(c byte) {
	if x.skip > 0 {
		x.skip--
		return
	}
	switch x.state.dest {
	case rtfSkip, rtfPicture:
		return
	case rtfObject:
		x.digit(c)
		return
	}
	page := x.codePage()
	if page != x.pendPage {
		x.flushBytes()
		x.pendPage = page
	}
	x.pending = append(x.pending, c)
	if len(x.pending) >= rtfFlush && c < 0x80 {
		x.flushBytes()
	}
}

func (x *rtfReader) codePage() int {
	if x.state.dest == rtfFontList || x.state.dest == rtfInst {
		return x.page
	}
	font := x.state.font
	if x.state.rtl && x.state.rtlFont >= 0 {
		font = x.state.rtlFont
	}
	if font < 0 {
		font = x.deflt
	}
	if page := x.fonts[font]; page > 0 {
		return page
	}
	return x.page
}

// flushBytes decodes the bytes that were kept together because some of them may
// be halves of characters.
func (x *rtfReader) flushBytes() {
	if len(x.pending) == 0 {
		return
	}
	s := pageText(x.pendPage, x.pending)
	x.pending = x.pending[:0]
	x.write(s)
}

// unicode takes a character that is given by its number.
func (x *rtfReader) unicode(n int) {
	x.flushBytes()
	c := rune(uint16(n))
	if n > 0xFFFF && n <= 0x10FFFF {
		c = rune(n) // against the rules, but clear
	}
	switch {
	case c >= 0xD800 && c < 0xDC00:
		x.high = c
		return
	case c >= 0xDC00 && c < 0xE000:
		if x.high == 0 {
			return
		}
		c, x.high = (x.high-0xD800)<<10|(c-0xDC00)+0x10000, 0
	case c == 0xF0B7:
		c = '•'
	case c >= 0xF020 && c <= 0xF0FF:
		// Symbol fonts' characters are kept in Unicode's private area.
		if x.codePage() != pageSymbol {
			return
		}
		x.write(symbols([]byte{byte(c)}))
		return
	}
	x.write(string(c))
}

// put takes text that the reader itself makes.
func (x *rtfReader) put(s string) {
	x.flushBytes()
	x.write(s)
}

// write hands text to where the group's text goes.
func (x *rtfReader) write(s string) {
	if x.fromHTML && (x.state.dest == rtfTag || x.state.dest == rtfText && !x.state.noHTML) {
		if x.html.Len()+len(s) <= maxUnpacked {
			x.html.WriteString(s)
		}
		return
	}
	switch x.state.dest {
	case rtfText:
		if x.fromHTML {
			return
		}
		x.state.out.add(s)
		if x.body.b.Len() >= rtfFlush && strings.HasSuffix(s, "\n") {
			x.flushBody()
		}
	case rtfInfo, rtfChoice, rtfDeflt, rtfLink, rtfPropName, rtfPropValue:
		x.keep(&x.info, s)
	case rtfInst:
		if x.state.field != nil {
			x.keep(&x.state.field.inst, s)
		}
	case rtfShapeName:
		x.keep(&x.name, s)
	case rtfShapeValue:
		x.keep(&x.value, s)
	}
}

// keep collects a short text.
func (x *rtfReader) keep(b *strings.Builder, s string) {
	const most = 32 << 10
	if b.Len()+len(s) <= most {
		b.WriteString(s)
	}
}

func (x *rtfReader) flushBody() {
	if x.err != nil || x.body.b.Len() == 0 {
		return
	}
	x.body.base = x.body.len()
	x.err = x.line(x.body.b.String())
	x.body.b.Reset()
}

// finish writes what was kept until the end.
func (x *rtfReader) finish() error {
	if x.fromHTML {
		t := htmlText(x.html.String(), x.limits.Text)
		if err := x.block(t.text); err != nil {
			return err
		}
		if t.cut {
			return x.stop("text")
		}
	}
	if x.flushBody(); x.err != nil {
		return x.err
	}
	for _, part := range []struct {
		kind StepKind
		text *rtfStream
	}{{Notes, &x.notes}, {Comments, &x.comments}, {Header, &x.headers}} {
		s := part.text.b.String()
		if strings.TrimSpace(s) == "" {
			continue
		}
		if part.kind == Header {
			s = onceEach(s)
		}
		if err := x.reading.at(Step{Kind: part.kind}, func() error { return x.block(s) }); err != nil {
			return err
		}
	}
	if x.state.opens && len(x.stack) == 0 && x.body.base+x.html.Len() == 0 && x.wrote == 0 {
		return failed("damaged: its groups do not end")
	}
	return nil
}

// onceEach leaves out lines that were there before: each section of a document
// repeats its headers.
func onceEach(s string) string {
	seen := map[string]bool{}
	var out []string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if !seen[line] {
			seen[line] = true
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
