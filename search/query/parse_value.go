package query

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The names of fields that are read in a way of their own, as the engine has them.
const (
	languageField = "language"
	copyField     = "copy"
	threadField   = "thread"
	headerMark    = "header"
)

// name makes what stands for something by its name.
func (p *parser) name(t token, f FieldInfo) Node {
	text, at := strings.TrimSpace(t.text), Span{t.from, t.to}
	if text == "" {
		p.warn(t.from, t.to, "%s: needs a value", f.Name)
		return nil
	}
	switch f.Name {
	case "mailbox":
		return Mailbox{text, at}
	case "query":
		return Saved{text, at}
	case "id":
		if text = CopyKey(text); text == "" {
			p.warn(t.from, t.to, "%s: needs a value", f.Name)
			return nil
		}
		return OneOf{Field: copyField, Values: []string{text}}
	case threadField:
		return OneOf{Field: threadField, Values: []string{text}}
	default:
		return Folder{text, at}
	}
}

// flag makes one of a few fixed words.
func (p *parser) flag(t token, f FieldInfo) Node {
	value, at := strings.ToLower(strings.TrimSpace(t.text)), Span{t.from, t.to}
	is := func(name, value string) Node { return Key{Name: name, Values: []string{value}, At: at} }
	if f.yes != "" {
		return p.yesOrNo(t, f)
	}
	switch f.Name {
	case "has":
		switch singular := strings.TrimSuffix(value, "s"); singular {
		case "attachment":
			return HasAttachment{}
		case "image", "link", "invite":
			return is("has", singular)
		case "picture":
			return is("has", "image")
		case "unindexed":
			return TextState{unindexed()}
		}
	case "state":
		if isTextState(value) {
			return TextState{[]string{value}}
		}
	case "lang":
		if code, ok := languageNamed(value); ok {
			return OneOf{Field: languageField, Values: []string{code}}
		}
	case "direction":
		if way := directionNamed(value); way != "" {
			return Direction{way, at}
		}
	case "sort":
		if slices.Contains(f.Values, value) {
			p.sort = value
			return nil
		}
	case "is":
		switch value {
		case "gone":
			return Gone{}
		case "unread":
			return Not{is("is", "read")}
		case "starred":
			value = "flagged"
		}
		if slices.Contains(f.Values, value) {
			return is("is", value)
		}
	}
	p.unknownValue(t, f)
	return nil
}

func (p *parser) unknownValue(t token, f FieldInfo) {
	if len(f.Values) > 0 {
		p.warn(t.from, t.to, "%s: does not know %q; it knows %s", f.Name, t.text, strings.Join(f.Values, ", "))
		return
	}
	p.warn(t.from, t.to, "%s: does not know %q", f.Name, t.text)
}

// yesOrNo makes the flag that yes stands for, or what it is not.
func (p *parser) yesOrNo(t token, f FieldInfo) Node {
	name, value, _ := strings.Cut(f.yes, ":")
	flag, _ := lookup(name)
	yes := t
	yes.text = value
	switch strings.ToLower(strings.TrimSpace(t.text)) {
	case "yes", "true", "1":
		return p.flag(yes, flag)
	case "no", "false", "0":
		return Not{p.flag(yes, flag)}
	}
	p.unknownValue(t, f)
	return nil
}

// isTextState tells a state of an attachment's text, or one with a type.
func isTextState(s string) bool {
	state, kind, typed := strings.Cut(s, "/")
	return slices.Contains(textStates(), state) && (!typed || kind != "" && strings.IndexFunc(kind, notTypeRune) < 0)
}

