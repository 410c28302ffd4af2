package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// scene is what a thread is about: its fixed facts, and the language they are
// told in. Facts (project, client, amount, number) stay the same through a
// thread, so that an answer speaks of the same invoice.
type scene struct {
	d       dice
	l       *language
	topic   *topic
	at      time.Time
	project int // index into the language's projects
	client  string
	filed   bool     // the client has a folder
	people  []string // whom {person} may name
	speaker string   // who is writing, and so does not say {person} of themselves
	used    map[string]bool
	facts   map[string]string
}

func newScene(d dice, l *language, topicName string, at time.Time) *scene {
	return &scene{d: d, l: l, topic: l.topics[topicName], at: at, project: d.IntN(projects), facts: map[string]string{}, used: map[string]bool{}}
}

// projects is how many projects every language file names.
const projects = 6

// expand fills a sentence's choices and slots.
func (s *scene) expand(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "[")
		s.slots(&b, before)
		if !found {
			return capital(b.String())
		}
		choices, after, _ := strings.Cut(rest, "]")
		s.slots(&b, pick(s.d, strings.Split(choices, "|")))
		text = after
	}
}

// slots writes a text with its slots filled.
func (s *scene) slots(b *strings.Builder, text string) {
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(s.slot(name))
		text = after
	}
}

// fresh gives up to n of the sentences that the scene has not used yet.
func (s *scene) fresh(list []string, n int) []string {
	var left []string
	for _, l := range list {
		if !s.used[l] {
			left = append(left, l)
		}
	}
	out := sample(s.d, left, n)
	for i, l := range out {
		s.used[l] = true
		out[i] = s.expand(l)
	}
	return out
}

// slot gives the text for a slot.
func (s *scene) slot(name string) string {
	if v, ok := s.facts[name]; ok {
		return v
	}
	v, fixed := s.value(name)
	if fixed {
		s.facts[name] = v
	}
	return v
}

// value makes the text for a slot, and tells whether it holds for the thread.
func (s *scene) value(name string) (v string, fixed bool) {
	switch name {
	case "project":
		return s.l.values["project"][s.project], true
	case "client":
		return s.client, true
	case "no":
		return s.number(), true
	case "amount":
		return s.amount(s.d.between(40, 30000) * 10), s.d.chance(70)
	case "n":
		return strconv.Itoa(s.d.between(2, 28)), false
	case "few":
		return strconv.Itoa(s.d.between(2, 6)), false
	case "percent":
		gap := " "
		if s.l.code == "en" || s.l.space() == "" {
			gap = ""
		}
		return fmt.Sprintf("%d%s%%", s.d.between(2, 45), gap), false
	case "day":
		return pick(s.d, s.l.values["days"]), s.d.chance(50)
	case "date":
		return s.date(s.at.AddDate(0, 0, s.d.between(1, 25))), false
	case "past":
		return s.date(s.at.AddDate(0, 0, -s.d.between(0, 14))), false
	case "time":
		return fmt.Sprintf("%d:%02d", s.d.between(8, 17), s.d.IntN(4)*15), false
	case "month":
		return s.at.Format("01/2006"), true
	case "person":
		if p := pick(s.d, append([]string{s.client}, s.people...)); p != s.speaker {
			return p, false
		}
		return s.client, false
	}
	if list := s.l.values[name]; len(list) > 0 {
		return pick(s.d, list), name == "material" || name == "city" || name == "room"
	}
	return "", false
}

// number makes a document number such as INV-2024-0317.
func (s *scene) number() string {
	prefix := map[string]string{"invoice": "INV", "project": "DR", "support": "CASE", "travel": "BK"}[s.topic.name]
	if prefix == "" {
		prefix = "QS"
	}
	return fmt.Sprintf("%s-%d-%04d", prefix, s.at.Year(), s.d.between(100, 4999))
}

func (s *scene) date(t time.Time) string { return t.Format(s.l.one("date")) }

// amount writes a sum of money as the language does.
func (s *scene) amount(units int) string {
	style := s.l.one("number")
	cents := ""
	thousand := string([]rune(style)[1])
	if i := strings.LastIndexAny(style, ".,"); i > 2 {
		cents = style[i:i+1] + fmt.Sprintf("%02d", units*7%100)
	} else {
		units *= 100
	}
	digits := strconv.Itoa(units)
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(thousand)
		}
		b.WriteRune(c)
	}
	cur := s.l.one("currency")
	switch s.l.code {
	case "en":
		return cur + b.String() + cents
	case "ja", "zh", "ko":
		return b.String() + cents + cur
	}
	return b.String() + cents + " " + cur
}

// capital starts a sentence with an upper-case letter, whatever slot it began
// with.
func capital(s string) string {
	if r, size := utf8.DecodeRuneInString(s); unicode.IsLower(r) {
		return string(unicode.ToUpper(r)) + s[size:]
	}
	return s
}
