package indexer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// pendingPerRound bounds the attachments that one round asks for again.
const pendingPerRound = 500

// fetchParts lists and fetches the attachments of the page's messages. The
// blobs are on disk before the page is committed, so that a stored message
// never names bytes that are not there.
func (r *resolver) fetchParts(ctx context.Context) error {
	return r.each(ctx, slices.Sorted(maps.Keys(r.upserts)), func(ctx context.Context, key string) error {
		r.mu.Lock()
		u := r.upserts[key]
		r.mu.Unlock()
		if u.Format != source.GraphJSON {
			return nil
		}
		u, err := r.withParts(ctx, u)
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.upserts[key] = u
		r.mu.Unlock()
		return nil
	})
}

func (r *resolver) withParts(ctx context.Context, u archive.Upsert) (archive.Upsert, error) {
	sum, err := decode.GraphSummary(u.Payload)
	if err != nil {
		return u, fmt.Errorf("read a message's fields: %w", err)
	}
	u.Stamp = sum.ChangeKey
	// hasAttachments is false when all of them are inline.
	if !sum.HasAttachments && !sum.HasCID {
		u.PartsKnown = true
		return u, nil
	}
	was, stored := r.stored[u.Key]
	if stored && !was.Deleted && was.Stamp != "" && was.Stamp == u.Stamp {
		return u, nil
	}
	parts, err := r.src.Parts(ctx, r.box.Key, u.Key)
	switch source.ClassOf(err) {
	case source.NotFound:
		// Gone between page and list: the next round says so. Should it not, the
		// empty stamp lets the next report of the message list them again.
		u.Stamp = ""
		return u, nil
	case source.Permanent:
		// The message itself is kept, with the attachments it was known to have.
		u.Stamp = ""
		r.mu.Lock()
		r.commit.Problems[u.Key] = fmt.Sprintf("its attachments cannot be listed: %v", err)
		r.mu.Unlock()
		return u, nil
	default:
	}
	if err != nil {
		return u, fmt.Errorf("list attachments: %w", err)
	}
	for i, p := range parts {
		if held, ok := heldPart(was.Parts, p); ok {
			parts[i] = held
			continue
		}
		if parts[i], err = r.fetchPart(ctx, u.Key, p); err != nil {
			return u, err
		}
	}
	u.Parts, u.PartsKnown = parts, true
	return u, nil
}

func heldPart(held []mail.Part, p mail.Part) (mail.Part, bool) {
	for _, h := range held {
		if h.Key == p.Key && h.Name == p.Name && !h.Digest.IsZero() {
			return h, true
		}
	}
	return mail.Part{}, false
}

// fetchPart stores an attachment's bytes. What will never come is recorded with
// its reason; what did not come for now is left pending, so that one
// attachment cannot hold up its folder.
func (b *boxPull) fetchPart(ctx context.Context, key string, p mail.Part) (mail.Part, error) {
	p.Pending, p.Problem = false, ""
	switch {
	case p.Kind == mail.ReferencePart:
		return p, nil
	case p.Size > b.opts.MaxPart:
		p.Problem = fmt.Sprintf("larger than %d bytes", b.opts.MaxPart)
		return p, nil
	}
	digest, n, err := b.storePart(ctx, key, p)
	if ctx.Err() != nil {
		return p, ctx.Err()
	}
	if errors.Is(err, archive.ErrTooLarge) {
		p.Problem = fmt.Sprintf("larger than %d bytes", b.opts.MaxPart)
		return p, nil
	}
	switch source.ClassOf(err) {
	case source.NotFound, source.Permanent:
		p.Problem = err.Error()
		return p, nil
	default:
	}
	if err != nil {
		if stopsMailbox(err) && !b.onlyThisPart(ctx, key, err) {
			return p, fmt.Errorf("fetch an attachment: %w", err)
		}
		p.Pending, p.Problem = true, err.Error()
		return p, nil
	}
	p.Digest, p.Size = digest, n
	b.stats.attachments.Add(1)
	b.stats.bytes.Add(n)
	return p, nil
}

// onlyThisPart tells whether a source that seems unreachable answers another
// question. A connection that breaks at the same attachment every time must not
// end every round at the same page.
func (b *boxPull) onlyThisPart(ctx context.Context, key string, err error) bool {
	if source.ClassOf(err) != source.Unreachable {
		return false
	}
	_, err = b.src.Locate(ctx, b.box.Key, key)
	return err == nil || source.ClassOf(err) == source.NotFound
}

func (b *boxPull) storePart(ctx context.Context, key string, p mail.Part) (mail.Digest, int64, error) {
	body, err := b.src.OpenPart(ctx, b.box.Key, key, p)
	if err != nil {
		return mail.Digest{}, 0, err
	}
	defer body.Close()
	r := &watchedReader{Reader: body}
	digest, n, err := b.archive.PutBlob(ctx, r, b.opts.MaxPart)
	if err != nil && r.err == nil && ctx.Err() == nil && !errors.Is(err, archive.ErrTooLarge) {
		return digest, n, local(err) // our disk's fault, not the source's
	}
	return digest, n, err
}

// watchedReader remembers the source's fault, to tell it from the disk's.
type watchedReader struct {
	io.Reader
	err error
}

func (r *watchedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// pullPending asks again for attachments that did not come before.
func (b *boxPull) pullPending(ctx context.Context) error {
	pending, err := b.archive.PendingParts(ctx, b.box.ID, pendingPerRound)
	if err != nil {
		return local(err)
	}
	for _, pp := range pending {
		p, err := b.fetchPart(ctx, pp.Key, pp.Part)
		if err != nil {
			return err
		}
		if p.Pending {
			continue
		}
		err = b.archive.SetPart(ctx, pp.Message, pp.Index, p)
		if errors.Is(err, archive.ErrNotFound) {
			continue // deleted while it was fetched
		}
		if err != nil {
			return local(err)
		}
		b.opts.Committed()
	}
	return nil
}
