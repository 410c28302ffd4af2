package indexer

import (
	"context"
	"fmt"

	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/mailtext"
	"mailquarry/search/engine"
)

// body tells apart what a message's author wrote, what is quoted and what is a
// signature, and in which language it is: as it was told before, if it was. Otherwise it
// gives what there is to be kept of it.
func (b *Builder) body(ctx context.Context, rec archive.Record, m mail.Message, doc *engine.Document) (read []byte, err error) {
	html := m.Body.Type == mail.HTML
	text, told, known := mailtext.Tell(rec.Reading, m.Body.Content, html, m.Subject)
	if !known {
		read = told.Encode(m.Body.Content, html, m.Subject)
	}
	spans := told.Spans
	tails := mailtext.Tails(text, spans)
	prints := make([]uint64, len(tails))
	for i, t := range tails {
		prints[i] = t.Print
	}
	repeated, err := b.footers.repeated(ctx, rec.Seq, m.From.Address, identity(m, text), prints)
	if err != nil {
		return nil, fmt.Errorf("tell footers of a message: %w", err)
	}
	var footers []mailtext.Tail
	for i, t := range tails {
		if repeated[i] {
			footers = append(footers, t)
		}
	}
	// By what the message itself shows: which footers are known depends on what came
	// before it, and the same mail has to give the same index.
	doc.Language = told.Language
	spans = mailtext.Footers(spans, footers)
	doc.Body = text
	for _, s := range spans {
		doc.Parts = append(doc.Parts, engine.BodyPart{Kind: partKind(s.Kind), End: s.End})
	}
	return read, nil
}

func partKind(k mailtext.Kind) engine.PartKind {
	switch k {
	case mailtext.Quoted:
		return engine.Quoted
	case mailtext.Signature:
		return engine.Signature
	}
	return engine.Own
}

// identity is the same for all copies of a message.
func identity(m mail.Message, text string) string {
	if m.InternetMessageID != "" {
		return m.InternetMessageID
	}
	return m.Subject + "\n" + text
}