func notTypeRune(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

func directionNamed(s string) string {
	switch s {
	case "inbound", "incoming", "in":
		return "inbound"
	case "outbound", "outgoing", "out":
		return "outbound"
	case "internal":
		return s
	}
	return ""
}

// mark makes a mark with a whole value.
func (p *parser) mark(t token, f FieldInfo) Node {
	value := FoldKey(t.text)
	if value == "" {
		p.warn(t.from, t.to, "%s: needs a value", f.Name)
		return nil
	}
	n := Key{Name: f.mark, At: Span{t.from, t.to}}
	switch f.Name {
	case "ext":
		value = strings.TrimLeftFunc(value, func(r rune) bool { return r == '*' || r == '.' || unicode.IsSpace(r) })
	case "list":
		value = strings.Trim(value, "<>")
	case "header":
		value = headerPattern(value)
	case "importance":
		value = importanceNamed(value)
	case "kind":
		value = kindNamed(value)
	}
	if value == "" || len(f.Values) > 0 && !slices.Contains(f.Values, value) {
		p.unknownValue(t, f)
		return nil
	}
	n.Values = []string{value}
	n.Pattern = f.pattern && strings.ContainsAny(value, "*?")
	return n
}

// headerPattern makes of name=value what finds the value anywhere in the field, and of
// a name what finds any value.
func headerPattern(s string) string {
	name, value, _ := strings.Cut(s, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case name == "":
		return ""
	case strings.Trim(value, "*") == "":
		return name + "=*"
	case strings.ContainsAny(value, "*?"):
		return name + "=" + value
	}
	return name + "=*" + value + "*"
}

func importanceNamed(s string) string {
	switch s {
	case "urgent", "1", "2":
		return "high"
	case "3", "medium":
		return "normal"
	case "4", "5":
		return "low"
	}
	return s
}

// kindNamed gives a kind by the names that people have for it.
func kindNamed(s string) string {
	switch s = strings.TrimSuffix(s, "s"); s {
	case "email", "message", "e-mail":
		return "mail"
	case "invitation", "invite", "appointment", "calendar", "event":
		return "meeting"
	case "read-receipt", "notification":
		return "receipt"
	case "bounce", "ndr", "delivery-report":
		return "report"
	}
	return s
}

// moreOfDate takes the words behind the first one of "last week", "31 January 2025" or
// "7 days", as many as make a date.
func (p *parser) moreOfDate(v *token) {
	head := v.text[strings.LastIndex(v.text, "..")+1:]
	head = strings.TrimPrefix(head, ".")
	if head == "" {
		return
	}
	text, at := head, p.pos
	for range 2 {
		rest := p.in[at:]
		word := strings.TrimLeft(rest, " ")
		if word == rest || word == "" {
			return
		}
		word, _, _ = strings.Cut(word, " ")
		word = strings.TrimRight(word, ")}")
		at += strings.Index(rest, word) + len(word)
		if isClock(word) && text == head {
			p.warn(at-len(word), at, "dates have no time of day: %q is searched as text", word)
		}
		last, _, _ := strings.Cut(word, "..")
		if last == "" || strings.ContainsAny(last, ":.") {
			return
		}
		text += " " + last
		if isDateOfWords(strings.ToLower(text), p.now) {
			v.text += p.in[p.pos:at]
			v.to, p.pos = at, at
			head = text
		}
		if last != word {
			return
		}
	}
}

// isClock tells of a time of the day.
func isClock(s string) bool {
	hour, rest := leadingDigits(s)
	minute, end := leadingDigits(strings.TrimPrefix(rest, ":"))
	return len(hour) > 0 && len(hour) < 3 && strings.HasPrefix(rest, ":") && len(minute) == 2 && (end == "" || end[0] == ':')
}

// moreOfRange takes the side of a range that is in quotes, or behind them.
func (p *parser) moreOfRange(v *token) {
	if v.kind == phrase && strings.HasPrefix(p.in[p.pos:], "..") {
		t := p.word()
		v.text, v.to = v.text+t.text, t.to
	}
	if !strings.HasSuffix(v.text, "..") {
		return
	}
	start := p.pos
	if t, ok := p.phrase(); ok {
		v.text, v.to, v.unclosed = v.text+t.text, t.to, t.unclosed
		return
	}
	p.pos = start
}

// unitOfSize takes the unit that stands apart from its number: 10 MB.
func (p *parser) unitOfSize(v *token) {
	if !isNumber(v.text) {
		return
	}
	start := p.pos
	p.skipSpace()
	switch t := p.word(); strings.ToLower(t.text) {
	case "k", "kb", "m", "mb", "g", "gb":
		v.text, v.to = v.text+t.text, t.to
	default:
		p.pos = start
	}
}

// dates makes a range of dates.
func (p *parser) dates(t token, f FieldInfo) Node {
	n := Dates{Sent: f.Name == "sent", At: Span{t.from, t.to}}
	text := strings.TrimSpace(t.text)
	if f.Name == "newer_than" || f.Name == "older_than" {
		at, ok := age(strings.ToLower(text), p.now)
		if !ok {
			p.warn(t.from, t.to, "%q is not an age; write 12h, 2d, 3w, 6m or 1y", t.text)
			return nil
		}
		if f.Name == "newer_than" {
			n.From = at
		} else {
			n.To = at
		}
		return n
	}
	first, last, isRange := strings.Cut(text, "..")
	isRange = isRange && (t.compare == ":" || t.compare == "" || t.compare == "=") && f.Name != "after" && f.Name != "before"
	if !isRange {
		i, ok := p.date(t, text)
		if !ok {
			return nil
		}
		return n.within(i, f.Name, t.compare)
	}
	if first == "" && last == "" {
		p.warn(t.from, t.to, "%q is no range; write 2024-01..2024-03, one side of which may be left out", t.text)
		return nil
	}
	for _, end := range []struct {
		text string
		set  func(interval)
	}{{first, func(i interval) { n.From = i.from }}, {last, func(i interval) { n.To = i.to }}} {
		if end.text == "" {
			continue
		}
		i, ok := p.date(t, end.text)
		if !ok {
			return nil
		}
		end.set(i)
	}
	if !n.From.IsZero() && !n.To.IsZero() && !n.From.Before(n.To) {
		p.backwards(t)
	}
	return n
}

// backwards warns of a range that nothing can be in.
func (p *parser) backwards(t token) {
	p.warn(t.from, t.to, "%q ends before it begins, so that nothing is found", t.text)
}

func (p *parser) date(t token, text string) (interval, bool) {
	i, note, ok := parseDate(text, p.now)
	switch {
	case !ok:
		p.warn(t.from, t.to, "%q is not a date; write 2025-01-31, 2025-01 or 2025, 31.1.2025, yesterday, last week or 7d", text)
	case note != "":
		p.warn(t.from, t.to, "%q is %s", text, note)
	}
	return i, ok
}

// within sets the bounds that a field or a comparison makes of a date.
func (n Dates) within(i interval, field, compare string) Node {
	switch {
	case compare == ">=" || field == "after" && compare == ":":
		n.From = i.from
	case compare == ">" || field == "after":
		n.From = i.to
	case compare == "<" || field == "before" && compare == ":":
		n.To = i.from
	case compare == "<=" || field == "before":
		n.To = i.to
	case i.from.Equal(i.to): // an age, or a moment
		n.From = i.from
	default:
		n.From, n.To = i.from, i.to
	}
	return n
}

// size makes a range of sizes.
func (p *parser) size(t token, f FieldInfo) Node {
	n := Size{At: Span{t.from, t.to}}
	text := strings.TrimSpace(t.text)
	first, last, isRange := strings.Cut(text, "..")
	if isRange && f.Name == "size" && (t.compare == ":" || t.compare == "") && first+last != "" {
		from, _, ok1 := parseSize(first)
		to, _, ok2 := parseSize(last)
		if first != "" && !ok1 || last != "" && !ok2 {
			return p.noSize(t)
		}
		n.From = from
		if last != "" {
			n.To = to + 1
			if n.From >= n.To {
				p.backwards(t)
			}
		}
		return n
	}
	bytes, unit, ok := parseSize(text)
	if !ok {
		return p.noSize(t)
	}
	switch {
	case t.compare == ">=", f.Name == "larger" && t.compare != "<" && t.compare != "<=":
		n.From = bytes
	case t.compare == ">":
		n.From = bytes + 1
	case t.compare == "<", f.Name == "smaller":
		n.To = bytes
	case t.compare == "<=":
		n.To = bytes + 1
	default: // of that size, as far as it was told
		n.From, n.To = bytes, bytes+unit
	}
	if n.To == 0 && n.From == 0 && f.Name != "larger" && t.compare != ">=" {
		return Not{Size{At: n.At}} // nothing is smaller than nothing
	}
	return n
}

func (p *parser) noSize(t token) Node {
	p.warn(t.from, t.to, "%q is not a size; write 500k, 10M or 1.5G, or 1M..5M", t.text)
	return nil
}

// parseSize reads a number of bytes with its unit.
func parseSize(s string) (bytes, unit int64, ok bool) {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(s), "b"), "i")
	unit = 1
	for suffix, n := range map[string]int64{"k": 1 << 10, "m": 1 << 20, "g": 1 << 30} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = rest, n
			break
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || v < 0 || math.IsNaN(v) || v*float64(unit) > 1<<50 {
		return 0, 0, false
	}
	return int64(v * float64(unit)), unit, true
}
