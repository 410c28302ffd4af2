package indexer

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"strings"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/search/analysis"
	"mailquarry/search/engine"
)

// document makes of a record what the index takes. A message that cannot be
// decoded whole is indexed with what could be read of it.
func (b *Builder) document(ctx context.Context, rec archive.Record) item {
	it := item{seq: rec.Seq, id: rec.ID, gone: rec.Deleted}
	if rec.Damage != nil {
		b.opts.Logger.Error("a message cannot be read from the store and is not indexed; mailquarry verify has it read again where it is still at the source",
			"message", rec.ID.String(), "error", rec.Damage)
		b.damaged.Add(1)
		it.gone = true
	}
	if it.gone {
		return it
	}
	m, err := decode.Message(rec.Format, rec.Payload)
	if err != nil {
		b.opts.Logger.Warn("a message is indexed only in part", "message", rec.ID.String(), "error", err)
	}
	it.doc = engine.Document{
		ID: rec.ID, Mailbox: rec.Mailbox, Folder: rec.Folder,
		Subject: m.Subject, From: senders(m), To: m.To, Cc: m.Cc, Bcc: m.Bcc,
		Date: m.Date(), Sent: m.Sent, Size: decode.Size(rec.Format, rec.Payload, rec.Parts), Gone: !rec.GoneAt.IsZero(),
	}
	if it.read, it.err = b.body(ctx, rec, m, &it.doc); it.err != nil {
		return it
	}
	texts, err := b.texts.of(ctx, rec.Parts)
	if err != nil {
		it.err = fmt.Errorf("extract the attachments of message %s: %w", rec.ID, err)
		return it
	}
	it.texts = texts.fresh
	whole := wholeTexts(rec.Parts, texts.all)
	for i, p := range rec.Parts {
		t := texts.all[p.Digest]
		a := engine.Attachment{Name: p.Name, Type: t.Type, Kind: cmp.Or(t.Type, otherKind), Text: t.Text, State: textState(p, t, i < whole)}
		if a.Type == "" {
			a.Type = strings.ToLower(strings.TrimPrefix(path.Ext(p.Name), "."))
		}
		it.doc.HasAttachment = it.doc.HasAttachment || !p.Inline
		it.doc.Attachments = append(it.doc.Attachments, a)
	}
	at, err := b.places.of(ctx, rec)
	if err != nil {
		it.err = fmt.Errorf("tell the place of message %s: %w", rec.ID, err)
		return it
	}
	it.doc.Copy, it.doc.Threads = copyOf(m, it.doc.Body), threadsOf(rec, m)
	it.doc.Keys = marksOf(m, &it.doc, rec.Parts, at)
	return it
}

// otherKind is the kind of attachments whose content no reader knows.
const otherKind = "other"

// wholeTexts tells how many of the parts, from the first, are searched with all of
// their texts.
func wholeTexts(parts []mail.Part, texts map[mail.Digest]archive.Text) int {
	in := make([]string, len(parts))
	for i, p := range parts {
		in[i] = texts[p.Digest].Text
	}
	return analysis.Fit(engine.MaxWords, in...)
}

// textState is what became of a part's text, or why there is none yet.
func textState(p mail.Part, t archive.Text, whole bool) string {
	switch {
	case !p.Digest.IsZero() && t.State != "":
		return string(extract.State(t.State).In(p.Inline, whole))
	case p.Kind == mail.ReferencePart:
		return "reference"
	case p.Problem != "" && !p.Pending:
		return "unavailable"
	}
	return "pending"
}

func senders(m mail.Message) []mail.Address {
	var s []mail.Address
	for _, a := range []mail.Address{m.From, m.Sender} {
		if a != (mail.Address{}) && (len(s) == 0 || s[0] != a) {
			s = append(s, a)
		}
	}
	return s
}
