package extract

import (
	"strconv"
	"strings"
)

// numbering counts the paragraphs of lists ([ECMA-376] 17.9), so that "see 3.2"
// finds its clause.
type numbering struct {
	lists  map[string]*wordList // by numId
	styles map[string]paragraphStyle
}

// paragraphStyle is what of a paragraph's settings its number depends on.
type paragraphStyle struct{ style, list, level string }

// wordLevels is how many levels a list has.
const wordLevels = 9

type wordList struct {
	levels *[wordLevels]wordLevel
	counts *[wordLevels]int
	begun  *[wordLevels]bool
}

type wordLevel struct {
	kind, text string
	start      int
	legal      bool   // the numbers of all levels are shown as decimal ones
	restart    string // the level, from 1, after which it begins again; "" for any above
}

// numbering reads what the document says of its lists; nil when it has none.
func (o *opc) numbering(main string) (*numbering, error) {
	part, err := o.first(main, "numbering", "word/numbering.xml")
	if err != nil {
		return nil, err
	}
	b, err := o.bytes(part)
	if err != nil || b == nil {
		return nil, err
	}
	n := &numbering{lists: map[string]*wordList{}, styles: map[string]paragraphStyle{}}
	n.readLists(newXML(b))
	if part, err = o.first(main, "styles", "word/styles.xml"); err != nil {
		return nil, err
	}
	if b, err = o.bytes(part); err != nil {
		return nil, err
	}
	n.readStyles(newXML(b))
	return n, nil
}

func (n *numbering) readLists(x *xmlScanner) {
	abstract := map[string]*wordList{}
	var levels *[wordLevels]wordLevel
	at, num := -1, ""
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind != xmlOpen {
			continue
		}
		val := x.attr("val")
		switch x.name {
		case "abstractNum":
			if len(abstract) >= maxMembers {
				return
			}
			l := &wordList{levels: new([wordLevels]wordLevel), counts: new([wordLevels]int), begun: new([wordLevels]bool)}
			abstract[x.attr("abstractNumId")], levels, num = l, l.levels, ""
		case "num":
			num, at = x.attr("numId"), -1
		case "abstractNumId":
			if l := abstract[val]; l != nil && num != "" && len(n.lists) < maxMembers {
				own := *l // lists of one kind count on, unless they say otherwise
				n.lists[num] = &own
			}
		case "lvl", "lvlOverride":
			at = wordLevelNumber(x.attr("ilvl"))
			if l := n.lists[num]; num != "" && l != nil {
				own := *l.levels
				l.levels, l.counts, l.begun = &own, new([wordLevels]int), new([wordLevels]bool)
				levels = l.levels
			}
		case "start", "startOverride", "numFmt", "lvlText", "isLgl", "lvlRestart":
			if levels == nil || at < 0 {
				continue
			}
			levels[at].set(x.name, val)
		}
	}
}

func (l *wordLevel) set(name, val string) {
	switch name {
	case "numFmt":
		l.kind = val
	case "lvlText":
		l.text = val[:min(len(val), 100)]
	case "isLgl":
		l.legal = val != "0" && val != "false"
	case "lvlRestart":
		l.restart = val
	default:
		l.start, _ = strconv.Atoi(val)
	}
}

func wordLevelNumber(s string) int {
	if len(s) == 1 && s[0] >= '0' && s[0] < '0'+wordLevels {
		return int(s[0] - '0')
	}
	return -1
}

func (n *numbering) readStyles(x *xmlScanner) {
	id, based := "", map[string]string{}
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind != xmlOpen || len(n.styles) > maxMembers {
			continue
		}
		s := n.styles[id]
		switch x.name {
		case "style":
			id = x.attr("styleId")
			continue
		case "basedOn":
			based[id] = x.attr("val")
			continue
		case "ilvl":
			s.level = x.attr("val")
		case "numId":
			s.list = x.attr("val")
		default:
			continue
		}
		n.styles[id] = s
	}
	for id := range based {
		for from, i := based[id], 0; from != "" && i < 20 && n.styles[id].list == ""; from, i = based[from], i+1 {
			s := n.styles[id]
			s.list = n.styles[from].list
			if s.level == "" {
				s.level = n.styles[from].level
			}
			n.styles[id] = s
		}
	}
}

// next counts a paragraph and gives what it is shown with, "" for most.
func (n *numbering) next(p paragraphStyle) string {
	own := n.styles[p.style]
	if p.list == "" {
		p.list = own.list
	}
	if p.level == "" {
		p.level = own.level
	}
	l := n.lists[p.list]
	at := max(0, wordLevelNumber(p.level))
	if l == nil || l.levels[at].kind == "" {
		return ""
	}
	if l.begun[at] {
		l.counts[at]++
	} else {
		l.counts[at], l.begun[at] = l.levels[at].start, true
	}
	for i := range at { // levels that were passed over count as begun
		if !l.begun[i] {
			l.counts[i], l.begun[i] = l.levels[i].start, true
		}
	}
	for i := at + 1; i < wordLevels; i++ {
		if after, err := strconv.Atoi(l.levels[i].restart); err != nil || at < after {
			l.begun[i] = false
		}
	}
	if l.levels[at].kind == "bullet" || l.levels[at].kind == "none" {
		return ""
	}
	return l.shown(at)
}

// shown fills the counts into the text of a level.
func (l *wordList) shown(at int) string {
	var b strings.Builder
	for text := l.levels[at].text; text != ""; {
		i := -1
		if text[0] == '%' && len(text) > 1 {
			i = wordLevelNumber(text[1:2])
			if text[1] == '9' {
				i = wordLevels
			}
		}
		if i < 1 {
			b.WriteByte(text[0])
			text = text[1:]
			continue
		}
		i--
		kind := l.levels[i].kind
		if l.levels[at].legal {
			kind = "decimal"
		}
		b.WriteString(counted(l.counts[i], kind))
		text = text[2:]
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + " "
}

// counted writes a number in one of the ways that lists have.
func counted(n int, kind string) string {
	switch kind {
	case "lowerLetter", "upperLetter":
		if n < 1 || n > 26*20 {
			break
		}
		first := byte('a')
		if kind == "upperLetter" {
			first = 'A'
		}
		return strings.Repeat(string(first+byte((n-1)%26)), (n-1)/26+1)
	case "bullet", "none":
		return ""
	case "ordinal":
		return strconv.Itoa(n) + ordinalEnd(n)
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	case "decimalZero":
		if n < 10 && n >= 0 {
			return "0" + strconv.Itoa(n)
		}
	}
	return strconv.Itoa(n)
}

func ordinalEnd(n int) string {
	if n/10%10 == 1 {
		return "th"
	}
	switch n % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, d := range []struct {
		value int
		sign  string
	}{
		{1000, "M"},
		{900, "CM"},
		{500, "D"},
		{400, "CD"},
		{100, "C"},
		{90, "XC"},
		{50, "L"},
		{40, "XL"},
		{10, "X"},
		{9, "IX"},
		{5, "V"},
		{4, "IV"},
		{1, "I"},
	} {
		for ; n >= d.value; n -= d.value {
			b.WriteString(d.sign)
		}
	}
	return b.String()
}
