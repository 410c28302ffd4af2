package indexer

import (
	"context"
	"fmt"
	"slices"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// inIndex compares a folder in the store with the index, mends what differs, and
// adds to the outcome. What the builder has not come to yet is no difference.
func (p *pass) inIndex(ctx context.Context, f archive.Folder, c archive.Coverage) (archive.Coverage, error) {
	d, err := p.indexDiffers(ctx, f)
	if err != nil {
		return c, err
	}
	if len(d.surplus) > 0 {
		if d.surplus, err = p.stillSurplus(ctx, f, d.surplus); err != nil {
			return c, err
		}
	}
	wrong := slices.Concat(d.missing, d.surplus)
	if len(wrong) > 0 {
		c.Unindexed += len(wrong)
		if err := p.builder.Repair(ctx, wrong); err != nil {
			return c, err
		}
		again, err := p.indexDiffers(ctx, f)
		if err != nil {
			return c, err
		}
		open := len(both(slices.Concat(again.missing, again.surplus), wrong))
		c.Repaired += len(wrong) - open
		c.Unexplained += open
		again.stored, again.kept = d.stored, d.kept
		d = again
	}
	if c.Stored == 0 || c.Why != "" || c.Error != "" {
		c.Stored, c.Kept = d.stored, d.kept
	}
	c.Indexed = max(0, c.Stored-d.absent)
	return c, nil
}

// indexState is how a folder's store and index differ.
type indexState struct {
	missing      []mail.MessageID // stored, passed by the checkpoint, not in the index
	surplus      []mail.MessageID // in the index, not stored in this folder; or in it twice
	stored, kept int
	absent       int // stored and not in the index, those to be indexed among them
}

// indexDiffers compares. The order matters: what the checkpoint had passed when
// it was read, and has not changed since, has to be among the ids read after.
func (p *pass) indexDiffers(ctx context.Context, f archive.Folder) (indexState, error) {
	var d indexState
	upto, err := p.builder.Checkpoint(ctx)
	if err != nil {
		return d, err
	}
	ids, err := p.index.IDs(ctx, f.ID)
	if err != nil {
		return d, err
	}
	found := make([]bool, len(ids))
	keys, err := p.archive.Keys(ctx, f.ID)
	if err != nil {
		return d, err
	}
	for k, err := range keys {
		if err != nil {
			return d, err
		}
		gone := !k.GoneAt.IsZero()
		if gone {
			d.kept++
		} else {
			d.stored++
		}
		i, in := slices.BinarySearch(ids, k.ID)
		if in {
			found[i] = true
			continue
		}
		if !gone {
			d.absent++
		}
		if k.Seq <= upto {
			d.missing = append(d.missing, k.ID)
		}
	}
	for i := 0; i < len(ids); {
		next := i + 1
		for next < len(ids) && ids[next] == ids[i] {
			next++ // a document that is there twice
		}
		if !found[i] || next-i > 1 {
			d.surplus = append(d.surplus, ids[i])
		}
		i = next
	}
	return d, nil
}

// stillSurplus leaves out what the builder is about to remove: it is let catch
// up, unless it is far behind, in which case a later pass tells.
func (p *pass) stillSurplus(ctx context.Context, f archive.Folder, ids []mail.MessageID) ([]mail.MessageID, error) {
	caught, err := p.caughtUp(ctx)
	if err != nil || !caught {
		return nil, err
	}
	d, err := p.indexDiffers(ctx, f)
	if err != nil {
		return nil, err
	}
	return both(d.surplus, ids), nil
}

// both gives those of a that are in b too.
func both(a, b []mail.MessageID) []mail.MessageID {
	in := make(map[mail.MessageID]bool, len(b))
	for _, id := range b {
		in[id] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(id mail.MessageID) bool { return !in[id] })
}

// caughtUp lets the index catch up with the store as it is now. It tells whether
// it did.
func (p *pass) caughtUp(ctx context.Context) (bool, error) {
	upto, err := p.builder.Checkpoint(ctx)
	if err != nil {
		return false, err
	}
	behind, err := p.archive.Backlog(ctx, upto)
	if err != nil || behind > maxLag {
		return false, err
	}
	if behind == 0 {
		return true, nil
	}
	if err := p.builder.Catchup(ctx); err != nil {
		return false, fmt.Errorf("let the index catch up: %w", err)
	}
	return true, nil
}

// orphans removes from the index what stands there of folders that the store
// does not have.
func (p *pass) orphans(ctx context.Context) error {
	caught, err := p.caughtUp(ctx)
	if err != nil || !caught {
		return err
	}
	res, err := p.index.Search(ctx, engine.Request{
		Scope: access.EveryMailboxEvenHidden(), Facets: []engine.Facet{engine.FacetFolder}, FacetSize: 1 << 22,
	})
	if err != nil {
		return fmt.Errorf("list the folders in the index: %w", err)
	}
	folders, err := p.archive.Folders(ctx, 0)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(folders))
	for _, f := range folders {
		known[f.ID.String()] = true
	}
	for _, b := range res.Facets[engine.FacetFolder] {
		id, err := mail.ParseFolderID(b.Value)
		if err != nil || known[b.Value] {
			continue
		}
		ids, err := p.index.IDs(ctx, id)
		if err != nil {
			return err
		}
		if err := p.builder.Repair(ctx, ids); err != nil {
			return err
		}
		p.opts.Logger.Warn("the index held messages of a folder that is not in the store", "folder", id.String(), "messages", len(ids))
		p.count(func(r *ReconcileResult) {
			r.Unindexed += len(ids)
			r.Repaired += len(ids)
		})
	}
	return nil
}
