package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// maxHoldCheck is how long a query may take for a hold to be accepted: it is
// asked again for every message whose time is over.
const maxHoldCheck = 30 * time.Second

// CheckHold tells whether messages can be held by a query, and how many of all
// mail, hidden mailboxes included, it covers now. A RequestError says what is
// wrong with it: unlike a search, a hold has to be understood in whole.
func (s *Service) CheckHold(ctx context.Context, text string) (int, error) {
	n, err := s.names.names(ctx, 0)
	if err != nil {
		return 0, err
	}
	node, err := n.holdQuery(text, s.now())
	if err != nil {
		return 0, &RequestError{Field: "query", Reason: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, maxHoldCheck)
	defer cancel()
	res, err := s.engine.Search(ctx, engine.Request{Scope: access.EveryMailboxEvenHidden(), Query: node})
	switch {
	case errors.Is(err, engine.ErrTooComplex), errors.Is(err, context.DeadlineExceeded):
		return 0, &RequestError{Field: "query", Reason: "it is too complex"}
	case err != nil:
		return 0, fmt.Errorf("try the query of a hold: %w", err)
	}
	return res.Total, nil
}

// holdQuery reads a hold's query. Days such as today are those of the moment at
// which it was made.
func (n *names) holdQuery(text string, made time.Time) (query.Node, error) {
	parsed := query.Parse(text, made.UTC())
	if len(parsed.Warnings) > 0 {
		return nil, errors.New(parsed.Warnings[0].Message)
	}
	node := parsed.Node
	if node == nil {
		return nil, errors.New("it is empty")
	}
	// A hold is the same whoever looks, and is not changed by a saved search.
	rs := resolver{names: n, scope: access.EveryMailboxEvenHidden()}
	node = rs.resolve(node)
	if len(rs.warnings) > 0 {
		return nil, errors.New(rs.warnings[0].Message)
	}
	return inAllSpellings(node), nil
}

// Held gives those of the messages that one of the holds covers by its query,
// and those of which that cannot be told, since the index has not come to their
// present state. It fails, and nothing may be purged, where a query cannot be
// judged any more, such as for a folder that has another name now.
func (s *Service) Held(ctx context.Context, holds []archive.Hold, ids []mail.MessageID) (map[mail.MessageID]bool, error) {
	n, err := s.names.names(ctx, 0)
	if err != nil {
		return nil, err
	}
	held, err := s.unsure(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, h := range holds {
		if h.Mailbox != 0 {
			continue
		}
		node, err := n.holdQuery(h.Query, h.Since)
		if err != nil {
			return nil, fmt.Errorf("the query of hold %d cannot be judged: %w; release the hold or make it anew", h.ID, err)
		}
		found, err := s.among(ctx, ids, node)
		if err != nil {
			return nil, fmt.Errorf("ask what hold %d covers: %w", h.ID, err)
		}
		for id := range found {
			held[id] = true
		}
	}
	return held, nil
}

// unsure gives the messages that do not stand in the index as they are stored.
func (s *Service) unsure(ctx context.Context, ids []mail.MessageID) (map[mail.MessageID]bool, error) {
	if s.checkpoint == nil {
		return nil, errors.New("nobody tells how far the index is")
	}
	indexed, err := s.checkpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask how far the index is: %w", err)
	}
	records, err := s.archive.Records(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the messages: %w", err)
	}
	there, err := s.among(ctx, ids, nil)
	if err != nil {
		return nil, fmt.Errorf("ask which messages are in the index: %w", err)
	}
	unsure := make(map[mail.MessageID]bool, len(ids))
	for _, id := range ids {
		unsure[id] = true
	}
	for _, rec := range records {
		if uint64(rec.Seq) <= indexed && there[rec.ID] {
			delete(unsure, rec.ID)
		}
	}
	return unsure, nil
}

// among gives those of the messages that match a query, wherever they are.
func (s *Service) among(ctx context.Context, ids []mail.MessageID, node query.Node) (map[mail.MessageID]bool, error) {
	values := make([]string, len(ids))
	for i, id := range ids {
		values[i] = id.String()
	}
	var full query.Node = query.OneOf{Field: engine.FieldID, Values: values}
	if node != nil {
		full = query.And{Nodes: []query.Node{full, node}}
	}
	res, err := s.engine.Search(ctx, engine.Request{
		Scope: access.EveryMailboxEvenHidden(), Query: full, Sort: engine.Newest, Limit: len(ids),
	})
	if err != nil {
		return nil, err
	}
	if len(res.Hits) != res.Total {
		return nil, fmt.Errorf("the index gives %d of %d messages", len(res.Hits), res.Total)
	}
	found := make(map[mail.MessageID]bool, len(res.Hits))
	for _, h := range res.Hits {
		found[h.ID] = true
	}
	return found, nil
}
