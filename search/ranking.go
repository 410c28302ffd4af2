package search

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

// What a ranking by relevance leans to beside the words. All of it together is worth
// less than a rare word that one message has and another has not: it decides among
// messages that say about as much of what was asked.
const (
	leanRecent = 0.1 // the latest message found, beside one ten years older
	leanAlone  = 0.15
	leanFew    = 0.1
	leanFromMe = 0.1
	leanCopied = 0.05
	leanKnown  = 0.05 // from people that one writes to
	fewPeople  = 5
	maxWritten = 1_000 // people that one writes to, those whom most
)

// lean is what the ranking leans to for who asks: newer messages, and for who has
// mailboxes what has to do with them. Messages that came to one by a list
// alone are as those of others. A further page leans as the one before.
func (s *Service) lean(ctx context.Context, n *names, p access.Principal, scope access.Scope, further bool) (engine.Lean, error) {
	l := engine.Lean{Recent: leanRecent}
	own := n.ownAddresses(p.Owns())
	if len(own) == 0 {
		return l, nil
	}
	sent := query.OneOf{Field: string(engine.FacetSender), Values: own}
	got := query.OneOf{Field: string(engine.FacetRecipient), Values: own}
	copied := query.And{Nodes: []query.Node{got, amongCopied(own)}}
	l.Relations = []engine.Relation{
		{Name: "from me", Query: sent, Weight: leanFromMe},
		{Name: "to me alone", Query: got, Recipients: 1, Weight: leanAlone},
		{Name: "copied to me", Query: copied, Weight: leanCopied},
		{Name: "to me among few", Query: got, Recipients: fewPeople, Weight: leanFew},
		{Name: "to me among many", Query: got, Weight: leanCopied},
	}
	var err error
	l.Known = leanKnown
	if l.Senders, err = s.written.of(ctx, s, scope, p.Owns(), own, further); err != nil {
		return l, fmt.Errorf("read whom one writes to: %w", err)
	}
	return l, nil
}

// ownAddresses are the addresses of mailboxes as the index has them.
func (n *names) ownAddresses(boxes []mail.MailboxID) []string {
	var own []string
	for _, id := range boxes {
		if m := n.mailbox[id]; m != nil {
			own = append(own, addresses(m)...)
		}
	}
	return slices.DeleteFunc(own, func(a string) bool { return a == "" })
}

// amongCopied finds messages in whose Cc or Bcc all words of one of the addresses stand:
// nearly those copied to it, without the cost of telling where the words stand.
func amongCopied(own []string) query.Node {
	var either query.Or
	for _, field := range []query.Field{query.Cc, query.Bcc} {
		for _, address := range own {
			var all query.And
			for _, w := range analysis.Terms(address) {
				all.Nodes = append(all.Nodes, query.Word{Field: field, Text: w})
			}
			if len(all.Nodes) > 0 {
				either.Nodes = append(either.Nodes, all)
			}
		}
	}
	return either
}

// Of so many people it is kept whom they write to, for some time even as mail comes in.
const (
	maxWriters = 64
	writtenAge = 10 * time.Second
)

// writtenTo keeps whom people write to until the index changes.
type writtenTo struct {
	mu   sync.Mutex
	list []writer // the one who asked last at the end
}

// writer is somebody who writes.
type writer struct {
	key   string
	index uint64
	read  time.Time
	to    []string
}

// of lists those to whom most messages went from mailboxes, as their addresses sent them;
// for a further page as it was.
func (k *writtenTo) of(ctx context.Context, s *Service, scope access.Scope, boxes []mail.MailboxID, own []string, further bool) ([]string, error) {
	w := writer{key: fmt.Sprint(boxes, own, scope.Except()), read: s.now()}
	if s.checkpoint != nil {
		var err error
		if w.index, err = s.checkpoint(ctx); err != nil {
			return nil, fmt.Errorf("ask how far the index is: %w", err)
		}
	}
	if kept, ok := k.find(w.key); ok {
		age := w.read.Sub(kept.read)
		if further || 0 <= age && age < writtenAge || s.checkpoint != nil && kept.index == w.index {
			return kept.to, nil
		}
	}
	mine := query.And{Nodes: []query.Node{oneOf(engine.FacetMailbox, boxes), query.OneOf{Field: string(engine.FacetSender), Values: own}}}
	found, err := s.engine.Search(ctx, engine.Request{
		Scope: scope, Query: mine, Facets: []engine.Facet{engine.FacetRecipient}, FacetSize: maxWritten,
	})
	if err != nil {
		return nil, fmt.Errorf("search what one sent: %w", err)
	}
	for _, b := range found.Facets[engine.FacetRecipient] {
		if !slices.Contains(own, b.Value) {
			w.to = append(w.to, b.Value)
		}
	}
	k.keep(w)
	return w.to, nil
}

// find gives what is kept of a writer, who then is the latest who asked.
func (k *writtenTo) find(key string) (writer, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.list, func(w writer) bool { return w.key == key })
	if i < 0 {
		return writer{}, false
	}
	w := k.list[i]
	k.list = append(slices.Delete(k.list, i, i+1), w)
	return w, true
}

func (k *writtenTo) keep(w writer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append(slices.DeleteFunc(k.list, func(other writer) bool { return other.key == w.key }), w)
	k.list = slices.Delete(k.list, 0, max(0, len(k.list)-maxWriters))
}
