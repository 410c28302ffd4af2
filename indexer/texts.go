package indexer

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"

	"mailquarry/extract"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// textDesk gives the texts of attachments: stored ones where the same readers
// would give the same today, and new ones. What hundreds of messages carry is
// extracted once, also while the first of them is still being indexed.
type textDesk struct {
	archive   *archive.Archive
	extractor extract.Extractor
	versions  *extract.Versions
	log       *slog.Logger

	mu   sync.Mutex
	made map[mail.Digest]*madeText // until they are stored
}

// madeText is an extraction, which others may wait for.
type madeText struct {
	done chan struct{}
	text archive.Text
	err  error
}

func newTextDesk(a *archive.Archive, x extract.Extractor, log *slog.Logger) *textDesk {
	return &textDesk{archive: a, extractor: x, versions: extract.NewVersions(), log: log, made: map[mail.Digest]*madeText{}}
}

type partTexts struct{ all, fresh map[mail.Digest]archive.Text }

// of gives the parts' texts, and those of them that are to be stored: failures
// included, so that a document that kills its extractor does so once and not at
// every reindex.
func (d *textDesk) of(ctx context.Context, parts []mail.Part) (partTexts, error) {
	var want []mail.Digest
	for _, p := range parts {
		if !p.Digest.IsZero() {
			want = append(want, p.Digest)
		}
	}
	if len(want) == 0 {
		return partTexts{}, nil
	}
	all, err := d.archive.Texts(ctx, want)
	if err != nil {
		return partTexts{}, err
	}
	fresh := map[mail.Digest]archive.Text{}
	for _, p := range parts {
		if p.Digest.IsZero() || d.versions.Current(all[p.Digest].Made) || extract.ByOCR(all[p.Digest].Made) {
			continue
		}
		t, err := d.text(ctx, p)
		if reason := lostBytes(err); reason != "" {
			// A damaged store must not keep the rest of the mail from being
			// found. Nothing is kept of this: a restored blob is read again.
			d.log.Error("an attachment cannot be read from the store: restore the data folder from a backup",
				"digest", p.Digest.String(), "error", err)
			all[p.Digest] = archive.Text{State: string(extract.Failed), Reason: reason}
			continue
		}
		if err != nil {
			return partTexts{}, err
		}
		all[p.Digest], fresh[p.Digest] = t, t
	}
	return partTexts{all: all, fresh: fresh}, nil
}

// text extracts a part, or waits for whoever does.
func (d *textDesk) text(ctx context.Context, p mail.Part) (archive.Text, error) {
	for {
		d.mu.Lock()
		m := d.made[p.Digest]
		mine := m == nil
		if mine {
			m = &madeText{done: make(chan struct{})}
			d.made[p.Digest] = m
		}
		d.mu.Unlock()
		if mine {
			m.text, m.err = d.extract(ctx, p, false)
			if m.err != nil {
				d.stored(p.Digest) // the next one tries again
			}
			close(m.done)
			return m.text, m.err
		}
		select {
		case <-m.done:
			if m.err == nil {
				return m.text, nil
			}
		case <-ctx.Done():
			return archive.Text{}, ctx.Err()
		}
		if err := ctx.Err(); err != nil {
			return archive.Text{}, err
		}
	}
}

// lostBytes tells of a fault that is the blob's own, "" for any other.
func lostBytes(err error) string {
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return "its bytes are missing from the store"
	case errors.Is(err, errUnreadable):
		return errUnreadable.Error()
	}
	return ""
}

func (d *textDesk) extract(ctx context.Context, p mail.Part, ocr bool) (archive.Text, error) {
	blob := blobReading{archive: d.archive, digest: p.Digest}
	res, err := d.extractor.Extract(ctx, extract.Doc{
		Name: p.Name, ContentType: p.ContentType, Size: p.Size, OCR: ocr,
		Open: func() (io.ReadCloser, error) { return blob.open(ctx) },
	})
	if fault := blob.unreadable(); fault != nil && ctx.Err() == nil {
		return archive.Text{}, fault // whatever was made of it
	}
	if err != nil {
		return archive.Text{}, err
	}
	return archive.Text{
		Made: res.Made, State: string(res.State), Reason: res.Reason, Type: res.Type, Text: res.Text, Places: extract.EncodePlaces(res.Places),
	}, nil
}

// stored forgets texts that are in the store now.
func (d *textDesk) stored(digests ...mail.Digest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, digest := range digests {
		delete(d.made, digest)
	}
}

// put stores new texts.
func (d *textDesk) put(ctx context.Context, texts map[mail.Digest]archive.Text) error {
	if len(texts) == 0 {
		return nil
	}
	if _, err := d.archive.PutTexts(ctx, texts); err != nil {
		return err
	}
	for digest := range texts {
		d.stored(digest)
	}
	return nil
}
