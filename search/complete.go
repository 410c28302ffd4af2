package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mailquarry/internal/access"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// The bounds of a completion.
const (
	DefaultSuggestions = 8
	MaxSuggestions     = 20
	completionTime     = 500 * time.Millisecond // after which what is there has to do
	minLetters         = 2                      // of a word, before people, folders and subjects are looked for
)

// SuggestionKind says what a suggestion is.
type SuggestionKind string

// The kinds.
const (
	SuggestOperator SuggestionKind = "operator" // a field of the query language: from:
	SuggestValue    SuggestionKind = "value"    // of a field that has few: is:unread
	SuggestPerson   SuggestionKind = "person"   // somebody who stands in mail
	SuggestDomain   SuggestionKind = "domain"   // of senders
	SuggestFolder   SuggestionKind = "folder"
	SuggestMailbox  SuggestionKind = "mailbox"
	SuggestSubject  SuggestionKind = "subject"
	SuggestSearch   SuggestionKind = "search" // a saved one
)

// Suggestion is how a query may go on. Text stands in the place of the bytes From
// (inclusive) to To (exclusive) of the query.
type Suggestion struct {
	Kind   SuggestionKind
	Text   string
	From   int
	To     int
	Label  string // what people read of it
	Detail string // what else there is to say, "" for nothing
	// Count is how many messages it finds by itself, copies counted once; 0 where that
	// is not known.
	Count int
}

// Complete suggests how a query may go on at the byte at of its text, best first. What
// comes from mail stands in mail that p may see: each such suggestion is searched for
// in p's scope, and left out where that finds nothing.
func (s *Service) Complete(ctx context.Context, p access.Principal, text string, at, limit int) ([]Suggestion, error) {
	if limit < 0 || limit > MaxSuggestions {
		return nil, &RequestError{Field: "limit", Reason: fmt.Sprintf("it has to be from 0 to %d", MaxSuggestions)}
	}
	if limit == 0 {
		limit = DefaultSuggestions
	}
	if at < 0 || at > len(text) || at > query.MaxLength {
		return nil, nil
	}
	place := query.PlaceAt(text, at)
	if strings.ContainsAny(place.Text, "*?~") || !utf8.ValidString(place.Text) {
		return nil, nil
	}
	n, err := s.names.names(ctx, fresh)
	if err != nil {
		return nil, err
	}
	c := &completion{service: s, names: n, scope: n.scope(p), place: place, limit: limit, mine: len(p.Owns()) > 0}
	within, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	switch err := c.run(within, p); {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		s.log.Debug("a completion took too long", "error", err)
	default:
		return nil, err
	}
	return c.found[:min(len(c.found), limit)], nil
}

// completion is a completion being made.
type completion struct {
	service *Service
	names   *names
	scope   access.Scope
	place   query.Place
	limit   int
	mine    bool // it is known who asks
	stock   *stock
	found   []Suggestion
}

func (c *completion) run(ctx context.Context, p access.Principal) error {
	if c.place.Field == "" && c.place.Text == "" && len(c.place.Words) == 0 {
		return nil
	}
	c.stock = new(stock) // for who may see nothing: the language is no secret
	if !c.scope.Empty() {
		var err error
		if c.stock, err = c.service.stocks.of(ctx, c.service, c.names, p); err != nil {
			return err
		}
	}
	if c.place.Field == "" {
		return c.suggestText(ctx)
	}
	return c.suggestValue(ctx)
}

// suggestValue suggests values of a field.
func (c *completion) suggestValue(ctx context.Context) error {
	f, _ := query.FieldNamed(c.place.Field)
	c.values(f)
	switch f.Name {
	case "from", "to", "cc", "bcc", "recipients", "participants":
		if c.mine && strings.HasPrefix("me", strings.ToLower(c.place.Text)) {
			c.add(Suggestion{Kind: SuggestValue, Text: "me", Label: "me", Detail: "you, by any of your addresses"})
		}
		if err := c.people(ctx, c.place.Text, c.place.At.From, query.Field(f.Name), "", c.limit); err != nil {
			return err
		}
		if len(c.found) == 0 {
			if err := c.recipients(ctx, query.Field(f.Name)); err != nil {
				return err
			}
		}
		return c.domains(ctx, query.Field(f.Name))
	case "in":
		return c.folders(ctx, "", c.limit)
	case "mailbox":
		return c.mailboxes(ctx)
	case "query":
		c.searches("", c.limit)
	case "subject":
		return c.subjects(ctx, c.limit)
	case "lang":
		return c.facet(ctx, f, engine.FacetLang)
	case "ext":
		return c.facet(ctx, f, engine.FacetType)
	case "category":
		return c.facet(ctx, f, engine.FacetCategory)
	}
	return nil
}

// How many suggestions of a kind there are for a word outside of a field.
const (
	fewOperators = 3
	fewOthers    = 2
	somePeople   = 4
	someSubjects = 4
)

// suggestText suggests for a word outside of a field.
func (c *completion) suggestText(ctx context.Context) error {
	if !c.place.Quoted {
		c.operators()
		if c.moreOfDate() {
			return nil
		}
		if done, err := c.moreOfPerson(ctx, query.Field(c.place.WordsField)); done || err != nil {
			return err
		}
		if c.letters() >= minLetters {
			c.searches("query:", 1)
			if err := c.peopleOfText(ctx); err != nil {
				return err
			}
			if !c.namesSomebody() {
				if err := c.folders(ctx, "in:", fewOthers); err != nil {
					return err
				}
			}
		}
	}
	if err := c.subjects(ctx, someSubjects); err != nil {
		return err
	}
	if !c.place.Quoted {
		c.flags()
	}
	return nil
}

// namesSomebody tells whether the words before this one are suggested to be of a name.
func (c *completion) namesSomebody() bool {
	return slices.ContainsFunc(c.found, func(s Suggestion) bool { return s.From < c.place.At.From })
}

// letters is how many letters of the word are written. In scripts where a letter is a
// word one is enough.
func (c *completion) letters() int {
	n := utf8.RuneCountInString(c.place.Text)
	if n == 1 && len(c.place.Text) > 2 {
		return minLetters
	}
	return n
}

// add adds a suggestion for the place.
func (c *completion) add(s Suggestion) {
	s.From, s.To = c.place.At.From, c.place.At.To
	c.put(s)
}

// maxLabel is how long a label or a detail is in bytes.
const maxLabel = 200

// put adds a suggestion that is not there yet.
func (c *completion) put(s Suggestion) {
	s.Label, s.Detail = firstBytes(s.Label, maxLabel), firstBytes(s.Detail, maxLabel)
	for _, other := range c.found {
		if other.Text == s.Text && other.From == s.From {
			return
		}
	}
	c.found = append(c.found, s)
}

// count is how many messages a condition finds that the searcher may see.
func (c *completion) count(ctx context.Context, node query.Node) (int, error) {
	res, err := c.service.engine.Search(ctx, engine.Request{
		Scope: c.scope, Query: c.names.withoutExcluded(node), Collapse: c.names.several(c.scope),
	})
	if err != nil {
		return 0, fmt.Errorf("count what a suggestion finds: %w", err)
	}
	return res.Total, nil
}
