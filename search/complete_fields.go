package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"mailquarry/search/query"
)

// operators suggests the fields whose names begin with the word. A name comes before
// an alias.
func (c *completion) operators() {
	word := strings.ToLower(c.place.Text)
	if word == "" {
		return
	}
	var named, called []Suggestion
	for _, f := range query.Fields() {
		if strings.HasPrefix(f.Name, word) {
			named = append(named, operator(f, f.Name))
			continue
		}
		for _, alias := range f.Aliases {
			if strings.HasPrefix(alias, word) {
				called = append(called, operator(f, alias))
				break
			}
		}
	}
	for _, s := range slices.Concat(named, called)[:min(len(named)+len(called), fewOperators)] {
		c.add(s)
	}
}

func operator(f query.FieldInfo, name string) Suggestion {
	meaning, _, _ := strings.Cut(f.Meaning, ";")
	if first, _, more := strings.Cut(meaning, ". "); more {
		meaning = first
	}
	return Suggestion{
		Kind: SuggestOperator, Text: name + ":", Label: name + ":",
		Detail: strings.TrimRight(meaning, ".:") + ", as in " + f.Example,
	}
}

// minFlag is how many letters of a value are written before it is suggested outside of
// its field.
const minFlag = 3

// flags suggests values of fields that have a few, for who writes unread and means
// is:unread.
func (c *completion) flags() {
	word := strings.ToLower(c.place.Text)
	if utf8.RuneCountInString(word) < minFlag {
		return
	}
	left := fewOthers
	for _, f := range query.Fields() {
		switch f.Name {
		case "is", "has", "kind", "direction":
		default:
			continue
		}
		for _, v := range f.Values {
			if strings.HasPrefix(v, word) && left > 0 {
				c.add(Suggestion{Kind: SuggestValue, Text: f.Name + ":" + v, Label: f.Name + ":" + v})
				left--
			}
		}
	}
}

// values suggests the values of a field that has few, or whose values people know by
// words.
func (c *completion) values(f query.FieldInfo) {
	c.valuesAt(f, c.place.Text, c.place.At.From)
}

func (c *completion) valuesAt(f query.FieldInfo, text string, from int) {
	word := query.FoldKey(text)
	for _, v := range slices.Concat(f.Values, usualValues(f)) {
		if written, ok := query.Written(v); ok && strings.HasPrefix(query.FoldKey(v), word) {
			c.put(Suggestion{Kind: SuggestValue, Text: written, From: from, To: c.place.At.To, Label: v})
		}
	}
}

// moreOfDate suggests the second word of a date, as in after:last w, and tells whether
// there is one.
func (c *completion) moreOfDate() bool {
	f, _ := query.FieldNamed(c.place.WordsField)
	if f.Kind != query.DateValue || len(c.place.Words) != 1 {
		return false
	}
	before, first := len(c.found), c.place.Words[0]
	c.valuesAt(f, first.Text+" "+c.place.Text, first.At.From)
	if len(c.found) == before {
		return false
	}
	c.found = slices.Delete(c.found, 0, before) // operators, which are less likely
	return true
}

// usualValues are some of the values of fields that have any number.
func usualValues(f query.FieldInfo) []string {
	switch {
	case f.Name == "newer_than", f.Name == "older_than":
		return []string{"1d", "1w", "1m", "6m", "1y"}
	case f.Kind == query.DateValue:
		return []string{"today", "yesterday", "this week", "last week", "this month", "last month", "this year", "last year"}
	case f.Name == "larger", f.Name == "smaller":
		return []string{"100k", "1M", "10M"}
	}
	return nil
}
