package search

import (
	"context"
	"fmt"
	"slices"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// How many of a hit's copies, and of its conversation's messages, are told of.
const (
	maxCopies = 20
	maxThread = 10
)

// others is what is shown beside the hits of a page: where their copies lie, and
// messages of their conversations. What was deleted, or came out of sight, since
// it was indexed is missing.
type others struct {
	copies  map[mail.MessageID]Copy
	threads map[mail.MessageID]ThreadMessage
}

// others reads what is shown beside hits, and gives names that hold its folders.
func (s *Service) others(ctx context.Context, n *names, scope access.Scope, found []engine.Hit) (others, *names, error) {
	o := others{map[mail.MessageID]Copy{}, map[mail.MessageID]ThreadMessage{}}
	var copies, threads []mail.MessageID
	for _, h := range found {
		copies = append(copies, h.Copies[:min(len(h.Copies), maxCopies+1)]...)
		if len(h.Thread) > 1 {
			threads = append(threads, shownOf(h)...)
		}
	}
	places, err := s.archive.Places(ctx, copies)
	if err != nil {
		return o, n, fmt.Errorf("read where the copies lie: %w", err)
	}
	folders := make([]mail.FolderID, len(places))
	for i, at := range places {
		folders[i] = at.Folder
	}
	if n, err = s.knowing(ctx, n, folders); err != nil {
		return o, n, err
	}
	for _, at := range places {
		if n.shows(archive.Record{Mailbox: at.Mailbox, Folder: at.Folder}, scope) {
			o.copies[at.ID] = Copy{at.ID, n.mailboxRef(at.Mailbox), n.folderRef(at.Folder)}
		}
	}
	if len(threads) == 0 {
		return o, n, nil
	}
	records, err := s.records(ctx, threads)
	if err != nil {
		return o, n, err
	}
	for _, rec := range records {
		if n.shows(rec, scope) {
			m := s.decode(rec)
			o.threads[rec.ID] = ThreadMessage{ID: rec.ID, Mailbox: n.mailboxRef(rec.Mailbox), From: m.From, Date: m.Date(), IsRead: m.IsRead}
		}
	}
	return o, n, nil
}

// shownOf gives the messages of a hit's conversation that are shown, in their order.
func shownOf(h engine.Hit) []mail.MessageID {
	if len(h.Thread) <= maxThread {
		return h.Thread
	}
	shown := map[mail.MessageID]bool{h.ID: true}
	for _, list := range [][]mail.MessageID{h.Found, h.Thread} {
		for _, id := range slices.Backward(list) {
			if len(shown) < maxThread {
				shown[id] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(h.Thread), func(id mail.MessageID) bool { return !shown[id] })
}

// complete tells of a hit what else there is of it.
func (o others) complete(h *Hit, found engine.Hit) {
	missing := 0
	for _, id := range found.Copies[:min(len(found.Copies), maxCopies+1)] {
		if id == h.ID {
			continue
		}
		if c, ok := o.copies[id]; !ok {
			missing++
		} else if len(h.Copies) < maxCopies {
			h.Copies = append(h.Copies, c)
		}
	}
	h.CopiesTotal = max(0, len(found.Copies)-1-missing)
	h.Thread.Total, h.Thread.Found = len(found.Thread), len(found.Found)
	for _, id := range shownOf(found) {
		if m, ok := o.threads[id]; ok {
			m.Found = slices.Contains(found.Found, id)
			h.Thread.Messages = append(h.Thread.Messages, m)
		}
	}
}
