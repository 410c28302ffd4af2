package indexer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
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
		Body: PlainBody(m.Body), Date: m.Date(), Size: rec.Size, Gone: !rec.GoneAt.IsZero(),
	}
	texts, err := b.texts(ctx, rec.Parts)
	if err != nil {
		it.err = fmt.Errorf("extract the attachments of message %s: %w", rec.ID, err)
		return it
	}
	it.texts = texts.fresh
	for _, p := range rec.Parts {
		t := texts.all[p.Digest]
		a := engine.Attachment{Name: p.Name, Type: t.Type, Text: t.Text}
		if a.Type == "" {
			a.Type = strings.ToLower(strings.TrimPrefix(path.Ext(p.Name), "."))
		}
		it.doc.HasAttachment = it.doc.HasAttachment || !p.Inline
		it.doc.Attachments = append(it.doc.Attachments, a)
	}
	return it
}

// PlainBody is a body's plain text, as it is indexed and shown.
func PlainBody(b mail.Body) string {
	if b.Type == mail.HTML {
		return extract.HTML(b.Content)
	}
	return b.Content
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

type partTexts struct{ all, fresh map[mail.Digest]archive.Text }

// texts gives the parts' texts: stored results where they are of the present
// version, failures included, so that a document that kills its extractor does
// so once and not at every reindex.
func (b *Builder) texts(ctx context.Context, parts []mail.Part) (partTexts, error) {
	var want []mail.Digest
	for _, p := range parts {
		if !p.Digest.IsZero() {
			want = append(want, p.Digest)
		}
	}
	if len(want) == 0 {
		return partTexts{}, nil
	}
	all, err := b.archive.Texts(ctx, want)
	if err != nil {
		return partTexts{}, err
	}
	fresh := map[mail.Digest]archive.Text{}
	for _, p := range parts {
		if p.Digest.IsZero() || (all[p.Digest].Version == extract.Version) {
			continue
		}
		res, err := b.extractor.Extract(ctx, extract.Doc{
			Name: p.Name, ContentType: p.ContentType, Size: p.Size,
			Open: func() (io.ReadCloser, error) { return b.archive.OpenBlob(ctx, p.Digest) },
		})
		if errors.Is(err, archive.ErrNotFound) {
			// A damaged store must not keep the rest of the mail from being
			// found. Nothing is kept of this: a restored blob is read again.
			b.opts.Logger.Error("an attachment's bytes are missing from the store: restore the data folder from a backup",
				"digest", p.Digest.String())
			all[p.Digest] = archive.Text{State: string(extract.Failed), Reason: "its bytes are missing from the store"}
			continue
		}
		if err != nil {
			return partTexts{}, err
		}
		t := archive.Text{
			Version: extract.Version, State: string(res.State), Reason: res.Reason, Type: res.Type, Text: res.Text,
		}
		all[p.Digest], fresh[p.Digest] = t, t
	}
	return partTexts{all: all, fresh: fresh}, nil
}
