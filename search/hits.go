package search

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"mailquarry/extract"
	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
)

// workers is how many hits of a page are made ready side by side.
const workers = 4

// hits reads what is shown of the messages found, in their order. A message
// that was deleted, or came out of sight, since it was indexed is left out.
func (s *Service) hits(ctx context.Context, n *names, scope access.Scope, found []engine.Hit, m *matcher) ([]Hit, error) {
	if len(found) == 0 {
		return nil, nil
	}
	ids := make([]mail.MessageID, len(found))
	by := make(map[mail.MessageID]engine.Hit, len(found))
	for i, h := range found {
		ids[i], by[h.ID] = h.ID, h
	}
	records, err := s.records(ctx, ids)
	if err != nil {
		return nil, err
	}
	var digests []mail.Digest
	var folders []mail.FolderID
	visible := records[:0]
	for _, rec := range records {
		if !n.shows(rec, scope) {
			continue
		}
		visible = append(visible, rec)
		digests = append(digests, held(rec.Parts)...)
		folders = append(folders, rec.Folder)
	}
	texts, err := s.texts(ctx, digests)
	if err != nil {
		return nil, err
	}
	if n, err = s.knowing(ctx, n, folders); err != nil {
		return nil, err
	}
	others, n, err := s.others(ctx, n, scope, found)
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, len(visible))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, rec := range visible {
		g.Go(func() error {
			hits[i] = s.hit(rec, texts, n, m)
			hits[i].Score, hits[i].Why = by[rec.ID].Score, by[rec.ID].Why
			others.complete(&hits[i], by[rec.ID])
			return ctx.Err()
		})
	}
	return hits, g.Wait()
}

// records reads messages. One that is damaged on disk is left out rather than
// the whole page with it.
func (s *Service) records(ctx context.Context, ids []mail.MessageID) ([]archive.Record, error) {
	records, err := s.archive.Records(ctx, ids)
	if err == nil {
		return records, nil
	}
	err = fmt.Errorf("read the messages found: %w", err)
	if ctx.Err() != nil {
		return nil, err
	}
	for _, id := range ids {
		rec, fault := s.archive.Record(ctx, id)
		switch {
		case fault == nil:
			records = append(records, rec)
		case !errors.Is(fault, archive.ErrNotFound):
			s.log.Error("a message cannot be read and is left out", "message", id.String(), "error", fault)
		}
	}
	if len(records) == 0 {
		return nil, err
	}
	return records, nil
}

func (s *Service) hit(rec archive.Record, texts map[mail.Digest]archive.Text, n *names, m *matcher) Hit {
	msg := s.decode(rec)
	h := Hit{
		ID: rec.ID, Mailbox: n.mailboxRef(rec.Mailbox), Folder: n.folderRef(rec.Folder),
		Subject: msg.Subject, From: msg.From, To: msg.To, Cc: msg.Cc, Date: msg.Date(), Size: decode.Size(rec.Format, rec.Payload, rec.Parts),
		IsRead: msg.IsRead, GoneAt: n.goneAt(rec), ConversationID: msg.ConversationID, InternetMessageID: msg.InternetMessageID,
		Attachments: attachments(rec.Parts, texts),
	}
	for _, p := range rec.Parts {
		h.HasAttachments = h.HasAttachments || !p.Inline
	}
	h.Snippets = m.snippets(msg, rec.Reading, rec.Parts, texts)
	return h
}

// decode reads what can be read of a message; what is wrong with the rest was
// logged when it was indexed.
func (s *Service) decode(rec archive.Record) mail.Message {
	m, err := decode.Message(rec.Format, rec.Payload)
	if err != nil {
		s.log.Debug("a message is shown only in part", "message", rec.ID.String(), "error", err)
	}
	return m
}

func held(parts []mail.Part) []mail.Digest {
	var ds []mail.Digest
	for _, p := range parts {
		if !p.Digest.IsZero() {
			ds = append(ds, p.Digest)
		}
	}
	return ds
}

func (s *Service) texts(ctx context.Context, ds []mail.Digest) (map[mail.Digest]archive.Text, error) {
	if len(ds) == 0 {
		return nil, nil
	}
	texts, err := s.archive.Texts(ctx, ds)
	if err != nil {
		return nil, fmt.Errorf("read the attachments' texts: %w", err)
	}
	return texts, nil
}

func attachments(parts []mail.Part, texts map[mail.Digest]archive.Text) []Attachment {
	list := make([]Attachment, 0, len(parts))
	in := make([]string, len(parts))
	for i, p := range parts {
		in[i] = texts[p.Digest].Text
	}
	whole := analysis.Fit(engine.MaxWords, in...)
	for i, p := range parts {
		list = append(list, attachment(i, p, texts, i < whole))
	}
	return list
}

func attachment(i int, p mail.Part, texts map[mail.Digest]archive.Text, whole bool) Attachment {
	a := Attachment{
		Index: i, Name: p.Name, ContentType: p.ContentType, Size: p.Size, Inline: p.Inline, Kind: p.Kind,
	}
	text, extracted := texts[p.Digest]
	switch {
	case extracted && !p.Digest.IsZero():
		a.State, a.Reason = string(extract.State(text.State).In(p.Inline, whole)), text.Reason
		if a.State != text.State && !whole {
			a.Reason = fmt.Sprintf("only the first %d words of a message's attachments are searched", engine.MaxWords)
		}
	case p.Kind == mail.ReferencePart:
		a.State, a.Reason = StateReference, "it is a link to a file in the cloud"
	case p.Problem != "" && !p.Pending:
		a.State, a.Reason = StateUnavailable, p.Problem
	default:
		a.State, a.Reason = StatePending, p.Problem
	}
	return a
}
