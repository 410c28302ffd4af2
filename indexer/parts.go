package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// itemsAtOnce bounds the items asked for in one call.
const itemsAtOnce = 100

// errShort: a source answered fewer items than it was asked for.
var errShort = &source.Error{Class: source.Transient, Message: "the source left out some of the items it was asked for"}

// fetchParts lists and fetches the attachments of the page's messages. The
// blobs are on disk before the page is committed, so that a stored message
// never names bytes that are not there.
func (r *resolver) fetchParts(ctx context.Context) error {
	var unlisted []string
	for _, key := range slices.Sorted(maps.Keys(r.upserts)) {
		u := r.upserts[key]
		if u.Format != source.GraphJSON {
			continue
		}
		unknown, err := r.stamp(&u)
		if err != nil {
			return err
		}
		if unknown {
			unlisted = append(unlisted, key)
		}
		r.upserts[key] = u
	}
	for keys := range slices.Chunk(unlisted, itemsAtOnce) {
		if err := r.listParts(ctx, keys); err != nil {
			return err
		}
	}
	return nil
}

// stamp notes the version of a message, and tells whether its attachments have
// to be listed: not if it has none, nor if they are known and it is the version
// that is stored, or only moved.
func (r *resolver) stamp(u *archive.Upsert) (unknown bool, err error) {
	sum, err := decode.GraphSummary(u.Payload)
	if err != nil {
		return false, fmt.Errorf("read a message's fields: %w", err)
	}
	u.Stamp = sum.ChangeKey
	// hasAttachments is false when all of them are inline.
	if !sum.HasAttachments && !sum.HasCID {
		u.PartsKnown = true
		return false, nil
	}
	was, ok := r.stored[u.Key]
	known := ok && !was.Deleted && was.Stamp != ""
	return !known || was.Stamp != u.Stamp && !sameButPlace(was.Payload, u.Payload), nil
}

// listParts lists the attachments of some of the page's messages and fetches
// those that are not held.
func (r *resolver) listParts(ctx context.Context, keys []string) error {
	lists, err := r.items.ListParts(ctx, r.box.Key, keys)
	if err == nil && len(lists) != len(keys) {
		err = errShort
	}
	if err != nil {
		return fmt.Errorf("list attachments: %w", err)
	}
	var wanted []source.PartRef
	var places []*mail.Part
	for i, key := range keys {
		u := r.upserts[key]
		if err := lists[i].Err; err != nil {
			if err := r.unlistable(ctx, &u, err); err != nil {
				return err
			}
			r.upserts[key] = u
			continue
		}
		u.Parts, u.PartsKnown = slices.Clone(lists[i].Parts), true
		r.upserts[key] = u
		for j, p := range u.Parts {
			if held, ok := heldPart(r.stored[key].Parts, p); ok {
				u.Parts[j] = held
				continue
			}
			places = append(places, &u.Parts[j])
			wanted = append(wanted, source.PartRef{Message: key, Part: p})
		}
	}
	return r.take(ctx, wanted, places)
}

// unlistable keeps a message whose attachments cannot be listed, with those that
// it was known to have. The empty stamp lets its next report list them again.
func (r *resolver) unlistable(ctx context.Context, u *archive.Upsert, err error) error {
	u.Stamp = ""
	if err := r.onlyThis(ctx, err); err != nil {
		return err
	}
	return r.setAside(ctx, archive.ProblemAttachments, u.Key, fmt.Errorf("its attachments cannot be listed: %w", err))
}

