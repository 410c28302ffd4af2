package indexer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"mailquarry/internal/archive"
	"mailquarry/internal/decode"
	"mailquarry/internal/source"
)

// resolver works on one page. Its maps are guarded by boxPull.mu where
// requests run side by side.
type resolver struct {
	*boxPull
	folder  archive.Folder
	stored  map[string]archive.Stored
	upserts map[string]archive.Upsert
	commit  *archive.MessageCommit
}

// fold applies the page's changes in order: an object is merged over the
// message's former state, since an absent field keeps its value (reference
// section 4.3), and the last of several changes of one message counts. It
// returns the keys that left the folder in the end.
func (r *resolver) fold(changes []source.Change) map[string]bool {
	gone := map[string]bool{}
	for _, c := range changes {
		if c.Gone {
			gone[c.Key] = true
			delete(r.upserts, c.Key)
			continue
		}
		delete(gone, c.Key)
		r.upserts[c.Key] = r.merged(c)
	}
	return gone
}

func (r *resolver) merged(c source.Change) archive.Upsert {
	u := archive.Upsert{Key: c.Key, Format: c.Format, Payload: c.Payload}
	base := r.upserts[c.Key].Payload
	if s, ok := r.stored[c.Key]; base == nil && ok && !s.Deleted && s.Format == c.Format {
		base = s.Payload
	}
	if base != nil {
		u.Payload = overlay(base, c.Payload)
	}
	return u
}

// overlay merges patch over base. A patch that changes nothing gives base byte
// for byte, so that a replay, of which a round after an expired link is full,
// costs the archive and the index nothing.
func overlay(base, patch []byte) []byte {
	merged, err := decode.Merge(base, patch)
	if err != nil {
		return patch // base is no object: nothing to keep
	}
	if same, err := decode.Merge(base, []byte("{}")); err == nil && bytes.Equal(same, merged) {
		return base
	}
	return merged
}

// completePartials reads whole what came as a partial object of a message that
// is not stored.
func (r *resolver) completePartials(ctx context.Context) error {
	var keys []string
	for key, u := range r.upserts {
		sum, err := decode.GraphSummary(u.Payload)
		switch {
		case err != nil:
			delete(r.upserts, key)
			r.commit.Problems[key] = err.Error()
		case !sum.HasBody:
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return r.each(ctx, keys, func(ctx context.Context, key string) error {
		return r.refetch(ctx, key)
	})
}

// refetch replaces the message's state by what the source says now.
func (r *resolver) refetch(ctx context.Context, key string) error {
	c, err := r.src.Message(ctx, r.box.Key, key)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch source.ClassOf(err) {
	case source.NotFound:
		delete(r.upserts, key)
		r.commit.Removed = append(r.commit.Removed, key)
		return nil
	case source.Permanent:
		delete(r.upserts, key)
		r.commit.Problems[key] = err.Error()
		return nil
	default:
	}
	if err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	r.upserts[key] = archive.Upsert{Key: key, Format: c.Format, Payload: c.Payload}
	return nil
}

// confirmGone asks where the messages are that the stream says have left the
// folder. With immutable ids a removal is no proof: a message that went away and
// came back is reported as removed only, and some moves are never reported by
// the folder they lead to (reference section 4.4).
func (r *resolver) confirmGone(ctx context.Context, keys []string) error {
	stored, err := r.archive.Lookup(ctx, r.box.ID, keys)
	if err != nil {
		return local(err)
	}
	var here []string
	for _, key := range keys {
		if s, ok := stored[key]; ok && !s.Deleted && s.Folder == r.folder.ID {
			here = append(here, key)
		}
	}
	maps.Copy(r.stored, stored)
	return r.each(ctx, here, func(ctx context.Context, key string) error {
		at, err := r.src.Locate(ctx, r.box.Key, key)
		if source.ClassOf(err) == source.NotFound {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.commit.Removed = append(r.commit.Removed, key)
			return nil
		}
		if err != nil {
			return fmt.Errorf("look where a message went: %w", err)
		}
		if at == r.folder.Key {
			return r.refetch(ctx, key)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if to, ok := r.folderID(at); ok {
			r.commit.Moved[key] = to
		} else {
			// A folder that is not synced, or that is too new to be known: its
			// own first round brings the message back.
			r.commit.Removed = append(r.commit.Removed, key)
		}
		return nil
	})
}

// each runs f for every key, as many side by side as the mailbox allows.
func (b *boxPull) each(ctx context.Context, keys []string, f func(context.Context, string) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, key := range keys {
		select {
		case b.slots <- struct{}{}:
		case <-ctx.Done():
			return errors.Join(g.Wait(), context.Cause(ctx))
		}
		g.Go(func() error {
			defer func() { <-b.slots }()
			return f(ctx, key)
		})
	}
	return g.Wait()
}
