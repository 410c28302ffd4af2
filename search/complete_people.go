package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// maxNameWords is how many words before the one that is being written may belong to
// the same name.
const maxNameWords = 3

// peopleOfText suggests people for words outside of a field: those for the most words.
func (c *completion) peopleOfText(ctx context.Context) error {
	words := c.place.Words[max(0, len(c.place.Words)-maxNameWords):]
	if c.place.WordsField != "" && len(words) == len(c.place.Words) {
		words = words[1:] // it is a value
	}
	before := len(c.found)
	for i := 0; i <= len(words); i++ {
		text, from := c.place.Text, c.place.At.From
		for _, w := range slices.Backward(words[i:]) {
			text, from = w.Text+" "+text, w.At.From
		}
		if err := c.people(ctx, text, from, query.Participants, "with:", somePeople); err != nil || len(c.found) > before {
			return err
		}
	}
	return nil
}

// moreOfPerson suggests people for a name of which the first word is a field's value, as
// in from:tom be, and tells whether there are any.
func (c *completion) moreOfPerson(ctx context.Context, f query.Field) (bool, error) {
	switch f {
	case query.From, query.To, query.Cc, query.Bcc, query.Recipients, query.Participants:
	default:
		return false, nil
	}
	if len(c.place.Words) > maxNameWords || c.place.Text == "" {
		return false, nil
	}
	text := c.place.Text
	for _, w := range slices.Backward(c.place.Words) {
		text = w.Text + " " + text
	}
	before := len(c.found)
	err := c.people(ctx, text, c.place.Words[0].At.From, f, "", c.limit)
	if len(c.found) == before {
		return false, err
	}
	c.found = slices.Delete(c.found, 0, before) // operators, which are less likely
	return true, err
}

// people suggests those whose names or addresses begin with the words of a text, which
// begins at the byte from. prefix is what is written before an address.
func (c *completion) people(ctx context.Context, text string, from int, f query.Field, prefix string, most int) error {
	type choice struct {
		Suggestion
		near int
	}
	var choices []choice
	for _, i := range c.stock.named(text, f, most) {
		p := &c.stock.people[i]
		written, ok := query.Written(p.addresses[0])
		if !ok {
			continue
		}
		n, err := c.count(ctx, byAddress(f, p.addresses))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		label, err := c.label(ctx, p)
		if err != nil {
			return err
		}
		choices = append(choices, choice{Suggestion{
			Kind: SuggestPerson, Text: prefix + written, From: from, To: c.place.At.To,
			Label: label, Detail: p.addresses[0], Count: n,
		}, p.near})
	}
	// They were chosen by all copies of messages; these are told of once.
	slices.SortStableFunc(choices, func(a, b choice) int { return cmp.Or(cmp.Compare(b.near, a.near), cmp.Compare(b.Count, a.Count)) })
	for _, one := range choices {
		c.put(one.Suggestion)
	}
	return nil
}

// named finds the people whom a text begins to name and who stand in a field, those
// first with whom there is most mail.
func (k *stock) named(text string, f query.Field, most int) []int32 {
	terms := analysis.Terms(text)
	if len(terms) == 0 {
		if strings.TrimSpace(text) != "" {
			return nil
		}
		return k.first(k.best, nil, f, most)
	}
	// Of an address, what stands behind the @ is compared as it is.
	local, whole, isAddress := strings.TrimSpace(text), fold(text), strings.Contains(text, "@")
	if isAddress {
		local = localPart(local)
		if terms = analysis.Terms(local); len(terms) == 0 {
			return nil
		}
	}
	var few []personTerm
	for i, t := range terms {
		if found := k.beginning(t); i == 0 || len(found) < len(few) {
			few = found
		}
	}
	people := make([]int32, len(few))
	for i, t := range few {
		people[i] = t.person
	}
	slices.Sort(people)
	return k.first(slices.Compact(people), func(p *knownPerson) bool {
		return begins(p.terms, terms) && (!isAddress || slices.ContainsFunc(p.addresses, func(a string) bool { return strings.HasPrefix(a, whole) }))
	}, f, most)
}

// beginning gives the terms that begin with one.
func (k *stock) beginning(with string) []personTerm {
	compare := func(t personTerm, with string) int {
		if strings.HasPrefix(t.term, with) {
			return 0
		}
		return strings.Compare(t.term, with)
	}
	from, _ := slices.BinarySearchFunc(k.terms, with, compare)
	to, _ := slices.BinarySearchFunc(k.terms[from:], with, func(t personTerm, with string) int {
		if strings.HasPrefix(t.term, with) {
			return -1
		}
		return strings.Compare(t.term, with)
	})
	return k.terms[from : from+to]
}

// first gives the first few of some people who fulfil a condition and stand in a field.
func (k *stock) first(people []int32, fits func(*knownPerson) bool, f query.Field, most int) []int32 {
	var best []int32
	for _, i := range people {
		p := &k.people[i]
		if p.messages(f) == 0 || len(best) == most && p.compare(&k.people[best[most-1]], f) >= 0 || fits != nil && !fits(p) {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, p, func(other int32, p *knownPerson) int { return k.people[other].compare(p, f) })
		best = slices.Insert(best, at, i)
		best = best[:min(len(best), most)]
	}
	return best
}

// label is what somebody is called: by the directory, or else by the latest of their
// messages, as they have written it.
func (c *completion) label(ctx context.Context, p *knownPerson) (string, error) {
	if p.label != "" {
		return p.label, nil
	}
	if p.called == "" {
		return p.addresses[0], nil
	}
	if known, ok := c.stock.labelOf(p.addresses[0]); ok {
		return known, nil
	}
	res, err := c.service.engine.Search(ctx, engine.Request{
		Scope: c.scope, Query: c.names.withoutExcluded(query.OneOf{Field: string(engine.FacetSender), Values: p.addresses}), Sort: engine.Newest, Limit: 1,
	})
	if err != nil {
		return "", err
	}
	label := p.called
	ids := make([]mail.MessageID, len(res.Hits))
	for i, h := range res.Hits {
		ids[i] = h.ID
	}
	records, err := c.service.records(ctx, ids)
	if err != nil {
		return "", err
	}
	for _, rec := range records {
		if m := c.service.decode(rec); c.names.shows(rec, c.scope) && fold(m.From.Address) == p.addresses[0] && strings.TrimSpace(m.From.Name) != "" {
			label = strings.TrimSpace(m.From.Name)
		}
	}
	c.stock.setLabel(p.addresses[0], label)
	return label, nil
}

func (k *stock) labelOf(address string) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	label, ok := k.labels[address]
	return label, ok
}

func (k *stock) setLabel(address, label string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.labels) < maxLabels {
		k.labels[address] = label
	}
}

// domains suggests the domains of senders.
func (c *completion) domains(ctx context.Context, f query.Field) error {
	if f != query.From && f != query.Participants || c.letters() < minLetters {
		return nil
	}
	word, left := fold(strings.TrimPrefix(c.place.Text, "@")), fewOthers
	for _, b := range c.stock.facets[engine.FacetDomain] {
		if left == 0 {
			break
		}
		written, ok := query.Written(b.Value)
		if !ok || !strings.HasPrefix(b.Value, word) {
			continue
		}
		n, err := c.count(ctx, query.OneOf{Field: string(engine.FacetDomain), Values: []string{b.Value}})
		if err != nil {
			return err
		}
		if n > 0 {
			c.add(Suggestion{Kind: SuggestDomain, Text: written, Label: b.Value, Count: n})
			left--
		}
	}
	return nil
}

func localPart(address string) string {
	local, _, _ := strings.Cut(address, "@")
	return local
}
