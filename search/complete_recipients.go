package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// latestRecipients is how many messages are read for the names of those they went to.
const latestRecipients = 8

// recipients suggests those who got mail but never wrote any: only the messages know their
// names. The latest that went to somebody of such a name are read.
func (c *completion) recipients(ctx context.Context, f query.Field) error {
	words := analysis.Terms(c.place.Text)
	if len(words) == 0 || c.letters() < minLetters || f == query.From {
		return nil
	}
	within := f
	if f == query.Participants {
		within = query.Recipients
	}
	all := make([]query.Node, len(words))
	for i, w := range words {
		all[i] = query.Prefix{Field: within, Text: w}
	}
	res, err := c.service.engine.Search(ctx, engine.Request{
		Scope: c.scope, Query: c.names.withoutExcluded(query.And{Nodes: all}), Sort: engine.Newest, Limit: latestRecipients,
	})
	if err != nil {
		return fmt.Errorf("look for recipients: %w", err)
	}
	ids := make([]mail.MessageID, len(res.Hits))
	for i, h := range res.Hits {
		ids[i] = h.ID
	}
	records, err := c.service.records(ctx, ids)
	if err != nil {
		return err
	}
	for _, rec := range records {
		if !c.names.shows(rec, c.scope) {
			continue
		}
		m := c.service.decode(rec)
		for _, a := range slices.Concat(m.To, m.Cc, m.Bcc) {
			if len(c.found) >= c.limit {
				return nil
			}
			if !begins(analysis.Terms(a.Name), words) {
				continue
			}
			if err := c.recipient(ctx, a, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// recipient suggests one who is not suggested yet.
func (c *completion) recipient(ctx context.Context, a mail.Address, f query.Field) error {
	address := strings.ToLower(strings.TrimSpace(a.Address))
	written, ok := query.Written(address)
	if !ok || slices.ContainsFunc(c.found, func(s Suggestion) bool { return s.Text == written || s.Detail == address }) {
		return nil
	}
	n, err := c.count(ctx, byAddress(f, []string{address}))
	if err != nil || n == 0 {
		return err
	}
	c.add(Suggestion{Kind: SuggestPerson, Text: written, Label: strings.TrimSpace(a.Name), Detail: address, Count: n})
	return nil
}