// take fetches the page's attachments into their places. One that fails is a
// problem of its own.
func (r *resolver) take(ctx context.Context, wanted []source.PartRef, places []*mail.Part) error {
	parts, errs, err := r.fetch(ctx, wanted)
	if err != nil {
		return err
	}
	for i, p := range parts {
		*places[i] = p
		if p.Problem == "" {
			continue
		}
		key := wanted[i].Message
		err := r.problem(ctx, archive.Problem{
			Folder: r.folder.ID, Message: r.stored[key].ID, Kind: archive.ProblemAttachment, Key: key, Part: p.Key,
			Reason: p.Problem, Code: codeOf(errs[i]), Permanent: !p.Pending,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func heldPart(held []mail.Part, p mail.Part) (mail.Part, bool) {
	for _, h := range held {
		if h.Key == p.Key && h.Name == p.Name && !h.Digest.IsZero() {
			return h, true
		}
	}
	return mail.Part{}, false
}

// fetch stores attachments' bytes. What will never come is recorded with its
// reason; what did not come for now is left pending, so that one attachment
// cannot hold up its folder. The error is one that meets the whole mailbox.
func (r *boxRound) fetch(ctx context.Context, wanted []source.PartRef) ([]mail.Part, []error, error) {
	parts, errs := make([]mail.Part, len(wanted)), make([]error, len(wanted))
	var asked []source.PartRef
	var places []int
	for i, w := range wanted {
		p := w.Part
		p.Pending, p.Problem = false, ""
		switch {
		case p.Kind == mail.ReferencePart:
		case p.Size > r.opts.MaxPart:
			p.Problem = r.tooLarge()
		default:
			asked, places = append(asked, w), append(places, i)
		}
		parts[i] = p
	}
	for lo := 0; lo < len(asked); lo += itemsAtOnce {
		some := asked[lo:min(len(asked), lo+itemsAtOnce)]
		k := keeper{boxRound: r, ctx: ctx, got: make([]kept, len(some)), errs: make([]error, len(some))}
		if err := k.fetch(some); err != nil {
			return nil, nil, err
		}
		for j := range some {
			i := places[lo+j]
			k.settle(j, &parts[i])
			errs[i] = k.errs[j]
		}
	}
	return parts, errs, nil
}

func (r *boxRound) tooLarge() string { return fmt.Sprintf("larger than %d bytes", r.opts.MaxPart) }

// kept is what was stored of an attachment.
type kept struct {
	digest   mail.Digest
	size     int64
	tooLarge bool
}

// keeper stores attachments' bytes as they come.
type keeper struct {
	*boxRound
	ctx  context.Context // of the call that it serves
	errs []error         // of each attachment

	mu    sync.Mutex
	got   []kept
	fault error // our disk's
}

func (k *keeper) fetch(wanted []source.PartRef) error {
	errs, err := k.items.FetchParts(k.ctx, k.box.Key, wanted, k.put)
	switch {
	case k.ctx.Err() != nil:
		return k.ctx.Err()
	case k.fault != nil:
		return local(k.fault)
	}
	for i := range wanted {
		if i < len(errs) {
			k.errs[i] = errs[i]
		}
		if k.errs[i] == nil && k.got[i] == (kept{}) {
			k.errs[i] = cmp.Or(err, error(errShort))
		}
	}
	// One question settles it for all that were refused.
	for _, err := range k.errs {
		if refusesMailbox(err) {
			return k.onlyThis(k.ctx, err)
		}
	}
	return nil
}

// put stores one attachment. What came before of the same one has broken off.
func (k *keeper) put(i int, body io.Reader) error {
	r := &watchedReader{Reader: body}
	digest, n, err := k.archive.PutBlob(k.ctx, r, k.opts.MaxPart)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.got[i] = kept{}
	switch {
	case err == nil:
		k.got[i] = kept{digest: digest, size: n}
	case errors.Is(err, archive.ErrTooLarge):
		k.got[i].tooLarge = true
	case r.err != nil || k.ctx.Err() != nil:
		return err
	default:
		k.fault = err
		return err
	}
	return nil
}

// settle notes how it went with an attachment.
func (k *keeper) settle(i int, p *mail.Part) {
	got, err := k.got[i], k.errs[i]
	class := source.ClassOf(err)
	switch {
	case got.tooLarge:
		// The source's word is not believed again.
		p.Problem, p.Size = k.tooLarge(), max(p.Size, k.opts.MaxPart+1)
		k.errs[i] = nil
	case err != nil:
		p.Problem = err.Error()
		p.Pending = class != source.NotFound && class != source.Permanent
	default:
		p.Digest, p.Size = got.digest, got.size
		k.stats.attachments.Add(1)
		k.stats.bytes.Add(got.size)
	}
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
