package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/mailtext"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The bounds of suggesting subjects: how many words may belong to one, how many of the
// latest messages are looked at, how long a suggestion is.
const (
	maxSubjectWords = 6
	latestSubjects  = 16
	maxSuggested    = 80 // bytes
)

// subjects suggests subjects that have the words: those of the latest messages, the
// ones before that several of these have.
func (c *completion) subjects(ctx context.Context, most int) error {
	words := c.place.Words[max(0, len(c.place.Words)-maxSubjectWords):]
	if c.place.Field == "" && c.place.WordsField != "" && len(words) == len(c.place.Words) {
		words = words[1:] // it is a value
	}
	for i := 0; i <= len(words); i++ {
		from := c.place.At.From
		if i < len(words) {
			from = words[i].At.From
		} else if c.letters() < minLetters {
			return nil
		}
		node := subjectQuery(words[i:], c.place.Text)
		if node == nil {
			return nil
		}
		found, err := c.subjectsOf(ctx, node, from, most)
		if err != nil || found {
			return err
		}
	}
	return nil
}

// subjectQuery finds what has words in its subject, the last of which is not written
// to its end; nil where there is no word.
func subjectQuery(words []query.PlaceWord, last string) query.Node {
	var all []query.Node
	for _, w := range words {
		if len(analysis.Terms(w.Text)) > 0 {
			all = append(all, query.Phrase{Field: query.Subject, Text: w.Text})
		}
	}
	if len(analysis.Terms(last)) > 0 {
		all = append(all, query.Prefix{Field: query.Subject, Text: last})
	}
	if len(all) == 0 {
		return nil
	}
	return query.And{Nodes: all}
}

// subjectsOf suggests the subjects of what a query finds.
func (c *completion) subjectsOf(ctx context.Context, node query.Node, from, most int) (bool, error) {
	res, err := c.service.engine.Search(ctx, engine.Request{
		Scope: c.scope, Query: c.names.withoutExcluded(node), Sort: engine.Newest, Limit: latestSubjects,
	})
	if err != nil {
		return false, err
	}
	ids := make([]mail.MessageID, len(res.Hits))
	for i, h := range res.Hits {
		ids[i] = h.ID
	}
	records, err := c.service.records(ctx, ids)
	if err != nil {
		return false, err
	}
	choices := c.choicesOf(records, from)
	prefix := "subject:"
	if c.place.Field == "subject" {
		prefix = ""
	}
	choices = choices[:min(len(choices), 2*most)]
	for _, one := range choices {
		if one.count, err = c.count(ctx, query.Phrase{Field: query.Subject, Text: one.phrase()}); err != nil {
			return false, err
		}
	}
	slices.SortStableFunc(choices, (*subjectChoice).compare)
	found := 0
	for _, one := range choices {
		if one.count == 0 || found == most {
			continue
		}
		c.put(Suggestion{
			Kind: SuggestSubject, Text: prefix + `"` + one.phrase() + `"`, From: from, To: c.place.At.To,
			Label: one.text, Count: one.count,
		})
		found++
	}
	return found > 0, nil
}

// subjectChoice is a subject of some of the latest messages.
type subjectChoice struct {
	text   string
	terms  string // by which it is the same as another
	begins bool   // with what is written
	count  int
}

// choicesOf gives the subjects of messages, those first that begin with what is written
// from a byte on, then those of several of the messages, then the latest.
func (c *completion) choicesOf(records []archive.Record, from int) []*subjectChoice {
	var words []string
	for _, w := range c.place.Words {
		if w.At.From >= from {
			words = append(words, w.Text)
		}
	}
	written := strings.Join(analysis.Terms(strings.Join(append(words, c.place.Text), " ")), " ")
	var choices []*subjectChoice
	for _, rec := range records {
		if !c.names.shows(rec, c.scope) {
			continue
		}
		text := bareSubject(c.service.decode(rec).Subject)
		terms := strings.Join(analysis.Terms(text), " ")
		at := slices.IndexFunc(choices, func(other *subjectChoice) bool { return other.terms == terms })
		switch {
		case terms == "":
		case at < 0:
			choices = append(choices, &subjectChoice{text, terms, strings.HasPrefix(terms, written), 1})
		default:
			choices[at].count++
		}
	}
	slices.SortStableFunc(choices, (*subjectChoice).compare)
	return choices
}

// phrase is the subject as it stands between quotes.
func (s *subjectChoice) phrase() string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s.text, `"`, " ")), " ")
}

// compare puts first what begins with what is written, then what is frequent.
func (s *subjectChoice) compare(other *subjectChoice) int {
	if s.begins != other.begins {
		return map[bool]int{true: -1, false: 1}[s.begins]
	}
	return cmp.Compare(other.count, s.count)
}

// bareSubject is a subject without what answers and forwards put before it, cut behind
// a word where it is long.
func bareSubject(s string) string {
	s = strings.Join(strings.Fields(mailtext.BareSubject(s)), " ")
	if len(s) <= maxSuggested {
		return s
	}
	cut := maxSuggested
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	if space := strings.LastIndexByte(s[:cut], ' '); space > maxSuggested/2 {
		cut = space
	}
	return s[:cut]
}
